"""Guess what kind a column is of."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from tabgan.schema.cells import (
    Choices,
    is_text,
    missing_cells,
    object_content,
    read_choices,
    read_numbers,
)
from tabgan.schema.columns import KINDS, Categorical, Column, Constant, Identifier, Text
from tabgan.schema.identifiers import MIN_IDENTIFIERS, are_uuids, is_counter, is_number_key
from tabgan.schema.objects import object_dtype
from tabgan.schema.text_forms import find_text_form, is_date_form, parse_texts
from tabgan.schema.texts import find_text_shape

__all__ = ["guess", "is_constant"]

_OBJECT_KINDS = {
    "boolean": "boolean",
    "integer": "integer",
    "floating": "continuous",
    "date": "datetime",
    "datetime": "datetime",
    "Timestamp": "datetime",
    "time": "duration",
    "timedelta": "duration",
    "Timedelta": "duration",
    "decimal": "continuous",
}
_EXACT_FLOAT = 2.0**53
_GLANCE_ROWS = 1000


def guess(series: pd.Series) -> Column:
    """Return a column of the kind that suits best, its fields open but for the text form."""
    missing = missing_cells(series)
    is_category = isinstance(series.dtype, pd.CategoricalDtype)
    is_empty = bool(missing.all())
    if not is_category and (is_empty or (not missing.any() and is_constant(series))):
        return Constant()
    if not is_category and is_text(series):
        return _guess_text(read_choices(series, missing), series.name)
    return KINDS[_guess_kind(series, missing)]()


def _guess_kind(series: pd.Series, missing: np.ndarray) -> str:
    """Return the kind of a column that is not text."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        return "categorical"
    if series.dtype == object:
        return _guess_object_kind(series, missing)
    if pd.api.types.is_bool_dtype(series.dtype):
        return "boolean"
    if isinstance(series.dtype, pd.DatetimeTZDtype | pd.PeriodDtype) or series.dtype.kind == "M":
        return "datetime"
    if series.dtype.kind == "m":
        return "duration"
    if pd.api.types.is_numeric_dtype(series.dtype):
        return _guess_number_kind(read_numbers(series, missing), series.name)
    return "categorical"


def is_constant(series: pd.Series) -> bool:
    """Tell whether all cells are equal, and of one type."""
    first = series.iloc[0]
    if series.dtype == object:
        return all(type(cell) is type(first) and cell == first for cell in series)
    return bool((series == first).all())


def _guess_object_kind(series: pd.Series, missing: np.ndarray) -> str:
    """Return the kind of cells that are Python objects; a mixture is categorical, kept as it is."""
    values = series[~missing]
    kind = _OBJECT_KINDS.get(_content(values), "categorical")
    if kind in ("integer", "continuous"):
        if values.map(type).nunique() > 1:
            return "categorical"
        try:
            numbers = read_numbers(series, missing)
        except (TypeError, OverflowError):
            return "categorical"
        # Whole floats stay floats: as objects they have no dtype to turn them back.
        return kind if kind == "continuous" else _guess_number_kind(numbers, series.name)
    if kind == "categorical" and _has_unique_uuids(series, missing):
        return "identifier"
    return kind


def _content(values: pd.Series) -> str:
    """Return what objects are: a type that is modelled as what it is, or what pandas finds."""
    name = object_dtype(values)
    if name is None:
        found = object_content(values)
        return found if found in ("boolean", "integer", "floating") else "levels"
    return name.removeprefix("object[").partition("(")[0].removesuffix("]")


def _has_unique_uuids(series: pd.Series, missing: np.ndarray) -> bool:
    """Tell whether the cells are UUID objects that all differ."""
    cells = series[~missing].tolist()
    is_key = len(cells) >= MIN_IDENTIFIERS and are_uuids(cells)
    return is_key and len(set(cells)) == len(cells)


def _guess_number_kind(numbers: np.ndarray, name: Hashable) -> str:
    """Return the kind of numbers: whole ones that count the rows, or are keys, identify them."""
    if numbers.dtype.kind == "f":
        is_whole = bool(np.all(np.abs(numbers) <= _EXACT_FLOAT) and np.all(numbers % 1 == 0))
        return "integer" if is_whole else "continuous"
    if len(numbers) < MIN_IDENTIFIERS or len(np.unique(numbers[:_GLANCE_ROWS])) < min(
        len(numbers), _GLANCE_ROWS
    ):
        return "integer"
    distinct = np.unique(numbers)
    is_key = is_counter(distinct, len(numbers)) or is_number_key(distinct, len(numbers), name)
    return "identifier" if is_key else "integer"


def _guess_text(texts: Choices, name: Hashable) -> Column:
    """Return the kind of text: numbers and dates, texts of single rows, keys, or levels."""
    form = find_text_form(texts.distinct)
    if form is not None:
        values = parse_texts(texts.distinct, form)
        is_date = is_date_form(form)
        kind = "datetime" if is_date else _guess_number_kind(values[texts.codes], name)
        return KINDS[kind](text_form=form)
    shape = find_text_shape(texts.distinct, len(texts))
    if shape is not None:
        return Text(form=shape.form)
    if len(texts) >= MIN_IDENTIFIERS and len(texts.distinct) == len(texts):
        return Identifier()
    return Categorical()
