"""Conditions on columns that are computed from others: sums, ordered columns, fields of dates."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing.allowed import Allowed, allow
from tabgan.preprocessing.computed_sets import (
    ComputedSets,
    NumberSet,
    numbers_of_fields,
    read_numbers,
)
from tabgan.preprocessing.given_cells import as_column, encode_given, plain
from tabgan.preprocessing.table_coder import TableCoder
from tabgan.preprocessing.wanted import MISSING

__all__ = ["ComputedReader"]


class ComputedReader:
    """Reads what is asked of computed columns.

    Parameters
    ----------
    coder : TableCoder
    """

    def __init__(self, coder: TableCoder) -> None:
        self._coder = coder

    def is_field(self, name: Hashable) -> bool:
        """Whether a column is a field of a date."""
        return self._coder.positions[name] in self._coder.calendars

    def can_read(self, name: Hashable) -> bool:
        """Whether cells of a column follow from the codes, without the number of the row."""
        needed = self._coder.needed([self._coder.positions[name]])
        return all(self._coder.coders[position].blocks is None for position in needed)

    def read(self, name: Hashable, wanted: Any) -> ComputedSets:
        """What all rows are asked to have, as users write it."""
        self._check(name)
        position = self._coder.positions[name]
        coder, column = self._coder.coders[position], self._coder.schema[name]
        if position in self._coder.calendars:
            allowed, _ = allow(coder, wanted)
            sets, shares = numbers_of_fields(coder, allowed), allowed.shares
        else:
            sets, shares = read_numbers(coder, column, wanted)
        which = np.array([0 if shares is None else -1])
        return ComputedSets(position, column, tuple(sets), which, shares)

    def read_missing(
        self, name: Hashable, conditions: pd.DataFrame
    ) -> tuple[ComputedSets | None, pd.DataFrame]:
        """Rows that ask for a missing cell of a column that is missing only where a term is.

        The cells are left open in the table of conditions that is returned.
        """
        column, position = self._coder.schema[name], self._coder.positions[name]
        is_missing = np.array([cell is MISSING for cell in conditions[name]], bool)
        has_own = self._coder.coders[position].coder.has_missing or not column.missing
        if has_own or not is_missing.any():
            return None, conditions
        self._check(name)
        conditions = conditions.copy(deep=False)
        conditions[name] = conditions[name].mask(is_missing, None)
        sets = (NumberSet.of_values(np.zeros(0), has_missing=True),)
        return ComputedSets(position, column, sets, np.where(is_missing, 0, -1)), conditions

    def read_field(
        self, name: Hashable, conditions: pd.DataFrame, *, strict: bool
    ) -> ComputedSets | None:
        """What rows that do not give the date ask of a field of it."""
        self._check(name)
        coder, cells = self._coder.coders[self._coder.positions[name]], conditions[name]
        is_given = ~np.asarray(cells.isna())
        levels = np.full(len(cells), -1, np.int64)
        levels[is_given] = encode_given(coder, cells[is_given], strict=strict).levels
        distinct, which = np.unique(levels[is_given], return_inverse=True)
        sets = [numbers_of_fields(coder, Allowed.of_levels([level]))[0] for level in distinct]
        set_of = np.full(len(cells), -1, np.int64)
        set_of[is_given] = which
        computed = ComputedSets(self._coder.positions[name], coder.column, tuple(sets), set_of)
        date = coder.column.computed_from
        if date in conditions and sets:
            is_dated = is_given & ~np.asarray(conditions[date].isna())
            self._check_field(computed, conditions, np.flatnonzero(is_dated))
            set_of[is_dated] = -1
        return computed if (set_of >= 0).any() else None

    def _check_field(
        self, computed: ComputedSets, conditions: pd.DataFrame, rows: np.ndarray
    ) -> None:
        """Refuse rows in which a field is given that is not that of the date in the same row."""
        calendar = self._coder.calendars[computed.position]
        dates, own = conditions[calendar.column.calendar_of].iloc[rows], conditions[calendar.name]
        is_missing = np.array([cell is MISSING for cell in dates], bool)
        cells = as_column(calendar.date, dates.where(~is_missing, None).infer_objects())
        expected = pd.Series(calendar.decode(cells), index=dates.index)
        is_met = computed.holds(expected, computed.which[rows])
        if not is_met.all():
            place = int(np.argmax(~is_met))
            raise InvalidParameterError(
                f"Row {dates.index[place]!r} of the conditions has {plain(dates.iloc[place])!r} in "
                f"column {dates.name!r} and {plain(own.iloc[rows[place]])!r} in "
                f"{calendar.name!r}, which is the {calendar.column.calendar_field} of it; leave "
                f"{calendar.name!r} out."
            )

    def _check(self, name: Hashable) -> None:
        """Refuse a computed column that has blocks, or follows from one that has."""
        if not self.can_read(name):
            raise InvalidParameterError(
                f"Column {name!r} is computed from a column of very many levels, so it cannot be "
                "asked for; ask for that column instead, or fit with a schema in which "
                f"{name!r} is not tied to others."
            )
