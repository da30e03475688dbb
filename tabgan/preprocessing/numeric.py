"""Numbers: frequent values as levels, the rest as normal scores."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan.preprocessing.value_map import ValueMap
from tabgan.schema.rules import has_level_per_value, is_spike

__all__ = ["NumericCoder"]

_MIN_REST = 5


@dataclass(frozen=True)
class NumericCoder:
    """Code numbers by levels and, for values without a level, a normal score.

    Parameters
    ----------
    level_values : ndarray of shape (n_values,), int64, uint64 or float64
        Values that are levels, in increasing order.
    value_map : ValueMap or None
        Map of the other values; None if every value has a level.
    grid : float
        Step between values that can occur; 0 without a grid.
    decimals : int or None
        Digits after the point to which decoded values are rounded.
    low, high : float or None
        Bounds of decoded values.
    """

    level_values: np.ndarray
    value_map: ValueMap | None
    grid: float
    decimals: int | None
    low: float | None
    high: float | None

    @classmethod
    def fit(
        cls,
        values: np.ndarray,
        *,
        grid: float = 0.0,
        decimals: int | None = None,
        low: Any = None,
        high: Any = None,
        all_levels: bool | None = None,
    ) -> tuple["NumericCoder", np.ndarray]:
        """Learn the coder; return it and the number of rows of each of its levels.

        Parameters
        ----------
        values : ndarray of shape (n_values,)
        grid, decimals, low, high
            See :class:`NumericCoder`.
        all_levels : bool, optional
            Whether every value is to be a level; by default as
            :func:`~tabgan.schema.rules.has_level_per_value` says.
        """
        distinct, counts = np.unique(values, return_counts=True)
        if all_levels is None:
            all_levels = has_level_per_value(len(values), len(distinct))
        is_level = np.full(len(distinct), True) if all_levels else is_spike(counts)
        n_rest = int(counts[~is_level].sum())
        rest = None
        if n_rest >= _MIN_REST:
            rest = ValueMap.fit(distinct[~is_level], counts[~is_level], step=grid)
        coder = cls(distinct[is_level], rest, grid, decimals, low, high)
        # Too few rows for a mean take the nearest level instead.
        levels, _ = coder.encode(values) if 0 < n_rest < _MIN_REST else (None, None)
        if levels is not None:
            return coder, np.bincount(levels, minlength=len(coder.level_values))
        level_counts = counts[is_level]
        return coder, np.append(level_counts, n_rest) if rest is not None else level_counts

    @property
    def has_normal(self) -> bool:
        """Whether some values have no level."""
        return self.value_map is not None

    def encode(
        self, values: np.ndarray, generator: np.random.Generator | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the levels, int32, and the normal scores, float32, of values.

        The level after the last is "continuous". Without a continuous level, a value that is no
        level takes the nearest.
        """
        n_values = len(self.level_values)
        scores = np.zeros(len(values), np.float32)
        if n_values == 0:
            levels = np.zeros(len(values), np.int32)
            is_level = np.zeros(len(values), bool)
        else:
            values = values.astype(np.result_type(values, self.level_values), copy=False)
            position = np.searchsorted(self.level_values, values)
            position = np.minimum(position, n_values - 1)
            is_level = self.level_values[position] == values
            levels = position.astype(np.int32)
        if is_level.all():
            return levels, scores
        if self.value_map is None:
            return self._nearest(values, levels), scores
        rest = ~is_level
        levels[rest] = n_values
        scores[rest] = self.value_map.to_scores(values[rest], step=self.grid, generator=generator)
        return levels, scores

    def _nearest(self, values: np.ndarray, above: np.ndarray) -> np.ndarray:
        """Return the nearest level, given the first level not below each value."""
        levels = self.level_values.astype(np.float64)
        below = np.maximum(above - 1, 0)
        is_below_nearer = np.abs(values - levels[below]) < np.abs(values - levels[above])
        return np.where(is_below_nearer, below, above).astype(np.int32)

    def decode_normals(self, scores: np.ndarray) -> np.ndarray:
        """Return the values of normal scores, on the grid, within the bounds, as levels are."""
        values = (
            np.zeros(len(scores)) if self.value_map is None else self.value_map.to_values(scores)
        )
        if self.decimals is not None:
            values = np.round(values, self.decimals)
        elif self.grid:
            values = np.rint(values / self.grid) * self.grid
        if self.low is not None or self.high is not None:
            values = np.clip(values, self.low, self.high)
        return _cast(values, self.level_values.dtype)


def _cast(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return float values as another dtype, kept within its range."""
    if dtype.kind == "f":
        return values.astype(dtype, copy=False)
    limits = np.iinfo(dtype)
    # The largest 64-bit integer has no float64 of its own; the next float below it has.
    top = np.nextafter(float(limits.max), 0.0)
    return np.clip(values, float(limits.min), top).astype(dtype)
