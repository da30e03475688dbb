"""Histograms of which one cell is so dense that it would hide all others."""

from collections.abc import Sequence
from typing import Any

__all__ = ["spike_of"]

# Beyond this ratio of the densest cell to the next, the others are too low to be compared.
MOST_RATIO = 8.0
HEADROOM = 1.3


def spike_of(series: Sequence[Any]) -> tuple[int, float] | None:
    """Return the cell that hides the others, and a limit of heights that shows these, or None."""
    heights = [float(max(cells)) for cells in zip(*series, strict=True)]
    if len(heights) < 3:
        return None
    *_, second, first = sorted(heights)
    if not 0 < MOST_RATIO * second < first:
        return None
    return heights.index(first), HEADROOM * second
