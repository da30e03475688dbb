"""Associations of all pairs of columns at once, in any of several sets of a table's rows.

Numbers are mid-ranks among the rows of a set; pairs of numbers are products of matrices, pairs of
levels are counts of the cells that occur, so that columns of many levels stay cheap.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from tabgan.metrics._columns import EncodedTable
from tabgan.metrics._jackknife import N_GROUPS

__all__ = ["GroupedRows", "pearson_matrix"]

# Of the variation of a column, what rounding alone leaves.
NO_VARIATION = 1e-12


@dataclass(frozen=True)
class GroupedRows:
    """Rows of one table, coded once.

    Attributes
    ----------
    ranks : array of shape (n_rows, n_numeric), int
        Position of each number among the different ones of its column, -1 if missing.
    levels : array of shape (n_rows, n_categorical), int
    groups : array of shape (n_rows,)
        Sets of rows are made of these groups.
    """

    ranks: np.ndarray
    levels: np.ndarray
    groups: np.ndarray

    @classmethod
    def of(cls, table: EncodedTable, groups: np.ndarray) -> "GroupedRows":
        """Code the rows of a table."""
        ranks = np.full(table.numbers.shape, -1, np.int64, order="F")
        for position, column in enumerate(table.numbers.T):
            known = ~np.isnan(column)
            ranks[known, position] = np.unique(column[known], return_inverse=True)[1]
        return cls(ranks, table.levels, groups)

    def matrices(self, sets: np.ndarray) -> np.ndarray:
        """Return the associations in each set of rows.

        Parameters
        ----------
        sets : array of shape (n_sets, n_groups), bool
            The groups of which each set is made.

        Returns
        -------
        matrices : array of shape (n_sets, n_columns, n_columns)
            Numeric columns first: correlations of two of them, squares of the others, below 0 where
            less than chance. NaN where a column does not vary, and on the diagonal.
        """
        n_numeric, n_columns = self.ranks.shape[1], self.ranks.shape[1] + self.levels.shape[1]
        result = np.full((len(sets), n_columns, n_columns), np.nan)
        indicators, starts = self._indicators()
        for matrix, included in zip(result, sets, strict=True):
            rows = np.flatnonzero(included[self.groups])
            values, known = self._mid_ranks(rows)
            matrix[:n_numeric, :n_numeric] = _correlations(values, known)
            if n_numeric < n_columns:
                squares = _squared_ratios(values, known, indicators[rows], starts)
                matrix[n_numeric:, :n_numeric] = squares
                matrix[:n_numeric, n_numeric:] = squares.T
        for i in range(n_columns - n_numeric):
            for j in range(i):
                squares = self._squared_v(i, j, sets.astype(np.float64))
                result[:, n_numeric + i, n_numeric + j] = squares
                result[:, n_numeric + j, n_numeric + i] = squares
        result[:, np.arange(n_columns), np.arange(n_columns)] = np.nan
        return result

    def _mid_ranks(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return centred mid-ranks among the given rows, 0 where missing, and where known."""
        positions = self.ranks[rows]
        values = np.zeros(positions.shape)
        for place, column in enumerate(positions.T):
            is_known = column >= 0
            counts = np.bincount(column[is_known])
            middle = np.cumsum(counts) - (counts + 1) / 2
            ranks = middle[column[is_known]] if len(counts) else np.empty(0)
            # Of order 1, so that sums of squares of any number of rows lose no digits.
            values[is_known, place] = (ranks - (is_known.sum() - 1) / 2) / max(is_known.sum(), 1)
        return values, (positions >= 0).astype(np.float64)

    def _indicators(self) -> tuple[sparse.csr_array, np.ndarray]:
        """Return the level columns as one matrix of 0 and 1, and where each one's levels start."""
        sizes = self.levels.max(axis=0, initial=0) + 1
        ends = np.cumsum(sizes).astype(np.int64)
        n_rows, n_columns = self.levels.shape
        places = (self.levels + (ends - sizes)).ravel()
        pointers = np.arange(n_rows + 1) * n_columns
        shape = (n_rows, int(ends[-1]) if n_columns else 0)
        return sparse.csr_array((np.ones(len(places)), places, pointers), shape=shape), ends - sizes

    def _squared_v(self, i: int, j: int, sets: np.ndarray) -> np.ndarray:
        """Return the square of Cramer's V of two level columns in each set."""
        first, second = self.levels[:, i].astype(np.int64), self.levels[:, j].astype(np.int64)
        width = int(second.max()) + 1
        keys = first * width + second
        if int(keys.max()) >= len(keys):
            occurring, keys = np.unique(keys, return_inverse=True)
        else:
            occurring = np.arange(int(keys.max()) + 1)
        joint, rows, columns = (
            sets @ self._group_counts(codes, size)
            for codes, size in (
                (keys, len(occurring)),
                (first, int(first.max()) + 1),
                (second, width),
            )
        )
        expected = rows[:, occurring // width] * columns[:, occurring % width]
        squares = np.divide(joint**2, expected, out=np.zeros_like(joint), where=expected > 0)
        n_levels = [(counts > 0).sum(axis=1) for counts in (rows, columns)]
        return _bias_corrected_square(squares.sum(axis=1) - 1, rows.sum(axis=1), *n_levels)

    def _group_counts(self, codes: np.ndarray, size: int) -> np.ndarray:
        """Return how often each code occurs in each group."""
        counts = np.bincount(self.groups * size + codes, minlength=N_GROUPS * size)
        return counts.reshape(N_GROUPS, size).astype(np.float64)


def pearson_matrix(numbers: np.ndarray) -> np.ndarray:
    """Return Pearson's correlations over rows where both are known, NaN without variation."""
    known = ~np.isnan(numbers)
    counts = known.sum(axis=0)
    filled = np.where(known, numbers, 0.0)
    # Shifted and scaled first: squares of ticks of time would lose all digits.
    shift = np.array([c[k][0] if k.any() else 0.0 for c, k in zip(numbers.T, known.T, strict=True)])
    centred = np.where(known, filled - shift, 0.0)
    centred -= np.where(known, centred.sum(axis=0) / np.maximum(counts, 1), 0.0)
    scale = np.abs(centred).max(axis=0, initial=0.0)
    matrix = _correlations(centred / np.where(scale > 0, scale, 1.0), known.astype(np.float64))
    matrix[np.diag_indices(len(matrix))] = np.nan
    return matrix


def _correlations(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the correlations of columns over rows where both are known; 0 stands for unknown."""
    n_both = np.maximum(known.T @ known, 1.0)
    sums = values.T @ known
    squares = (values**2).T @ known
    spread = squares - sums**2 / n_both
    spread[spread <= NO_VARIATION * np.maximum(squares, NO_VARIATION)] = np.nan
    products = values.T @ values - sums * sums.T / n_both
    return (products / np.sqrt(spread * spread.T)).clip(-1.0, 1.0)


def _squared_ratios(
    values: np.ndarray, known: np.ndarray, indicators: sparse.csr_array, starts: np.ndarray
) -> np.ndarray:
    """Return the square of the correlation ratio of each number (column) on each level (row)."""
    counts, sums = indicators.T @ known, indicators.T @ values
    means = np.divide(sums**2, counts, out=np.zeros_like(sums), where=counts > 0)
    between = np.add.reduceat(means, starts)
    n_levels = np.add.reduceat((counts > 0).astype(np.float64), starts)
    n_rows, total = known.sum(axis=0), values.sum(axis=0)
    spread = (values**2).sum(axis=0) - total**2 / np.maximum(n_rows, 1)
    spread = np.where(spread > NO_VARIATION * np.maximum(n_rows, 1), spread, np.nan)
    ratio = (between - total**2 / np.maximum(n_rows, 1)) / spread
    is_defined = (n_levels > 1) & (n_rows > n_levels)
    unexplained = (1 - ratio) * (n_rows - 1) / np.where(is_defined, n_rows - n_levels, np.nan)
    return np.minimum(1 - unexplained, 1.0)


def _bias_corrected_square(
    phi_squared: np.ndarray, n_rows: np.ndarray, n_first: np.ndarray, n_second: np.ndarray
) -> np.ndarray:
    """Return the square of Bergsma's Cramer's V, NaN where a column has one level."""
    others = np.maximum(n_rows - 1, 1)
    corrected = phi_squared - (n_first - 1) * (n_second - 1) / others
    sides = [n - (n - 1) ** 2 / others for n in (n_first, n_second)]
    smaller = np.minimum(*sides) - 1
    is_defined = (n_first > 1) & (n_second > 1) & (smaller > 0)
    return np.minimum(corrected / np.where(is_defined, smaller, np.nan), 1.0)
