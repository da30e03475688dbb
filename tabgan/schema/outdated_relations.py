"""Relations that were found, and that what is now said of the columns rules out: they are dropped.

A relation that the user declares must hold, or is refused. One that was found yields: to a term
that is dropped or has another kind, and to a declared relation that allows no other beside it.
"""

import warnings
from collections.abc import Hashable

from tabgan.exceptions import DataWarning, SchemaError
from tabgan.schema.calendars import is_date
from tabgan.schema.columns import Categorical, Column
from tabgan.schema.container import Schema
from tabgan.schema.relations import root_problem
from tabgan.schema.ties import check_operands, order_of_ties, tie_of

__all__ = ["drop_outdated", "warn_of_dropped"]


def drop_outdated(schema: Schema, *, is_complete: bool) -> dict[Hashable, Column]:
    """Drop learned relations that cannot be; return the columns as they were.

    Parameters
    ----------
    schema : Schema
        Changed in place.
    is_complete : bool
        Whether no field of it is open, so that the grids of numbers and dates are known.
    """
    dropped: dict[Hashable, Column] = {}
    while (name := _first_outdated(schema, is_complete=is_complete)) is not None:
        dropped[name] = schema[name]
        schema[name] = _without_relation(schema[name])
    return dropped


def warn_of_dropped(dropped: dict[Hashable, Column]) -> None:
    """Name the columns whose learned relations were dropped."""
    if dropped:
        parts = [
            f"{name!r} (to {', '.join(map(repr, column.terms(dropped)))})"
            for name, column in dropped.items()
        ]
        warnings.warn(
            f"The relation of column(s) {', '.join(parts)} was found before the schema was "
            "changed, and cannot be any more; they are modelled on their own. Infer the schema "
            "anew to find others.",
            DataWarning,
            stacklevel=3,
        )


def _without_relation(column: Column) -> Column:
    """Return a column on its own; levels that it had by following another are learned anew."""
    free = column.without_relation()
    if isinstance(free, Categorical) and free.has_rare:
        return free.replace(levels=None, merged_level=None, has_rare=None)
    return free


def _first_outdated(schema: Schema, *, is_complete: bool) -> Hashable:
    """Return a column whose learned relation cannot be, None if there is none."""
    learned = schema.learned_relations
    for name, column in schema.items():
        if column.relation and _is_broken(name, schema, is_complete=is_complete):
            blamed = [each for each in (name, *column.terms(schema)) if each in learned]
            if blamed:
                return blamed[0]
    return next((name for name in _in_circles(schema) if name in learned), None)


def _is_broken(name: Hashable, schema: Schema, *, is_complete: bool) -> bool:
    """Tell whether a relation cannot be, whatever the cells are."""
    column = schema[name]
    if column.derived_from is not None:
        return bool(root_problem(name, column.roots(schema), schema))
    if column.computed_from is not None:
        return column.computed_from not in schema or not is_date(schema[column.computed_from])
    tie = tie_of(name, column)
    if tie is None or not is_complete:
        return any(each not in schema for each in column.terms(schema))
    try:
        check_operands(tie, schema)
    except SchemaError:
        return True
    return False


def _in_circles(schema: Schema) -> list[Hashable]:
    """Return the tied columns that depend on each other in a circle, in the order of the table."""
    try:
        order_of_ties(schema)
    except SchemaError:
        tied = {name for name, column in schema.items() if tie_of(name, column) is not None}
        while free := {name for name in tied if not tied & {*schema[name].terms(schema)}}:
            tied -= free
        return [name for name in schema if name in tied]
    return []
