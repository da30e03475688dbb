"""Rows as points of one Euclidean space, and exact neighbours there, in blocks.

Numbers are scaled to 0..1 and levels are one-hot, but no one-hot array is ever made: two rows of
different levels are 2 apart in squared distance, and the mean of a one-hot column is the levels'
shares. So a column may have any number of levels.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tabgan.metrics._columns import EncodedTable, EncodedTables

__all__ = [
    "Crossing",
    "Points",
    "cross",
    "distances_to_mean",
    "min_max_points",
    "nearest_by_group",
    "own_neighbours",
    "own_radii",
]

# So few that a block of distances stays in the cache.
BLOCK_ROWS = 16
# Rounding of the products of a block, far below any distance that a table can show.
TOLERANCE = 1e-12
_FAR = 1e100


@dataclass(frozen=True)
class Points:
    """Rows of one table.

    Attributes
    ----------
    numbers : array of shape (n_rows, n_numeric), float64
        Scaled numbers, and marks of missing ones.
    levels : array of shape (n_rows, n_categorical)
        Codes.
    """

    numbers: np.ndarray
    levels: np.ndarray

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: np.ndarray) -> "Points":
        """Return the given rows."""
        return Points(self.numbers[rows], self.levels[rows])


@dataclass(frozen=True)
class Crossing:
    """How the points of one table lie among those of another.

    Attributes
    ----------
    nearest : array of shape (n,)
        For each point of the first table, its nearest point of the second.
    distances : array of shape (n,)
        Squared distance to it.
    covered : array of shape (n,), bool
        Whether any point of the second table lies within the first one's radius.
    counts : array of shape (m,)
        For each point of the second table, the number of points of the first whose radius holds it.
    """

    nearest: np.ndarray
    distances: np.ndarray
    covered: np.ndarray
    counts: np.ndarray


def min_max_points(encoded: EncodedTables, scale: EncodedTable, table: EncodedTable) -> Points:
    """Return rows as points: numbers scaled to 0..1 over those of `scale`.

    A missing number lies at 0 and has a coordinate of its own, where any table has one.
    """
    numbers, missing = table.numbers, np.isnan(table.numbers)
    known = np.where(np.isnan(scale.numbers), np.inf, scale.numbers)
    low = known.min(axis=0, initial=np.inf)
    high = np.where(np.isinf(known), -np.inf, known).max(axis=0, initial=-np.inf)
    low, span = np.where(np.isinf(low), 0.0, low), np.where(high > low, high - low, 1.0)
    with np.errstate(over="ignore"):
        # Squares of what lies farther out have no float.
        scaled = ((numbers - low) / span).clip(-_FAR, _FAR)
    scaled = np.where(missing, 0.0, scaled)
    gaps = np.any([np.isnan(t.numbers).any(axis=0) for t in encoded.tables.values()], axis=0)
    # Bytes are compared four times faster than codes of 32 bits.
    narrow = np.min_scalar_type(max(encoded.n_levels, default=0))
    return Points(np.hstack([scaled, missing[:, gaps]]), table.levels.astype(narrow, order="F"))


def distances_to_mean(points: Points, centre: Points) -> np.ndarray:
    """Return the distance of each point to the mean of the points of another table."""
    squares = ((points.numbers - centre.numbers.mean(axis=0)) ** 2).sum(axis=1)
    for column, central in zip(points.levels.T, centre.levels.T, strict=True):
        size = int(max(column.max(), central.max())) + 1
        shares = np.bincount(central, minlength=size) / len(central)
        squares += 1.0 - 2.0 * shares[column] + (shares**2).sum()
    return np.sqrt(np.maximum(squares, 0.0))


def own_neighbours(points: Points, n_nearest: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest other points of each point, and their squared distances, ascending."""
    n_nearest = min(n_nearest, len(points) - 1)
    nearest = np.zeros((len(points), n_nearest), np.int64)
    distances = np.zeros((len(points), n_nearest))
    for rows, squares in _blocks(points, points):
        own = np.arange(rows.start, rows.stop)
        squares[np.arange(len(squares)), own] = np.inf
        candidates = np.argpartition(squares, n_nearest - 1, axis=1)[:, :n_nearest]
        exact = _squares(points, own, points, candidates)
        order = np.argsort(exact, axis=1, kind="stable")
        nearest[rows] = np.take_along_axis(candidates, order, axis=1)
        distances[rows] = np.take_along_axis(exact, order, axis=1)
    return nearest, distances


def nearest_by_group(
    points: Points, others: Points, groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest of `others` in each of their groups, and their squared distances."""
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    ends = np.append(starts[1:], len(order))
    nearest = np.zeros((len(points), len(starts)), np.int64)
    for rows, squares in _blocks(points, others.take(order)):
        for group, (start, end) in enumerate(zip(starts, ends, strict=True)):
            nearest[rows, group] = order[start + squares[:, start:end].argmin(axis=1)]
    return nearest, _squares(points, np.arange(len(points)), others, nearest)


def own_radii(points: Points, ranks: tuple[int, ...]) -> np.ndarray:
    """Return the squared distance of each point to its r-th nearest other point, for r in ranks."""
    largest = min(max(ranks), len(points) - 1)
    radii = np.full((len(ranks), len(points)), np.inf)
    for rows, squares in _blocks(points, points):
        squares[np.arange(len(squares)), np.arange(rows.start, rows.stop)] = np.inf
        candidates = np.argpartition(squares, largest - 1, axis=1)[:, :largest]
        exact = np.sort(_squares(points, np.arange(rows.start, rows.stop), points, candidates))
        for position, rank in enumerate(ranks):
            radii[position, rows] = exact[:, min(rank, largest) - 1]
    return radii


def cross(points: Points, others: Points, radii: np.ndarray) -> Crossing:
    """Return how `others` lie among `points`, whose squared radii are given."""
    nearest = np.zeros(len(points), np.int64)
    covered = np.zeros(len(points), bool)
    counts = np.zeros(len(others), np.int64)
    for rows, squares in _blocks(points, others):
        nearest[rows] = squares.argmin(axis=1)
        inside = squares <= radii[rows, None] + TOLERANCE
        covered[rows] = inside.any(axis=1)
        counts += inside.sum(axis=0)
    distances = _squares(points, np.arange(len(points)), others, nearest[:, None])[:, 0]
    return Crossing(nearest, distances, covered, counts)


def _blocks(points: Points, others: Points) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield blocks of rows of `points` with their squared distances to all of `others`."""
    lengths = (others.numbers**2).sum(axis=1)
    for start in range(0, len(points), BLOCK_ROWS):
        rows = slice(start, min(start + BLOCK_ROWS, len(points)))
        block = points.numbers[rows]
        squares = block @ others.numbers.T
        squares *= -2.0
        squares += lengths
        squares += (block**2).sum(axis=1)[:, None]
        np.maximum(squares, 0.0, out=squares)
        mismatches = np.zeros(squares.shape, np.uint8 if points.levels.shape[1] < 128 else int)
        for ours, theirs in zip(points.levels[rows].T, others.levels.T, strict=True):
            mismatches += ours[:, None] != theirs
        mismatches += mismatches
        squares += mismatches
        yield rows, squares


def _squares(
    points: Points, rows: np.ndarray, others: Points, candidates: np.ndarray
) -> np.ndarray:
    """Return the squared distances of rows to their candidates, without the rounding of a product.

    Equal rows are at 0 exactly, so that ties are ties.
    """
    gaps = points.numbers[rows, None] - others.numbers[candidates]
    differing = points.levels[rows, None] != others.levels[candidates]
    return (gaps**2).sum(axis=2) + 2.0 * differing.sum(axis=2)
