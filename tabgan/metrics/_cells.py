"""Read one column of several tables in one form."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import SchemaError
from tabgan.schema.cells import is_text
from tabgan.schema.rules import find_decimals
from tabgan.schema.text_forms import find_text_form, is_date_form, parse_texts

__all__ = ["level_codes", "read_numbers"]


def read_numbers(
    columns: Mapping[str, pd.Series], kind: str, same_decimals: bool
) -> list[np.ndarray]:
    """Return a numeric column of each table as float64, perhaps at the first table's decimals.

    Numbers and dates written as text are read in the form that the first table shows. Dates become
    microseconds since 1970. A missing cell is NaN.
    """
    form = _text_form(next(iter(columns.values())), dates=kind == "datetime")
    arrays = [_read(series, name, kind, form) for name, series in columns.items()]
    if same_decimals:
        digits = find_decimals(np.unique(arrays[0][~np.isnan(arrays[0])]))
        if digits is not None:
            # Coarser grids than whole numbers are content, not form.
            arrays = [np.round(array, max(digits, 0)) for array in arrays]
    # Adding zero turns -0.0 into 0.0.
    return [array + 0.0 for array in arrays]


def level_codes(columns: Sequence[pd.Series]) -> tuple[list[np.ndarray], list[str], bool]:
    """Return a column of each table as codes over the union of levels, the levels, and a flag.

    Levels are compared as text, so that ``1``, ``1.0`` and ``"1"`` are one level, and so are
    ``True`` and ``"True"``. If the flag is true one more code, the last, is a missing cell's.
    """
    factorized = [pd.factorize(series, use_na_sentinel=True) for series in columns]
    texts = [[_level_text(level) for level in levels] for _, levels in factorized]
    occurring = sorted({text for own in texts for text in own})
    codes_by_text = {text: code for code, text in enumerate(occurring)}
    has_missing = any((codes < 0).any() for codes, _ in factorized)
    arrays = []
    for (codes, _), own in zip(factorized, texts, strict=True):
        lookup = [*(codes_by_text[text] for text in own), len(occurring)]
        arrays.append(np.array(lookup, dtype=np.int32)[codes])
    return arrays, occurring, bool(has_missing)


def _level_text(level: Any) -> str:
    """Return a level as text, the same for an integer and a float of equal value."""
    if isinstance(level, float | np.floating) and float(level).is_integer():
        return str(int(level))
    return str(level)


def _text_form(series: pd.Series, *, dates: bool) -> str | None:
    """Return the form of a text column's numbers or dates, if it is one and has one."""
    if not is_text(series):
        return None
    form = find_text_form(series.dropna().unique().astype(object))
    return form if form is not None and is_date_form(form) == dates else None


def _read(series: pd.Series, table_name: str, kind: str, form: str | None) -> np.ndarray:
    """Return a column as float64; what cannot be read is refused."""
    if form is not None and is_text(series):
        return _read_texts(series, table_name, form)
    if kind == "datetime" and not pd.api.types.is_numeric_dtype(series.dtype):
        return _read_instants(series, table_name)
    array = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    _refuse(series, np.isnan(array) & series.notna().to_numpy(), table_name, "a number")
    return array


def _read_instants(series: pd.Series, table_name: str) -> np.ndarray:
    """Return dates as microseconds since 1970, in UTC."""
    options = {"format": "ISO8601"} if is_text(series) else {}
    read = pd.to_datetime(series, errors="coerce", utc=True, **options)
    instants = read.dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    missing = np.isnat(instants)
    _refuse(series, missing & series.notna().to_numpy(), table_name, "a date")
    return np.where(missing, np.nan, instants.astype(np.int64).astype(np.float64))


def _read_texts(series: pd.Series, table_name: str, form: str) -> np.ndarray:
    """Return numbers or dates written as text."""
    codes, distinct = pd.factorize(series, use_na_sentinel=True)
    texts = np.asarray(distinct, dtype=object)
    read = np.full(len(texts) + 1, np.nan)
    try:
        read[:-1] = _as_floats(parse_texts(texts, form))
    except ValueError:
        wrong = np.array([not _has_form(text, form) for text in texts] + [False])
        _refuse(series, wrong[codes], table_name, f"of the form {form!r}")
    return read[codes]


def _as_floats(values: np.ndarray) -> np.ndarray:
    """Return numbers as they are and dates as microseconds."""
    return values.astype("datetime64[us]").astype(np.int64) if values.dtype.kind == "M" else values


def _has_form(text: str, form: str) -> bool:
    try:
        parse_texts(np.array([text], dtype=object), form)
    except ValueError:
        return False
    return True


def _refuse(series: pd.Series, wrong: np.ndarray, table_name: str, wanted: str) -> None:
    """Raise if some cells of a column are not what its kind says."""
    if wrong.any():
        raise SchemaError(
            f"Column {series.name!r} of the {table_name} table: {int(wrong.sum())} cell(s) are not "
            f"{wanted}, the first is {series[wrong].iloc[0]!r}. Convert the column, or declare it "
            f"with schema={{{series.name!r}: 'categorical'}}."
        )
