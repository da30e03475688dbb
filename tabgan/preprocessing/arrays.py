"""Decoded values as arrays of a column's own dtype."""

from typing import Any

import numpy as np
import pandas as pd

from tabgan.schema import Column
from tabgan.schema.cells import dtype_from_text

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
    text = column.dtype or "object"
    dtype = dtype_from_text(
        text,
        levels=getattr(column, "levels", None),
        ordered=bool(getattr(column, "ordered", False)),
    )
    if missing is not None and not missing.any():
        missing = None
    if isinstance(dtype, pd.DatetimeTZDtype):
        instants = pd.DatetimeIndex(_with_missing(values, missing, column, dtype)[0])
        zoned = instants if instants.tz is not None else instants.tz_localize("UTC")
        return zoned.as_unit(dtype.unit).tz_convert(dtype.tz).array
    if isinstance(dtype, np.dtype) and dtype.kind != "O":
        return _to_numpy(values, missing, column, dtype)
    cells, missing = _with_missing(values, missing, column, dtype)
    if isinstance(dtype, np.dtype):
        return cells
    array = pd.array(cells, dtype=dtype)
    if missing is not None:
        array[missing] = pd.NA
    return array


def _to_numpy(
    values: np.ndarray, missing: np.ndarray | None, column: Column, dtype: np.dtype
) -> np.ndarray:
    """Return values as a NumPy array; integers that outgrow their dtype get a wider one."""
    if dtype.kind in "iu" and len(values) and values.dtype.kind in "iu":
        limits = np.iinfo(dtype)
        if values.min() < limits.min or values.max() > limits.max:
            dtype = values.dtype
    cells = values.astype(dtype)
    if missing is not None:
        cells[missing] = _MARKERS[column.missing_marker or "nan"]
    return cells


def _with_missing(
    values: np.ndarray, missing: np.ndarray | None, column: Column, dtype: Any
) -> tuple[Any, np.ndarray | None]:
    """Return values that pandas takes for the dtype, and the cells that still have to be blanked."""
    if values.dtype.kind in "biuf" and not isinstance(dtype, np.dtype | pd.CategoricalDtype):
        return values, missing
    if values.dtype.kind == "M":
        instants = pd.Series(values)
        if missing is not None:
            instants[missing] = pd.NaT
        return (
            instants.array
            if not isinstance(dtype, np.dtype)
            else instants.astype(object).to_numpy()
        ), None
    cells = values.astype(object)
    if missing is not None:
        marker = _MARKERS[column.missing_marker or "nan"]
        cells[missing] = marker if isinstance(dtype, np.dtype) else None
    return cells, None
