"""The page: one HTML file made from a summary alone, which loads nothing and sends nothing."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from tabgan._optional import require
from tabgan.plots._style import PALETTES, SHADES, Palette, readable_on, shades
from tabgan.report.drawings import Markup, draw, draw_gauge
from tabgan.report.drawings.scales import decimals_of, format_number, format_share
from tabgan.report.untrusted import cleaned

__all__ = ["frame_page", "render_page"]

TITLE = "Synthetic data report"
TEMPLATES = Path(__file__).parent / "templates"
# Class of the badge and mark before the word: never told apart by colour alone.
BADGES = {
    "good": ("good", "✓"),
    "no copying found": ("good", "✓"),
    "good, optimistic": ("look", "?"),
    "not credited": ("look", "?"),
    "look": ("look", "?"),
    "bad": ("bad", "✗"),
    "copying found": ("bad", "✗"),
    "too little data": ("none", "…"),
    "not judged": ("none", "–"),  # noqa: RUF001
}
# Sorting by verdict puts first what asks for an eye.
SEVERITY = {verdict: place for place, verdict in enumerate((
    "copying found", "bad", "look", "too little data", "not judged", "not credited",
    "good, optimistic", "no copying found", "good",
))}  # fmt: skip
STATES = {"ok": "", "limited": "limited", "absent": "not applicable"}
UNITS = {"%": "\u202f%", "points": " points", "nats": " nats"}


def render_page(summary: Mapping[str, Any]) -> str:
    """Render a summary as one self-contained HTML page.

    Parameters
    ----------
    summary : mapping
        What :meth:`tabgan.report.SyntheticReport.to_dict` returns. All texts in it are taken for
        untrusted: they are escaped, and a policy inside the page forbids all scripts and styles but
        its own, and all connections.

    Returns
    -------
    page : str
        The same for the same summary, to be written as UTF-8. It needs no network, and no script
        but for sorting and for the texts of single points.

    Raises
    ------
    MissingDependencyError
        If jinja2 is not installed: ``pip install "tabular-gan[report]"``.

    Examples
    --------
    >>> from tabgan.report.page import render_page
    >>> section = {"id": "columns", "title": "Columns <1>", "state": "absent", "notes": ["None."],
    ...     "figures": [], "tables": [], "plots": []}
    >>> page = render_page({"format": 1, "version": "1.0", "tables": {}, "sections": [section]})
    >>> "Columns &lt;1&gt;" in page, "<script src" in page
    (True, False)
    """
    jinja2 = require("jinja2", extra="report", purpose="The HTML page")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=format_number, share=format_share, unit=_with_unit)
    environment.globals.update(badge=_badge, thresholds=_thresholds, gauge=draw_gauge)
    style, script = _style(), _asset("page.js")
    return environment.get_template("page.html").render(
        title=TITLE,
        summary=_shown(cleaned(summary)),
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
    )


def frame_page(page: str, *, height: int = 800) -> str:
    """Return a frame that holds a page, for a notebook: its styles and ids stay inside.

    Parameters
    ----------
    page : str
        What :func:`render_page` returned.
    height : int, default=800
        Height of the frame in pixels.

    Returns
    -------
    frame : str
        An ``iframe`` whose scripts see nothing of the notebook.

    Examples
    --------
    >>> frame_page("<p>a</p>", height=90)
    '<iframe ... height="90" srcdoc="&lt;p&gt;a&lt;/p&gt;"></iframe>'
    """
    return (
        f'<iframe title="{TITLE}" sandbox="allow-scripts" width="100%" height="{height:d}" '
        f'srcdoc="{escape(page)}"></iframe>'
    )


def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Return a content security policy under which only this style and this script count."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _style() -> str:
    """Return the style sheet, after the colours of both themes."""
    light, dark = (_variables(PALETTES[theme]) for theme in ("light", "dark"))
    return (
        f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
        + "".join(_shade_rules())
        + _asset("page.css")
    )


def _variables(palette: Palette) -> str:
    """Return the colours of a theme as variables, each shade with the colour of text on it."""
    values = dict(vars(palette))
    ends = (("n", palette.negative), ("p", palette.positive), ("s", palette.most))
    for letter, end in ends:
        for step, colour in enumerate(shades(palette.middle, end)):
            values[f"{letter}{step}"] = colour
            values[f"on-{letter}{step}"] = readable_on(colour)
    return "".join(f"--{name}:{colour};" for name, colour in values.items())


def _shade_rules() -> Iterator[str]:
    for letter in "nps":
        for step in range(SHADES + 1):
            yield f".{letter}{step}{{fill:var(--{letter}{step})}}"
            yield f".on-{letter}{step}{{fill:var(--on-{letter}{step})}}\n"


def _shown(summary: dict[str, Any]) -> dict[str, Any]:
    """Return the summary with the pictures drawn and the figures parted by how they are shown."""
    sections = []
    for section in summary["sections"]:
        plots = [{**plot, "drawing": draw(plot)} for plot in section["plots"]]
        is_answer = section["id"] == "overview"
        tables = [{**table, "body": _body(table)} for table in section["tables"]]
        sections.append(
            {
                **section,
                "state_word": STATES.get(section["state"], section["state"]),
                "answers": section["figures"] if is_answer else [],
                "figures": [] if is_answer else section["figures"],
                "plots": plots,
                "tables": tables,
            }
        )
    return {**summary, "sections": sections}


def _body(table: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Return the cells of a table: what is shown, and what it is sorted by."""
    return [[_cell(row.get(column["key"]), column["kind"]) for column in table["columns"]]
            for row in table["rows"]]  # fmt: skip


def _cell(value: Any, kind: str) -> dict[str, Any]:
    if value is None or value == "":
        return {"kind": "empty", "text": "", "sort": "", "column": kind}
    if kind == "verdict":
        return {"kind": kind, "text": value, "sort": SEVERITY.get(value, len(SEVERITY))}
    if kind in ("number", "share") and isinstance(value, int | float):
        text = format_share(value) if kind == "share" else format_number(value, _digits(value))
        return {"kind": "number", "text": text, "sort": repr(value)}
    return {"kind": "text", "text": str(value), "sort": str(value)}


def _digits(value: float) -> int:
    """Return how many digits to show: all of a count, three of a measurement."""
    return 15 if isinstance(value, int) else 3


def _badge(verdict: str) -> dict[str, str]:
    kind, mark = BADGES.get(verdict, BADGES["not judged"])
    return {"kind": kind, "mark": mark, "word": verdict}


def _with_unit(value: float | None, unit: str, figure: Mapping[str, Any] | None = None) -> str:
    """Return a number with its unit, on request with the decimals that its interval bears."""
    decimals = decimals_of(figure["low"], figure["high"]) if figure else None
    return format_number(value, decimals=decimals) + (
        UNITS.get(unit, "") if value is not None else ""
    )


def _thresholds(figure: dict[str, Any]) -> str:
    """Say which values are good and which bad."""
    good, bad, unit = figure["good"], figure["bad"], figure["unit"]
    is_high_good = good is not None and bad is not None and good > bad
    least, most = ("≥", "≤") if is_high_good else ("≤", "≥")
    parts = []
    if good is not None:
        parts.append(f"good {least} {_with_unit(good, unit)}")
    if bad is not None:
        parts.append(f"bad {most} {_with_unit(bad, unit)}")
    return ", ".join(parts)
