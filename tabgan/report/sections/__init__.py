"""One file for each section of the report; each fills a section from the context."""

from tabgan.report.sections.attacks import fill_attacks
from tabgan.report.sections.columns import fill_columns
from tabgan.report.sections.correlations import fill_correlations
from tabgan.report.sections.coverage import fill_coverage
from tabgan.report.sections.detection import fill_detection
from tabgan.report.sections.neighbors import fill_neighbors
from tabgan.report.sections.overview import fill_overview
from tabgan.report.sections.privacy import fill_privacy
from tabgan.report.sections.training import fill_training
from tabgan.report.sections.utility import fill_utility

__all__ = ["SECTIONS", "TITLES", "fill_overview"]

SECTIONS = {
    "columns": fill_columns,
    "correlations": fill_correlations,
    "neighbors": fill_neighbors,
    "detection": fill_detection,
    "utility": fill_utility,
    "coverage": fill_coverage,
    "privacy": fill_privacy,
    "attacks": fill_attacks,
    "training": fill_training,
}
"""What fills each section; the overview is made from all of them."""

TITLES = {
    "overview": "Overview",
    "columns": "Columns",
    "correlations": "Correlations",
    "neighbors": "Neighbours",
    "detection": "Detection",
    "utility": "Utility",
    "coverage": "Coverage",
    "privacy": "Privacy",
    "attacks": "Attacks",
    "training": "Training",
}
"""Titles, in the order of the page."""
