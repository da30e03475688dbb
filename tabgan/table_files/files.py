"""Read and write a table by the name of its file."""

import gzip
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from tabgan._atomic import atomic_path
from tabgan._optional import require
from tabgan.exceptions import TableFileError
from tabgan.schema import Schema
from tabgan.table_files.csv_reading import read_csv
from tabgan.table_files.writing import write_csv, write_parquet

__all__ = ["is_table_path", "read_table", "write_table"]

_CSV = (".csv", ".tsv", ".txt")
_PARQUET = (".parquet", ".pq")


def is_table_path(path: str | os.PathLike) -> bool:
    """Tell whether a name is that of a CSV or Parquet file.

    Parameters
    ----------
    path : path
        Only its ending is looked at.

    Returns
    -------
    is_table : bool

    Examples
    --------
    >>> is_table_path("people.csv.gz"), is_table_path("people.tabgan")
    (True, False)
    """
    return _suffix(path) in (*_CSV, *_PARQUET)


def read_table(path: str | os.PathLike) -> pd.DataFrame:
    """Read a CSV or Parquet file.

    Parameters
    ----------
    path : path
        Ends in .csv, .tsv or .txt (.gz may follow), or in .parquet or .pq.

    Returns
    -------
    table : DataFrame

    Raises
    ------
    TableFileError
        If the file cannot be read, does not parse, or has another ending.

    Examples
    --------
    >>> read_table("people.xls")
    Traceback (most recent call last):
    ...
    tabgan.exceptions.TableFileError: The file 'people.xls' has no ending that tells its format: a
    table ends in .csv, .tsv, .txt (.gz may follow), .parquet or .pq.
    """
    suffix = _checked_suffix(path)
    return read_csv(path) if suffix in _CSV else _read_parquet(path)


def write_table(
    path: str | os.PathLike, tables: Iterable[pd.DataFrame], *, schema: Schema | None = None
) -> int:
    """Write a stream of tables as one CSV or Parquet file, completely or not at all.

    Parameters
    ----------
    path : path
        Its ending tells the format, as for :func:`read_table`.
    tables : iterable of DataFrame
        Taken one at a time.
    schema : Schema, default=None
        Says to what resolution a CSV writes instants.

    Returns
    -------
    n_rows : int
        Number of rows written.

    Raises
    ------
    TableFileError
        If the path cannot be written, or Parquet cannot hold a column.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "rows.csv"
    >>> write_table(path, [pd.DataFrame({"x": [1, 2]}), pd.DataFrame({"x": [3]})])
    3
    >>> read_table(path)["x"].tolist()
    [1, 2, 3]
    """
    suffix = _checked_suffix(path)
    try:
        with atomic_path(path) as partial:
            if suffix in _PARQUET:
                return write_parquet(partial, tables)
            opener: Any = gzip.open if Path(path).suffix == ".gz" else open
            with opener(partial, "wt", encoding="utf-8", newline="") as stream:
                separator = "\t" if suffix == ".tsv" else ","
                return write_csv(stream, tables, schema=schema, separator=separator)
    except OSError as error:
        raise TableFileError(
            f"Cannot write the table {os.fspath(path)!r}: {error.strerror or error}."
        ) from error


def _suffix(path: str | os.PathLike) -> str:
    """Return the ending in small letters, without a .gz after a CSV's."""
    name = Path(path).name.lower()
    plain = name.removesuffix(".gz")
    suffix = Path(plain).suffix
    return suffix if plain == name or suffix in _CSV else ".gz"


def _checked_suffix(path: str | os.PathLike) -> str:
    if not is_table_path(path):
        raise TableFileError(
            f"The file {os.fspath(path)!r} has no ending that tells its format: a table ends in "
            ".csv, .tsv, .txt (.gz may follow), .parquet or .pq."
        )
    return _suffix(path)


def _read_parquet(path: str | os.PathLike) -> pd.DataFrame:
    """Read a Parquet file, whose columns have types."""
    arrow = require("pyarrow", extra="arrow", purpose="Reading Parquet")
    parquet = require("pyarrow.parquet", extra="arrow", purpose="Reading Parquet")
    try:
        with open(path, "rb") as stream:
            return parquet.read_table(stream).to_pandas()
    except (OSError, arrow.ArrowException) as error:
        reason = getattr(error, "strerror", None) or " ".join(map(str, error.args))
        raise TableFileError(f"Cannot read the table {os.fspath(path)!r}: {reason}.") from error
