"""How much of a table's association another table keeps, free of the noise of both."""

import math
from dataclasses import dataclass

import numpy as np

from tabgan.metrics._jackknife import N_GROUPS, jackknife_interval, jackknife_variance

__all__ = ["SETS", "Comparison", "associations"]

# Fewer rows than two a group give no variance.
MIN_ROWS = 2 * N_GROUPS
N_HALVINGS = 10
_HALVES = np.random.default_rng(0).permuted(
    np.tile(np.arange(N_GROUPS) % 2 == 0, (N_HALVINGS, 1)), axis=1
)
# The groups with one of them left out, then halves, each followed by its other half, last all.
SETS = np.concatenate(
    [
        ~np.eye(N_GROUPS, dtype=bool),
        np.stack([_HALVES, ~_HALVES], axis=1).reshape(-1, N_GROUPS),
        np.ones((1, N_GROUPS), bool),
    ]
)


def associations(squares: np.ndarray, n_numeric: int) -> np.ndarray:
    """Return associations from correlations of numeric columns and squares of all other pairs."""
    result = np.sqrt(np.maximum(squares, 0.0))
    result[..., :n_numeric, :n_numeric] = squares[..., :n_numeric, :n_numeric]
    return result


@dataclass(frozen=True)
class Comparison:
    """The associations of a table beside the real ones.

    Attributes
    ----------
    pairs : array of shape (n_pairs, 2)
        Positions of the columns of every pair that varies in the real table.
    differences : array of shape (n_pairs,)
        Association in the other table minus the real one.
    kept : float
        Share of the real association that is kept, NaN if that is not beyond chance.
    interval : tuple of two floats
        Its 95 % interval.
    """

    pairs: np.ndarray
    differences: np.ndarray
    kept: float
    interval: tuple[float, float]

    @classmethod
    def of(cls, real: np.ndarray, other: np.ndarray, n_numeric: int, n_rows: int) -> "Comparison":
        """Compare what `GroupedRows.matrices` gives for `SETS`."""
        i, j = np.nonzero(np.tril(~np.isnan(real[-1]), -1))
        pairs = np.column_stack([i, j])
        # A column that lost its variation has no association left.
        squares = [np.nan_to_num(matrices[:, i, j]) for matrices in (real, other)]
        theirs, ours = (
            np.nan_to_num(associations(matrices, n_numeric)[:, i, j]) for matrices in (real, other)
        )
        differences = ours - theirs
        unknown = cls(pairs, differences[-1], math.nan, (math.nan, math.nan))
        if n_rows < MIN_ROWS or not len(pairs):
            return unknown
        is_signed = i < n_numeric
        there = _Sum.of_squares(theirs, squares[0], is_signed)
        lost = _Sum.of_differences(differences, squares[0], squares[1], is_signed)
        if there.value <= 2 * math.sqrt(float(jackknife_variance(there.left_out))):
            return unknown
        kept = 1 - lost.value / there.value
        return cls(
            pairs,
            differences[-1],
            kept,
            jackknife_interval(kept, 1 - lost.left_out / there.left_out),
        )

    @property
    def mean(self) -> float:
        """Mean absolute difference."""
        return float(np.abs(self.differences).mean()) if len(self.pairs) else 0.0

    @property
    def largest(self) -> float:
        """Largest absolute difference."""
        return float(np.abs(self.differences).max(initial=0.0))

    def worst(self, n_pairs: int) -> list[tuple[int, int]]:
        """Return the pairs of the largest differences."""
        order = np.argsort(-np.abs(self.differences), kind="stable")[:n_pairs]
        return [(int(i), int(j)) for i, j in self.pairs[order]]


@dataclass(frozen=True)
class _Sum:
    """A sum of squares over pairs less the noise in it, and the same with each group left out."""

    value: float
    left_out: np.ndarray

    @classmethod
    def of_squares(cls, values: np.ndarray, squares: np.ndarray, is_signed: np.ndarray) -> "_Sum":
        """Sum squared associations; those of unsigned measures are free of bias as they come."""
        without_noise = values[-1] ** 2 - jackknife_variance(values[:N_GROUPS])
        return cls._shifted(values, np.where(is_signed, without_noise, squares[-1]).sum())

    @classmethod
    def of_differences(
        cls, values: np.ndarray, real: np.ndarray, other: np.ndarray, is_signed: np.ndarray
    ) -> "_Sum":
        """Sum squared differences.

        The root of a square near 0 has a kink there that the jackknife takes for variance, so the
        unsigned measures use the product of the differences in two halves of the rows, whose noise
        is independent. There a square below 0 has a root below 0, or all roots would err upwards.
        """
        without_noise = values[-1] ** 2 - jackknife_variance(values[:N_GROUPS])
        roots = (np.sign(s) * np.sqrt(np.abs(s)) for s in (other[N_GROUPS:-1], real[N_GROUPS:-1]))
        halves = np.subtract(*roots)
        products = (halves[::2] * halves[1::2]).mean(axis=0)
        return cls._shifted(values, np.where(is_signed, without_noise, products).sum())

    @classmethod
    def _shifted(cls, values: np.ndarray, total: float) -> "_Sum":
        """Take the noise found in all rows from the sums with a group left out as well."""
        sums = (values**2).sum(axis=1)
        noise = (sums[-1] - total) * N_GROUPS / (N_GROUPS - 1)
        return cls(float(total), sums[:N_GROUPS] - noise)
