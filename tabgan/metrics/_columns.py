"""Bring tables to one form before they are compared.

Every table becomes two arrays: `numbers` (float64, missing is NaN) for its numeric columns, and
`levels` (int32 codes over the union of the tables' levels, missing is a level of its own) for the
others. Dtypes, the order of columns and the marker of a missing cell are made one. For the metrics
that look at single rows the number of decimals of the first table is forced on all, so that
none tells tables apart by form alone.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import InvalidParameterError, SchemaError, TableError
from tabgan.metrics._cells import level_codes, read_numbers
from tabgan.schema import check_table, infer_schema, is_frame
from tabgan.schema.columns import SILENT_KINDS

__all__ = ["EncodedTable", "EncodedTables", "column_kinds", "dropped_columns", "encode_tables"]

NUMERIC_KINDS = frozenset({"continuous", "integer", "datetime", "duration"})
LEVEL_KINDS = frozenset({"categorical", "boolean", "constant"})
SKIPPED_KINDS = SILENT_KINDS


@dataclass(frozen=True)
class EncodedTable:
    """One table as arrays, in the columns and levels shared with the tables it is compared to.

    Attributes
    ----------
    numbers : array of shape (n_rows, n_numeric), float64
        Missing cells are NaN.
    levels : array of shape (n_rows, n_categorical), int32
        Codes below `EncodedTables.n_levels`.
    """

    numbers: np.ndarray
    levels: np.ndarray

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: np.ndarray) -> "EncodedTable":
        """Return the given rows, in the given order."""
        return EncodedTable(self.numbers[rows], self.levels[rows])


@dataclass(frozen=True)
class EncodedTables:
    """Several tables in one form.

    Attributes
    ----------
    columns : tuple
        Names of the columns in use, in the order of the first table.
    numeric, categorical : tuple
        Names of the columns of `numbers` and of `levels`.
    n_levels : tuple of int
        Number of codes of each categorical column, a missing cell's included.
    has_missing : tuple of bool
        Whether the last of these codes is a missing cell's.
    tables : mapping of str to EncodedTable
        By the names that the caller gave.
    level_names : tuple of tuples of str
        What the codes of each categorical column stand for, a missing cell's left out.
    kinds : mapping of column to str
        Kinds of the columns in use.
    """

    columns: tuple[Hashable, ...]
    numeric: tuple[Hashable, ...]
    categorical: tuple[Hashable, ...]
    n_levels: tuple[int, ...]
    has_missing: tuple[bool, ...]
    tables: Mapping[str, EncodedTable]
    level_names: tuple[tuple[str, ...], ...] = ()
    kinds: Mapping[Hashable, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> EncodedTable:
        return self.tables[name]


def encode_tables(schema: Any, *, same_decimals: bool = False, **tables: Any) -> EncodedTables:
    """Check the tables against the first one and bring them to one form.

    Parameters
    ----------
    schema : None, Schema or mapping of column to kind
        See :func:`column_kinds`.
    same_decimals : bool, default=False
        Whether numbers are rounded to the decimals of the first table.
    **tables : DataFrame, array of two dimensions, or None
        The first one rules. None is left out.

    Returns
    -------
    encoded : EncodedTables

    Raises
    ------
    TableError
        If a table is empty, is no table, or has other columns than the first.
    SchemaError
        If the schema speaks of other columns, or calls text a number.
    """
    dropped = dropped_columns(schema)
    frames = {
        name: _as_frame(table, name).drop(columns=dropped, errors="ignore")
        for name, table in tables.items()
        if table is not None
    }
    first_name, first = next(iter(frames.items()))
    for name, frame in frames.items():
        _check_columns(frame, name, first, first_name)
    kinds = column_kinds(first, schema)
    used = [column for column in first.columns if kinds[column] not in SKIPPED_KINDS]
    if not used:
        raise TableError(
            f"The {first_name} table has no column to compare: all {first.shape[1]} are "
            "identifiers or text. Declare a kind for one, such as "
            "schema={'column': 'categorical'}."
        )
    numeric = [column for column in used if kinds[column] in NUMERIC_KINDS]
    categorical = [column for column in used if kinds[column] not in NUMERIC_KINDS]
    numbers = _numbers(frames, numeric, kinds, same_decimals)
    levels, level_names, has_missing = _levels(frames, categorical)
    return EncodedTables(
        tuple(used),
        tuple(numeric),
        tuple(categorical),
        tuple(len(n) + gap for n, gap in zip(level_names, has_missing, strict=True)),
        has_missing,
        {name: EncodedTable(numbers[name], levels[name]) for name in frames},
        level_names,
        {column: kinds[column] for column in used},
    )


def column_kinds(table: pd.DataFrame, schema: Any) -> dict[Hashable, str]:
    """Return the kind of every column of `table`.

    Parameters
    ----------
    table : DataFrame
    schema : None, Schema or mapping of column to kind
        Columns that a mapping leaves out are inferred, and all of them with None.

    Returns
    -------
    kinds : dict of column to str
    """
    if schema is not None and not isinstance(schema, Mapping):
        raise InvalidParameterError(
            "The 'schema' parameter must be None, a Schema or a mapping of column to kind. "
            f"Got {schema!r} instead."
        )
    declared = {name: _kind_of(kind, name) for name, kind in (schema or {}).items()}
    unknown = [
        name for name, kind in declared.items() if name not in table.columns and kind != "dropped"
    ]
    if unknown:
        raise SchemaError(
            f"The schema names {len(unknown)} column(s) that the table lacks, the first is "
            f"{unknown[0]!r}. The table has {list(table.columns)!r}."
        )
    rest = [name for name in table.columns if name not in declared]
    if rest:
        inferred = infer_schema(table[rest])
        declared |= {name: column.kind for name, column in inferred.items()}
    return {name: kind for name, kind in declared.items() if name in table.columns}


def dropped_columns(schema: Any) -> list[Hashable]:
    """Return the columns that a schema leaves out, which samples lack."""
    if not isinstance(schema, Mapping):
        return []
    return [name for name, kind in schema.items() if _kind_of(kind, name) == "dropped"]


def _numbers(
    frames: Mapping[str, pd.DataFrame],
    columns: list[Hashable],
    kinds: Mapping[Hashable, str],
    same_decimals: bool,
) -> dict[str, np.ndarray]:
    """Return the numeric columns of each table."""
    numbers = {name: np.empty((len(f), len(columns)), order="F") for name, f in frames.items()}
    for position, column in enumerate(columns):
        parts = read_numbers(
            {name: frame[column] for name, frame in frames.items()}, kinds[column], same_decimals
        )
        for name, part in zip(frames, parts, strict=True):
            numbers[name][:, position] = part
    return numbers


def _levels(
    frames: Mapping[str, pd.DataFrame], columns: list[Hashable]
) -> tuple[dict[str, np.ndarray], tuple[tuple[str, ...], ...], tuple[bool, ...]]:
    """Return the codes of the other columns of each table, the levels, and which may be missing."""
    levels = {
        name: np.empty((len(f), len(columns)), np.int32, order="F") for name, f in frames.items()
    }
    level_names, has_missing = [], []
    for position, column in enumerate(columns):
        parts, names, is_last_missing = level_codes([f[column] for f in frames.values()])
        level_names.append(tuple(names))
        has_missing.append(is_last_missing)
        for name, part in zip(frames, parts, strict=True):
            levels[name][:, position] = part
    return levels, tuple(level_names), tuple(has_missing)


def _kind_of(kind: Any, name: Hashable) -> str:
    """Return the kind as text, from text or from a schema's column."""
    word = kind if isinstance(kind, str) else getattr(kind, "kind", None)
    known = NUMERIC_KINDS | LEVEL_KINDS | SKIPPED_KINDS
    if word not in known:
        raise SchemaError(f"Column {name!r} has kind {kind!r}; the kinds are {sorted(known)}.")
    return str(word)


def _as_frame(table: Any, name: str) -> pd.DataFrame:
    """Return a table as a DataFrame that can be used, or say which table cannot."""
    if not is_frame(table) and getattr(table, "ndim", 0) != 2:
        raise TableError(
            f"The {name} table must be a DataFrame or an array of two dimensions. Got "
            f"{type(table).__name__} instead."
        )
    if 0 in getattr(table, "shape", ()):
        raise TableError(
            f"The {name} table is empty: {table.shape[0]} rows, {table.shape[1]} columns. "
            "At least one of each is needed."
        )
    try:
        return check_table(table, min_rows=1)
    except TableError as error:
        raise TableError(f"The {name} table cannot be used: {error}") from error


def _check_columns(frame: pd.DataFrame, name: str, first: pd.DataFrame, first_name: str) -> None:
    """Refuse a table whose set of columns is not that of the first."""
    lacking = [column for column in first.columns if column not in frame.columns]
    surplus = [column for column in frame.columns if column not in first.columns]
    if lacking or surplus:
        raise TableError(
            f"The {name} table and the {first_name} table have different columns: it lacks "
            f"{lacking!r} and has {surplus!r} besides. Give both the same columns, in any order."
        )
