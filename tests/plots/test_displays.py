"""Displays hold the numbers they were given, and draw these numbers in the colours of the theme."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tabgan.exceptions import InvalidParameterError
from tabgan.metrics import closest_distances, column_marginals, neighbor_overlap
from tabgan.plots import (
    CorrelationDisplay,
    DetectionDisplay,
    MarginalsDisplay,
    NeighborOverlapDisplay,
    PrivacyDisplay,
    TrainingDisplay,
)
from tabgan.plots._spikes import spike_of
from tabgan.plots._style import PALETTES, SHADES, contrast, readable_on, shades
from tests.report.made_summaries import made_summary

matplotlib = pytest.importorskip("matplotlib", reason="displays need the extra report")

DISPLAYS = [
    CorrelationDisplay,
    DetectionDisplay,
    MarginalsDisplay,
    NeighborOverlapDisplay,
    PrivacyDisplay,
    TrainingDisplay,
]
N_AXES = {
    CorrelationDisplay: 3,
    DetectionDisplay: 2,
    MarginalsDisplay: 4,
    NeighborOverlapDisplay: 3,
    PrivacyDisplay: 1,
    TrainingDisplay: 1,
}
KINDS = {"number": "continuous", "level": "categorical"}


class MadeReport:
    """Anything with a summary: 4 columns, whose names every font can draw."""

    def to_dict(self) -> dict[str, Any]:
        return made_summary(4)


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, ...]:
    generator = np.random.default_rng(0)

    def draw(shift: float) -> pd.DataFrame:
        numbers = generator.normal(shift, size=240)
        return pd.DataFrame({"number": numbers, "level": np.where(numbers > 0.2, "a", "b")})

    return draw(0.0), draw(1.0), draw(0.0)


@pytest.fixture
def new_axes() -> Callable[[int], Any]:
    from matplotlib.figure import Figure

    return lambda count: Figure().subplots(1, count, squeeze=False)[0]


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_display_draws_a_report_on_a_figure_of_its_own(display: Any, theme: str) -> None:
    drawn = display.from_report(MadeReport()).plot(theme=theme)
    assert isinstance(drawn, display)
    assert len(drawn.axes_) == N_AXES[display]
    assert drawn.ax_ is drawn.axes_[0] and drawn.ax_.figure is drawn.figure_
    assert matplotlib.colors.to_hex(drawn.figure_.get_facecolor()) == PALETTES[theme].paper
    assert matplotlib.colors.to_hex(drawn.ax_.title.get_color()) == PALETTES[theme].ink


@pytest.mark.parametrize("display", DISPLAYS)
def test_a_figure_of_its_own_is_shown_by_a_notebook_and_kept_by_no_list(display: Any) -> None:
    import matplotlib.pyplot as pyplot

    drawn = display.from_report(MadeReport()).plot()
    assert drawn._repr_png_().startswith(b"\x89PNG")
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("display", DISPLAYS)
def test_axes_that_are_given_are_drawn_on_and_keep_their_colours(
    display: Any, new_axes: Callable[[int], Any]
) -> None:
    axes = new_axes(1)[0]
    colour, edge = axes.get_facecolor(), axes.spines["left"].get_edgecolor()
    drawn = display.from_report(MadeReport()).plot(axes, theme="dark")
    assert drawn.ax_ is axes and drawn.figure_ is axes.figure
    assert axes.get_children() and axes.has_data()
    assert (axes.get_facecolor(), axes.spines["left"].get_edgecolor()) == (colour, edge)
    assert drawn._repr_png_() is None


@pytest.mark.parametrize("display", [CorrelationDisplay, NeighborOverlapDisplay, DetectionDisplay])
def test_another_number_of_axes_than_pictures_is_refused(
    display: Any, new_axes: Callable[[int], Any]
) -> None:
    with pytest.raises(InvalidParameterError, match=r"must hold \d axes.* Got 5 instead"):
        display.from_report(MadeReport()).plot(new_axes(5))


@pytest.mark.parametrize("display", DISPLAYS)
def test_an_unknown_theme_is_refused(display: Any) -> None:
    with pytest.raises(InvalidParameterError, match=r"'light' or 'dark'\. Got 'sepia'"):
        display.from_report(MadeReport()).plot(theme="sepia")


@pytest.mark.parametrize("display", DISPLAYS)
def test_a_report_without_the_plot_says_why(display: Any) -> None:
    class Empty:
        def to_dict(self) -> dict[str, Any]:
            ids = ("columns", "correlations", "neighbors", "detection", "privacy", "training")
            empty = {"state": "limited", "plots": []}
            return {"sections": [{"id": id, "notes": [f"Why {id}."], **empty} for id in ids]}

    with pytest.raises(InvalidParameterError, match=r"no plot of the kind '\w+'\. Why \w+\.$"):
        display.from_report(Empty())


def test_the_correlation_display_draws_the_matrices_it_was_given() -> None:
    real, synthetic = np.array([[1.0, 0.5], [0.5, 1.0]]), np.array([[1.0, np.nan], [np.nan, 1.0]])
    drawn = CorrelationDisplay(columns=["a", "$b$"], real=real, synthetic=synthetic).plot()
    for image, matrix in zip(drawn.images_, (real, synthetic, synthetic - real), strict=True):
        shown = np.ma.filled(image.get_array(), np.nan)
        np.testing.assert_array_equal(shown, matrix)
    assert [image.get_clim() for image in drawn.images_] == [(-1, 1), (-1, 1), (-0.05, 0.05)]
    assert [text.get_text() for text in drawn.ax_.texts] == ["1.00", "0.50", "0.50", "1.00"]
    assert [label.get_text() for label in drawn.ax_.get_yticklabels()] == ["a", r"\$b\$"]
    drawn.figure_.canvas.draw()


@pytest.mark.parametrize("n_columns", [5, 60, 100])
def test_names_of_many_columns_are_thinned(n_columns: int) -> None:
    matrix = np.eye(n_columns)
    names = [f"column {number}" for number in range(n_columns)]
    drawn = CorrelationDisplay(columns=names, real=matrix, synthetic=matrix).plot()
    labels = [label.get_text() for label in drawn.ax_.get_yticklabels()]
    assert labels[0] == "column 0" and min(n_columns, 12) <= len(labels) <= 25


def test_unknown_pictures_are_refused() -> None:
    report = MadeReport()
    with pytest.raises(InvalidParameterError, match=r"'difference'\. Got \['ideal'\] instead"):
        CorrelationDisplay.from_report(report).plot(matrices=["ideal"])
    with pytest.raises(InvalidParameterError, match=r"'arms', 'importance'\. Got \['map'\]"):
        DetectionDisplay.from_report(report).plot(pictures=["map"])
    with pytest.raises(InvalidParameterError, match=r"such as 'age'.*Got \['height'\] instead"):
        MarginalsDisplay.from_report(report).plot(columns=["height"])
    points = NeighborOverlapDisplay.from_report(report)
    points.x = None
    with pytest.raises(InvalidParameterError, match="needs a display made from a report"):
        points.plot(pictures=["map"])


def test_the_map_shows_every_row_in_the_colour_of_its_table() -> None:
    display = NeighborOverlapDisplay.from_report(MadeReport())
    drawn = display.plot(pictures=["map"])
    points = drawn.ax_.collections[0]
    order = np.lexsort(np.transpose([display.x, display.y])[:, ::-1].T)
    shown = points.get_offsets()
    np.testing.assert_allclose(
        shown[np.lexsort(shown[:, ::-1].T)], np.transpose([display.x, display.y])[order]
    )
    colours = [matplotlib.colors.to_hex(colour) for colour in points.get_facecolors()]
    assert colours.count(PALETTES["light"].real) == display.role.count("real")
    assert colours.count(PALETTES["light"].synthetic) == display.role.count("synthetic")
    # Neither table hides the other: both are among the last that are painted.
    assert len(set(colours[-20:])) == 2


def test_the_neighbour_display_measures_tables(tables: tuple[pd.DataFrame, ...]) -> None:
    real, synthetic, holdout = tables
    display = NeighborOverlapDisplay.from_tables(
        real, synthetic, holdout=holdout, schema=KINDS, random_state=0
    )
    found = neighbor_overlap(real, synthetic, holdout=holdout, schema=KINDS, random_state=0)
    assert [arm["value"] for arm in display.arms] == [
        found.headline.value, found.floor.value, found.seen.value
    ]  # fmt: skip
    drawn = display.plot()
    steps = [stairs.get_data().values for stairs in drawn.ax_.patches]
    np.testing.assert_array_equal(steps[0], found.headline.observed_real)
    np.testing.assert_array_equal(steps[2], found.headline.expected_real)


def test_the_marginals_display_draws_densities_and_shares(
    tables: tuple[pd.DataFrame, ...],
) -> None:
    real, synthetic, holdout = tables
    found = column_marginals(real, synthetic, holdout=holdout, schema=KINDS).columns
    drawn = MarginalsDisplay.from_tables(real, synthetic, holdout=holdout, schema=KINDS).plot()
    first = drawn.axes_[0].patches[0].get_data()
    np.testing.assert_allclose(first.edges, found["number"].edges)
    np.testing.assert_allclose(
        first.values * np.diff(found["number"].edges), found["number"].real, rtol=1e-12
    )
    widths = [bar.get_width() for bar in drawn.axes_[1].patches]
    assert widths == [*found["level"].real, *found["level"].synthetic]
    chosen = MarginalsDisplay.from_report(MadeReport()).plot(columns=["workclass"])
    assert [axes.get_title() for axes in chosen.axes_] == ["workclass"]


def test_the_detection_display_marks_what_gives_the_table_away(
    tables: tuple[pd.DataFrame, ...],
) -> None:
    pytest.importorskip("xgboost", reason="the judge needs the extra judge")
    real, synthetic, holdout = tables
    display = DetectionDisplay.from_tables(
        real, synthetic, holdout=holdout, schema=KINDS, random_state=0
    )
    assert [row["column"] for row in display.importance] == ["number", "level"]
    assert display.arms[0]["value"] > 0.6 > display.arms[1]["value"]
    assert all(arm["low"] < arm["value"] < arm["high"] for arm in display.arms)
    drawn = DetectionDisplay.from_report(MadeReport()).plot()
    labels = [label.get_text() for label in drawn.axes_[1].get_yticklabels()]
    assert labels[:2] == ["age (gives it away)", "workclass (gives it away)"]
    bars = [matplotlib.colors.to_hex(bar.get_facecolor()) for bar in drawn.axes_[1].patches]
    assert bars[:3] == [PALETTES["light"].synthetic] * 2 + [PALETTES["light"].muted]


def test_the_privacy_display_draws_both_distributions(tables: tuple[pd.DataFrame, ...]) -> None:
    real, synthetic, holdout = tables
    display = PrivacyDisplay.from_tables(
        real, synthetic, holdout=holdout, schema=KINDS, random_state=0
    )
    found = closest_distances(real, synthetic, holdout=holdout, schema=KINDS, random_state=0)
    shown = [stairs.get_data().values.tolist() for stairs in display.plot().ax_.patches]
    assert shown == [list(found.holdout_shares), list(found.shares)]


def test_the_training_display_parts_errors_from_losses() -> None:
    history = [
        {"step": step, "seconds": 0.1, "generator_loss": 1 / step, "note": "text"}
        for step in (50, 100, 150)
    ]
    history[1]["validation_error"] = 0.3
    display = TrainingDisplay.from_history(history)
    assert [[line["label"] for line in group["series"]] for group in display.groups] == [
        ["generator loss"], ["validation error"]
    ]  # fmt: skip
    drawn = display.plot()
    assert drawn.axes_[0].lines[0].get_xydata().tolist() == [
        [step, 1 / step] for step in (50, 100, 150)
    ]
    assert drawn.axes_[1].lines[0].get_xydata().tolist() == [[100, 0.3]]
    with pytest.raises(InvalidParameterError, match=r"history_ of a fitted estimator. Got \[\]"):
        TrainingDisplay.from_history([])


def test_the_training_display_shows_the_game_by_itself_where_it_was_recorded() -> None:
    record = {"step": 50, "generator_loss": 0.7, "value": -1.4, "d_real": 0.5, "d_fake": 0.4}
    losses, game = TrainingDisplay.from_history([record]).groups
    assert [line["label"] for line in losses["series"]] == ["generator loss"]
    assert {line["label"]: line["values"] for line in game["series"]} == {
        "V(D, G)": [-1.4], "D(x)": [0.5], "D(G(z))": [0.4]
    }  # fmt: skip
    assert "-1.386" in game["title"]


def test_displays_are_imported_without_matplotlib() -> None:
    code = "import tabgan.plots, sys; print('matplotlib' in sys.modules, 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("theme", sorted(PALETTES))
def test_texts_and_lines_stand_out_from_the_paper(theme: str) -> None:
    colours = PALETTES[theme]
    for text in (colours.ink, colours.muted):
        assert contrast(text, colours.paper) >= 4.5
    for line in (colours.real, colours.synthetic, colours.holdout, colours.expected):
        assert contrast(line, colours.paper) >= 3
    for end in (colours.negative, colours.positive, colours.most):
        for shade in shades(colours.middle, end):
            assert contrast(readable_on(shade), shade) >= 4.5
        assert len(shades(colours.middle, end)) == SHADES + 1


def test_the_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_a_cell_that_would_hide_all_others_is_cut_and_told() -> None:
    assert spike_of([[90.0, 2.0, 1.0], [80.0, 3.0, 1.0]]) == (0, pytest.approx(3.9))
    assert spike_of([[20.0, 3.0, 1.0]]) is None
    assert spike_of([[90.0, 0.0, 0.0]]) is None
    assert spike_of([[90.0, 1.0]]) is None
    panel = {"column": "c", "edges": [0.0, 1.0, 2.0, 3.0], "tick_labels": None, "holdout": None,
             "real": [0.9, 0.06, 0.04], "synthetic": [0.92, 0.05, 0.03]}  # fmt: skip
    drawn = MarginalsDisplay(panels=[panel]).plot()
    assert drawn.ax_.get_ylim() == (0, pytest.approx(1.3 * 0.06))
    assert [text.get_text() for text in drawn.ax_.texts] == [" ↑ 90.0%, 92.0%"]
