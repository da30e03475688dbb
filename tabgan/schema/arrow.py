"""Columns of Arrow types, and the tables of other libraries that hand them over.

Inside, every column has one of pandas' own dtypes: :func:`to_plain` gives it, and
:func:`from_plain` makes the Arrow column again. One table says which dtype stands for which type:

======================== ================================ ====================================
Arrow type               dtype inside                     a missing cell
======================== ================================ ====================================
integers, booleans       Int8, ..., UInt64, boolean       null
floats                   Float32, Float64 or float        null or NaN, whichever is more frequent
strings                  string                           null
timestamp                datetime64, with its zone        null
date                     datetime64[s]                    null
time, duration           timedelta64                      null
decimal, binary          object                           null
dictionary               category                         null
null                     object                           null
======================== ================================ ====================================
"""

import re
from collections.abc import Hashable, Mapping
from types import ModuleType
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from tabgan._optional import require
from tabgan.exceptions import TableError
from tabgan.schema.cells import replace_columns

__all__ = [
    "arrow_types",
    "close_table",
    "from_plain",
    "is_foreign",
    "to_arrow",
    "to_plain",
    "type_from_text",
]

#: Libraries whose tables come in and go out.
LIBRARIES = ("polars", "pyarrow")


def is_foreign(table: Any) -> bool:
    """Tell whether narwhals knows the object as a table, but not as one of pandas."""
    known = nw.from_native(table, pass_through=True)
    return isinstance(known, nw.DataFrame | nw.LazyFrame) and not isinstance(table, pd.DataFrame)


def to_arrow(table: Any) -> Any:
    """Return the table of another library as a pyarrow Table; TableError if it is none of ours."""
    known = nw.from_native(table)
    name = f"{type(table).__module__.partition('.')[0]}.{type(table).__name__}"
    if isinstance(known, nw.LazyFrame):
        raise TableError(
            f"A {name} is lazy and holds no rows yet; compute it first, as with .collect() or "
            ".compute()."
        )
    if library_of(table) not in LIBRARIES:
        raise TableError(
            f"A {name} is not supported; turn it into a pandas DataFrame, a polars DataFrame or a "
            "pyarrow Table."
        )
    for column, dtype in known.schema.items():
        if str(dtype) in ("Object", "Int128", "UInt128"):
            _refuse(column, dtype)
    _pyarrow()
    return known.to_arrow()


def library_of(table: Any) -> str:
    """Return the name of the library that a table known to narwhals is of."""
    try:
        return str(nw.from_native(table).implementation.name).lower()
    except NotImplementedError:  # some versions know of some tables no more than their names
        return "unknown"


def arrow_types(table: Any) -> tuple[str, dict[Hashable, str]]:
    """Return the library of a table, and the Arrow types of its Arrow columns as text."""
    if not isinstance(table, pd.DataFrame):
        types = {field.name: str(field.type) for field in to_arrow(table).schema}
        for name, dtype in nw.from_native(table).schema.items():
            if dtype == nw.Enum:  # told from a Categorical by having an order
                types[name] = types[name].replace("ordered=0", "ordered=1")
        return library_of(table), types
    types = {
        name: str(dtype.pyarrow_dtype)
        for name, dtype in zip(table.columns, table.dtypes, strict=True)
        if isinstance(dtype, pd.ArrowDtype)
    }
    return "pandas", types


def close_table(frame: pd.DataFrame, library: str, types: Mapping[Hashable, str]) -> Any:
    """Return a frame as a table of a library, with the given Arrow types; the inverse of opening.

    Parameters
    ----------
    frame : DataFrame
        Of pandas' own dtypes.
    library : {"pandas", "polars", "pyarrow"}
    types : mapping of column to type as text
        Of all columns, or for pandas of some.
    """
    arrays = {n: from_plain(frame[n], type_from_text(text)) for n, text in types.items()}
    if library == "pandas":
        wrapped = {
            place: pd.Series(pd.arrays.ArrowExtensionArray(arrays[name]), index=frame.index)
            for place, name in enumerate(frame.columns)
            if name in arrays
        }
        return replace_columns(frame, wrapped)
    table = _pyarrow().table(arrays)
    if library == "pyarrow":
        return table
    polars = require("polars", extra="polars", purpose="A table of polars")
    enums = {
        name: polars.Enum(frame[name].cat.categories.tolist())
        for name, text in types.items()
        if text.endswith("ordered=1>")
    }
    closed = polars.from_arrow(table)
    return closed.cast(enums) if enums else closed


def to_plain(array: Any, name: Hashable) -> pd.Series:
    """Return a pyarrow ChunkedArray as a Series of pandas' own dtype."""
    pyarrow = _pyarrow()
    types, kind = pyarrow.types, array.type
    if types.is_dictionary(kind):
        signed = pyarrow.dictionary(pyarrow.int64(), kind.value_type, kind.ordered)
        return array.unify_dictionaries().cast(signed).to_pandas()
    if types.is_floating(kind):
        return _floats_to_plain(array)
    if types.is_integer(kind) or types.is_boolean(kind):
        dtype = pd.api.types.pandas_dtype(_NULLABLE[str(kind)])
        return pd.Series(dtype.__from_arrow__(array))
    if _is_text(kind):
        dtype = pd.StringDtype("pyarrow")
        return pd.Series(dtype.__from_arrow__(array.cast(pyarrow.large_string())))
    if types.is_date(kind):
        return array.cast(pyarrow.timestamp("ms")).cast(pyarrow.timestamp("s")).to_pandas()
    if types.is_time(kind):
        ticks = array.cast(pyarrow.int32() if types.is_time32(kind) else pyarrow.int64())
        return ticks.cast(pyarrow.int64()).cast(pyarrow.duration(kind.unit)).to_pandas()
    if types.is_timestamp(kind) or types.is_duration(kind):
        return array.to_pandas()
    if types.is_decimal(kind) or types.is_null(kind) or str(kind) in ("binary", "large_binary"):
        return pd.Series(array.to_pylist(), dtype=object)
    _refuse(name, kind)
    raise AssertionError("unreachable")


def from_plain(series: pd.Series, kind: Any) -> Any:
    """Return a Series as :func:`to_plain` gives it as a pyarrow Array of a type."""
    pyarrow = _pyarrow()
    types = pyarrow.types
    if types.is_dictionary(kind):
        codes = series.cat.codes.to_numpy()
        indices = pyarrow.array(codes, mask=codes < 0).cast(kind.index_type)
        levels = pyarrow.array(series.cat.categories.tolist(), type=kind.value_type)
        return pyarrow.DictionaryArray.from_arrays(indices, levels, ordered=kind.ordered)
    if types.is_null(kind):
        return pyarrow.nulls(len(series))
    if series.dtype == object:
        return pyarrow.array(series.tolist(), type=kind)
    if types.is_time(kind):
        ticks = pyarrow.array(series).cast(pyarrow.int64())
        return (ticks.cast(pyarrow.int32()) if types.is_time32(kind) else ticks).cast(kind)
    if types.is_float16(kind):
        values = series.to_numpy(dtype=np.float16, na_value=np.nan)
        gaps = (
            series.isna().to_numpy() if series.dtype.kind != "f" or _is_nullable(series) else None
        )
        return pyarrow.array(values, mask=gaps)
    if series.dtype.kind == "f" and not _is_nullable(series):
        return pyarrow.array(series.to_numpy()).cast(kind)
    return _unchunked(pyarrow.array(series, from_pandas=True)).cast(kind)


def type_from_text(text: str) -> Any:
    """Return the pyarrow type that ``str(type)`` wrote; TableError if there is none.

    Examples
    --------
    >>> type_from_text("timestamp[us, tz=Europe/Zurich]")
    TimestampType(timestamp[us, tz=Europe/Zurich])
    """
    pyarrow = _pyarrow()
    match = _PARAMETRIC.fullmatch(text)
    try:
        if match is None:
            return pyarrow.type_for_alias(text)
        unit, zone, bits, precision, scale, values, indices, ordered = match.groups()
        if unit:
            return pyarrow.timestamp(unit, zone)
        if bits:
            return getattr(pyarrow, f"decimal{bits}")(int(precision), int(scale))
        levels, positions = type_from_text(values), type_from_text(indices)
        return pyarrow.dictionary(positions, levels, ordered == "1")
    except (ValueError, TypeError) as error:
        raise TableError(f"pyarrow {pyarrow.__version__} knows no type {text!r}.") from error


_PARAMETRIC = re.compile(
    r"timestamp\[(s|ms|us|ns), tz=(.+)\]"
    r"|decimal(32|64|128|256)\((\d+), (-?\d+)\)"
    r"|dictionary<values=(.+), indices=(\w+), ordered=([01])>"
)
_NULLABLE = {
    **{f"int{bits}": f"Int{bits}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"UInt{bits}" for bits in (8, 16, 32, 64)},
    "bool": "boolean",
}


def _pyarrow() -> ModuleType:
    return require("pyarrow", extra="arrow", purpose="A table of polars or Arrow")


def _is_text(kind: Any) -> bool:
    return str(kind) in ("string", "large_string", "string_view")


def _is_nullable(series: pd.Series) -> bool:
    return getattr(series.dtype, "na_value", None) is pd.NA


def _floats_to_plain(array: Any) -> pd.Series:
    """Return floats with NaN where NaN is the more frequent marker, else with pandas.NA."""
    pyarrow = _pyarrow()
    if pyarrow.types.is_float16(array.type):
        array = array.cast(pyarrow.float32())
    values = array.to_pandas()
    n_nans = int(values.isna().sum()) - array.null_count
    return values if n_nans > array.null_count else values.astype(str(values.dtype).capitalize())


def _unchunked(array: Any) -> Any:
    """Return an array of pyarrow in one piece."""
    return array.combine_chunks() if hasattr(array, "combine_chunks") else array


def _refuse(name: Hashable, kind: Any) -> None:
    raise TableError(
        f"Column {name!r} has the type {kind}, which is not supported: a cell must be one value "
        "such as a string or a number, so spread it over columns or turn it into text."
    )
