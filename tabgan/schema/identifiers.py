"""The form of identifiers: counters, and texts of one pattern of letters and digits."""

import re

import numpy as np

__all__ = ["MIN_IDENTIFIERS", "counter_form", "is_counter", "pattern_form"]

MIN_IDENTIFIERS = 20
_SHARED_ROWS = 5
_CLASSES = ((re.compile(r"[A-Z]"), "A"), (re.compile(r"[a-z]"), "a"), (re.compile(r"[0-9]"), "9"))


def is_counter(distinct: np.ndarray, n_values: int) -> bool:
    """Tell whether sorted distinct integers count on by one, each occurring once."""
    if n_values < MIN_IDENTIFIERS or len(distinct) != n_values:
        return False
    return int(distinct[-1]) - int(distinct[0]) == n_values - 1


def counter_form(smallest: int) -> str:
    """Return the form of a counter: it starts at 0 or 1, or at the power of ten below.

    Examples
    --------
    >>> counter_form(1), counter_form(10234)
    ('counter:1', 'counter:10000')
    """
    start = smallest if smallest in (0, 1) else 10 ** (len(str(abs(smallest))) - 1)
    return f"counter:{start}"


def pattern_form(texts: np.ndarray) -> str:
    """Return the pattern that most texts share, or small letters if fewer than 5 share one.

    Examples
    --------
    >>> import numpy as np
    >>> pattern_form(np.array([f"AB-{i}" for i in range(100, 130)], dtype=object))
    'pattern:AA-999'
    """
    patterns, counts = np.unique([_pattern(text) for text in texts], return_counts=True)
    best = int(np.argmax(counts))
    if counts[best] >= _SHARED_ROWS:
        return f"pattern:{patterns[best]}"
    return "pattern:" + "a" * int(np.clip(np.median([len(text) for text in texts]), 8, 40))


def _pattern(text: str) -> str:
    """Return the text with each letter and digit replaced by its class."""
    return "".join(_character_class(character) for character in text)


def _character_class(character: str) -> str:
    for members, name in _CLASSES:
        if members.match(character):
            return name
    if character.isalpha():
        return "A" if character.isupper() else "a"
    return "9" if character.isdigit() else character
