"""From a table, and what the user says about it, to a complete schema."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from tabgan._params import Interval, check_parameters
from tabgan.exceptions import SchemaError
from tabgan.schema.calendars import check_calendars, find_calendars
from tabgan.schema.checks import check_table
from tabgan.schema.columns import Column
from tabgan.schema.container import Schema, column_of_kind
from tabgan.schema.followers import describe_table, follow_roots
from tabgan.schema.guess import guess
from tabgan.schema.outdated_relations import drop_outdated, warn_of_dropped
from tabgan.schema.pair_search import find_pairs
from tabgan.schema.rare_levels import protects, unknown_cells
from tabgan.schema.relations import check_relations, find_relations, read_levels
from tabgan.schema.tie_search import find_ties
from tabgan.schema.ties import settle_ties, with_tie

__all__ = ["infer_schema", "resolve_schema"]


def infer_schema(
    table: Any,
    *,
    overrides: Mapping[Hashable, Any] | None = None,
    min_level_count: int = 1,
) -> Schema:
    """Find out what each column of a table is.

    Parameters
    ----------
    table : DataFrame of pandas or polars, pyarrow Table, or array of shape (n_rows, n_columns)
    overrides : mapping, optional
        What you know better: column name to the name of a kind, which replaces the kind alone, or
        to a :class:`Column`, whose fields hold as they are given; those that are None are learned,
        and a column given so is only derived from others, or tied to them, if it says so.
    min_level_count : int, default=1
        Levels of fewer rows are protected in every categorical column that gives no count of its
        own: they are not in the schema, and enter neither a saved model nor a sample; see
        :class:`Categorical`.

    Returns
    -------
    schema : Schema
        With every field filled that can be learned.

    Raises
    ------
    TableError
        If the table cannot be used; see :func:`check_table`.
    SchemaError
        If an override names no column or no kind, or does not hold, or if a column has no level of
        `min_level_count` rows.
    InvalidParameterError
        If `min_level_count` is no integer of at least 1.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"zip": [8001, 8002, 8001], "price": [1.5, 2.25, 0.5]})
    >>> print(infer_schema(table, overrides={"zip": "categorical"}))
    column  kind         dtype    missing  details
    zip     categorical  int64    no       2 levels: 8001, 8002
    price   continuous   float64  no       low 0.0; decimals 2
    >>> towns = pd.DataFrame({"town": ["Bern"] * 8 + ["Zug"] * 6 + ["Amden", "Bivio", "Cama"]})
    >>> infer_schema(towns, min_level_count=3)["town"].levels
    ('Bern', 'Zug', 'other')
    """
    frame = check_table(table)
    check_parameters(
        "infer_schema",
        {"min_level_count": min_level_count},
        {"min_level_count": [Interval(int, 1)]},
    )
    given = _check_overrides(frame, overrides or {})
    starts = {name: given.get(name) or guess(frame[name]) for name in frame.columns}
    schema, rows = describe_table(frame, starts, min_level_count=int(min_level_count))
    check_calendars(rows, schema)
    check_relations(rows, schema)
    settle_ties(rows, schema)
    declared = [name for name, column in schema.items() if column.relation]
    fixed = [name for name, kind in (overrides or {}).items() if not isinstance(kind, str)]
    for name, (date, field) in find_calendars(rows, schema, fixed=fixed).items():
        schema[name] = schema[name].replace(calendar_of=date, calendar_field=field)
    rows = _derive(frame, rows, schema, starts, fixed, int(min_level_count))
    for name, tie in find_ties(rows, schema, fixed=fixed).items():
        schema[name] = with_tie(schema[name], tie)
    found = [name for name, column in schema.items() if column.relation and name not in declared]
    return Schema(schema, n_rows=len(frame), learned_relations=found)


def _derive(
    frame: pd.DataFrame,
    rows: pd.DataFrame,
    schema: Schema,
    starts: Mapping[Hashable, Column],
    fixed: list[Hashable],
    min_level_count: int,
) -> pd.DataFrame:
    """Find the functions of the real table, then those of the protected one, which is returned."""
    if any(protects(column) for column in schema.values()):
        # A date that follows a protected column would no longer agree with its own fields.
        dates = [c.computed_from for c in schema.values() if c.computed_from is not None]
        levels = read_levels(frame, schema, fixed=[*fixed, *dates])
        for find in (find_relations, find_pairs):
            found = find(levels, schema)
            roots = {
                name: root if isinstance(root, tuple) and root not in schema else (root,)
                for name, root in found.items()
            }
            roots = {
                name: own
                for name, own in roots.items()
                if not any(_is_all_protected(frame[each], schema[each]) for each in own)
            }
            rows = follow_roots(frame, rows, schema, starts, roots, min_level_count=min_level_count)
            for name in roots:
                schema[name] = schema[name].replace(derived_from=found[name])
    levels = read_levels(rows, schema, fixed=fixed)
    for find in (find_relations, find_pairs):
        for name, root in find(levels, schema).items():
            schema[name] = schema[name].replace(derived_from=root)
    return rows


def _is_all_protected(series: pd.Series, column: Column) -> bool:
    return protects(column) and bool(unknown_cells(series, column).all())


def resolve_schema(table: Any, schema: Any = None, *, min_level_count: int = 1) -> Schema:
    """Return a complete schema for a table.

    Parameters
    ----------
    table : DataFrame of pandas or polars, pyarrow Table, or array of shape (n_rows, n_columns)
    schema : None, Schema or mapping
        None: inferred. A mapping of column to kind: inferred with these overrides. A Schema: has
        all columns of the table; its open fields are filled, and nothing else is changed but that
        levels are left out which `min_level_count` protects, and relations that were found (see
        :attr:`Schema.learned_relations`) and that other columns, as they are now, rule out.
    min_level_count : int, default=1
        As in :func:`infer_schema`.

    Returns
    -------
    schema : Schema
        A new one, in the column order of the table.

    Raises
    ------
    SchemaError
        If the schema does not hold for the table.

    Warns
    -----
    DataWarning
        If relations that were found are left out.
    """
    if schema is None:
        return infer_schema(table, min_level_count=min_level_count)
    if not isinstance(schema, Mapping):
        raise SchemaError(
            f"A schema is None, a Schema, or a mapping of column to kind; got {schema!r} of type "
            f"{type(schema).__name__}."
        )
    if not isinstance(schema, Schema):
        return infer_schema(table, overrides=schema, min_level_count=min_level_count)
    frame = check_table(table)
    given = _check_overrides(frame, schema)
    lacking = [name for name in frame.columns if name not in given]
    if lacking:
        raise SchemaError(
            f"The schema lacks {len(lacking)} column(s) of the table, the first is {lacking[0]!r}; "
            "add it, as with schema[name] = 'categorical', or drop it from the table."
        )
    starts = Schema(given, learned_relations=schema.learned_relations)
    dropped = drop_outdated(starts, is_complete=False)
    resolved, rows = describe_table(frame, starts, min_level_count=int(min_level_count))
    resolved = Schema(resolved, n_rows=len(frame), learned_relations=starts.learned_relations)
    warn_of_dropped(dropped | drop_outdated(resolved, is_complete=True))
    check_calendars(rows, resolved)
    check_relations(rows, resolved)
    settle_ties(rows, resolved)
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
