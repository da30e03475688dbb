"""Cut a column into the few cells that a picture shows, the same for every table."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tabgan.metrics._columns import EncodedTable, EncodedTables

__all__ = ["MISSING", "DrawnCells", "drawn_cells"]

# The code of a missing number, which lies in no cell.
MISSING = -1
SPIKE_SHARE = 0.05
# Quantiles that the picture reaches to where an extreme lies far beyond, in shares of their range.
TAIL = 0.005
FAR = 0.25
# Fewer cells of equal width than this over the middle half of the values would show nothing.
MIN_MIDDLE_CELLS = 3


@dataclass(frozen=True)
class DrawnCells:
    """The cells of one column.

    Attributes
    ----------
    edges : array of shape (n_cells + 1,) or None
        Of a numeric column. The outer cells also take what lies beyond.
    labels : tuple of str or None
        Of a column of levels.
    codes : dict of str to array of shape (n_rows,)
        The cell of every row, by table; `MISSING` for a missing number.
    """

    edges: np.ndarray | None
    labels: tuple[str, ...] | None
    codes: dict[str, np.ndarray]

    @property
    def n_cells(self) -> int:
        return len(self.labels or ()) if self.edges is None else len(self.edges) - 1


def drawn_cells(
    encoded: EncodedTables,
    tables: Mapping[str, EncodedTable],
    column: object,
    max_cells: int,
) -> DrawnCells:
    """Return the cells of a column, chosen by the table "real" among `tables`."""
    if column in encoded.numeric:
        place = encoded.numeric.index(column)
        return _number_cells({n: t.numbers[:, place] for n, t in tables.items()}, max_cells)
    place = encoded.categorical.index(column)
    names = encoded.level_names[place]
    return _level_cells({n: t.levels[:, place] for n, t in tables.items()}, names, max_cells)


def _number_cells(columns: Mapping[str, np.ndarray], max_cells: int) -> DrawnCells:
    """Return the cells of numbers."""
    real = columns["real"]
    edges = number_edges(real[~np.isnan(real)], max_cells)
    codes = {}
    for name, column in columns.items():
        cells = np.searchsorted(edges, column, side="right") - 1
        codes[name] = np.where(np.isnan(column), MISSING, cells.clip(0, len(edges) - 2))
    return DrawnCells(edges, None, codes)


def number_edges(values: np.ndarray, max_cells: int) -> np.ndarray:
    """Return increasing edges of at most `max_cells` cells, by which `values` can be seen.

    A cell for each value where there are few. Else cells of equal width, up to far quantiles where
    the extremes lie far beyond; where the middle half of the values would fill hardly a cell, half
    of the edges are quantiles. Whole numbers are cut between them, alike many to a cell.
    """
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= max_cells:
        return _edges_between(distinct)
    commonest = np.argsort(-counts, kind="stable")[: max_cells // 4]
    is_spike = np.isin(np.arange(len(distinct)), commonest) & (counts >= SPIKE_SHARE * len(values))
    spikes, body = distinct[is_spike], np.repeat(distinct[~is_spike], counts[~is_spike])
    low, high = _ends(distinct, spikes, body)
    is_whole = bool((distinct == np.rint(distinct)).all())
    first, third = np.quantile(body, [0.25, 0.75])
    if third - first >= MIN_MIDDLE_CELLS * (high - low) / max_cells:
        if is_whole:
            width = np.ceil((high - low + 1) / max_cells)
            n_cells = int(np.ceil((high - low + 1) / width))
            return np.unique(np.floor(low) - 0.5 + width * np.arange(n_cells + 1))
        return np.unique(np.linspace(low, high, max_cells + 1))
    n_even = (max_cells - 2 * len(spikes) * is_whole) // 2
    even = np.linspace(low, high, n_even + 1)
    edges = np.concatenate([even, np.quantile(body, np.linspace(0, 1, n_even + 1)[1:-1])])
    edges = edges.clip(low, high)
    if is_whole:
        edges = np.concatenate([np.floor(edges) - 0.5, [np.ceil(high) + 0.5]])
        edges = np.concatenate([edges, spikes - 0.5, spikes + 0.5])
    return np.unique(edges)


def _ends(distinct: np.ndarray, spikes: np.ndarray, body: np.ndarray) -> tuple[float, float]:
    """Return where the cells begin and end: the extremes, or what lies less far out."""
    low, high = np.quantile(body, [TAIL, 1 - TAIL])
    low, high = min([low, *spikes]), max([high, *spikes])
    far = FAR * (high - low)
    first, last = float(distinct[0]), float(distinct[-1])
    return first if low - first <= far else float(low), last if last - high <= far else float(high)


def _edges_between(distinct: np.ndarray) -> np.ndarray:
    """Return edges between a few values, and as far outside the outer ones."""
    if not len(distinct):
        return np.array([0.0, 1.0])
    half = np.diff(distinct) / 2
    if not len(half):
        margin = max(0.5, abs(float(distinct[0])) * 1e-6)
        return np.array([distinct[0] - margin, distinct[0] + margin])
    inner = distinct[:-1] + half
    return np.unique([distinct[0] - half[0], *inner, distinct[-1] + half[-1]])


def _level_cells(
    columns: Mapping[str, np.ndarray], names: tuple[str, ...], max_cells: int
) -> DrawnCells:
    """Return the cells of levels: the most frequent real ones, the others, a missing cell's."""
    size = len(names) + 1
    counts = {name: np.bincount(codes, minlength=size) for name, codes in columns.items()}
    has_missing = any(count[-1] for count in counts.values())
    total = np.sum(list(counts.values()), axis=0)[:-1]
    # By frequency in the real table, then in all: a level that it lacks may be common elsewhere.
    order = np.lexsort((-total, -counts["real"][:-1]))
    order = order[total[order] > 0]
    n_kept = max_cells - has_missing
    has_others = len(order) > n_kept
    kept = order[: n_kept - has_others]
    labels = [names[code] for code in kept]
    cells = np.full(size, len(kept))
    cells[kept] = np.arange(len(kept))
    if has_others:
        labels.append(_free_label(labels, "other", "all other levels"))
    if has_missing:
        cells[-1] = len(labels)
        labels.append(_free_label(labels, "missing", "missing cells"))
    return DrawnCells(None, tuple(labels), {name: cells[codes] for name, codes in columns.items()})


def _free_label(labels: list[str], word: str, longer: str) -> str:
    """Return a label, in a longer form if a level bears its name."""
    return longer if word in labels else word
