"""Columns that are functions of one with protected levels: they follow it in every row.

Functions are found before levels are protected. A derived column then loses what only rows of
protected levels held: otherwise it would show their names again, as the twin of a column does.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tabgan.exceptions import SchemaError
from tabgan.schema.cells import (
    find_levels,
    level_codes,
    missing_cells,
    read_choices,
    replace_columns,
)
from tabgan.schema.columns import Categorical, Column
from tabgan.schema.container import Schema
from tabgan.schema.learn import describe
from tabgan.schema.rare_levels import (
    can_merge,
    merged_name,
    protect_levels,
    protects,
    unknown_cells,
)

__all__ = ["describe_table", "follow_roots", "protect_table"]


def describe_table(
    frame: pd.DataFrame, starts: Mapping[Hashable, Column], *, min_level_count: int = 1
) -> tuple[Schema, pd.DataFrame]:
    """Return the schema of a table whose columns are given, and the table without protected levels.

    Parameters
    ----------
    frame : DataFrame
    starts : mapping of hashable to Column
        All columns of the table; their open fields are learned.
    min_level_count : int, default=1
        That of categorical columns that give none.

    Returns
    -------
    schema : Schema
        A complete one.
    frame : DataFrame
        See :func:`protect_table`.

    Raises
    ------
    SchemaError
        If a column does not fit its cells.
    """
    roots = _roots_of(starts)
    columns: dict[Hashable, Column] = {}
    for name in sorted(frame.columns, key=lambda name: name in roots):
        # What follows a column with protected levels is described once these are gone.
        if not any(protects(columns.get(root)) for root in roots.get(name, ())):
            columns[name] = describe(frame[name], starts[name], min_level_count=min_level_count)
    schema = Schema({name: columns.get(name, starts[name]) for name in frame.columns})
    schema.n_rows = len(frame)
    rows, _ = protect_levels(frame, columns)
    return schema, follow_roots(frame, rows, schema, starts, roots, min_level_count=min_level_count)


def _roots_of(columns: Mapping[Hashable, Column]) -> dict[Hashable, tuple[Hashable, ...]]:
    """Return what derived columns are derived from, as far as it is other columns."""
    roots = {name: column.roots(columns) for name, column in columns.items()}
    return {
        name: own
        for name, own in roots.items()
        if own and all(root in columns and root != name for root in own)
    }


def follow_roots(
    frame: pd.DataFrame,
    rows: pd.DataFrame,
    schema: Schema,
    starts: Mapping[Hashable, Column],
    roots: Mapping[Hashable, tuple[Hashable, ...]],
    *,
    min_level_count: int = 1,
) -> pd.DataFrame:
    """Describe columns anew that follow others, if levels are protected, and make them follow.

    Parameters
    ----------
    frame, rows : DataFrame
        The table before and after levels are protected.
    schema : Schema
        Of all columns; those of columns that follow are put into it.
    starts : mapping of hashable to Column
        What was known of the columns before they were described.
    roots : mapping of hashable to tuple of hashable
        Derived columns, and what they are derived from.
    min_level_count : int, default=1

    Returns
    -------
    rows : DataFrame
    """
    changed = {}
    for name, own in roots.items():
        if any(protects(schema[each]) for each in (name, *own)):
            start = starts[name].replace(derived_from=own[0] if len(own) == 1 else own)
            column, series = _describe_follower(
                frame[name], start, _Roots.of(own, frame, rows, schema), min_level_count
            )
            schema[name] = column
            changed[rows.columns.get_loc(name)] = series
    return replace_columns(rows, changed)


def protect_table(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Return the fitted table without protected levels; derived columns follow the others.

    Parameters
    ----------
    frame : DataFrame
        The table that the schema was learned from.
    schema : Schema
        A complete one.

    Returns
    -------
    frame : DataFrame
        The same, if there is nothing to protect; see :func:`protect_levels`. The cells that a
        derived column loses are merged into a level of its own, or, where it has none, hold its
        most frequent value among rows of the same protected levels.
    """
    rows, _ = protect_levels(frame, schema)
    changed = {
        rows.columns.get_loc(name): _follow(
            frame[name], schema[name], _Roots.of(roots, frame, rows, schema)
        )
        for name, roots in _roots_of(schema).items()
        if any(protects(schema[each]) for each in (name, *roots))
    }
    return replace_columns(rows, changed)


@dataclass(frozen=True)
class _Roots:
    """What a derived column follows.

    Parameters
    ----------
    words : str
        Their names.
    codes : ndarray of shape (n_rows,), int64
        Position of each row's values, after levels are protected, among those that occur.
    is_lost : ndarray of shape (n_rows,), bool
        Whether one of the values was protected.
    least_count : int
        The largest `min_level_count`.
    """

    words: str
    codes: np.ndarray
    is_lost: np.ndarray
    least_count: int

    @classmethod
    def of(
        cls, names: Sequence[Hashable], frame: pd.DataFrame, rows: pd.DataFrame, schema: Schema
    ) -> "_Roots":
        """Those of these names, in the table before and after levels are protected."""
        codes = np.zeros(len(rows), np.int64)
        for name in names:
            own = level_codes(rows[name])
            codes = np.unique(codes * (own.max() + 1) + own, return_inverse=True)[1]
        is_lost = np.any([_lost_cells(frame[name], schema[name]) for name in names], axis=0)
        least = max(_least_count(schema[name]) for name in names)
        return cls(" and ".join(map(repr, names)), codes, is_lost, least)


def _lost_cells(series: pd.Series, column: Column) -> np.ndarray:
    """Tell which cells of a column hold protected levels."""
    if not protects(column):
        return np.zeros(len(series), bool)
    return unknown_cells(series, column)


def _describe_follower(
    series: pd.Series, start: Column, roots: "_Roots", min_level_count: int
) -> tuple[Column, pd.Series]:
    """Return a derived column and its cells."""
    if roots.is_lost.all():
        raise SchemaError(
            f"Column {series.name!r} is declared to be derived from {roots.words}, but all levels "
            "of that are protected; lower min_level_count, or leave derived_from out."
        )
    column = describe(series[~roots.is_lost], start, min_level_count=min_level_count)
    least = max(roots.least_count, _least_count(column))
    merged = None
    if isinstance(column, Categorical):
        merged = _merged_level(series, column)
        kept = tuple(level for level in column.levels or () if level != column.merged_level)
        column = column.replace(levels=kept, merged_level=merged)
    followed = _follow(series, column, roots)
    if merged is not None and (followed == merged).sum() < least:
        merged, column = None, column.replace(merged_level=None)
        followed = _follow(series, column, roots)
    if not isinstance(start, Categorical):
        return describe(followed, start), followed
    start = start.replace(merged_level=merged)
    described = describe(followed, start, min_level_count=min_level_count)
    return _with_kept_levels(series, described, followed, merged), followed


def _least_count(column: Column) -> int:
    return (column.min_level_count or 1) if isinstance(column, Categorical) else 1


def _merged_level(series: pd.Series, column: Categorical) -> Hashable:
    """Return the level for lost cells of a derived column, None if it can have none."""
    if column.rare == "redraw" or not can_merge(series, column):
        return None
    distinct = read_choices(series, missing_cells(series)).distinct
    return merged_name(column, {*distinct.tolist(), *(column.levels or ())})


def _with_kept_levels(
    series: pd.Series, column: Column, followed: pd.Series, merged: Hashable
) -> Column:
    """Return a column with the levels that it has still, the merged one last."""
    distinct = read_choices(followed, missing_cells(followed)).distinct
    known = [level for level in column.levels or () if level != merged]  # type: ignore[attr-defined]
    known += [] if merged is None else [merged]
    is_kept = find_levels(distinct, known) >= 0
    levels = tuple(level for level, kept in zip(known, is_kept, strict=True) if kept)
    before = read_choices(series, missing_cells(series)).distinct
    has_rare = bool(np.any(find_levels(levels, before) < 0))
    return column.replace(
        levels=levels, merged_level=merged if merged in levels else None, has_rare=has_rare
    )


def _follow(series: pd.Series, column: Column, roots: _Roots) -> pd.Series:
    """Return the cells of a derived column that follows its roots."""
    missing = missing_cells(series)
    choices = read_choices(series, missing)
    n_values = len(choices.distinct)
    values = np.empty(n_values + 2, dtype=object)
    values[:n_values] = choices.distinct
    codes = np.full(len(series), n_values, np.int64)
    codes[~missing] = choices.codes
    merged = getattr(column, "merged_level", None)
    is_rare = np.zeros(n_values + 1, bool)
    if isinstance(column, Categorical):
        kept = [level for level in column.levels or () if level != merged]
        is_rare[:-1] = find_levels(kept, choices.distinct) < 0
    values[n_values + 1] = merged
    is_open = roots.is_lost | is_rare[codes]
    if not is_open.any():
        return series
    images = _images(roots.codes, codes, is_open, None if merged is None else n_values + 1)
    codes = np.where(is_open, images, codes)
    cells = values[codes]
    cells[codes == n_values] = series[missing].iloc[0] if missing.any() else None
    return pd.Series(
        cells, index=series.index, name=series.name, dtype=_dtype(series, values, codes)
    )


def _images(
    root: np.ndarray, codes: np.ndarray, is_open: np.ndarray, merged: int | None
) -> np.ndarray:
    """Return what each cell of a derived column holds by its root, the cells given as codes.

    Where the root's level has cells that are not open, theirs. Else, if all of its rows hold one
    value that is kept elsewhere, that; else the merged level; else the most frequent value that is
    kept, of these rows or of the table.
    """
    images = np.full(int(root.max()) + 1, -1, np.int64)
    images[root[~is_open]] = codes[~is_open]
    waiting = images[root] < 0
    kept, counts = np.unique(codes[~is_open], return_counts=True)
    pairs, n_rows = np.unique(np.stack([root, codes])[:, waiting], axis=1, return_counts=True)
    is_kept = np.isin(pairs[1], kept)
    if merged is None:
        images[images < 0] = kept[np.argmax(counts)]
        order = np.argsort(n_rows[is_kept], kind="stable")
        pairs = pairs[:, is_kept][:, order]
    else:
        images[images < 0] = merged
        pairs = pairs[:, is_kept & (np.bincount(pairs[0])[pairs[0]] == 1)]
    images[pairs[0]] = pairs[1]
    return images[root]


def _dtype(series: pd.Series, values: np.ndarray, codes: np.ndarray) -> object:
    """Return the dtype of changed cells: categories are those that are left."""
    if not isinstance(series.dtype, pd.CategoricalDtype):
        return series.dtype
    left = set(values[np.unique(codes)].tolist())
    known = [level for level in series.cat.categories if level in left]
    added = [level for level in left - {*known} if level is not None]
    categories = pd.Index([*known, *added], dtype=series.cat.categories.dtype)
    return pd.CategoricalDtype(categories, ordered=series.cat.ordered)
