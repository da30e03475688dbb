"""Which function draws which kind of plot."""

from collections.abc import Callable
from typing import Any

from tabgan.report.drawings.elements import Drawing
from tabgan.report.drawings.marginals import draw_marginals
from tabgan.report.drawings.matrices import draw_correlation, draw_pairs
from tabgan.report.drawings.panels import (
    draw_detection,
    draw_distances,
    draw_overlap,
    draw_training,
)
from tabgan.report.drawings.points import draw_map

__all__ = ["DRAWINGS", "draw"]

DRAWINGS: dict[str, Callable[[dict[str, Any]], Drawing]] = {
    "correlation": draw_correlation,
    "detection": draw_detection,
    "distances": draw_distances,
    "map": draw_map,
    "marginals": draw_marginals,
    "overlap": draw_overlap,
    "pairs": draw_pairs,
    "training": draw_training,
}


def draw(plot: dict[str, Any]) -> Drawing:
    """Draw a plot of a summary."""
    return DRAWINGS[plot["kind"]](plot)
