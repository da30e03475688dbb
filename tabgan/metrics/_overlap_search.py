"""Exact search of the nearest distinct points, all ties kept, in blocks.

A first pass measures all distances roughly, in 16 bits, where the processor compares many at once.
The error of that pass is bounded, so that the few candidates that it leaves hold every true
neighbour; these are measured again, exactly.
"""

from dataclasses import dataclass

import numpy as np

from tabgan.metrics._overlap_space import Grid

__all__ = ["Links", "NeighborSearch", "neighbor_search"]

# Query points of a block; pool points of a strip of it. Smaller ones would fit a nearer cache, but
# threads would then wait for one another.
BLOCK_POINTS = 128
STRIP_POINTS = 8192
# What the rough distances and the rough coordinates may reach in 16 bits, with room for rounding.
LARGEST_TOTAL = 60_000
LARGEST_COORDINATE = 32_000


@dataclass(frozen=True)
class Links:
    """Pairs of a query point and one of its neighbours, sorted by query and then by distance.

    Attributes
    ----------
    queries, points : array of shape (n_links,)
        Places among the distinct points. A point is its own first neighbour.
    distances : array of shape (n_links,), int64
    """

    queries: np.ndarray
    points: np.ndarray
    distances: np.ndarray

    def take(self, chosen: np.ndarray) -> "Links":
        """Return some of the pairs."""
        return Links(self.queries[chosen], self.points[chosen], self.distances[chosen])


@dataclass(frozen=True)
class Rough:
    """The points in 16 bits: a rough distance is at most `error` away from the scaled true one."""

    coordinates: np.ndarray
    codes: np.ndarray
    weights: np.ndarray
    error: int


@dataclass(frozen=True)
class NeighborSearch:
    """A search of the nearest rows of every distinct point.

    Attributes
    ----------
    grid : Grid
        Distinct points.
    n_rows : array of shape (n_points,)
        Rows at each point.
    n_wanted : int
        Rows to find for each point besides one row of its own; the rows that tie with the last of
        them come too, and all rows if there are no more.
    rough : Rough
        The points in 16 bits.
    """

    grid: Grid
    n_rows: np.ndarray
    n_wanted: int
    rough: Rough

    @property
    def starts(self) -> range:
        """The first points of the blocks."""
        return range(0, len(self.grid), BLOCK_POINTS)

    def links(self, start: int) -> Links:
        """Return the neighbours of the points of one block."""
        queries = np.arange(start, min(start + BLOCK_POINTS, len(self.grid)))
        found = _candidates(self.rough, queries, self.n_wanted + 1)
        return _nearest_links(self.grid, self.n_rows, queries, found, self.n_wanted + 1)


def neighbor_search(grid: Grid, n_rows: np.ndarray, n_wanted: int) -> NeighborSearch:
    """Prepare a search among distinct points."""
    return NeighborSearch(grid, n_rows, n_wanted, _roughen(grid))


def _roughen(grid: Grid) -> Rough:
    low = grid.coordinates.min(axis=1, initial=np.iinfo(np.int64).max)[:, None]
    shifted = (grid.coordinates - low).astype(np.float64)
    ranges = shifted.max(axis=1, initial=0.0)
    total = float(ranges.sum() + grid.weights.sum(dtype=np.float64))
    scale = min(
        LARGEST_TOTAL / max(total, 1.0), LARGEST_COORDINATE / max(ranges.max(initial=0.0), 1.0)
    )
    # Two coordinates are rounded by a half each, a weight by a half; one for the products.
    error = len(ranges) + (len(grid.weights) + 1) // 2 + 1
    return Rough(
        np.rint(shifted * scale).astype(np.int16),
        grid.codes.astype(np.min_scalar_type(max(grid.codes.max(initial=0), 1))),
        np.rint(grid.weights * scale).astype(np.uint16),
        error,
    )


def _candidates(rough: Rough, queries: np.ndarray, n_wanted: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs (place in the block, point) that hold the `n_wanted` nearest points and ties."""
    n_points = rough.coordinates.shape[1]
    if n_points <= n_wanted:
        pairs = np.indices((len(queries), n_points)).reshape(2, -1)
        return pairs[0], pairs[1]
    # Minima over folds of the row bound the wanted distance from above without sorting the row.
    fold = 32 * n_wanted
    if n_points < 2 * fold:
        fold = n_points
    width = -(-n_points // fold) * fold
    distances = np.full((len(queries), width), np.iinfo(np.uint16).max, np.uint16)
    for start in range(0, n_points, STRIP_POINTS):
        strip = slice(start, min(start + STRIP_POINTS, n_points))
        distances[:, strip] = _rough_distances(rough, queries, strip)
    minima = distances.reshape(len(queries), -1, fold).min(axis=1)
    bound = np.partition(minima, n_wanted - 1, axis=1)[:, n_wanted - 1].astype(np.int64)
    limit = np.minimum(bound + 2 * rough.error, np.iinfo(np.uint16).max - 1).astype(np.uint16)
    flat = np.flatnonzero(distances <= limit[:, None])
    return flat // width, flat % width


def _rough_distances(rough: Rough, queries: np.ndarray, strip: slice) -> np.ndarray:
    shape = (len(queries), strip.stop - strip.start)
    total = np.zeros(shape, np.uint16)
    term, differs = np.empty(shape, np.int16), np.empty(shape, bool)
    for coordinate in rough.coordinates:
        np.subtract(coordinate[queries, None], coordinate[strip], out=term)
        total += np.abs(term, out=term).view(np.uint16)
    product = term.view(np.uint16)
    for code, weight in zip(rough.codes, rough.weights, strict=True):
        np.not_equal(code[queries, None], code[strip], out=differs)
        np.multiply(differs.view(np.uint8), weight, out=product, dtype=np.uint16)
        total += product
    return total


def _nearest_links(
    grid: Grid,
    n_rows: np.ndarray,
    queries: np.ndarray,
    candidates: tuple[np.ndarray, np.ndarray],
    n_wanted: int,
) -> Links:
    """Keep of the candidates those that hold the `n_wanted` nearest rows, with all that tie."""
    places, points = candidates
    distances = grid.distances(queries[places], points)
    # Candidates come in the order of places and points, and the sort is stable.
    order = np.lexsort((distances, places))
    places, points, distances = places[order], points[order], distances[order]
    starts = np.searchsorted(places, np.arange(len(queries)))
    reached = np.cumsum(n_rows[points])
    before = reached[starts] - n_rows[points[starts]]
    is_enough = reached - before[places] >= n_wanted
    far = np.iinfo(np.int64).max
    bounds = np.minimum.reduceat(np.where(is_enough, distances, far), starts)
    kept = distances <= bounds[places]
    return Links(queries[places[kept]], points[kept], distances[kept])
