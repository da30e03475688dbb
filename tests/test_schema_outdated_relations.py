"""Relations that were found yield to what the user says of the columns; declared ones must hold."""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tabgan.exceptions import DataWarning, SchemaError
from tabgan.preprocessing import TableTransformer
from tabgan.schema import (
    Categorical,
    Continuous,
    Datetime,
    Dropped,
    Integer,
    Schema,
    infer_schema,
    resolve_schema,
)

N_ROWS = 400
TERMS = {
    "total": ("fare", "tip"),
    "paid": ("total",),
    "end": ("start",),
    "again": ("start",),
    "month": ("start",),
    "land": ("city",),
}


def _table() -> pd.DataFrame:
    """One relation of each kind."""
    rng = np.random.default_rng(0)
    fare, tip = np.round(rng.gamma(2, 10, (2, N_ROWS)), 2)
    start = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 10**7, N_ROWS), "s")
    total = np.round(fare + tip + 0.5, 2)
    city = rng.choice(["Bern", "Zug", "Lyon", "Nice"], N_ROWS)
    return pd.DataFrame(
        {
            "fare": fare,
            "tip": tip,
            "total": total,
            "paid": np.where(rng.random(N_ROWS) < 0.4, total, np.round(rng.gamma(2, 20), 2)),
            "start": start,
            "end": start + pd.to_timedelta(rng.integers(1, 4000, N_ROWS), "s"),
            "again": start,
            "month": start.month,
            "city": city,
            "land": np.where(np.isin(city, ["Bern", "Zug"]), "CH", "FR"),
        }
    )


TABLE = _table()


@pytest.fixture(name="schema")
def _schema() -> Schema:
    return infer_schema(TABLE)


def _relations(schema: Schema) -> dict:
    return {name: column.terms(schema) for name, column in schema.items() if column.relation}


def test_relations_that_are_found_are_learned_and_declared_ones_are_not(schema: Schema) -> None:
    assert _relations(schema) == TERMS
    assert schema.learned_relations == TERMS.keys()
    overrides = {"land": Categorical(derived_from="city"), "total": Continuous(plus="fare")}
    given = infer_schema(TABLE, overrides=overrides)
    assert given.learned_relations == _relations(given).keys() - overrides.keys()


def test_what_is_learned_survives_files_copies_and_archives(schema: Schema, tmp_path: Path) -> None:
    for ending in ("json", "yaml"):
        schema.save(tmp_path / f"schema.{ending}")
        assert Schema.load(tmp_path / f"schema.{ending}").learned_relations == TERMS.keys()
    assert schema.copy().learned_relations == TERMS.keys()
    assert resolve_schema(TABLE, schema).learned_relations == TERMS.keys()
    state, arrays = TableTransformer(random_state=0).fit(TABLE).to_state()
    restored = TableTransformer.from_state(json.loads(json.dumps(state)), arrays)
    assert restored.schema_.learned_relations == TERMS.keys()


def test_a_relation_that_is_changed_is_declared_and_other_fields_leave_it_learned(
    schema: Schema,
) -> None:
    schema["total"] = schema["total"].replace(missing=True)
    assert "total" in schema.learned_relations
    schema["total"] = schema["total"].replace(plus=("fare",))
    assert "total" not in schema.learned_relations
    schema["end"] = schema["end"].replace(at_least=None)
    del schema["month"]
    assert schema.learned_relations == {"again", "paid", "land"}


@pytest.mark.parametrize("term", ["fare", "total", "start", "city"])
@pytest.mark.parametrize("change", ["drop", "text", "delete"])
def test_a_learned_relation_yields_to_a_term_that_is_changed(
    schema: Schema, term: str, change: str
) -> None:
    table = TABLE
    if change == "delete":
        table = TABLE.drop(columns=term)
        del schema[term]
    else:
        schema[term] = Dropped() if change == "drop" else Categorical()
    if change == "text" and term == "city":
        schema[term] = "identifier"
    followers = [name for name, terms in TERMS.items() if term in terms]
    with pytest.warns(DataWarning, match=f"'{followers[0]}' .to .*'{term}'"):
        resolved = resolve_schema(table, schema)
    kept = {name: terms for name, terms in TERMS.items() if term not in terms and name != term}
    assert _relations(resolved) == kept
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert resolve_schema(table, resolved) == resolved
    with pytest.warns(DataWarning, match="was found before the schema was changed"):
        transformer = TableTransformer(schema=schema, random_state=0).fit(table)
    decoded = transformer.decode(transformer.encode(table))
    assert list(decoded) == [name for name in TABLE if name != term or change == "text"]


@pytest.mark.parametrize("name", TERMS)
def test_a_declared_relation_is_refused(schema: Schema, name: str) -> None:
    declared = Schema(schema)
    assert not declared.learned_relations
    declared[TERMS[name][0]] = "dropped"
    with pytest.raises(SchemaError, match="declared to"):
        resolve_schema(TABLE, declared)


def test_a_learned_relation_yields_to_a_declared_one(schema: Schema) -> None:
    schema["fare"] = schema["fare"].replace(plus=("total",), minus=("tip",), low=None)
    with pytest.warns(DataWarning, match="'total' .to 'fare', 'tip'"):
        resolved = resolve_schema(TABLE, schema)
    assert _relations(resolved)["fare"] == ("total", "tip")
    schema = infer_schema(TABLE, overrides={"start": Datetime(), "month": Integer()})
    table = TABLE.assign(part=TABLE["land"].map({"CH": "Alps", "FR": "Sea"}))
    schema["part"] = Categorical(derived_from="land")
    with pytest.warns(DataWarning, match="'land' .to 'city'"):
        resolved = resolve_schema(table, schema)
    assert resolved["land"].derived_from is None
    assert resolved["part"].derived_from == "land"


def test_levels_that_a_follower_had_are_learned_anew() -> None:
    city = [*["Bern", "Lyon"] * 60, *"abcdef"]
    table = pd.DataFrame({"city": city, "land": pd.Series(city).map(str.upper)})
    schema = infer_schema(table, min_level_count=2)
    assert schema["land"].levels == ("BERN", "LYON", "other")
    schema["city"] = Dropped()
    with pytest.warns(DataWarning, match="'land' .to 'city'"):
        resolved = resolve_schema(table, schema)
    assert resolved["land"].levels == ("BERN", "LYON", "other")
    unlimited = infer_schema(table, overrides={"city": Categorical(min_level_count=2)})
    unlimited["city"] = Dropped()
    with pytest.warns(DataWarning, match="'land' .to 'city'"):
        assert len(resolve_schema(table, unlimited)["land"].levels) == 8


@pytest.mark.parametrize("origin", ["found", 3])
def test_an_origin_that_is_none_is_refused(schema: Schema, origin: Any) -> None:
    values = schema.to_dict()
    values["columns"][2]["relation"] = origin
    with pytest.raises(SchemaError, match=r"'total' .* 'relation' is .* one of learned, declared"):
        Schema.from_dict(values)
