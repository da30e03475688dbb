"""The space in which the neighbours of the overlap are found, fixed from one real table.

Coordinates are whole numbers, so that distances are exact and ties are ties.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tabgan.metrics._columns import EncodedTable

__all__ = ["Grid", "OverlapSpace", "overlap_space", "plane_grids"]

# The whole number that stands for a distance of 1 before it is weighed.
UNIT = 2**40
# Columns that hardly vary in the real table do not weigh more than 1 / .1.
SMALLEST_DIFFERENCE = 0.1


@dataclass(frozen=True)
class Grid:
    """Points of an L1 space.

    Attributes
    ----------
    coordinates : array of shape (n_coordinates, n_points), int64
    codes : array of shape (n_codes, n_points), int32
        Levels; two points that differ in one are `weights` of it apart.
    weights : array of shape (n_codes,), int64
    """

    coordinates: np.ndarray
    codes: np.ndarray
    weights: np.ndarray

    def __len__(self) -> int:
        return self.coordinates.shape[1]

    def take(self, points: np.ndarray) -> "Grid":
        """Return the given points, in the given order."""
        # Unlike an index, `take` leaves each coordinate in one piece of memory.
        return Grid(
            self.coordinates.take(points, axis=1), self.codes.take(points, axis=1), self.weights
        )

    def join(self, other: "Grid") -> "Grid":
        """Return the points of both, these first."""
        return Grid(
            np.concatenate([self.coordinates, other.coordinates], axis=1),
            np.concatenate([self.codes, other.codes], axis=1),
            self.weights,
        )

    def distinct(self) -> tuple["Grid", np.ndarray]:
        """Return the points without repetition, and for each point its place among them."""
        keys = np.zeros(len(self), np.int64)
        for column in (*self.coordinates, *self.codes):
            codes = pd.factorize(column)[0]
            keys = pd.factorize(keys * (codes.max(initial=0) + 1) + codes)[0]
        _, first, places = np.unique(keys, return_index=True, return_inverse=True)
        return self.take(first), places

    def distances(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Return the exact distance of each of the `first` points to its partner in `second`."""
        total = np.zeros(len(first), np.int64)
        for coordinate in self.coordinates:
            total += np.abs(coordinate[first] - coordinate[second])
        for code, weight in zip(self.codes, self.weights, strict=True):
            total += weight * (code[first] != code[second])
        return total


@dataclass(frozen=True)
class OverlapSpace:
    """L1 on mid-ranks in one real table and on differing levels, each column weighed.

    Attributes
    ----------
    ranked : tuple of arrays
        The sorted known values of every numeric column of that table.
    steps : tuple of int
        Half the distance between two neighbouring ranks of each numeric column.
    gaps : tuple of int
        Numeric columns with missing cells in some table.
    level_weights : tuple of int
        Distance of two levels of each categorical column.
    """

    ranked: tuple[np.ndarray, ...]
    steps: tuple[int, ...]
    gaps: tuple[int, ...]
    level_weights: tuple[int, ...]

    def points(self, table: EncodedTable) -> Grid:
        """Return the rows of a table as points.

        A numeric column without missing cells is one coordinate. One with missing cells is two, the
        halves of what lies below and of what lies above, and a code that says whether the cell is
        known: so a missing cell is the whole range away from every value, and 0 from another.
        """
        coordinates, codes, weights = [], list(table.levels.T), list(self.level_weights)
        for position, (ranked, step) in enumerate(zip(self.ranked, self.steps, strict=True)):
            column = table.numbers[:, position]
            ranks = _double_midranks(ranked, column)
            if position not in self.gaps:
                coordinates.append(2 * step * ranks)
                continue
            known, top = ~np.isnan(column), 2 * max(len(ranked), 1)
            coordinates += [step * ranks * known, step * (top - ranks) * known]
            codes.append(known)
            weights.append(step * top)
        shape = (-1, len(table))
        return Grid(
            np.array(coordinates, np.int64).reshape(shape) if coordinates else _none(table),
            np.array(codes, np.int32).reshape(shape) if codes else _none(table).astype(np.int32),
            np.array(weights, np.int64),
        )


def overlap_space(train: EncodedTable, others: Sequence[EncodedTable] = ()) -> OverlapSpace:
    """Return the space that a real table fixes; `others` only say which columns have gaps."""
    tables = [train.numbers, *(table.numbers for table in others)]
    gaps = np.any([np.isnan(numbers).any(axis=0) for numbers in tables], axis=0)
    ranked = tuple(np.sort(column[~np.isnan(column)]) for column in train.numbers.T)
    steps = []
    for values, column in zip(ranked, train.numbers.T, strict=True):
        weight = 1.0 / max(_mean_rank_difference(values, column), SMALLEST_DIFFERENCE)
        steps.append(round(weight * UNIT / (2 * max(len(values), 1))))
    weights = [
        2 * round(UNIT / max(_mean_level_difference(column), SMALLEST_DIFFERENCE))
        for column in train.levels.T
    ]
    return OverlapSpace(ranked, tuple(steps), tuple(np.flatnonzero(gaps).tolist()), tuple(weights))


def plane_grids(first: np.ndarray, second: np.ndarray) -> tuple[Grid, Grid]:
    """Return points given by their coordinates, unweighed, on a grid far finer than the points.

    Its step is a power of two, so that whole numbers, and fractions by powers of two, keep ties.
    """
    both = np.concatenate([first, second])
    low = both.min(axis=0)
    span = float((both.max(axis=0) - low).max())
    scale = UNIT / 2.0 ** math.ceil(math.log2(span)) if span > 0 else 1.0
    grids = []
    for points in (first, second):
        scaled = np.rint((points - low) * scale).astype(np.int64)
        codes = np.empty((0, len(points)), np.int32)
        grids.append(Grid(np.ascontiguousarray(scaled.T), codes, np.empty(0, np.int64)))
    return grids[0], grids[1]


def _none(table: EncodedTable) -> np.ndarray:
    return np.empty((0, len(table)), np.int64)


def _double_midranks(ranked: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Return the number of values below plus that of values not above; 0 for a missing cell."""
    below = np.searchsorted(ranked, column, side="left")
    not_above = np.searchsorted(ranked, column, side="right")
    return np.where(np.isnan(column), 0, below + not_above)


def _mean_rank_difference(ranked: np.ndarray, column: np.ndarray) -> float:
    """Return the mean distance of two rows; a missing cell is 1 away from a known one."""
    n_known, n_rows = len(ranked), len(column)
    ranks = _double_midranks(ranked, ranked) / max(2 * n_known, 1)
    among_known = float(((2 * np.arange(n_known) - n_known + 1) * ranks).sum())
    pairs = n_rows * (n_rows - 1) / 2
    return (among_known + n_known * (n_rows - n_known)) / pairs if pairs else 0.0


def _mean_level_difference(column: np.ndarray) -> float:
    """Return the share of pairs of rows whose levels differ."""
    n_rows = len(column)
    counts = np.bincount(column).astype(float)
    pairs = n_rows * (n_rows - 1)
    return float(n_rows**2 - (counts**2).sum()) / pairs if pairs else 0.0
