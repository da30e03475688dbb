"""Which columns are functions of another, and the evidence for it.

Those of two others are searched in :mod:`tabgan.schema.pair_search`.

A column b is taken for a function of a column a if each value of a goes with one value of b in all
rows, and if that is hardly chance: were the two independent, all rows would agree with probability

    P = product over the values of a of (sum over the values of b of p_b ** n_a),

where n_a rows hold the value of a and p_b is the share of the value of b. A relation is believed if
log P is below log(1e-6 / number of ordered pairs of columns tried). A missing cell counts as a
value. The values of a are at most 1,000, or 50,000 of a categorical column, and have three rows
each on average, so that no row is looked up by a value of its own.
"""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import SchemaError
from tabgan.schema.cells import first_example, level_codes
from tabgan.schema.columns import SILENT_KINDS, Column
from tabgan.schema.container import Schema
from tabgan.schema.rare_levels import protects
from tabgan.schema.rules import has_level_per_value
from tabgan.schema.ties import tie_of

__all__ = [
    "CHANCE",
    "Levels",
    "check_relations",
    "find_relations",
    "log_chance",
    "read_levels",
    "root_problem",
]

MAX_ROOT_LEVELS = 1000
MAX_ROOT_CATEGORIES = 50_000
ROWS_PER_ROOT_LEVEL = 3
CHANCE = 1e-6
MAX_ROOT_PAIRS = 1_000_000
_SAMPLE_ROWS = 1000
_MINORITY_ROWS = 50
_GLANCE_ROWS = 20_000
_UNRELATED_KINDS = SILENT_KINDS | {"constant"}
_LISTED_KINDS = ("categorical", "boolean")


@dataclass(frozen=True)
class Levels:
    """A column as level codes, with the rows of each level.

    Parameters
    ----------
    name : hashable
    codes : ndarray of shape (n_rows,), int32
        A missing cell has a level of its own, the last.
    counts : ndarray of shape (n_levels,), int
        Rows of each level, none of them zero.
    can_be_root, can_be_derived : bool
    is_listed : bool
        Whether it is a category or a truth value, and not a number or a date.
    is_coarse : bool
        Whether its values are few enough to be a level each, however it is modelled.
    """

    name: Hashable
    codes: np.ndarray
    counts: np.ndarray
    can_be_root: bool
    can_be_derived: bool
    is_listed: bool
    is_coarse: bool


def log_chance(root_counts: np.ndarray, shares: np.ndarray) -> float:
    """Return the log probability that a column agrees with another in all rows by chance.

    Parameters
    ----------
    root_counts : ndarray of shape (n_root_levels,), int
        Rows of each value of the one column.
    shares : ndarray of shape (n_levels,), float
        Share of each value of the other.

    Examples
    --------
    >>> import numpy as np
    >>> chance = np.exp(log_chance(np.array([3, 2]), np.array([0.5, 0.5])))  # 1/4 times 1/2
    >>> print(chance.round(6))
    0.125
    """
    sizes, repeats = np.unique(root_counts, return_counts=True)
    log_shares, total = np.log(shares), 0.0
    for size, n_repeats in zip(sizes, repeats, strict=True):
        # In logs, since a share to the power of its rows is far below the smallest number.
        logs = log_shares * size
        top = logs.max()
        total += n_repeats * (top + np.log(np.exp(logs - top).sum()))
    return float(total)


def read_levels(
    frame: pd.DataFrame, schema: Schema, *, fixed: Collection[Hashable] = ()
) -> list[Levels]:
    """Return the columns that can have a part in a relation as level codes.

    Columns in `fixed` are not to be derived.
    """
    found = (_levels(frame[name], schema, can_be_derived=name not in fixed) for name in frame)
    return [levels for levels in found if levels is not None]


def find_relations(columns: Sequence[Levels], schema: Schema) -> dict[Hashable, Hashable]:
    """Return the columns to derive, each with the modelled column that it is a function of.

    Of two columns that determine each other, the later is derived.
    """
    n_pairs = sum(c.can_be_root for c in columns) * (len(columns) - 1)
    if n_pairs <= 0:
        return {}
    n_rows, threshold = len(columns[0].codes), np.log(CHANCE / n_pairs)
    related = {
        (a, b)
        for a, b in zip(*np.nonzero(_screen(columns)), strict=True)
        if _is_function(columns[a], columns[b])
        and log_chance(columns[a].counts, columns[b].counts / n_rows) < threshold
    }
    return _choose_roots(columns, related, schema)


def _levels(series: pd.Series, schema: Schema, *, can_be_derived: bool) -> Levels | None:
    """Return a column as level codes, or None if it can have no part in a relation."""
    column = schema[series.name]
    is_tied = tie_of(series.name, column) is not None
    most = _most_levels(column)
    if column.computed_from is not None:
        return None
    if column.kind in _UNRELATED_KINDS or is_tied or series[:_GLANCE_ROWS].nunique() > most:
        return None
    codes = level_codes(series)
    counts = np.bincount(codes)
    if not 2 <= len(counts) <= most:
        return None
    is_listed = column.kind in _LISTED_KINDS
    is_coarse = is_listed or has_level_per_value(int(series.notna().sum()), series.nunique())
    return Levels(
        series.name,
        codes.astype(np.int32),
        counts,
        can_be_root=is_coarse and len(series) >= ROWS_PER_ROOT_LEVEL * len(counts),
        can_be_derived=can_be_derived and column.derived_from is None,
        is_listed=is_listed,
        is_coarse=is_coarse,
    )


def _most_levels(column: Column) -> int:
    """Return how many values a column in a relation can have."""
    return MAX_ROOT_CATEGORIES if column.kind in _LISTED_KINDS else MAX_ROOT_LEVELS


def _screen(columns: Sequence[Levels]) -> np.ndarray:
    """Return a matrix that is false where column b can be no function of column a."""
    n_rows = len(columns[0].codes)
    picked = np.arange(n_rows)
    if n_rows > _SAMPLE_ROWS:
        picked = np.random.default_rng(0).choice(n_rows, _SAMPLE_ROWS, replace=False)
    sample = np.stack([column.codes[picked] for column in columns], axis=1)
    possible = np.zeros((len(columns), len(columns)), bool)
    for a, column in enumerate(columns):
        if column.can_be_root:
            ordered = sample[np.argsort(sample[:, a], kind="stable")]
            same = ordered[1:, a] == ordered[:-1, a]
            possible[a] = ~(ordered[1:] != ordered[:-1])[same].any(axis=0)
    for b, column in enumerate(columns):
        # A value of a that goes with a rare value of b has no more rows than b has rare ones.
        rare = np.flatnonzero(column.codes != np.argmax(column.counts))
        for a in np.flatnonzero(possible[:, b]).tolist():
            rows = rare[:_MINORITY_ROWS]
            possible[a, b] = bool(np.all(columns[a].counts[columns[a].codes[rows]] <= len(rare)))
        possible[:, b] &= column.can_be_derived
    np.fill_diagonal(possible, False)
    return possible


def _is_function(a: Levels, b: Levels) -> bool:
    """Tell whether each level of a goes with one level of b."""
    images = np.zeros(len(a.counts), b.codes.dtype)
    images[a.codes] = b.codes
    return bool(np.array_equal(images[a.codes], b.codes))


def _choose_roots(
    columns: Sequence[Levels], related: set[tuple[Any, Any]], schema: Schema
) -> dict[Hashable, Hashable]:
    """Return a modelled root for each column that has one: that with the fewest levels.

    Of columns that determine each other, one with protected levels is the root.
    """
    positions = {column.name: position for position, column in enumerate(columns)}
    roots: dict[int, int] = {}
    protected: set[int] = set()
    lost: set[int] = set()  # declared derived, from what cannot be a root here
    for name, position in positions.items():
        declared = schema[name].roots(schema)
        protected |= {positions[root] for root in declared if root in positions}
        if len(declared) == 1 and declared[0] in positions:
            roots[position] = positions[declared[0]]
        elif declared:
            lost.add(position)
    derived: dict[Hashable, Hashable] = {}
    order = sorted(
        range(len(columns)),
        key=lambda i: (-len(columns[i].counts), not protects(schema[columns[i].name]), i),
    )
    for b in order:
        candidates = {roots.get(a, a) for a in order if (a, b) in related and a not in lost} - {b}
        # A column later in the order is not settled yet, unless it determines b and not b it.
        candidates = {a for a in candidates if order.index(a) < order.index(b)}
        if candidates and b not in roots and b not in protected:
            root = min(candidates, key=lambda a: (len(columns[a].counts), a))
            roots[b] = root
            derived[columns[b].name] = columns[root].name
    return derived


def check_relations(frame: pd.DataFrame, schema: Schema) -> None:
    """Refuse declared relations that do not hold."""
    for name, column in schema.items():
        if column.derived_from is None:
            continue
        roots = column.roots(schema)
        problem, codes = root_problem(name, roots, schema), np.zeros(0, np.int64)
        if not problem:
            problem, codes = _root_codes(frame, roots, schema)
        words = " and ".join(map(repr, roots))
        if problem:
            raise SchemaError(
                f"Column {name!r} is declared to be derived from {words}, {problem}; name another "
                "column, or leave derived_from out."
            )
        images = level_codes(frame[name])
        first = np.zeros(int(codes.max()) + 1, np.int64)
        first[codes[::-1]] = images[::-1]
        broken = first[codes] != images
        if broken.any():
            raise SchemaError(
                f"Column {name!r} is declared to be derived from {words}, but "
                f"{int(broken.sum())} cell(s) differ from others with the same {words}, the first "
                f"is {first_example(frame[name], broken)}; change the cells, or leave derived_from "
                "out."
            )


def _root_codes(
    frame: pd.DataFrame, roots: Sequence[Hashable], schema: Schema
) -> tuple[str, np.ndarray]:
    """Return what makes roots unfit, empty if nothing does, and a code of their values in a row."""
    codes, n_codes = np.zeros(len(frame), np.int64), 1
    for root in roots:
        own, most = level_codes(frame[root]), _most_levels(schema[root])
        n_levels = int(own.max()) + 1
        if n_levels > most:
            which = "which" if len(roots) == 1 else f"of which {root!r}"
            return f"{which} has more than {most:,} values", codes
        codes, n_codes = codes * n_levels + own, n_codes * n_levels
    if len(roots) > 1 and n_codes > MAX_ROOT_PAIRS:
        return f"which have more than {MAX_ROOT_PAIRS:,} pairs of values", codes
    return "", codes


def root_problem(name: Hashable, roots: Sequence[Hashable], schema: Schema) -> str:
    """Return what makes columns unfit as roots, empty if nothing does."""
    if len(roots) > 2:
        return "which are more than two"
    if len(set(roots)) < len(roots):
        return "which is the same column twice"
    for root in roots:
        problem = _root_problem(name, root, schema)
        if problem and len(roots) > 1:
            return problem.replace("which", f"of which {root!r}", 1)
        if problem:
            return problem
    return ""


def _root_problem(name: Hashable, root: Hashable, schema: Schema) -> str:
    """Return what makes a column unfit as a root, empty if nothing does."""
    if root not in schema:
        return "which is not in the table"
    if root == name:
        return "which is the column itself"
    if schema[root].computed_from is not None:
        return f"which is itself computed, from {schema[root].computed_from!r}"
    if schema[root].derived_from is not None:
        names = " and ".join(map(repr, schema[root].roots(schema)))
        return f"which is itself derived, from {names}"
    if tie_of(root, schema[root]) is not None:
        return "which is itself tied to others"
    if schema[root].kind in _UNRELATED_KINDS:
        return f"which is not modelled, being {schema[root].kind}"
    return ""
