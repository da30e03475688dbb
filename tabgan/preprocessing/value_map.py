"""The frozen map between a continuous column's values and their normal scores.

The map is a piecewise linear function through knots. A knot is a value that many rows share (an
*exact pool*), or the mean of neighbouring values that at least five rows hold. So no value of a
single row is kept, and a sample as large as the table is no permutation of the real column.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

__all__ = ["MAX_KNOTS", "ValueMap"]

MAX_KNOTS = 1000
_MIN_POOL = 5
N_POOLS = 400
_TAIL_SHARE = 0.25
_FEW_ROWS = 10
# Normal scores of the probabilities 0 and 1, which only ever bound a pool and hold no value.
_FAR = 9.0
# A given end is near, if it is at most so many times as far as the last segment leads.
_NEAR_END = 4
# Values at either end of a column whose mean bounds a linear map that has no natural bound.
_END_ROWS = 5


@dataclass(frozen=True)
class ValueMap:
    """A monotone map from normal scores to values and back.

    Parameters
    ----------
    scores : ndarray of shape (n_knots,), float64
        Normal scores, in increasing order; equal neighbours make a jump.
    values : ndarray of shape (n_knots,), float64
        Values at the scores, in increasing order; equal neighbours are a pool of one value.
    limit : float
        Largest normal score that :meth:`to_scores` gives, as large as the training rows allow.
    is_linear : bool, default=False
        Whether the map is one straight line, whose scores from -1 to 1 follow the values and not
        their ranks.

    Examples
    --------
    >>> import numpy as np
    >>> value_map = ValueMap.fit(np.arange(1000.0), np.ones(1000, int), step=1.0)
    >>> value_map.to_values(np.array([-9.0, 0.0, 9.0])).round().tolist()
    [1.0, 500.0, 998.0]
    >>> value_map.to_scores(np.array([600.0])).round(3).tolist()
    [0.255]
    """

    scores: np.ndarray
    values: np.ndarray
    limit: float
    is_linear: bool = False

    @classmethod
    def fit(
        cls,
        distinct: np.ndarray,
        counts: np.ndarray,
        *,
        step: float = 0.0,
        n_pools: int = N_POOLS,
        ends: tuple[float, float] | None = None,
    ) -> "ValueMap":
        """Learn the map from sorted distinct values, how many rows hold each, and their grid.

        In the middle a pool has about one of `n_pools` parts of the rows. The map continues up to
        `ends` that are near, if there are such.
        """
        distinct = distinct.astype(np.float64)
        limit = float(-ndtri(0.25 / counts.sum()))
        # At best every value that five rows hold keeps its share; else only the more frequent ones.
        for most, exact_rows in ((n_pools, _MIN_POOL), (n_pools, None), (n_pools // 2, None)):
            probabilities, values = _knots(distinct, counts, step, most, exact_rows, ends)
            if len(values) <= MAX_KNOTS:
                break
        scores = np.clip(ndtri(probabilities), -_FAR, _FAR)
        return cls(scores, values, limit)

    @classmethod
    def linear(
        cls, distinct: np.ndarray, counts: np.ndarray, *, low: Any = None, high: Any = None
    ) -> "ValueMap":
        """Return the straight line from -1 at `low` to 1 at `high`.

        A bound that is None is the mean of the five least (largest) values, beyond which values are
        moved to it, so that no value of a single row is kept.
        """
        n_ends = min(_END_ROWS, int(counts.sum()) // 2)
        values = distinct.astype(np.float64)
        bottom = _mean_of_first(values, counts, n_ends)
        top = _mean_of_first(values[::-1], counts[::-1], n_ends)
        ends = [bottom if low is None else float(low), top if high is None else float(high)]
        return cls(np.array([-1.0, 1.0]), np.array(ends), 1.0, is_linear=True)

    def to_values(self, scores: np.ndarray) -> np.ndarray:
        """Return the values at normal scores, float64; constant beyond the outermost knots."""
        return np.interp(scores, self.scores, self.values)

    def to_scores(
        self, values: np.ndarray, *, step: float = 0.0, generator: np.random.Generator | None = None
    ) -> np.ndarray:
        """Return normal scores of values.

        A value that many rows share has a range of scores; so has any value of a grid of width
        `step`. With a generator the score is drawn uniformly (in probability) from that range, else
        it is the middle.
        """
        values = values.astype(np.float64)
        exact = np.flatnonzero(self.values[1:] == self.values[:-1])
        pool_values = self.values[exact]
        jittered = values
        if generator is not None and step > 0:
            jittered = values + step * (generator.random(len(values)) - 0.5)
        scores = np.interp(jittered, self.values, self.scores)
        if len(exact):
            scores = self._score_pools(values, scores, exact, pool_values, generator)
        return np.clip(scores, -self.limit, self.limit)

    def score_range(self, low: float, high: float) -> tuple[float, float]:
        """Return the normal scores of the values from `low` to `high`; infinite beyond the knots.

        Both are 0 if all values lie below `low` or above `high`.
        """
        first = int(np.searchsorted(self.values, low, side="left"))
        last = int(np.searchsorted(self.values, high, side="right")) - 1
        if first == len(self.values) or last < 0:
            return 0.0, 0.0
        is_last = last == len(self.values) - 1
        return (
            -np.inf if first == 0 else self._score_after(first - 1, low),
            np.inf if is_last else self._score_after(last, high),
        )

    def _score_after(self, knot: int, value: float) -> float:
        """Return the score of a value between a knot and the next."""
        width = self.values[knot + 1] - self.values[knot]
        share = (value - self.values[knot]) / width if width > 0 else 0.0
        return float(self.scores[knot] + share * (self.scores[knot + 1] - self.scores[knot]))

    def _score_pools(
        self,
        values: np.ndarray,
        scores: np.ndarray,
        exact: np.ndarray,
        pool_values: np.ndarray,
        generator: np.random.Generator | None,
    ) -> np.ndarray:
        """Replace the scores of values that are exact pools."""
        pools, first = np.unique(pool_values, return_index=True)
        position = np.minimum(np.searchsorted(pools, values), len(pools) - 1)
        rows = np.flatnonzero(pools[position] == values)
        last = np.append(first[1:], len(exact)) - 1
        low = ndtr(self.scores[exact[first]])[position[rows]]
        high = ndtr(self.scores[exact[last] + 1])[position[rows]]
        share = 0.5 if generator is None else generator.random(len(rows))
        scores[rows] = ndtri(low + (high - low) * share)
        return scores


def _mean_of_first(values: np.ndarray, counts: np.ndarray, n_rows: int) -> float:
    """Return the mean of the first rows, given each value's number of rows."""
    taken = np.diff(np.minimum(np.cumsum(counts), n_rows), prepend=0)
    return float(np.sum(values * (taken / n_rows)))


def _knots(
    distinct: np.ndarray,
    counts: np.ndarray,
    step: float,
    n_pools: int,
    exact_rows: int | None,
    ends: tuple[float, float] | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities and values of the knots."""
    pools = _pools(counts, n_pools, exact_rows)
    rows = np.concatenate([[0], np.cumsum(counts)])
    # Sums pool by pool: differences of running sums would drown small values in large ones.
    sums = np.add.reduceat(np.append(distinct * counts, 0.0), pools[:, 2:].ravel())[::2]
    means = sums / (rows[pools[:, 3]] - rows[pools[:, 2]])
    exact = (pools[:, 3] - pools[:, 2] == 1) & (counts[pools[:, 2]] >= _MIN_POOL)
    means = np.where(exact, distinct[pools[:, 2]], means)
    lower, upper = rows[pools[:, 0]] / rows[-1], rows[pools[:, 1]] / rows[-1]
    probabilities: list[float] = []
    values: list[float] = []
    for i, is_exact in enumerate(exact):
        if not is_exact:
            probabilities.append((lower[i] + upper[i]) / 2)
            values.append(means[i])
            continue
        # On a grid, the half step beside an exact value rounds to it, and must hold no rows.
        if step and i and not exact[i - 1]:
            probabilities.append(lower[i])
            values.append(max(means[i] - step / 2, values[-1]))
        probabilities += [lower[i], upper[i]]
        values += [means[i], means[i]]
        if step and i + 1 < len(exact) and not exact[i + 1]:
            probabilities.append(upper[i])
            values.append(min(means[i] + step / 2, means[i + 1]))
    # Sums of many terms may leave means out of order in the last place.
    knots = np.array(probabilities), np.maximum.accumulate(values)
    return _with_ends(*knots, distinct, rows[-1], ends)


def _with_ends(
    probabilities: np.ndarray,
    values: np.ndarray,
    distinct: np.ndarray,
    n_rows: int,
    ends: tuple[float, float] | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Continue the outermost segments, by as much as stays within the range of the training values.

    How far is one of four shares, so that the extreme value itself cannot be read off; or up to the
    given end, if that is no further than four times as far as the segment would lead.
    """
    if len(values) < 2:
        return probabilities, values
    outer = 0.25 / n_rows
    for side, inner, limit in ((0, 1, distinct[0]), (-1, -2, distinct[-1])):
        width = abs(probabilities[inner] - probabilities[side])
        end = outer if side == 0 else 1 - outer
        reach = abs(probabilities[side] - end)
        if width <= 0 or values[inner] == values[side]:
            continue
        slope = (values[side] - values[inner]) / width * reach
        value = _continued(values[side], slope, distinct, limit)
        if ends is not None and 0 < (ends[side] - values[side]) / slope <= _NEAR_END:
            value = ends[side]
        if value is not None:
            position = 0 if side == 0 else len(values)
            probabilities = np.insert(probabilities, position, end)
            values = np.insert(values, position, value)
    return probabilities, values


def _continued(value: float, slope: float, distinct: np.ndarray, limit: float) -> float | None:
    """Return how far the outermost segment leads within the range of the training values."""
    for share in (1.0, 0.5, 0.25):
        end = value + share * slope
        if distinct[0] <= end <= distinct[-1] and end != limit:
            return end
    return None


def _pools(counts: np.ndarray, n_pools: int, exact_rows: int | None) -> np.ndarray:
    """Return the pools as rows (first, stop, first averaged, stop averaged) of value positions.

    A value that enough rows hold (`exact_rows` if given, else as many as make a pool) is a pool of
    its own; those between two such values are joined with their neighbours until they have enough
    rows. What is left over joins the pool before it, or, if it is too little for a mean, adds its
    rows to the exact value beside it. Pools grow from 5 rows at the ends of the column to their
    full size, since the map bends most in the tails.
    """
    ends = np.cumsum(counts)
    n_rows = int(ends[-1])
    if n_rows < _FEW_ROWS:
        return np.array([[0, len(counts), 0, len(counts)]])
    from_end = np.minimum(ends - counts, n_rows - ends)
    full = max(_MIN_POOL, -(-n_rows // n_pools))
    enough = np.clip((_TAIL_SHARE * from_end).astype(np.int64), _MIN_POOL, full)
    is_own = counts >= (enough if exact_rows is None else np.minimum(enough, exact_rows))
    pools: list[list[int]] = []
    start = 0
    for own in [*np.flatnonzero(is_own).tolist(), len(counts)]:
        averaged = _averaged_pools(start, own, ends, counts, enough)
        rest_stop = averaged[-1][1] if averaged else start
        pools += averaged
        if own < len(counts):
            pools.append([rest_stop, own + 1, own, own + 1])
        elif rest_stop < own:
            pools[-1][1] = own
        start = own + 1
    return np.array(pools)


def _averaged_pools(
    start: int, stop: int, ends: np.ndarray, counts: np.ndarray, enough: np.ndarray
) -> list[list[int]]:
    """Return averaged pools of the values from start to stop; none if they are too few rows."""
    pools: list[list[int]] = []
    while start < stop:
        before = ends[start] - counts[start]
        pool_stop = min(int(np.searchsorted(ends, before + enough[start])) + 1, stop)
        n_rows, left = ends[pool_stop - 1] - before, ends[stop - 1] - ends[pool_stop - 1]
        if n_rows < _MIN_POOL:
            break
        if left < _MIN_POOL:
            pool_stop = stop
        pools.append([start, pool_stop, start, pool_stop])
        start = pool_stop
    return pools
