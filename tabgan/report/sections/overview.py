"""Overview: what a person can act on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tabgan.report.context import Context
from tabgan.report.credit import (
    FOLLOWS_HOLDOUT,
    NOT_CREDITED,
    WITHOUT_HOLDOUT,
    copying_verdict,
    credited,
    follows_holdout,
)
from tabgan.report.pieces import Figure, Section, column, table
from tabgan.report.verdicts import Verdict, worst

__all__ = ["fill_overview"]

FIDELITY = (
    ("columns", "shape_excess"),
    ("correlations", "trend_excess"),
    ("correlations", "association_kept"),
    ("neighbors", "overlap"),
    ("detection", "auc_holdout"),
)
COPYING = (
    ("privacy", "dcr_share"),
    ("privacy", "exact_copies"),
    ("privacy", "near_copy_excess"),
    ("privacy", "singleton_excess"),
    ("privacy", "exact_holdout_copies"),
    ("detection", "auc_gap"),
    ("neighbors", "overlap_excess"),
    ("neighbors", "overlap_seen_excess"),
)
HEADLINE_COLUMNS = (
    column("figure", "Figure", "text"),
    column("value", "Value"),
    column("low", "from"),
    column("high", "to"),
    column("unit", "Unit", "text"),
    column("reference", "A real holdout"),
    column("good", "Good up to, or from"),
    column("bad", "Bad from, or up to"),
    column("verdict", "Verdict", "verdict"),
)
ACTIONS: dict[str, dict[Verdict, str]] = {
    "fidelity": {
        "good": "All figures of likeness are good: the table can stand for the real one.",
        "good, optimistic": (
            "Good, against training rows: optimistic. Copied rows would look the same; only a "
            "holdout tells."
        ),
        "not credited": (
            "Good, but not credited: copying is not excluded, and copies would look as good."
        ),
        "look": "Look at {names}: between good and bad, or too near to a threshold to say.",
        "bad": "Do not use it as if it were the real table. Bad: {names}.",
        "too little data": "Too few rows to judge {names}: give more rows, above all a holdout.",
        "copying found": "Fidelity is not credited: the table copies seen rows.",
        "not judged": "Not judged: {names} could not be computed.",
    },
    "utility": {
        "good": "Models trained on it predict about as well as those trained on real rows.",
        "good, optimistic": (
            "Good, against training rows: optimistic. The generator saw the rows tested on."
        ),
        "not credited": (
            "Good, but not credited: copying is not excluded, and copies would serve as well."
        ),
        "look": "Models trained on it lose some merit, or the loss is not settled; look at it.",
        "bad": "Models trained on it predict much worse than those trained on real rows.",
        "too little data": "Too few rows to judge the loss of merit.",
        "copying found": "Utility is not credited: the table copies seen rows.",
        "not judged": "Not judged: no model could be compared.",
    },
    "copying": {
        "no copying found": "No copying was found; that is no proof of privacy.",
        "copying found": "Do not pass it on: it repeats rows that the generator saw ({names}).",
        "look": "Look at {names}: copying is neither found nor excluded.",
        "too little data": "Too few rows to find copying: {names}.",
        "not judged": "Cannot be judged without a holdout.",
    },
}


def fill_overview(context: Context, section: Section, others: Mapping[str, Section]) -> None:
    """Fill the section from all others."""
    fidelity = [others[id].figure(name) for id, name in FIDELITY]
    copying = [others[id].figure(name) for id, name in COPYING]
    useful = [figure for figure in others["utility"].figures if figure.name == "utility_gap"]
    lost = worst(figure.verdict for figure in useful)
    section.figures += [
        _answer("fidelity", "Fidelity", _fidelity(context, section, fidelity), fidelity),
        _answer("utility", "Utility", credited(context, lost), useful),
        _answer("copying", "Copying", copying_verdict(context), copying),
    ]
    if not context.has_holdout:
        section.note(WITHOUT_HOLDOUT)
    if section.figures[0].verdict == "copying found":
        section.note(NOT_CREDITED)
    if follows_holdout(context):
        section.figures[2] = replace(section.figures[2], meaning=FOLLOWS_HOLDOUT)
    _note_sizes(context, section)
    section.tables += [
        _headlines([figure for figure in (*fidelity, *useful, *copying) if figure is not None]),
        _sizes(context),
    ]
    _add_differences(context, section)
    limited = [other.title for other in others.values() if other.state == "limited"]
    if limited:
        section.note(f"Not everything could be computed; see the notes of: {', '.join(limited)}.")


def _fidelity(context: Context, section: Section, figures: Sequence[Figure | None]) -> Verdict:
    """Return the worst verdict; a figure or a column that is lacking leaves no room for "good"."""
    has_pairs = len(context.tables.kinds) > 1
    verdicts: list[Verdict] = [
        "not judged" if figure is None else figure.verdict
        for (id, _), figure in zip(FIDELITY, figures, strict=True)
        if figure is not None or id != "correlations" or has_pairs
    ]
    verdict = worst(verdicts)
    if context.tables.lacking and verdict == "good":
        section.note("Columns are lacking, so that likeness is not called good.")
        return "look"
    return credited(context, verdict)


def _answer(name: str, label: str, verdict: Verdict, figures: Sequence[Figure | None]) -> Figure:
    """Return one of the three answers, with what decided it."""
    deciding = [f.label for f in figures if f is not None and f.verdict == verdict]
    names = ", ".join(deciding) or "the columns and figures that are lacking"
    meaning = ACTIONS[name].get(verdict, "").format(names=names)
    return Figure(name=name, label=label, meaning=meaning, value=None, verdict=verdict)


def _headlines(figures: Sequence[Figure]) -> dict[str, Any]:
    rows = [
        {
            "figure": figure.label,
            **{
                key: getattr(figure, key)
                for key in ("value", "low", "high", "unit", "reference", "good", "bad", "verdict")
            },
        }
        for figure in figures
    ]
    note = (
        "Good: the whole 95 % interval is on the good side of the first threshold. Bad: all of it "
        "is beyond the second. Too little data: half of it is wider than their distance. Else: "
        "look. Thresholds are starting values."
    )
    return table("verdicts", "What the verdicts rest on", HEADLINE_COLUMNS, rows, note)


def _sizes(context: Context) -> dict[str, Any]:
    words = {
        "train": "Real rows that the generator saw",
        "synthetic": "Synthetic rows",
        "holdout": "Real rows that it never saw",
    }
    rows = [
        {"table": word, "rows": size["rows"], "columns": size["columns"]}
        for name, word in words.items()
        if (size := context.tables.sizes[name]) is not None
    ]
    columns = (
        column("table", "Table", "text"),
        column("rows", "Rows"),
        column("columns", "Columns"),
    )
    return table("sizes", "The tables", columns, rows)


def _note_sizes(context: Context, section: Section) -> None:
    largest = max(len(context.tables.real), len(context.tables.synthetic))
    if largest > context.max_rows:
        section.note(
            f"Figures are those of at most {context.max_rows:,} random rows of each table "
            "(max_rows), some of fewer, as each section says; copies are searched for in all real "
            "rows."
        )


def _add_differences(context: Context, section: Section) -> None:
    """Add what does not fit the schema of the real table."""
    tables = context.tables
    rows: list[dict[str, Any]] = [
        {"column": str(name), "problem": problem, "cells": None, "share": None}
        for problem, names in (
            ("lacking in the synthetic table", tables.lacking),
            ("only in the synthetic table, left out", tables.surplus),
            ("an identifier or text, not compared", tables.identifiers),
        )
        for name in names
    ]
    rows += [
        {"column": str(f.column), "problem": f.problem, "cells": f.cells, "share": f.share}
        for f in tables.findings
    ]
    if tables.lacking or tables.surplus:
        section.state = "limited"
        section.note(
            f"The tables have different columns: {len(tables.lacking)} lacking, "
            f"{len(tables.surplus)} besides. The {len(tables.kinds)} columns in common are "
            "compared."
        )
    columns = (
        column("column", "Column", "text"),
        column("problem", "What does not fit", "text"),
        column("cells", "Cells"),
        column("share", "Share of the rows", "share"),
    )
    if rows:
        section.tables.append(table("differences", "Differences and invalid values", columns, rows))
    else:
        section.note("Columns, kinds and values fit the real table.")
