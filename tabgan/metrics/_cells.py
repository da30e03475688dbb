"""Read one column of several tables in one form."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import SchemaError
from tabgan.schema.cells import is_text
from tabgan.schema.learn import read_dates, read_durations
from tabgan.schema.rules import find_decimals
from tabgan.schema.text_forms import find_text_form, is_date_form, parse_texts

__all__ = ["coerce", "level_codes", "read_numbers"]


def read_numbers(
    columns: Mapping[str, pd.Series], kind: str, same_decimals: bool
) -> list[np.ndarray]:
    """Return a numeric column of each table as float64, perhaps at the first table's decimals.

    Numbers and dates written as text are read in the form that the first table shows. Dates become
    microseconds since 1970, durations seconds. A missing cell is NaN.
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
    array = coerce(series, kind)
    wanted = {"datetime": "a date", "duration": "a duration"}.get(kind, "a number")
    _refuse(series, np.isnan(array) & series.notna().to_numpy(), table_name, wanted)
    return array


def coerce(series: pd.Series, kind: str) -> np.ndarray:
    """Return a column that is in no form of text as float64, NaN where a cell is not of the kind.

    Instants become microseconds since 1970, in UTC, periods the instant at their start, and
    durations seconds; numbers are taken for such.
    """
    if not pd.api.types.is_numeric_dtype(series.dtype):
        if kind == "duration":
            return _coerce_durations(series)
        if kind == "datetime":
            return _coerce_instants(series)
    return pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _coerce_instants(series: pd.Series) -> np.ndarray:
    present = series.notna().to_numpy()
    array = np.full(len(series), np.nan)
    try:
        if is_text(series):
            raise TypeError("texts are read one by one")
        instants = read_dates(series, ~present, None)
    except (TypeError, ValueError, OverflowError):
        options = {"format": "ISO8601"} if is_text(series) else {}
        read = pd.to_datetime(series, errors="coerce", utc=True, **options)
        present = read.notna().to_numpy()
        instants = read[present].dt.tz_localize(None).to_numpy()
    array[present] = instants.astype("M8[us]").astype(np.int64)
    return array


def _coerce_durations(series: pd.Series) -> np.ndarray:
    present = series.notna().to_numpy()
    array = np.full(len(series), np.nan)
    try:
        array[present] = read_durations(series, ~present) / np.timedelta64(1, "s")
    except (TypeError, ValueError, OverflowError):
        return array
    return array


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
