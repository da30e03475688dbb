"""Names and levels of any hashable type, as JSON values and back.

JSON's own scalars stand for themselves; everything else becomes ``{"type": ..., "value": ...}``.
"""

import datetime
import decimal
import math
import uuid
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import SchemaError

__all__ = ["decode_value", "encode_value"]


def encode_value(value: Any) -> Any:
    """Return a name or a level as a JSON value.

    Examples
    --------
    >>> encode_value("zip"), encode_value(("a", 1))
    ('zip', {'type': 'tuple', 'value': ['a', 1]})
    """
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float and math.isfinite(value):
        return value
    for name, (cls, encode, _) in _TYPES.items():
        if type(value) is cls:
            return {"type": name, "value": encode(value)}
    if isinstance(value, np.generic) and value.dtype.kind in "biufSU":
        return {"type": "numpy", "value": [value.dtype.str, encode_value(value.item())]}
    if value is pd.NaT:
        return {"type": "NaT", "value": None}
    if value is pd.NA:
        return {"type": "NA", "value": None}
    raise SchemaError(
        f"A name or level {value!r} of type {type(value).__name__} cannot be written down; turn it "
        "into text or a number first."
    )


def decode_value(value: Any) -> Any:
    """Return what :func:`encode_value` wrote.

    Examples
    --------
    >>> decode_value(encode_value((1.5, None)))
    (1.5, None)
    """
    if not isinstance(value, dict):
        return value
    kind: Any = value.get("type")
    content: Any = value.get("value")
    try:
        if kind == "numpy":
            return np.dtype(content[0]).type(decode_value(content[1]))
        if kind == "NaT":
            return pd.NaT
        if kind == "NA":
            return pd.NA
        return _TYPES[str(kind)][2](content)
    except (KeyError, IndexError, TypeError, ValueError, ArithmeticError) as error:
        raise SchemaError(
            f"{value!r} describes no name or level that this version knows."
        ) from error


def _encode_timestamp(value: pd.Timestamp) -> list[Any]:
    zone = None if value.tz is None else str(value.tz)
    return [int(value.asm8.astype(np.int64)), value.unit, zone]


def _decode_timestamp(content: Any) -> pd.Timestamp:
    ticks, unit, zone = content
    instant = pd.Timestamp(np.datetime64(ticks, unit)).as_unit(unit)
    return instant if zone is None else instant.tz_localize("UTC").tz_convert(zone)


def _decode_interval(content: Any) -> pd.Interval:
    return pd.Interval(decode_value(content[0]), decode_value(content[1]), closed=content[2])


def _encode_many(values: Any) -> list[Any]:
    return [encode_value(value) for value in values]


_TYPES: dict[str, tuple[type[Hashable], Callable[[Any], Any], Callable[[Any], Any]]] = {
    "float": (float, repr, float),
    "tuple": (tuple, _encode_many, lambda content: tuple(decode_value(v) for v in content)),
    "frozenset": (
        frozenset,
        lambda value: _encode_many(sorted(value, key=repr)),
        lambda content: frozenset(decode_value(v) for v in content),
    ),
    "bytes": (bytes, lambda value: value.hex(), bytes.fromhex),
    "date": (datetime.date, lambda v: v.isoformat(), datetime.date.fromisoformat),
    "time": (datetime.time, lambda v: v.isoformat(), datetime.time.fromisoformat),
    "datetime": (datetime.datetime, lambda v: v.isoformat(), datetime.datetime.fromisoformat),
    "timedelta": (
        datetime.timedelta,
        lambda v: [v.days, v.seconds, v.microseconds],
        lambda content: datetime.timedelta(*content),
    ),
    "Decimal": (decimal.Decimal, str, decimal.Decimal),
    "UUID": (uuid.UUID, str, uuid.UUID),
    "Timestamp": (pd.Timestamp, _encode_timestamp, _decode_timestamp),
    "Timedelta": (
        pd.Timedelta,
        lambda v: [int(v.asm8.astype(np.int64)), v.unit],
        lambda content: pd.Timedelta(np.timedelta64(*content)),
    ),
    "Period": (
        pd.Period,
        lambda v: [v.ordinal, v.freqstr],
        lambda content: pd.Period(ordinal=content[0], freq=content[1]),
    ),
    "Interval": (
        pd.Interval,
        lambda v: [encode_value(v.left), encode_value(v.right), v.closed],
        _decode_interval,
    ),
}
