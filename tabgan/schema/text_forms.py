"""Numbers and dates written as text, and the form they are written in.

A number form shows how zero would be written in a spreadsheet: ``0``, ``#,##0`` with thousands
separators, ``0.00`` with two decimals, ``0.##`` with up to two, around them a currency sign or a
percent sign: ``$0.00``, ``0 %``. A column has a form only if every cell, read and written back, is
the very same text: "007" has none, nor has a column with one "n/a".
"""

import re

import numpy as np

from tabgan.exceptions import SchemaError
from tabgan.schema.dates import find_date_form, format_dates, is_date_form, parse_dates

__all__ = ["find_text_form", "format_texts", "is_date_form", "parse_texts"]

_SIGNS = "$€£¥"
_NUMBER = re.compile(
    rf"-?([{_SIGNS}] ?)?(\d{{1,3}}(?:,\d{{3}})+|\d{{1,15}})(?:\.(\d{{1,8}}))?( ?[%‰{_SIGNS}])?"
)
_FORM = re.compile(rf"([{_SIGNS}] ?)?(#,##0|0)(?:\.(0+|#+))?( ?[%‰{_SIGNS}])?")
_MAX_DIGITS = 15


def find_text_form(distinct: np.ndarray) -> str | None:
    """Return the form in which all texts are numbers or dates, or None.

    Examples
    --------
    >>> import numpy as np
    >>> find_text_form(np.array(["1,234", "17"], dtype=object))
    '#,##0'
    >>> find_text_form(np.array(["5 %", "12.5 %"], dtype=object))
    '0.# %'
    >>> find_text_form(np.array(["31/12/2024", "01/02/2024"], dtype=object))
    'DD/MM/YYYY'
    >>> find_text_form(np.array(["08001", "10115"], dtype=object)) is None
    True
    """
    if len(distinct) == 0 or not all(text[-1:].strip() for text in distinct[:5]):
        return None
    form = _find_number_form(distinct[:5]) and _find_number_form(distinct)
    return form or find_date_form(distinct)


def _find_number_form(distinct: np.ndarray) -> str | None:
    """Return the form in which all texts are numbers, or None."""
    signs: set[tuple[str, str]] = set()
    decimals: set[int] = set()
    grouped = False
    for text in distinct:
        match = _NUMBER.fullmatch(text)
        if match is None:
            return None
        prefix, digits, fraction, suffix = match.groups(default="")
        signs.add((prefix, suffix))
        decimals.add(len(fraction))
        grouped = grouped or "," in digits
        if len(signs) > 1 or len(digits) + len(fraction) > _MAX_DIGITS:
            return None
    ((prefix, suffix),) = signs
    places = ("0" if len(decimals) == 1 else "#") * max(decimals)
    form = f"{prefix}{'#,##0' if grouped else '0'}{'.' * bool(places)}{places}{suffix}"
    return (
        form if np.array_equal(format_texts(parse_texts(distinct, form), form), distinct) else None
    )


def parse_texts(texts: np.ndarray, form: str) -> np.ndarray:
    """Return texts of a form as int64, float64 or datetime64; ValueError if one is no such."""
    if is_date_form(form):
        return parse_dates(texts, form)
    prefix, whole, places, suffix = _form_parts(form)
    plain = texts.tolist()
    for mark in {prefix, suffix, "," * (whole != "0")} - {""}:
        plain = [text.replace(mark, "") for text in plain]
    return np.array(plain, dtype="U32").astype(np.float64 if places else np.int64)


def format_texts(values: np.ndarray, form: str) -> np.ndarray:
    """Return numbers or datetime64 values as texts of a form, an object array.

    Examples
    --------
    >>> import numpy as np
    >>> format_texts(np.array([1234.5, -2.0]), "$#,##0.00").tolist()
    ['$1,234.50', '-$2.00']
    """
    distinct, codes = np.unique(values, return_inverse=True)
    if is_date_form(form):
        return format_dates(distinct, form)[codes]
    prefix, whole, places, suffix = _form_parts(form)
    template = f"{{:{',' * (whole != '0')}.{len(places)}f}}".format
    texts = np.empty(len(distinct), dtype=object)
    for i, value in enumerate(distinct.tolist()):
        digits = template(abs(value))
        if places.startswith("#"):
            digits = digits.rstrip("0").rstrip(".")
        sign = "-" * (value < 0 and digits.strip("0.,") != "")
        texts[i] = f"{sign}{prefix}{digits}{suffix}"
    return texts[codes]


def _form_parts(form: str) -> tuple[str, str, str, str]:
    """Return prefix, whole part, decimal places and suffix of a number form."""
    match = _FORM.fullmatch(form)
    if match is None:
        raise SchemaError(
            f"text_form={form!r} is no form of numbers such as '#,##0' or '0.00 %', and none of "
            "dates such as 'YYYY-MM-DD'."
        )
    prefix, whole, places, suffix = match.groups(default="")
    return prefix, whole, places, suffix
