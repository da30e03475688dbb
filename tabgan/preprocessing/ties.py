"""Columns tied to others: what is modelled instead of them, and how they come back.

A sum and an order model a remainder in whole ticks, which are added again to the decoded cells of
the other columns. An equality adds a level, whose cells are copied.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import SchemaError
from tabgan.preprocessing.arrays import to_array
from tabgan.preprocessing.column import ColumnCoder, fit_column
from tabgan.preprocessing.numeric import NumericCoder
from tabgan.schema import Column, Continuous, Integer, Schema
from tabgan.schema.cells import first_example, missing_cells
from tabgan.schema.learn import describe
from tabgan.schema.rules import integer_limits
from tabgan.schema.text_forms import format_texts
from tabgan.schema.ticks import Ticks
from tabgan.schema.ties import Tie, check_operands, order_of_ties, tie_of

__all__ = ["TiedColumn", "modelled_column", "tied_columns"]

Columns = Mapping[Hashable, pd.Series]


@dataclass(frozen=True)
class TiedColumn:
    """A column that is tied to others, there and back.

    Parameters
    ----------
    tie : Tie
    schema : Schema
        A complete one.
    """

    tie: Tie
    schema: Schema

    @property
    def column(self) -> Any:
        """What the tied column is."""
        return self.schema[self.tie.name]

    @property
    def unit(self) -> Ticks:
        """Unit of the tied column, in which all terms are read."""
        unit = Ticks.of(self.column)
        assert unit is not None
        return unit

    @property
    def rest_dtype(self) -> str:
        """Dtype of the remainder."""
        return "Int64" if self.unit.is_exact else "Float64"

    def fit(
        self, frame: pd.DataFrame, *, coding: str = "clusters"
    ) -> tuple[ColumnCoder, np.ndarray]:
        """Learn the coder of what is modelled, and the number of training rows of each level.

        Where numbers are put on straight scales, equal cells are as good as others.
        """
        if not self.tie.has_remainder:
            equal = None if coding == "linear" else self.equal_cells(frame)
            return fit_column(frame[self.tie.name], self.column, equal=equal, coding=coding)
        rest, absent = self.remainder(frame), self._absent(frame)
        if absent.all() or rest[~absent].isna().any():
            return self._fit_rest(rest, coding)
        coder, counts = self._fit_rest(rest[~absent], coding)
        if absent.any():
            levels, _ = self._encode_rest(rest, absent, coder, None)
            counts = np.bincount(levels, minlength=coder.n_levels)
        return coder, counts

    def _fit_rest(self, rest: pd.Series, coding: str) -> tuple[ColumnCoder, np.ndarray]:
        """Learn the coder of remainders."""
        column = describe(rest, modelled_column(self.tie.name, self.column))
        coder, counts = fit_column(rest, column, coding=coding)
        if not coder.has_normal and coder.coder.n_values < rest.nunique():
            # Too few single values to be continuous: each a level, since a sum must be exact.
            return fit_column(rest, column, all_levels=True)
        return coder, counts

    def encode(
        self, frame: pd.DataFrame, coder: ColumnCoder, generator: np.random.Generator | None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the levels and normal scores of what is modelled."""
        if not self.tie.has_remainder:
            return coder.encode(frame[self.tie.name], generator, self.equal_cells(frame))
        self.tie.check(frame, self.schema)
        rest = self.remainder(frame)
        self._check_values(frame[self.tie.name], rest, coder)
        return self._encode_rest(rest, self._absent(frame), coder, generator)

    def _absent(self, frame: pd.DataFrame) -> np.ndarray:
        """Return where a term is missing, so that the column is and nothing is left of it."""
        return np.any([missing_cells(frame[name]) for name in self.tie.signs], axis=0)

    def _encode_rest(
        self,
        rest: pd.Series,
        absent: np.ndarray,
        coder: ColumnCoder,
        generator: np.random.Generator | None,
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the codes of remainders; where there is none, those of other rows in turn.

        A remainder is never missing if the column is so only where a term is: what stands there
        does not count, and codes of other rows leave the frequencies as they are.
        """
        if coder.coder.has_missing or not absent.any():
            return coder.encode(rest, generator)
        if absent.all():
            normals = np.zeros(len(rest), np.float32) if coder.has_normal else None
            return np.zeros(len(rest), np.int32), normals
        levels, normals = coder.encode(rest[~absent], generator)
        rows = np.zeros(len(rest), np.int64)
        rows[~absent] = np.arange(len(levels))
        rows[absent] = np.arange(absent.sum()) % len(levels)
        return levels[rows], None if normals is None else normals[rows]

    def check_coder(self, coder: ColumnCoder) -> None:
        """Refuse a coder that is not that of what is modelled; ValueError."""
        is_number = isinstance(coder.coder.inner, NumericCoder)
        is_text = self.column.text_form is not None and not self.tie.has_remainder
        is_date = bool(self.unit.unit) and not self.tie.has_remainder
        if not (is_number or is_text or is_date):
            raise ValueError("a tied column is coded by something else than numbers")

    def remainder(self, frame: Any) -> pd.Series:
        """Return what the other columns leave of the tied one, in ticks."""
        rest, missing = self.tie.remainder(frame, self.schema)
        cells = pd.array(rest, dtype=self.rest_dtype)
        cells[missing] = pd.NA
        own = frame[self.tie.name]
        return pd.Series(cells, index=own.index, name=own.name)

    def equal_cells(self, frame: Any) -> np.ndarray:
        """Return where the column is equal to the one that it is tied to."""
        rest, missing = self.tie.remainder(frame, self.schema)
        return ~missing & (rest == 0)

    def _check_values(self, series: pd.Series, rest: pd.Series, coder: ColumnCoder) -> None:
        """Refuse remainders that fit never saw, if it saw but a few."""
        if coder.has_normal:
            return
        unseen = np.asarray(rest.notna() & ~rest.isin(coder.coder.inner.level_values))
        if unseen.any():
            names = ", ".join(repr(name) for name in self.tie.signs)
            raise SchemaError(
                f"Column {series.name!r} was a sum of {names} and of a remainder of few values at "
                f"fit, but {int(unseen.sum())} cell(s) leave another, the first is "
                f"{first_example(series, unseen)}; change them, or fit with a schema in which "
                f"{series.name!r} is not tied to others."
            )

    def complete(
        self, coder: ColumnCoder, levels: np.ndarray, modelled: Any, columns: Columns
    ) -> Any:
        """Return the tied column, given what is modelled of it and the other columns, decoded."""
        if self.tie.has_remainder:
            return self._summed(modelled, columns)
        return self._copied(coder, levels, modelled, columns)

    def _summed(self, rest: Any, columns: Columns) -> Any:
        missing = np.asarray(pd.isna(rest))
        kind = np.int64 if self.unit.is_exact else np.float64
        ticks = rest.to_numpy(dtype=kind, na_value=0)
        for name, sign in self.tie.signs.items():
            values, is_absent = self.unit.read(columns[name], self.schema[name])
            ticks, missing = ticks + sign * values, missing | is_absent
        if self.tie.kind == "order":
            # Its own bounds yield to the other column.
            ticks = np.maximum(self._within_bounds(ticks), values)
        return self.to_array(ticks, missing)

    def _copied(
        self, coder: ColumnCoder, levels: np.ndarray, modelled: Any, columns: Columns
    ) -> Any:
        if not coder.coder.has_equal:
            return modelled
        rows = np.flatnonzero(levels == coder.coder.equal_level)
        (other,) = self.tie.signs
        ticks, missing = self.unit.read(columns[other].iloc[rows], self.schema[other])
        array = modelled.copy()
        if not coder.coder.has_missing:
            # What was never missing stays so: the cell is then as good as any.
            rows, ticks, missing = rows[~missing], ticks[~missing], missing[~missing]
        array[rows] = self.to_array(self._within_bounds(ticks), missing)
        return array

    def _within_bounds(self, ticks: np.ndarray) -> np.ndarray:
        low, high = self.unit.bound(self.column.low), self.unit.bound(self.column.high)
        return ticks if low is None and high is None else np.clip(ticks, low, high)

    def to_array(self, ticks: np.ndarray, missing: np.ndarray) -> Any:
        """Return ticks as an array of the tied column's dtype."""
        values = self.unit.to_values(ticks)
        if isinstance(self.column, Continuous):
            values = values.astype(np.float64)
        limits = integer_limits(self.column.dtype) if self.column.text_form is None else None
        if limits is not None:
            values = np.clip(values, *limits)
        if self.column.text_form is not None:
            values = format_texts(values, self.column.text_form)
        return to_array(values, missing, self.column)


def modelled_column(name: Hashable, column: Column) -> Column:
    """Return the column that is modelled: the column itself, or that of its remainder."""
    tie = tie_of(name, column)
    if tie is None or not tie.has_remainder:
        return column
    unit = Ticks.of(column)
    if unit is None or unit.is_exact:
        return Integer(dtype="Int64", missing_marker="na")
    return Continuous(dtype="Float64", missing_marker="na")


def tied_columns(schema: Schema) -> tuple[TiedColumn, ...]:
    """Return the tied columns, each after those it is tied to; SchemaError if one cannot be."""
    ties = order_of_ties(schema)
    for tie in ties:
        check_operands(tie, schema)
    return tuple(TiedColumn(tie, schema) for tie in ties)
