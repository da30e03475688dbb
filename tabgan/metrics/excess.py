"""How much more than a fresh real sample a table errs, with an interval.

An error against the rows that the generator saw flatters a table that follows these very rows. The
excess compares with unseen rows and takes off what real rows score there.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tabgan._random import child_generator, root_seed
from tabgan.exceptions import InvalidParameterError
from tabgan.metrics._columns import EncodedTable, EncodedTables, encode_tables
from tabgan.metrics._errors import equal_size_tables
from tabgan.metrics._jackknife import (
    N_GROUPS,
    jackknife_groups,
    jackknife_interval,
    jackknife_variance,
)
from tabgan.metrics._results import MetricResult
from tabgan.metrics.associations import pair_errors, real_edges
from tabgan.metrics.margins import column_errors

__all__ = ["ErrorExcess", "shape_excess", "trend_excess"]

Errors = Callable[[EncodedTable, EncodedTable, EncodedTables], Mapping[Any, float]]


@dataclass(frozen=True, kw_only=True)
class ErrorExcess(MetricResult):
    """An error against unseen rows, beyond that of real rows.

    Attributes
    ----------
    se : float
        Standard error, by the delete-a-group jackknife.
    low, high : float
        Two-sided 95 % interval, Student's t with 19 degrees of freedom. NaN for fewer than 20 rows.
    n_rows : int
        Rows of each table in use.
    n_columns : int
        Columns in use: all, or as many as `max_columns` allows.
    """

    se: float
    low: float
    high: float
    n_rows: int
    n_columns: int


def shape_excess(
    real: Any,
    synthetic: Any,
    *,
    holdout: Any,
    schema: Any = None,
    random_state: Any = None,
    max_columns: int | None = None,
) -> ErrorExcess:
    """Measure how much farther from unseen rows the columns are than those of seen rows.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
        The rows that the generator saw.
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
    holdout : DataFrame or array
        Real rows that it never saw.
    schema : Schema, mapping of column to kind, or None, default=None
    random_state : int, Generator or None, default=None
        Draws rows, columns and the groups of the jackknife.
    max_columns : int or None, default=None
        Use this many columns at most, 1 or more. None means all.

    Returns
    -------
    result : ErrorExcess
        `value` in -1 to 1, 0 on average for a fresh real sample.

    Notes
    -----
    error(holdout, synthetic) - error(holdout, real) with the error of
    :func:`tabgan.metrics.shape_error`, on random rows of equal number. The jackknife leaves out one
    of 20 random groups of rows, in all three tables at once: SE^2 = 19/20 sum (theta_j - mean)^2.
    It errs on the wide side: where tables are nearly equal, absolute differences vary down to .60
    times as much as it says.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import shape_excess
    >>> generator = np.random.default_rng(0)
    >>> real, holdout = (pd.DataFrame({"x": generator.normal(size=500)}) for _ in range(2))
    >>> kinds = {"x": "continuous"}
    >>> result = shape_excess(real, real + 1, holdout=holdout, schema=kinds, random_state=0)
    >>> result.low > 0.2
    True
    """
    drawn = _draw("shape_excess", (real, synthetic, holdout), schema, random_state, max_columns)
    return _excess("shape_excess", column_errors, *drawn)


def trend_excess(
    real: Any,
    synthetic: Any,
    *,
    holdout: Any,
    schema: Any = None,
    random_state: Any = None,
    max_columns: int | None = None,
) -> ErrorExcess:
    """Measure how much farther from unseen rows the ties of columns are than those of seen rows.

    See :func:`shape_excess` for the parameters, and :func:`tabgan.metrics.trend_error` for the
    error.

    Returns
    -------
    result : ErrorExcess
        `value` in -1 to 1, 0 on average for a fresh real sample; 0 for a single column.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import trend_excess
    >>> generator = np.random.default_rng(0)
    >>> real, holdout = (pd.DataFrame({"x": generator.normal(size=500)}) for _ in range(2))
    >>> real, holdout = real.assign(y=real["x"]), holdout.assign(y=holdout["x"])
    >>> kinds = {"x": "continuous", "y": "continuous"}
    >>> turned = real.assign(y=-real["x"])
    >>> round(trend_excess(real, turned, holdout=holdout, schema=kinds).value, 6)
    1.0
    """
    drawn = _draw("trend_excess", (real, synthetic, holdout), schema, random_state, max_columns)
    errors = partial(pair_errors, shared_edges=real_edges(drawn[0]["real"].numbers))
    return _excess("trend_excess", errors, *drawn)


def _draw(
    caller: str,
    tables: tuple[Any, Any, Any],
    schema: Any,
    random_state: Any,
    max_columns: int | None,
) -> tuple[EncodedTables, int]:
    """Return the tables in one form, of as many columns as allowed, and the seed."""
    real, synthetic, holdout = tables
    if holdout is None:
        raise InvalidParameterError(
            f"The 'holdout' parameter of {caller} must be a table of unseen real rows. Got None "
            "instead. Without one, compare with halves of the real table."
        )
    encoded = encode_tables(schema, real=real, synthetic=synthetic, holdout=holdout)
    seed = root_seed(random_state)
    if max_columns is None or len(encoded.columns) <= max_columns:
        return encoded, seed
    if isinstance(max_columns, bool) or max_columns < 1:
        raise InvalidParameterError(
            f"The 'max_columns' parameter of {caller} must be None or an integer of 1 or more. Got "
            f"{max_columns!r} instead."
        )
    order = child_generator(seed, "columns").permutation(len(encoded.columns))[:max_columns]
    return _some_columns(encoded, {encoded.columns[place] for place in order}), seed


def _some_columns(encoded: EncodedTables, kept: set[Hashable]) -> EncodedTables:
    """Return the tables with the given columns only."""
    numeric = [place for place, name in enumerate(encoded.numeric) if name in kept]
    others = [place for place, name in enumerate(encoded.categorical) if name in kept]
    return EncodedTables(
        tuple(name for name in encoded.columns if name in kept),
        tuple(encoded.numeric[place] for place in numeric),
        tuple(encoded.categorical[place] for place in others),
        tuple(encoded.n_levels[place] for place in others),
        tuple(encoded.has_missing[place] for place in others),
        {
            name: EncodedTable(rows.numbers[:, numeric], rows.levels[:, others])
            for name, rows in encoded.tables.items()
        },
    )


def _excess(name: str, errors: Errors, encoded: EncodedTables, seed: int) -> ErrorExcess:
    """Return the excess of the tables and its interval."""
    real, synthetic, holdout = equal_size_tables(encoded, seed)

    def excess(rows: np.ndarray) -> float:
        seen, fake, unseen = (table.take(rows) for table in (real, synthetic, holdout))
        of_fake, of_seen = errors(unseen, fake, encoded), errors(unseen, seen, encoded)
        return float(np.mean([of_fake[part] - of_seen[part] for part in of_fake] or [0.0]))

    n_rows = len(real)
    value, se, ends = excess(np.arange(n_rows)), np.nan, (np.nan, np.nan)
    if n_rows >= N_GROUPS:
        groups = jackknife_groups(n_rows, child_generator(seed, "groups"))
        left_out = np.array([excess(np.flatnonzero(groups != g)) for g in range(N_GROUPS)])
        ends = jackknife_interval(value, left_out)
        se = float(np.sqrt(jackknife_variance(left_out)))
    return ErrorExcess(
        name=name,
        value=value,
        range=(-1.0, 1.0),
        direction="lower",
        reference=0.0,
        se=se,
        low=ends[0],
        high=ends[1],
        n_rows=n_rows,
        n_columns=len(encoded.columns),
    )
