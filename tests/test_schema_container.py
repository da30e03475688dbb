"""A schema reads like a table, edits like a dict, and goes to and from JSON."""

import datetime
import decimal
import json
import uuid
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tabgan.exceptions import SchemaError
from tabgan.schema import (
    KINDS,
    Categorical,
    Column,
    Constant,
    Continuous,
    Datetime,
    Identifier,
    Integer,
    Schema,
    decode_value,
    encode_value,
)

VALUES = [
    None,
    True,
    3,
    2**70,
    -0.5,
    float("inf"),
    "text",
    "",
    ("a", ("b", 1)),
    frozenset({1, 2}),
    b"\x00\xff",
    datetime.date(2024, 2, 29),
    datetime.time(1, 2, 3),
    datetime.datetime(2024, 2, 29, 1, 2, 3, 4),
    datetime.timedelta(days=-1, microseconds=5),
    decimal.Decimal("1.10"),
    uuid.UUID(int=5),
    pd.Timestamp("2024-02-29 01:02:03.000000004"),
    pd.Timestamp("2024-02-29", tz="Europe/Zurich"),
    pd.Timestamp("1500-01-01").as_unit("s"),
    pd.Timedelta(5, "ms"),
    pd.Period("2024-02", freq="M"),
    pd.Interval(0, 1.5, closed="left"),
    pd.Interval(pd.Timestamp("2024"), pd.Timestamp("2025")),
    np.int8(5),
    np.float32(0.1),
    np.str_("x"),
    pd.NaT,
    pd.NA,
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{type(value).__name__}")
def test_names_and_levels_of_any_type_go_to_json_and_back(value: Any) -> None:
    back = decode_value(json.loads(json.dumps(encode_value(value), allow_nan=False)))
    assert type(back) is type(value)
    assert back is value or back == value


def test_a_level_without_a_written_form_is_named() -> None:
    with pytest.raises(SchemaError, match="of type type cannot be written down"):
        encode_value(int)


@pytest.mark.parametrize("value", [{}, {"type": "x", "value": 1}, {"type": "date", "value": "no"}])
def test_what_describes_no_value_is_refused(value: dict) -> None:
    with pytest.raises(SchemaError, match="describes no name or level"):
        decode_value(value)


FULL = Schema(
    {
        "a": Continuous(dtype="float32", missing=True, low=0.0, high=1.5, decimals=2),
        ("b", 1): Integer(dtype="Int64", low=-3, step=5, missing=False, missing_marker="na"),
        3: Categorical(dtype="category[int64]", levels=(1, 5), ordered=True),
        None: Datetime(low=pd.Timestamp("2020"), resolution="D", text_form="YYYY-MM-DD"),
        "e": Constant(value=pd.Timestamp("2020")),
        "f": Identifier(form="counter:1"),
        "g": Categorical(levels=("x", "y"), derived_from=3),
    },
    n_rows=100,
)


def test_a_schema_goes_to_json_and_back() -> None:
    back = Schema.from_dict(json.loads(json.dumps(FULL.to_dict(), allow_nan=False)))
    assert back == FULL
    assert back.n_rows == 100
    assert list(back) == list(FULL)


def test_a_schema_edits_like_a_dict() -> None:
    schema = FULL.copy()
    schema["a"] = "integer"
    del schema["g"]
    schema["new"] = Categorical
    assert schema["a"] == Integer()
    assert "g" not in schema
    assert schema != FULL
    assert len(schema) == len(FULL)
    assert FULL["a"].decimals == 2


def test_schemas_in_another_order_differ() -> None:
    assert Schema({"a": "integer", "b": "boolean"}) != Schema({"b": "boolean", "a": "integer"})
    assert Schema({}) != {}


def test_a_schema_prints_one_aligned_line_for_each_column() -> None:
    lines = str(FULL).splitlines()
    assert len(lines) == 1 + len(FULL)
    starts = [line.index(word) for line, word in zip(lines, ["kind", *_kinds()], strict=True)]
    assert len(set(starts)) == 1
    assert "2 levels: 1, 5; ordered" in str(FULL)
    assert "derived from 3" in str(FULL)
    assert repr(FULL).startswith("Schema of 7 columns, learned from 100 rows\ncolumn")


def _kinds() -> list[str]:
    return [column.kind for column in FULL.values()]


def test_a_long_list_of_levels_is_cut_short() -> None:
    schema = Schema({"a": Categorical(levels=tuple(f"level {i}" for i in range(50)))})
    assert str(schema).endswith("...")
    assert max(map(len, str(schema).splitlines())) < 120


@pytest.mark.parametrize("kind", ["number", 3, None, Column, Column()])
def test_an_unknown_kind_is_refused_with_those_that_exist(kind: Any) -> None:
    with pytest.raises(SchemaError, match=r"'zip'.*continuous, integer, boolean, categorical"):
        Schema({"zip": kind})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "list under 'columns'"),
        ({"columns": 3}, "list under 'columns'"),
        ({"columns": [{"name": "a"}]}, "'name' and a 'kind'"),
        ({"columns": [{"name": "a", "kind": "integer", "size": 3}]}, "no field 'size'"),
        ({"columns": [{"name": "a", "kind": "integer"}] * 2}, "twice"),
    ],
)
def test_a_dict_that_is_no_schema_is_refused(values: Any, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        Schema.from_dict(values)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Continuous(low=2.0, high=1.0), "low=2.0 lies above high=1.0"),
        (lambda: Integer(step=0), "step=0"),
        (lambda: Datetime(resolution="week"), "resolution='week'"),
        (lambda: Categorical(missing_marker="?"), "missing_marker='\\?'"),
    ],
)
def test_fields_that_contradict_are_refused(make: Any, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        make()


def test_columns_are_frozen_and_replaced() -> None:
    column = Integer(low=1)
    assert column.replace(high=5) == Integer(low=1, high=5)
    with pytest.raises(AttributeError):
        column.low = 3  # type: ignore[misc]
    assert sorted(KINDS) == sorted(column.kind for column in KINDS.values())
