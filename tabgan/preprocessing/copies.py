"""Columns that lie at a fixed distance from another: what is asked of one is asked of the other."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tabgan.preprocessing.allowed import as_values
from tabgan.preprocessing.column import ColumnCoder
from tabgan.preprocessing.computed_sets import as_wanted, exact_ticks, in_ticks, read_number
from tabgan.preprocessing.table_coder import TableCoder
from tabgan.preprocessing.ties import TiedColumn
from tabgan.preprocessing.wanted import MISSING, Between

__all__ = ["Copy", "fill_from_copies", "find_copies"]


@dataclass(frozen=True)
class Copy:
    """A column that equals another, or lies at a fixed distance from it, where both have cells.

    Parameters
    ----------
    tied : TiedColumn
    coder : ColumnCoder
        Of the remainder, which has a single value.
    other : hashable
        Name of the other column.
    """

    tied: TiedColumn
    coder: ColumnCoder
    other: Hashable

    @property
    def distance(self) -> Any:
        """How many ticks the column lies above the other."""
        return self.coder.coder.inner.level_values[0].item()

    def asks_missing(self, wanted: Any) -> bool:
        """Whether missing cells are among what is asked of the column."""
        values = [] if isinstance(wanted, Between) else as_values(self.coder, wanted)
        return any(value is MISSING for value in values)

    def of_other(self, wanted: Any) -> Any:
        """What is asked of the other column where this is asked of the column.

        Raises
        ------
        InvalidParameterError
            If it cannot be read.
        """
        if isinstance(wanted, Between):
            return Between(self._end(wanted.low, is_low=True), self._end(wanted.high, is_low=False))
        if isinstance(wanted, Mapping):
            return {self.value_of_other(value): share for value, share in wanted.items()}
        return [self.value_of_other(value) for value in as_values(self.coder, wanted)]

    def value_of_other(self, value: Any) -> Any:
        """The cell of the other column beside this value."""
        name, column = self.tied.tie.name, self.tied.column
        if self.distance == 0:
            return as_wanted(read_number(name, column, value), self.tied.unit)
        return self._from_ticks(exact_ticks(name, column, value))

    def _end(self, end: Any, *, is_low: bool) -> Any:
        """The end of an interval of the other column, moved inwards onto the ticks of this one."""
        name, column = self.tied.tie.name, self.tied.column
        if end is None or self.distance == 0:
            number = None if end is None else read_number(name, column, end)
            return as_wanted(number, self.tied.unit)
        ticks, is_above = in_ticks(name, column, end)
        return self._from_ticks(ticks + (is_low and is_above))

    def _from_ticks(self, ticks: Any) -> Any:
        """The cell of the other column beside so many ticks of this one."""
        moved = self.tied.unit.to_values(np.array([ticks - self.distance]))[0]
        return as_wanted(moved, self.tied.unit)


def find_copies(coder: TableCoder) -> dict[Hashable, Copy]:
    """Return the columns that lie at a fixed distance from another, by name."""
    found = {}
    for position, tied in coder.ties.items():
        own = coder.coders[position]
        is_one_term = tied.tie.kind == "sum" and list(tied.tie.signs.values()) == [1]
        if is_one_term and not own.has_normal and own.coder.n_values == 1:
            (other,) = tied.tie.signs
            found[tied.tie.name] = Copy(tied, own, other)
    return found


def fill_from_copies(copies: dict[Hashable, Copy], conditions: pd.DataFrame) -> pd.DataFrame:
    """Return a table of conditions that gives the other column wherever it gives a copy."""
    for copy in reversed(copies.values()):
        own = copy.tied.tie.name
        if own not in conditions:
            continue
        cells = conditions[own]
        is_open = ~cells.isna() & np.array([cell is not MISSING for cell in cells], bool)
        others = pd.Series([None] * len(cells), cells.index, dtype=object)
        if copy.other in conditions:
            others = conditions[copy.other].astype(object)
            is_open &= others.isna()
        rows = np.flatnonzero(is_open)
        if len(rows):
            others.iloc[rows] = [copy.value_of_other(cell) for cell in cells.iloc[rows]]
            conditions = conditions.copy(deep=False)
            conditions[copy.other] = others
    return conditions
