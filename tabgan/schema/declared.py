"""Refuse cells that a declared grid does not hold: decimals, a step, a resolution."""

import numpy as np
import pandas as pd

from tabgan.exceptions import SchemaError
from tabgan.schema.cells import first_example
from tabgan.schema.columns import Column, Continuous, Datetime, Duration, Integer
from tabgan.schema.rules import UNITS, lies_on_grid, stored_in

__all__ = ["check_grid"]


def check_grid(
    series: pd.Series, missing: np.ndarray, values: np.ndarray, declared: Column
) -> None:
    """Refuse values beside the grid of a column, as far as one is declared.

    Parameters
    ----------
    series : Series
    missing : ndarray of shape (n_rows,), bool
    values : ndarray of shape (n_values,)
        The numbers or instants of the cells that are not missing.
    declared : Column

    Raises
    ------
    SchemaError
        Naming the field, the number of cells and the first.
    """
    setting: int | str
    if isinstance(declared, Continuous) and declared.decimals is not None:
        field, setting = "decimals", declared.decimals
        numbers = values.astype(np.float64)
        stored = stored_in(series.dtype) or "float64"
        beside = ~lies_on_grid(numbers, declared.decimals, float(np.finfo(stored).eps))
        if stored != "float64":  # where a step is a few units in the last place
            beside &= np.round(numbers, declared.decimals).astype(stored) != numbers
    elif isinstance(declared, Integer) and declared.step is not None:
        field, setting = "step", declared.step
        beside = values % declared.step != 0
    elif isinstance(declared, Datetime | Duration) and declared.resolution is not None:
        field, setting = "resolution", declared.resolution
        unit = UNITS[declared.resolution]
        beside = values.astype(f"{values.dtype.kind}8[{unit}]") != values
    else:
        return
    if not beside.any():
        return
    cells = np.zeros(len(series), bool)
    cells[~missing] = beside
    raise SchemaError(
        f"Column {series.name!r} is declared with {field}={setting!r}, but {int(beside.sum())} "
        f"cell(s) do not lie on that grid, the first is {first_example(series, cells)}; leave "
        f"{field} out to have it learned, or round the cells."
    )
