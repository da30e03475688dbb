"""Whether a column of instants has to do with the calendar, so that phases are worth a level."""

import numpy as np
from scipy.stats import chi2, chi2_contingency

from tabgan.preprocessing.layout import Codes, Layout
from tabgan.preprocessing.phases import Month, Phases

__all__ = ["are_evident"]

#: Level at which evenness, or independence of all other columns, is refuted.
_LEVEL = 1e-6
#: Bins of the normal scores of another column, by eighths; fewer rows are no bin of their own.
_SCORES = np.array([-1.1503, -0.6745, -0.3186, 0.0, 0.3186, 0.6745, 1.1503])
_LEAST_SHARE = 0.05


def are_evident(phases: Phases, column: int, codes: Codes, layout: Layout) -> bool:
    """Return whether phases of a column are uneven, or associated with another column.

    Parameters
    ----------
    phases : Phases
        Those of the column.
    column : int
        Its position in the layout.
    codes : Codes
        Rows of the table.
    layout : Layout

    Notes
    -----
    Phases with gaps between them are evident, and so are those of months, which have been tested
    (:func:`~tabgan.preprocessing.phases.find_phases`). Else a chi-squared test must refute that
    rows are spread over phases like time, or a test of a contingency table that another column,
    its numbers in eighths, does not depend on the phase: at 1e-6, shared among the other columns.
    """
    if isinstance(phases.cycle, Month):
        return True
    widths = phases.stops - phases.starts
    if widths.sum() < phases.cycle.length:
        return True
    _, normal_part = layout.parts_of(column)
    gate = None if normal_part is None else layout.normal_parts[normal_part].gate
    if gate is None:
        return False
    own = codes.levels[:, gate[0]] - gate[1]
    rows = codes.take(own >= 0)
    own = own[own >= 0]
    counts = np.bincount(own, minlength=phases.n_clusters)
    expected = len(own) * widths / widths.sum()
    if chi2.sf(np.sum((counts - expected) ** 2 / expected), len(widths) - 1) < _LEVEL:
        return True
    others = [other for other in range(layout.n_columns) if other != column]
    return any(
        _are_associated(own, _bins(other, rows, layout), _LEVEL / len(others)) for other in others
    )


def _bins(column: int, codes: Codes, layout: Layout) -> np.ndarray:
    """Return the levels of a column, the normal scores in eighths, and rare ones as one bin."""
    level_part, normal_part = layout.parts_of(column)
    bins = np.zeros(len(codes), np.int64)
    if level_part is not None:
        bins = codes.levels[:, level_part].astype(np.int64) * (len(_SCORES) + 1)
    if normal_part is not None:
        eighths = np.searchsorted(_SCORES, codes.normals[:, normal_part])
        bins = bins + np.where(layout.open_gates(codes.levels)[:, normal_part], eighths, 0)
    _, bins, counts = np.unique(bins, return_inverse=True, return_counts=True)
    is_rare = counts < _LEAST_SHARE * len(codes)
    return np.where(is_rare[bins], len(counts), bins)


def _are_associated(first: np.ndarray, second: np.ndarray, level: float) -> bool:
    """Return whether a chi-squared test refutes that two columns of bins are independent."""
    (_, rows), (_, columns) = (np.unique(each, return_inverse=True) for each in (first, second))
    shape = rows.max() + 1, columns.max() + 1
    if min(shape) < 2:
        return False
    table = np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1]).reshape(shape)
    return bool(chi2_contingency(table, correction=False).pvalue < level)
