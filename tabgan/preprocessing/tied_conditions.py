"""Conditions on a column of which a remainder is modelled: met where its terms are given too."""

from collections.abc import Hashable
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing.column import ColumnCoder
from tabgan.preprocessing.given_cells import UNREADABLE, GivenCells, as_column, encode_given
from tabgan.preprocessing.ties import TiedColumn
from tabgan.preprocessing.wanted import MISSING

__all__ = ["TiedReader", "raise_tied"]


def raise_tied(tied: TiedColumn, place: str = "") -> NoReturn:
    """Refuse a tied column that a table of conditions gives alone; InvalidParameterError."""
    names = ", ".join(repr(name) for name in tied.tie.signs)
    own = repr(tied.tie.name)
    raise InvalidParameterError(
        f"Column {own} is computed from {names} and a remainder, so a table of conditions can give "
        f"it only beside {names} in the same row{place}. Give these, ask the same of all rows in a "
        f"mapping, as in {{{own}: tabgan.Between(low, high)}}, or fit with a schema in which {own} "
        "is not tied to others."
    )


class TiedReader:
    """Reads the cells that a table of conditions gives of a tied column."""

    def __init__(self, tied: TiedColumn, conditions: pd.DataFrame) -> None:
        self.tied = tied
        self.is_given = ~np.asarray(conditions[tied.tie.name].isna())
        self.given = conditions[self.is_given]
        own = self.given[tied.tie.name]
        self.is_missing = np.array([cell is MISSING for cell in own], bool)
        self.rows = self.given[~self.is_missing]
        self._check_terms()
        self.columns = self._columns() if len(self.rows) else {}
        self._check_order()

    def encode(self, coder: ColumnCoder, *, strict: bool) -> GivenCells:
        """Return the codes of the remainders that the given cells leave."""
        try:
            return encode_given(coder, self._remainders(), strict=strict)
        except InvalidParameterError as error:
            names = ", ".join(repr(name) for name in self.tied.tie.signs)
            raise InvalidParameterError(
                f"The conditions give column {coder.name!r} beside {names}, but what these leave "
                f"of it was never left in the fitted table; leave the cells of {coder.name!r} out."
            ) from error

    def _remainders(self) -> pd.Series:
        """Return the remainder of each cell that is given; MISSING if it is to be missing."""
        rest = np.empty(len(self.given), object)
        rest[self.is_missing] = MISSING
        if len(self.rows):
            rest[~self.is_missing] = self._ticks().tolist()
        series = pd.Series(rest, index=self.given.index, name=self.tied.tie.name)
        return series if self.is_missing.any() else series.astype(self.tied.rest_dtype)

    def own_cells(self) -> Any:
        """Return the cells that are given, in an array of the column's dtype for all conditions."""
        name, unit = self.tied.tie.name, self.tied.unit
        ticks = np.zeros(len(self.is_given), np.int64 if unit.is_exact else np.float64)
        missing = np.zeros(len(self.is_given), bool)
        missing[np.flatnonzero(self.is_given)[self.is_missing]] = True
        if len(self.rows):
            rows = np.flatnonzero(self.is_given)[~self.is_missing]
            ticks[rows] = unit.read(self.columns[name], self.tied.column)[0]
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
        for name in self.tied.tie.signs if len(self.rows) else ():
            if name not in self.rows:
                raise_tied(self.tied)
            cells = self.rows[name]
            is_open = np.asarray(cells.isna()) | np.array([c is MISSING for c in cells], bool)
            if is_open.any():
                row = self.rows.index[int(np.argmax(is_open))]
                raise_tied(self.tied, f"; row {row!r} lacks {name!r}")

    def _ticks(self) -> np.ndarray:
        """Return the remainders of the rows that are not to be missing."""
        return self.tied.tie.remainder(self.columns, self.tied.schema)[0]

    def _check_order(self) -> None:
        """Refuse rows that contradict an order."""
        is_order = self.tied.tie.kind == "order" and len(self.rows) > 0
        if not is_order or not (self._ticks() < 0).any():
            return
        (other,) = self.tied.tie.signs
        name, row = self.tied.tie.name, self.rows.index[int(np.argmax(self._ticks() < 0))]
        raise InvalidParameterError(
            f"Row {row!r} of the conditions has {name!r} below {other!r}, where it never lay at "
            f"fit; change one of them, or fit with a schema in which {name!r} has no at_least."
        )
