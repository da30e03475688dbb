"""Identifiers: made up anew, unique, in the form of the original, and never copied from it."""

import math
import re
import string

import numpy as np

from tabgan.exceptions import SchemaError

__all__ = ["make_identifiers"]

_ALPHABETS = {"A": string.ascii_uppercase, "a": string.ascii_lowercase, "9": string.digits}
_FORM = re.compile(r"counter:(-?\d+)|pattern:(.+)", re.DOTALL)
_SPARE = 4


def make_identifiers(form: str, rows: np.ndarray, key: int) -> np.ndarray:
    """Return the identifiers of some rows of a sample.

    Parameters
    ----------
    form : str
        ``"counter:1"`` or ``"pattern:Aa9"``; see :class:`tabgan.schema.Identifier`.
    rows : ndarray of shape (n_rows,), int64
        Numbers of the rows in the whole sample: different rows get different identifiers.
    key : int
        Different keys give patterns in a different order.

    Returns
    -------
    identifiers : ndarray of shape (n_rows,), int64 or object
        Whole numbers for a counter, texts for a pattern.

    Examples
    --------
    >>> import numpy as np
    >>> make_identifiers("counter:1", np.arange(3), 0).tolist()
    [1, 2, 3]
    >>> made = make_identifiers("pattern:AA-999", np.arange(1000), 0)
    >>> len(set(made)), len(made[0])
    (1000, 6)
    """
    match = _FORM.fullmatch(form)
    if match is None:
        raise SchemaError(
            f"An identifier has the form {form!r}; give one such as 'counter:1' or 'pattern:AA-999'."
        )
    start, pattern = match.groups()
    return rows + int(start) if pattern is None else _make_texts(pattern, rows, key)


def _make_texts(pattern: str, rows: np.ndarray, key: int) -> np.ndarray:
    """Write each row's number in the mixed radix of the pattern, after a walk over all numbers."""
    last_row = int(rows.max(initial=0))
    while (capacity := _capacity(pattern)) <= _SPARE * last_row:
        pattern = _longer(pattern)
    generator = np.random.default_rng(key)
    offset, stride = (int(n) for n in generator.integers(0, 2**62, size=2))
    stride = stride % capacity or 1
    while math.gcd(stride, capacity) != 1:
        stride += 1
    texts = np.empty(len(rows), dtype=object)
    texts[:] = [_write(pattern, (offset + row * stride) % capacity) for row in rows.tolist()]
    return texts


def _capacity(pattern: str) -> int:
    """Return how many texts a pattern has."""
    return math.prod(len(_ALPHABETS.get(place, " ")) for place in pattern)


def _longer(pattern: str) -> str:
    """Repeat the last place that is not fixed; a pattern without one gets a number."""
    for position in range(len(pattern) - 1, -1, -1):
        if pattern[position] in _ALPHABETS:
            return pattern[: position + 1] + pattern[position:]
    return pattern + "9"


def _write(pattern: str, number: int) -> str:
    """Return the text of a pattern that has a number."""
    places = []
    for place in reversed(pattern):
        alphabet = _ALPHABETS.get(place)
        if alphabet is None:
            places.append(place)
        else:
            number, position = divmod(number, len(alphabet))
            places.append(alphabet[position])
    return "".join(reversed(places))
