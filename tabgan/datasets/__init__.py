"""Small tables: one of known law for tests, and loaders of real ones for a first look."""

from tabgan.datasets.known import KNOWN_LAW, KnownLaw, make_known_table
from tabgan.datasets.loaders import fetch_adult, load_demo

__all__ = ["KNOWN_LAW", "KnownLaw", "fetch_adult", "load_demo", "make_known_table"]
