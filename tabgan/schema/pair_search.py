"""Which columns are functions of two others together, and the evidence for it.

A column c is taken for a function of columns a and b if each pair of their values goes with one
value of c in all rows, and if this is hardly chance, given all that either says of c alone: were
the cells of c shuffled among the rows with the same value of a, all rows would agree with a
probability of at most

    P = product over the values of a of min(1, L / M),
    L = product over the pairs with this value of (sum over the values of c of p_c ** n_ab),

where n_ab rows hold the pair, p_c is the share of the value of c in the rows of the value of a, and
M the multinomial probability of its counts in these rows: a share M of independent draws is a
shuffle, and draws agree with probability L. Pairs of a single row agree in any case, so that only
repeated pairs are evidence. A function is believed if log P is below log(1e-6 / number of triples
of columns tried), both so and with a and b exchanged.

At most a twentieth of the rows have a pair that no other row has. This share estimates the
probability that a further row has a pair which the table lacks [1]_, and with it the value of c.
Numbers of many values that are a function of two numbers are left to the search for sums.

References
----------
.. [1] I. J. Good, "The population frequencies of species and the estimation of population
   parameters", Biometrika 40, 237-264, 1953.
"""

from collections.abc import Hashable, Iterator, Sequence
from itertools import combinations

import numpy as np
from scipy.special import gammaln

from tabgan.schema.container import Schema
from tabgan.schema.relations import CHANCE, MAX_ROOT_PAIRS, Levels, log_chance

__all__ = ["find_pairs", "log_chance_within"]

_MAX_LEVELS = 1000
_MOST_ROOTS = 64
_MOST_SINGLE = 0.05
_SAMPLE_ROWS = 1000
_MINORITY_ROWS = 20
_FIRST_PAIRS = 64
_GLANCE_ROWS = 20_000

_Pair = tuple[int, int]


def log_chance_within(pairs: np.ndarray, counts: np.ndarray) -> float:
    """Return a bound of the log probability that all pairs agree, after a shuffle in each group.

    Parameters
    ----------
    pairs : ndarray of shape (n_groups, n_others), int
        Rows of each pair: those of a group, by the value of another column.
    counts : ndarray of shape (n_groups, n_levels), int
        Rows of each level of the column that is shuffled within the groups.

    Examples
    --------
    >>> import numpy as np
    >>> pairs, counts = np.array([[30, 30]]), np.array([[30, 30]])
    >>> print(round(log_chance_within(pairs, counts), 1))  # of 1.2e17 orders two agree: -38.6
    -37.9
    """
    total = 0.0
    for sizes, own in zip(pairs, counts, strict=True):
        own = own[own > 0]
        if len(own) > 1:
            shares = own / own.sum()
            log_share = float(_log_orders(own) + own @ np.log(shares))
            total += min(0.0, log_chance(sizes[sizes > 0], shares) - log_share)
    return total


def find_pairs(columns: Sequence[Levels], schema: Schema) -> dict[Hashable, tuple[Hashable, ...]]:
    """Return the columns to derive from two modelled ones together, each with these.

    Those already derived, in the schema, from what is now derived itself are among them. Of columns
    that determine each other, the latest is derived.
    """
    singles = {column.name: schema[column.name].roots(schema) for column in columns}
    roots = _possible_roots(columns, [i for i, c in enumerate(columns) if not singles[c.name]])
    n_tries = len(roots) * (len(roots) - 1) // 2 * (len(columns) - 2)
    if n_tries <= 0:
        return {}
    threshold = np.log(CHANCE / n_tries)
    is_open = np.array([_is_open(column, schema, threshold) for column in columns])
    found: dict[int, list[tuple[int, _Pair]]] = {}
    for pair, candidates in _screen(columns, roots, is_open):
        for position, n_pairs in _functions(columns, pair, candidates, threshold):
            found.setdefault(position, []).append((n_pairs, pair))
    return _choose_pairs(columns, found, schema)


def _possible_roots(columns: Sequence[Levels], positions: list[int]) -> list[int]:
    """Return the columns that can be one of two roots: categories first, then few levels."""
    fit = [i for i in positions if columns[i].can_be_root and len(columns[i].counts) <= _MAX_LEVELS]
    fit.sort(key=lambda i: (not columns[i].is_listed, len(columns[i].counts), i))
    return sorted(fit[:_MOST_ROOTS])


def _is_open(column: Levels, schema: Schema, threshold: float) -> bool:
    """Tell whether a column can be derived, and has enough orders of its cells for evidence."""
    is_derived = schema[column.name].derived_from is not None
    can_be = column.can_be_derived and not is_derived and len(column.counts) <= _MAX_LEVELS
    return can_be and -_log_orders(column.counts) < threshold


def _log_orders(counts: np.ndarray) -> float:
    """Return the log of the number of orders of cells, those with equal values not told apart."""
    return float(gammaln(counts.sum() + 1) - gammaln(counts + 1).sum())


def _screen(
    columns: Sequence[Levels], roots: list[int], is_open: np.ndarray
) -> Iterator[tuple[_Pair, list[int]]]:
    """Yield pairs of roots, with the columns that may be a function of both, by some rows."""
    sample = _sample(columns)
    for a, b in combinations(roots, 2):
        keys = sample[:, a].astype(np.int64) * len(columns[b].counts) + sample[:, b]
        order = np.argsort(keys, kind="stable")
        upper, lower = order[1:], order[:-1]
        same = keys[upper] == keys[lower]
        upper, lower = upper[same], lower[same]
        first = slice(_FIRST_PAIRS)
        left = is_open & ~(sample[upper[first]] != sample[lower[first]]).any(axis=0)
        left[[a, b]] = False
        candidates = np.flatnonzero(left)
        if len(candidates):
            others = sample[:, candidates]
            candidates = candidates[~(others[upper] != others[lower]).any(axis=0)]
        if len(candidates):
            yield (a, b), candidates.tolist()


def _sample(columns: Sequence[Levels]) -> np.ndarray:
    """Return some rows of codes: random ones, and of each column some with less frequent values."""
    n_rows = len(columns[0].codes)
    if n_rows <= _SAMPLE_ROWS:
        return np.stack([column.codes for column in columns], axis=1)
    picked = [np.random.default_rng(0).choice(n_rows, _SAMPLE_ROWS, replace=False)]
    n_minority = min(_MINORITY_ROWS, max(1, _SAMPLE_ROWS // len(columns)))
    for column in columns:
        picked.append(np.flatnonzero(column.codes != np.argmax(column.counts))[:n_minority])
    rows = np.unique(np.concatenate(picked))
    return np.stack([column.codes[rows] for column in columns], axis=1)


def _functions(
    columns: Sequence[Levels], pair: _Pair, candidates: list[int], threshold: float
) -> Iterator[tuple[int, int]]:
    """Yield the columns that are a function of two, on evidence, and how many pairs there are."""
    first, second = (columns[i] for i in pair)
    shape = len(first.counts), len(second.counts)
    if shape[0] * shape[1] > MAX_ROOT_PAIRS:
        return
    keys = first.codes.astype(np.int64) * shape[1] + second.codes
    pairs = np.bincount(keys, minlength=shape[0] * shape[1])
    if (pairs == 1).sum() > _MOST_SINGLE * len(keys):
        return
    for position in candidates:
        column = columns[position]
        is_sum = not (column.is_coarse or first.is_listed or second.is_listed)
        if is_sum or not _is_function(keys, len(pairs), column.codes):
            continue
        evidence = [
            log_chance_within(table, _counts(root, column))
            for root, table in ((first, pairs.reshape(shape)), (second, pairs.reshape(shape).T))
        ]
        if max(evidence) < threshold:
            yield position, int(np.count_nonzero(pairs))


def _is_function(keys: np.ndarray, n_keys: int, codes: np.ndarray) -> bool:
    """Tell whether each key goes with one code; most that are none show it in the first rows."""
    images = np.zeros(n_keys, codes.dtype)
    for rows in (slice(_GLANCE_ROWS), slice(None)):
        images[keys[rows]] = codes[rows]
        if not np.array_equal(images[keys[rows]], codes[rows]):
            return False
    return True


def _counts(first: Levels, second: Levels) -> np.ndarray:
    """Return the rows of each pair of levels of two columns."""
    shape = len(first.counts), len(second.counts)
    keys = first.codes.astype(np.int64) * shape[1] + second.codes
    return np.bincount(keys, minlength=shape[0] * shape[1]).reshape(shape)


def _choose_pairs(
    columns: Sequence[Levels], found: dict[int, list[tuple[int, _Pair]]], schema: Schema
) -> dict[Hashable, tuple[Hashable, ...]]:
    """Return the names of the roots of each column to derive, later columns first.

    Of several pairs, that with most columns that are no such function is taken, then that with the
    fewest pairs of values.
    """
    positions = {column.name: position for position, column in enumerate(columns)}
    followers: dict[int, list[Hashable]] = {}
    protected: set[int] = set()
    for name, column in schema.items():
        for root in column.roots(schema):
            position = positions.get(root, -1)
            followers.setdefault(position, []).append(name)
            if name not in positions or not columns[positions[name]].can_be_derived:
                protected.add(position)
    derived: dict[Hashable, tuple[Hashable, ...]] = {}
    settled: set[int] = set()
    for position in sorted(found, reverse=True):
        pairs = [each for each in found[position] if not settled & {*each[1]}]
        if position in protected or not pairs:
            continue
        _, pair = min(pairs, key=lambda each: (sum(i in found for i in each[1]), *each))
        roots = tuple(columns[i].name for i in pair)
        derived |= dict.fromkeys([columns[position].name, *followers.get(position, [])], roots)
        settled.add(position)
        protected |= {*pair}
    return {name: roots for name, roots in derived.items() if roots not in schema}
