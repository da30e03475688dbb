"""Levels of few rows: which are kept, and what the others become before anything is learned.

A level that fewer than `min_level_count` rows have is *protected*. Its cells are merged into one
level for all of them, or get a frequent level instead, so that no later step sees it: neither the
codes nor the schema, a saved model or a sample. Columns that are functions of the column, or that
it is a function of, are dealt with in :mod:`tabgan.schema.followers`.
"""

from collections.abc import Collection, Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tabgan._random import child_seed, uniforms
from tabgan.exceptions import SchemaError
from tabgan.schema.cells import (
    dtype_from_text,
    find_levels,
    first_example,
    missing_cells,
    read_choices,
    replace_columns,
)
from tabgan.schema.columns import Categorical, Column
from tabgan.schema.container import Schema

__all__ = [
    "can_merge",
    "describe_protected",
    "keep_frequent_levels",
    "merged_name",
    "protect_levels",
    "protects",
    "unknown_cells",
]

#: Names of the level that rare ones are merged into; the first that is no level yet.
_MERGED = ("other", "(other)", "(other levels)")


def keep_frequent_levels(series: pd.Series, column: Categorical) -> Categorical:
    """Return a column with the levels of at least `min_level_count` rows, and one for the others.

    Parameters
    ----------
    series : Series
    column : Categorical
        Complete but for what is learned about rare levels.

    Raises
    ------
    SchemaError
        If a frequent value is none of the levels, if the rare ones cannot be merged, or if no level
        is left.
    """
    least = column.min_level_count or 1
    choices = read_choices(series, missing_cells(series))
    distinct, counts = choices.distinct, np.bincount(choices.codes, minlength=len(choices.distinct))
    is_merged = np.zeros(len(distinct), bool)
    if column.merged_level is not None:
        is_merged = find_levels((column.merged_level,), distinct) == 0
    is_rare = ~is_merged & (counts < least)
    frequent = distinct[~is_rare & ~is_merged]
    known = [level for level in column.levels or () if level != column.merged_level]
    _refuse_unknown(series, column, frequent[find_levels(known, frequent) < 0])
    is_kept = find_levels(frequent, known) >= 0
    levels = tuple(level for level, kept in zip(known, is_kept, strict=True) if kept)
    rare = column.rare or ("merge" if can_merge(series, column) else "redraw")
    merged = None
    if rare == "merge":
        _refuse_merge(series, column)
        merged = merged_name(column, {*distinct.tolist(), *known})
    if counts[is_rare | is_merged].sum() >= least and merged is not None:
        levels = (*levels, merged)
    else:
        merged = None
    if not levels and len(distinct):
        raise SchemaError(
            f"Column {series.name!r} has no level that min_level_count={least} rows share, and too "
            "few rows to merge; lower it, declare the column an 'identifier', or drop it."
        )
    has_rare = bool(np.any(find_levels(levels, distinct) < 0))
    return column.replace(  # type: ignore[return-value]
        levels=levels, rare=rare, merged_level=merged, has_rare=has_rare
    )


def _refuse_unknown(series: pd.Series, column: Categorical, unknown: np.ndarray) -> None:
    """Refuse frequent values that are not declared."""
    if len(unknown):
        cells = np.asarray(series.isin(unknown.tolist()))
        raise SchemaError(
            f"Column {series.name!r} is declared with {len(column.levels or ())} levels, but "
            f"{int(cells.sum())} cell(s) hold another that at least {column.min_level_count} rows "
            f"share, the first is {first_example(series, cells)}; add it to the levels or change "
            "the cells."
        )


def merged_name(column: Categorical, taken: Collection[Hashable]) -> Hashable:
    """Return the name of the level for rare ones: the declared one, or one that is not taken."""
    return column.merged_level or next(name for name in _MERGED if name not in taken)


def can_merge(series: pd.Series, column: Categorical) -> bool:
    """Tell whether the column can have a level for the rare ones: a word, if none is declared."""
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        dtype = dtype.categories.dtype
    if column.ordered:
        return False
    if column.merged_level is None:
        return isinstance(dtype, pd.StringDtype) or dtype == np.dtype(object)
    try:
        return bool(pd.Series([column.merged_level], dtype=dtype).iloc[0] == column.merged_level)
    except (TypeError, ValueError, OverflowError):
        return False


def _refuse_merge(series: pd.Series, column: Categorical) -> None:
    """Refuse to merge where there is no place for the merged level."""
    if not can_merge(series, column):
        reason = "its levels have an order" if column.ordered else f"it has dtype {series.dtype}"
        raise SchemaError(
            f"The rare levels of column {series.name!r} cannot be merged into "
            f"{column.merged_level or _MERGED[0]!r}, since {reason}; declare rare='redraw', or a "
            "merged_level that the dtype can hold."
        )


def protect_levels(
    frame: pd.DataFrame, schema: Mapping[Hashable, Column]
) -> tuple[pd.DataFrame, dict[Hashable, np.ndarray]]:
    """Return a table in which no cell holds a protected level, and the cells that were changed.

    Parameters
    ----------
    frame : DataFrame
    schema : mapping of hashable to Column
        In columns whose rare levels it protects, every value that is none of their levels counts as
        one: protected levels are not known by name.

    Returns
    -------
    frame : DataFrame
        The same, if there is nothing to protect. Merged cells hold the merged level; the others get
        the value of a row with a frequent level, drawn by the number of the row.
    changed : dict of hashable to ndarray of shape (n_rows,), bool
        Of each column with such cells, which these are.
    """
    changed = {
        name: cells
        for name in frame.columns
        if protects(column := schema.get(name))
        and (cells := unknown_cells(frame[name], column)).any()
    }
    places = {frame.columns.get_loc(name): name for name in changed}
    parts = {i: _protect(frame[name], schema[name], changed[name]) for i, name in places.items()}
    return replace_columns(frame, parts), changed


def describe_protected(frame: pd.DataFrame, schema: Schema) -> list[str]:
    """Return what happens to rare levels of a table, in words, for each column that has some."""
    lines = []
    for name, column in schema.items():
        if protects(column):
            cells = unknown_cells(frame[name], column)
            n_levels = int(frame[name][cells].nunique())
            merged = column.merged_level  # type: ignore[attr-defined]
            fate = "given frequent levels" if merged is None else f"merged into {merged!r}"
            lines.append(f"{name!r} ({n_levels} level(s), {int(cells.sum())} row(s), {fate})")
    return lines


def protects(column: Column | None) -> bool:
    """Tell whether a column has protected levels."""
    return isinstance(column, Categorical) and bool(column.has_rare)


def unknown_cells(series: pd.Series, column: Any) -> np.ndarray:
    """Tell of each cell whether it holds a value that is none of the levels."""
    missing = missing_cells(series)
    choices = read_choices(series, missing)
    cells = np.zeros(len(series), bool)
    cells[~missing] = (find_levels(column.levels, choices.distinct) < 0)[choices.codes]
    return cells


def _protect(series: pd.Series, column: Any, cells: np.ndarray) -> pd.Series:
    """Return a column in which the cells that hold none of the levels get one."""
    values = series.astype(object).to_numpy(copy=True)
    if column.merged_level is not None:
        values[cells] = column.merged_level
    else:
        pool = values[~cells & ~missing_cells(series)]
        if not len(pool):
            pool = np.empty(len(column.levels), dtype=object)
            pool[:] = column.levels
        drawn = uniforms(np.flatnonzero(cells), child_seed(0, "rare levels", repr(series.name)))
        values[cells] = pool[(drawn * len(pool)).astype(np.int64)]
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        dtype = dtype_from_text(column.dtype, levels=column.levels, ordered=bool(column.ordered))
    return pd.Series(values, index=series.index, name=series.name, dtype=dtype)
