"""Correlations: are the ties between pairs of columns like the real ones?"""

from typing import Any

import numpy as np

from tabgan import metrics
from tabgan.report.context import Context
from tabgan.report.credit import withdraw_credit
from tabgan.report.pieces import Figure, Section, column, finite, interval_of, table
from tabgan.report.sections.columns import date_labels
from tabgan.report.verdicts import THRESHOLDS

__all__ = ["fill_correlations"]

# The jackknife goes through all pairs 40 times.
MOST_COLUMNS = 40
ROWS = 20_000
DIGITS = 4
COLUMNS = (
    column("x", "Column", "text"),
    column("y", "and column", "text"),
    column("measure", "Measure", "text"),
    column("real", "Real"),
    column("synthetic", "Synthetic"),
    column("holdout", "Holdout"),
    column("difference", "Difference"),
)
MEASURE = (
    "Spearman's correlation of numbers, correlation ratio of a number and levels, bias-corrected "
    "Cramer's V of levels"
)


def fill_correlations(context: Context, section: Section) -> None:
    """Fill the section."""
    if len(context.tables.kinds) < 2:
        section.limit("One column alone has no pair to compare.")
        return
    with section.attempt("The trend error"):
        section.figures += [_excess_figure(context, section), _error_figure(context)]
    with section.attempt("The associations"):
        found = context.measure_even(metrics.association_matrices, max_rows=ROWS)
        section.figures += [_kept_figure(context), *_difference_figures(found)]
        section.tables.append(_pair_table(found))
        section.plots += [_matrix_plot(found, "matrices"), *_pair_plots(context, found)]
        if len(found.numeric_columns) > 1:
            section.tables.append(_pearson_table(found))
        section.note(
            f"Associations are those of {found.n_rows['real']:,} rows of each table, the trend "
            f"error that of {context.even_rows:,}."
        )
    withdraw_credit(context, section)


def _excess_figure(context: Context, section: Section) -> Figure:
    cut = context.cut(ROWS)
    found = metrics.trend_excess(
        **cut, schema=context.tables.kinds, random_state=context.seed, max_columns=MOST_COLUMNS
    )
    if found.n_columns < len(context.tables.kinds):
        section.note(
            f"The excess trend error is that of the pairs of {found.n_columns} columns drawn at "
            f"random, of {len(context.tables.kinds)}."
        )
    return Figure.rated(
        THRESHOLDS["trend_excess"],
        name="trend_excess",
        label="Excess trend error",
        meaning=(
            "Mean distance of the pairs of columns from unseen real rows, beyond that of real "
            "rows: 0 is what a fresh real sample scores."
        ),
        **interval_of(found, 100),
        reference=0.0,
        unit="points",
    )


def _error_figure(context: Context) -> Figure:
    errors = context.measure_even(metrics.trend_error)
    return Figure(
        name="trend_error",
        label="Trend error",
        meaning=(
            "Mean over pairs of half the difference of correlations, or the distance of the "
            "contingency tables, from the seen rows."
        ),
        value=finite(errors.value, 100),
        reference=finite(errors.reference, 100),
        unit="%",
    )


def _kept_figure(context: Context) -> Figure:
    # Of unseen rows, since seen ones flatter a table that follows them.
    found = metrics.association_matrices(
        context.unseen,
        context.synthetic,
        holdout=context.train,
        schema=context.tables.kinds,
        random_state=context.seed,
        max_rows=ROWS,
        n_worst_pairs=0,
    )
    return Figure.rated(
        THRESHOLDS["association_kept"],
        name="association_kept",
        label="Association kept",
        meaning=(
            "Share of the association of unseen real rows that the synthetic table keeps, beyond "
            "chance; signs and false ties count."
        ),
        **interval_of(found),
        reference=finite(found.reference),
        direction="higher",
    )


def _difference_figures(found: metrics.AssociationMatrices) -> list[Figure]:
    pair = " and ".join(map(str, found.largest_pair or ()))
    return [
        Figure(
            name="mean_difference",
            label="Mean difference of associations",
            meaning="Mean absolute difference over all pairs, from the seen rows.",
            value=finite(found.mean_difference),
            reference=finite(found.holdout_mean_difference),
        ),
        Figure(
            name="largest_difference",
            label="Largest difference of associations",
            meaning=f"That of the pair {pair}." if pair else "No pair varies.",
            value=finite(found.largest_difference),
            reference=finite(found.holdout_largest_difference),
        ),
    ]


def _rounded(association: float | None) -> float | None:
    """Return an association with the digits that mean something."""
    value = finite(association)
    return None if value is None else round(value, DIGITS)


def _pair_table(found: metrics.AssociationMatrices) -> dict[str, Any]:
    rows = [
        {
            "x": str(pair.x),
            "y": str(pair.y),
            "measure": pair.measure,
            "real": _rounded(pair.real),
            "synthetic": _rounded(pair.synthetic),
            "holdout": _rounded(pair.holdout),
            "difference": _rounded(pair.difference),
        }
        for pair in found.worst_pairs
    ]
    return table("pairs", "Pairs that differ most", COLUMNS, rows)


def _pearson_table(found: metrics.AssociationMatrices, most: int = 10) -> dict[str, Any]:
    """Return the pairs of numbers whose Pearson correlations differ most."""
    difference = np.abs(found.pearson_synthetic - found.pearson_real)
    first, second = np.triu_indices(len(difference), 1)
    gaps = np.nan_to_num(difference[first, second], nan=-1.0)
    rows = []
    for place in np.argsort(-gaps, kind="stable")[:most]:
        i, j = first[place], second[place]
        matrices = (found.pearson_real, found.pearson_synthetic, found.pearson_holdout)
        values = [None if matrix is None else _rounded(matrix[i, j]) for matrix in matrices]
        rows.append(
            {
                "x": str(found.numeric_columns[i]),
                "y": str(found.numeric_columns[j]),
                "measure": "Pearson",
                "real": values[0],
                "synthetic": values[1],
                "holdout": values[2],
                "difference": _rounded(difference[i, j]),
            }
        )
    return table("pearson", "Pearson's correlations that differ most", COLUMNS, rows)


def _matrix_plot(found: metrics.AssociationMatrices, id: str) -> dict[str, Any]:
    pair = " and ".join(map(str, found.largest_pair or ("none", "none")))
    reference = ""
    if found.holdout_mean_difference is not None:
        reference = f" (a holdout: {found.holdout_mean_difference:.3f})"
    return {
        "kind": "correlation",
        "id": id,
        "title": "Associations of all pairs of columns",
        "alt": (
            f"{len(found.columns)} columns. Mean absolute difference "
            f"{found.mean_difference:.3f}{reference}, largest {found.largest_difference:.3f} for "
            f"{pair}."
        ),
        "columns": [str(name) for name in found.columns],
        "real": found.real,
        "synthetic": found.synthetic,
        "holdout_difference": finite(found.holdout_mean_difference),
        "measure": MEASURE,
    }


def _pair_plots(context: Context, found: metrics.AssociationMatrices) -> list[dict[str, Any]]:
    """Draw the worst pairs, if there are any."""
    if not found.worst_pairs:
        return []
    errors = [_cell_error(pair) for pair in found.worst_pairs]
    panels = [
        {
            "x": str(pair.x),
            "y": str(pair.y),
            "kinds": ["levels" if e is None else "numeric" for e in (pair.x_edges, pair.y_edges)],
            "real": pair.real_cells,
            "synthetic": pair.synthetic_cells,
            "error": error,
            "x_labels": _axis_labels(context, pair.x, pair.x_edges, pair.x_labels),
            "y_labels": _axis_labels(context, pair.y, pair.y_edges, pair.y_labels),
            "x_edges": pair.x_edges,
            "y_edges": pair.y_edges,
        }
        for pair, error in zip(found.worst_pairs, errors, strict=True)
    ]
    worst = found.worst_pairs[0]
    return [
        {
            "kind": "pairs",
            "id": "pairs",
            "title": "Pairs that differ most, cell by cell",
            "alt": (
                f"{len(panels)} pairs; {worst.x} and {worst.y} differ most: {worst.measure} "
                f"{worst.real:.2f} real, {worst.synthetic:.2f} synthetic."
            ),
            "panels": panels,
        }
    ]


def _axis_labels(context: Context, name: Any, edges: Any, labels: Any) -> Any:
    """Return the levels, or the dates of a date's edges."""
    if edges is None or context.tables.kinds[name] != "datetime":
        return labels
    return date_labels(edges)


def _cell_error(pair: metrics.AssociationPair) -> float:
    """Return the total variation distance of the cells of a pair."""
    return 0.5 * float(np.abs(pair.real_cells - pair.synthetic_cells).sum())
