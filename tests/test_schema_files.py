"""A schema on disk is the schema, and a mistake in the file is named with its place."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from tabgan import TableTransformer
from tabgan.exceptions import SchemaError
from tabgan.schema import (
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
    Schema,
    Text,
    infer_schema,
)
from tests.test_schema_container import FULL, VALUES

ENDINGS = ("json", "yaml", "yml")
HASHABLE = [value for value in VALUES if value is not pd.NA]
VALUE = st.one_of(st.sampled_from(HASHABLE), st.text(), st.integers(), st.floats(allow_nan=False))
INSTANT = st.datetimes(pd.Timestamp(1700, 1, 1), pd.Timestamp(2200, 1, 1)).map(pd.Timestamp)


def _maybe(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(st.none(), values)


COMMON = {
    "dtype": _maybe(st.sampled_from(["int64", "str", "category[str]", "datetime64[ns, UTC]"])),
    "missing": _maybe(st.booleans()),
    "missing_marker": _maybe(st.sampled_from(["nan", "none", "nat", "na"])),
    "text_form": _maybe(st.sampled_from(["#,##0", "DD/MM/YYYY", "0 %"])),
    "derived_from": _maybe(st.one_of(VALUE, st.lists(VALUE, min_size=2, max_size=2))),
}
FLOAT = st.floats(allow_nan=False)
OWN: dict[type[Column], dict[str, st.SearchStrategy]] = {
    Continuous: {"low": _maybe(st.floats(max_value=0)), "high": _maybe(st.floats(min_value=1)),
                 "decimals": _maybe(st.integers(-6, 8))},
    Integer: {"low": _maybe(st.integers(max_value=0)), "high": _maybe(st.integers(min_value=1)),
              "step": _maybe(st.integers(1, 10**20))},
    Boolean: {},
    Categorical: {"levels": _maybe(st.lists(VALUE).map(tuple)), "ordered": _maybe(st.booleans())},
    Datetime: {"low": _maybe(INSTANT), "resolution": _maybe(st.sampled_from(["D", "h", "ns"]))},
    Duration: {"low": _maybe(st.timedeltas(timedelta(-9000), timedelta(0)).map(pd.Timedelta)),
               "resolution": _maybe(st.sampled_from(["D", "min", "us"]))},
    Constant: {"value": _maybe(VALUE)},
    Identifier: {"form": _maybe(st.sampled_from(["counter:1", r"pattern:\A|9*3", "uuid"]))},
    Text: {"form": _maybe(st.sampled_from(["name", "email", "words"])),
           "pattern": _maybe(st.text()), "n_words": _maybe(st.integers(1, 500))},
    Dropped: {},
}  # fmt: skip


@st.composite
def schemas(draw: Callable) -> Schema:
    """Draw a schema of columns of all kinds, under names of any type."""
    columns = {}
    for name in draw(st.lists(VALUE, unique_by=lambda value: value, max_size=6)):
        kind = draw(st.sampled_from(sorted(OWN, key=lambda cls: cls.kind)))
        fields = {**COMMON, **OWN[kind]}
        columns[name] = kind(**{field: draw(values) for field, values in fields.items()})
    return Schema(columns, n_rows=draw(_maybe(st.integers(0, 10**9))))


def test_every_kind_is_drawn() -> None:
    assert {cls.kind for cls in OWN} == set(KINDS)


@pytest.mark.parametrize("ending", ENDINGS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schema=schemas())
def test_a_schema_goes_to_a_file_and_back(tmp_path: Path, ending: str, schema: Schema) -> None:
    path = tmp_path / f"schema.{ending}"
    schema.save(path)
    back = Schema.load(path)
    assert back == schema
    assert back.n_rows == schema.n_rows
    assert [type(name) for name in back] == [type(name) for name in schema]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_learned_schema_and_its_file_mean_the_same(tmp_path: Path, ending: str) -> None:
    table = pd.DataFrame(
        {
            "id": np.arange(60),
            "größe": np.linspace(0, 5, 60),
            "day": pd.date_range("2024-01-01", periods=60),
            "city": ["Zürich", "no", "1e5"] * 20,
        }
    )
    schema = infer_schema(table)
    schema.save(tmp_path / f"schema.{ending}")
    text = (tmp_path / f"schema.{ending}").read_text(encoding="utf-8")
    assert "größe" in text
    assert "Zürich" in text
    loaded = Schema.load(tmp_path / f"schema.{ending}")
    assert loaded == schema
    assert TableTransformer(schema=loaded).fit(table).schema_ == schema


def test_a_file_is_edited_by_hand(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "columns:\n"
        "  - {name: age, kind: integer, low: 0}\n"
        "  - {name: share, kind: continuous, low: 0, high: 1}\n"
        "  - {name: born, kind: datetime, low: 1900-01-01, resolution: D}\n"
        "  - {name: size, kind: categorical, levels: [S, M, L], ordered: true}\n"
        "  - {name: note, kind: dropped}\n",
        encoding="utf-8",
    )
    assert Schema.load(tmp_path / "s.yaml") == Schema(
        {
            "age": Integer(low=0),
            "share": Continuous(low=0, high=1),
            "born": Datetime(low=pd.Timestamp("1900-01-01"), resolution="D"),
            "size": Categorical(levels=("S", "M", "L"), ordered=True),
            "note": Dropped(),
        }
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "integer"}, "'name' and a 'kind'"),
        ({"name": "a"}, "'name' and a 'kind'"),
        ({"name": "a", "kind": "intger"}, "Column 'a' has the kind 'intger'.*mean 'integer'"),
        ({"name": "a", "kind": ["x"]}, "Column 'a' has the kind"),
        ({"name": "a", "kind": "integer", "lwo": 1}, "'a' of kind 'integer'.*'lwo'.*mean 'low'"),
        (
            {"name": "a", "kind": "integer", "low": "x"},
            "'a'.*'low' is 'x', but must be a whole num",
        ),
        ({"name": "a", "kind": "integer", "step": 0.5}, "'a'.*'step' is 0.5, but must be a whole"),
        ({"name": "a", "kind": "continuous", "high": True}, "'high' is True, but must be a number"),
        ({"name": "a", "kind": "boolean", "missing": "no"}, "'missing' is 'no', but must be true"),
        (
            {"name": "a", "kind": "categorical", "levels": "x"},
            "'levels' is 'x', but must be a list",
        ),
        ({"name": "a", "kind": "categorical", "levels": [{"type": "x"}]}, "'a'.*no name or level"),
        ({"name": "a", "kind": "datetime", "low": "soon"}, "'a'.*'low' is 'soon'.*date such as"),
        ({"name": "a", "kind": "datetime", "resolution": "week"}, "Column 'a'.*resolution='week'"),
        ({"name": "a", "kind": "integer", "low": 5, "high": 1}, "Column 'a'.*low=5 lies above"),
        (
            {"name": "a", "kind": "identifier", "form": "count"},
            "Column 'a'.*form 'count'; give one",
        ),
        ({"name": "a", "kind": "text", "form": "poem"}, "Column 'a'.*form='poem' is none of"),
    ],
)
@pytest.mark.parametrize("ending", ["json", "yaml"])
def test_a_mistake_is_named_with_file_column_and_field(
    tmp_path: Path, ending: str, fields: dict[str, Any], words: str
) -> None:
    path = tmp_path / f"mine.{ending}"
    # Every JSON text is YAML too.
    path.write_text(json.dumps({"columns": [fields]}), encoding="utf-8")
    with pytest.raises(SchemaError, match=f"mine.{ending}' describes no schema: .*{words}"):
        Schema.load(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("s.json", "{", "s.json' cannot be read: .*line 1"),
        ("s.yaml", "columns: [", "s.yaml' cannot be read: .*line 1"),
        (
            "s.yaml",
            "!!python/object/apply:os.getcwd []",
            "s.yaml' cannot be read: could not determ",
        ),
        ("s.json", "[]", "list under 'columns'"),
        ("s.yaml", "", "list under 'columns'"),
        ("s.yaml", "{n_rows: many, columns: []}", "'n_rows' is 'many'"),
        ("s.txt", "{}", "saved as .json, .yaml or .yml; .*ends in '.txt'"),
    ],
)
def test_a_file_that_is_no_schema_is_refused(
    tmp_path: Path, name: str, content: str, words: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(SchemaError, match=words):
        Schema.load(tmp_path / name)


def test_a_schema_is_saved_under_known_endings_only(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"ends in '\.xml'"):
        FULL.save(tmp_path / "schema.xml")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        Schema.load(tmp_path / "none.json")
