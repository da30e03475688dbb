"""Lay real and synthetic rows out in a plane with UMAP."""

import warnings
from collections.abc import Hashable, Mapping
from functools import reduce
from types import ModuleType

import numpy as np
import pandas as pd

from tabgan._optional import require
from tabgan._random import child_generator, child_seed
from tabgan.exceptions import TableError
from tabgan.metrics._columns import encode_tables
from tabgan.metrics._overlap_space import UNIT, Grid, overlap_space

__all__ = ["lay_out"]

_BLOCK_ROWS = 64
_FEW_ROWS = 60
_SEED_LIMIT = 2**31 - 1


def lay_out(
    train: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    *,
    kinds: Mapping[Hashable, str],
    n_neighbors: int,
    seed: int,
) -> dict[str, np.ndarray]:
    """Return the places of the rows of several tables in one plane.

    The distances are those of the overlap: the space is fixed from `train`. The rows are mixed
    before, since the order of rows leaves traces in the plane.

    Returns
    -------
    places : dict of str to array of shape (n_rows, 2)

    Raises
    ------
    MissingDependencyError
        If umap-learn is not installed.
    TableError
        If there are fewer rows than a map needs.
    """
    umap = _umap()
    encoded = encode_tables(kinds, same_decimals=True, train=train, **tables)
    space = overlap_space(encoded["train"], tuple(encoded.tables.values()))
    grid = reduce(Grid.join, (space.points(encoded[name]) for name in tables))
    if len(grid) <= n_neighbors + 1:
        raise TableError(f"{n_neighbors + 2} rows are needed; there are {len(grid)}.")
    order = child_generator(seed, "map order").permutation(len(grid))
    model = umap.UMAP(
        n_neighbors=n_neighbors,
        metric="precomputed",
        random_state=child_seed(seed, "map") % _SEED_LIMIT,
        n_jobs=1,
        # The spectral start fails on a handful of points.
        init="random" if len(grid) < _FEW_ROWS else "spectral",
    )
    with warnings.catch_warnings():
        # Said of every precomputed and of every seeded map, and of a graph in several pieces.
        warnings.simplefilter("ignore")
        placed = model.fit_transform(_distances(grid.take(order)))
    points = np.empty(placed.shape)
    # A row that UMAP ties to no other has no place.
    points[order] = np.nan_to_num(placed)
    ends = np.cumsum([len(table) for table in tables.values()])
    return dict(zip(tables, np.split(points, ends[:-1]), strict=True))


def _umap() -> ModuleType:
    """Import UMAP without its word that TensorFlow is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return require("umap", extra="report", purpose="The map of the rows")


def _distances(grid: Grid) -> np.ndarray:
    """Return all distances, of a few thousand points at most."""
    coordinates = (grid.coordinates / UNIT).astype(np.float32)
    weights = (grid.weights / UNIT).astype(np.float32)
    result = np.zeros((len(grid), len(grid)), np.float32)
    for start in range(0, len(grid), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        for column in coordinates:
            result[rows] += np.abs(column[rows, None] - column)
        for codes, weight in zip(grid.codes, weights, strict=True):
            result[rows] += weight * (codes[rows, None] != codes)
    return result
