"""The report as an object: forms, laziness, determinism, odd tables."""

import html
import json
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

import tabgan
from tabgan import SyntheticReport
from tabgan.datasets import make_known_table
from tabgan.exceptions import InvalidParameterError
from tabgan.report.pieces import Section

SECTIONS = [
    "overview", "columns", "correlations", "neighbors", "detection", "utility", "coverage",
    "privacy", "attacks", "training",
]  # fmt: skip


def _tables(n_rows: int = 300) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    train, fresh, holdout = (make_known_table(n_rows, random_state=seed) for seed in range(3))
    return train, fresh, holdout


@pytest.fixture(scope="module")
def report() -> SyntheticReport:
    """Return a whole report. Do not change it."""
    train, fresh, holdout = _tables()
    whole = SyntheticReport(train, fresh, holdout=holdout, target="country", random_state=0)
    whole.to_dict()
    return whole


def test_the_summary_keeps_its_contract(report: SyntheticReport) -> None:
    summary = report.to_dict()
    assert summary["format"] == 1
    assert summary["version"] == tabgan.__version__
    assert summary["tables"] == {
        "train": {"rows": 300, "columns": 5},
        "synthetic": {"rows": 300, "columns": 5},
        "holdout": {"rows": 300, "columns": 5},
    }
    assert [section["id"] for section in summary["sections"]] == SECTIONS
    ids = []
    for section in summary["sections"]:
        assert set(section) == {
            "id", "title", "state", "notes", "figures", "tables", "plots"
        }  # fmt: skip
        assert section["state"] in ("ok", "limited", "absent")
        assert section["state"] == "ok" or section["notes"]
        ids += [plot["id"] for plot in section["plots"]]
        for figure in section["figures"]:
            assert set(figure) == {
                "name", "label", "value", "low", "high", "reference", "good", "bad", "verdict",
                "direction", "unit", "meaning",
            }  # fmt: skip
            assert figure["meaning"].endswith(".")
        for table in section["tables"]:
            keys = {column["key"] for column in table["columns"]}
            assert {column["kind"] for column in table["columns"]} <= {
                "text", "number", "share", "verdict"
            }  # fmt: skip
            assert all(set(row) == keys for row in table["rows"])
    assert len(ids) == len(set(ids))
    assert {"marginals", "matrices", "overlap", "map", "detection", "distances"} <= set(ids)


def test_the_plots_keep_their_contract(report: SyntheticReport) -> None:
    plots = {p["id"]: p for section in report.to_dict()["sections"] for p in section["plots"]}
    for panel in plots["marginals"]["panels"]:
        n_cells = len(panel["real"])
        assert len(panel["synthetic"]) == len(panel["holdout"]) == n_cells
        if panel["numeric"]:
            assert len(panel["edges"]) == n_cells + 1
        else:
            assert len(panel["tick_labels"]) == n_cells
    assert np.shape(plots["matrices"]["real"]) == (5, 5)
    size = len(plots["map"]["x"])
    assert size == 600
    assert all(len(plots["map"][name]) == size for name in ("y", "role", "tooltip", "overlap"))
    overlap = plots["overlap"]
    assert len(overlap["share_values"]) == len(overlap["expected"]) == 11
    assert sum(overlap["observed_real"]) == pytest.approx(1)
    distances = plots["distances"]
    assert len(distances["edges"]) == len(distances["synthetic"]) + 1
    assert all(plot["alt"] for plot in plots.values())


def test_real_rows_are_not_shown_in_the_map(report: SyntheticReport) -> None:
    [plot] = [p for p in report.section("neighbors")["plots"] if p["kind"] == "map"]
    shown = {role: set() for role in ("real", "synthetic")}
    for role, text in zip(plot["role"], plot["tooltip"], strict=True):
        shown[role].add(text)
    assert shown["real"] == {"real row"}
    assert any("city: " in text for text in shown["synthetic"])


def test_json_comes_back_as_it_was(report: SyntheticReport) -> None:
    assert json.loads(report.to_json()) == report.to_dict()
    assert json.loads(report.to_json(indent=1)) == report.to_dict()


def test_the_frame_holds_every_figure(report: SyntheticReport) -> None:
    frame = report.to_frame()
    n_figures = sum(len(section["figures"]) for section in report.to_dict()["sections"])
    assert len(frame) == n_figures
    assert frame["value"].dtype == float
    assert set(frame["section"]) <= set(SECTIONS)


def test_the_terminal_form_shows_answers_and_figures(report: SyntheticReport) -> None:
    text = str(report)
    for words in ("Fidelity", "Utility", "Copying", "Tree AUC", "Attacks (absent)", "95 %"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 110


def test_the_page_is_the_one_that_notebooks_show(report: SyntheticReport, tmp_path: Path) -> None:
    page = report.to_html(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == page
    assert html.escape(page) in report._repr_html_()
    assert "<html" in page


def test_sections_are_computed_when_asked_for_and_once() -> None:
    train, fresh, holdout = _tables()
    report = SyntheticReport(train, fresh, holdout=holdout, random_state=0)
    assert "0 of 10 sections" in repr(report)
    first = report.section("privacy")
    assert "1 of 10 sections" in repr(report)
    assert report.section("privacy") == first
    with pytest.raises(InvalidParameterError, match=r"must be one of 'overview'.*Got 'privates'"):
        report.section("privates")


def test_the_same_seed_gives_the_same_report() -> None:
    train, fresh, holdout = _tables()

    def sections(seed: int, names: list[str], n_jobs: int | None = None) -> list[dict]:
        report = SyntheticReport(
            train, fresh, holdout=holdout, max_rows=250, random_state=seed, n_jobs=n_jobs
        )
        return [report.section(name) for name in names]

    first = sections(0, SECTIONS[1:])
    assert sections(0, SECTIONS[1:]) == first
    assert sections(1, ["columns", "privacy"]) != sections(0, ["columns", "privacy"])
    threaded = ["neighbors", "detection", "utility", "privacy"]
    expected = [first[SECTIONS.index(name) - 1] for name in threaded]
    assert sections(0, threaded, n_jobs=2) == expected


def test_two_runs_give_the_same_json_and_the_time_stands_beside_it() -> None:
    train, fresh, holdout = _tables(60)
    reports = [SyntheticReport(train, fresh, holdout=holdout, random_state=0) for _ in range(2)]
    assert reports[0].to_json() == reports[1].to_json()
    assert reports[0].to_html() == reports[1].to_html()
    assert list(reports[0].seconds) == [*SECTIONS[1:], "overview"]
    assert all(seconds >= 0 for seconds in reports[0].seconds.values())


def test_value_and_reference_are_of_equally_many_rows() -> None:
    # A synthetic table and a holdout of one size change places, beside a longer real table.
    train = make_known_table(600, random_state=0)
    ours, theirs = (make_known_table(150, random_state=seed) for seed in (1, 2))
    found = []
    for synthetic, holdout in ((ours, theirs), (theirs, ours)):
        report = SyntheticReport(train, synthetic, holdout=holdout, random_state=0)
        sections = [report.section(name) for name in ("columns", "correlations")]
        assert any("150 rows of each table" in note for note in sections[0]["notes"])
        assert any("trend error that of 150" in note for note in sections[1]["notes"])
        figures = {f["name"]: f for section in sections for f in section["figures"]}
        found.append((figures, sections[0]["tables"][0]["rows"]))
    for name in ("shape_error", "js_divergence", "trend_error", "mean_difference"):
        first, second = (figures[name] for figures, _ in found)
        assert first["value"] == pytest.approx(second["reference"], rel=1e-9), name
        assert first["reference"] == pytest.approx(second["value"], rel=1e-9), name
    for first, second in zip(found[0][1], found[1][1], strict=True):
        for ours, theirs in (("error", "holdout_error"), ("js", "holdout_js"),
                             ("coverage", "holdout_coverage")):  # fmt: skip
            assert first[ours] == pytest.approx(second[theirs], nan_ok=True)


def test_the_sides_of_the_overlap_and_the_copies_stand_beside_those_of_real_rows(
    report: SyntheticReport,
) -> None:
    context = report._context
    neighbors = {figure["name"]: figure for figure in report.section("neighbors")["figures"]}
    for side in ("real", "synthetic"):
        shown = neighbors[f"overlap_{side}_side"]
        assert shown["value"] == getattr(context.overlap.headline, f"{side}_side")
        assert shown["reference"] == getattr(context.overlap.floor, f"{side}_side")
    privacy = {figure["name"]: figure for figure in report.section("privacy")["figures"]}
    for name, excess in (("near_copies", "near_copy_excess"), ("singletons", "singleton_excess")):
        shown = privacy[name]
        assert shown["low"] <= shown["value"] <= shown["high"]
        assert shown["value"] - shown["reference"] == pytest.approx(privacy[excess]["value"])


def test_the_report_loads_nothing_heavy() -> None:
    code = (
        "from tabgan import SyntheticReport; import sys; "
        "print(*sorted({'torch', 'umap', 'matplotlib', 'numba', 'xgboost', 'jinja2'} "
        "& set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_bar_is_shown_if_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    table = pd.DataFrame({"x": [1.0, 2.0, 3.5], "y": list("aab")})
    SyntheticReport(table, table, holdout=table, random_state=0).to_dict()
    assert capsys.readouterr().err == ""
    SyntheticReport(table, table, holdout=table, random_state=0, verbose=1).to_dict()
    assert "training" in capsys.readouterr().err


def test_without_a_holdout_likeness_is_optimistic_and_privacy_cannot_be_judged() -> None:
    train, fresh, _ = _tables()
    report = SyntheticReport(train, fresh, random_state=0)
    summary = {section["id"]: section for section in report.to_dict()["sections"]}
    assert report.to_dict()["tables"]["holdout"] is None
    for name in ("overview", "columns", "correlations", "neighbors", "detection", "utility"):
        assert any("optimistic" in note for note in summary[name]["notes"]), name
    assert summary["privacy"]["state"] == "limited"
    assert "cannot be judged without a holdout" in summary["privacy"]["notes"][0]
    answers = {figure["name"]: figure for figure in summary["overview"]["figures"]}
    assert answers["copying"]["verdict"] == "not judged"
    assert summary["columns"]["plots"][0]["panels"][0]["holdout"] is None


class _Fitted:
    """The part of a fitted estimator that the report reads."""

    history_: ClassVar = [
        {"step": step, "seconds": step / 10, "generator_loss": 1 / step, "validation_error": error}
        for step, error in ((50, 0.3), (100, 0.1), (150, 0.2))
    ]
    n_iter_ = 150
    stop_reason_ = "max_steps"


def test_the_game_has_a_picture_of_its_own_where_it_was_recorded() -> None:
    train, fresh, holdout = _tables(30)
    fitted = _Fitted()
    fitted.history_ = [{"step": 50, "seconds": 1.0, "value": -1.4, "d_real": 0.5, "d_fake": 0.4}]
    report = SyntheticReport(train, fresh, holdout=holdout, estimator=fitted, random_state=0)
    (plot,) = report.section("training")["plots"]
    assert plot["id"] == "training-game"
    labels = [line["label"] for line in plot["series"]]
    assert labels == ["V(D, G)", "D(x)", "D(G(z))"]


def test_training_is_shown_if_an_estimator_is_given() -> None:
    train, fresh, holdout = _tables(30)
    report = SyntheticReport(train, fresh, holdout=holdout, estimator=_Fitted(), random_state=0)
    section = report.section("training")
    assert section["state"] == "ok"
    plots = {plot["id"]: plot for plot in section["plots"]}
    assert plots["training-losses"]["steps"] == [50, 100, 150]
    assert plots["training-errors"]["series"][0]["values"] == [0.3, 0.1, 0.2]
    assert plots["training-errors"]["best_step"] == 100
    assert "training-game" not in plots
    nothing = SyntheticReport(train, fresh, estimator=object(), random_state=0)
    assert nothing.section("training")["state"] == "absent"
    assert "object given holds no history" in nothing.section("training")["notes"][0]


def _odd_table(n_rows: int, seed: int) -> pd.DataFrame:
    """Return columns of every kind that could break something."""
    generator = np.random.default_rng(seed)
    days = pd.to_timedelta(generator.integers(0, 300, n_rows), "D")
    table = {
        "constant": "x",
        "no number": np.nan,
        "nothing": None,
        "day": pd.Timestamp("2024-01-01") + days,
        "flag": generator.random(n_rows) < 0.4,
        "ünïcode 表": generator.choice(["é", "日本", "<b>"], n_rows),
        "levels": [f"L{level}" for level in generator.integers(0, 500, n_rows)],
        "gap": np.where(generator.random(n_rows) < 0.3, np.nan, generator.normal(size=n_rows)),
        "identifier": [f"{seed}-{row:06d}" for row in range(n_rows)],
        "nullable": pd.array(generator.choice([1, 2, 3], n_rows), dtype="Int64"),
        5: generator.normal(size=n_rows),
    }
    return pd.DataFrame(table)


@pytest.mark.parametrize("n_rows", [2, 5, 60])
@pytest.mark.parametrize("has_holdout", [True, False])
@pytest.mark.parametrize("is_collapsed", [False, True])
def test_odd_columns_and_few_rows_are_limits_and_no_errors(
    n_rows: int, has_holdout: bool, is_collapsed: bool
) -> None:
    real, synthetic, holdout = (_odd_table(n_rows, seed) for seed in range(3))
    if is_collapsed:
        synthetic = synthetic.iloc[[0] * n_rows].reset_index(drop=True)
    report = SyntheticReport(
        real, synthetic, holdout=holdout if has_holdout else None, random_state=0
    )
    for section in report.to_dict()["sections"]:
        for note in section["notes"]:
            assert note.endswith(".")
            assert "Traceback" not in note
    if n_rows == 5:
        notes = " ".join(report.section("neighbors")["notes"])
        assert report.section("neighbors")["state"] == "limited"
        assert "needs at least 11 rows" in notes
    assert report.to_html()
    assert str(report)


@pytest.mark.slow
def test_a_hundred_columns_are_no_trouble() -> None:
    generator = np.random.default_rng(0)
    tables = [pd.DataFrame(generator.normal(size=(200, 100))).add_prefix("x") for _ in range(3)]
    report = SyntheticReport(
        tables[0], tables[1], holdout=tables[2], schema=None, random_state=0, max_rows=150
    )
    columns = report.section("columns")
    assert len(columns["tables"][0]["rows"]) == 100
    assert len(columns["plots"][0]["panels"]) == 60
    assert any("60 columns with the largest" in note for note in columns["notes"])
    correlations = report.section("correlations")
    assert any("pairs of 40 columns drawn at random, of 100" in n for n in correlations["notes"])
    assert len(correlations["plots"][0]["columns"]) == 100


def test_a_collapsed_table_has_a_page() -> None:
    rng = np.random.default_rng(0)
    real, collapsed, holdout = (
        pd.DataFrame(rng.normal(size=(60, 2)), columns=["x", "y"]) for _ in range(3)
    )
    collapsed.iloc[:15] = 5.0
    report = SyntheticReport(real, collapsed, holdout=holdout, random_state=0)
    assert "share of neighbours from the other table" in report.to_html()
    (plot,) = (p for p in report.section("neighbors")["plots"] if p["kind"] == "overlap")
    assert None not in (*plot["observed_real"], *plot["observed_synthetic"])


def test_numbers_that_cannot_be_squared_limit_nothing() -> None:
    generator = np.random.default_rng(0)

    def draw() -> pd.DataFrame:
        x = generator.normal(size=200)
        return pd.DataFrame({"x": x, "y": 1e300 * (x + 0.3 * generator.normal(size=200))})

    real, synthetic, holdout = draw(), draw(), draw()
    synthetic.loc[0, "x"] = 1e300
    report = SyntheticReport(real, synthetic, holdout=holdout, target="y", random_state=0)
    for name in ("columns", "correlations", "utility", "coverage", "privacy"):
        assert report.section(name)["state"] == "ok", name
    figures = {figure["name"]: figure for figure in report.section("utility")["figures"]}
    assert 0.7 < figures["utility"]["value"] < 1
    assert figures["utility"]["low"] < figures["utility"]["value"] < figures["utility"]["high"]


def test_what_a_library_says_stays_out_of_the_notes() -> None:
    section = Section("detection", "Detection")
    with section.attempt("The judge"):
        raise ValueError("Stack trace: [bt] (0)")
    assert section.notes == ["The judge could not be computed for these tables (ValueError)."]
    assert section.state == "limited"
