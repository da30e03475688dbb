"""Columns: is each column by itself like the real one?"""

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd

from tabgan import metrics
from tabgan.report.context import Context
from tabgan.report.credit import withdraw_credit
from tabgan.report.pieces import Figure, Section, column, finite, interval_of, table
from tabgan.report.verdicts import THRESHOLDS

__all__ = ["date_labels", "fill_columns"]

MOST_PANELS = 60
# The jackknife goes through the columns 40 times.
MOST_COLUMNS = 200
COLUMNS = (
    column("column", "Column", "text"),
    column("kind", "Kind", "text"),
    column("error", "Shape error", "share"),
    column("holdout_error", "Shape error of the holdout", "share"),
    column("kl", "KL divergence, nats"),
    column("js", "JS divergence, nats"),
    column("holdout_js", "JS divergence of the holdout"),
    column("missing_real", "Missing, real", "share"),
    column("missing_synthetic", "Missing, synthetic", "share"),
    column("coverage", "Range or levels covered", "share"),
    column("holdout_coverage", "Covered by the holdout", "share"),
    column("outside", "Outside the real range or levels", "share"),
)


def fill_columns(context: Context, section: Section) -> None:
    """Fill the section."""
    with section.attempt("The shape error"):
        errors = context.measure_even(metrics.shape_error)
        section.figures += [_excess_figure(context), _error_figure(errors)]
    with section.attempt("The divergences"):
        divergences = context.measure_even(metrics.column_divergences)
        section.figures.append(_divergence_figure(divergences))
    with section.attempt("The table and the pictures of the columns"):
        marginals = context.measure(metrics.column_marginals).columns
        covered = context.measure_even(metrics.column_marginals).columns
        even = context.cut(context.even_rows)
        of_holdout = metrics.shape_error(
            even["real"], even["holdout"], schema=context.tables.kinds, random_state=0
        )
        rows = [
            {
                "column": str(name),
                "kind": context.tables.kinds[name],
                "error": errors.parts[name],
                "holdout_error": of_holdout.parts[name],
                **_divergence_cells(divergences.parts[name]),
                **_marginal_cells(marginals[name]),
                "coverage": finite(covered[name].coverage),
                "holdout_coverage": finite(covered[name].coverage_holdout),
            }
            for name in marginals
        ]
        note = "KL is that of the synthetic column from the real one; its cells are in the docs."
        section.tables.append(table("columns", "Every column", COLUMNS, rows, note))
        section.plots.append(_plot(context, marginals, errors.parts, section))
    section.note(
        f"Errors, divergences and the range or levels covered are those of {context.even_rows:,} "
        "rows of each table, for a synthetic table and a holdout of equal size."
    )
    withdraw_credit(context, section)


def _excess_figure(context: Context) -> Figure:
    found = context.measure(metrics.shape_excess, max_columns=MOST_COLUMNS)
    return Figure.rated(
        THRESHOLDS["shape_excess"],
        name="shape_excess",
        label="Excess shape error",
        meaning=(
            "Mean distance of the columns from unseen real rows, beyond that of real rows: 0 is "
            "what a fresh real sample scores."
        ),
        **interval_of(found, 100),
        reference=0.0,
        unit="points",
    )


def _error_figure(errors: metrics.ErrorResult) -> Figure:
    return Figure(
        name="shape_error",
        label="Shape error",
        meaning=(
            "Mean over columns of the Kolmogorov-Smirnov or total variation distance from the seen "
            "rows; below the reference it follows these very rows."
        ),
        value=finite(errors.value, 100),
        reference=finite(errors.reference, 100),
        unit="%",
    )


def _divergence_figure(divergences: metrics.ColumnDivergences) -> Figure:
    return Figure(
        name="js_divergence",
        label="Jensen-Shannon divergence",
        meaning="Mean over columns, 0 where equal and at most 0.693 nats.",
        value=finite(divergences.value),
        reference=finite(divergences.reference),
        unit="nats",
    )


def _divergence_cells(part: metrics.ColumnDivergence) -> dict[str, Any]:
    return {"kl": part.kl, "js": part.js, "holdout_js": part.holdout_js}


def _marginal_cells(part: metrics.ColumnMarginal) -> dict[str, Any]:
    return {
        "missing_real": part.missing_real,
        "missing_synthetic": part.missing_synthetic,
        "outside": part.outside.share,
    }


def _plot(
    context: Context, marginals: Any, errors: dict[Hashable, float], section: Section
) -> dict[str, Any]:
    """Return the pictures, of the columns with the largest errors where there are too many."""
    names = list(marginals)
    if len(names) > MOST_PANELS:
        worst = set(sorted(names, key=lambda name: -errors[name])[:MOST_PANELS])
        names = [name for name in names if name in worst]
        section.note(
            f"The {MOST_PANELS} columns with the largest shape errors are drawn, of "
            f"{len(marginals)}."
        )
    panels = [_panel(name, marginals[name], context.has_holdout) for name in names]
    named = sorted(names, key=lambda name: -errors[name])[:3]
    largest = ", ".join(f"{name} {100 * errors[name]:.1f} %" for name in named)
    return {
        "kind": "marginals",
        "id": "marginals",
        "title": "Distribution of every column",
        "alt": f"{len(panels)} columns, real and synthetic. Largest shape errors: {largest}.",
        "panels": panels,
    }


def _panel(name: Hashable, part: metrics.ColumnMarginal, has_holdout: bool) -> dict[str, Any]:
    labels = part.labels
    if part.kind == "datetime" and part.edges is not None:
        labels = date_labels(part.edges)
    return {
        "column": str(name),
        "numeric": part.is_numeric,
        "edges": part.edges,
        "tick_labels": labels,
        "real": part.real,
        "synthetic": part.synthetic,
        "holdout": part.holdout if has_holdout else None,
        "missing": {"real": part.missing_real, "synthetic": part.missing_synthetic},
    }


def date_labels(edges: Sequence[float]) -> tuple[str, ...]:
    """Return the dates of edges in microseconds, with the time of day where they are close."""
    days = pd.to_datetime(pd.Series(edges), unit="us")
    is_long = days.iloc[-1] - days.iloc[0] > pd.Timedelta(days=3)
    return tuple(days.dt.strftime("%Y-%m-%d" if is_long else "%Y-%m-%d %H:%M"))
