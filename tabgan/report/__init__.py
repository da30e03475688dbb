"""A synthetic table beside the real one: how good, how safe, in numbers and pictures.

:class:`SyntheticReport` measures a synthetic table from any generator with :mod:`tabgan.metrics`,
gives each figure a verdict by thresholds that are shown, and sums it all up as one JSON-able object
from which the page and the terminal form are made.
"""

from tabgan.report.synthetic_report import SyntheticReport

__all__ = ["SyntheticReport"]
