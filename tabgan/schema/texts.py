"""Recognise texts of single rows by their form: names, e-mail addresses, telephone numbers, ...

No dictionary is needed: the shape of the cells decides, and how often they repeat.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tabgan.schema.identifiers import MIN_IDENTIFIERS, shared_patterns, some_texts

__all__ = ["TEXT_FORMS", "TextForm", "TextShape", "find_text_shape", "text_shape"]

TextForm = Literal["name", "email", "phone", "url", "code", "words"]
TEXT_FORMS = ("name", "email", "phone", "url", "code", "words")

_FITTING_SHARE = 0.9
_DISTINCT_SHARE = 2 / 3
_COVERED_SHARE = 0.8
_GLANCE = 50
_LENGTHS = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500)

_EMAIL = re.compile(r"\s*[^@\s]+@[^@\s]+\.[^@\s.]{2,}\s*")
_URL = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*://|www\.)\S+\s*", re.IGNORECASE)
_PHONE = re.compile(r"\+?\(?\d[\d ()/.-]*\d(?: ?(?:x|ext\.?) ?\d+)?", re.IGNORECASE)
_PARTICLES = frozenset(
    "al bin da das de del della den der di do dos du el la le ten ter van von y zu zum zur".split()
)
_NAME_TOKEN = re.compile("[^\\W\\d_]+(?:[-'\u2019.][^\\W\\d_]*)*")
_EDGES = ".,()[]\"'"


@dataclass(frozen=True)
class TextShape:
    """What is learned of a column of texts.

    Parameters
    ----------
    form : {"name", "email", "phone", "url", "code", "words"}
        What they are.
    pattern : str, optional
        How telephone numbers and codes are written, or the order of names.
    n_words : int, optional
        Words of a typical text, rounded.
    """

    form: TextForm
    pattern: str | None = None
    n_words: int | None = None


def find_text_shape(distinct: np.ndarray, n_texts: int) -> TextShape | None:
    """Return the shape of texts that belong to single rows, None for keys and categories.

    A form is recognised if 90 % of the distinct texts have it. E-mail addresses are always made up.
    Everything else only where there are 20 distinct texts or more, and where they hardly repeat:
    more than two thirds as many as cells. So product names, cities or diagnoses that repeat stay
    categories, be they thousands, and so does a column of single words. Texts that are all
    different and are no name, address, telephone number or running text are keys
    (:class:`tabgan.schema.Identifier`).

    Examples
    --------
    >>> import numpy as np
    >>> mails = np.array([f"user{i}@shop.test" for i in range(20)], dtype=object)
    >>> find_text_shape(mails, 500)
    TextShape(form='email', pattern=None, n_words=None)
    >>> cities = np.array([f"New {chr(65 + i)}ville" for i in range(26)], dtype=object)
    >>> find_text_shape(cities, 500) is None
    True
    """
    if len(distinct) == 0:
        return None
    n_distinct, distinct = len(distinct), some_texts(distinct)
    if _are(_is_email, distinct):
        return TextShape("email")
    if n_distinct < MIN_IDENTIFIERS or n_distinct <= _DISTINCT_SHARE * n_texts:
        return None
    form = _find_form(distinct)
    if form is None or (form == "code" and n_distinct == n_texts):
        return None
    return text_shape(distinct, form)


def text_shape(distinct: np.ndarray, form: TextForm | None = None) -> TextShape:
    """Return the shape of texts of a form that is known, or else of the one that suits best."""
    distinct = some_texts(distinct)
    if form is None:
        form = (_find_form(distinct) if len(distinct) else None) or "words"
    if form in ("phone", "code"):
        default = "+99 999 999 99 99" if form == "phone" else "aaaaaaaa"
        return TextShape(form, pattern=shared_patterns(distinct)[0] or default)
    if form == "name":
        return TextShape(form, pattern=_name_pattern(distinct))
    if form == "words":
        median = float(np.median([len(text.split()) for text in distinct] or [1]))
        nearest = min(_LENGTHS, key=lambda length: abs(np.log(length / max(median, 1.0))))
        return TextShape(form, n_words=nearest)
    return TextShape(form)


def _find_form(distinct: np.ndarray) -> TextForm | None:
    """Return the form that nine tenths of some texts have, or None."""
    tests: tuple[tuple[TextForm, Callable[[str], bool]], ...] = (
        ("email", _is_email),
        ("url", _is_url),
        ("phone", _is_phone),
        ("name", _is_name),
        ("words", _runs_on),
    )
    for form, has_form in tests:
        if _are(has_form, distinct):
            return form
    has_digits = _are(lambda text: any(map(str.isdigit, text)), distinct)
    is_code = has_digits and shared_patterns(distinct)[1] >= _COVERED_SHARE * len(distinct)
    return "code" if is_code else None


def _are(has_form: Callable[[str], bool], texts: np.ndarray) -> bool:
    """Tell whether nine tenths of some texts have a form; a look at the first settles most."""
    parts = (texts[:_GLANCE], texts)
    return all(np.mean([has_form(text) for text in part]) >= _FITTING_SHARE for part in parts)


def _is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def _is_url(text: str) -> bool:
    return _URL.fullmatch(text) is not None


def _is_phone(text: str) -> bool:
    """Tell whether a text has 7 to 15 digits, in three groups or after a plus, 00 or bracket."""
    text = text.strip()
    is_written = text.startswith(("+", "00", "(")) or len(re.findall(r"\d+", text)) >= 3
    is_long = 7 <= sum(map(str.isdigit, text)) <= 15
    return is_written and is_long and _PHONE.fullmatch(text) is not None


def _is_name(text: str) -> bool:
    """Tell whether a text is two to nine words that are written as names are."""
    tokens = [token for token in (each.strip(_EDGES) for each in text.split()) if token]
    return 2 <= len(tokens) <= 9 and all(
        _NAME_TOKEN.fullmatch(token) and (token[0].isupper() or token in _PARTICLES)
        for token in tokens
    )


def _runs_on(text: str) -> bool:
    """Tell whether a text is two words or more, four fifths of their characters letters."""
    words = text.split()
    return len(words) >= 2 and sum(map(str.isalpha, text)) >= 0.8 * sum(map(len, words))


def _name_pattern(distinct: np.ndarray) -> str:
    """Return the order of first and last name, in capitals where most texts are."""
    n_comma = sum("," in text for text in distinct)
    n_upper = sum(text.isupper() for text in distinct)
    pattern = "Last, First" if 2 * n_comma > len(distinct) else "First Last"
    return pattern.upper() if 2 * n_upper > len(distinct) else pattern
