"""Numbers and dates as whole ticks of one unit, so that sums and differences are exact."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import SchemaError
from tabgan.schema.cells import dtype_from_text, missing_cells
from tabgan.schema.columns import Column, Continuous, Datetime, Integer
from tabgan.schema.learn import read_dates, read_values
from tabgan.schema.rules import UNITS

__all__ = ["Ticks"]

# Beyond these, sums of a few ticks may be inexact or leave the range of int64.
_MOST_WHOLE = 2.0**61
_MOST_SCALED = 2.0**52


@dataclass(frozen=True)
class Ticks:
    """The unit in which a column's cells are whole.

    Parameters
    ----------
    unit : str
        NumPy's name of the resolution of dates; empty for numbers.
    decimals : int or None
        Digits after the point of numbers; None if they are on no grid, and then stay floats.
    step : int
        Every number of ticks is a multiple of it.
    clock : tuple
        Time zone of dates, and whether they are read as its clock shows.
    is_single : bool
        Whether numbers are stored in single precision.
    """

    unit: str
    decimals: int | None
    step: int
    clock: tuple[str, bool]
    is_single: bool

    @classmethod
    def of(cls, column: Column) -> "Ticks | None":
        """Return the unit of a complete column, None if it is neither number nor date.

        Periods have none.
        """
        dtype = column.dtype or "object"
        if dtype.startswith("period"):
            return None
        if isinstance(column, Datetime):
            zone = getattr(dtype_from_text(dtype), "tz", None)
            is_local = zone is not None and column.resolution == "D"
            unit = UNITS[column.resolution or "ns"]
            return cls(unit, 0, 1, (str(zone), is_local), False)
        is_single = dtype in ("float32", "Float32", "float16")
        if isinstance(column, Integer):
            return cls("", 0, column.step or 1, ("", False), is_single)
        if isinstance(column, Continuous):
            places = column.decimals
            step = 1 if places is None or places >= 0 else 10**-places
            return cls(
                "", places if places is None else max(places, 0), step, ("", False), is_single
            )
        return None

    @property
    def is_exact(self) -> bool:
        """Whether cells are whole ticks."""
        return self.decimals is not None

    def holds(self, other: "Ticks") -> bool:
        """Tell whether every value of the other unit is one of this unit.

        Midnights of a time zone are instants, though not always whole hours or minutes; see `read`.
        """
        (zone, is_local), (other_zone, other_is_local) = self.clock, other.clock
        if bool(self.unit) != bool(other.unit) or zone != other_zone or is_local > other_is_local:
            return False
        if self.unit:
            order = list(UNITS.values())
            return order.index(self.unit) >= order.index(other.unit)
        if self.decimals is None or other.decimals is None:
            return self.decimals is None and self.is_single == other.is_single
        scaled = other.step * 10 ** max(self.decimals - other.decimals, 0)
        return self.decimals >= other.decimals and scaled % self.step == 0

    def read(self, series: pd.Series, column: Column) -> tuple[np.ndarray, np.ndarray]:
        """Return the cells of a column as ticks, and which are missing (and 0).

        A midnight of a time zone that is no whole tick is the next one, so that an instant, which
        is whole, is below it or not as before.

        Raises
        ------
        SchemaError
            If a number is too large to be exact.
        """
        missing = missing_cells(series)
        ticks = np.zeros(len(series), np.int64 if self.is_exact else np.float64)
        if missing.all():
            return ticks, missing
        if self.unit:
            dates = read_dates(series, missing, column.text_form, are_local=self.clock[1])
            whole = dates.astype(f"M8[{self.unit}]")
            is_short = (whole < dates) & (not self.has_clock_of(column))
            ticks[~missing] = whole.astype(np.int64) + is_short
            return ticks, missing
        numbers = read_values(series, missing, column.text_form)
        if self.decimals is None:
            ticks[~missing] = numbers
            return ticks, missing
        is_whole = numbers.dtype.kind in "iu" and self.decimals == 0
        scaled = numbers if is_whole else np.rint(numbers * 10.0**self.decimals)
        limit = _MOST_WHOLE if is_whole else _MOST_SCALED
        if not np.all(np.abs(scaled.astype(np.float64)) < limit):
            raise SchemaError(
                f"Column {series.name!r} holds numbers too large for exact sums, beyond "
                f"{limit / 10.0**self.decimals:.3g}; fit with a schema in which it is tied to none."
            )
        ticks[~missing] = scaled.astype(np.int64)
        return ticks, missing

    def has_clock_of(self, column: Column) -> bool:
        """Tell whether the dates of a column are read by the same clock; so are all numbers."""
        other = Ticks.of(column)
        return other is None or other.clock == self.clock

    def to_values(self, ticks: np.ndarray) -> np.ndarray:
        """Return numbers, or datetime64 instants, of ticks."""
        if self.unit:
            return ticks.astype(np.int64).astype(f"M8[{self.unit}]")
        if not self.decimals:
            return ticks
        return ticks / 10.0**self.decimals

    def bound(self, value: Any) -> int | float | None:
        """Return a bound of a column in ticks."""
        if value is None:
            return None
        if self.unit:
            return int(pd.Timestamp(value).asm8.astype(f"M8[{self.unit}]").astype(np.int64))
        return float(value) if self.decimals is None else round(value * 10**self.decimals)
