"""Numbers and dates written as text, and the form they are written in.

A number form shows how zero would be written in a spreadsheet: ``0``, ``#,##0`` with thousands
separators, ``0.00`` with two decimals, ``0.##`` with up to two, around them a currency sign or a
percent sign: ``$0.00``, ``0 %``. With a decimal comma they are ``0,00`` and ``#.##0,00``; what can
be read with a decimal point, as "1,234" can, has one. A column has a form only if every cell, read
and written back, is the very same text: "007" has none, nor has a column with one "n/a".
"""

import re

import numpy as np

from tabgan.exceptions import SchemaError
from tabgan.schema.dates import find_date_form, format_dates, is_date_form, parse_dates

__all__ = ["find_text_form", "format_texts", "is_date_form", "parse_texts"]

_SIGNS = "$€£¥"
_SPACE = "[ \u00a0\u202f]"
_NUMBER = re.compile(
    rf"-?([{_SIGNS}]{_SPACE}?)?(\d{{1,3}}(?:,\d{{3}})+|\d{{1,15}})(?:\.(\d{{1,8}}))?"
    rf"({_SPACE}?[%‰{_SIGNS}])?"
)
_FORM = re.compile(rf"([{_SIGNS}]{_SPACE}?)?(#,##0|0)(?:\.(0+|#+))?({_SPACE}?[%‰{_SIGNS}])?")
_MAX_DIGITS = 15
_SWAPPED = str.maketrans(".,", ",.")


def find_text_form(distinct: np.ndarray) -> str | None:
    """Return the form in which all texts are numbers or dates, or None.

    Examples
    --------
    >>> import numpy as np
    >>> find_text_form(np.array(["1,234", "17"], dtype=object))
    '#,##0'
    >>> find_text_form(np.array(["5 %", "12.5 %"], dtype=object))
    '0.# %'
    >>> find_text_form(np.array(["1.234,50 €", "7,25 €"], dtype=object))
    '#.##0,00 €'
    >>> find_text_form(np.array(["31/12/2024", "01/02/2024"], dtype=object))
    'DD/MM/YYYY'
    >>> find_text_form(np.array(["08001", "10115"], dtype=object)) is None
    True
    """
    if len(distinct) == 0 or not all(text[-1:].strip() for text in distinct[:5]):
        return None
    form = _find_number_form(distinct)
    return form or find_date_form(distinct)


def _find_number_form(distinct: np.ndarray) -> str | None:
    """Return the form in which all texts are numbers, or None."""
    form = _find_point_form(distinct[:5]) and _find_point_form(distinct)
    if form is not None or _find_point_form(_swap_marks(distinct[:5])) is None:
        return form
    form = _find_point_form(_swap_marks(distinct))
    # Three places behind each comma may be thousands that are not written everywhere.
    is_sure = any(re.search(r",(\d{1,2}|\d{4,})(?!\d)", text) for text in distinct)
    return form.translate(_SWAPPED) if form is not None and is_sure else None


def _swap_marks(texts: np.ndarray) -> np.ndarray:
    """Return texts with points for commas and commas for points."""
    swapped = np.empty(len(texts), dtype=object)
    swapped[:] = [text.translate(_SWAPPED) for text in texts]
    return swapped


def _find_point_form(distinct: np.ndarray) -> str | None:
    """Return the form with a decimal point in which all texts are numbers, or None."""
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
    prefix, whole, places, suffix, has_comma = _form_parts(form)
    plain = (_swap_marks(texts) if has_comma else texts).tolist()
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
    prefix, whole, places, suffix, has_comma = _form_parts(form)
    template = f"{{:{',' * (whole != '0')}.{len(places)}f}}".format
    texts = np.empty(len(distinct), dtype=object)
    for i, value in enumerate(distinct.tolist()):
        digits = template(abs(value))
        if places.startswith("#"):
            digits = digits.rstrip("0").rstrip(".")
        sign = "-" * (value < 0 and digits.strip("0.,") != "")
        digits = digits.translate(_SWAPPED) if has_comma else digits
        texts[i] = f"{sign}{prefix}{digits}{suffix}"
    return texts[codes]


def _form_parts(form: str) -> tuple[str, str, str, str, bool]:
    """Return prefix, whole part, places and suffix of a number form, and if it has a comma.

    The parts of a form with a decimal comma are those of the same form with a point.
    """
    match = _FORM.fullmatch(form)
    has_comma = match is None
    if has_comma:
        match = _FORM.fullmatch(form.translate(_SWAPPED))
        match = match if match is not None and match[3] else None
    if match is None:
        raise SchemaError(
            f"text_form={form!r} is no form of numbers such as '#,##0' or '0.00 %', and none of "
            "dates such as 'YYYY-MM-DD'."
        )
    prefix, whole, places, suffix = match.groups(default="")
    return prefix, whole, places, suffix, has_comma
