"""Give the cells of a text column the type that writes them back unchanged."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from tabgan.schema.text_forms import find_text_form

__all__ = ["MISSING_TOKENS", "type_cells"]

MISSING_TOKENS = frozenset(
    [
        "NA",
        "N/A",
        "n/a",
        "#N/A",
        "<NA>",
        "NaN",
        "nan",
        "-nan",
        "NULL",
        "null",
        "None",
        "none",
        "NaT",
    ]
)
"""Words for a missing cell, besides an empty one, in columns of numbers, dates and codes."""

_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_NUMBER = re.compile(
    r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    r"|[+-]?(?:inf|Inf|INF|infinity|Infinity)"
)
_DIGIT = re.compile(r"[0-9]")
_INT64 = np.iinfo(np.int64)


def type_cells(distinct: Sequence[str], codes: np.ndarray) -> pd.Series:
    """Turn text cells into numbers where nothing is lost by it.

    Parameters
    ----------
    distinct : sequence of str
        The different texts of the column.
    codes : ndarray of int of shape (n_rows,)
        Position in `distinct` of every cell.

    Returns
    -------
    column : Series
        int64; Int64 for integers with missing cells; float64; or else text, with NaN where a cell
        is missing. An empty cell is always missing. One of :data:`MISSING_TOKENS` is missing where
        every other cell holds a digit: among words it is a word, as "NA" is Namibia.

    Examples
    --------
    >>> type_cells(["7", "NA", "12"], np.array([0, 1, 2])).tolist()
    [7, <NA>, 12]
    >>> type_cells(["0042", "0107"], np.array([0, 1])).tolist()
    ['0042', '0107']
    >>> type_cells(["DE", "NA", ""], np.array([0, 1, 2])).tolist()
    ['DE', 'NA', nan]
    """
    is_missing = _find_missing(distinct)
    present = [text for text, missing in zip(distinct, is_missing, strict=True) if not missing]
    kind = _kind(present)
    if kind == "integer":
        numbers = np.array([0 if m else int(t) for t, m in zip(distinct, is_missing, strict=True)])
        column = pd.Series(numbers.astype(np.int64)[codes])
        cells = is_missing[codes]
        return column.astype("Int64").mask(cells) if cells.any() else column
    if kind == "float" or not present:
        floats = [np.nan if m else float(t) for t, m in zip(distinct, is_missing, strict=True)]
        return pd.Series(np.array(floats, dtype=np.float64)[codes], dtype=np.float64)
    texts = np.empty(len(distinct), dtype=object)
    texts[:] = [np.nan if m else t for t, m in zip(distinct, is_missing, strict=True)]
    return pd.Series(texts[codes])


def _find_missing(distinct: Sequence[str]) -> np.ndarray:
    """Tell which texts stand for a missing cell."""
    others = [text for text in distinct if text and text not in MISSING_TOKENS]
    tokens = MISSING_TOKENS if all(map(_DIGIT.search, others)) else frozenset()
    return np.array([text == "" or text in tokens for text in distinct], dtype=bool)


def _kind(present: Sequence[str]) -> str:
    """Return "integer", "float" or "text"."""
    if not all(map(_NUMBER.fullmatch, present)):
        return "text"
    if all(map(_INTEGER.fullmatch, present)):
        # A longer run of digits is a key: as a float it would lose some of them.
        fits = all(_INT64.min <= int(text) <= _INT64.max for text in present if len(text) > 18)
        return "integer" if fits and max(map(len, present), default=0) <= 20 else "text"
    if list(map(repr, map(float, present))) == list(present):
        return "float"
    # "12.50", or "3" beside "1.5": as floats they would be written 12.5 and 3.0.
    return "float" if find_text_form(np.array(present, dtype=object)) is None else "text"
