"""Identifiers: made up anew, unique, in the form of the original, and not copied from it.

The number of a row leads to its identifier through a permutation of all values of the form, so
that no value is met twice. To pass over the values of the table without keeping a single one, the
values are dealt into classes, again by a permutation, and those of a class are used that no value
of the table belongs to. Only the number of the class is kept.
"""

import uuid
from collections.abc import Sequence

import numpy as np

from tabgan._random import child_seed, scramble
from tabgan.schema.identifiers import IdentifierForm, read_form
from tabgan.schema.patterns import Pattern

__all__ = ["Residues", "find_residues", "make_identifiers", "make_texts"]

Residues = tuple[tuple[int, int], ...]
"""Number of classes, and the class that no value of the table belongs to, for each pattern."""

_BLOCK_CAPACITY = 2**31
_ALL = (1, 0)
_CLASS_KEY, _MAX_BITS, _ROUNDS = 0, 40, 3


def make_identifiers(form: str, rows: np.ndarray, key: int, residues: Residues = ()) -> np.ndarray:
    """Return the identifiers of some rows of a sample.

    Parameters
    ----------
    form : str
        Such as ``"counter:1"`` or ``"pattern:Aa9"``; see :class:`tabgan.schema.Identifier`.
    rows : ndarray of shape (n_rows,), int64
        Numbers of the rows in the whole sample: different rows get different identifiers.
    key : int
        Different keys give identifiers in a different order.
    residues : tuple of pairs of int, optional
        What :func:`find_residues` found. Empty: values of the table are not passed over.

    Returns
    -------
    identifiers : ndarray of shape (n_rows,), int64 or object
        Whole numbers for a counter or a range, else texts or UUIDs.

    Examples
    --------
    >>> import numpy as np
    >>> make_identifiers("counter:1", np.arange(3), 0).tolist()
    [1, 2, 3]
    >>> made = make_identifiers("pattern:AA-999", np.arange(1000), 0)
    >>> len(set(made)), len(made[0])
    (1000, 6)
    """
    what = read_form(form)
    if what.low is not None and what.high is not None:
        return _make_numbers(what.low, what.high, rows, key, residues)
    if what.low is not None:
        return rows + what.low
    texts = make_texts(what.patterns, rows, key, residues)
    if what.is_uuid:
        texts[:] = [uuid.UUID(text) for text in texts]
    return texts


def find_residues(what: IdentifierForm, values: np.ndarray) -> Residues:
    """Return a class for each pattern, or for the range, that holds no value of a table.

    Parameters
    ----------
    what : IdentifierForm
    values : ndarray of shape (n_values,), int64 or object
        Numbers for a counter or a range, else texts.
    """
    if what.patterns:
        return tuple(
            _free_residue(_read_numbers(pattern, values), pattern.capacity(_last_block(pattern)))
            for pattern in what.patterns
        )
    if what.high is None or what.low is None:
        return ()
    inside = values[(values >= what.low) & (values <= what.high)]
    numbers = (inside.astype(np.int64) - what.low).astype(np.uint64)
    capacity = what.high - what.low + 1
    low_part = min(capacity, _BLOCK_CAPACITY)
    return (_free_residue(numbers % np.uint64(low_part), low_part),)


def _free_residue(numbers: np.ndarray, capacity: int) -> tuple[int, int]:
    """Return the number of classes, and a class without these numbers that has room for as many."""
    places = _permute(numbers, capacity, _CLASS_KEY, inverse=True)
    for bits in range(1, _MAX_BITS):
        n_classes = 2**bits
        if capacity // n_classes <= len(numbers):
            break
        is_taken = np.zeros(n_classes, bool)
        is_taken[(places % np.uint64(n_classes)).astype(np.int64)] = True
        if not is_taken.all():
            return n_classes, int(np.argmin(is_taken))
    return _ALL


def _make_numbers(
    low: int, high: int, rows: np.ndarray, key: int, residues: Residues
) -> np.ndarray:
    """Return numbers of a range; rows that it has no room for go on above it."""
    capacity = high - low + 1
    low_part = min(capacity, _BLOCK_CAPACITY)
    residue = residues[0] if residues else _ALL
    numbers = _walk(rows, key, low_part, residue).astype(np.int64)
    high_part = scramble(rows, child_seed(key, "identifiers")) % np.uint64(capacity // low_part)
    numbers += low_part * high_part.astype(np.int64) + low
    room = _room(low_part, residue)
    return np.where(rows < room, numbers, high + 1 + rows - room)


def make_texts(
    patterns: Sequence[Pattern], rows: np.ndarray, key: int, residues: Residues = ()
) -> np.ndarray:
    """Return texts of some patterns in proportion to their weights, an object array.

    In each run of rows as long as the sum of the weights, every pattern occurs as often as its
    weight says. Rows for which a pattern has no room get a text that is longer than all others.
    """
    texts = np.empty(len(rows), dtype=object)
    which, ordinals = _deal(patterns, rows, key)
    is_over = np.zeros(len(rows), bool)
    for position, pattern in enumerate(patterns):
        residue = residues[position] if residues else _ALL
        own = np.flatnonzero(which == position)
        is_over[own] = ordinals[own] >= _room(pattern.capacity(_last_block(pattern)), residue)
        own = own[~is_over[own]]
        texts[own] = _make_texts(pattern, ordinals[own], child_seed(key, position), residue)
    longer = max(patterns, key=lambda pattern: pattern.capacity())
    while len(longer) <= max(map(len, patterns)):
        longer = longer.longer()
    while is_over.any():
        own = np.flatnonzero(is_over & (rows < longer.capacity(_last_block(longer))))
        texts[own] = _make_texts(longer, rows[own], key, _ALL)
        is_over[own] = False
        longer = longer.longer()
    return texts


def _deal(patterns: Sequence[Pattern], rows: np.ndarray, key: int) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row the position of its pattern, and how many rows before had the same."""
    weights = np.array([pattern.weight for pattern in patterns])
    order = np.repeat(np.arange(len(patterns)), weights)
    np.random.default_rng(child_seed(key, "patterns")).shuffle(order)
    before = np.zeros(len(order), np.int64)
    for position in range(len(patterns)):
        own = np.flatnonzero(order == position)
        before[own] = np.arange(len(own))
    runs, places = np.divmod(rows, len(order))
    which = order[places]
    return which, runs * weights[which] + before[places]


def _make_texts(
    pattern: Pattern, ordinals: np.ndarray, key: int, residue: tuple[int, int]
) -> np.ndarray:
    """Write numbers in the mixed radix of a pattern: the last places tell the rows apart."""
    characters = np.empty((len(ordinals), len(pattern)), dtype="U1")
    stop, start = len(pattern), _last_block(pattern)
    numbers = _walk(ordinals, key, pattern.capacity(start), residue)
    while True:
        _write(pattern.places[start:stop], numbers, characters[:, start:stop])
        if start == 0:
            return characters.view(f"U{len(pattern)}")[:, 0].astype(object)
        stop, start = start, _block_start(pattern, start)
        numbers = scramble(ordinals, child_seed(key + stop, "identifiers")) % np.uint64(
            pattern.capacity(start, stop)
        )


def _last_block(pattern: Pattern) -> int:
    return _block_start(pattern, len(pattern))


def _block_start(pattern: Pattern, stop: int) -> int:
    """Return where a block of places starts that ends before `stop` and fits into one number."""
    start = stop
    while start > 0 and pattern.capacity(start, stop) <= _BLOCK_CAPACITY:
        start -= 1
    return start


def _room(capacity: int, residue: tuple[int, int]) -> int:
    """Return how many numbers below the capacity are in a residue class."""
    return (capacity - residue[1] + residue[0] - 1) // residue[0]


def _walk(ordinals: np.ndarray, key: int, capacity: int, residue: tuple[int, int]) -> np.ndarray:
    """Return different numbers below a capacity, of one class, for different ordinals; uint64."""
    n_classes, own = residue
    places = _permute(ordinals.astype(np.uint64), _room(capacity, residue), key)
    if n_classes == 1:
        return places
    places = places * np.uint64(n_classes) + np.uint64(own)
    return _permute(places, capacity, _CLASS_KEY)


def _permute(numbers: np.ndarray, capacity: int, key: int, *, inverse: bool = False) -> np.ndarray:
    """Return the images of numbers under a pseudo-random permutation of those below a capacity.

    Rounds of a shift, a multiplication and an addition permute all numbers of as many bits, and
    are repeated until the image lies below the capacity.
    """
    n_bits = max(2, (capacity - 1).bit_length())
    mask, shift = np.uint64(2**n_bits - 1), np.uint64((n_bits + 1) // 2)
    drawn = np.random.default_rng(key).integers(2**63, size=(_ROUNDS, 2)).tolist()
    rounds = [(factor | 1, np.uint64(addend)) for factor, addend in drawn]
    images = numbers % np.uint64(capacity)
    is_open = np.ones(len(images), bool)
    while is_open.any():
        part = images[is_open]
        for factor, addend in rounds[::-1] if inverse else rounds:
            if inverse:
                part = (part - addend) * np.uint64(pow(factor, -1, 2**64)) & mask
                part ^= part >> shift
            else:
                part ^= part >> shift
                part = part * np.uint64(factor) + addend & mask
        images[is_open] = part
        is_open[is_open] = part >= np.uint64(capacity)
    return images


def _write(places: Sequence[str], numbers: np.ndarray, characters: np.ndarray) -> None:
    """Fill one column of characters for each place of a pattern."""
    for position in range(len(places) - 1, -1, -1):
        alphabet = places[position]
        if len(alphabet) == 1:
            characters[:, position] = alphabet
        else:
            numbers, digits = np.divmod(numbers, np.uint64(len(alphabet)))
            characters[:, position] = np.array(list(alphabet))[digits]


def _read_numbers(pattern: Pattern, texts: np.ndarray) -> np.ndarray:
    """Return the numbers that the last places of texts write, of texts that fit the pattern."""
    same_length = [text for text in texts if len(text) == len(pattern)]
    if not same_length:
        return np.zeros(0, np.uint64)
    points = np.array(same_length).view(np.uint32).reshape(-1, len(pattern))
    numbers = np.zeros(len(points), np.uint64)
    fits = np.ones(len(points), bool)
    first = _last_block(pattern)
    for position, alphabet in enumerate(pattern.places):
        known = np.array([ord(character) for character in alphabet], np.uint32)
        order = np.argsort(known)
        nearest = np.minimum(np.searchsorted(known[order], points[:, position]), len(known) - 1)
        fits &= known[order][nearest] == points[:, position]
        if position >= first:
            numbers = numbers * np.uint64(len(known)) + order[nearest].astype(np.uint64)
    return numbers[fits]
