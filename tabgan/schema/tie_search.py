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
from tabgan.schema.columns import Column
from tabgan.schema.container import Schema
from tabgan.schema.relations import CHANCE
from tabgan.schema.rules import has_level_per_value, integer_limits, is_spike
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

    series: pd.Series
    column: Column
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
        if not unit.has_clock_of(self.column):
            return unit.read(self.series, self.column)[0]
        if unit.unit:
            return (
                self.values.astype(f"M8[{self.unit.unit}]").astype(f"M8[{unit.unit}]").astype(int)
            )
        if unit.decimals is None:
            return self.values.astype(np.float64)
        return self.values * 10 ** (unit.decimals - (self.unit.decimals or 0))


@dataclass(frozen=True)
class _Comparable:
    """Columns whose values are values of a unit, in some rows of the table."""

    cells: list[_Cells]
    values: np.ndarray
    missing: np.ndarray
    has_spike: np.ndarray


class _Screen:
    """Some rows of all columns, in which most ties can be ruled out."""

    def __init__(self, cells: list[_Cells], rows: np.ndarray) -> None:
        self.cells, self.rows = cells, rows
        self._by_unit: dict[Ticks, _Comparable] = {}

    @property
    def targets(self) -> list[_Cells]:
        """The columns that may be tied."""
        return [each for each in self.cells if each.can_be_tied]

    @property
    def n_pairs(self) -> int:
        """Number of pairs of a column and one that it can be tied to."""
        return sum(len(self.comparable(each.unit).cells) - 1 for each in self.targets)

    def comparable(self, unit: Ticks) -> _Comparable:
        """Return what can be compared with a column of a unit."""
        if unit not in self._by_unit:
            cells = [each for each in self.cells if unit.holds(each.unit)]
            self._by_unit[unit] = _Comparable(
                cells,
                np.stack([each.within(unit)[self.rows] for each in cells], axis=1),
                np.stack([each.missing[self.rows] for each in cells], axis=1),
                np.stack([each.has_spike[self.rows] for each in cells], axis=1),
            )
        return self._by_unit[unit]


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
    roots = {root for column in schema.values() for root in column.roots(schema)}
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
    screen = _Screen(cells, rows)
    for search in (_sums, _orders, _equalities):
        for tie in search(screen, schema):
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
    if unit is None or column.computed_from is not None:
        return None
    try:
        values, missing = unit.read(frame[name], column)
    except SchemaError:
        return None
    distinct, codes, counts = np.unique(values[~missing], return_inverse=True, return_counts=True)
    if len(distinct) < 2:
        return None
    has_spike = np.zeros(len(values), bool)
    has_spike[~missing] = is_spike(counts)[codes]
    is_continuous = not has_level_per_value(len(codes), len(distinct))
    can_be_tied = name not in fixed and column.derived_from is None
    return _Cells(
        frame[name],
        column,
        name,
        position,
        unit,
        values,
        missing,
        has_spike,
        is_continuous,
        can_be_tied,
    )


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


def _sums(screen: _Screen, schema: Schema) -> Iterable[Tie]:
    """Return sums, those without minus first, then those of later columns; one of each identity."""
    targets = [
        each
        for each in screen.targets
        if each.is_continuous and each.unit.is_exact and not each.unit.unit
    ]
    found = []
    for target in targets:
        known = screen.comparable(target.unit)
        present = ~target.missing[screen.rows]
        is_other = np.array([each is not target for each in known.cells])
        is_other &= ~known.missing[present].any(axis=0)
        others = [known.cells[i] for i in np.flatnonzero(is_other)]
        values = known.values[present][:, is_other]
        signs = find_terms(target.values[screen.rows][present], values)
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
    terms = []
    for other in others:
        if other.name in tie.signs:
            if other.missing[present].any():
                return False
            terms.append(tie.signs[other.name] * other.within(target.unit))
            rest -= terms[-1]
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
    limits = integer_limits(target.column.dtype)
    if limits is not None:
        # Any sampled terms must have a sum in the column's dtype.
        parts = [rest, *terms]
        ends = [sum(int(end(part[present])) for part in parts) for end in (np.min, np.max)]
        if ends[0] < limits[0] or ends[1] > limits[1]:
            return False
    return all(bounds_follow(tie, schema, bounds_of_rest(rest[present])))


def _orders(screen: _Screen, _: Schema) -> Iterable[Tie]:
    """Return for each column the one that it is never below and nearest to.

    At the same distance in all rows it is a sum: a copy is one of an earlier column.
    """
    threshold = np.log(CHANCE / max(1, screen.n_pairs))
    best: dict[Hashable, tuple[float, Tie]] = {}
    for upper in screen.targets:
        known = screen.comparable(upper.unit)
        present = ~upper.missing[screen.rows]
        is_above = upper.values[screen.rows, None] >= known.values
        is_lower = (is_above & ~known.missing)[present].all(axis=0)
        for i in np.flatnonzero(is_lower):
            lower = known.cells[i]
            spread = _spread_above(upper, lower, known.values[present, i], threshold)
            if spread is None or (upper.name in best and spread >= best[upper.name][0]):
                continue
            is_sum = (spread == 0 and upper.unit.is_exact) or _is_copy(upper, lower)
            best[upper.name] = (
                spread,
                Tie(upper.name, "sum" if is_sum else "order", {lower.name: 1}),
            )
    return [tie for _, tie in best.values()]


def _is_copy(own: _Cells, other: _Cells) -> bool:
    """Tell whether a column is equal to another in all rows."""
    return bool(np.all((own.values == other.within(own.unit))[~own.missing]))


def _spread_above(
    upper: _Cells, lower: _Cells, low_sample: np.ndarray, threshold: float
) -> float | None:
    """Return how far a column spreads above another; None if it is not above, or not near it."""
    present = ~upper.missing
    if upper.position <= lower.position and _is_copy(upper, lower):
        return None
    high, low = upper.values[present], lower.within(upper.unit)[present]
    if lower.missing[present].any() or not np.all(high >= low) or not len(low_sample):
        return None
    ranks = np.searchsorted(np.sort(low_sample), high, side="right")
    if log_tail(len(high), 1.0, float(ranks.mean() / len(low_sample))) >= threshold:
        return None
    spread = _spread(high - low)
    return spread if spread <= _MOST_SPREAD * min(_spread(high), _spread(low)) else None


def _spread(values: np.ndarray) -> float:
    """Return the mean distance from the median."""
    return float(np.abs(values - np.median(values)).mean())


def _equalities(screen: _Screen, _: Schema) -> Iterable[Tie]:
    """Return for each column the earlier one that it is most often equal to."""
    best: dict[Hashable, tuple[float, Tie]] = {}
    for own in screen.targets:
        if not own.is_continuous:
            continue
        known = screen.comparable(own.unit)
        is_plain = ~own.missing[screen.rows] & ~own.has_spike[screen.rows]
        is_equal = (own.values[screen.rows, None] == known.values) & ~known.has_spike
        shares = (is_equal & is_plain[:, None]).mean(axis=0)
        for i in np.flatnonzero(shares >= _LEAST_EQUAL / 2):
            other = known.cells[i]
            if other.position >= own.position or not other.is_continuous:
                continue
            share = _share_equal(own, other, screen.n_pairs)
            if share is not None and (own.name not in best or share > best[own.name][0]):
                best[own.name] = share, Tie(own.name, "equality", {other.name: 1})
    return [tie for _, tie in best.values()]


def _share_equal(own: _Cells, other: _Cells, n_pairs: int) -> float | None:
    """Return the share of rows in which two columns are equal beside their spikes.

    None if it is small, or not more than chance, or a smooth dependence, would have it.
    """
    if other.missing[~own.missing].any():
        return None
    is_plain = ~own.has_spike & ~other.has_spike & ~own.missing
    first, second = own.values[is_plain], other.within(own.unit)[is_plain]
    n_rows, n_equal = int((~own.missing).sum()), int((first == second).sum())
    if n_equal < _LEAST_EQUAL * n_rows:
        return None
    left, n_left = np.unique(first, return_counts=True)
    right, n_right = np.unique(second, return_counts=True)
    _, i, j = np.intersect1d(left, right, assume_unique=True, return_indices=True)
    chance = float(np.sum((n_left[i] / n_rows) * (n_right[j] / n_rows)))
    n_beside = int((np.abs(first - second) == own.unit.step).sum()) if own.unit.is_exact else 0
    n_near = n_equal + n_beside
    log_chance = max(
        log_tail(n_rows, n_equal / n_rows, chance), log_tail(n_near, n_equal / n_near, 0.5)
    )
    return n_equal / n_rows if log_chance < np.log(CHANCE / n_pairs) else None
