"""From a table, and what the user says about it, to a complete schema."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from tabgan.exceptions import SchemaError
from tabgan.schema.checks import check_table
from tabgan.schema.columns import Column
from tabgan.schema.container import Schema, column_of_kind
from tabgan.schema.guess import guess
from tabgan.schema.learn import describe
from tabgan.schema.relations import check_relations, find_relations
from tabgan.schema.tie_search import find_ties
from tabgan.schema.ties import settle_ties, with_tie

__all__ = ["infer_schema", "resolve_schema"]


def infer_schema(table: Any, *, overrides: Mapping[Hashable, Any] | None = None) -> Schema:
    """Find out what each column of a table is.

    Parameters
    ----------
    table : DataFrame or array of shape (n_rows, n_columns)
    overrides : mapping, optional
        What you know better: column name to the name of a kind, which replaces the kind alone, or
        to a :class:`Column`, whose fields hold as they are given; those that are None are learned,
        and a column given so is only derived from others, or tied to them, if it says so.

    Returns
    -------
    schema : Schema
        With every field filled that can be learned.

    Raises
    ------
    TableError
        If the table cannot be used; see :func:`check_table`.
    SchemaError
        If an override names no column or no kind, or does not hold.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"zip": [8001, 8002, 8001], "price": [1.5, 2.25, 0.5]})
    >>> print(infer_schema(table, overrides={"zip": "categorical"}))
    column  kind         dtype    missing  details
    zip     categorical  int64    no       2 levels: 8001, 8002
    price   continuous   float64  no       low 0.0; decimals 2
    """
    frame = check_table(table)
    given = _check_overrides(frame, overrides or {})
    columns: dict[Hashable, Column] = {}
    for name in frame.columns:
        start = given.get(name) or guess(frame[name])
        columns[name] = describe(frame[name], start)
    schema = Schema(columns, n_rows=len(frame))
    check_relations(frame, schema)
    settle_ties(frame, schema)
    fixed = [name for name, kind in (overrides or {}).items() if not isinstance(kind, str)]
    for name, root in find_relations(frame, schema, fixed=fixed).items():
        schema[name] = schema[name].replace(derived_from=root)
    for name, tie in find_ties(frame, schema, fixed=fixed).items():
        schema[name] = with_tie(schema[name], tie)
    return schema


def resolve_schema(table: Any, schema: Any = None) -> Schema:
    """Return a complete schema for a table.

    Parameters
    ----------
    table : DataFrame or array of shape (n_rows, n_columns)
    schema : None, Schema or mapping
        None: inferred. A mapping of column to kind: inferred with these overrides. A Schema: has
        all columns of the table; its open fields are filled, and nothing else is changed.

    Returns
    -------
    schema : Schema
        A new one, in the column order of the table.

    Raises
    ------
    SchemaError
        If the schema does not hold for the table.
    """
    if schema is None:
        return infer_schema(table)
    if not isinstance(schema, Mapping):
        raise SchemaError(
            f"A schema is None, a Schema, or a mapping of column to kind; got {schema!r} of type "
            f"{type(schema).__name__}."
        )
    if not isinstance(schema, Schema):
        return infer_schema(table, overrides=schema)
    frame = check_table(table)
    given = _check_overrides(frame, schema)
    lacking = [name for name in frame.columns if name not in given]
    if lacking:
        raise SchemaError(
            f"The schema lacks {len(lacking)} column(s) of the table, the first is {lacking[0]!r}; "
            "add it, as with schema[name] = 'categorical', or drop it from the table."
        )
    columns = {name: describe(frame[name], given[name]) for name in frame.columns}
    resolved = Schema(columns, n_rows=len(frame))
    check_relations(frame, resolved)
    settle_ties(frame, resolved)
    return resolved


def _check_overrides(
    frame: pd.DataFrame, overrides: Mapping[Hashable, Any]
) -> dict[Hashable, Column]:
    """Return the overrides as columns, after a check of their names."""
    unknown = [name for name in overrides if name not in frame.columns]
    if unknown:
        raise SchemaError(
            f"The schema names {len(unknown)} column(s) that the table lacks, the first is "
            f"{unknown[0]!r}; the table has {', '.join(repr(name) for name in frame.columns)}."
        )
    return {name: column_of_kind(kind, name=name) for name, kind in overrides.items()}
