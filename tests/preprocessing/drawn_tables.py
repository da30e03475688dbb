"""Tables of columns of every dtype that a DataFrame can hold, drawn by Hypothesis."""

import datetime
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd

HAS_ARROW = importlib.util.find_spec("pyarrow") is not None


@dataclass(frozen=True)
class Family:
    """Columns of one dtype.

    `cells` draws what the cells are made of, `make` a Series of a list of them in which None is a
    missing cell, `markers` are what missing cells may hold: none if there can be none.
    """

    cells: st.SearchStrategy
    make: Callable[[list[Any], Any], pd.Series]
    markers: tuple[Any, ...] = ()


def _typed(dtype: Any) -> Callable[[list[Any], Any], pd.Series]:
    return lambda cells, _: pd.Series(cells, dtype=dtype)


def _numpy(dtype: str) -> Callable[[list[Any], Any], pd.Series]:
    return lambda cells, marker: pd.Series(
        np.array([marker if cell is None else cell for cell in cells], dtype=dtype)
    )


def _objects(cells: list[Any], marker: Any) -> pd.Series:
    array = np.empty(len(cells), dtype=object)
    array[:] = [marker if cell is None else cell for cell in cells]
    return pd.Series(array, dtype=object)


def _zoned(unit: str, zone: str) -> Callable[[list[Any], Any], pd.Series]:
    def make(cells: list[Any], marker: Any) -> pd.Series:
        naive = pd.Series(np.array([marker if c is None else c for c in cells], f"M8[{unit}]"))
        return naive.dt.tz_localize("UTC").dt.tz_convert(zone)

    return make


def _periods(freq: str) -> Callable[[list[Any], Any], pd.Series]:
    def make(cells: list[Any], _: Any) -> pd.Series:
        gaps = np.array([cell is None for cell in cells])
        ordinals = np.array([0 if cell is None else cell for cell in cells], np.int64)
        return pd.Series(pd.PeriodIndex.from_ordinals(ordinals, freq=freq)).mask(gaps)

    return make


def _intervals(cells: list[Any], _: Any) -> pd.Series:
    # Intervals of integers cannot be missing: pandas gives them ends that are floats.
    made = [np.nan if cell is None else pd.Interval(cell, cell + 0.5, "left") for cell in cells]
    return pd.Series(pd.arrays.IntervalArray(made, closed="left", dtype="interval[float64, left]"))


def _category(levels: Sequence[Any], *, ordered: bool) -> Callable[[list[Any], Any], pd.Series]:
    dtype = pd.CategoricalDtype(pd.Index(levels), ordered=ordered)
    return lambda cells, _: pd.Series(pd.Categorical(cells, dtype=dtype))


def _few_or_many(cells: st.SearchStrategy, few: Sequence[Any]) -> st.SearchStrategy:
    """Draw from a few values, or from all."""
    return st.one_of(st.sampled_from(list(few)), cells)


def _whole(low: int, high: int) -> st.SearchStrategy:
    return _few_or_many(st.integers(low, high), [0, 1, high, low])


def _dates(first: int, last: int) -> st.SearchStrategy:
    low, high = datetime.datetime(first, 1, 1), datetime.datetime(last, 12, 31)
    days = st.dates(low.date(), high.date()).map(
        lambda day: datetime.datetime(day.year, day.month, day.day)
    )
    return st.one_of(days, st.datetimes(low, high))


_FLOATS = st.one_of(
    st.floats(-1e300, 1e300, allow_subnormal=False),
    st.floats(-1e-290, 1e-290, allow_subnormal=False),
    st.integers(-(10**6), 10**6).map(lambda cents: cents / 100),
    st.sampled_from([0.0, -0.0, 1.5]),
)
_TEXT = st.one_of(st.text(max_size=5), st.sampled_from(["grün", "日本", "a\u0301", "", "NA"]))
_SPANS = st.integers(-(10**9), 10**9).map(lambda seconds: datetime.timedelta(seconds=seconds))
_DECIMALS = st.decimals(-(10**6), 10**6, allow_nan=False, allow_infinity=False, places=2)
_ANY_DECIMALS = st.decimals(allow_nan=False, allow_infinity=False).filter(lambda d: d == +d)
_LEVELS = ["low", "mid", "high", "never"]
_MIXTURE = st.one_of(st.booleans(), st.integers(-2, 2), st.sampled_from(["1", "True", 1.0]))
_FEW_BYTES = [b"", b"a", b"\xff"]

FAMILIES: dict[str, Family] = {
    "bool": Family(st.booleans(), _typed("bool")),
    "boolean": Family(st.booleans(), _typed("boolean"), (pd.NA,)),
    "object of booleans": Family(st.booleans(), _objects, (None, np.nan)),
    "object of integers": Family(st.integers(-(2**70), 2**70), _objects, (None, np.nan)),
    "object of floats": Family(st.floats(-1e9, 1e9), _objects, (None, np.nan)),
    "object of text": Family(_TEXT, _objects, (None, np.nan, pd.NA)),
    "object of a mixture": Family(_MIXTURE, _objects, (None, np.nan)),
    "str": Family(_TEXT, _typed(None), (np.nan,)),
    "string, python": Family(_TEXT, _typed("string[python]"), (pd.NA,)),
    "interval": Family(st.integers(-3, 3).map(float), _intervals, (np.nan,)),
    "date": Family(_dates(1, 9999).map(lambda d: d.date()), _objects, (None, pd.NaT)),
    "datetime": Family(_dates(1, 9999), _objects, (None, pd.NaT)),
    "time": Family(st.times(), _objects, (None, np.nan)),
    "timedelta": Family(_SPANS, _objects, (None, pd.NaT)),
    "cents as Decimal": Family(_DECIMALS, _objects, (None, np.nan)),
    "Decimal": Family(_ANY_DECIMALS, _objects, (None,)),
    "category": Family(st.sampled_from(_LEVELS[:3]), _category(_LEVELS, ordered=False), (np.nan,)),
    "ordered": Family(st.sampled_from(_LEVELS[:3]), _category(_LEVELS, ordered=True), (np.nan,)),
    "category of integers": Family(
        st.sampled_from([7, -1]), _category([7, 3, -1], ordered=True), (np.nan,)
    ),
    "float16": Family(
        st.floats(-6e4, 6e4, width=16, allow_subnormal=False), _numpy("float16"), (np.nan,)
    ),
    "float32": Family(
        st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False),
        _numpy("float32"),
        (np.nan,),
    ),
    "float64": Family(_FLOATS, _numpy("float64"), (np.nan,)),
    "Float64": Family(_FLOATS, _typed("Float64"), (pd.NA,)),
}
for _bits in (8, 16, 32, 64):
    _signed = _whole(-(2 ** (_bits - 1)), 2 ** (_bits - 1) - 1)
    FAMILIES[f"int{_bits}"] = Family(_signed, _typed(f"int{_bits}"))
    FAMILIES[f"Int{_bits}"] = Family(_signed, _typed(f"Int{_bits}"), (pd.NA,))
    _unsigned = _whole(0, 2**_bits - 1)
    FAMILIES[f"uint{_bits}"] = Family(_unsigned, _typed(f"uint{_bits}"))
    FAMILIES[f"UInt{_bits}"] = Family(_unsigned, _typed(f"UInt{_bits}"), (pd.NA,))
for _unit, _first, _last in (("s", 1, 9999), ("ms", 1, 9999), ("us", 1, 9999), ("ns", 1700, 2200)):
    FAMILIES[f"datetime64[{_unit}]"] = Family(
        _dates(_first, _last), _numpy(f"M8[{_unit}]"), (np.datetime64("NaT"),)
    )
    FAMILIES[f"timedelta64[{_unit}]"] = Family(
        _SPANS, _numpy(f"m8[{_unit}]"), (np.timedelta64("NaT"),)
    )
    for _zone in ("UTC", "Europe/Zurich"):
        FAMILIES[f"datetime64[{_unit}, {_zone}]"] = Family(
            _dates(1900, 2100), _zoned(_unit, _zone), (np.datetime64("NaT"),)
        )
for _freq in ("Y-DEC", "Q-JAN", "M", "2M", "W-SUN", "D", "h", "15min", "us"):
    FAMILIES[f"period[{_freq}]"] = Family(st.integers(-500, 500), _periods(_freq), (pd.NaT,))


def _arrow_families() -> dict[str, Family]:
    import pyarrow as pa

    whole, days = st.integers(-100, 100), _dates(1900, 2100)
    cells = {
        pa.int8(): whole,
        pa.uint64(): _whole(0, 2**64 - 1),
        pa.float32(): st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False),
        pa.float64(): _FLOATS,
        pa.bool_(): st.booleans(),
        pa.string(): _TEXT,
        pa.large_string(): _TEXT,
        pa.binary(): st.sampled_from(_FEW_BYTES),
        pa.timestamp("us"): days,
        pa.timestamp("ms", "Europe/Zurich"): days.map(lambda d: d.replace(tzinfo=datetime.UTC)),
        pa.date32(): days.map(lambda d: d.date()),
        pa.date64(): days.map(lambda d: d.date()),
        pa.time32("s"): st.times().map(lambda t: t.replace(microsecond=0)),
        pa.time64("us"): st.times(),
        pa.duration("ms"): _SPANS,
        pa.decimal128(12, 2): _DECIMALS,
        pa.dictionary(pa.int8(), pa.string()): st.sampled_from(_LEVELS),
    }

    def make(kind: Any) -> Callable[[list[Any], Any], pd.Series]:
        if pa.types.is_timestamp(kind) and kind.unit == "ms":
            return lambda values, _: pd.Series(
                pd.arrays.ArrowExtensionArray(
                    pa.array(values, pa.timestamp("us", "UTC")).cast(kind, safe=False)
                )
            )
        if pa.types.is_dictionary(kind):
            return lambda values, _: pd.Series(
                pd.arrays.ArrowExtensionArray(
                    pa.array(values, pa.string()).dictionary_encode().cast(kind)
                )
            )
        return lambda values, _: pd.Series(pd.arrays.ArrowExtensionArray(pa.array(values, kind)))

    return {f"{kind}[pyarrow]": Family(each, make(kind), (pd.NA,)) for kind, each in cells.items()}


if HAS_ARROW:
    FAMILIES |= _arrow_families()
    FAMILIES["string, pyarrow"] = Family(_TEXT, _typed("string[pyarrow]"), (pd.NA,))


@st.composite
def columns(draw: st.DrawFn, n_rows: int, name: str | None = None) -> pd.Series:
    """Draw a column of one family, with missing cells of one marker in some."""
    family = FAMILIES[name or draw(st.sampled_from(sorted(FAMILIES)))]
    marker = draw(st.sampled_from(family.markers)) if family.markers else None
    cells = family.cells
    if family.markers and draw(st.booleans()):
        cells = st.one_of(cells, st.none())
    if draw(st.booleans()):  # few values that repeat, else mostly different ones
        known = draw(st.lists(cells, min_size=1, max_size=4))
        cells = st.sampled_from(known)
    values = draw(st.lists(cells, min_size=n_rows, max_size=n_rows))
    return family.make(values, marker)


@st.composite
def any_tables(draw: st.DrawFn) -> pd.DataFrame:
    """Draw a table of up to four columns of any families."""
    n_rows = draw(st.integers(2, 60))
    drawn = [draw(columns(n_rows)) for _ in range(draw(st.integers(1, 4)))]
    return pd.DataFrame({f"c{i}": column for i, column in enumerate(drawn)})
