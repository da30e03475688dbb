"""A column is derived from another only on evidence that chance cannot give."""

import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from tabgan.exceptions import SchemaError
from tabgan.schema import Categorical, Integer, infer_schema, resolve_schema
from tabgan.schema.relations import log_chance

RNG = np.random.default_rng(0)
LETTERS = np.array(list("abcdefgh"))


def _derived(table: pd.DataFrame) -> dict:
    schema = infer_schema(table)
    return {n: c.derived_from for n, c in schema.items() if c.derived_from is not None}


def test_the_chance_is_that_of_counting_all_tables() -> None:
    # Both columns have four rows; a has values with 3 and 1 rows; b is 0 with share 1/3.
    shares = np.array([1 / 3, 2 / 3])
    agreeing = 0.0
    for b in itertools.product([0, 1], repeat=4):
        if len(set(b[:3])) == 1:
            agreeing += np.prod(shares[list(b)])
    assert np.exp(log_chance(np.array([3, 1]), shares)) == pytest.approx(agreeing)


def test_the_chance_of_many_rows_does_not_underflow() -> None:
    chance = log_chance(np.array([50_000, 50_000]), np.array([0.5, 0.5]))
    assert chance == pytest.approx(-99_998 * np.log(2))


@pytest.mark.parametrize("position", range(4))
def test_a_function_is_found_wherever_the_column_stands(position: int) -> None:
    zone = RNG.integers(0, 8, 300)
    columns = {
        "zone": LETTERS[zone],
        "x": RNG.normal(size=300),
        "size": RNG.integers(0, 3, 300),
    }
    borough = np.array(["north", "south", "east"])[zone % 3]
    items = list(columns.items())
    items.insert(position, ("borough", borough))
    assert _derived(pd.DataFrame(dict(items))) == {"borough": "zone"}


def test_of_two_columns_that_determine_each_other_the_later_is_derived() -> None:
    code = RNG.integers(0, 8, 300)
    assert _derived(pd.DataFrame({"name": LETTERS[code], "code": code})) == {"code": "name"}
    assert _derived(pd.DataFrame({"code": code, "name": LETTERS[code]})) == {"name": "code"}


def test_a_chain_ends_in_a_modelled_column() -> None:
    zone = RNG.integers(0, 8, 400)
    table = pd.DataFrame({"state": zone // 4, "city": zone // 2, "zone": zone, "again": zone * 3})
    assert _derived(table) == {"state": "zone", "city": "zone", "again": "zone"}


def test_missing_cells_count_as_a_value() -> None:
    zone = RNG.integers(0, 8, 300)
    borough = pd.Series(np.array(["north", None, "east"], dtype=object)[zone % 3])
    assert _derived(pd.DataFrame({"zone": zone, "borough": borough})) == {"borough": "zone"}
    borough[0] = "west"
    assert _derived(pd.DataFrame({"zone": zone, "borough": borough})) == {}


def test_thousands_of_cities_lie_in_countries() -> None:
    city = np.random.default_rng(0).permutation(np.repeat(np.arange(5000), 4))
    cities = np.array([f"city {i}" for i in range(5000)])[city]
    countries = np.array([f"country {i}" for i in range(70)])[city % 70]
    assert _derived(pd.DataFrame({"city": cities, "country": countries})) == {"country": "city"}
    countries[0] = "nowhere"
    assert _derived(pd.DataFrame({"city": cities, "country": countries})) == {}


def test_few_rows_are_no_evidence() -> None:
    # Eight rows agree by chance with probability 2 ** -6, in one of many pairs surely.
    table = pd.DataFrame({"a": [0, 0, 0, 0, 1, 1, 1, 1], "b": [1, 1, 1, 1, 0, 0, 0, 0]})
    assert _derived(table) == {}
    assert _derived(pd.concat([table] * 8)) == {"b": "a"}


def test_a_nearly_constant_column_is_no_evidence() -> None:
    rare = np.zeros(3000, int)
    rare[:3] = 1
    other = np.where(rare == 1, 0, RNG.integers(1, 6, 3000))
    assert _derived(pd.DataFrame({"other": other, "rare": rare})) == {}


def test_values_of_single_rows_determine_nothing() -> None:
    ticket = [f"t{i // 2}" for i in range(400)]
    table = pd.DataFrame({"ticket": ticket, "fare": np.arange(400) // 2 % 7})
    assert _derived(table) == {}


def test_chance_relations_in_random_tables_are_not_believed() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        table = pd.DataFrame(rng.integers(0, 2, size=(12, 30)))
        assert _derived(table) == {}


def test_a_continuous_column_determines_nothing() -> None:
    x = RNG.normal(size=300)
    assert _derived(pd.DataFrame({"x": x, "is_positive": x > 0})) == {}


def test_a_column_given_in_full_is_modelled() -> None:
    code = RNG.integers(0, 8, 300)
    table = pd.DataFrame({"name": LETTERS[code], "code": code})
    assert infer_schema(table, overrides={"code": Integer()})["code"].derived_from is None
    assert infer_schema(table, overrides={"code": "integer"})["code"].derived_from == "name"


def test_a_declared_relation_is_kept_without_evidence() -> None:
    table = pd.DataFrame({"a": ["x", "y", "z"], "b": [1, 2, 2]})
    schema = infer_schema(table, overrides={"b": Integer(derived_from="a")})
    assert schema["b"].derived_from == "a"
    assert resolve_schema(table, schema) == schema


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"b": Integer(derived_from="nowhere")}, "'nowhere', which is not in the table"),
        ({"b": Integer(derived_from="b")}, "which is the column itself"),
        ({"b": Integer(derived_from="one")}, "not modelled, being constant"),
        (
            {"a": Categorical(derived_from="c"), "b": Integer(derived_from="a")},
            "which is itself derived, from 'c'",
        ),
        (
            {"c": Integer(derived_from="a")},
            "1 cell.s. differ from others with the same 'a', the first is 3 in row 2",
        ),
    ],
)
def test_a_declared_relation_that_cannot_hold_is_refused(overrides: dict, words: str) -> None:
    table = pd.DataFrame({"a": ["x", "y", "x"], "b": [1, 2, 1], "c": [1, 2, 3], "one": [1, 1, 1]})
    with pytest.raises(SchemaError, match=words):
        infer_schema(table, overrides=overrides)


def test_education_and_boroughs_are_found(shared_table: Callable[..., pd.DataFrame]) -> None:
    assert _derived(shared_table("adult/train.csv.gz")) == {"education-num": "education"}
    assert _derived(shared_table("nyc_taxi/taxis.csv.gz")) == {
        "pickup_borough": "pickup_zone",
        "dropoff_borough": "dropoff_zone",
    }
    assert _derived(shared_table("shoppers/train.csv.gz")) == {}
