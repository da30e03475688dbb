"""Derived columns: looked up from the levels of the columns they are a function of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from tabgan.exceptions import SchemaError
from tabgan.preprocessing.column import ColumnCoder
from tabgan.schema.cells import first_example

__all__ = ["Lookup", "fit_lookup"]


@dataclass(frozen=True)
class Lookup:
    """The level of a derived column for each level of its root, or each pair of those of two.

    Parameters
    ----------
    coder : ColumnCoder
        Coder of the derived column, in which every value is a level.
    roots : tuple of int
        Positions of the roots' coders among the coders of the table.
    levels : ndarray of shape (n_root_levels,) or (n_first_levels, n_second_levels), int32
        Level of the derived column for each level of the root, or pair of levels.
    is_known : ndarray of bool, shaped as `levels`
        Whether fit saw the level, or the pair in enough rows.
    """

    coder: ColumnCoder
    roots: tuple[int, ...]
    levels: np.ndarray
    is_known: np.ndarray

    def decode(self, root_levels: Sequence[np.ndarray], rows: np.ndarray) -> Any:
        """Return the derived column of rows whose roots have these levels."""
        return self.coder.decode(self.levels[tuple(root_levels)], None, rows=rows)

    def put_into(
        self, series: pd.Series, root_levels: Sequence[np.ndarray], rows: np.ndarray
    ) -> pd.Series:
        """Return the derived column with other cells in rows whose roots have these levels."""
        cells = series.astype(object).to_numpy(copy=True)
        decoded = self.decode(root_levels, rows)
        cells[rows] = pd.Series(decoded, dtype=decoded.dtype).astype(object)
        # A category may lack the levels.
        dtype = object if isinstance(series.dtype, pd.CategoricalDtype) else series.dtype
        return pd.Series(cells, index=series.index, name=series.name, dtype=dtype)

    def check_sizes(self, n_root_levels: tuple[int, ...]) -> None:
        """Refuse a lookup that does not fit its roots or its column; ValueError."""
        fits = self.levels.shape == self.is_known.shape == n_root_levels
        if not fits or self.levels.dtype.kind != "i":
            raise ValueError("a lookup does not fit its roots")
        if self.levels.min() < 0 or self.levels.max() >= self.coder.n_levels:
            raise ValueError("a lookup does not fit its column")

    def breaks(self, levels: np.ndarray, root_levels: Sequence[np.ndarray]) -> np.ndarray:
        """Return where a column is not what its roots say; what fit never saw says nothing."""
        places = tuple(root_levels)
        return (levels != self.levels[places]) & self.is_known[places]

    def check(
        self, series: pd.Series, root_levels: Sequence[np.ndarray], roots: Sequence[Any]
    ) -> None:
        """Refuse a column that is not what its roots say; SchemaError naming the first cell."""
        broken = self.breaks(self.coder.encode(series)[0], root_levels)
        if broken.any():
            words = f"column{'s' * (len(roots) > 1)} {' and '.join(map(repr, roots))}"
            raise SchemaError(
                f"Column {series.name!r} was a function of {words} at fit, but "
                f"{int(broken.sum())} cell(s) break that, the first is "
                f"{first_example(series, broken)}; change them, or fit with a schema in which "
                f"{series.name!r} is not derived."
            )


def fit_lookup(
    series: pd.Series,
    coder: ColumnCoder,
    roots: tuple[int, ...],
    root_levels: Sequence[np.ndarray],
    n_root_levels: tuple[int, ...],
    *,
    min_pair_count: int = 1,
) -> Lookup:
    """Learn the level of a column for each level of its root, or pair of levels of two roots.

    A pair (a, b) of fewer than `min_pair_count` rows is not known. It gets a level c that occurs
    beside a, that of the largest n_ac (n_bc / p_c + 1), where n_ac and n_bc rows with a known pair
    have c beside a and beside b, and p_c is the share of c: the most likely if a and b depended on
    nothing but c. Where there is no such level, it gets the most frequent.
    """
    places, own = tuple(root_levels), coder.encode(series)[0]
    levels, is_known = np.zeros(n_root_levels, np.int32), np.ones(n_root_levels, bool)
    levels[places] = own
    if len(roots) > 1:
        keys = np.ravel_multi_index(places, n_root_levels)
        is_known = np.bincount(keys, minlength=levels.size) >= min_pair_count
        is_known = is_known.reshape(n_root_levels)
        _fill(levels, is_known, places, own)
    return Lookup(coder, roots, levels, is_known)


def _fill(
    levels: np.ndarray, is_known: np.ndarray, places: tuple[np.ndarray, ...], own: np.ndarray
) -> None:
    """Give pairs that are not known a level, from the rows of those that are."""
    counts = np.bincount(own)
    shares, kept = counts / len(own), is_known[places]
    beside_first, beside_second = (
        csr_array((np.ones(kept.sum()), (root[kept], own[kept])), shape=(n_levels, len(counts)))
        for root, n_levels in zip(places, levels.shape, strict=True)
    )
    for first, known in enumerate(is_known):
        second, seen = np.flatnonzero(~known), beside_first[[first]]
        if seen.nnz == 0:
            levels[first, second] = np.argmax(counts)
        elif len(second):
            both = beside_second[second][:, seen.indices].toarray()
            scores = seen.data * (both / shares[seen.indices] + 1)
            levels[first, second] = seen.indices[np.argmax(scores, axis=1)]
