"""Decoded values as arrays of a column's own dtype."""

from typing import Any

import numpy as np
import pandas as pd

from tabgan.schema import Column
from tabgan.schema.cells import dtype_from_text
from tabgan.schema.objects import write_objects

__all__ = ["to_array"]

_MARKERS = {"nan": np.nan, "none": None, "nat": pd.NaT, "na": pd.NA}


def to_array(values: np.ndarray, missing: np.ndarray | None, column: Column) -> Any:
    """Return values as an array of the column's dtype, with its missing marker where missing.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
        Of any dtype; what stands in missing cells does not matter.
    missing : ndarray of shape (n_rows,), bool, or None
    column : Column
    """
    dtype = dtype_from_text(
        column.dtype or "object",
        levels=getattr(column, "levels", None),
        ordered=bool(getattr(column, "ordered", False)),
    )
    if missing is None:
        missing = np.zeros(len(values), bool)
    if isinstance(dtype, pd.PeriodDtype) and values.dtype.kind == "M":
        return _to_periods(values, missing, dtype)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return _to_zoned(values, missing, dtype, is_local=getattr(column, "resolution", "") == "D")
    if isinstance(dtype, np.dtype) and dtype.kind != "O":
        return _to_numpy(values, missing, dtype)
    if isinstance(dtype, np.dtype):
        cells = write_objects(values, column.dtype or "")
        marker = _MARKERS[column.missing_marker or "none"]
        return _to_objects(values if cells is None else cells, missing, marker)
    if isinstance(dtype, pd.CategoricalDtype) or values.dtype.kind not in "biuf":
        return pd.array(_to_objects(values, missing, None), dtype=dtype)
    array = pd.array(values, dtype=dtype)
    array[missing] = pd.NA
    return array


def _to_periods(values: np.ndarray, missing: np.ndarray, dtype: pd.PeriodDtype) -> Any:
    """Return counts of a frequency's units as periods."""
    array = pd.PeriodIndex.from_ordinals(values.astype(np.int64), freq=dtype.freq).array.copy()
    array[missing] = pd.NaT
    return array


def _to_zoned(
    values: np.ndarray, missing: np.ndarray, dtype: pd.DatetimeTZDtype, *, is_local: bool
) -> Any:
    """Return instants as those of a time zone; whole days are local dates, the rest is UTC."""
    instants = pd.DatetimeIndex(_to_objects(values, missing, pd.NaT) if missing.any() else values)
    if instants.tz is None and is_local:
        first = np.ones(len(instants), bool)
        instants = instants.tz_localize(dtype.tz, ambiguous=first, nonexistent="shift_forward")
    elif instants.tz is None:
        instants = instants.tz_localize("UTC")
    return instants.tz_convert(dtype.tz).as_unit(dtype.unit).array


def _to_numpy(values: np.ndarray, missing: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return values as a NumPy array; integers that outgrow their dtype get a wider one."""
    if dtype.kind == "M":
        cells = pd.DatetimeIndex(values).to_numpy(copy=True).astype(dtype)
        cells[missing] = np.datetime64("NaT")
        return cells
    if dtype.kind == "m":
        cells = _to_timedeltas(values, dtype)
        cells[missing] = np.timedelta64("NaT")
        return cells
    if dtype.kind in "iu" and len(values) and values.dtype.kind in "iu":
        limits = np.iinfo(dtype)
        if values.min() < limits.min or values.max() > limits.max:
            dtype = values.dtype
    cells = values.astype(dtype)
    if dtype.kind == "f":
        cells[missing] = np.nan
    return cells


def _to_timedeltas(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return timedelta64 values or Timedelta objects as a dtype of timedelta64."""
    if values.dtype.kind == "O":
        spans = [np.timedelta64("NaT") if pd.isna(each) else each.asm8 for each in values]
        return np.array([span.astype(dtype) for span in spans], dtype)
    return values.astype(dtype)


def _to_objects(values: np.ndarray, missing: np.ndarray, marker: Any) -> np.ndarray:
    """Return values as Python objects, with the marker where missing."""
    if values.dtype.kind in "mM":
        cells = pd.Series(values).astype(object).to_numpy(copy=True)
    else:
        cells = values.astype(object)
    cells[missing] = marker
    return cells
