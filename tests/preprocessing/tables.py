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
    "normal, single": pd.Series(_RNG.normal(size=N_ROWS).astype(np.float32)),
    "heavy tails": pd.Series(np.exp(3 * _RNG.normal(size=N_ROWS))),
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
