"""Names, addresses and running text out of invented words: each row's follow from its number."""

import numpy as np

from tabgan._random import child_seed, scramble
from tabgan.preprocessing.identifiers import make_texts
from tabgan.schema.patterns import read_patterns

__all__ = ["make_emails", "make_names", "make_urls", "make_words"]


def _invent(*syllables: str) -> np.ndarray:
    """Return all words made of one syllable out of each list."""
    words = np.array([""], dtype=object)
    for each in syllables:
        words = np.add.outer(words, np.array(each.split(), dtype=object)).ravel()
    return words


_FIRST = _invent(
    "Ba Cori Del Eri Fio Gal Hev Iru Jos Kel Lum Mar", "bin dra fen lia mo nel rik tha"
)
_LAST = _invent("Ald Brem Corv Dun Esk Ferr Gorm Hald Irv Jul Kest Lorn", "abo ecki in ovar us wen")
_WORDS = _invent("al be cor du el fa gri ho im ka lo mer", "ba dor fen lis mun nar ti vo")
_DOMAINS = np.array(["example.org", "example.com", "example.net"], dtype=object)
_NUMBER = read_patterns(r"\1999")


def _choose(words: np.ndarray, rows: np.ndarray, key: int, name: str) -> np.ndarray:
    """Return one word for each row."""
    return words[scramble(rows, child_seed(key, name)) % np.uint64(len(words))]


def make_names(pattern: str, rows: np.ndarray, key: int) -> np.ndarray:
    """Return names of persons; `pattern` shows the order, such as "First Last".

    Examples
    --------
    >>> import numpy as np
    >>> [name.count(", ") for name in make_names("Last, First", np.arange(3), 0)]
    [1, 1, 1]
    """
    first = _choose(_FIRST, rows, key, "first")
    last = _choose(_LAST, rows, key, "last")
    if "," in pattern:
        names = last + ", " + first
    else:
        names = first + " " + last
    if pattern.isupper():
        names[:] = [name.upper() for name in names]
    return names


def make_emails(rows: np.ndarray, key: int) -> np.ndarray:
    """Return e-mail addresses of persons, all different."""
    names = make_names("First Last", rows, key)
    lower = np.empty(len(rows), dtype=object)
    lower[:] = [name.lower().replace(" ", ".") for name in names]
    numbers = make_texts(_NUMBER, rows, key)
    return lower + numbers + "@" + _choose(_DOMAINS, rows, key, "domain")


def make_urls(rows: np.ndarray, key: int) -> np.ndarray:
    """Return web addresses, all different."""
    path = _choose(_WORDS, rows, key, "path") + "/" + make_texts(_NUMBER, rows, key)
    return "https://www." + _choose(_DOMAINS, rows, key, "domain") + "/" + path


def make_words(n_words: int | None, rows: np.ndarray, key: int) -> np.ndarray:
    """Return running texts of half to one and a half times `n_words` words.

    Examples
    --------
    >>> import numpy as np
    >>> lengths = [len(text.split()) for text in make_words(10, np.arange(100), 0)]
    >>> min(lengths), max(lengths)
    (5, 15)
    """
    typical = n_words or 1
    shortest, longest = (typical + 1) // 2, typical + typical // 2
    extra = scramble(rows, child_seed(key, "length")) % np.uint64(longest - shortest + 1)
    lengths = extra.astype(np.int64) + shortest
    texts = _choose(_WORDS, rows, key, "0").copy()
    texts[:] = [word.capitalize() for word in texts]
    for position in range(1, longest):
        going_on = np.flatnonzero(lengths > position)
        texts[going_on] += " " + _choose(_WORDS, rows[going_on], key, str(position))
    return texts
