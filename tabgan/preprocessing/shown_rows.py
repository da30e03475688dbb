"""Partial rows that are shown to a model, which knows no protected level."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from tabgan.preprocessing.table_coder import TableCoder
from tabgan.preprocessing.wanted import MISSING
from tabgan.schema.cells import replace_columns
from tabgan.schema.rare_levels import protects, unknown_cells

__all__ = ["without_protected"]


def without_protected(frame: pd.DataFrame, coder: TableCoder) -> pd.DataFrame:
    """Return partial rows without protected levels: merged, or not known where they cannot be.

    Nor are the cells of a derived column known whose roots are there, if any held such a level.

    Parameters
    ----------
    frame : DataFrame
        None and NaN mean "not known".
    coder : TableCoder
    """
    lost = {
        name: _lost_cells(frame[name], column)
        for name, column in coder.schema.items()
        if name in frame.columns and protects(column)
    }
    changed: dict[int, pd.Series] = {}
    for name in frame.columns:
        column, roots = coder.schema[name], coder.schema[name].roots(coder.schema)
        follows = bool(roots) and all(root in frame.columns for root in roots)
        cells = [lost[each] for each in (name, *roots * follows) if each in lost]
        if cells and (rows := np.any(cells, axis=0)).any():
            merged: Hashable = None if follows else getattr(column, "merged_level", None)
            series = frame[name].astype(object)
            series[rows] = merged
            changed[frame.columns.get_loc(name)] = series
    return replace_columns(frame, changed)


def _lost_cells(series: pd.Series, column: object) -> np.ndarray:
    """Tell which cells hold none of the levels."""
    is_given = np.array([cell is not MISSING for cell in series], bool)
    cells = np.zeros(len(series), bool)
    cells[is_given] = unknown_cells(series[is_given], column)
    return cells
