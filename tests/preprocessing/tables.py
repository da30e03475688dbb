"""Columns of every kind and dtype, for the tests of the preprocessing."""

import datetime
import decimal
from typing import Any

import numpy as np
import pandas as pd

N_ROWS = 120
_RNG = np.random.default_rng(0)


def _holes(values: Any, marker: Any = None, dtype: Any = None) -> pd.Series:
    """Return values with every seventh cell missing."""
    series = pd.Series(list(values), dtype=object)
    series[::7] = marker
    return series if dtype is None else series.astype(dtype)


_SMALL = _RNG.integers(0, 5, N_ROWS)
_WIDE = _RNG.integers(0, 120, N_ROWS)
_WORDS = np.array(["red", "green", "blue", "grün", "x" * 30], dtype=object)[_SMALL]
_DAYS = pd.date_range("2023-12-25", periods=40)[_RNG.integers(0, 40, N_ROWS)].to_series(
    index=range(N_ROWS)
)
_SECONDS = pd.Series(
    pd.Timestamp("2024-03-01") + pd.to_timedelta(_RNG.integers(0, 10**6, N_ROWS), "s")
)
_ORDERED = pd.CategoricalDtype(["low", "mid", "high", "never"], ordered=True)
_LEVELS = pd.Series(np.array(["high", "low", "mid"], dtype=object)[_SMALL % 3])

_SPANS = pd.Series(pd.to_timedelta(_WIDE * 60, "s"))
_CENTS = [decimal.Decimal(int(i)).scaleb(-2) for i in _WIDE]
_MIDNIGHT = datetime.datetime(2024, 1, 1)
_TIMES = [(_MIDNIGHT + datetime.timedelta(seconds=int(i) * 30)).time() for i in _WIDE]


def _periods(ordinals: Any, freq: str) -> pd.Series:
    return pd.Series(pd.PeriodIndex.from_ordinals(np.asarray(ordinals, np.int64), freq=freq))


EXACT = {
    **{f"levels {t}": pd.Series(_SMALL).astype(t) for t in (
        "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
        "Int8", "Int64", "UInt64", "float32", "float64", "Float32", "Float64", "object",
    )},
    "huge levels": pd.Series(_SMALL + 2**62),
    "huge unsigned levels": pd.Series(_SMALL.astype(np.uint64) + np.uint64(2**63)),
    "bool": pd.Series(_SMALL > 2),
    "boolean": _holes((_SMALL > 2).tolist(), dtype="boolean"),
    "objects of booleans": _holes((_SMALL > 2).tolist()),
    "text": pd.Series(_WORDS),
    "text as object": pd.Series(_WORDS, dtype=object),
    "text, None": _holes(_WORDS),
    "text, NaN": _holes(_WORDS, np.nan),
    "text, NA": _holes(_WORDS, pd.NA),
    "string": _holes(_WORDS, dtype="string"),
    "string, python": _holes(_WORDS, dtype="string[python]"),
    "text of truth": pd.Series(np.array(["True", "False"], dtype=object)[_SMALL % 2]),
    "category": _holes(_WORDS, dtype="category"),
    "category of integers": pd.Series(_SMALL * 2).astype("category"),
    "ordered, one unused": _LEVELS.astype(_ORDERED),
    "ordered, missing": _holes(_LEVELS, dtype=_ORDERED),
    "category of intervals": pd.Series(pd.cut(_WIDE, 4)),
    "category of dates": _DAYS.astype("category"),
    "category with one level": pd.Series(["a"] * N_ROWS, dtype="category"),
    "category without cells": pd.Series([None] * N_ROWS, dtype=_ORDERED),
    "postcodes": pd.Series(_WIDE).map("{:05d}".format),
    "mixture": _holes(np.array([1, "one", 2.5, True, ("t", 1)], dtype=object)[_SMALL]),
    "one in three types": pd.Series(np.array([1, True, 1.0], dtype=object)[_SMALL % 3]),
    "decimals": pd.Series([decimal.Decimal(int(i)) / 10 for i in _SMALL]),
    "date objects": _holes([datetime.date(2024, 1, 1 + int(i)) for i in _SMALL]),
    "huge objects": pd.Series([2**64 + int(i) for i in _SMALL], dtype=object),
    "objects beside 64 bits": pd.Series([(-1, 2**63)[int(i) % 2] for i in _SMALL], dtype=object),
    "long decimals": pd.Series([decimal.Decimal(10**20 + int(i)) / 1000 for i in _SMALL]),
    "intervals": pd.Series(pd.cut(_WIDE, 4)).astype("interval[float64, right]"),
    "intervals of dates": _holes(pd.arrays.IntervalArray.from_breaks(
        pd.date_range("2024", periods=6)).take(_SMALL), dtype="interval[datetime64[ns], right]"),
    "few durations": _holes(_SPANS.dt.floor("30min"), pd.NaT, "timedelta64[s]"),
    "few months": _periods(_SMALL + 600, "M"),
    "constant duration": pd.Series([pd.Timedelta("1h")] * N_ROWS).astype("timedelta64[ms]"),
    "constant period": _periods([10] * N_ROWS, "Q-DEC"),
    "constant time": pd.Series([datetime.time(12, 30)] * N_ROWS),
    "no durations": pd.Series([pd.NaT] * N_ROWS, dtype="timedelta64[ns]"),
    "zoned objects": pd.Series([datetime.datetime(2024, 1, 1 + int(i), tzinfo=datetime.UTC)
        for i in _SMALL], dtype=object),
    "tuples": pd.Series([(int(i), "x") for i in _SMALL]),
    "constant": pd.Series([7] * N_ROWS, dtype="int16"),
    "constant text": pd.Series(["x"] * N_ROWS),
    "constant date": pd.Series([pd.Timestamp("2024-01-01")] * N_ROWS),
    "constant zoned": pd.Series([pd.Timestamp("2024-01-01", tz="Europe/Zurich")] * N_ROWS),
    "constant category": pd.Series([2] * N_ROWS).astype("category"),
    "no cells": pd.Series([None] * N_ROWS, dtype=object),
    "no numbers": pd.Series([np.nan] * N_ROWS, dtype="float32"),
    "no integers": pd.Series([None] * N_ROWS, dtype="Int32"),
    "no instants": pd.Series([pd.NaT] * N_ROWS, dtype="datetime64[ns]"),
    "no text": pd.Series([None] * N_ROWS, dtype="string"),
    "one value or missing": _holes([3.5] * N_ROWS, np.nan, "float64"),
}  # fmt: skip
"""Columns of which every cell comes back exactly, with its type."""

GRID = {
    **{f"wide {t}": pd.Series(_WIDE).astype(t) for t in (
        "int8", "int64", "uint8", "uint64", "Int16", "float32", "float64", "Float64", "object",
    )},
    "nullable integers": _holes(_WIDE.tolist(), dtype="Int64"),
    "integers as floats": _holes((_WIDE * 1000.0).tolist(), np.nan, "float64"),
    "objects of integers": _holes(_WIDE.tolist()),
    "prices": pd.Series(_WIDE / 100),
    "prices, missing": _holes((_WIDE / 100).tolist(), np.nan, "float64"),
    "prices, nullable": _holes((_WIDE / 100).tolist(), dtype="Float64"),
    "single prices": pd.Series(_WIDE / 100).astype("float32"),
    "days": _DAYS,
    "days, missing": _holes(_DAYS, pd.NaT, "datetime64[s]"),
    "seconds": _SECONDS,
    **{f"seconds in {u}": _SECONDS.astype(f"datetime64[{u}]") for u in ("s", "ms", "us")},
    **{f"minutes in {u}": _SPANS.astype(f"timedelta64[{u}]") for u in ("s", "ms", "us", "ns")},
    "minutes, negative, missing": _holes(-_SPANS, pd.NaT, "timedelta64[ns]"),
    **{f"periods of {f}": _periods(_WIDE + 500, f) for f in (
        "Y-DEC", "Y-JUN", "Q-DEC", "Q-JAN", "M", "2M", "W-SUN", "D", "h", "15min", "s", "us",
    )},
    "months, missing": _holes(_periods(_WIDE, "M"), pd.NaT, "period[M]"),
    "date objects of many days": _holes(_DAYS.dt.date),
    "early dates": pd.Series([datetime.date(1500 + int(i), 3, 1) for i in _WIDE]),
    "datetime objects": _holes([d.to_pydatetime() for d in _SECONDS], pd.NaT),
    "Timestamp objects": pd.Series(list(_SECONDS), dtype=object),
    "time objects": _holes(_TIMES, np.nan),
    "timedelta objects": _holes([d.to_pytimedelta() for d in _SPANS]),
    "Timedelta objects": pd.Series(list(-_SPANS), dtype=object),
    "decimals of cents": _holes(_CENTS),
    "decimals of millions": pd.Series([1_000_000 * cents for cents in _CENTS]),
    "days, zoned": _DAYS.dt.tz_localize("Europe/Zurich"),
    "seconds, zoned": _SECONDS.dt.tz_localize("UTC").dt.tz_convert("America/New_York"),
    "zoned, missing": _holes(_DAYS.dt.tz_localize("UTC"), pd.NaT, "datetime64[ns, UTC]"),
    "dates as text": _DAYS.dt.strftime("%d.%m.%Y"),
    "dates as objects of text": _holes(_DAYS.dt.strftime("%Y-%m-%d")),
    "instants as text": _SECONDS.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "grouped numbers": pd.Series((_WIDE * 1000).tolist()).map("{:,}".format),
    "percentages": _holes(pd.Series(_WIDE).map("{} %".format), dtype="string"),
    "dollars": pd.Series(_WIDE / 100).map("${:.2f}".format),
}  # fmt: skip
"""Columns with many values on a grid: cells come back on it, and nearly all exactly."""

SMOOTH = {
    "normal": pd.Series(_RNG.normal(size=N_ROWS)),
    "normal, half": pd.Series(_RNG.normal(size=N_ROWS).astype(np.float16)),
    "normal, single": pd.Series(_RNG.normal(size=N_ROWS).astype(np.float32)),
    "heavy tails": pd.Series(np.exp(3 * _RNG.normal(size=N_ROWS))),
    "the widest floats": pd.Series(10.0 ** _RNG.uniform(-300, 300, N_ROWS)),
    "both signs, to 1e300": pd.Series(1e300 * _RNG.uniform(-1, 1, N_ROWS)),
    "to 1e-300": pd.Series(1e-300 * _RNG.normal(size=N_ROWS)),
    "large integers": pd.Series(_RNG.integers(2**62, 2**63 - 1, N_ROWS)),
    "large unsigned integers": pd.Series(_RNG.integers(2**63, 2**64 - 1, N_ROWS, dtype=np.uint64)),
    "nanosecond counts": pd.Series(_RNG.integers(10**9, 2 * 10**9, N_ROWS) * 1_000_000_007),
    "durations": pd.Series(pd.to_timedelta(_RNG.integers(-(10**15), 10**15, N_ROWS), "ns")),
    "half zeros": pd.Series(np.maximum(_RNG.normal(size=N_ROWS), 0)),
    "normal, missing": _holes(_RNG.normal(size=N_ROWS).tolist(), np.nan, "float64"),
    "normal, nullable": _holes(_RNG.normal(size=N_ROWS).tolist(), dtype="Float64"),
    "nanoseconds": pd.Series(pd.to_datetime(_RNG.integers(10**18, 11 * 10**17, N_ROWS))),
}
"""Columns that come back within a quantile step."""

IDENTIFIERS = {
    "counter": pd.Series(np.arange(1, N_ROWS + 1)),
    "counter from zero": pd.Series(np.arange(N_ROWS), dtype="int16"),
    "counter as text": pd.Series([str(i) for i in range(1, N_ROWS + 1)]),
    "keys": pd.Series([f"AB-{i:04d}" for i in range(N_ROWS)]),
    "names": pd.Series([f"{'x' * (i % 9)} {i}{'Q' * (i % 5)}" for i in range(N_ROWS)]),
    "keys, missing": _holes([f"k{i:03d}" for i in range(N_ROWS)]),
}
"""Columns that are made up anew."""
