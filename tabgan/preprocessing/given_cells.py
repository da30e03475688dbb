"""Cells of one column that are asked for: encoded, or refused with the nearest that there is."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import InvalidParameterError, SchemaError
from tabgan.preprocessing.arrays import to_array
from tabgan.preprocessing.column import ColumnCoder, read_cells
from tabgan.preprocessing.datetime import DatetimeCoder
from tabgan.preprocessing.numeric import NumericCoder
from tabgan.preprocessing.text import TextCoder
from tabgan.preprocessing.wanted import MISSING
from tabgan.schema import Column, Datetime, Duration
from tabgan.schema.cells import dtype_from_text, is_text
from tabgan.schema.columns import Quantity
from tabgan.schema.rare_levels import protects
from tabgan.schema.rules import stored_in
from tabgan.schema.text_forms import format_texts, is_date_form, parse_texts

__all__ = [
    "UNREADABLE",
    "GivenCells",
    "as_column",
    "as_objects",
    "decode_numbers",
    "encode_given",
    "in_spans",
    "in_zone",
    "is_numeric",
    "numeric_coder",
    "plain",
    "raise_beyond",
    "raise_unknown",
    "read_date",
    "refuse_other_kinds",
    "written",
]

#: Share of a column's known range by which a given number may lie outside it, since the outermost
#: values of single rows are not kept.
_SLACK = 0.1
#: What reading a cell of another kind raises.
UNREADABLE = (SchemaError, AttributeError, TypeError, ValueError, OverflowError)
_HOURS_AND_MINUTES = re.compile(r"\d{1,2}:\d{2}")
#: Most levels that a message lists.
_SHOWN = 10


@dataclass(frozen=True)
class GivenCells:
    """Cells of one column that are given, encoded.

    Parameters
    ----------
    levels : ndarray of shape (n_cells,), int32
    normals : ndarray of shape (n_cells,), float32
        0 where the level has no normal.
    numbers : ndarray of shape (n_cells,), or None
        What the cells are coded by; None if the column has no normal part.
    is_continuous : ndarray of shape (n_cells,), bool
        Whether the normal counts.
    """

    levels: np.ndarray
    normals: np.ndarray
    numbers: np.ndarray | None
    is_continuous: np.ndarray


def encode_given(coder: ColumnCoder, cells: pd.Series, *, strict: bool = True) -> GivenCells:
    """Encode cells that are given: none of them NaN or None, some maybe MISSING.

    Without `strict`, numbers beside those that are known are taken for the nearest that are.

    Raises
    ------
    InvalidParameterError
        If the column can hold no such value.
    """
    n_cells = len(cells)
    missing = np.array([cell is MISSING for cell in cells], bool) if n_cells else np.zeros(0, bool)
    if missing.any() and not coder.coder.has_missing:
        raise InvalidParameterError(
            f"Column {coder.name!r} had no missing cells at fit, so none can be asked for; leave "
            "tabgan.MISSING out."
        )
    values, numbers = _read(coder, cells[~missing])
    inner_levels, inner_normals = coder.coder.inner.encode(values)
    unseen = inner_levels < 0
    if unseen.any():
        cell = cells[~missing].iloc[int(np.argmax(unseen))]
        raise_unknown(coder, cell, coder.coder.inner.level_values.tolist())
    if numbers is not None and strict:
        _check_numbers(coder, cells[~missing], numbers)
    n_values = coder.coder.n_values
    levels = np.full(n_cells, n_values, np.int32)
    levels[~missing] = coder.coder.shifted(inner_levels)
    is_continuous = np.zeros(n_cells, bool)
    normals = np.zeros(n_cells, np.float32)
    if not coder.has_normal:
        return GivenCells(levels, normals, None, is_continuous)
    normals[~missing] = inner_normals
    is_continuous[~missing] = inner_levels >= n_values
    kept = np.zeros(n_cells, numbers.dtype) if numbers is not None else None
    if kept is not None:
        kept[~missing] = numbers
    return GivenCells(levels, normals, kept, is_continuous)


def decode_numbers(coder: ColumnCoder, numbers: np.ndarray) -> Any:
    """Numbers that a column is coded by, as an array of its own dtype."""
    return to_array(written(coder.coder.inner, numbers), None, coder.column)


def numeric_coder(coder: ColumnCoder) -> NumericCoder:
    """The coder of numbers inside that of a column, which has one."""
    assert coder.numeric is not None
    return coder.numeric


def is_numeric(coder: ColumnCoder) -> bool:
    return isinstance(coder.coder.inner, NumericCoder | DatetimeCoder | TextCoder)


def _read(coder: ColumnCoder, cells: pd.Series) -> tuple[Any, np.ndarray | None]:
    """What the column's coder takes, and the numbers in it, if it is coded by numbers."""
    column = coder.column
    try:
        values = read_cells(as_column(column, cells), np.zeros(len(cells), bool), column)
        if not is_numeric(coder):
            return values, None
        return values, _to_numbers(coder, values)
    except UNREADABLE as error:
        raise InvalidParameterError(
            f"The condition on column {coder.name!r}, of kind {column.kind} and dtype "
            f"{column.dtype}, cannot be read: {_shown(cells.tolist())} "
            f"({error.__cause__ or error}); ask for values such as the column holds."
        ) from error


def as_column(column: Column, cells: pd.Series) -> pd.Series:
    """Cells as their column has them: texts, instants of its zone, and numbers that are no bool."""
    if column.text_form is not None and isinstance(column, Quantity):
        texts = as_objects([_as_text(cell, column.text_form) for cell in cells])
        return pd.Series(texts, index=cells.index, dtype=object, name=cells.name)
    if isinstance(column, Datetime):
        return in_zone(cells.astype(object) if is_text(cells) else cells, column)
    if isinstance(column, Duration):
        return in_spans(cells)
    if isinstance(column, Quantity):
        for cell in cells if cells.dtype == object else cells[:1]:
            refuse_other_kinds(cell)
    return cells


def in_zone(cells: pd.Series, column: Column) -> pd.Series:
    """Dates as periods of their column or in its time zone; naive ones are of that zone."""
    dtype = dtype_from_text(column.dtype or "object")
    if isinstance(dtype, pd.PeriodDtype):
        return _in_periods(cells, dtype)
    zone = getattr(dtype, "tz", None)
    if zone is None:
        return cells
    if cells.dtype.kind != "M":
        instants = [pd.Timestamp(cell) for cell in cells]
    else:
        instants = list(cells)
    local = [
        each.tz_convert(zone) if each.tz else each.tz_localize(zone, True, "shift_forward")
        for each in instants
    ]
    return pd.Series(pd.DatetimeIndex(local, tz=zone), index=cells.index, name=cells.name)


def _in_periods(cells: pd.Series, dtype: pd.PeriodDtype) -> pd.Series:
    """Periods of a frequency, read from text or dates where they are no periods yet."""
    periods = [
        cell.asfreq(dtype.freq) if isinstance(cell, pd.Period) else pd.Period(cell, dtype.freq)
        for cell in cells
    ]
    return pd.Series(pd.PeriodIndex(periods, dtype=dtype), index=cells.index, name=cells.name)


def in_spans(cells: pd.Series) -> pd.Series:
    """Durations, and times of day as the time since midnight; texts are read."""
    if cells.dtype.kind == "m":
        return cells
    spans = np.array([_as_span(cell) for cell in cells], "m8[ns]")
    return pd.Series(spans, index=cells.index, name=cells.name)


def _as_span(cell: Any) -> np.timedelta64:
    if isinstance(cell, time):
        cell = datetime.combine(date.min, cell) - datetime.min
    if not isinstance(cell, str | timedelta | np.timedelta64):
        raise TypeError(f"{cell!r} is neither a duration nor a time of day")
    if isinstance(cell, str) and _HOURS_AND_MINUTES.fullmatch(cell):
        cell = f"{cell}:00"
    return pd.Timedelta(cell).as_unit("ns").asm8


def refuse_other_kinds(value: Any) -> None:
    """Refuse what Python would take for a number; TypeError."""
    if isinstance(value, bool | np.bool_ | bytes):
        raise TypeError(f"{value!r} is no number")


def read_date(cell: Any, form: str) -> np.datetime64:
    """A date, or the text of one: in the form of its column, or else as ISO 8601 has it."""
    if isinstance(cell, str):
        try:
            return parse_texts(as_objects([cell]), form)[0]
        except ValueError as error:
            try:
                cell = datetime.fromisoformat(cell)
            except ValueError:
                raise error from None
    if not isinstance(cell, date | np.datetime64):
        raise TypeError(f"{cell!r} is neither a text nor a date")
    return pd.Timestamp(cell).to_datetime64()


def _as_text(cell: Any, form: str) -> str:
    """A number or a date as the column writes it; texts as they are, dates of ISO 8601 apart."""
    if is_date_form(form):
        return _date_as_text(cell, form)
    if isinstance(cell, str):
        return cell
    refuse_other_kinds(cell)
    if not isinstance(cell, int | float | np.number):
        raise TypeError(f"{cell!r} is neither a text nor a number")
    text = format_texts(np.array([cell]), form)[0]
    if parse_texts(as_objects([text]), form)[0] != cell:
        raise ValueError(f"{cell!r} would be written as {text!r}")
    return text


def _date_as_text(cell: Any, form: str) -> str:
    instant = read_date(cell, form)
    text = format_texts(np.array([instant]), form)[0]
    if isinstance(cell, str) and parse_texts(as_objects([text]), form)[0] != instant:
        raise ValueError(f"{cell!r} would be written as {text!r}")
    return text


def _to_numbers(coder: ColumnCoder, values: Any) -> np.ndarray:
    inner = coder.coder.inner
    if isinstance(inner, TextCoder):
        values = parse_texts(values.distinct, inner.form)[values.codes]
        inner = inner.inner
    if not isinstance(inner, DatetimeCoder):
        return values if inner.level_values.dtype.kind == "f" else _whole(values)
    ticks = inner.to_ticks(values)
    if not np.all(inner.from_ticks(ticks) == values):
        raise ValueError(f"the column holds whole {inner.unit}")
    return ticks


def _whole(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "f" and np.all(values % 1 == 0):
        return values.astype(np.int64)
    return values


def _check_numbers(coder: ColumnCoder, cells: pd.Series, numbers: np.ndarray) -> None:
    """Refuse numbers beyond the known range, beside the levels, or off the grid."""
    numeric = numeric_coder(coder)
    known = numeric.level_values
    is_other = ~np.isin(numbers, known)
    if not numeric.value_maps:
        if is_other.any():
            shown = written(coder.coder.inner, known).tolist()
            raise_unknown(coder, cells.iloc[int(np.argmax(is_other))], shown)
        return
    low, high = numeric.known_range
    slack = _SLACK * (high - low)
    beyond = is_other & ((numbers < low - slack) | (numbers > high + slack))
    for bound, is_low in ((numeric.low, True), (numeric.high, False)):
        if bound is not None:
            beyond |= is_other & ((numbers < bound) if is_low else (numbers > bound))
    if beyond.any():
        raise_beyond(coder, cells.iloc[int(np.argmax(beyond))])
    if not numeric.grid or isinstance(coder.coder.inner, DatetimeCoder):
        return
    steps, stored = numbers / numeric.grid, stored_in(coder.column.dtype)
    precision = float(np.finfo(stored).eps) if stored else 0.0
    off = np.abs(steps - np.rint(steps)) > np.maximum(1e-6, precision * np.abs(steps))
    if (is_other & off).any():
        raise InvalidParameterError(
            f"Column {coder.name!r} holds multiples of {numeric.grid:g}, and the condition asks "
            f"for {plain(cells.iloc[int(np.argmax(is_other & off))])!r}; round it, or ask for "
            "tabgan.Between(low, high)."
        )


def raise_beyond(coder: ColumnCoder, wanted: Any) -> None:
    low, high = numeric_coder(coder).known_range
    numbers = np.array([low, high])
    if numeric_coder(coder).grid:
        numbers = np.rint(numbers).astype(np.int64) if _is_whole(coder) else numbers
    ends = [str(end) for end in written(coder.coder.inner, numbers)]
    raise InvalidParameterError(
        f"Column {coder.name!r} is known from about {ends[0]} to {ends[1]}, and the condition asks "
        f"for {plain(wanted)!r}; ask for something within."
    )


def _is_whole(coder: ColumnCoder) -> bool:
    numeric = numeric_coder(coder)
    return numeric.level_values.dtype.kind in "iu"


def raise_unknown(coder: ColumnCoder, wanted: Any, known: list[Any]) -> None:
    nearest = _nearest(wanted, known)
    hint = "" if nearest is None else f" Did you mean {plain(nearest)!r}?"
    what = "no unprotected value" if protects(coder.column) else "no value"
    raise InvalidParameterError(
        f"Column {coder.name!r} had {what} {plain(wanted)!r} at fit; it had {_shown(known)}.{hint}"
    )


def _nearest(wanted: Any, known: list[Any]) -> Any:
    by_text = {str(level).casefold(): level for level in known}
    close = get_close_matches(str(wanted).casefold(), list(by_text), n=1)
    if close:
        return by_text[close[0]]
    try:
        return min(known, key=lambda level: abs(level - wanted))
    except (TypeError, ValueError):
        return None


def _shown(values: list[Any]) -> str:
    listed = ", ".join(repr(plain(value)) for value in values[:_SHOWN])
    return f"{listed}, ..." if len(values) > _SHOWN else listed


def plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) and value.dtype.kind in "biuf" else value


def written(inner: Any, numbers: np.ndarray) -> np.ndarray:
    if isinstance(inner, TextCoder):
        return format_texts(written(inner.inner, numbers), inner.form)
    if isinstance(inner, DatetimeCoder):
        return inner.from_ticks(numbers)
    return numbers


def as_objects(values: list[Any]) -> np.ndarray:
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells
