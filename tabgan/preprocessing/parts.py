"""From fitted column coders to the layout of their parts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import ndtr

from tabgan.preprocessing.categorical import CategoricalCoder
from tabgan.preprocessing.column import ColumnCoder
from tabgan.preprocessing.datetime import DatetimeCoder
from tabgan.preprocessing.layout import (
    NORMAL_GRID,
    Layout,
    LevelPart,
    NormalPart,
    level_scores,
    scale_down,
)
from tabgan.preprocessing.numeric import NumericCoder
from tabgan.preprocessing.text import TextCoder

__all__ = ["check_layout", "make_layout"]

_VALUE_LIMIT = 8.0


def make_layout(coders: Sequence[tuple[ColumnCoder, np.ndarray]], n_rows: int) -> Layout:
    """Return the layout of modelled columns, given their coders and the rows of each level."""
    level_parts: list[LevelPart] = []
    normal_parts: list[NormalPart] = []
    for position, (coder, counts) in enumerate(coders):
        gate = None
        if coder.n_levels > 1:
            gate = (len(level_parts), coder.n_levels - 1)
            level_parts.append(_level_part(position, coder, counts, n_rows))
        if coder.has_normal:
            normal_parts.append(_normal_part(position, coder, gate))
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
    normals = [(part.column, part.gate, part.values.shape) for part in layout.normal_parts]
    return layout.columns, levels, normals


def _level_part(position: int, coder: ColumnCoder, counts: np.ndarray, n_rows: int) -> LevelPart:
    """Return the level part of a column."""
    values = _ordered_values(coder)
    scores = None if values is None else level_scores(values, counts, coder.n_levels)
    return LevelPart(position, coder.n_levels, counts / n_rows, scores)


def _ordered_values(coder: ColumnCoder) -> np.ndarray | None:
    """Return the numbers that levels stand for, or None if they have no order."""
    inner = coder.coder.inner
    while isinstance(inner, TextCoder | DatetimeCoder):
        inner = inner.inner
    if isinstance(inner, NumericCoder):
        return inner.level_values.astype(np.float64)
    if isinstance(inner, CategoricalCoder) and inner.is_ordered:
        return np.arange(len(inner.level_values), dtype=np.float64)
    return None


def _normal_part(position: int, coder: ColumnCoder, gate: tuple[int, int] | None) -> NormalPart:
    """Return the normal part of a column, with its values on the grid of normal scores."""
    inner = coder.coder.inner
    while not isinstance(inner, NumericCoder):
        inner = inner.inner
    value_map = inner.value_map
    assert value_map is not None
    values = scale_down(value_map.to_values(NORMAL_GRID))
    # Weights of the standard normal distribution on the cells around the grid points.
    edges = np.concatenate([[-np.inf], (NORMAL_GRID[1:] + NORMAL_GRID[:-1]) / 2, [np.inf]])
    weights = np.diff(ndtr(edges))
    centred = values - np.sum(weights * values)
    spread = np.sqrt(np.sum(weights * centred**2))
    standardised = centred / spread if spread > 0 else np.zeros_like(centred)
    limited = np.clip(standardised, -_VALUE_LIMIT, _VALUE_LIMIT).astype(np.float32)
    return NormalPart(position, gate, limited)
