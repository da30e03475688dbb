"""The page: whole, escaped, the same every time, and readable without scripts, colours or eyes."""

import copy
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from tabgan.plots._style import PALETTES, contrast
from tabgan.report.drawings import DRAWINGS, Markup, draw, draw_gauge
from tabgan.report.drawings.elements import shorten, tag, text_width
from tabgan.report.drawings.scales import (
    DASH,
    Scale,
    decimals_of,
    format_number,
    format_share,
    ticks,
)
from tabgan.report.page import TEMPLATES, render_page
from tabgan.report.untrusted import cleaned, cleaned_text
from tests.report.made_summaries import HOSTILE, made_summary

pytest.importorskip("jinja2", reason="the page needs the extra report")

VOID = {"meta", "input", "link", "br", "img", "hr"}


class Outline(HTMLParser):
    """Everything of a page that is not text: tags with attributes, and whether they nest."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), (tag, attrs)
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def attributes(self, name: str) -> list[str]:
        return [value for _, given in self.tags if (value := given.get(name)) is not None]

    def of(self, tag: str) -> list[str]:
        return [text for within, text in self.texts if within == tag]


@pytest.fixture(scope="module")
def page() -> str:
    return render_page(made_summary(15))


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


def test_elements_nest_and_ids_are_unique(outline: Outline) -> None:
    assert outline.open == []
    ids = outline.attributes("id")
    assert len(ids) == len(set(ids))
    targets = outline.attributes("aria-labelledby") + [
        link.removeprefix("#") for link in outline.attributes("href")
    ]
    assert targets and set(targets) <= set(ids)


def test_headings_are_in_order(outline: Outline) -> None:
    levels = [int(name[1]) for name, _ in outline.tags if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_every_section_figure_table_and_plot_is_there(page: str, outline: Outline) -> None:
    summary = made_summary(15)
    links = outline.of("a")
    texts = [text for _, text in outline.texts]
    for section in summary["sections"]:
        assert section["title"] in links
        assert any(text.startswith(section["title"]) for text in outline.of("h2"))
        for part in (*section["figures"], *section["tables"], *section["plots"]):
            assert part.get("label", part.get("title")) in texts
        assert set(section["notes"]) <= set(texts)
        for plot in section["plots"]:
            assert any(text.startswith(plot["alt"]) for text in outline.of("figcaption"))
    n_pictures = sum(attrs.get("role") == "img" for name, attrs in outline.tags if name == "svg")
    # 15 panels of marginals, 3 matrices, 3 pairs, map, 2 of overlap, 2 of detection, 1, 3.
    assert n_pictures == 15 + 3 + 3 + 1 + 2 + 2 + 1 + 3


def test_states_are_said_in_words_and_notes_of_limits_stand_first(page: str) -> None:
    limited = page.index("The target &#39;age&#39; has one class only.")
    assert 'class="notes warned"' in page[limited - 60 : limited]
    assert re.search(r'>Utility <span class="state">limited</span></h2>', page)
    assert re.search(r'>Attacks <span class="state">not applicable</span></h2>', page)


def test_a_verdict_stands_beside_its_thresholds_and_interval(page: str) -> None:
    row = re.search(r"<tr>\s*<th scope=\"row\">Trend excess.*?</tr>", page, re.S)
    assert row
    told = re.sub(r"<[^>]+>", " ", row.group(0))
    for text in ("7.30 points", "6.60 to 8.00 points", "0 points", "bad", "good ≤ 2 points"):
        assert text in told, text
    assert "bad ≥ 6 points" in told
    higher = re.search(r"good ≥ 0.95, bad ≤ 0.7<", page)
    assert higher
    assert "bad ≥ 0.52\u202f%" in page


def test_verdicts_differ_by_word_and_mark(page: str) -> None:
    badges = set(
        re.findall(r'class="badge (\w+)"><span aria-hidden="true">(.)</span> ([\w ]+)<', page)
    )
    words = {word for _, _, word in badges}
    assert words == {"good", "bad", "look", "too little data", "copying found", "no copying found",
                     "not judged"}  # fmt: skip
    marks = {kind: mark for kind, mark, word in badges if word in ("good", "look", "bad")}
    assert len(set(marks.values())) == 3


def test_pictures_tell_their_numbers_to_screen_readers(outline: Outline) -> None:
    labels = outline.attributes("aria-label")
    assert any("real and synthetic shares differ by" in label for label in labels)
    assert any(label.startswith("Real: 15 x 15 associations, mean size 0.") for label in labels)
    assert any("unseen and synthetic: 0.952" in label for label in labels)
    hidden = [attrs for name, attrs in outline.tags if name == "svg" and "aria-label" not in attrs]
    assert all(attrs["aria-hidden"] == "true" for attrs in hidden)


def test_nothing_is_loaded_and_a_policy_forbids_it(page: str, outline: Outline) -> None:
    assert outline.attributes("src") == []
    assert all(link.startswith("#") for link in outline.attributes("href"))
    assert outline.attributes("style") == []
    assert not re.search(r"url\(|@import|https?://", page)
    policy = next(attrs["content"] for name, attrs in outline.tags if "http-equiv" in attrs)
    assert policy and policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_the_page_is_the_same_for_the_same_summary(page: str) -> None:
    summary = made_summary(15)
    before = copy.deepcopy(summary)
    assert render_page(summary) == page
    assert summary == before
    code = (
        "import hashlib; from tests.report.made_summaries import made_summary;"
        "from tabgan.report.page import render_page;"
        "print(hashlib.sha256(render_page(made_summary(5)).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            cwd=TEMPLATES.parents[2], env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(digests) == 1


@pytest.mark.parametrize(("n_columns", "megabytes"), [(50, 1.5), (100, 3.0)])
def test_the_page_of_many_columns_is_small(n_columns: int, megabytes: float) -> None:
    page = render_page(made_summary(n_columns, n_points=3000))
    assert len(page.encode()) < megabytes * 1e6


def _hostile(value: Any) -> Any:
    """Put markup into every text of a summary that is not a key of the contract."""
    fixed = ("kind", "id", "state", "verdict", "direction", "unit", "role", "kinds", "key", "real",
             "synthetic", "version")  # fmt: skip
    if isinstance(value, str):
        return f"{HOSTILE}\"'><script>alert(2)</script>{{{{7*7}}}}{value}"
    if isinstance(value, dict):
        return {k: part if k in fixed else _hostile(part) for k, part in value.items()}
    return [_hostile(part) for part in value] if isinstance(value, list) else value


def test_no_text_becomes_markup() -> None:
    harmless, hostile = Outline(render_page(made_summary(5))), Outline(
        render_page(_hostile(made_summary(5)))
    )  # fmt: skip
    assert hostile.open == []
    assert [name for name, _ in hostile.tags if name in ("img", "script")] == ["script"]
    names = {name for _, given in hostile.tags for name in given}
    assert not any(name.startswith("on") for name in names)
    assert names == {name for _, given in harmless.tags for name in given}
    assert any(HOSTILE in text for _, text in hostile.texts)
    assert any("{{7*7}}" in text for _, text in hostile.texts)


def test_the_matrix_for_tooltips_is_json_of_the_numbers() -> None:
    told = Outline(render_page(made_summary(5, hostile=True))).attributes("data-matrix")
    assert len(told) == 1
    matrix = json.loads(told[0])
    assert matrix["columns"][0] == HOSTILE
    assert matrix["real"][0][0] == 1 and matrix["real"][1][3] is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\x00b", "a�b"), ("half \ud800", "half �"), ("\u202eturned", "�turned"), ("tab\t", "tab\t")],
)
def test_unfit_characters_are_replaced(text: str, shown: str) -> None:
    assert cleaned_text(text) == shown
    assert cleaned({text: [text, float("nan")]}) == {shown: [shown, None]}
    cleaned_text(text).encode("utf-8")


def test_a_summary_with_next_to_nothing_is_shown() -> None:
    section = {"id": "privacy", "title": "Privacy", "state": "limited", "notes": ["No holdout."],
               "figures": [], "tables": [], "plots": []}  # fmt: skip
    summary = {"format": 1, "version": "1", "sections": [section],
               "tables": {"train": {"rows": 5, "columns": 1}, "synthetic": {"rows": 5,
                          "columns": 1}, "holdout": None}}  # fmt: skip
    page = render_page(summary)
    assert "no holdout" in page and "No holdout." in page


def _empty_plots() -> list[dict[str, Any]]:
    panel = {"column": "c", "numeric": True, "edges": [1.0, 1.0], "tick_labels": None,
             "real": [1.0], "synthetic": [0.0], "holdout": None,
             "missing": {"real": None, "synthetic": None}}  # fmt: skip
    bare = {"id": "x", "title": "t", "alt": "a"}
    return [
        {**bare, "kind": "marginals", "panels": [panel, {**panel, "edges": None, "real": [],
                                                         "synthetic": [], "numeric": False}]},
        {**bare, "kind": "correlation", "columns": ["c"], "real": [[None]], "synthetic": [[None]],
         "holdout_difference": None, "measure": ""},
        {**bare, "kind": "pairs", "panels": []},
        {**bare, "kind": "map", "x": [], "y": [], "role": [], "tooltip": [], "overlap": []},
        {**bare, "kind": "map", "x": [1.0, None], "y": [1.0, 2.0], "role": ["real", "synthetic"],
         "tooltip": ["", ""], "overlap": [None, 1.0]},
        {**bare, "kind": "overlap", "share_values": [0.0, 1.0], "observed_real": [1.0, 0.0],
         "observed_synthetic": [1.0, 0.0], "expected": [1.0, 0.0],
         "arms": [{"label": "l", "value": None, "low": None, "high": None, "se": None}]},
        {**bare, "kind": "detection", "arms": [], "importance": [], "threshold": None},
        {**bare, "kind": "distances", "edges": [0.0, 0.0], "synthetic": [1.0], "holdout": [1.0],
         "title_x": "d"},
        {**bare, "kind": "training", "steps": [50], "best_step": None,
         "series": [{"label": "l", "values": [None]}, {"label": "m", "values": [0.5]}]},
    ]  # fmt: skip


@pytest.mark.parametrize("plot", _empty_plots(), ids=lambda plot: plot["kind"])
def test_a_plot_of_next_to_nothing_is_drawn(plot: dict[str, Any]) -> None:
    for panel in draw(plot).panels:
        assert not re.search(r"\bnan\b|\binf\b|None", panel.svg)


def test_every_kind_of_the_contract_is_drawn() -> None:
    kinds = {plot["kind"] for s in made_summary(5)["sections"] for plot in s["plots"]}
    assert kinds == set(DRAWINGS)


@pytest.mark.parametrize("n_columns", [1, 5, 15, 60, 100])
def test_labels_of_a_matrix_keep_apart_and_all_are_there_enlarged(n_columns: int) -> None:
    sections = made_summary(n_columns if n_columns > 1 else 2)["sections"]
    plot = next(plot for s in sections for plot in s["plots"] if plot["kind"] == "correlation")
    svg = draw(plot).panels[0].svg
    sides = re.findall(r'<text x="80" y="([\d.]+)" font-size="([\d.]+)" class="end ?(\w*)"', svg)
    shown = [(float(y), float(size)) for y, size, kind in sides if kind != "fine"]
    assert all(b - a >= size - 0.2 for (a, size), (b, _) in pairwise(shown))
    enlarged = [side for side in sides if side[2] != "coarse"]
    assert len(enlarged) == len(plot["columns"])


def test_a_matrix_is_drawn_cell_by_cell() -> None:
    matrix = [[1.0, 1.0, -0.5], [1.0, None, 0.0], [-0.5, 0.0, 1.0]]
    plot = {"columns": list("abc"), "real": matrix, "synthetic": matrix, "kind": "correlation",
            "holdout_difference": None, "measure": ""}  # fmt: skip
    svg = draw(plot).panels[0].svg
    paths = {c: d for d, c in re.findall(r'<path d="([^"]+)" class="([\w ]+)"', svg)}
    cells = {
        (int(row), int(start) + step): shade
        for shade, path in paths.items()
        for start, row, wide in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)
        for step in range(int(wide))
    }
    assert len(cells) == 9
    assert cells[0, 0] == cells[0, 1] == cells[2, 2] == "shade p10"
    assert (cells[0, 2], cells[1, 1], cells[1, 2]) == ("shade n5", "undefined", "shade p0")


def test_a_spike_leaves_the_picture_and_its_shares_are_told() -> None:
    panel = {"column": "c", "numeric": True, "edges": [0.0, 1.0, 2.0, 3.0], "tick_labels": None,
             "real": [0.9, 0.06, 0.04], "synthetic": [0.92, 0.05, 0.03], "holdout": None,
             "missing": {"real": 0.0, "synthetic": 0.0}}  # fmt: skip
    svg = draw({"kind": "marginals", "panels": [panel]}).panels[0].svg
    assert "↑ 90 %, 92 %" in svg
    assert svg.count("<title>") == 3 and "0 to 1: real 90 %, synthetic 92 %" in svg


def test_a_gauge_shows_value_interval_and_zones_in_place() -> None:
    figure = {"value": 7.3, "low": 6.6, "high": 8.0, "reference": 0.0, "good": 2.0, "bad": 6.0}
    svg = draw_gauge(figure)
    assert svg
    edges = [float(x) for x in re.findall(r'd="M([\d.]+) 11v13"', svg)]
    value = float(re.search(r'cx="([\d.]+)"', svg).group(1))  # type: ignore[union-attr]
    assert edges[0] < edges[1] < value < 156
    # Places are linear in the numbers.
    assert (value - edges[0]) / (edges[1] - edges[0]) == pytest.approx(5.3 / 4, abs=0.01)
    assert draw_gauge({**figure, "value": None}) is None
    assert 'class="zone good"' not in str(draw_gauge({**figure, "good": None}))


def test_the_largest_numbers_have_places_and_ticks() -> None:
    scale = Scale(-1.7e308, 1.7e308, 0.0, 100.0)
    assert scale(0.0) == pytest.approx(50)
    assert scale(1.7e308) == 100
    assert ticks(-1.7e308, 1.7e308)
    assert ticks(0.0, 1.0) == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert ticks(3.0, 3.0) == [3.0]
    for low, high in ((1e17, 1e17 + 64), (1e30, 1e30 * (1 + 1e-15)), (1.0, 1 + 4e-16)):
        close = ticks(low, high)
        assert close == sorted(set(close)) and low <= close[0] and close[-1] <= high


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (0.123456, "0.123"), (-7.5, "-7.5"), (12345.6, "12,346"), (1e-7, "1.00e-07"),
     (1e20, "1.00e+20"), (None, DASH), (float("nan"), DASH), (100.0, "100")],
)  # fmt: skip
def test_numbers_have_three_digits(value: float | None, written: str) -> None:
    assert format_number(value) == written


def test_an_interval_gives_its_figure_the_decimals() -> None:
    assert decimals_of(0.938, 0.966) == 3
    assert decimals_of(6.6, 8.0) == 2
    assert decimals_of(100, 9_000) is None
    assert decimals_of(0.5, 0.5) is None and decimals_of(None, 1.0) is None
    assert format_number(1.0, decimals=3) == "1.000"
    assert format_number(-0.0001, decimals=2) == "0.00"
    assert format_share(-1e-9) == format_share(-0.0) == "0 %"
    assert format_share(0.5) == "50 %" and format_share(0.00314) == "0.31 %"


def test_a_long_name_is_cut_in_the_middle_to_its_room() -> None:
    assert shorten("short", 10, 100) == "short"
    cut = shorten("a very long name of a column", 10, 60)
    assert "…" in cut and cut.startswith("a ve") and cut.endswith("umn")
    assert text_width(cut, 10) <= 60
    assert text_width("収入", 10) > text_width("ab", 10)


def test_children_and_attributes_of_elements_are_escaped() -> None:
    made = tag("g", "<b>", tag("a"), fill_opacity=0.25, class_='"', missing=None, x=-0.0)
    assert made == '<g fill-opacity="0.2" class="&quot;" x="0">&lt;b&gt;<a/></g>'
    assert isinstance(made, Markup)


def test_colours_of_badges_are_readable() -> None:
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    blocks = re.findall(r"--good-back:.*?\}", style, re.S)
    assert len(blocks) == 2
    for block, theme in zip(blocks, ("light", "dark"), strict=True):
        colours = dict(re.findall(r"--([\w-]+):(#\w{6})", block))
        for kind in ("good", "look", "bad", "none"):
            assert contrast(colours[f"{kind}-ink"], colours[f"{kind}-back"]) >= 4.5
        for text in (PALETTES[theme].muted, PALETTES[theme].ink, colours["link"]):
            assert contrast(text, colours["panel"]) >= 4.5
        assert contrast(colours["link"], PALETTES[theme].paper) >= 4.5


def test_the_axis_of_a_pair_names_levels_beside_cells_and_dates_at_edges() -> None:
    pair = {"x": "day", "y": "c", "kinds": ["numeric", "levels"], "error": 0.1,
            "real": [[0.5, 0.1], [0.2, 0.2]], "synthetic": [[0.4, 0.2], [0.2, 0.2]],
            "x_labels": ["2001-01-01", "2002-01-01", "2003-01-01"], "x_edges": [0.0, 1.0, 2.0],
            "y_labels": ["low", "high"], "y_edges": None}  # fmt: skip
    svg = draw({"kind": "pairs", "panels": [pair]}).panels[0].svg
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", svg)
    for day in pair["x_labels"]:
        assert texts.count(day) == 2
    assert [text for text in texts if text in ("low", "high")] == ["low", "high"]
    places = [float(y) for y in re.findall(r'<text x="77" y="([\d.]+)"', svg)]
    assert places == [pytest.approx(18 + 118 * share + 3.5) for share in (0.25, 0.75)]
