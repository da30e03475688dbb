"""From fitted column coders to the layout of their parts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import ndtr

from tabgan.preprocessing.categorical import CategoricalCoder
from tabgan.preprocessing.column import ColumnCoder
from tabgan.preprocessing.layout import (
    NORMAL_GRID,
    Layout,
    LevelPart,
    NormalPart,
    level_scores,
    scale_down,
)
from tabgan.preprocessing.numeric import NumericCoder

__all__ = ["check_layout", "make_layout"]

_VALUE_LIMIT = 8.0
_EDGES = np.concatenate([[-np.inf], (NORMAL_GRID[1:] + NORMAL_GRID[:-1]) / 2, [np.inf]])
#: Weights of the standard normal distribution on the cells around the grid points.
_WEIGHTS = np.diff(ndtr(_EDGES))


def make_layout(coders: Sequence[tuple[ColumnCoder, np.ndarray]], n_rows: int) -> Layout:
    """Return the layout of modelled columns, given their coders and the rows of each level."""
    level_parts: list[LevelPart] = []
    normal_parts: list[NormalPart] = []
    for position, (coder, counts) in enumerate(coders):
        gate = None
        if coder.n_levels > 1:
            gate = (len(level_parts), coder.coder.first_cluster)
            level_parts.append(_level_part(position, coder, counts, n_rows))
        if coder.has_normal:
            normal_parts.append(_normal_part(position, coder, counts, gate))
    names = tuple(coder.name for coder, _ in coders)
    return Layout(names, tuple(level_parts), tuple(normal_parts))


def check_layout(layout: Layout, coders: Sequence[ColumnCoder]) -> None:
    """Refuse a layout that is not that of these modelled columns; ValueError."""
    expected = make_layout([(coder, np.ones(coder.n_levels)) for coder in coders], 1)
    if _sizes(layout) != _sizes(expected):
        raise ValueError("the layout does not fit the columns")


def _sizes(layout: Layout) -> tuple[Any, ...]:
    """Return everything about a layout but its numbers."""
    levels = [
        (
            part.column,
            part.n_levels,
            part.frequencies.shape,
            None if part.scores is None else part.scores.shape,
        )
        for part in layout.level_parts
    ]
    normals = [
        (part.column, part.gate, part.values.shape, part.is_linear) for part in layout.normal_parts
    ]
    return layout.columns, levels, normals


def _level_part(position: int, coder: ColumnCoder, counts: np.ndarray, n_rows: int) -> LevelPart:
    """Return the level part of a column."""
    (levels, values), blocks = _ordered_levels(coder), coder.blocks
    if blocks is not None:
        if len(levels):
            padded = np.zeros(coder.n_levels)
            padded[levels] = values
            # The block of missing cells, if there is one, is the last, and has no value.
            n_values = coder.n_part_levels - (coder.n_levels - len(values))
            means = blocks.total(blocks.shares * padded)[:n_values]
            levels = np.argsort(means, kind="stable")
            values = means[levels]
        counts = blocks.total(counts)
    n_levels = coder.n_part_levels
    scores = level_scores(levels, values, counts, n_levels)
    return LevelPart(position, n_levels, counts / n_rows, scores)


def _ordered_levels(coder: ColumnCoder) -> tuple[np.ndarray, np.ndarray]:
    """Return the levels that stand for a number, in its order, and the numbers."""
    inner = coder.coder.inner if coder.numeric is None else coder.numeric
    if isinstance(inner, NumericCoder):
        values, levels = inner.level_values.astype(np.float64), np.arange(len(inner.level_values))
        if inner.n_clusters > 1 and inner.clusters.are_ordered:
            means = np.sum(_WEIGHTS * inner.values_at(NORMAL_GRID), axis=1)
            values = np.concatenate([values, means])
            levels = np.append(levels, coder.coder.first_cluster + np.arange(len(means)))
        order = np.argsort(values, kind="stable")
        return levels[order], values[order]
    n_ordered = isinstance(inner, CategoricalCoder) and inner.is_ordered and len(inner.level_values)
    return np.arange(n_ordered), np.arange(n_ordered, dtype=np.float64)


def _normal_part(
    position: int, coder: ColumnCoder, counts: np.ndarray, gate: tuple[int, int] | None
) -> NormalPart:
    """Return the normal part of a column, with its values on the grid of normal scores."""
    inner = coder.numeric
    assert inner is not None
    values = scale_down(inner.values_at(NORMAL_GRID))
    weights = _WEIGHTS
    if len(values) > 1:
        own = counts[coder.coder.first_cluster :]
        weights = weights * (own / max(1, own.sum()))[:, None]
    centred = values - np.sum(weights * values)
    spread = np.sqrt(np.sum(weights * centred**2))
    standardised = centred / spread if spread > 0 else np.zeros_like(centred)
    limited = np.clip(standardised, -_VALUE_LIMIT, _VALUE_LIMIT).astype(np.float32)
    return NormalPart(position, gate, limited, inner.value_maps[0].is_linear)
