"""Clusters of a number column: whether its values fall apart, and at which numbers.

A *valley* is an interval with far fewer values than intervals of its own width on both sides have.
Widths compare with widths nearby only, so the rule does not depend on units; no shape is assumed.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

__all__ = ["MAX_CLUSTERS", "MIN_SHARE", "Cuts", "find_cuts"]

MAX_CLUSTERS = 64
#: Every cluster has so many rows, and so large a share of all.
MIN_ROWS, MIN_SHARE = 25, 0.005
#: A valley holds at most this share of the values that each side has in the same width.
_DEPTH = 1 / 6
#: That it has a share of a half or more is refuted at this level,
_LEVEL = 1e-6
#: for which a side needs so many values beside an empty valley: (2/3)^35 < 1e-6.
_LEAST_SIDE = 35
#: A valley is at least so wide beside the interquartile range of either part.
_WIDTH = 3 / 4
#: Distances of a side from its valley, in widths of it; the fullest counts.
_OFFSETS = (0.0, 0.5, 1.0)
#: Most distinct values that are looked at; of more, as many are left out everywhere.
_MOST_VALUES = 20_000
#: Columns with larger values, whose differences may overflow, are left as they are.
_LARGEST = 1e300


@dataclass(frozen=True)
class _Valley:
    """An interval between two values, and the log-probability of one so deep by chance."""

    log_probability: float
    low: float
    high: float

    @property
    def cut(self) -> float:
        """The middle, rounded as coarsely as stays within the middle eighth."""
        exponent = int(np.floor(np.log10(max((self.high - self.low) / 8, 1e-300))))
        return round((self.low + self.high) / 2, -exponent)


@dataclass(frozen=True)
class Cuts:
    """Clusters that are intervals of numbers, whose *place* is the number itself.

    Parameters
    ----------
    cuts : ndarray of shape (n_clusters - 1,), float64
        Numbers that part the clusters; a value that equals one lies above it.
    """

    cuts: np.ndarray

    @property
    def n_clusters(self) -> int:
        """Number of intervals."""
        return len(self.cuts) + 1

    @property
    def are_ordered(self) -> bool:
        """Whether all values of a cluster lie before those of the next: yes."""
        return True

    def clusters_of(self, values: np.ndarray) -> np.ndarray:
        """Return the cluster of each value."""
        return np.searchsorted(self.cuts, values, side="right")

    def places(self, values: np.ndarray, cluster: int) -> np.ndarray:
        """Return the values themselves."""
        return values

    def values(self, places: np.ndarray, cluster: int) -> np.ndarray:
        """Return the places themselves."""
        return places

    def place_range(self, low: float, high: float, cluster: int) -> tuple[float, float]:
        """Return the ends of an interval themselves."""
        return low, high


def find_cuts(distinct: np.ndarray, rest_counts: np.ndarray, n_rows: int) -> np.ndarray:
    """Return the numbers that cut a column into clusters, in increasing order; none if it is one.

    Parameters
    ----------
    distinct : ndarray of shape (n_values,)
        All values of the column, in increasing order. Those with a level of their own are among
        them: a gap that frequent values fill is none.
    rest_counts : ndarray of shape (n_values,), int
        Rows of each value without a level of its own, 0 for the others.
    n_rows : int
        Rows of the column.

    Returns
    -------
    cuts : ndarray of shape (n_clusters - 1,), float64
        A value that equals a cut lies above it.

    Notes
    -----
    A valley is an interval between two values that has v values inside, and intervals of its width
    on both sides, at most one width away, that have at least f, where v is at most f / 6 and v out
    of v + f is improbable (1e-6) for a valley half as dense as its sides: P(B <= v), B binomial
    with v + f draws and probability 1/3. So an empty valley needs 35 values on either side. Of a
    density with one mode no interval is less dense than both sides, and of one with two poles,
    such as beta(1/2, 1/2), none by much: the search over all places and widths finds no valley
    there, as the tests show. Two normals of equal weight part from about 5 standard deviations on.

    Each value counts once, however many rows hold it: heaps on round numbers are no clusters, nor
    are the few values of a coarse grid.

    The surest valley of a part is cut first, then those of what it leaves, while every part keeps
    25 rows and 0.5 % of all. Then valleys narrower than 3/4 of the interquartile range of either
    neighbour are taken back, the narrowest first: ranks that close a gap so narrow beside what it
    parts lose little, and many columns have a narrow dip, at zero for example. Of more than 63 the
    surest are kept. A cut is the middle of its valley, rounded as coarsely as stays within the
    middle eighth, so that it is no row's value and not the mean of two.
    """
    values = distinct.astype(np.float64)
    if len(distinct) < 2 * _LEAST_SIDE or np.abs(values[[0, -1]]).max() > _LARGEST:
        return np.zeros(0)
    kept = np.flatnonzero(np.append(np.diff(values) > 0, True))  # large integers may be one float
    if len(kept) > _MOST_VALUES:
        kept = kept[np.linspace(0, len(kept) - 1, _MOST_VALUES).astype(np.int64)]
    values = values[kept]
    rows = np.diff(np.cumsum(rest_counts)[kept], prepend=0)
    least_rows = max(MIN_ROWS, MIN_SHARE * n_rows)
    valleys: list[_Valley] = []
    surest = _surest(values, rows, least_rows)
    open_parts = [] if surest is None else [(surest, values, rows)]
    while open_parts:
        valley, part, part_rows = open_parts.pop()
        valleys.append(valley)
        middle = int(np.searchsorted(part, valley.cut))
        for side in (slice(None, middle), slice(middle, None)):
            surest = _surest(part[side], part_rows[side], least_rows)
            if surest is not None:
                open_parts.append((surest, part[side], part_rows[side]))
    wide = _wide_enough(values, sorted(valleys, key=lambda valley: valley.cut))
    surest_first = sorted(wide, key=lambda valley: valley.log_probability)
    return np.sort([valley.cut for valley in surest_first[: MAX_CLUSTERS - 1]])


def _wide_enough(values: np.ndarray, valleys: list[_Valley]) -> list[_Valley]:
    """Return the valleys that are not narrow beside the parts that they leave."""
    while valleys:
        cuts = np.array([valley.cut for valley in valleys])
        parts = np.split(values, np.searchsorted(values, cuts))
        spreads = np.array([np.subtract(*np.quantile(part, [0.75, 0.25])) for part in parts])
        widths = np.array([valley.high - valley.low for valley in valleys])
        shares = widths / np.maximum(spreads[:-1], spreads[1:])
        narrowest = int(np.argmin(shares))
        if shares[narrowest] >= _WIDTH:
            return valleys
        valleys = valleys[:narrowest] + valleys[narrowest + 1 :]
    return []


def _surest(values: np.ndarray, rows: np.ndarray, least_rows: float) -> _Valley | None:
    """Return the surest valley that leaves enough rows on either side, or None."""
    valleys: list[_Valley] = []
    n_inside = 0
    while n_inside <= _DEPTH * len(values) / 2:
        valleys += _surest_with(values, rows, least_rows, n_inside)
        n_inside = max(n_inside + 1, int(1.25 * n_inside))
    return min(valleys, key=lambda valley: valley.log_probability, default=None)


def _surest_with(
    values: np.ndarray, rows: np.ndarray, least_rows: float, n_inside: int
) -> list[_Valley]:
    """Return the surest valley with so many values inside, if there is one."""
    least = max(_LEAST_SIDE, int(np.ceil(n_inside / _DEPTH)))
    left = np.arange(least - 1, len(values) - n_inside - least)
    right = left + n_inside + 1
    # What one side has in a width at most one width away, it has in the two widths beside.
    reach = 2 * (values[right] - values[left])
    rows_up_to = np.cumsum(rows)
    is_possible = (
        (values[left] - values[left - least + 1] <= reach)
        & (values[right + least - 1] - values[right] <= reach)
        & (rows_up_to[left] >= least_rows)
        & (rows_up_to[-1] - rows_up_to[right - 1] >= least_rows)
    )
    low, high = values[left[is_possible]], values[right[is_possible]]
    if not len(low):
        return []
    sides = np.minimum(
        _fullest(-values[::-1], -low, high - low), _fullest(values, high, high - low)
    )
    best = int(np.argmax(sides))
    n_draws = n_inside + int(sides[best])
    log_probability = float(binom.logcdf(n_inside, n_draws, 1 / 3))
    if sides[best] < least or log_probability > np.log(_LEVEL):
        return []
    return [_Valley(log_probability, float(low[best]), float(high[best]))]


def _fullest(values: np.ndarray, edges: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Return the most values in an interval of each width above its edge, at any of the offsets."""
    counts = []
    for offset in _OFFSETS:
        starts = edges + offset * widths
        first = np.searchsorted(values, starts, side="left")
        counts.append(np.searchsorted(values, starts + widths, side="right") - first)
    return np.max(counts, axis=0)
