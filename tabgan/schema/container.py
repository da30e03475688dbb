"""Schema: the columns of a table by name, readable, editable, JSON-able."""

import dataclasses
import os
import types
from collections.abc import Hashable, Iterable, Iterator, Mapping, MutableMapping
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd

from tabgan.exceptions import SchemaError
from tabgan.schema.columns import KINDS, Column, Datetime, Duration, Integer, Quantity
from tabgan.schema.files import read_values, write_values
from tabgan.schema.values import decode_value, encode_value

__all__ = ["Schema", "column_of_kind"]

_RELATIONS = {"calendar_of", "calendar_field"}
_COMMON_FIELDS = {field.name for field in dataclasses.fields(Quantity)} | _RELATIONS
_ORIGINS = ("learned", "declared")
_MAX_DETAIL = 60
_BOUNDS = ("low", "high")
_BOUND_TYPES: dict[type[Column], tuple[Any, str]] = {
    Datetime: (pd.Timestamp, "a date such as 2024-12-31"),
    Duration: (pd.Timedelta, "a length of time such as '1 days 02:00:00'"),
}
_PLAIN_TYPES = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def column_of_kind(kind: Any, *, name: Hashable) -> Column:
    """Return `kind` itself if it is a Column, else an open column of the kind it names."""
    if isinstance(kind, Column) and kind.kind in KINDS:
        return kind
    if isinstance(kind, type) and issubclass(kind, Column) and kind.kind in KINDS:
        return kind()
    if isinstance(kind, str) and kind in KINDS:
        return KINDS[kind]()
    raise SchemaError(
        f"The schema gives column {name!r} the kind {kind!r}; a kind is one of {', '.join(KINDS)}, "
        "or a column object such as Categorical()."
    )


class Schema(MutableMapping[Hashable, Column]):
    """What each column of a table is: a mapping from name to column, in table order.

    Parameters
    ----------
    columns : mapping, optional
        Name to :class:`Column`, or to the name of a kind.
    n_rows : int, optional
        Rows of the table it was learned from.
    learned_relations : collection of hashable, default=()
        Names of columns whose relation to others was found and not declared: it yields to what is
        said of these others, as when one is dropped. A relation that is changed is declared.

    Examples
    --------
    >>> from tabgan.schema import Categorical
    >>> schema = Schema({"age": "integer", "zip": Categorical(levels=("8001", "8002"))})
    >>> print(schema)
    column  kind         dtype  missing  details
    age     integer
    zip     categorical                  2 levels: 8001, 8002
    >>> schema["zip"] = "categorical"
    >>> Schema.from_dict(schema.to_dict()) == schema
    True
    """

    def __init__(
        self,
        columns: Mapping[Hashable, Any] | None = None,
        *,
        n_rows: int | None = None,
        learned_relations: Iterable[Hashable] = (),
    ) -> None:
        self._columns: dict[Hashable, Column] = {}
        self._learned: set[Hashable] = set()
        self.n_rows = n_rows
        for name, column in (columns or {}).items():
            self[name] = column
        self._learned = {n for n in learned_relations if n in self and self[n].relation}

    def __getitem__(self, name: Hashable) -> Column:
        return self._columns[name]

    def __setitem__(self, name: Hashable, column: Any) -> None:
        column = column_of_kind(column, name=name)
        if name in self._learned and column.relation != self[name].relation:
            self._learned.discard(name)
        self._columns[name] = column

    def __delitem__(self, name: Hashable) -> None:
        del self._columns[name]
        self._learned.discard(name)

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schema):
            return NotImplemented
        return list(self._columns.items()) == list(other._columns.items())

    __hash__ = None  # type: ignore[assignment]

    @property
    def learned_relations(self) -> frozenset[Hashable]:
        """Names of the columns whose relation to others was found, and not declared."""
        return frozenset(self._learned)

    def copy(self) -> "Schema":
        """Return an independent copy.

        Returns
        -------
        schema : Schema
        """
        return Schema(self, n_rows=self.n_rows, learned_relations=self._learned)

    def to_dict(self) -> dict[str, Any]:
        """Return the schema as JSON values; the inverse of :meth:`from_dict`.

        Returns
        -------
        values : dict
            Of numbers, text, lists and dicts only; names and levels of other types are described.
        """
        columns = [
            {
                "name": encode_value(name),
                "kind": column.kind,
                **_fields_to_dict(column),
                **({"relation": "learned"} if name in self._learned else {}),
            }
            for name, column in self._columns.items()
        ]
        return {"n_rows": self.n_rows, "columns": columns}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Schema":
        """Return the schema that :meth:`to_dict` wrote.

        Parameters
        ----------
        values : dict

        Returns
        -------
        schema : Schema

        Raises
        ------
        SchemaError
            If `values` describe no schema.
        """
        if not isinstance(values, Mapping) or not isinstance(values.get("columns"), list):
            raise SchemaError(
                "A schema as a dict has a list under 'columns', as Schema.to_dict() writes it."
            )
        n_rows = values.get("n_rows")
        if n_rows is not None and type(n_rows) is not int:
            raise SchemaError(f"'n_rows' is {n_rows!r}, but must be a whole number or left out.")
        columns: dict[Hashable, Column] = {}
        learned = []
        for fields in values["columns"]:
            name, column = _column_from_dict(fields)
            if name in columns:
                raise SchemaError(f"The schema holds the column {name!r} twice; keep one of them.")
            columns[name] = column
            learned += [name] if fields.get("relation") == "learned" else []
        return cls(columns, n_rows=n_rows, learned_relations=learned)

    def save(self, path: str | os.PathLike) -> None:
        """Write the schema to a file that can be read and edited by hand.

        Parameters
        ----------
        path : path
            Ends in .json, .yaml or .yml. A file that is there is replaced.

        Raises
        ------
        SchemaError
            If the path ends otherwise, or a name or level cannot be written down.
        MissingDependencyError
            For YAML, if PyYAML is not installed: it comes with the extra ``yaml``.

        Examples
        --------
        >>> import tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "schema.json")
        >>> Schema({"age": "integer"}).save(path)
        >>> print(Schema.load(path))
        column  kind     dtype  missing  details
        age     integer
        """
        write_values(path, self.to_dict())

    @classmethod
    def load(cls, path: str | os.PathLike) -> "Schema":
        """Read a schema that :meth:`save` wrote, or a person.

        Parameters
        ----------
        path : path
            Ends in .json, .yaml or .yml.

        Returns
        -------
        schema : Schema

        Raises
        ------
        SchemaError
            If the file describes no schema; the message names the column and the field.
        MissingDependencyError
            For YAML, if PyYAML is not installed: it comes with the extra ``yaml``.
        OSError
            If there is no such file.
        """
        values = read_values(path)
        try:
            return cls.from_dict(values)
        except SchemaError as error:
            raise SchemaError(f"{os.fspath(path)!r} describes no schema: {error}") from error

    def __str__(self) -> str:
        header = ["column", "kind", "dtype", "missing", "details"]
        rows = [header, *(_describe(name, self) for name in self._columns)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        n_rows = "" if self.n_rows is None else f", learned from {self.n_rows:,} rows"
        return f"Schema of {len(self)} columns{n_rows}\n{self}"


def _fields_to_dict(column: Column) -> dict[str, Any]:
    """Return the fields that are set."""
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(column):
        value = getattr(column, field.name)
        if value is None:
            continue
        if field.name == "levels" or (field.name == "derived_from" and type(value) is tuple):
            fields[field.name] = [encode_value(each) for each in value]
        elif field.name in _BOUNDS and type(value) is pd.Timestamp and value.tz is None:
            fields[field.name] = value.isoformat()
        elif field.name in _BOUNDS and type(value) is pd.Timedelta:
            fields[field.name] = str(value)
        else:
            fields[field.name] = encode_value(value)
    return fields


def _column_from_dict(fields: Any) -> tuple[Hashable, Column]:
    """Return name and column of one entry of ``to_dict()["columns"]``."""
    if not isinstance(fields, Mapping) or "name" not in fields or "kind" not in fields:
        raise SchemaError(f"A column of a schema has a 'name' and a 'kind'; got {fields!r}.")
    name, kind = decode_value(fields["name"]), fields["kind"]
    if not isinstance(kind, str) or kind not in KINDS:
        raise SchemaError(
            f"Column {name!r} has the kind {kind!r}; a kind is one of {', '.join(KINDS)}."
            f"{_hint(kind, KINDS)}"
        )
    cls = KINDS[kind]
    known = [field.name for field in dataclasses.fields(cls)]
    unknown = [field for field in fields if field not in (*known, "name", "kind", "relation")]
    if unknown:
        raise SchemaError(
            f"Column {name!r} of kind {kind!r} has no field {unknown[0]!r}; it has "
            f"{', '.join(sorted(known))}.{_hint(unknown[0], known)}"
        )
    if fields.get("relation") not in (None, *_ORIGINS):
        raise SchemaError(
            f"Column {name!r} of kind {kind!r}: the field 'relation' is {fields['relation']!r}, "
            f"but must be one of {', '.join(_ORIGINS)}, or left out."
        )
    try:
        values = {
            field: _field_from_dict(fields[field], field, cls) for field in known if field in fields
        }
        return name, cls(**values)
    except (SchemaError, TypeError) as error:
        raise SchemaError(f"Column {name!r} of kind {kind!r}: {error}") from error


def _hint(word: Any, known: Iterable[str]) -> str:
    """Return a question that names the closest of the known words."""
    close = get_close_matches(str(word), list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def _field_from_dict(value: Any, field: str, cls: type[Column]) -> Any:
    """Return one field of a column, after a check of its type."""
    if value is None:
        return None
    if field == "levels":
        if not isinstance(value, list):
            raise _wrong_type(value, field, "a list")
        return tuple(decode_value(level) for level in value)
    if field == "derived_from" and isinstance(value, list):
        return tuple(decode_value(name) for name in value)
    value = decode_value(value)
    if field in _BOUNDS and cls in _BOUND_TYPES and not isinstance(value, pd.Period):
        bound, wanted = _BOUND_TYPES[cls]
        try:
            return bound(value)
        except (TypeError, ValueError) as error:
            raise _wrong_type(value, field, wanted) from error
    hint = get_type_hints(cls)[field]
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    plain = [option for option in options if option in _PLAIN_TYPES]
    is_plain = len(plain) == len(options) - (type(None) in options)
    if is_plain and not any(_is_of(value, option) for option in plain):
        raise _wrong_type(value, field, " or ".join(_PLAIN_TYPES[option] for option in plain))
    return value


def _is_of(value: Any, plain: type) -> bool:
    """Tell whether a value is of a type; a whole number is a number, a truth value is none."""
    value = value.item() if isinstance(value, np.generic) else value
    return type(value) is plain or (plain is float and type(value) is int)


def _wrong_type(value: Any, field: str, wanted: str) -> SchemaError:
    return SchemaError(
        f"the field {field!r} is {value!r}, but must be {wanted}; change it, or leave it out to "
        "have it learned."
    )


def _describe(name: Hashable, schema: Schema) -> list[str]:
    """Return the printed cells of one column."""
    column = schema[name]
    missing = {None: "", True: "yes", False: "no"}[column.missing]
    return [str(name), column.kind, column.dtype or "", missing, _details(column, schema)]


def _details(column: Column, schema: Schema) -> str:
    """Return what is particular to the column, in a few words."""
    relation, words = _relation(column, schema), []
    if column.text_form is not None:
        words.append(f"written {column.text_form}")
    for field in dataclasses.fields(column):
        value = getattr(column, field.name)
        if value is None or field.name in _COMMON_FIELDS:
            continue
        if field.name == "levels":
            levels = ", ".join(str(level) for level in value[:8])
            words.append(f"{len(value)} levels: {levels}" + (", ..." if len(value) > 8 else ""))
        elif field.name == "ordered":
            words += ["ordered"] if value else []
        elif not (field.name == "step" and value == 1):
            words.append(f"{field.name} {value}")
    text = "; ".join(words)
    text = text if len(text) <= _MAX_DETAIL else text[: _MAX_DETAIL - 3] + "..."
    return "; ".join(part for part in (relation, text) if part)


def _relation(column: Column, schema: Schema) -> str:
    """Return how a column depends on others, in words; empty if it does not."""
    if column.derived_from is not None:
        return f"derived from {' and '.join(map(str, column.roots(schema)))}"
    if not isinstance(column, Quantity):
        return ""
    if isinstance(column, Integer) and column.calendar_of is not None:
        return f"{column.calendar_field} of {column.calendar_of}"
    if column.same_as is not None:
        return f"often equal to {column.same_as}"
    if column.at_least is not None:
        words = "not before" if column.kind == "datetime" else "at least"
        return f"{words} {column.at_least}"
    if column.plus is None and column.minus is None:
        return ""
    terms = " + ".join([*map(str, column.plus or ()), "remainder"])
    return terms + "".join(f" - {name}" for name in column.minus or ())
