"""Cells of one Series as plain NumPy arrays, whatever its dtype, and dtypes as text.

The readers return the cells that are not missing, in row order. Text and categories come as
:class:`Choices`: a few distinct values and a code for each cell, so that work on text is done once
for each distinct value.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import TableError
from tabgan.schema.objects import read_objects

__all__ = [
    "Choices",
    "dtype_from_text",
    "dtype_to_text",
    "find_levels",
    "first_example",
    "is_text",
    "level_codes",
    "missing_cells",
    "object_content",
    "read_booleans",
    "read_choices",
    "read_numbers",
    "replace_columns",
]


@dataclass(frozen=True)
class Choices:
    """Values given by their distinct values.

    Parameters
    ----------
    distinct : ndarray of shape (n_distinct,), object
    codes : ndarray of shape (n_values,), int
        Position of each value in `distinct`.
    """

    distinct: np.ndarray
    codes: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)


def missing_cells(series: pd.Series) -> np.ndarray:
    """Return a boolean array that is true where a cell is missing."""
    return np.asarray(series.isna())


def replace_columns(frame: pd.DataFrame, columns: Mapping[int, Any]) -> pd.DataFrame:
    """Return a table with other columns in some places, each a Series; itself if there are none."""
    if not columns:
        return frame
    parts = {i: columns.get(i, series) for i, (_, series) in enumerate(frame.items())}
    joined = pd.DataFrame(parts, index=frame.index, copy=False)
    return joined.set_axis(frame.columns, axis=1)


def first_example(series: pd.Series, cells: np.ndarray) -> str:
    """Return "value in row label" of the first cell for which `cells` is true."""
    position = int(np.argmax(cells))
    return f"{_plain(series.iloc[position])!r} in row {_plain(series.index[position])!r}"


def _plain(value: Any) -> Any:
    """Return a NumPy scalar as the Python value it shows."""
    return value.item() if isinstance(value, np.generic) else value


def object_content(series: pd.Series) -> str:
    """Return what an object column holds, as pandas names it: "string", "mixed", "empty", ..."""
    content = pd.api.types.infer_dtype(series, skipna=True)
    # Some versions of pandas see a mixture in floats beside None.
    return content if content == "string" else pd.api.types.infer_dtype(series.dropna())


def is_text(series: pd.Series) -> bool:
    """Tell whether all cells are text; a category is not text."""
    if isinstance(series.dtype, pd.StringDtype):
        return True
    return series.dtype == object and object_content(series) == "string"


def read_numbers(series: pd.Series, missing: np.ndarray) -> np.ndarray:
    """Return the numbers as int64, uint64 or float64; None stays out.

    Raises TypeError, ValueError or OverflowError if a cell is no such number.
    """
    values = series[~missing] if missing.any() else series
    if series.dtype == object:
        decimals = read_objects(values, "f")
        if decimals is not None:
            return decimals
        array = np.asarray(values.tolist())
        if array.dtype.kind not in "biuf":
            raise TypeError(f"cells of type {array.dtype}")
        if array.dtype.kind == "f" and object_content(values) == "integer":
            raise OverflowError("whole numbers that no 64 bits hold")
    else:
        array = values.to_numpy(dtype=getattr(series.dtype, "numpy_dtype", None))
    if array.dtype.kind in "bi":
        return array.astype(np.int64, copy=False)
    if array.dtype.kind == "u":
        return array.astype(np.uint64 if array.dtype.itemsize == 8 else np.int64, copy=False)
    if array.dtype.kind == "f":
        return array.astype(np.float64, copy=False)
    raise TypeError(f"cells of type {array.dtype}")


def read_booleans(series: pd.Series, missing: np.ndarray) -> np.ndarray:
    """Return truth values of booleans, or of numbers that are 0 or 1; ValueError otherwise."""
    if series.dtype == object or isinstance(series.dtype, pd.CategoricalDtype):
        choices = read_choices(series, missing)
        if not all(value in (0, 1) for value in choices.distinct):
            raise ValueError("cells beside True and False")
        return choices.distinct.astype(bool)[choices.codes]
    numbers = read_numbers(series, missing)
    if not np.isin(numbers, (0, 1)).all():
        raise ValueError("cells beside 0 and 1")
    return numbers.astype(bool)


def read_choices(series: pd.Series, missing: np.ndarray) -> Choices:
    """Return the cells by their distinct values, in order of appearance (of the categories).

    Values that are equal but of different types, such as 1, True and 1.0, stay apart.
    """
    if isinstance(series.dtype, pd.CategoricalDtype):
        return _category_choices(series, missing)
    values = series[~missing] if missing.any() else series
    if series.dtype == object and object_content(values) not in ("string", "empty"):
        return _typed_choices(values)
    codes, distinct = pd.factorize(values)
    return Choices(_as_objects(distinct), codes)


def _category_choices(series: pd.Series, missing: np.ndarray) -> Choices:
    """Return the categories that occur, in their order."""
    codes = series.cat.codes.to_numpy()[~missing]
    occurring = np.flatnonzero(np.bincount(codes, minlength=len(series.cat.categories)))
    distinct = _as_objects(series.cat.categories)[occurring]
    return Choices(distinct, np.searchsorted(occurring, codes))


def _typed_choices(values: pd.Series) -> Choices:
    """Return distinct objects, told apart by type as well as by value."""
    positions: dict[tuple[type, Hashable], int] = {}
    codes = np.empty(len(values), np.int64)
    for row, value in enumerate(values):
        codes[row] = positions.setdefault((type(value), value), len(positions))
    return Choices(_as_objects([value for _, value in positions]), codes)


def _as_objects(values: Any) -> np.ndarray:
    """Return a one-dimensional object array of Python values."""
    array = np.empty(len(values), dtype=object)
    array[:] = values.tolist() if hasattr(values, "tolist") else list(values)
    return array


def find_levels(levels: Any, values: Any) -> np.ndarray:
    """Return the position of each value among the levels, int32; -1 for one that is not there.

    Values are compared by type too where equal levels differ in type, such as 1, True and 1.0.

    Examples
    --------
    >>> find_levels(["a", 1], [1, 1.0, "b"]).tolist(), find_levels([1, True], [True]).tolist()
    ([1, 1, -1], [1])
    """
    positions: dict[Any, int] = {level: position for position, level in enumerate(levels)}
    if len(positions) == len(levels):
        return np.array([positions.get(value, -1) for value in values], dtype=np.int32)
    positions = {(type(level), level): position for position, level in enumerate(levels)}
    return np.array([positions.get((type(value), value), -1) for value in values], dtype=np.int32)


def dtype_to_text(dtype: Any) -> str:
    """Return a pandas dtype as text that :func:`dtype_from_text` understands.

    Examples
    --------
    >>> import pandas as pd
    >>> dtype_to_text(pd.CategoricalDtype([1, 2]))
    'category[int64]'
    """
    if isinstance(dtype, pd.CategoricalDtype):
        return f"category[{dtype_to_text(dtype.categories.dtype)}]"
    if isinstance(dtype, pd.StringDtype):
        if str(dtype) == "str":
            return "str"
        return str(dtype) if dtype == pd.StringDtype() else f"string[{dtype.storage}]"
    return str(dtype)


def dtype_from_text(text: str, *, levels: Any = None, ordered: bool = False) -> Any:
    """Return the pandas dtype that `text` names; `levels` are the categories of a category."""
    if text.startswith("category"):
        categories = text.removeprefix("category").removeprefix("[").removesuffix("]")
        dtype = dtype_from_text(categories) if categories else None
        index = pd.Index(list(levels or ()), dtype=dtype, tupleize_cols=False)
        return pd.CategoricalDtype(index, ordered=ordered)
    if text.startswith("object"):
        return np.dtype(object)
    try:
        return pd.api.types.pandas_dtype(text)
    except TypeError as error:
        raise TableError(f"pandas {pd.__version__} knows no dtype {text!r}.") from error


def level_codes(series: pd.Series) -> np.ndarray:
    """Return the position of each cell's value among those that occur; missing comes last."""
    missing = missing_cells(series)
    choices = read_choices(series, missing)
    codes = np.full(len(series), len(choices.distinct), np.int64)
    codes[~missing] = choices.codes
    return codes
