"""Write a stream of tables as one CSV or Parquet file."""

import os
from collections.abc import Hashable, Iterable, Iterator
from typing import Any, TextIO

import numpy as np
import pandas as pd

from tabgan._optional import require
from tabgan.exceptions import TableFileError
from tabgan.schema import Schema

__all__ = ["write_csv", "write_parquet"]

# Hours and minutes are written with their seconds, as any reader expects them.
_WRITTEN_UNITS = {"D": "D", "ms": "ms", "us": "us", "ns": "ns"}


def write_csv(
    stream: TextIO,
    tables: Iterable[pd.DataFrame],
    *,
    schema: Schema | None = None,
    separator: str = ",",
) -> int:
    """Write tables of the same columns below one header.

    Parameters
    ----------
    stream : text stream
        Open for writing.
    tables : iterable of DataFrame
        Taken one at a time.
    schema : Schema, default=None
        Says to what resolution instants are written. None: to that of their dtype.
    separator : str, default=","
        One character.

    Returns
    -------
    n_rows : int
        Number of rows written.

    Examples
    --------
    >>> import sys
    >>> write_csv(sys.stdout, [pd.DataFrame({"x": [1.5]}), pd.DataFrame({"x": [None]})])
    x
    1.5
    ""
    2
    """
    n_rows = 0
    for i, table in enumerate(tables):
        written = table.copy(deep=False)
        for name, unit in _units(table, schema).items():
            written[name] = _instants(table[name], unit)
        written.to_csv(stream, header=i == 0, index=False, sep=separator, lineterminator="\n")
        n_rows += len(table)
    return n_rows


def write_parquet(path: str | os.PathLike, tables: Iterable[pd.DataFrame]) -> int:
    """Write tables of the same columns as the row groups of one Parquet file.

    Parameters
    ----------
    path : path
        Where to write; a file that is there is replaced.
    tables : iterable of DataFrame
        Taken one at a time, one row group each.

    Returns
    -------
    n_rows : int
        Number of rows written.

    Examples
    --------
    >>> import tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "rows.parquet")
    >>> write_parquet(path, [pd.DataFrame({"x": [1, 2]}), pd.DataFrame({"x": [3]})])
    3
    """
    arrow = require("pyarrow", extra="arrow", purpose="Writing Parquet")
    parquet = require("pyarrow.parquet", extra="arrow", purpose="Writing Parquet")
    groups = _arrow_tables(arrow, tables)
    first = next(groups, None)
    if first is None:
        raise TableFileError(f"Nothing to write to {os.fspath(path)!r}: there is no table.")
    n_rows = 0
    with parquet.ParquetWriter(path, first.schema) as writer:
        while first is not None:
            writer.write_table(first)
            n_rows += first.num_rows
            first = next(groups, None)
    return n_rows


def _arrow_tables(arrow: Any, tables: Iterable[pd.DataFrame]) -> Iterator[Any]:
    """Yield Arrow tables of one Arrow schema, that of the first."""
    schema = None
    for table in tables:
        named = table.set_axis([str(name) for name in table.columns], axis=1)
        try:
            converted = arrow.Table.from_pandas(named, schema=schema, preserve_index=False)
        except (arrow.ArrowInvalid, arrow.ArrowTypeError, arrow.ArrowNotImplementedError) as error:
            raise TableFileError(
                f"Parquet cannot hold this table: {' '.join(map(str, error.args))}. Write a CSV, "
                "or give the column one type."
            ) from error
        if schema is None:
            schema = _without_null_types(arrow, converted.schema)
            converted = converted.cast(schema)
        yield converted


def _without_null_types(arrow: Any, schema: Any) -> Any:
    """Let a column whose first cells are all missing hold text later."""
    for position, field in enumerate(schema):
        if arrow.types.is_null(field.type):
            schema = schema.set(position, field.with_type(arrow.string()))
    return schema


def _units(table: pd.DataFrame, schema: Schema | None) -> dict[Hashable, str]:
    """Return the unit to write for each column of instants without a zone."""
    units: dict[Hashable, str] = {}
    for name, dtype in table.dtypes.items():
        if isinstance(dtype, np.dtype) and dtype.kind == "M":
            column = None if schema is None else schema.get(name)
            unit = getattr(column, "resolution", None) or np.datetime_data(dtype)[0]
            units[name] = _WRITTEN_UNITS.get(unit, "s")
    return units


def _instants(column: pd.Series, unit: Any) -> pd.Series:
    """Write instants alike in every table: pandas drops the time where all are midnights."""
    values = column.to_numpy()
    written = np.char.replace(np.datetime_as_string(values, unit=unit), "T", " ").astype(object)
    written[np.isnat(values)] = None
    return pd.Series(written, index=column.index, dtype=object)
