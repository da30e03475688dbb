"""One column there and back: a Series in, its codes out, and an array of its own dtype again."""

import json
from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from tabgan._random import child_seed
from tabgan.exceptions import SchemaError, UnseenLevelError
from tabgan.preprocessing.arrays import to_array
from tabgan.preprocessing.categorical import BooleanCoder, CategoricalCoder
from tabgan.preprocessing.datetime import DatetimeCoder
from tabgan.preprocessing.level_blocks import LevelBlocks
from tabgan.preprocessing.made_up import MadeUpCoder
from tabgan.preprocessing.missing import MissingCoder
from tabgan.preprocessing.numeric import NumericCoder
from tabgan.preprocessing.phases import Phases
from tabgan.preprocessing.text import TextCoder, read_texts
from tabgan.schema import (
    Categorical,
    Column,
    Constant,
    Continuous,
    Datetime,
    Duration,
    Identifier,
    Integer,
    Text,
    encode_value,
)
from tabgan.schema.cells import (
    Choices,
    first_example,
    missing_cells,
    read_booleans,
    read_choices,
)
from tabgan.schema.learn import read_dates, read_durations, read_values
from tabgan.schema.rules import UNITS

__all__ = ["ColumnCoder", "fit_column", "read_cells"]


@dataclass(frozen=True)
class ColumnCoder:
    """Code a column by levels and normal scores.

    Parameters
    ----------
    name : hashable
    column : Column
        A complete one.
    coder : MissingCoder
        Around the coder of the column's values.
    blocks : LevelBlocks, optional
        Of a column with very many levels; None: each is a level of its level part.
    """

    name: Hashable
    column: Column
    coder: MissingCoder
    blocks: LevelBlocks | None = None

    @property
    def n_levels(self) -> int:
        """Number of levels; a column of one level has no level part."""
        return self.coder.n_levels

    @property
    def n_part_levels(self) -> int:
        """Number of levels of the level part: blocks, where the column has them."""
        return self.n_levels if self.blocks is None else self.blocks.n_blocks

    @property
    def has_normal(self) -> bool:
        """Whether the column has a normal part."""
        return self.coder.has_normal

    @property
    def numeric(self) -> NumericCoder | None:
        """The coder of the numbers, also of dates and in text, by which the column is coded."""
        inner = self.coder.inner
        while isinstance(inner, TextCoder | DatetimeCoder):
            inner = inner.inner
        return inner if isinstance(inner, NumericCoder) else None

    @property
    def phases(self) -> Phases | None:
        """The phases of the calendar by which instants are ranked, if they are."""
        clusters = None if self.numeric is None else self.numeric.clusters
        return clusters if isinstance(clusters, Phases) else None

    @property
    def is_modelled(self) -> bool:
        """Whether the column has any part."""
        return self.n_levels > 1 or self.has_normal

    def encode(
        self,
        series: pd.Series,
        generator: np.random.Generator | None = None,
        equal: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Return levels, int32, and normal scores, float32 or None, of a Series.

        `equal` tells which cells are equal to those of the column that this one is tied to.
        """
        missing = missing_cells(series)
        if missing.any() and not self.coder.has_missing:
            raise SchemaError(
                f"Column {self.name!r} holds {int(missing.sum())} missing cell(s), the first in "
                f"row {series.index[int(np.argmax(missing))]!r}, but had none at fit; fill them, "
                "or fit on a table that has some."
            )
        values = read_cells(series, missing, self.column)
        levels, normals = self.coder.encode(values, missing, generator, equal)
        unseen = levels < 0
        if unseen.any():
            known = ", ".join(repr(level) for level in self.coder.inner.level_values[:10].tolist())
            raise UnseenLevelError(
                f"Column {self.name!r} holds {int(unseen.sum())} cell(s) with a level that fit "
                f"never saw, the first is {first_example(series, unseen)}; known are {known}"
                f"{', ...' if self.coder.n_values > 10 else ''}. Drop the rows, or fit on a table "
                "that has the level."
            )
        return levels, normals

    def with_blocks(self, counts: np.ndarray) -> "ColumnCoder":
        """Return the coder with blocks, if it needs them, given the training rows of each level."""
        if self.has_normal:
            return self
        return replace(self, blocks=LevelBlocks.fit(counts, self.coder.n_values))

    def to_part(self, levels: np.ndarray) -> np.ndarray:
        """Return the levels of the level part, given those of the column."""
        return levels if self.blocks is None else self.blocks.block_of[levels]

    def decode(
        self,
        levels: np.ndarray | None,
        normals: np.ndarray | None,
        *,
        rows: np.ndarray,
        key: int = 0,
    ) -> Any:
        """Return an array of the column's dtype.

        Parameters
        ----------
        levels : ndarray of shape (n_rows,), int, or None
            None if the column has no level part.
        normals : ndarray of shape (n_rows,), float, or None
            None if the column has no normal part.
        rows : ndarray of shape (n_rows,), int64
            Numbers of the rows in the whole sample, from which identifiers and texts are made up.
        key : int, default=0
            Changes what is made up.
        """
        if isinstance(self.coder.inner, MadeUpCoder):
            return self._make_up(self.coder.inner, levels, rows, key)
        if levels is None and not self.has_normal:
            levels = np.zeros(len(rows), np.int32)
        if normals is None:
            return self._level_array.take(levels)
        inner = self.coder.inner
        if levels is None:
            return to_array(inner.decode_normals(normals), None, self.column)
        first = self.coder.first_cluster
        is_continuous = levels >= first
        if self.coder.has_equal:
            # Until they are copied from the other column, equal cells hold the middle.
            is_continuous |= levels == self.coder.equal_level
        clusters = np.maximum(levels[is_continuous] - first, 0)
        decoded = inner.decode_normals(normals[is_continuous], clusters)
        # Levels without a value of their own (missing, clusters) hold any.
        level_values = inner.level_values
        padding = np.zeros(self.n_levels - len(level_values), decoded.dtype)
        values = np.concatenate([level_values.astype(decoded.dtype), padding])[levels]
        values[is_continuous] = decoded
        missing = levels == self.coder.n_values if self.coder.has_missing else None
        return to_array(values, missing, self.column)

    @cached_property
    def _level_array(self) -> Any:
        """The value of each level, as an array of the column's dtype."""
        values = self.coder.inner.level_values
        missing = np.arange(self.n_levels) == len(values)
        # Levels without a value of their own (missing, equal) hold any.
        padding = np.repeat(values[:1], self.n_levels - len(values))
        if not len(values):
            padding = np.empty(self.n_levels, values.dtype)
        return to_array(np.concatenate([values, padding]), missing, self.column)

    def _make_up(
        self, inner: MadeUpCoder, levels: np.ndarray | None, rows: np.ndarray, key: int
    ) -> Any:
        # Two columns of one form must not hold the same keys.
        made = inner.make(rows, child_seed(key, json.dumps(encode_value(self.name))))
        missing = np.full(len(rows), not inner.has_cells) if levels is None else levels == 1
        return to_array(made, missing, self.column)


def fit_column(
    series: pd.Series,
    column: Column,
    *,
    all_levels: bool | None = None,
    equal: np.ndarray | None = None,
    coding: str = "clusters",
) -> tuple[ColumnCoder, np.ndarray]:
    """Learn the coder of a column; return it and the number of training rows of each level.

    With `all_levels` every value of a number column is a level, else only where
    :func:`~tabgan.schema.rules.has_level_per_value` says so. Other numbers have a `coding`; see
    :meth:`NumericCoder.fit`. Cells that are `equal` to those of another column share a level,
    unless they are spikes.
    """
    missing = missing_cells(series)
    options = {"all_levels": all_levels, "coding": coding}
    if isinstance(column, Identifier | Text):
        inner, counts = MadeUpCoder.fit(series[~missing], column)
    else:
        values = read_cells(series, missing, column)
        inner, counts = _fit_inner(values, column, options)
    coder = MissingCoder(inner, bool(missing.any()))
    if equal is not None and coder.has_normal:
        is_equal = np.zeros(len(series), bool)
        own_levels = inner.encode(values)[0]
        is_equal[~missing] = equal[~missing] & ~coder.has_own_level(values, own_levels)
        if is_equal.any():
            return _fit_beside_equal(series, column, is_equal, equal, coding)
    return ColumnCoder(series.name, column, coder), coder.count(counts, int(missing.sum()))


def _fit_beside_equal(
    series: pd.Series, column: Column, is_equal: np.ndarray, equal: np.ndarray, coding: str
) -> tuple[ColumnCoder, np.ndarray]:
    """Learn the coder of a column from the cells that have not the level of equal ones."""
    rest = series[~is_equal]
    missing = missing_cells(rest)
    # If all are equal, what is not given as equal later is coded like these.
    known = series if missing.all() else rest
    values = read_cells(known, missing_cells(known), column)
    inner, _ = _fit_inner(values, column, {"coding": coding})
    coder = ColumnCoder(series.name, column, MissingCoder(inner, bool(missing.any()), True))
    levels, _ = coder.encode(series, equal=equal)
    return coder, np.bincount(levels, minlength=coder.n_levels)


def _fit_inner(values: Any, column: Column, options: dict[str, Any]) -> tuple[Any, np.ndarray]:
    """Learn the coder of a column's values; return it and the count of each level.

    `options` are those of :meth:`NumericCoder.fit`, for numbers and dates.
    """
    if isinstance(column, Categorical):
        levels, is_ordered = column.levels or (), bool(column.ordered)
        return CategoricalCoder.fit(values, levels=levels, is_ordered=is_ordered)
    if isinstance(column, Constant):
        return CategoricalCoder.fit(values, levels=tuple(values.distinct.tolist()))
    if column.text_form is not None:
        numbers = read_texts(values, column.text_form)
        inner, counts = _fit_inner(numbers, column.replace(text_form=None), options)
        return TextCoder(column.text_form, inner), counts
    if isinstance(column, Datetime | Duration):
        unit, bounds = UNITS[column.resolution or "ns"], {"low": column.low, "high": column.high}
        return DatetimeCoder.fit(values, unit=unit, **options, **bounds)
    if isinstance(column, Integer):
        grid, bounds = float(column.step or 1), {"low": column.low, "high": column.high}
        values = values.astype(np.int64) if values.dtype.kind == "f" else values
        return NumericCoder.fit(values, grid=grid, **options, **bounds)
    if isinstance(column, Continuous):
        places = column.decimals
        return NumericCoder.fit(
            values.astype(np.float64),
            grid=0.0 if places is None else 10.0**-places,
            decimals=places,
            low=column.low,
            high=column.high,
            **options,
        )
    return BooleanCoder.fit(values)


def read_cells(series: pd.Series, missing: np.ndarray, column: Column) -> Any:
    """Return the cells that are not missing as the column's coder takes them."""
    try:
        if isinstance(column, Identifier | Text):
            return Choices(np.array([True], dtype=object), np.zeros(int((~missing).sum()), np.intp))
        if isinstance(column, Categorical | Constant) or column.text_form is not None:
            return read_choices(series, missing)
        if isinstance(column, Datetime):
            return read_dates(series, missing, None, are_local=column.resolution == "D")
        if isinstance(column, Duration):
            return read_durations(series, missing)
        if isinstance(column, Continuous | Integer):
            return read_values(series, missing, None)
        return read_booleans(series, missing)
    except (TypeError, ValueError, OverflowError) as error:
        raise SchemaError(
            f"Column {series.name!r} of dtype {series.dtype} cannot be read as {column.kind} "
            f"({error}); convert it to {column.dtype}."
        ) from error
