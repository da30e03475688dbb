"""Ties of numbers and dates to others: equality, sums and order; what each says, and its check."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from tabgan.exceptions import SchemaError
from tabgan.schema.cells import first_example
from tabgan.schema.columns import Column, Quantity
from tabgan.schema.container import Schema
from tabgan.schema.rules import has_level_per_value, shared_bounds
from tabgan.schema.ticks import Ticks

__all__ = [
    "Tie",
    "bounds_follow",
    "bounds_of_rest",
    "check_operands",
    "order_of_ties",
    "settle_ties",
    "tie_of",
    "with_tie",
]


@dataclass(frozen=True)
class Tie:
    """How a number or date depends on others of its kind.

    Parameters
    ----------
    name : hashable
        Of the column that is tied.
    kind : {"equality", "sum", "order"}
    signs : dict of hashable to int
        1 or -1 for each column that it is tied to.
    """

    name: Hashable
    kind: Literal["equality", "sum", "order"]
    signs: Mapping[Hashable, int]

    @property
    def has_remainder(self) -> bool:
        """Whether a remainder is modelled instead of the column."""
        return self.kind != "equality"

    def remainder(self, frame: Any, schema: Schema) -> tuple[np.ndarray, np.ndarray]:
        """Return what the others leave of the column in ticks, and where it is missing (and 0).

        It is missing where any of the columns is.
        """
        ticks = Ticks.of(schema[self.name])
        assert ticks is not None
        rest, missing = ticks.read(frame[self.name], schema[self.name])
        for name, sign in self.signs.items():
            values, is_absent = ticks.read(frame[name], schema[name])
            rest, missing = rest - sign * values, missing | is_absent
        rest[missing] = 0
        return rest, missing

    def check(self, frame: Any, schema: Schema) -> None:
        """Refuse a table in which the tie cannot be; SchemaError naming the first row."""
        if not self.has_remainder:
            return
        rest, missing = self.remainder(frame, schema)
        column = frame[self.name]
        stray = missing & ~np.asarray(column.isna())
        if stray.any():
            names = ", ".join(repr(name) for name in self.signs)
            raise SchemaError(
                f"Column {self.name!r} depends on {names}, but {int(stray.sum())} cell(s) are not "
                f"missing where one of these is, the first is {first_example(column, stray)}; "
                f"change them, or fit with a schema in which {self.name!r} is not tied to others."
            )
        if self.kind == "sum" and rest.dtype.kind == "f" and (len(self.signs) > 1 or rest.any()):
            names = ", ".join(repr(name) for name in self.signs)
            raise SchemaError(
                f"Column {self.name!r} is declared a sum of {names}, but has no fixed number of "
                "decimals, so that no sum is exact; it can only be a copy of one column. Round it, "
                "or leave 'plus' and 'minus' out."
            )
        if self.kind == "order" and (rest < 0).any():
            (other,) = self.signs
            raise SchemaError(
                f"Column {self.name!r} is never below column {other!r}, but "
                f"{int((rest < 0).sum())} cell(s) are, the first is "
                f"{first_example(column, rest < 0)}; change them, or fit with a schema in which "
                f"{self.name!r} has no at_least."
            )


def tie_of(name: Hashable, column: Column) -> Tie | None:
    """Return the tie that a column declares, None if it has none."""
    if not isinstance(column, Quantity):
        return None
    if column.same_as is not None:
        return Tie(name, "equality", {column.same_as: 1})
    if column.at_least is not None:
        return Tie(name, "order", {column.at_least: 1})
    if column.plus is None and column.minus is None:
        return None
    signs = dict.fromkeys(column.plus or (), 1) | dict.fromkeys(column.minus or (), -1)
    return Tie(name, "sum", signs)


def with_tie(column: Column, tie: Tie) -> Column:
    """Return a column that declares a tie."""
    first = next(iter(tie.signs))
    if tie.kind != "sum":
        return column.replace(**{"same_as" if tie.kind == "equality" else "at_least": first})
    plus = tuple(name for name, sign in tie.signs.items() if sign > 0)
    minus = tuple(name for name, sign in tie.signs.items() if sign < 0)
    return column.replace(plus=plus or None, minus=minus or None)


def order_of_ties(schema: Schema) -> list[Tie]:
    """Return the ties of a schema, each after those of the columns that it speaks of.

    Raises
    ------
    SchemaError
        If ties go round in a circle.
    """
    waiting = {n: tie for n, column in schema.items() if (tie := tie_of(n, column)) is not None}
    ordered: list[Tie] = []
    while waiting:
        free = [tie for tie in waiting.values() if not waiting.keys() & tie.signs.keys()]
        if not free:
            names = ", ".join(repr(name) for name in waiting)
            raise SchemaError(
                f"Columns {names} depend on each other in a circle; leave same_as, plus, minus or "
                "at_least out of one of them."
            )
        ordered += free
        for tie in free:
            del waiting[tie.name]
    return ordered


def settle_ties(frame: pd.DataFrame, schema: Schema) -> None:
    """Refuse declared ties that cannot be, or that the table breaks, and settle what they entail.

    A column that is equal to another in all rows is a copy of it, which is a sum. A sum keeps the
    bounds that follow from those of its terms.
    """
    for tie in order_of_ties(schema):
        check_operands(tie, schema)
        tie.check(frame, schema)
        rest, missing = tie.remainder(frame, schema)
        is_present = ~np.asarray(frame[tie.name].isna())
        if tie.kind == "equality" and not (missing | (rest != 0))[is_present].any():
            tie = Tie(tie.name, "sum", tie.signs)
            schema[tie.name] = with_tie(schema[tie.name].replace(same_as=None), tie)
        if tie.kind == "sum":
            kept = bounds_follow(tie, schema, bounds_of_rest(rest[~missing]))
            lost = [
                side for side, is_kept in zip(("low", "high"), kept, strict=True) if not is_kept
            ]
            schema[tie.name] = schema[tie.name].replace(**dict.fromkeys(lost))


def check_operands(tie: Tie, schema: Schema) -> None:
    """Refuse a tie to columns that are not fit for it."""
    own, column = Ticks.of(schema[tie.name]), schema[tie.name]
    assert own is not None and isinstance(column, Quantity)
    for name in tie.signs:
        problem = _operand_problem(own, name, schema)
        if problem:
            raise SchemaError(
                f"Column {tie.name!r} is declared to depend on {name!r}, {problem}; name another "
                "column, or leave it out."
            )
    if tie.kind != "sum":
        return
    if own.unit and list(tie.signs.values()) != [1]:
        raise SchemaError(
            f"Column {tie.name!r} is a date, which is at most one date in 'plus' and a remainder; "
            "leave the others out."
        )
    if len(column.plus or ()) + len(column.minus or ()) != len(tie.signs):
        raise SchemaError(
            f"Column {tie.name!r} names a column twice in 'plus' and 'minus'; drop one of them."
        )


def _operand_problem(own: Ticks, name: Hashable, schema: Schema) -> str:
    """Return what makes a column unfit to be tied to, empty if nothing does."""
    if name not in schema:
        return "which is not in the table"
    if schema[name].computed_from is not None:
        return f"which is itself computed, from {schema[name].computed_from!r}"
    other = Ticks.of(schema[name])
    if other is None:
        return f"which is {schema[name].kind}, and neither a number nor a date"
    if not own.holds(other):
        return "whose values are not on the grid (decimals, step, resolution) of its own"
    return ""


def bounds_follow(tie: Tie, schema: Schema, rest: tuple[Any, Any]) -> tuple[bool, bool]:
    """Tell whether the lower and the upper bound of a sum follow from those of its terms.

    A column without a bound has none to keep. `rest` holds the bounds of the remainder in ticks,
    None for no bound.
    """
    column: Any = schema[tie.name]
    ticks = Ticks.of(column)
    assert ticks is not None
    ends: list[float] = [-np.inf if rest[0] is None else rest[0]]
    ends += [np.inf if rest[1] is None else rest[1]]
    for name, sign in tie.signs.items():
        other: Any = schema[name]
        bounds = (other.low, other.high) if ticks.has_clock_of(other) else (None, None)
        low, high = (ticks.bound(bound) for bound in bounds)
        low, high = -np.inf if low is None else low, np.inf if high is None else high
        ends[0] += low if sign > 0 else -high
        ends[1] += high if sign > 0 else -low
    own = [ticks.bound(bound) for bound in (column.low, column.high)]
    return own[0] is None or ends[0] >= own[0], own[1] is None or ends[1] <= own[1]


def bounds_of_rest(rest: np.ndarray) -> tuple[Any, Any]:
    """Return the bounds of remainders: the extremes if each value is a level, else natural ones."""
    distinct, counts = np.unique(rest, return_counts=True)
    if len(distinct) and has_level_per_value(len(rest), len(distinct)):
        return distinct[0].item(), distinct[-1].item()
    return shared_bounds(distinct, counts)
