"""What each column of a table is: its kind, dtype, levels, bounds, precision, relations.

:func:`infer_schema` learns a :class:`Schema` from a table. It prints readably, can be edited like a
dict before fit, and goes to and from JSON. It holds nothing that belongs to a single row, except
the levels of categorical columns.
"""

from tabgan.schema.checks import as_frame, check_table, is_frame
from tabgan.schema.columns import (
    KINDS,
    Boolean,
    Categorical,
    Column,
    Constant,
    Continuous,
    Datetime,
    Dropped,
    Duration,
    Identifier,
    Integer,
    Text,
)
from tabgan.schema.container import Schema
from tabgan.schema.followers import protect_table
from tabgan.schema.rare_levels import describe_protected, protect_levels
from tabgan.schema.resolve import infer_schema, resolve_schema
from tabgan.schema.values import decode_value, encode_value

__all__ = [
    "KINDS",
    "Boolean",
    "Categorical",
    "Column",
    "Constant",
    "Continuous",
    "Datetime",
    "Dropped",
    "Duration",
    "Identifier",
    "Integer",
    "Schema",
    "Text",
    "as_frame",
    "check_table",
    "decode_value",
    "describe_protected",
    "encode_value",
    "infer_schema",
    "is_frame",
    "protect_levels",
    "protect_table",
    "resolve_schema",
]
