r"""The form of identifiers: counters, whole numbers of a range, UUIDs, hashes, patterns.

What is learned of a form is shared by many rows: a pattern by five at least, and a letter or a
run of digits is kept as it is only where all of ten rows or more have it.
"""

import re
import uuid
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan.exceptions import SchemaError
from tabgan.schema.patterns import Pattern, escape_literal, read_patterns

__all__ = [
    "LARGEST_SPAN",
    "MIN_IDENTIFIERS",
    "IdentifierForm",
    "are_uuids",
    "counter_form",
    "is_counter",
    "is_number_key",
    "key_form",
    "range_form",
    "read_form",
    "shared_patterns",
    "some_texts",
]

MIN_IDENTIFIERS = 20
LARGEST_SPAN, _LARGEST = 2**62, 2**63 - 1
_SHARED_ROWS, _FIXED_ROWS = 5, 10
_MAX_PATTERNS, _MAX_PREFIXES, _MAX_TEXTS = 20, 8, 20_000
_COVERED_SHARE = 0.8
_LOG_CHANCE = float(np.log(1e-6))
_UNIFORM_ROWS, _UNIFORM_DIGITS, _UNIFORM_DISTANCE = 50, 6, 1.36

_FORM = re.compile(
    r"counter:(-?\d+)|range:(-?\d+)\.\.(-?\d+)|pattern:(.+)|(hex|HEX):([1-9]\d{0,3})", re.DOTALL
)
_GROUPS = (8, 4, 4, 4, 12)
_UUID = "-".join((r"\h" * 8, r"\h" * 4, "4" + r"\h" * 3, r"\v" + r"\h" * 3, r"\h" * 12))
_UPPER = _UUID.replace("h", "H").replace("v", "V")
_UUIDS = {
    "uuid": _UUID,
    "uuid:upper": _UPPER,
    "uuid:plain": _UUID.replace("-", ""),
    "uuid:upper-plain": _UPPER.replace("-", ""),
    "uuid:object": _UUID,
}
_UUID_TEXTS = {
    "uuid": re.compile("-".join(f"[0-9a-f]{{{n}}}" for n in _GROUPS)),
    "uuid:upper": re.compile("-".join(f"[0-9A-F]{{{n}}}" for n in _GROUPS)),
    "uuid:plain": re.compile(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}"),
    "uuid:upper-plain": re.compile(r"[0-9A-F]{12}4[0-9A-F]{3}[89AB][0-9A-F]{15}"),
}
_HASHES = {"hex": re.compile(r"[0-9a-f]{8,}"), "HEX": re.compile(r"[0-9A-F]{8,}")}
_KEY_NAME = re.compile(r"(?:^|[^A-Za-z]|(?<=[a-z]))I[Dd]$|(?:^|[^A-Za-z])(?:id|key|uuid|guid)$")


@dataclass(frozen=True)
class IdentifierForm:
    """What a form such as ``"counter:1"`` says.

    Parameters
    ----------
    low : int, optional
        First number of a counter or a range.
    high : int, optional
        Last number of a range.
    patterns : tuple of Pattern
        Those of texts; none for numbers.
    is_uuid : bool
        Whether the texts are turned into ``uuid.UUID`` objects.
    """

    low: int | None = None
    high: int | None = None
    patterns: tuple[Pattern, ...] = ()
    is_uuid: bool = False


def read_form(form: str) -> IdentifierForm:
    """Return what a form says; SchemaError if it is none.

    Examples
    --------
    >>> read_form("range:100..999")
    IdentifierForm(low=100, high=999, patterns=(), is_uuid=False)
    """
    if form in _UUIDS:
        return IdentifierForm(patterns=read_patterns(_UUIDS[form]), is_uuid=form == "uuid:object")
    match = _FORM.fullmatch(form)
    if match is None or (match[2] and int(match[2]) > int(match[3])):
        raise SchemaError(
            f"An identifier has the form {form!r}; give one such as 'counter:1', "
            "'range:1000..9999', 'pattern:AA-999', 'hex:40' or 'uuid'."
        )
    start, low, high, pattern, digits, length = match.groups()
    if start is not None:
        return IdentifierForm(low=int(start))
    if low is not None:
        return IdentifierForm(low=int(low), high=int(high))
    digit = r"\h" if digits == "hex" else r"\H"
    return IdentifierForm(patterns=read_patterns(pattern or digit * int(length)))


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


def is_number_key(distinct: np.ndarray, n_values: int, name: Hashable) -> bool:
    """Tell whether sorted distinct integers are a key of their rows, though no counter.

    All must differ, and one of three things must hold. The column's name ends in "id", "key",
    "uuid" or "guid" as a word of its own. Or all differ although chance would have repeated some:
    k numbers out of R differ with a probability of at most exp(-k (k - 1) / (2 R)), here in each
    tenth of the sorted values, and below 1e-6 in all. Or there are 50 or more of one length, of
    six digits at least, that are spread evenly over all numbers of this length, by the test of
    Kolmogorov and Smirnov at 5 %.
    """
    if n_values < MIN_IDENTIFIERS or len(distinct) != n_values:
        return False
    if int(distinct[-1]) - int(distinct[0]) >= LARGEST_SPAN or int(distinct[-1]) > _LARGEST:
        return False
    if isinstance(name, str) and _KEY_NAME.search(name):
        return True
    log_chance = 0.0
    for part in np.array_split(distinct, 10):
        span = int(part[-1]) - int(part[0]) + 1
        log_chance -= len(part) * (len(part) - 1) / (2 * span)
    return log_chance < _LOG_CHANCE or _is_evenly_spread(distinct)


def _is_evenly_spread(distinct: np.ndarray) -> bool:
    """Tell whether numbers have one length and are uniform among those of that length."""
    n_digits = len(str(int(distinct[-1])))
    low, n_numbers = 10 ** (n_digits - 1), len(distinct)
    if n_numbers < _UNIFORM_ROWS or n_digits < _UNIFORM_DIGITS or int(distinct[0]) < low:
        return False
    uniform = (distinct.astype(np.float64) - low) / (9 * low)
    above = np.arange(1, n_numbers + 1) / n_numbers - uniform
    distance = max(float(above.max()), float((1 / n_numbers - above).max()))
    return distance * np.sqrt(n_numbers) < _UNIFORM_DISTANCE


def range_form(smallest: int, largest: int, dtype: Any = None) -> str:
    """Return the form of numbers of a range, its ends rounded outwards to the span's first digit.

    Examples
    --------
    >>> range_form(100_234, 998_765)
    'range:100000..999999'
    """
    grain = 10 ** (len(str(largest - smallest)) - 1)
    low, high = smallest // grain * grain, (largest // grain + 1) * grain - 1
    dtype = getattr(dtype, "numpy_dtype", dtype)
    if isinstance(dtype, np.dtype) and dtype.kind in "iu":
        low, high = max(low, np.iinfo(dtype).min), min(high, int(np.iinfo(dtype).max))
    return f"range:{low}..{high}"


def key_form(texts: np.ndarray) -> str:
    r"""Return the form of distinct texts that are keys.

    UUIDs and hexadecimal texts of one length have forms of their own. Other texts have up to 20
    patterns with their shares in percent. Where patterns do not repeat, since letters and digits
    mix at random, there is one pattern for each length; and where that fails too, the texts
    become small letters.

    Examples
    --------
    >>> import numpy as np
    >>> print(key_form(np.array([f"INV-2024-{i:05d}" for i in range(100, 130)], dtype=object)))
    pattern:INV-2024-99999
    >>> from hashlib import sha1
    >>> key_form(np.array([sha1(bytes([i])).hexdigest() for i in range(30)], dtype=object))
    'hex:40'
    """
    texts = some_texts(texts)
    for form, regex in _UUID_TEXTS.items():
        if all(regex.fullmatch(text) for text in texts):
            return form
    if len({len(text) for text in texts}) == 1:
        for form, regex in _HASHES.items():
            if all(regex.fullmatch(text) for text in texts) and _mix_digits_and_letters(texts):
                return f"{form}:{len(texts[0])}"
    patterns, n_covered = shared_patterns(texts)
    if n_covered < _COVERED_SHARE * len(texts):
        mixed, n_mixed = _join_patterns(_mixed_patterns(texts))
        patterns, n_covered = (mixed, n_mixed) if n_mixed > n_covered else (patterns, n_covered)
    if n_covered:
        return f"pattern:{patterns}"
    return "pattern:" + "a" * int(np.clip(np.median([len(text) for text in texts] or [8]), 8, 40))


def some_texts(texts: np.ndarray) -> np.ndarray:
    """Return up to 20,000 of some texts, evenly spaced: enough to learn a form from."""
    return texts[:: -(-len(texts) // _MAX_TEXTS) or 1]


def _mix_digits_and_letters(texts: np.ndarray) -> bool:
    """Tell whether letters and digits follow each other in many orders, as in hashes."""
    n_letters = sum(character.isalpha() for text in texts for character in text)
    share = n_letters / sum(len(text) for text in texts)
    return 0.2 < share < 0.6 and len({_signature(text) for text in texts}) > len(texts) / 2


def shared_patterns(texts: np.ndarray) -> tuple[str, int]:
    """Return the patterns that five texts or more share, and how many texts they cover."""
    groups: dict[str, list[str]] = {}
    for text in texts:
        groups.setdefault(_signature(text), []).append(text)
    counts: Counter[str] = Counter()
    for signature, group in groups.items():
        if len(group) >= _SHARED_ROWS:
            for part in _split_by_prefix(group):
                counts[_with_fixed_runs(signature, part)] += len(part)
    return _join_patterns(counts)


def _join_patterns(counts: Counter[str]) -> tuple[str, int]:
    """Return the most frequent patterns with their shares in percent, and the texts of all."""
    chosen = counts.most_common(_MAX_PATTERNS)
    total = sum(counts.values())
    if len(chosen) <= 1:
        return "".join(pattern for pattern, _ in chosen), total
    shares = (f"{pattern}*{max(1, round(100 * count / total))}" for pattern, count in chosen)
    return "|".join(shares), total


class _Classes(dict[int, str]):
    """What `str.translate` puts in the place of each character."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character.isalpha():
            kind = "A" if character.isupper() else "a"
        else:
            kind = "9" if character.isdigit() else escape_literal(character)
        self[code] = kind
        return kind


_CLASSES = _Classes()


def _signature(text: str) -> str:
    """Return the pattern of a text in which no letter and no digit is fixed."""
    return text.translate(_CLASSES)


def _split_by_prefix(group: list[str]) -> list[list[str]]:
    """Return texts of one signature by the letters that they begin with, if these are few."""
    parts: dict[str, list[str]] = {}
    for text in group:
        n_letters = next((i for i, each in enumerate(text) if not each.isalpha()), 0)
        parts.setdefault(text[:n_letters], []).append(text)
        if len(parts) > _MAX_PREFIXES:
            return [group]
    return list(parts.values()) if min(map(len, parts.values())) >= _FIXED_ROWS else [group]


def _with_fixed_runs(signature: str, group: list[str]) -> str:
    """Return a signature with the letters and the runs of digits that all texts have."""
    if len(group) < _FIXED_ROWS:
        return signature
    columns = [set(column) for column in zip(*group, strict=True)]
    text, pieces, start = group[0], [], 0
    while start < len(text):
        stop = start + 1
        while text[start].isdigit() and stop < len(text) and text[stop].isdigit():
            stop += 1
        is_fixed = all(len(column) == 1 for column in columns[start:stop])
        piece = text[start:stop]
        pieces.append(escape_literal(piece) if is_fixed else _signature(piece))
        start = stop
    return "".join(pieces)


def _mixed_patterns(texts: np.ndarray) -> Counter[str]:
    """Return a pattern for each length, in which letters and digits share their places."""
    groups: dict[int, list[str]] = {}
    for text in texts:
        groups.setdefault(len(text), []).append(text)
    counts: Counter[str] = Counter()
    for group in groups.values():
        pattern = _mixed_pattern(group) if len(group) >= _FIXED_ROWS else None
        if pattern is not None:
            counts[pattern] += len(group)
    return counts


def _mixed_pattern(group: Sequence[str]) -> str | None:
    """Return the pattern of texts of one length, None if other characters vary too."""
    columns = [set(column) for column in zip(*group, strict=True)]
    varied = set().union(*(column for column in columns if len(column) > 1))
    if not varied or not all(each.isascii() and each.isalnum() for each in varied):
        return None
    has_small, has_capital = any(map(str.islower, varied)), any(map(str.isupper, varied))
    is_hexadecimal = all(each in "0123456789abcdefABCDEF" for each in varied)
    if has_small and has_capital:
        place = r"\w"
    elif has_small or has_capital:
        small, capital = (r"\h", r"\H") if is_hexadecimal else (r"\l", r"\U")
        place = small if has_small else capital
    else:
        place = "9"
    return "".join(place if len(c) > 1 else escape_literal(next(iter(c))) for c in columns)


def are_uuids(values: Sequence[Any]) -> bool:
    """Tell whether all values are UUID objects."""
    return all(type(value) is uuid.UUID for value in values)
