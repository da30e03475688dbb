"""Every column's own distribution in a few cells, for eyes: shares, gaps, what is new."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import InvalidParameterError
from tabgan.metrics._columns import EncodedTables, encode_tables
from tabgan.metrics._drawn_cells import MISSING, drawn_cells
from tabgan.metrics._results import plain

__all__ = ["ColumnMarginal", "ColumnMarginals", "OutsideCells", "column_marginals"]

MIN_CELLS = 4


@dataclass(frozen=True, kw_only=True)
class OutsideCells:
    """Cells of a column that the real table does not know: unseen levels, out-of-range values.

    Attributes
    ----------
    n_rows : int
        Rows with such a cell.
    share : float
        The same as a share of all rows.
    n_values : int
        Different ones among them.
    first : str or None
        The first one there is, as text. None if there is none.
    """

    n_rows: int
    share: float
    n_values: int
    first: str | None


@dataclass(frozen=True, kw_only=True)
class ColumnMarginal:
    """One column of all tables in the same cells.

    Attributes
    ----------
    kind : str
        The schema's word. The edges of a "datetime" are microseconds since 1970, those of a
        "duration" seconds.
    is_numeric : bool
    edges : tuple of float or None
        One more than cells, for a numeric column. The outer cells take what lies beyond, too.
    labels : tuple of str or None
        One for each cell, for other columns: levels, "other" for the rarer ones and "missing".
    has_more_below, has_more_above : bool
        Whether any table has values beyond the first or the last edge.
    real, synthetic, holdout : tuple of float
        Share of each table's rows in each cell; those of a numeric column lack the missing ones. No
        `holdout`: None.
    missing_real, missing_synthetic, missing_holdout : float or None
        Shares of missing cells.
    coverage, coverage_holdout : float or None
        How much of the real range, or of the real levels, occurs in the synthetic table and in the
        holdout, 0 to 1. NaN for a column without variation or without a known cell.
    outside, outside_holdout : OutsideCells or None
        What is new in the synthetic table and in the holdout.
    """

    kind: str
    is_numeric: bool
    edges: tuple[float, ...] | None
    labels: tuple[str, ...] | None
    has_more_below: bool
    has_more_above: bool
    real: tuple[float, ...]
    synthetic: tuple[float, ...]
    holdout: tuple[float, ...] | None
    missing_real: float
    missing_synthetic: float
    missing_holdout: float | None
    coverage: float
    coverage_holdout: float | None
    outside: OutsideCells
    outside_holdout: OutsideCells | None


@dataclass(frozen=True, kw_only=True)
class ColumnMarginals:
    """All columns, in the order of the real table.

    Attributes
    ----------
    columns : mapping of column to ColumnMarginal
    n_rows : mapping of str to int
        Rows of each table, by the names "real", "synthetic" and "holdout".
    """

    columns: Mapping[Hashable, ColumnMarginal]
    n_rows: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON types."""
        return {"columns": plain(self.columns), "n_rows": dict(self.n_rows)}


def column_marginals(
    real: Any,
    synthetic: Any,
    *,
    schema: Any = None,
    holdout: Any = None,
    random_state: Any = None,
    max_cells: int = 24,
) -> ColumnMarginals:
    """Count every column of all tables in the same few cells, as a picture needs them.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
        It chooses the cells.
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
    schema : Schema, mapping of column to kind, or None, default=None
        Kinds "continuous", "integer", "datetime" and "duration" are numeric, the others are
        categorical, identifiers and text are left out. Columns not named are inferred from `real`.
    holdout : DataFrame, array or None, default=None
        Real rows that the generator never saw.
    random_state : int, Generator or None, default=None
        Not used: nothing is drawn.
    max_cells : int, default=24
        Cells of a column at most, 4 or more.

    Returns
    -------
    result : ColumnMarginals

    Raises
    ------
    InvalidParameterError
        If `max_cells` is less than 4.

    Notes
    -----
    A numeric column of few values has a cell for each. Others have cells of equal width between the
    extremes of `real`, or between its quantiles .005 and .995 where the extremes lie far beyond;
    where the middle half of the values would lie in fewer than 3 of them, half of the edges are
    quantiles. Values of which each makes up 5 % of the rows do not count in these choices, and have
    a cell of their own among whole numbers then. Other columns show the most frequent real levels.
    Coverage of a range: length of the part that both ranges share over the length of the real one.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import column_marginals
    >>> real = pd.DataFrame({"side": list("aabb"), "x": [1, 2, 3, 5]})
    >>> synthetic = pd.DataFrame({"side": list("aabz"), "x": [2, 2, 3, 7]})
    >>> kinds = {"side": "categorical", "x": "integer"}
    >>> found = column_marginals(real, synthetic, schema=kinds).columns
    >>> found["side"].labels, found["side"].synthetic, found["side"].outside.first
    (('a', 'b', 'z'), (0.5, 0.25, 0.25), 'z')
    >>> found["x"].edges, found["x"].coverage, found["x"].outside.first
    ((0.5, 1.5, 2.5, 4.0, 6.0), 0.75, '7')
    """
    if isinstance(max_cells, bool) or not isinstance(max_cells, int) or max_cells < MIN_CELLS:
        raise InvalidParameterError(
            f"The 'max_cells' parameter must be an integer of {MIN_CELLS} or more. Got "
            f"{max_cells!r} instead."
        )
    return find_column_marginals(
        encode_tables(schema, real=real, synthetic=synthetic, holdout=holdout), max_cells
    )


def find_column_marginals(encoded: EncodedTables, max_cells: int) -> ColumnMarginals:
    return ColumnMarginals(
        columns={column: _marginal(encoded, column, max_cells) for column in encoded.columns},
        n_rows={name: len(table) for name, table in encoded.tables.items()},
    )


def _marginal(encoded: EncodedTables, column: Hashable, max_cells: int) -> ColumnMarginal:
    """Return one column of all tables."""
    cells = drawn_cells(encoded, encoded.tables, column, max_cells)
    is_numeric = cells.edges is not None
    shares = {
        name: np.bincount(codes[codes != MISSING], minlength=cells.n_cells) / len(codes)
        for name, codes in cells.codes.items()
    }
    look: _Numbers | _Levels = _Numbers(encoded, column) if is_numeric else _Levels(encoded, column)
    has_holdout = "holdout" in encoded.tables
    below, above = look.beyond(cells.edges)
    return ColumnMarginal(
        kind=encoded.kinds[column],
        is_numeric=is_numeric,
        edges=None if cells.edges is None else tuple(cells.edges.tolist()),
        labels=cells.labels,
        has_more_below=below,
        has_more_above=above,
        real=tuple(shares["real"].tolist()),
        synthetic=tuple(shares["synthetic"].tolist()),
        holdout=tuple(shares["holdout"].tolist()) if has_holdout else None,
        missing_real=look.missing("real"),
        missing_synthetic=look.missing("synthetic"),
        missing_holdout=look.missing("holdout") if has_holdout else None,
        coverage=look.coverage("synthetic"),
        coverage_holdout=look.coverage("holdout") if has_holdout else None,
        outside=look.outside("synthetic"),
        outside_holdout=look.outside("holdout") if has_holdout else None,
    )


class _Numbers:
    """The values of a numeric column of every table."""

    def __init__(self, encoded: EncodedTables, column: Hashable) -> None:
        place = encoded.numeric.index(column)
        self._kind = encoded.kinds[column]
        self._tables = {name: table.numbers[:, place] for name, table in encoded.tables.items()}
        self._known = {name: x[~np.isnan(x)] for name, x in self._tables.items()}
        self._ends = {name: (x.min(), x.max()) for name, x in self._known.items() if len(x)}

    def missing(self, name: str) -> float:
        """Return the share of missing cells of a table."""
        return 1.0 - len(self._known[name]) / len(self._tables[name])

    def beyond(self, edges: Any) -> tuple[bool, bool]:
        """Return whether any value lies below the first edge, or above the last."""
        low = any(ends[0] < edges[0] for ends in self._ends.values())
        return bool(low), bool(any(ends[1] > edges[-1] for ends in self._ends.values()))

    def coverage(self, name: str) -> float:
        """Return the share of the real range that the table's range covers."""
        low, high = self._ends.get("real", (0.0, 0.0))
        if high <= low:
            return math.nan
        first, last = self._ends.get(name, (high, low))
        return float(max(min(last, high) - max(first, low), 0.0) / (high - low))

    def outside(self, name: str) -> OutsideCells:
        """Return the values of a table outside the real range; all, if there is none."""
        low, high = self._ends.get("real", (math.inf, -math.inf))
        known = self._known[name]
        beyond = known[(known < low) | (known > high)]
        return OutsideCells(
            n_rows=len(beyond),
            share=len(beyond) / len(self._tables[name]),
            n_values=len(np.unique(beyond)),
            first=self._text(beyond[0]) if len(beyond) else None,
        )

    def _text(self, value: float) -> str:
        """Return a value as people write it."""
        if self._kind == "datetime":
            return str(pd.Timestamp(int(value), unit="us"))
        return str(int(value)) if float(value).is_integer() else str(float(value))


class _Levels:
    """The levels of a column of every table."""

    def __init__(self, encoded: EncodedTables, column: Hashable) -> None:
        place = encoded.categorical.index(column)
        self._names = encoded.level_names[place]
        self._tables = {name: table.levels[:, place] for name, table in encoded.tables.items()}
        size = len(self._names) + 1
        self._counts = {n: np.bincount(codes, minlength=size) for n, codes in self._tables.items()}

    def missing(self, name: str) -> float:
        """Return the share of missing cells of a table."""
        return float(self._counts[name][-1] / len(self._tables[name]))

    def beyond(self, _: Any) -> tuple[bool, bool]:
        """Return that no level lies beyond the cells."""
        return False, False

    def coverage(self, name: str) -> float:
        """Return the share of the real levels that occur in the table."""
        occurs = self._counts["real"][:-1] > 0
        return float((self._counts[name][:-1][occurs] > 0).mean()) if occurs.any() else math.nan

    def outside(self, name: str) -> OutsideCells:
        """Return the levels of a table that are not in the real one."""
        is_new = self._counts["real"] == 0
        # A missing cell is no level.
        is_new[-1] = False
        rows = np.flatnonzero(is_new[self._tables[name]])
        return OutsideCells(
            n_rows=len(rows),
            share=len(rows) / len(self._tables[name]),
            n_values=int((self._counts[name][is_new] > 0).sum()),
            first=self._names[self._tables[name][rows[0]]] if len(rows) else None,
        )
