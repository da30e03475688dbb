"""Identifiers: made up anew, unique, in the form of the original, and never copied from it."""

import math
import re
import string

import numpy as np

from tabgan._random import child_seed, scramble
from tabgan.exceptions import SchemaError

__all__ = ["make_identifiers"]

_ALPHABETS = {"A": string.ascii_uppercase, "a": string.ascii_lowercase, "9": string.digits}
_FORM = re.compile(r"counter:(-?\d+)|pattern:(.+)", re.DOTALL)
_SPARE = 4
_BLOCK_CAPACITY = 2**31


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
            f"An identifier has the form {form!r}; give one such as 'counter:1' or "
            "'pattern:AA-999'."
        )
    start, pattern = match.groups()
    return rows + int(start) if pattern is None else _make_texts(pattern, rows, key)


def _make_texts(pattern: str, rows: np.ndarray, key: int) -> np.ndarray:
    """Write numbers in the mixed radix of the pattern: the last places tell the rows apart."""
    while _capacity(pattern) <= _SPARE * int(rows.max(initial=0)):
        pattern = _longer(pattern)
    offset, stride = (int(n) for n in np.random.default_rng(key).integers(1, 2**28, size=2))
    characters = np.empty((len(rows), len(pattern)), dtype="U1")
    stop, block = len(pattern), 0
    while stop > 0:
        start = _block_start(pattern, stop)
        capacity = _capacity(pattern[start:stop])
        if block == 0:
            # A walk over all numbers below the capacity: no two rows get the same.
            while math.gcd(stride, capacity) != 1:
                stride += 1
            numbers = (offset + rows.astype(np.uint64) * np.uint64(stride)) % np.uint64(capacity)
        else:
            seed = child_seed(key + block, "identifiers")
            numbers = scramble(rows, seed) % np.uint64(capacity)
        _write(pattern[start:stop], numbers, characters[:, start:stop])
        stop, block = start, block + 1
    return characters.view(f"U{len(pattern)}")[:, 0].astype(object)


def _capacity(pattern: str) -> int:
    """Return how many texts a pattern has."""
    return math.prod(len(_ALPHABETS.get(place, " ")) for place in pattern)


def _block_start(pattern: str, stop: int) -> int:
    """Return where a block of places starts that ends before `stop` and fits into one number."""
    start = stop
    while start > 0 and _capacity(pattern[start:stop]) <= _BLOCK_CAPACITY:
        start -= 1
    return start


def _longer(pattern: str) -> str:
    """Repeat the last place that is not fixed; a pattern without one gets a number."""
    for position in range(len(pattern) - 1, -1, -1):
        if pattern[position] in _ALPHABETS:
            return pattern[: position + 1] + pattern[position:]
    return pattern + "9"


def _write(pattern: str, numbers: np.ndarray, characters: np.ndarray) -> None:
    """Fill one column of characters for each place of the pattern."""
    for position in range(len(pattern) - 1, -1, -1):
        alphabet = _ALPHABETS.get(pattern[position])
        if alphabet is None:
            characters[:, position] = pattern[position]
        else:
            numbers, digits = np.divmod(numbers, np.uint64(len(alphabet)))
            characters[:, position] = np.array(list(alphabet))[digits]
