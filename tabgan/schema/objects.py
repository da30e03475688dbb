"""Columns of Python objects of one type: dates, times, durations and decimals, there and back.

Such a column has the dtype ``object``; the schema writes the type behind it, as in
``"object[date]"``, so that the same type is made again.
"""

import datetime
import decimal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["object_dtype", "read_objects", "write_objects"]

#: Most digits that float64 keeps of every decimal number.
_EXACT_DIGITS = 15
_DECIMAL = "object[decimal]"


@dataclass(frozen=True)
class _ObjectType:
    """How objects of one type become an array, and an array becomes objects."""

    cls: type
    kind: str
    read: Callable[[list[Any]], np.ndarray]
    write: Callable[[np.ndarray, int], Any]


def object_dtype(values: pd.Series) -> str | None:
    """Return a name such as "object[date]" if all objects are of one type that has one.

    Decimals get the number of digits after the point that they are written with. Objects with a
    time zone have no name, nor have decimals of more than 15 digits: they are levels.

    Examples
    --------
    >>> object_dtype(pd.Series([datetime.date(2024, 5, 1)], dtype=object))
    'object[date]'
    >>> object_dtype(pd.Series([decimal.Decimal("1.50")], dtype=object))
    'object[decimal(2)]'
    """
    if values.dtype != object or len(values) == 0:
        return None
    types = set(map(type, values))
    name = next((name for name, each in _TYPES.items() if types == {each.cls}), None)
    if name == _DECIMAL:
        places = _count_places(values.tolist())
        return None if places is None else f"{name[:-1]}({places})]"
    has_zone = any(getattr(cell, "tzinfo", None) is not None for cell in values) if name else False
    return None if has_zone else name


def read_objects(values: pd.Series, kinds: str) -> np.ndarray | None:
    """Return objects as an array of one of the kinds "M", "m" or "f"; None if they are no such."""
    known = _find_type(object_dtype(values) or "")
    return known.read(values.tolist()) if known is not None and known.kind in kinds else None


def write_objects(values: np.ndarray, name: str) -> np.ndarray | None:
    """Return an array as objects of a type; None if the array is of another kind.

    Examples
    --------
    >>> write_objects(np.array([1.5]), "object[decimal(2)]").tolist()
    [Decimal('1.50')]
    """
    known = _find_type(name)
    if known is None or known.kind != values.dtype.kind:
        return None
    _, _, places = name.partition("(")
    cells = np.empty(len(values), dtype=object)
    cells[:] = known.write(values, int(places.removesuffix(")]") or 0))
    return cells


def _find_type(name: str) -> _ObjectType | None:
    return _TYPES.get(_DECIMAL if name.startswith(_DECIMAL[:-1]) else name)


def _count_places(cells: list[decimal.Decimal]) -> int | None:
    """Return the most digits after the point; None if float64 does not hold all of the digits."""
    if not all(cell.is_finite() for cell in cells):
        return None
    places = max(0, *(-int(cell.as_tuple().exponent) for cell in cells))
    fits = all(cell == 0 or cell.adjusted() + 1 + places <= _EXACT_DIGITS for cell in cells)
    return places if fits else None


def _write_decimals(values: np.ndarray, places: int) -> list[decimal.Decimal]:
    # Adding zero turns -0.0 into 0.0.
    return [decimal.Decimal(f"{number:.{places}f}") for number in (values + 0.0).tolist()]


def _read_times(cells: list[datetime.time]) -> np.ndarray:
    """Return times of day as microseconds since midnight."""
    seconds = [(cell.hour * 60 + cell.minute) * 60 + cell.second for cell in cells]
    micros = np.array([cell.microsecond for cell in cells], np.int64)
    return (np.array(seconds, np.int64) * 1_000_000 + micros).astype("m8[us]")


def _write_times(values: np.ndarray, _: int) -> list[datetime.time]:
    instants = (np.datetime64(0, "us") + values.astype("m8[us]")).tolist()
    return [instant.time() for instant in instants]


_TYPES = {
    "object[date]": _ObjectType(
        datetime.date,
        "M",
        lambda cells: np.array(cells, "M8[D]"),
        lambda values, _: values.astype("M8[D]").tolist(),
    ),
    "object[datetime]": _ObjectType(
        datetime.datetime,
        "M",
        lambda cells: np.array(cells, "M8[us]"),
        lambda values, _: values.astype("M8[us]").tolist(),
    ),
    "object[Timestamp]": _ObjectType(
        pd.Timestamp,
        "M",
        lambda cells: pd.DatetimeIndex(cells).to_numpy(),
        lambda values, _: pd.DatetimeIndex(values).astype(object),
    ),
    "object[time]": _ObjectType(datetime.time, "m", _read_times, _write_times),
    "object[timedelta]": _ObjectType(
        datetime.timedelta,
        "m",
        lambda cells: np.array(cells, "m8[us]"),
        lambda values, _: values.astype("m8[us]").tolist(),
    ),
    "object[Timedelta]": _ObjectType(
        pd.Timedelta,
        "m",
        lambda cells: pd.TimedeltaIndex(cells).to_numpy(),
        lambda values, _: pd.TimedeltaIndex(values).astype(object),
    ),
    _DECIMAL: _ObjectType(
        decimal.Decimal,
        "f",
        lambda cells: np.array([float(cell) for cell in cells], np.float64),
        _write_decimals,
    ),
}
