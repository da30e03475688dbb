"""How well the ties between pairs of columns are kept."""

from collections.abc import Hashable, Sequence
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from tabgan.metrics._columns import EncodedTable, EncodedTables, encode_tables
from tabgan.metrics._errors import summarize_errors
from tabgan.metrics._results import ErrorResult

__all__ = ["trend_error", "trend_error_sdmetrics"]

N_BINS = 10


def trend_error(
    real: Any, synthetic: Any, *, schema: Any = None, holdout: Any = None, random_state: Any = None
) -> ErrorResult:
    """Measure how far the ties between pairs of columns are from the real ones.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
        The real table, usually the one that the generator was fitted on.
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
    schema : Schema, mapping of column to kind, or None, default=None
        Kinds "continuous", "integer", "datetime" and "duration" are numeric, the others are
        categorical, identifiers and text are left out. Columns not named are inferred from `real`.
    holdout : DataFrame, array or None, default=None
        Real rows that the generator never saw. They give `reference` and `excess`.
    random_state : int, Generator or None, default=None
        Draws the subsets of equal size behind `reference` and `excess`.

    Returns
    -------
    result : ErrorResult
        `value` in 0 (best) to 1, the mean over pairs; `parts` the error of each pair. A table of
        one column has no pair and scores 0.

    Notes
    -----
    Two numeric columns score half the difference of their Pearson correlations, over rows where
    both are known (a column without variation has correlation 0), or, where larger, the total
    variation between the 2 x 2 tables of known and missing. Any other pair scores the total
    variation between its contingency tables; there a numeric column is cut into 10 bins of equal
    width between the smallest and the largest *real* value, the outer ones open, and a missing cell
    is a bin of its own. The edges are those of `real` for both tables, unlike in
    :func:`trend_error_sdmetrics`.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import trend_error
    >>> real = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0]})
    >>> turned = real.assign(y=[3.0, 2.0, 1.0])
    >>> kinds = {"x": "continuous", "y": "continuous"}
    >>> round(trend_error(real, turned, schema=kinds).value, 6)
    1.0
    """
    encoded = encode_tables(schema, real=real, synthetic=synthetic, holdout=holdout)
    errors = partial(pair_errors, shared_edges=real_edges(encoded["real"].numbers))
    return summarize_errors("trend_error", errors, encoded, random_state)


def trend_error_sdmetrics(
    real: Any, synthetic: Any, *, schema: Any = None, holdout: Any = None, random_state: Any = None
) -> ErrorResult:
    """Measure ties between pairs of columns as SDMetrics does, edges taken from each table apart.

    For comparison with published figures only: one extreme value in one table moves all its bins,
    so that a real holdout can score badly. See :func:`trend_error` for the parameters.

    Returns
    -------
    result : ErrorResult
        As for :func:`trend_error`.

    Notes
    -----
    The bins of a numeric column run between that table's own extremes, and a table's largest value
    has an eleventh bin to itself.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import trend_error, trend_error_sdmetrics
    >>> real = pd.DataFrame({"x": [float(i) for i in range(10)], "side": list("aaaaabbbbb")})
    >>> synthetic = real.assign(x=[*real["x"][:9], 100.0])
    >>> kinds = {"x": "continuous", "side": "categorical"}
    >>> trend_error(real, synthetic, schema=kinds).value
    0.0
    >>> round(trend_error_sdmetrics(real, synthetic, schema=kinds).value, 6)
    0.8
    """
    encoded = encode_tables(schema, real=real, synthetic=synthetic, holdout=holdout)
    errors = partial(pair_errors, shared_edges=None)
    return summarize_errors("trend_error_sdmetrics", errors, encoded, random_state)


def pair_errors(
    first: EncodedTable,
    second: EncodedTable,
    encoded: EncodedTables,
    *,
    shared_edges: Sequence[np.ndarray] | None,
) -> dict[tuple[Hashable, Hashable], float]:
    """Return the error of every pair of columns, in the order of the table."""
    correlations = _correlation_errors(first.numbers, second.numbers)
    cells = (_cells(first, shared_edges), _cells(second, shared_edges))
    place = {name: i for i, name in enumerate((*encoded.numeric, *encoded.categorical))}
    n_numeric = len(encoded.numeric)
    errors = {}
    for a, b in combinations(encoded.columns, 2):
        i, j = place[a], place[b]
        if i < n_numeric and j < n_numeric:
            errors[a, b] = float(correlations[i, j])
        else:
            errors[a, b] = _contingency_error(
                (cells[0][:, i], cells[0][:, j]), (cells[1][:, i], cells[1][:, j])
            )
    return errors


def real_edges(numbers: np.ndarray) -> list[np.ndarray]:
    """Return the edges of the equal-width bins of every numeric column."""
    return [_column_edges(column) for column in numbers.T]


def _column_edges(column: np.ndarray) -> np.ndarray:
    """Return the edges between the extremes of one column; of any width if it does not vary."""
    known = column[~np.isnan(column)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 0.0)
    margin = 0.5 if low == high else 0.0
    return np.linspace(low - margin, high + margin, N_BINS + 1)


def _cells(table: EncodedTable, shared_edges: Sequence[np.ndarray] | None) -> np.ndarray:
    """Return every column as whole numbers from 0: bins of the numeric ones, then levels."""
    n_numeric = table.numbers.shape[1]
    cells = np.empty((len(table), n_numeric + table.levels.shape[1]), np.int64, order="F")
    own_edges = real_edges(table.numbers) if shared_edges is None else shared_edges
    for position, edges in enumerate(own_edges):
        column = table.numbers[:, position]
        inner = edges[1:-1] if shared_edges is not None else edges[1:]
        cells[:, position] = np.searchsorted(inner, column, side="right")
        cells[np.isnan(column), position] = N_BINS + 1
    cells[:, n_numeric:] = table.levels
    return cells


def _contingency_error(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]
) -> float:
    """Return the total variation between two tables of shares, each of two columns of cells."""
    width = int(max(first[1].max(), second[1].max())) + 1
    keys = [a * width + b for a, b in (first, second)]
    size = int(max(key.max() for key in keys)) + 1
    if size > 4 * (len(keys[0]) + len(keys[1])):
        # Only cells that occur: two columns of thousands of levels have millions of empty ones.
        occurring, codes = np.unique(np.concatenate(keys), return_inverse=True)
        keys, size = [codes[: len(keys[0])], codes[len(keys[0]) :]], len(occurring)
    shares = (np.bincount(key, minlength=size) / len(key) for key in keys)
    return 0.5 * float(np.abs(np.subtract(*shares)).sum())


def _correlation_errors(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return half the difference of correlations of all pairs of numeric columns.

    Where more than that, the total variation between their tables of known and missing.
    """
    errors = 0.5 * np.abs(_correlations(first) - _correlations(second))
    gaps = [np.isnan(numbers).astype(np.float64) for numbers in (first, second)]
    if not any(gap.any() for gap in gaps):
        return errors
    both = np.subtract(*(gap.T @ gap / len(gap) for gap in gaps))
    one = np.diag(both)
    patterns = [both, one[:, None] - both, one[None, :] - both, both - one[:, None] - one[None, :]]
    return np.maximum(errors, 0.5 * sum(np.abs(pattern) for pattern in patterns))


def _correlations(numbers: np.ndarray) -> np.ndarray:
    """Return the Pearson correlations, over rows where both are known, 0 where undefined."""
    known = ~np.isnan(numbers)
    if known.all():
        return _complete_correlations(numbers)
    matrix = np.zeros((numbers.shape[1],) * 2)
    for i, j in combinations(range(numbers.shape[1]), 2):
        rows = known[:, i] & known[:, j]
        if rows.any():
            matrix[i, j] = matrix[j, i] = _complete_correlations(numbers[rows][:, [i, j]])[0, 1]
    return matrix


def _complete_correlations(numbers: np.ndarray) -> np.ndarray:
    """Return the Pearson correlations of columns without missing cells."""
    # Shifted and scaled first: sums and squares of ticks of time would lose all digits.
    shifted = numbers - numbers[0]
    centred = shifted - shifted.mean(axis=0)
    spread = np.abs(centred).max(axis=0, initial=0.0)
    varies = numbers.max(axis=0) > numbers.min(axis=0)
    centred = np.where(varies, centred / np.where(varies, spread, 1.0), 0.0)
    lengths = np.sqrt((centred**2).sum(axis=0))
    lengths[lengths == 0] = 1.0
    return np.clip(centred.T @ centred / np.outer(lengths, lengths), -1.0, 1.0)
