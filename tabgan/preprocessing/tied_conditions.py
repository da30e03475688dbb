"""Conditions on a column of which a remainder is modelled: met where its terms are given too."""

from collections.abc import Hashable
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing.given_cells import UNREADABLE, as_column
from tabgan.preprocessing.ties import TiedColumn
from tabgan.preprocessing.wanted import MISSING

__all__ = ["TiedReader", "raise_tied"]


def raise_tied(tied: TiedColumn, place: str = "") -> NoReturn:
    """Refuse a condition on a tied column alone; InvalidParameterError."""
    names = ", ".join(repr(name) for name in tied.tie.signs)
    own = repr(tied.tie.name)
    raise InvalidParameterError(
        f"Column {own} is computed from {names} and a remainder, so it can be asked for only in a "
        f"table of conditions that gives {names} in the same row{place}. Give these, or fit with "
        f"a schema in which {own} is not tied to others."
    )


class TiedReader:
    """Reads the cells that a table of conditions gives of a tied column."""

    def __init__(self, tied: TiedColumn, conditions: pd.DataFrame) -> None:
        self.tied = tied
        self.is_given = ~np.asarray(conditions[tied.tie.name].isna())
        self.given = conditions[self.is_given]
        own = self.given[tied.tie.name]
        self.is_missing = np.array([cell is MISSING for cell in own], bool)
        self._check_terms()
        self.rows = self.given[~self.is_missing]

    def remainders(self) -> pd.Series:
        """Return the remainder of each cell that is given; MISSING if it is to be missing."""
        rest = np.empty(len(self.given), object)
        rest[self.is_missing] = MISSING
        if len(self.rows):
            ticks, _ = self.tied.tie.remainder(self._columns(), self.tied.schema)
            if self.tied.tie.kind == "order" and (ticks < 0).any():
                self._raise_below(int(np.argmax(ticks < 0)))
            rest[~self.is_missing] = ticks.tolist()
        series = pd.Series(rest, index=self.given.index, name=self.tied.tie.name)
        return series if self.is_missing.any() else series.infer_objects()

    def own_cells(self) -> Any:
        """Return the cells that are given, in an array of the column's dtype for all conditions."""
        name, unit = self.tied.tie.name, self.tied.unit
        ticks = np.zeros(len(self.is_given), np.int64 if unit.is_exact else np.float64)
        missing = np.zeros(len(self.is_given), bool)
        missing[np.flatnonzero(self.is_given)[self.is_missing]] = True
        if len(self.rows):
            rows = np.flatnonzero(self.is_given)[~self.is_missing]
            ticks[rows] = unit.read(self._columns()[name], self.tied.column)[0]
        return self.tied.to_array(ticks, missing)

    def _columns(self) -> dict[Hashable, pd.Series]:
        """Return the tied column and its terms as their columns have them."""
        columns = {}
        for name in (self.tied.tie.name, *self.tied.tie.signs):
            column = self.tied.schema[name]
            try:
                columns[name] = as_column(column, self.rows[name].infer_objects())
                self.tied.unit.read(columns[name], column)
            except UNREADABLE as error:
                raise InvalidParameterError(
                    f"The condition on column {name!r}, of kind {column.kind} and dtype "
                    f"{column.dtype}, cannot be read ({error}); ask for values such as the column "
                    "holds."
                ) from error
        return columns

    def _check_terms(self) -> None:
        """Refuse rows that give the tied column without all of its terms."""
        for name in self.tied.tie.signs:
            if name not in self.given:
                raise_tied(self.tied)
            cells = self.given[name]
            is_open = np.asarray(cells.isna()) | np.array([c is MISSING for c in cells], bool)
            is_open &= ~self.is_missing
            if is_open.any():
                row = self.given.index[int(np.argmax(is_open))]
                raise_tied(self.tied, f"; row {row!r} lacks {name!r}")

    def _raise_below(self, position: int) -> NoReturn:
        (other,) = self.tied.tie.signs
        name, row = self.tied.tie.name, self.rows.index[position]
        raise InvalidParameterError(
            f"Row {row!r} of the conditions has {name!r} below {other!r}, where it never lay at "
            f"fit; change one of them, or fit with a schema in which {name!r} has no at_least."
        )
