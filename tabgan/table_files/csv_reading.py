"""Read a CSV strictly: every record has the fields of the header, or the line is named."""

import csv
import gzip
import os
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd

from tabgan.exceptions import TableFileError
from tabgan.table_files.cells import type_cells

__all__ = ["read_csv"]

_SEPARATORS = ",;\t|"
_SAMPLE_CHARACTERS = 65_536
_BLOCK_ROWS = 16_384


def read_csv(path: str | os.PathLike) -> pd.DataFrame:
    """Read a CSV with a header.

    Parameters
    ----------
    path : path
        A file in UTF-8, gzipped if its name ends in ".gz". The separator (comma, semicolon, tab or
        bar) is found from its first lines.

    Returns
    -------
    table : DataFrame
        Columns as :func:`tabgan.table_files.type_cells` types them.

    Raises
    ------
    TableFileError
        If the file does not parse, with the line.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "people.csv"
    >>> _ = path.write_text("zip;age;paid\\n01234;40;12.50\\n98765;;7.00\\n")
    >>> print(read_csv(path).to_string(index=False))
      zip  age  paid
    01234   40 12.50
    98765 <NA>  7.00
    """
    try:
        with _open(path) as stream:
            return _read(stream, os.fspath(path))
    except UnicodeDecodeError as error:
        raise TableFileError(_describe_encoding(path)) from error
    except OSError as error:
        raise TableFileError(
            f"Cannot read the table {os.fspath(path)!r}: {error.strerror or error}."
        ) from error
    except EOFError as error:
        raise TableFileError(f"Cannot read the table {os.fspath(path)!r}: {error}") from error


def _open(path: str | os.PathLike) -> TextIO:
    opener: Any = gzip.open if Path(path).suffix == ".gz" else open
    return opener(path, "rt", encoding="utf-8-sig", newline="")


def _read(stream: TextIO, path: str) -> pd.DataFrame:
    """Read the header, then the records in blocks, each column as codes of its different texts."""
    separator = _find_separator(stream)
    stream.seek(0)
    records = _records(stream, separator, path)
    _, names = next(records, (0, None))
    if names is None:
        raise TableFileError(f"The table {path!r} is empty: it has not even a header.")
    _check_names(names, path)
    lookups = [_numbering() for _ in names]
    blocks: list[list[np.ndarray]] = [[] for _ in names]
    while block := list(islice(records, _BLOCK_ROWS)):
        for line, fields in block:
            if len(fields) != len(names):
                raise TableFileError(_describe_width(path, line, fields, names, separator))
        for j, texts in enumerate(zip(*(fields for _, fields in block), strict=True)):
            codes = map(lookups[j].__getitem__, texts)
            blocks[j].append(np.fromiter(codes, dtype=np.int64, count=len(texts)))
    empty = np.empty(0, dtype=np.int64)
    columns = [
        type_cells(list(lookup), np.concatenate([empty, *parts]))
        for lookup, parts in zip(lookups, blocks, strict=True)
    ]
    return pd.concat(columns, axis=1, keys=names) if columns else pd.DataFrame()


def _numbering() -> dict[str, int]:
    """Return a dict that gives every new key the next number."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    return numbers


def _find_separator(stream: TextIO) -> str:
    """Return the separator that cuts the first records into the most fields, all alike."""
    sample = stream.read(_SAMPLE_CHARACTERS)
    lines = sample.splitlines(keepends=True)
    whole = lines[:-1] if len(sample) == _SAMPLE_CHARACTERS and len(lines) > 1 else lines

    def regularity(separator: str) -> tuple[bool, int]:
        try:
            widths = [len(record) for record in csv.reader(whole, delimiter=separator) if record]
        except csv.Error:
            return False, 0
        # The sample may end inside a quoted field.
        body = widths[:-1] if len(widths) > 2 else widths
        return len(set(body)) == 1 and body[0] > 1, widths[0] if widths else 0

    return max(_SEPARATORS, key=regularity)


def _records(stream: TextIO, separator: str, path: str) -> Iterator[tuple[int, list[str]]]:
    """Yield every record that is not blank, with the line that it starts in."""
    reader = csv.reader(stream, delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise TableFileError(
                f"Cannot read the table {path!r}: line {line} does not parse ({error}). Look for a "
                "quotation mark that is not closed, or not doubled inside a quoted field."
            ) from error
        if fields is None:
            return
        if fields:
            yield line, fields


def _check_names(names: list[str], path: str) -> None:
    """Refuse a header that names a column twice."""
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise TableFileError(
            f"The header of the table {path!r} names {names.count(doubled[0])} columns "
            f"{doubled[0]!r}. Give each column a name of its own."
        )


def _describe_width(
    path: str, line: int, fields: list[str], names: list[str], separator: str
) -> str:
    """Say which record has too many or too few fields."""
    return (
        f"Cannot read the table {path!r}: line {line} has {len(fields)} fields where the header "
        f"has {len(names)} (separator {separator!r}, first field {fields[0][:40]!r}). Quote a "
        "field that holds the separator, and give a missing cell as an empty field."
    )


def _describe_encoding(path: str | os.PathLike) -> str:
    """Name the first line that is not UTF-8."""
    opener: Any = gzip.open if Path(path).suffix == ".gz" else open
    with opener(path, "rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return (
                    f"Cannot read the table {os.fspath(path)!r}: line {number} is not UTF-8 (byte "
                    f"0x{line[error.start]:02x}). Save the file in UTF-8, in a spreadsheet as "
                    "'CSV UTF-8'."
                )
    return f"Cannot read the table {os.fspath(path)!r}: it is not UTF-8."
