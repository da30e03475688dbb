"""Derived columns: looked up from the level of the column they are a function of."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import SchemaError
from tabgan.preprocessing.column import ColumnCoder
from tabgan.schema.cells import first_example

__all__ = ["Lookup", "fit_lookup"]


@dataclass(frozen=True)
class Lookup:
    """The level of a derived column for each level of its root.

    Parameters
    ----------
    coder : ColumnCoder
        Coder of the derived column, in which every value is a level.
    root : int
        Position of the root's coder among the coders of the table.
    levels : ndarray of shape (n_root_levels,), int32
        Level of the derived column for each level of the root.
    """

    coder: ColumnCoder
    root: int
    levels: np.ndarray

    def decode(self, root_levels: np.ndarray, rows: np.ndarray) -> Any:
        """Return the derived column of rows whose root has these levels."""
        return self.coder.decode(self.levels[root_levels], None, rows=rows)

    def put_into(self, series: pd.Series, root_levels: np.ndarray, rows: np.ndarray) -> pd.Series:
        """Return the derived column with other cells in some rows, whose root has these levels."""
        cells = series.astype(object).to_numpy(copy=True)
        decoded = self.decode(root_levels, rows)
        cells[rows] = pd.Series(decoded, dtype=decoded.dtype).astype(object)
        # A category may lack the levels.
        dtype = object if isinstance(series.dtype, pd.CategoricalDtype) else series.dtype
        return pd.Series(cells, index=series.index, name=series.name, dtype=dtype)

    def check_sizes(self, n_root_levels: int) -> None:
        """Refuse a lookup that does not fit its root or its column; ValueError."""
        fits = len(self.levels) == n_root_levels and self.levels.dtype.kind == "i"
        if not fits or self.levels.min() < 0 or self.levels.max() >= self.coder.n_levels:
            raise ValueError("a lookup does not fit its columns")

    def check(self, series: pd.Series, root_levels: np.ndarray, root: Any) -> None:
        """Refuse a column that is not what its root says; SchemaError naming the first cell."""
        broken = self.coder.encode(series)[0] != self.levels[root_levels]
        if broken.any():
            raise SchemaError(
                f"Column {series.name!r} was a function of column {root!r} at fit, but "
                f"{int(broken.sum())} cell(s) break that, the first is "
                f"{first_example(series, broken)}; change them, or fit with a schema in which "
                f"{series.name!r} is not derived."
            )


def fit_lookup(
    series: pd.Series, coder: ColumnCoder, root: int, root_levels: np.ndarray, n_root_levels: int
) -> Lookup:
    """Learn the level of a column for each level of its root."""
    levels = np.zeros(n_root_levels, np.int32)
    levels[root_levels] = coder.encode(series)[0]
    return Lookup(coder, root, levels)
