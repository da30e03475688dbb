"""Rows as points of one Euclidean space, and exact neighbours there, in blocks."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tabgan.metrics._columns import EncodedTable, EncodedTables

__all__ = ["Crossing", "cross", "min_max_points", "own_radii"]

BLOCK_ROWS = 256
# Rounding of the products of a block, far below any distance that a table can show.
TOLERANCE = 1e-12


def min_max_points(encoded: EncodedTables, scale: EncodedTable, table: EncodedTable) -> np.ndarray:
    """Return rows as points: numbers scaled to 0..1 over those of `scale`, levels one-hot.

    A missing number lies at 0 and has a coordinate of its own, where any table has one.
    """
    numbers, missing = table.numbers, np.isnan(table.numbers)
    known = np.where(np.isnan(scale.numbers), np.inf, scale.numbers)
    low = known.min(axis=0, initial=np.inf)
    high = np.where(np.isinf(known), -np.inf, known).max(axis=0, initial=-np.inf)
    low, span = np.where(np.isinf(low), 0.0, low), np.where(high > low, high - low, 1.0)
    scaled = np.where(missing, 0.0, (numbers - low) / span)
    gaps = np.any([np.isnan(t.numbers).any(axis=0) for t in encoded.tables.values()], axis=0)
    parts = [scaled, missing[:, gaps].astype(float)]
    for column, size in zip(table.levels.T, encoded.n_levels, strict=True):
        parts.append(np.eye(size)[column])
    return np.hstack(parts)


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


def own_radii(points: np.ndarray, ranks: tuple[int, ...]) -> np.ndarray:
    """Return the squared distance of each point to its r-th nearest other point, for r in ranks."""
    n_points = len(points)
    largest = min(max(ranks), n_points - 1)
    radii = np.full((len(ranks), n_points), np.inf)
    for rows, squares in _blocks(points, points):
        squares[np.arange(len(squares)), np.arange(rows.start, rows.stop)] = np.inf
        candidates = np.argpartition(squares, largest - 1, axis=1)[:, :largest]
        exact = np.sort(((points[rows, None] - points[candidates]) ** 2).sum(axis=2), axis=1)
        for position, rank in enumerate(ranks):
            radii[position, rows] = exact[:, min(rank, largest) - 1]
    return radii


def cross(points: np.ndarray, others: np.ndarray, radii: np.ndarray) -> Crossing:
    """Return how `others` lie among `points`, whose squared radii are given."""
    nearest = np.zeros(len(points), np.int64)
    covered = np.zeros(len(points), bool)
    counts = np.zeros(len(others), np.int64)
    for rows, squares in _blocks(points, others):
        nearest[rows] = squares.argmin(axis=1)
        inside = squares <= radii[rows, None] + TOLERANCE
        covered[rows] = inside.any(axis=1)
        counts += inside.sum(axis=0)
    distances = ((points - others[nearest]) ** 2).sum(axis=1)
    return Crossing(nearest, distances, covered, counts)


def _blocks(points: np.ndarray, others: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield blocks of rows of `points` with their squared distances to all of `others`."""
    lengths = (others**2).sum(axis=1)
    for start in range(0, len(points), BLOCK_ROWS):
        rows = slice(start, min(start + BLOCK_ROWS, len(points)))
        block = points[rows]
        squares = block @ others.T
        squares *= -2.0
        squares += lengths
        squares += (block**2).sum(axis=1)[:, None]
        yield rows, np.maximum(squares, 0.0, out=squares)
