"""Checks of a table before anything is learned from it."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from tabgan._optional import require
from tabgan.exceptions import TableError
from tabgan.schema.arrow import is_foreign, to_arrow, to_plain
from tabgan.schema.cells import first_example, object_content, replace_columns

__all__ = ["as_frame", "check_table", "is_frame"]

_UNSUPPORTED = {
    "complex": "Complex data not supported; split it into real and imaginary columns",
    "Sparse": "sparse columns are not supported; make it dense with .sparse.to_dense()",
}


def is_frame(table: Any) -> bool:
    """Tell whether an object is a table with named columns, of pandas or another library."""
    return isinstance(table, pd.DataFrame) or is_foreign(table)


def as_frame(table: Any) -> pd.DataFrame:
    """Return a table as a DataFrame of pandas' own dtypes.

    Tables of polars and pyarrow, and Arrow columns of pandas, become what
    :mod:`tabgan.schema.arrow` says; names of several levels become tuples; an array gets the column
    names 0, 1, 2, ...
    """
    if isinstance(table, pd.DataFrame):
        return _flatten_names(_without_arrow(table))
    if hasattr(table, "toarray"):
        raise TableError(
            f"A sparse {type(table).__name__} is not supported; make it dense with .toarray()."
        )
    if is_foreign(table):
        return _read_foreign(to_arrow(table))
    if hasattr(table, "__arrow_c_stream__") or hasattr(table, "__dataframe__"):
        raise TableError(
            f"A {type(table).__module__}.{type(table).__name__} is not supported; turn it into a "
            "pandas DataFrame, a polars DataFrame or a pyarrow Table."
        )
    array = np.asarray(table)
    if array.ndim != 2:
        raise TableError(
            f"Expected 2D array, got {array.ndim}D array instead: a table is a DataFrame or has "
            "rows and columns. Reshape your data with array.reshape(-1, 1) for one column, or "
            "array.reshape(1, -1) for one row."
        )
    frame = pd.DataFrame(array)
    return frame.infer_objects() if array.dtype == object else frame


def _read_foreign(table: Any) -> pd.DataFrame:
    """Return a pyarrow Table as a DataFrame of pandas' own dtypes."""
    names = table.column_names
    columns = {i: to_plain(table.column(i), name) for i, name in enumerate(names)}
    frame = pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows), copy=False)
    return frame.set_axis(pd.Index(names, dtype=object if not names else None), axis=1)


def _without_arrow(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with its Arrow columns as columns of pandas' own dtypes."""
    plain = {
        i: to_plain(_chunks(series), name).set_axis(frame.index)
        for i, (name, series) in enumerate(frame.items())
        if isinstance(series.dtype, pd.ArrowDtype)
    }
    return replace_columns(frame, plain)


def _chunks(series: pd.Series) -> Any:
    """Return the ChunkedArray of an Arrow column."""
    array = series.array.__arrow_array__()
    chunked = require("pyarrow", extra="arrow", purpose="An Arrow column").chunked_array
    return array if hasattr(array, "num_chunks") else chunked([array])


def _flatten_names(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose names of several levels are tuples."""
    if not isinstance(frame.columns, pd.MultiIndex):
        return frame
    return frame.set_axis(pd.Index(frame.columns.tolist(), tupleize_cols=False), axis=1)


def check_table(table: Any, *, min_rows: int = 2) -> pd.DataFrame:
    """Return the table as a DataFrame, or say what makes it unusable.

    Parameters
    ----------
    table : DataFrame of pandas or polars, pyarrow Table, or array of shape (n_rows, n_columns)
    min_rows : int, default=2
        How many rows it must have.

    Returns
    -------
    frame : DataFrame
        The table itself, not copied, if it is a DataFrame of pandas' own dtypes.

    Raises
    ------
    TableError
        For too few rows, no columns, doubled column names, infinite values, cells that hold lists,
        tables that are not computed yet, and dtypes that are not supported. The message names the
        column, how many cells it concerns, the first of them, and the way out.

    Examples
    --------
    >>> import pandas as pd
    >>> check_table(pd.DataFrame({"a": [1.0, float("inf")]}))
    Traceback (most recent call last):
    ...
    tabgan.exceptions.TableError: Column 'a' holds 1 infinite value(s), the first is inf in row 1...
    """
    frame = as_frame(table)
    n_rows, n_columns = frame.shape
    if n_columns == 0:
        raise TableError(
            f"The table has 0 feature(s) (shape=({n_rows}, 0)) while a minimum of 1 is required; "
            "give a table with columns."
        )
    if n_rows < min_rows:
        raise TableError(
            f"The table has {n_rows} sample(s) (shape={frame.shape}) while a minimum of {min_rows} "
            f"is required; {n_rows} sample{'s' * (n_rows != 1)} cannot show how values vary."
        )
    _check_names(frame)
    for name in frame.columns:
        _check_cells(frame[name])
    return frame


def _check_names(frame: pd.DataFrame) -> None:
    """Refuse doubled names."""
    if not frame.columns.is_unique:
        name = frame.columns[frame.columns.duplicated()][0]
        count = int((frame.columns == name).sum())
        raise TableError(
            f"{count} columns have the name {name!r}; names must be unique, so rename or drop one."
        )


def _check_cells(series: pd.Series) -> None:
    """Refuse infinite cells, cells without a hash, and dtypes without support."""
    dtype = str(series.dtype)
    for word, way_out in _UNSUPPORTED.items():
        if dtype.startswith(word):
            raise TableError(
                f"Column {series.name!r} has dtype {dtype}, its first cell is "
                f"{series.iloc[0]!r}: {way_out}."
            )
    if series.dtype == object:
        if object_content(series) not in ("string", "boolean", "integer", "empty"):
            _check_objects(series)
    elif pd.api.types.is_float_dtype(series.dtype):
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        if np.isinf(values).any():
            _raise_infinite(series, np.isinf(values))


def _check_objects(series: pd.Series) -> None:
    """Refuse object cells that are infinite, complex or have no hash."""
    cells = series.tolist()
    infinite = np.array([_is_infinite(cell) for cell in cells])
    if infinite.any():
        _raise_infinite(series, infinite)
    if any(isinstance(cell, complex | np.complexfloating) for cell in cells):
        raise TableError(f"Column {series.name!r}: {_UNSUPPORTED['complex']}.")
    unhashable = np.array([not _has_hash(cell) for cell in cells])
    if unhashable.any():
        cell = series.iloc[int(np.argmax(unhashable))]
        raise TableError(
            f"Column {series.name!r} holds {int(unhashable.sum())} cell(s) of type "
            f"{type(cell).__name__}, the first is {first_example(series, unhashable)}; a cell "
            "must be one value such as a string or a number, so spread them over columns or turn "
            "them into text."
        )


def _is_infinite(cell: Any) -> bool:
    if isinstance(cell, Decimal):
        return cell.is_infinite()
    return isinstance(cell, float | np.floating) and bool(np.isinf(cell))


def _has_hash(cell: Any) -> bool:
    try:
        hash(cell)
    except TypeError:
        return False
    return True


def _raise_infinite(series: pd.Series, infinite: np.ndarray) -> None:
    raise TableError(
        f"Column {series.name!r} holds {int(infinite.sum())} infinite value(s), the first is "
        f"{first_example(series, infinite)}; replace them with a number or a missing value, as "
        "with table.replace([np.inf, -np.inf], np.nan)."
    )
