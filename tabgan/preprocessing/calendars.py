"""Columns that are a field of a date: computed from it, not modelled."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tabgan.preprocessing.arrays import to_array
from tabgan.schema import Column, Integer, Schema
from tabgan.schema.calendars import check_field, field_of, read_clock
from tabgan.schema.text_forms import format_texts

__all__ = ["CalendarField", "calendar_fields"]


@dataclass(frozen=True)
class CalendarField:
    """A column that is a field of a date.

    Parameters
    ----------
    name : hashable
    column : Integer
    root : int
        Position of the date in the table.
    date : Datetime
    """

    name: Hashable
    column: Integer
    root: int
    date: Column

    def check(self, frame: pd.DataFrame) -> None:
        """Refuse a table whose column is another; SchemaError."""
        check_field(frame, self.name, self.column, self.date)

    def decode(self, dates: pd.Series) -> Any:
        """Return the column, as an array of its dtype, of rows with these dates."""
        clock, missing = read_clock(dates, self.date)
        values = np.zeros(len(dates), np.int64)
        values[~missing] = field_of(clock, str(self.column.calendar_field))
        texts = self.column.text_form
        cells = values if texts is None else format_texts(values, texts)
        return to_array(cells, missing, self.column)


def calendar_fields(schema: Schema) -> dict[int, CalendarField]:
    """Return the columns that are a field of a date, by their position."""
    positions = {name: position for position, name in enumerate(schema)}
    return {
        positions[name]: CalendarField(
            name, column, positions[column.calendar_of], schema[column.calendar_of]
        )
        for name, column in schema.items()
        if isinstance(column, Integer) and column.calendar_of is not None
    }
