"""A small encoded table for the tests of networks, training and sampling."""

import numpy as np

from tabgan.preprocessing.layout import NORMAL_GRID, Codes, Layout, LevelPart, NormalPart


def small_layout() -> Layout:
    """Three columns: 3 unordered levels; 2 spikes and a gated normal; an always open normal."""
    levels = LevelPart(0, 3, np.array([0.5, 0.3, 0.2]), None)
    spikes = LevelPart(1, 3, np.array([0.1, 0.1, 0.8]), np.array([[-1, -2], [1, 2], [0, 0]], "f4"))
    values = np.tanh(NORMAL_GRID).astype(np.float32)[None]
    normals = (NormalPart(1, (1, 2), values), NormalPart(2, None, values))
    return Layout(("city", "income", "height"), (levels, spikes), normals)


def small_codes(n_rows: int, seed: int = 0) -> Codes:
    """Rows of `small_layout` with a dependence of the last column on the first."""
    rng = np.random.default_rng(seed)
    city = rng.choice(3, n_rows, p=[0.5, 0.3, 0.2])
    income = rng.choice(3, n_rows, p=[0.1, 0.1, 0.8])
    height = 0.8 * (city - 0.7) + 0.6 * rng.standard_normal(n_rows)
    normals = np.stack([rng.standard_normal(n_rows) * (income == 2), height], axis=1)
    return Codes(np.stack([city, income], axis=1).astype(np.int32), normals.astype(np.float32))


def clustered_layout() -> Layout:
    """A spike, missing cells and three clusters of one column; an always open normal."""
    levels = LevelPart(0, 5, np.array([0.1, 0.1, 0.4, 0.2, 0.2]), np.ones((5, 2), np.float32))
    curve = np.tanh(NORMAL_GRID).astype(np.float32)
    values = np.stack([curve - 3, curve, 2 * curve + 5])
    normals = (NormalPart(0, (0, 2), values), NormalPart(1, None, curve[None]))
    return Layout(("place", "height"), (levels,), normals)
