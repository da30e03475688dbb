"""What is asked of a column that is computed from others: met by drawing rows until they have it.

Sums, ordered columns and fields of dates have no codes of their own, so a condition on them is a
set of numbers in which the decoded cells of a row must lie.
"""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing.allowed import Allowed, as_values, check_shares
from tabgan.preprocessing.column import ColumnCoder
from tabgan.preprocessing.given_cells import (
    UNREADABLE,
    as_objects,
    in_zone,
    numeric_coder,
    read_date,
    refuse_other_kinds,
)
from tabgan.preprocessing.wanted import MISSING, Between
from tabgan.schema import Column, Datetime
from tabgan.schema.cells import missing_cells
from tabgan.schema.learn import read_dates, read_values
from tabgan.schema.text_forms import parse_texts
from tabgan.schema.ticks import Ticks

__all__ = [
    "ComputedSets",
    "NumberSet",
    "as_wanted",
    "both_wanted",
    "exact_ticks",
    "in_ticks",
    "numbers_of_fields",
    "read_number",
    "read_numbers",
]


@dataclass(frozen=True)
class NumberSet:
    """Numbers, dates in ticks, that a computed column may have.

    Parameters
    ----------
    low, high : ndarray of shape (n_intervals,)
        Ends of intervals, both included.
    has_missing : bool
        Whether the cell may be missing.
    """

    low: np.ndarray
    high: np.ndarray
    has_missing: bool = False

    @classmethod
    def of_values(cls, values: Any, *, has_missing: bool = False) -> "NumberSet":
        """Single values."""
        values = np.asarray(values)
        return cls(values, values, has_missing)

    def holds(self, numbers: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """Whether each number lies in the set, (n_rows,); those of missing cells do not count."""
        is_within = np.zeros(len(numbers), bool)
        for low, high in zip(self.low, self.high, strict=True):
            is_within |= (numbers >= low) & (numbers <= high)
        return np.where(missing, self.has_missing, is_within)


@dataclass(frozen=True)
class ComputedSets:
    """What a computed column may have in each row.

    Parameters
    ----------
    position : int
        Position of the column in the table.
    column : Column
    sets : tuple of NumberSet
        One for each value where values are counted.
    which : ndarray of shape (n_conditions,), int64
        The set of each row; -1 where anything is allowed, or values are counted.
    shares : ndarray of shape (n_sets,), or None
        How many rows are to have each, as in :class:`~tabgan.preprocessing.allowed.Allowed`.
    """

    position: int
    column: Column
    sets: tuple[NumberSet, ...]
    which: np.ndarray
    shares: np.ndarray | None = None

    def options(self, cells: pd.Series) -> np.ndarray:
        """Whether each cell lies in each set, (n_rows, n_sets)."""
        missing = missing_cells(cells)
        unit = Ticks.of(self.column)
        if unit is None:
            numbers = np.zeros(len(cells), np.float64)
            numbers[~missing] = read_values(cells, missing, self.column.text_form)
        else:
            numbers, missing = unit.read(cells, self.column)
        return np.column_stack([each.holds(numbers, missing) for each in self.sets])

    def holds(self, cells: pd.Series, which: np.ndarray) -> np.ndarray:
        """Whether the cell of each row lies in the set with this number; -1 holds everything."""
        options = self.options(cells)
        options = np.column_stack([options, np.ones(len(cells), bool)])  # the last for -1
        return options[np.arange(len(cells)), which]


def numbers_of_fields(coder: ColumnCoder, allowed: Allowed) -> list[NumberSet]:
    """Levels of a column of which every value is one, as sets; one a value if these are counted."""
    values = numeric_coder(coder).level_values
    return [
        NumberSet.of_values(
            values[each.levels[each.levels < len(values)]],
            has_missing=bool((each.levels >= len(values)).any()),
        )
        for each in allowed.by_option()
    ]


def read_numbers(
    coder: ColumnCoder, column: Column, wanted: Any
) -> tuple[list[NumberSet], np.ndarray | None]:
    """What is asked of a tied column, in ticks of its unit; and shares of each, if counted.

    `coder` is that of its remainder.

    Raises
    ------
    InvalidParameterError
        If the column can have no such value.
    """
    if isinstance(wanted, Between):
        return [_interval(coder.name, column, wanted)], None
    values = list(wanted) if isinstance(wanted, Mapping) else as_values(coder, wanted)
    sets = [_single(coder, column, value) for value in values]
    if isinstance(wanted, Mapping):
        return sets, check_shares(coder, wanted)
    low = np.concatenate([each.low for each in sets])
    has_missing = any(each.has_missing for each in sets)
    return [NumberSet.of_values(low, has_missing=has_missing)], None


def both_wanted(
    coder: ColumnCoder, column: Column, first: Any, second: Any, names: tuple[Hashable, Hashable]
) -> Any:
    """What two conditions on a number or date leave of it.

    Raises
    ------
    InvalidParameterError
        If they contradict each other, or both count values.
    """
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        raise InvalidParameterError(
            f"Columns {names[0]!r} and {names[1]!r} depend on each other, so counts or shares can "
            "be given for one of them only."
        )
    if isinstance(first, Between) and isinstance(second, Between):
        sets = [read_numbers(coder, column, each)[0][0] for each in (first, second)]
        low = first.low if sets[0].low[0] >= sets[1].low[0] else second.low
        high = first.high if sets[0].high[0] <= sets[1].high[0] else second.high
        is_possible = max(s.low[0] for s in sets) <= min(s.high[0] for s in sets)
        both: Any = Between(low, high) if is_possible else None
    else:
        if isinstance(first, Between) or isinstance(second, Mapping):
            first, second = second, first
        within, _ = read_numbers(coder, column, second)
        values = list(first) if isinstance(first, Mapping) else as_values(coder, first)
        sets = [_single(coder, column, value) for value in values]
        kept = [each for each, one in zip(values, sets, strict=True) if _overlaps(one, within[0])]
        is_whole = not isinstance(first, Mapping) or len(kept) == len(values)
        both = (first if isinstance(first, Mapping) else kept) if kept and is_whole else None
    if both is None:
        raise InvalidParameterError(
            f"The conditions on columns {names[0]!r} and {names[1]!r} contradict each other: one "
            "follows from the other. Drop one of them."
        )
    return both


def _overlaps(one: NumberSet, within: NumberSet) -> bool:
    """Whether a single value lies in a set."""
    if one.has_missing:
        return within.has_missing
    return bool(within.holds(one.low, np.zeros(1, bool))[0])


def _interval(name: Hashable, column: Column, between: Between) -> NumberSet:
    low, high = -np.inf, np.inf
    if between.low is not None:
        low, is_above = in_ticks(name, column, between.low)
        low += is_above
    if between.high is not None:
        high, _ = in_ticks(name, column, between.high)
    if low > high:
        raise InvalidParameterError(f"No value of column {name!r} lies in {between!r}.")
    return NumberSet(np.array([low]), np.array([high]))


def _single(coder: ColumnCoder, column: Column, value: Any) -> NumberSet:
    if value is MISSING:
        if not column.missing:
            raise InvalidParameterError(
                f"Column {coder.name!r} had no missing cells at fit, so none can be asked for; "
                "leave tabgan.MISSING out."
            )
        return NumberSet.of_values(np.zeros(0), has_missing=True)
    if pd.api.types.is_scalar(value) and pd.isna(value):
        raise InvalidParameterError(
            f"The condition on column {coder.name!r} holds a missing value; ask for missing cells "
            "with tabgan.MISSING, or leave the column out if anything is allowed."
        )
    return NumberSet.of_values([exact_ticks(coder.name, column, value)])


def exact_ticks(name: Hashable, column: Column, value: Any) -> Any:
    """A number or date in ticks; InvalidParameterError if it lies between two of them."""
    ticks, is_above = in_ticks(name, column, value)
    if is_above:
        raise InvalidParameterError(
            f"Column {name!r} has no value as fine as {value!r}; round it, or ask for "
            "tabgan.Between(low, high)."
        )
    return ticks


def in_ticks(name: Hashable, column: Column, value: Any) -> tuple[Any, bool]:
    """The last tick of a column that is not above a number or date, and whether that is below."""
    number, unit = read_number(name, column, value), Ticks.of(column)
    assert unit is not None
    if isinstance(number, np.datetime64):
        ticks = number.astype(f"M8[{unit.unit}]")
        return int(ticks.astype(np.int64)), bool(ticks < number)
    if unit.decimals is None:
        return float(number), False
    if isinstance(number, int):
        return number * 10**unit.decimals, False
    scaled = number * 10.0**unit.decimals
    precision = 1e-6 if unit.is_single else 1e-9
    if abs(scaled - round(scaled)) <= precision * max(1.0, abs(scaled)):
        return round(scaled), False
    return math.floor(scaled), True


def read_number(name: Hashable, column: Column, value: Any) -> Any:
    """A number, or an instant as the ticks of its column count it, that users write as they like.

    Raises
    ------
    InvalidParameterError
        If it cannot be read.
    """
    form, unit = column.text_form, Ticks.of(column)
    try:
        refuse_other_kinds(value)
        if pd.api.types.is_scalar(value) and pd.isna(value):
            raise ValueError("missing cells are asked for with tabgan.MISSING")
        if isinstance(column, Datetime) and form is not None:
            return read_date(value, form)
        if isinstance(column, Datetime) and unit is not None:
            cells = in_zone(pd.Series([value], dtype=object), column)
            return read_dates(cells, np.zeros(1, bool), None, are_local=unit.clock[1])[0]
        if form is not None and isinstance(value, str):
            return parse_texts(as_objects([value]), form)[0].item()
        number = read_values(pd.Series([value]), np.zeros(1, bool), None)[0].item()
        if not math.isfinite(number):
            raise ValueError(f"{value!r} is not finite")
        return number
    except (*UNREADABLE, IndexError) as error:
        raise InvalidParameterError(
            f"The condition on column {name!r}, of kind {column.kind} and dtype {column.dtype}, "
            f"cannot be read: {value!r} ({error.__cause__ or error}); ask for values such as the "
            "column holds."
        ) from error


def as_wanted(number: Any, unit: Ticks) -> Any:
    """A number, or an instant as its ticks count it, as a column with the same unit reads it."""
    if not isinstance(number, np.datetime64):
        return number.item() if isinstance(number, np.generic) else number
    zone, is_local = unit.clock
    return pd.Timestamp(number).tz_localize(None if is_local or zone == "None" else "UTC")
