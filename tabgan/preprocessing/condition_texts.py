"""Conditions as text, as a command line has them: ``a``, ``a|b``, ``10..20``."""

from typing import Any

import numpy as np
import pandas as pd

from tabgan.preprocessing.wanted import MISSING, Between
from tabgan.schema import (
    Boolean,
    Categorical,
    Column,
    Constant,
    Continuous,
    Datetime,
    Duration,
    Integer,
)

__all__ = ["condition_from_text"]

_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def condition_from_text(text: str, column: Column) -> Any:
    """Read what is asked of a column from text.

    Parameters
    ----------
    text : str
        A value as the table shows it; several, divided by ``|``; an interval ``low..high``, of
        which one end may be left out; nothing for a missing cell.
    column : Column

    Returns
    -------
    wanted : object
        As :meth:`tabgan.TabularGAN.sample` takes it. What cannot be read stays text, which the
        column then refuses.

    Examples
    --------
    >>> from tabgan.schema import Categorical, Integer
    >>> condition_from_text("10..20", Integer())
    Between(low=10, high=20)
    >>> condition_from_text("a|b", Categorical(levels=("a", "b")))
    ['a', 'b']
    """
    if text == "":
        return MISSING
    value = _value(text, column)
    if isinstance(column, Categorical | Constant) and not isinstance(value, str):
        return value
    if text in (getattr(column, "levels", None) or ()):
        return text
    if "|" in text:
        return [MISSING if part == "" else _value(part, column) for part in text.split("|")]
    low, dots, high = text.partition("..")
    if dots and (low or high):
        return Between(*(_value(end, column) if end else None for end in (low, high)))
    return value


def _value(text: str, column: Column) -> Any:
    """One value of the column's kind, or the text itself if it is none."""
    if column.text_form is not None:
        return text
    if isinstance(column, Categorical | Constant):
        levels = getattr(column, "levels", None) or (getattr(column, "value", None),)
        return next((level for level in levels if str(level) == text), text)
    if isinstance(column, Boolean):
        return _TRUTH.get(text.casefold(), text)
    try:
        if isinstance(column, Integer):
            return int(text)
        if isinstance(column, Continuous):
            return float(text) if np.isfinite(float(text)) else text
        if isinstance(column, Duration):
            return pd.Timedelta(text)
        is_period = (column.dtype or "").startswith("period")
        return pd.Timestamp(text) if isinstance(column, Datetime) and not is_period else text
    except ValueError:
        return text
