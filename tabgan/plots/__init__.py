"""Displays in scikit-learn's manner: made from numbers, a report or tables; drawn by ``plot``.

A display keeps its numbers as attributes and, once drawn, its ``ax_``, ``axes_`` and ``figure_``.
Real rows and synthetic rows have the same two colours everywhere, in the light and in the dark
theme. matplotlib, of the extra ``report``, is loaded by the first drawing.
"""

from tabgan.plots.correlation import CorrelationDisplay
from tabgan.plots.detection import DetectionDisplay
from tabgan.plots.marginals import MarginalsDisplay
from tabgan.plots.neighbor_overlap import NeighborOverlapDisplay
from tabgan.plots.privacy import PrivacyDisplay
from tabgan.plots.training import TrainingDisplay

__all__ = [
    "CorrelationDisplay",
    "DetectionDisplay",
    "MarginalsDisplay",
    "NeighborOverlapDisplay",
    "PrivacyDisplay",
    "TrainingDisplay",
]
