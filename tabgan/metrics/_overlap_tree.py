"""Cut a table into regions of its columns by a shallow tree, and say what they are in words.

The tree sees whole numbers: how many cuts of a numeric column lie below a cell (-1 for a missing
one), or the place of a level in the order of the levels' mean scores.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeRegressor

from tabgan.metrics._columns import EncodedTable, EncodedTables

__all__ = ["RegionCondition", "RegionTree", "fit_region_tree"]

# Levels that a description names before it only counts the rest.
NAMED_LEVELS = 4
# Rows of an average score that are added to each level, so that rare levels are not at the ends.
PRIOR_ROWS = 10


@dataclass(frozen=True, kw_only=True)
class RegionCondition:
    """What the cells of one column are in a region.

    Attributes
    ----------
    column : hashable
    low, high : float or None
        A number lies above `low` and not above `high`; None is no end, or that the cell must be
        missing, or known: see `text`. Dates are microseconds since 1970 in UTC.
    levels : tuple of str or None
        The levels that lie in the region, as text, the most frequent first; None for a numeric
        column.
    includes_missing : bool
        Whether a missing cell lies in the region.
    text : str
        The same in words, such as "age > 41.5".
    """

    column: Hashable
    low: float | None = None
    high: float | None = None
    levels: tuple[str, ...] | None = None
    includes_missing: bool = False
    text: str


@dataclass(frozen=True)
class RegionTree:
    """A fitted tree and the meaning of its features.

    Attributes
    ----------
    tree : DecisionTreeRegressor
    cuts : tuple of arrays
        Of each numeric column, the midpoints between neighbouring values.
    places : tuple of arrays
        Of each categorical column, the place of each level.
    encoded : EncodedTables
    """

    tree: DecisionTreeRegressor
    cuts: tuple[np.ndarray, ...]
    places: tuple[np.ndarray, ...]
    encoded: EncodedTables

    def leaves(self, table: EncodedTable) -> np.ndarray:
        """Return the leaf in which each row lies."""
        return self.tree.apply(_features(table, self.cuts, self.places))

    def conditions(self, leaf: int) -> tuple[RegionCondition, ...]:
        """Return what the cells of a leaf's rows are, column by column."""
        found = {}
        for feature, (low, high) in _leaf_bounds(self.tree, leaf).items():
            column = (*self.encoded.numeric, *self.encoded.categorical)[feature]
            position = feature - len(self.cuts)
            describe = self._number if position < 0 else self._levels
            found[column] = describe(column, feature if position < 0 else position, low, high)
        return tuple(found[column] for column in self.encoded.columns if column in found)

    def _number(
        self, column: Hashable, position: int, low: int | None, high: int | None
    ) -> RegionCondition:
        cuts, kind = self.cuts[position], self.encoded.kinds[column]
        has_gaps = any(np.isnan(t.numbers[:, position]).any() for t in self.encoded.tables.values())
        if high == -1:
            text = f"{column} is missing"
            return RegionCondition(column=column, includes_missing=True, text=text)
        lower = None if low is None or low == -1 else float(cuts[low])
        upper = None if high is None else float(cuts[high])
        includes_missing = has_gaps and low is None
        text = _interval_text(column, lower, upper, kind)
        if includes_missing:
            text += " or missing"
        return RegionCondition(
            column=column, low=lower, high=upper, includes_missing=includes_missing, text=text
        )

    def _levels(
        self, column: Hashable, position: int, low: int | None, high: int | None
    ) -> RegionCondition:
        places, names = self.places[position], self.encoded.level_names[position]
        is_in = np.ones(len(places), bool)
        if low is not None:
            is_in &= places > low
        if high is not None:
            is_in &= places <= high
        shown = [*names, *["missing"] * (len(places) - len(names))]
        order = self._most_frequent_first(position)
        inside = [shown[code] for code in order if is_in[code]]
        outside = [shown[code] for code in order if not is_in[code]]
        if len(inside) <= max(NAMED_LEVELS, len(outside)):
            text = f"{column} in {_listed(inside)}"
        else:
            text = f"{column} not in {_listed(outside)}"
        return RegionCondition(
            column=column,
            levels=tuple(shown[code] for code in order if is_in[code] and code < len(names)),
            includes_missing=bool(is_in[len(names) :].any()),
            text=text,
        )

    def _most_frequent_first(self, position: int) -> np.ndarray:
        """Return the codes of a column, the most frequent first."""
        size = len(self.places[position])
        counts = [
            np.bincount(table.levels[:, position], minlength=size)
            for table in self.encoded.tables.values()
        ]
        return np.argsort(-np.sum(counts, axis=0), kind="stable")


def fit_region_tree(
    encoded: EncodedTables,
    table: EncodedTable,
    scores: np.ndarray,
    *,
    max_leaves: int,
    min_rows: int,
    seed: int,
) -> RegionTree:
    """Fit a tree that parts rows of low scores from rows of high ones."""
    cuts = []
    for column in table.numbers.T:
        values = np.unique(column[~np.isnan(column)])
        cuts.append((values[:-1] + values[1:]) / 2)
    places = [
        _level_places(column, scores, size)
        for column, size in zip(table.levels.T, encoded.n_levels, strict=True)
    ]
    tree = DecisionTreeRegressor(
        max_leaf_nodes=max_leaves, min_samples_leaf=min_rows, random_state=seed % 2**32
    )
    tree.fit(_features(table, cuts, places), scores)
    return RegionTree(tree, tuple(cuts), tuple(places), encoded)


def _features(
    table: EncodedTable, cuts: Sequence[np.ndarray], places: Sequence[np.ndarray]
) -> np.ndarray:
    """Return the rows as the tree sees them."""
    columns = []
    for column, midpoints in zip(table.numbers.T, cuts, strict=True):
        columns.append(np.where(np.isnan(column), -1, np.searchsorted(midpoints, column)))
    columns += [order[column] for column, order in zip(table.levels.T, places, strict=True)]
    return np.column_stack(columns).astype(np.float32)


def _level_places(column: np.ndarray, scores: np.ndarray, size: int) -> np.ndarray:
    """Return the place of each level in the order of the levels' mean scores."""
    counts = np.bincount(column, minlength=size)
    sums = np.bincount(column, weights=scores, minlength=size)
    means = (sums + PRIOR_ROWS * scores.mean()) / (counts + PRIOR_ROWS)
    places = np.empty(size, np.int64)
    places[np.argsort(means, kind="stable")] = np.arange(size)
    return places


def _leaf_bounds(
    tree: DecisionTreeRegressor, leaf: int
) -> dict[int, tuple[int | None, int | None]]:
    """Return for each feature on the way to a leaf the ends between which it lies.

    A feature is above the first and not above the second.
    """
    nodes = tree.tree_
    bounds: dict[int, tuple[int | None, int | None]] = {}
    parents = np.full(nodes.node_count, -1)
    for children in (nodes.children_left, nodes.children_right):
        parents[children[children >= 0]] = np.flatnonzero(children >= 0)
    node = leaf
    while parents[node] >= 0:
        parent = parents[node]
        feature, cut = int(nodes.feature[parent]), math.floor(nodes.threshold[parent])
        low, high = bounds.get(feature, (None, None))
        # Nearer to the leaf the bounds are tighter, and were met first.
        if nodes.children_left[parent] == node:
            bounds[feature] = (low, cut if high is None else high)
        else:
            bounds[feature] = (cut if low is None else low, high)
        node = parent
    return bounds


def _interval_text(column: Hashable, low: float | None, high: float | None, kind: str) -> str:
    if low is None and high is None:
        return f"{column} is known"
    if low is None:
        return f"{column} <= {_number_text(high, kind)}"
    if high is None:
        return f"{column} > {_number_text(low, kind)}"
    return f"{_number_text(low, kind)} < {column} <= {_number_text(high, kind)}"


def _number_text(value: float | None, kind: str) -> str:
    if kind == "datetime" and value is not None:
        return str(pd.Timestamp(int(value), unit="us").floor("s"))
    return f"{value:.7g}"


def _listed(names: Sequence[str]) -> str:
    """Return levels in braces, the first few by name."""
    rest = len(names) - NAMED_LEVELS
    more = f", and {rest} more" if rest > 0 else ""
    return "{" + ", ".join(names[:NAMED_LEVELS]) + more + "}"
