"""Whole numbers that are a field of a date beside them: its year, its weekday, its hour.

A column is taken for a field of a date if it is that in all rows, missing where the date is, and if
that is hardly chance: two independent columns with the shares p_v of the field's values agree in n
rows with probability (sum of p_v ** 2) ** n, which must be below 1e-6 over the number of pairs of a
column and a field tried. Fields are those of the date's own clock, in its time zone.
"""

from collections.abc import Collection, Hashable
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import SchemaError
from tabgan.schema.cells import first_example, missing_cells
from tabgan.schema.columns import CALENDAR_FIELDS, Column, Datetime, Integer
from tabgan.schema.container import Schema
from tabgan.schema.learn import read_dates, read_values
from tabgan.schema.relations import CHANCE
from tabgan.schema.tie_search import log_tail
from tabgan.schema.ties import tie_of

__all__ = ["check_calendars", "field_of", "find_calendars", "is_date", "read_clock"]

_GLANCE_ROWS = 100
_PANDAS_NAMES = {"weekday": "day_of_week", "dayofyear": "day_of_year"}


def field_of(instants: np.ndarray, field: str) -> np.ndarray:
    """Return a field of datetime64 values, int64.

    Examples
    --------
    >>> sunday = np.array(["2024-12-29"], dtype="M8[D]")
    >>> [field_of(sunday, field)[0].item() for field in ("month", "weekday", "isoweek")]
    [12, 6, 52]
    """
    index = pd.DatetimeIndex(instants)
    if field == "isoweek":
        return index.isocalendar().week.to_numpy(np.int64)
    if field == "isoweekday":
        return index.day_of_week.to_numpy(np.int64) + 1
    return getattr(index, _PANDAS_NAMES.get(field, field)).to_numpy(np.int64)


def read_clock(series: pd.Series, column: Column) -> tuple[np.ndarray, np.ndarray]:
    """Return the instants of a date column as its own clock shows them, and which are missing."""
    missing = missing_cells(series)
    return read_dates(series, missing, column.text_form, are_local=True), missing


def find_calendars(
    frame: pd.DataFrame, schema: Schema, *, fixed: Collection[Hashable] = ()
) -> dict[Hashable, tuple[Hashable, str]]:
    """Return the columns that are a field of a date: the date, and the field."""
    dates = [name for name, column in schema.items() if is_date(column)]
    numbers = [
        name
        for name, column in schema.items()
        if name not in fixed and isinstance(column, Integer) and _is_free(name, column)
    ]
    threshold = np.log(CHANCE / max(1, len(dates) * len(numbers) * len(CALENDAR_FIELDS)))
    found: dict[Hashable, tuple[Hashable, str]] = {}
    for date in dates if numbers else ():
        clock, missing = read_clock(frame[date], schema[date])
        for name in numbers:
            if name in found or not np.array_equal(missing, missing_cells(frame[name])):
                continue
            values = read_values(frame[name], missing, schema[name].text_form)
            for field in CALENDAR_FIELDS:
                if _agrees(clock, values, field) and _log_chance(values) < threshold:
                    found[name] = (date, field)
                    break
    return found


def is_date(column: Column) -> bool:
    """Tell whether a column is a date that has fields; a period has none."""
    return isinstance(column, Datetime) and not (column.dtype or "").startswith("period")


def _is_free(name: Hashable, column: Integer) -> bool:
    """Tell whether a column is not said to follow another."""
    is_known = column.derived_from is not None or column.calendar_of is not None
    return not is_known and tie_of(name, column) is None


def _agrees(clock: np.ndarray, values: np.ndarray, field: str) -> bool:
    return all(
        np.array_equal(field_of(clock[rows], field), values[rows])
        for rows in (slice(_GLANCE_ROWS), slice(None))
    )


def _log_chance(values: np.ndarray) -> float:
    """Return the log probability that independent columns of these shares agree in all rows."""
    shares = np.unique(values, return_counts=True)[1] / max(1, len(values))
    return log_tail(len(values), 1.0, float(np.sum(shares**2))) if len(values) else 0.0


def check_calendars(frame: pd.DataFrame, schema: Schema) -> None:
    """Refuse declared fields of dates that do not hold; SchemaError naming the first cell."""
    for name, column in schema.items():
        if not isinstance(column, Integer) or column.calendar_of is None:
            continue
        date = schema.get(column.calendar_of)
        if date is None or not is_date(date):
            what = "not in the table" if date is None else f"{date.kind}, and no date"
            way_out = "name a date"
            if date is not None and date.kind == "constant":
                what = "the same in every row, and so taken for a constant"
                way_out = f"declare {column.calendar_of!r} 'datetime' if it is a date"
            raise SchemaError(
                f"Column {name!r} is declared to be a field of {column.calendar_of!r}, which is "
                f"{what}; {way_out}, or leave calendar_of out."
            )
        check_field(frame, name, column, date)


def check_field(frame: Any, name: Hashable, column: Integer, date: Column) -> None:
    """Refuse a column that is not the field of the date; SchemaError naming the first cell."""
    clock, missing = read_clock(frame[column.calendar_of], date)
    own_missing = missing_cells(frame[name])
    broken = missing != own_missing
    both = ~missing & ~own_missing
    values = np.zeros(len(broken), np.int64)
    values[~own_missing] = read_values(frame[name], own_missing, column.text_form)
    expected = np.zeros(len(broken), np.int64)
    expected[~missing] = field_of(clock, str(column.calendar_field))
    broken |= both & (values != expected)
    if broken.any():
        raise SchemaError(
            f"Column {name!r} is the {column.calendar_field} of {column.calendar_of!r}, but "
            f"{int(broken.sum())} cell(s) are not, the first is "
            f"{first_example(frame[name], broken)}; change them, or fit with a schema in which "
            f"{name!r} has no calendar_of."
        )
