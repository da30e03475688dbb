r"""Patterns: how keys, codes and telephone numbers are written, one place for each character.

``A`` is a capital, ``a`` a small letter, ``9`` a digit. With a backslash ``\1`` is a digit other
than 0, ``\h`` and ``\H`` are hexadecimal digits with small and capital letters, ``\v`` and ``\V``
those of the variant of a UUID, ``\l`` is a small letter or a digit, ``\U`` a capital or a digit,
``\w`` any letter or digit. Everything else stands for itself, and so does any other character
behind a backslash: ``\A`` is the letter A. Several patterns stand with ``|`` between them, each
with ``*`` and a whole number behind it if they are not equally frequent: ``AA-999*3|9999``.
"""

import math
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass

from tabgan.exceptions import SchemaError

__all__ = ["Pattern", "escape_literal", "read_patterns"]

_ALPHABETS = {
    "A": string.ascii_uppercase,
    "a": string.ascii_lowercase,
    "9": string.digits,
    r"\1": "123456789",
    r"\h": "0123456789abcdef",
    r"\H": "0123456789ABCDEF",
    r"\v": "89ab",
    r"\V": "89AB",
    r"\l": string.digits + string.ascii_lowercase,
    r"\U": string.digits + string.ascii_uppercase,
    r"\w": string.digits + string.ascii_letters,
}
_SPECIAL = frozenset("Aa9\\|*")
_TOKEN = re.compile(r"\\.|[^\\|]", re.DOTALL)
_WEIGHTED = re.compile(r"(.*[^\\])\*(\d{1,6})", re.DOTALL)
_ALTERNATIVES = re.compile(r"(?:\\.|[^\\|])+", re.DOTALL)


@dataclass(frozen=True)
class Pattern:
    """One pattern.

    Parameters
    ----------
    places : tuple of str
        The characters that each place can hold; one for a place that is fixed.
    weight : int, default=1
        How often it is used, in proportion to the weights of the others.
    """

    places: tuple[str, ...]
    weight: int = 1

    def __len__(self) -> int:
        return len(self.places)

    def capacity(self, start: int = 0, stop: int | None = None) -> int:
        """Return how many texts some places have."""
        return math.prod(len(place) for place in self.places[start:stop])

    def longer(self) -> "Pattern":
        """Return it with the last place that is not fixed twice; without one it gets a digit."""
        for position in range(len(self.places) - 1, -1, -1):
            if len(self.places[position]) > 1:
                return Pattern((*self.places[: position + 1], *self.places[position:]), self.weight)
        return Pattern((*self.places, string.digits), self.weight)


def read_patterns(text: str) -> tuple[Pattern, ...]:
    r"""Return the patterns that a text describes; SchemaError if it describes none.

    Examples
    --------
    >>> [(len(pattern), pattern.weight) for pattern in read_patterns(r"INV-9999*3|\A-99")]
    [(8, 3), (4, 1)]
    """
    alternatives = _ALTERNATIVES.findall(text)
    if not alternatives or "|".join(alternatives) != text:
        raise _unreadable(text)
    return tuple(_read_pattern(alternative, text) for alternative in alternatives)


def _read_pattern(alternative: str, text: str) -> Pattern:
    """Return one pattern of those that `text` describes."""
    weighted = _WEIGHTED.fullmatch(alternative)
    body, weight = (weighted[1], int(weighted[2])) if weighted else (alternative, 1)
    if weight < 1:
        raise _unreadable(text)
    tokens = _TOKEN.findall(body)
    return Pattern(tuple(_ALPHABETS.get(token, token[-1]) for token in tokens), weight)


def _unreadable(text: str) -> SchemaError:
    return SchemaError(
        f"{text!r} is no pattern; give one such as 'AA-999', or several such as 'AA-999*3|9999' "
        "with a weight of at least 1."
    )


def escape_literal(characters: Sequence[str] | str) -> str:
    r"""Return the pattern of characters that stand for themselves.

    Examples
    --------
    >>> print(escape_literal("A-1|x"))
    \A-1\|x
    """
    return "".join(f"\\{each}" if each in _SPECIAL else each for each in characters)
