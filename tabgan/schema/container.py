"""Schema: the columns of a table by name, readable, editable, JSON-able."""

import dataclasses
from collections.abc import Hashable, Iterator, Mapping, MutableMapping
from typing import Any

from tabgan.exceptions import SchemaError
from tabgan.schema.columns import KINDS, Column, Quantity
from tabgan.schema.values import decode_value, encode_value

__all__ = ["Schema", "column_of_kind"]

_COMMON_FIELDS = {field.name for field in dataclasses.fields(Quantity)}
_MAX_DETAIL = 60


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
        self, columns: Mapping[Hashable, Any] | None = None, *, n_rows: int | None = None
    ) -> None:
        self._columns: dict[Hashable, Column] = {}
        self.n_rows = n_rows
        for name, column in (columns or {}).items():
            self[name] = column

    def __getitem__(self, name: Hashable) -> Column:
        return self._columns[name]

    def __setitem__(self, name: Hashable, column: Any) -> None:
        self._columns[name] = column_of_kind(column, name=name)

    def __delitem__(self, name: Hashable) -> None:
        del self._columns[name]

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schema):
            return NotImplemented
        return list(self._columns.items()) == list(other._columns.items())

    __hash__ = None  # type: ignore[assignment]

    def copy(self) -> "Schema":
        """Return an independent copy.

        Returns
        -------
        schema : Schema
        """
        return Schema(self._columns, n_rows=self.n_rows)

    def to_dict(self) -> dict[str, Any]:
        """Return the schema as JSON values; the inverse of :meth:`from_dict`.

        Returns
        -------
        values : dict
            Of numbers, text, lists and dicts only; names and levels of other types are described.
        """
        columns = [
            {"name": encode_value(name), "kind": column.kind, **_fields_to_dict(column)}
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
        schema = cls(n_rows=values.get("n_rows"))
        for fields in values["columns"]:
            name, column = _column_from_dict(fields)
            if name in schema:
                raise SchemaError(f"The schema holds the column {name!r} twice; keep one of them.")
            schema[name] = column
        return schema

    def __str__(self) -> str:
        header = ["column", "kind", "dtype", "missing", "details"]
        rows = [header, *(_describe(name, column) for name, column in self._columns.items())]
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
    fields = {}
    for field in dataclasses.fields(column):
        value = getattr(column, field.name)
        if value is None:
            continue
        fields[field.name] = (
            [encode_value(level) for level in value]
            if field.name == "levels"
            else encode_value(value)
        )
    return fields


def _column_from_dict(fields: Any) -> tuple[Hashable, Column]:
    """Return name and column of one entry of ``to_dict()["columns"]``."""
    if not isinstance(fields, Mapping) or "name" not in fields or fields.get("kind") not in KINDS:
        raise SchemaError(
            f"A column of a schema has a 'name' and a 'kind' out of {', '.join(KINDS)}; got "
            f"{fields!r}."
        )
    cls, name = KINDS[fields["kind"]], decode_value(fields["name"])
    known = {field.name for field in dataclasses.fields(cls)}
    unknown = set(fields) - known - {"name", "kind"}
    if unknown:
        raise SchemaError(
            f"Column {name!r} of kind {cls.kind!r} has no field {sorted(unknown)[0]!r}; it has "
            f"{', '.join(sorted(known))}."
        )
    values: dict[str, Any] = {key: fields[key] for key in known & set(fields)}
    if isinstance(values.get("levels"), list):
        values["levels"] = [decode_value(level) for level in values["levels"]]
    return name, cls(**{key: decode_value(value) for key, value in values.items()})


def _describe(name: Hashable, column: Column) -> list[str]:
    """Return the printed cells of one column."""
    missing = {None: "", True: "yes", False: "no"}[column.missing]
    return [str(name), column.kind, column.dtype or "", missing, _details(column)]


def _details(column: Column) -> str:
    """Return what is particular to the column, in a few words."""
    relation, words = _relation(column), []
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


def _relation(column: Column) -> str:
    """Return how a column depends on others, in words; empty if it does not."""
    if column.derived_from is not None:
        return f"derived from {column.derived_from}"
    if not isinstance(column, Quantity):
        return ""
    if column.same_as is not None:
        return f"often equal to {column.same_as}"
    if column.at_least is not None:
        words = "not before" if column.kind == "datetime" else "at least"
        return f"{words} {column.at_least}"
    if column.plus is None and column.minus is None:
        return ""
    terms = " + ".join([*map(str, column.plus or ()), "remainder"])
    return terms + "".join(f" - {name}" for name in column.minus or ())
