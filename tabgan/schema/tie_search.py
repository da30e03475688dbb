"""Which numbers and dates are sums of others, never below another, or often equal to one.

Each tie needs evidence, as :mod:`tabgan.schema.relations` does for functions: were the columns
independent, what is seen would have a probability below 1e-6, shared among all ties that are
tried. With n rows, KL(s, q) = s log(s / q) + (1 - s) log((1 - s) / (1 - q)), and a share s of rows
that show something of probability q < s, the probability is at most exp(-n KL(s, q)) (Chernoff
1952; Hoeffding 1963).

- *Sum*: a column less others leaves at most 64 values in nearly all rows. q is the share of as many
  of the column's own most frequent values: what independent columns reach at best.
- *Order*: a column is never below another, and their difference spreads at most half as much as
  either. q is the probability that independent columns are in that order.
- *Equality*: beside the spikes of both, at least one row in 100 has the same value in two columns.
  q is what independent columns have, and zero must be more frequent among their differences than
  both its neighbours on the grid together.
"""

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tabgan.exceptions import SchemaError
from tabgan.schema.container import Schema
from tabgan.schema.relations import CHANCE
from tabgan.schema.rules import has_level_per_value, is_spike
from tabgan.schema.sum_search import find_terms
from tabgan.schema.ticks import Ticks
from tabgan.schema.ties import Tie, bounds_follow, bounds_of_rest, tie_of

__all__ = ["find_ties", "log_tail"]

_LEAST_EQUAL = 0.01
_LEAST_REGULAR = 0.9
_MOST_SPREAD = 0.5
_SCREEN_ROWS = 2000


@dataclass(frozen=True)
class _Cells:
    """A column as ticks of its own unit."""

    name: Hashable
    position: int
    unit: Ticks
    values: np.ndarray
    missing: np.ndarray
    has_spike: np.ndarray
    is_continuous: bool
    can_be_tied: bool

    def within(self, unit: Ticks) -> np.ndarray:
        """Return the values in a finer unit."""
        if self.unit.unit == unit.unit and self.unit.decimals == unit.decimals:
            return self.values
        if unit.unit:
            return self.values.astype(f"M8[{self.unit.unit}]").astype(f"M8[{unit.unit}]").astype(int)
        if unit.decimals is None:
            return self.values.astype(np.float64)
        return self.values * 10 ** (unit.decimals - (self.unit.decimals or 0))


def log_tail(n_rows: int, share: float, chance: float) -> float:
    """Return a bound of the log probability that `share` of the rows show what has `chance`.

    Examples
    --------
    >>> log_tail(100, 0.5, 0.5), log_tail(10, 1.0, 0.5)
    (0.0, -6.931471805599453)
    """
    if share <= chance:
        return 0.0
    if chance <= 0:
        return -np.inf
    rest = 0.0 if share == 1 else (1 - share) * np.log((1 - share) / (1 - chance))
    return float(-n_rows * (share * np.log(share / chance) + rest))


def find_ties(
    frame: pd.DataFrame, schema: Schema, *, fixed: Collection[Hashable] = ()
) -> dict[Hashable, Tie]:
    """Return the tie of each column that has one; none for columns in `fixed`."""
    roots = {column.derived_from for column in schema.values()}
    cells = [
        each
        for position, name in enumerate(schema)
        if (each := _cells(frame, schema, name, position, {*fixed, *roots})) is not None
    ]
    rows = np.arange(len(frame))
    if len(frame) > _SCREEN_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(len(frame), _SCREEN_ROWS, replace=False))
    declared = [tie for name in schema if (tie := tie_of(name, schema[name])) is not None]
    found = {tie.name: tie for tie in declared}
    for search in (_sums, _orders, _equalities):
        for tie in search(cells, rows, schema):
            if tie.name not in found and not _closes_circle(tie, found):
                found[tie.name] = tie
    return {name: tie for name, tie in found.items() if tie not in declared}


def _cells(
    frame: pd.DataFrame,
    schema: Schema,
    name: Hashable,
    position: int,
    fixed: Collection[Hashable],
) -> _Cells | None:
    """Return a column as ticks, or None if it is neither number nor date."""
    column = schema[name]
    unit = Ticks.of(column)
    if unit is None:
        return None
    try:
        values, missing = unit.read(frame[name], column)
    except SchemaError:
        return None
    distinct, codes, counts = np.unique(
        values[~missing], return_inverse=True, return_counts=True
    )
    if len(distinct) < 2:
        return None
    has_spike = np.zeros(len(values), bool)
    has_spike[~missing] = is_spike(counts)[codes]
    is_continuous = not has_level_per_value(len(codes), len(distinct))
    can_be_tied = name not in fixed and column.derived_from is None
    return _Cells(name, position, unit, values, missing, has_spike, is_continuous, can_be_tied)


def _closes_circle(tie: Tie, found: dict[Hashable, Tie]) -> bool:
    """Tell whether a tie leads back to its own column through those that are found."""
    waiting, seen = list(tie.signs), set()
    while waiting:
        name = waiting.pop()
        if name == tie.name:
            return True
        if name in found and name not in seen:
            waiting += found[name].signs
        seen.add(name)
    return False


def _sums(cells: list[_Cells], rows: np.ndarray, schema: Schema) -> Iterable[Tie]:
    """Return sums, those without minus first, then those of later columns; one of each identity."""
    numbers = [each for each in cells if each.unit.is_exact and not each.unit.unit]
    targets = [each for each in numbers if each.can_be_tied and each.is_continuous]
    found = []
    for target in targets:
        picked = rows[~target.missing[rows]]
        others = [
            each
            for each in numbers
            if each is not target
            and target.unit.holds(each.unit)
            and not each.missing[picked].any()
        ]
        terms = [each.within(target.unit)[picked] for each in others]
        signs = find_terms(target.values[picked], terms)
        tie = Tie(target.name, "sum", {others[i].name: sign for i, sign in signs.items()})
        log_tries = np.log(len(targets)) + len(others) * np.log(3)
        if signs and _is_sum(tie, target, others, schema, np.log(CHANCE) - log_tries):
            n_minus = sum(sign < 0 for sign in tie.signs.values())
            found.append((n_minus, -target.position, tie))
    identities = set()
    for *_, tie in sorted(found, key=lambda each: each[:2]):
        identity = frozenset([tie.name, *tie.signs])
        if identity not in identities:
            identities.add(identity)
            yield tie


def _is_sum(
    tie: Tie, target: _Cells, others: list[_Cells], schema: Schema, threshold: float
) -> bool:
    """Tell whether a remainder takes few values, on evidence, and keeps the column's bounds."""
    rest, present = target.values.copy(), ~target.missing
    for other in others:
        if other.name in tie.signs:
            if other.missing[present].any():
                return False
            rest -= tie.signs[other.name] * other.within(target.unit)
    distinct, codes, counts = np.unique(rest[present], return_inverse=True, return_counts=True)
    is_level = is_spike(counts)
    if has_level_per_value(len(codes), len(distinct)):
        is_level[:] = True
    # The spikes of both may coincide for another reason, such as zero for "nothing".
    is_plain = ~target.has_spike[present]
    n_plain, n_levels = int(is_plain.sum()), int(is_level.sum())
    if n_plain <= n_levels:
        return False
    share = float(is_level[codes[is_plain]].mean())
    is_partly_equal = share < 1 and len(tie.signs) == 1 and n_levels == 1
    if share < _LEAST_REGULAR or is_partly_equal:
        return False
    own = np.unique(target.values[present][is_plain], return_counts=True)[1]
    chance = float(np.sort(own)[-n_levels:].sum() / n_plain)
    if log_tail(n_plain - n_levels, share, chance) >= threshold:
        return False
    return all(bounds_follow(tie, schema, bounds_of_rest(rest[present])))


def _orders(cells: list[_Cells], rows: np.ndarray, schema: Schema) -> Iterable[Tie]:
    """Return for each column the one that it is never below and nearest to."""
    spreads = {each.position: _spread(each.values[~each.missing]) for each in cells}
    pairs = [
        (upper, lower)
        for upper in cells
        for lower in cells
        if upper is not lower and upper.can_be_tied and upper.unit.holds(lower.unit)
    ]
    best: dict[Hashable, tuple[float, Tie]] = {}
    for upper, lower in pairs:
        picked = rows[~upper.missing[rows] & ~lower.missing[rows]]
        low = lower.within(upper.unit)
        if not len(picked) or not np.all(upper.values[picked] >= low[picked]):
            continue
        present = ~upper.missing
        if lower.missing[present].any() or not np.all(upper.values[present] >= low[present]):
            continue
        ranks = np.searchsorted(np.sort(low[picked]), upper.values[picked], side="right")
        chance = float(ranks.mean() / len(picked))
        if log_tail(int(present.sum()), 1.0, chance) >= np.log(CHANCE / len(pairs)):
            continue
        # The unit of the lower column may be coarser, and its spread then a smaller number.
        spread = _spread(upper.values[present] - low[present])
        if spread > _MOST_SPREAD * min(spreads[upper.position], _spread(low[present])):
            continue
        if upper.name not in best or spread < best[upper.name][0]:
            best[upper.name] = spread, Tie(upper.name, "order", {lower.name: 1})
    return [tie for _, tie in best.values()]


def _spread(values: np.ndarray) -> float:
    """Return the mean distance from the median."""
    return float(np.abs(values - np.median(values)).mean())


def _equalities(cells: list[_Cells], rows: np.ndarray, schema: Schema) -> Iterable[Tie]:
    """Return for each column the earlier one that it is most often equal to."""
    pairs = [
        (own, other)
        for own in cells
        for other in cells
        if own.can_be_tied
        and own.position > other.position
        and own.is_continuous
        and other.is_continuous
        and own.unit.holds(other.unit)
    ]
    best: dict[Hashable, tuple[float, Tie]] = {}
    for own, other in pairs:
        values = other.within(own.unit)
        is_plain = ~own.has_spike & ~other.has_spike & ~own.missing
        seen = is_plain[rows] & (own.values[rows] == values[rows])
        if seen.mean() < _LEAST_EQUAL / 2 or other.missing[~own.missing].any():
            continue
        n_equal, n_rows = int((own.values == values)[is_plain].sum()), int((~own.missing).sum())
        share = n_equal / n_rows
        if share < _LEAST_EQUAL or not _is_equality(own, values, is_plain, len(pairs)):
            continue
        is_copy = bool(np.all((own.values == values)[~own.missing]))
        tie = Tie(own.name, "sum" if is_copy else "equality", {other.name: 1})
        if own.name not in best or share > best[own.name][0]:
            best[own.name] = share, tie
    return [tie for _, tie in best.values()]


def _is_equality(own: _Cells, values: np.ndarray, is_plain: np.ndarray, n_pairs: int) -> bool:
    """Tell whether two columns are equal more often than chance, and a smooth tie, would have it."""
    threshold = np.log(CHANCE / n_pairs)
    first, second = own.values[is_plain], values[is_plain]
    n_rows, n_equal = int((~own.missing).sum()), int((first == second).sum())
    left, n_left = np.unique(first, return_counts=True)
    right, n_right = np.unique(second, return_counts=True)
    _, i, j = np.intersect1d(left, right, assume_unique=True, return_indices=True)
    chance = float(np.sum((n_left[i] / n_rows) * (n_right[j] / n_rows)))
    if log_tail(n_rows, n_equal / n_rows, chance) >= threshold:
        return False
    step = own.unit.step
    n_beside = int((np.abs(first - second) == step).sum()) if own.unit.is_exact else 0
    n_near = n_equal + n_beside
    return log_tail(n_near, n_equal / n_near, 0.5) < threshold
