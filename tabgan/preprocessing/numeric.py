"""Numbers: frequent values as levels, the rest as normal scores, cluster by cluster."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan.preprocessing.clusters import Cuts, find_cuts
from tabgan.preprocessing.phases import Calendar, Phases, find_phases
from tabgan.preprocessing.value_map import N_POOLS, ValueMap
from tabgan.schema.rules import has_level_per_value, is_spike

__all__ = ["NumericCoder"]

_MIN_REST = 5
#: Pools of the map of a phase.
_LEAST_POOLS = 20
_WHOLE = Cuts(np.zeros(0))


@dataclass(frozen=True)
class NumericCoder:
    """Code numbers by levels and, for values without a level, a normal score.

    Parameters
    ----------
    level_values : ndarray of shape (n_values,), int64, uint64 or float64
        Values that are levels, in increasing order.
    value_maps : tuple of ValueMap
        Maps of the places that the other values have in their clusters, one for each; none if every
        value has a level.
    clusters : Cuts or Phases
        Which values are ranked together, and their places.
    grid : float
        Step between values that can occur; 0 without a grid.
    decimals : int or None
        Digits after the point to which decoded values are rounded.
    low, high : float or None
        Bounds of decoded values.
    """

    level_values: np.ndarray
    value_maps: tuple[ValueMap, ...]
    clusters: Cuts | Phases
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
        coding: str = "clusters",
        calendar: Calendar | None = None,
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
        coding : {"clusters", "valleys", "ranks", "linear"}, default="clusters"
            Whether values without a level are ranked within clusters, or such as valleys part, or
            as a whole, or, unless `all_levels`, all values put on a straight scale.
        calendar : Calendar, optional
            What the values count, if they are instants, whose clusters are phases first of all.
        """
        distinct, counts = np.unique(values, return_counts=True)
        if coding == "linear" and not all_levels and len(distinct) > 1:
            line = ValueMap.linear(distinct, counts, low=low, high=high)
            coder = cls(distinct[:0], (line,), _WHOLE, grid, decimals, low, high)
            return coder, np.array([len(values)])
        if all_levels is None:
            all_levels = has_level_per_value(len(values), len(distinct))
        is_level = np.full(len(distinct), True) if all_levels else is_spike(counts)
        n_rest = int(counts[~is_level].sum())
        value_maps: list[ValueMap] = []
        clusters: Cuts | Phases = _WHOLE
        if n_rest >= _MIN_REST:
            rest, rest_counts = distinct[~is_level], counts[~is_level]
            phases = None
            if coding == "clusters" and calendar is not None:
                phases = find_phases(rest, rest_counts, len(values), calendar, int(grid))
            if phases is not None:
                clusters = phases
            elif coding in ("clusters", "valleys"):
                rows = np.where(is_level, 0, counts)
                clusters = Cuts(find_cuts(distinct, rows, len(values)))
            value_maps = _fit_maps(rest, rest_counts, clusters, grid)
        coder = cls(distinct[is_level], tuple(value_maps), clusters, grid, decimals, low, high)
        if 0 < n_rest < _MIN_REST:  # too few rows for a mean take the nearest level instead
            levels, _ = coder.encode(values)
            return coder, np.bincount(levels, minlength=len(coder.level_values))
        rows_of_rest = np.zeros(coder.n_clusters, counts.dtype)
        if coder.n_clusters:
            np.add.at(
                rows_of_rest, coder.clusters.clusters_of(distinct[~is_level]), counts[~is_level]
            )
        return coder, np.append(counts[is_level], rows_of_rest)

    @property
    def has_normal(self) -> bool:
        """Whether some values have no level."""
        return self.n_clusters > 0

    @property
    def n_clusters(self) -> int:
        """Number of clusters of values without a level, each of which has a level as a whole."""
        return len(self.value_maps)

    def values_at(self, scores: np.ndarray) -> np.ndarray:
        """Return the values of some normal scores in each cluster, (n_clusters, n_scores)."""
        return np.stack(
            [
                self.clusters.values(value_map.to_values(scores), cluster)
                for cluster, value_map in enumerate(self.value_maps)
            ]
        )

    @property
    def known_range(self) -> tuple[float, float]:
        """The least and the greatest value that decoding gives before it rounds and limits."""
        ends = [
            self.clusters.values(value_map.values[[0, -1]], cluster)
            for cluster, value_map in enumerate(self.value_maps)
        ]
        values = np.concatenate([self.level_values, *ends])
        return float(values.min()), float(values.max())

    def has_places(self, low: float, high: float) -> bool:
        """Whether a value without a level can lie from `low` to `high`, by the clusters alone."""
        ranges = [self.clusters.place_range(low, high, k) for k in range(self.n_clusters)]
        return any(first <= last for first, last in ranges)

    def score_range(self, low: float, high: float, cluster: int) -> tuple[float, float]:
        """Return the normal scores of the values from `low` to `high` in a cluster.

        Both are the same if it has none.
        """
        first, last = self.clusters.place_range(low, high, cluster)
        if first > last:
            return 0.0, 0.0
        return self.value_maps[cluster].score_range(first - self.grid / 2, last + self.grid / 2)

    def encode(
        self, values: np.ndarray, generator: np.random.Generator | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the levels, int32, and the normal scores, float32, of values.

        The levels after those of values are those of the clusters. Without any, a value that is no
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
        if not self.value_maps:
            return self._nearest(values, levels), scores
        rest = np.flatnonzero(~is_level)
        owners = self.clusters.clusters_of(values[rest])
        levels[rest] = n_values + owners
        for cluster, value_map in enumerate(self.value_maps):
            rows = rest[owners == cluster]
            places = self.clusters.places(values[rows], cluster)
            scores[rows] = value_map.to_scores(places, step=self.grid, generator=generator)
        return levels, scores

    def _nearest(self, values: np.ndarray, above: np.ndarray) -> np.ndarray:
        """Return the nearest level, given the first level not below each value."""
        levels = self.level_values.astype(np.float64)
        below = np.maximum(above - 1, 0)
        is_below_nearer = np.abs(values - levels[below]) < np.abs(values - levels[above])
        return np.where(is_below_nearer, below, above).astype(np.int32)

    def decode_normals(self, scores: np.ndarray, clusters: np.ndarray | None = None) -> np.ndarray:
        """Return the values of normal scores, on the grid, within the bounds, as levels are.

        The clusters are needed where there are several.
        """
        is_whole = self.level_values.dtype.kind in "iu"
        values = np.zeros(len(scores), self.level_values.dtype if is_whole else np.float64)
        if clusters is None:
            clusters = np.zeros(len(scores), np.int32)
        for cluster, value_map in enumerate(self.value_maps):
            rows = clusters == cluster
            places = value_map.to_values(scores[rows])
            if is_whole:
                places = _whole_multiples(places, int(self.grid) or 1, values.dtype)
            values[rows] = self.clusters.values(places, cluster)
        if is_whole:
            return _clip_whole(values, self.low, self.high)
        if self.decimals is not None:
            values = np.round(values, self.decimals)
        if self.low is not None or self.high is not None:
            values = np.clip(values, self.low, self.high)
        return values


def _fit_maps(
    distinct: np.ndarray, counts: np.ndarray, clusters: Cuts | Phases, grid: float
) -> list[ValueMap]:
    """Return the map of the places in each cluster, given the values without a level."""
    options: dict[str, Any] = {"step": grid}
    low, high = -np.inf, np.inf
    if isinstance(clusters, Phases):
        # Phases begin and end with the column, not each with rows of its own.
        low, high = np.rint(ValueMap.fit(distinct, counts, step=grid).values[[0, -1]] / grid) * grid
        options["n_pools"] = max(_LEAST_POOLS, N_POOLS // clusters.n_clusters)
    owners, maps = clusters.clusters_of(distinct), []
    for cluster in range(clusters.n_clusters):
        is_own = owners == cluster
        if isinstance(clusters, Phases):
            options["ends"] = clusters.place_range(low, high, cluster)
        places = clusters.places(distinct[is_own], cluster)
        maps.append(ValueMap.fit(places, counts[is_own], **options))
    return maps


def _whole_multiples(values: np.ndarray, step: int, dtype: np.dtype) -> np.ndarray:
    """Return the multiples of a step that are nearest to float values, within an integer dtype.

    They are multiplied as integers, since float64 holds no exact ones beyond 2**53.
    """
    limits = np.iinfo(dtype)
    # The float next to an end of the range may lie beyond it, the one before that does not.
    lowest = np.nextafter(float(-(-int(limits.min) // step)), 0.0)
    highest = np.nextafter(float(int(limits.max) // step), 0.0)
    return np.clip(np.rint(values / step), lowest, highest).astype(dtype) * dtype.type(step)


def _clip_whole(values: np.ndarray, low: Any, high: Any) -> np.ndarray:
    """Return integers within bounds that may lie beyond the range of their dtype."""
    limits = np.iinfo(values.dtype)
    low = limits.min if low is None else max(math.ceil(low), limits.min)
    high = limits.max if high is None else min(math.floor(high), limits.max)
    return np.clip(values, low, high)
