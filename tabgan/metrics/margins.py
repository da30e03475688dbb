"""How well each column's own distribution is kept."""

from collections.abc import Hashable
from typing import Any

import numpy as np

from tabgan.metrics._columns import EncodedTable, EncodedTables, encode_tables
from tabgan.metrics._errors import summarize_errors
from tabgan.metrics._results import ErrorResult

__all__ = ["shape_error"]


def shape_error(
    real: Any, synthetic: Any, *, schema: Any = None, holdout: Any = None, random_state: Any = None
) -> ErrorResult:
    """Measure how far the columns' distributions are from the real ones, one column at a time.

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
        `value` in 0 (best) to 1, the mean over columns; `parts` the error of each column.

    Notes
    -----
    A numeric column scores the Kolmogorov-Smirnov distance sup |F - G|, with missing cells placed
    below all values; a categorical one the total variation distance 1/2 sum |p - q|, a missing cell
    being a level. Without missing cells this is 1 - KSComplement and 1 - TVComplement of SDMetrics.
    A fresh real sample does not score 0: compare with `reference`.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import shape_error
    >>> real = pd.DataFrame({"age": [20, 30, 40, 50], "sex": list("mfmf")})
    >>> synthetic = pd.DataFrame({"age": [20, 30, 40, 60], "sex": list("mmmf")})
    >>> result = shape_error(real, synthetic, schema={"age": "integer", "sex": "categorical"})
    >>> result.value, result.parts
    (0.25, {'age': 0.25, 'sex': 0.25})
    """
    encoded = encode_tables(schema, real=real, synthetic=synthetic, holdout=holdout)
    return summarize_errors("shape_error", column_errors, encoded, random_state)


def column_errors(
    first: EncodedTable, second: EncodedTable, encoded: EncodedTables
) -> dict[Hashable, float]:
    """Return the error of every column in use, in the order of the table."""
    errors: dict[Hashable, float] = {}
    for position, name in enumerate(encoded.numeric):
        errors[name] = kolmogorov_distance(first.numbers[:, position], second.numbers[:, position])
    for position, name in enumerate(encoded.categorical):
        size = encoded.n_levels[position]
        shares = (
            np.bincount(table.levels[:, position], minlength=size) / len(table)
            for table in (first, second)
        )
        errors[name] = 0.5 * float(np.abs(np.subtract(*shares)).sum())
    return {name: errors[name] for name in encoded.columns}


def kolmogorov_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Return the largest difference of two distribution functions; NaN lies below all values."""
    first, second = (np.sort(np.where(np.isnan(x), -np.inf, x)) for x in (first, second))
    steps = np.concatenate([first, second])
    below = (np.searchsorted(x, steps, side="right") / len(x) for x in (first, second))
    return float(np.abs(np.subtract(*below)).max())
