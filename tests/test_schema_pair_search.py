"""A column is a function of two others only on evidence beyond what each says alone."""

import itertools
from collections.abc import Callable, Iterable

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from tabgan.exceptions import SchemaError
from tabgan.schema import Categorical, Integer, Schema, infer_schema, resolve_schema
from tabgan.schema.pair_search import log_chance_within

LETTERS = np.array(list("abcdefghijkl"))


def _table(seed: int = 0, n_rows: int = 1000, n_levels: int = 4) -> pd.DataFrame:
    """A price that is a function of product and region, and two columns beside them."""
    rng = np.random.default_rng(seed)
    product, region = rng.integers(0, 12, n_rows), rng.integers(0, 6, n_rows)
    price = rng.integers(0, n_levels, (12, 6))[product, region]
    return pd.DataFrame(
        {
            "product": LETTERS[product],
            "region": region,
            "price": price.astype(str),
            "kind": rng.choice(["x", "y", "z"], n_rows),
            "weight": rng.normal(size=n_rows),
        }
    )


def _derived(table: pd.DataFrame) -> dict:
    schema = infer_schema(table)
    return {n: c.roots(schema) for n, c in schema.items() if c.derived_from is not None}


def _shuffles(cells: list[int]) -> Iterable[tuple[int, ...]]:
    return set(itertools.permutations(cells))


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=7))
def test_the_bound_is_above_the_share_of_shuffles_that_agree(rows: list) -> None:
    others, cells = np.array(rows).T
    shuffles = np.array([*_shuffles(cells.tolist())])
    agree = np.ones(len(shuffles), bool)
    for other in np.unique(others):
        beside = shuffles[:, others == other]
        agree &= (beside == beside[:, :1]).all(axis=1)
    pairs, counts = np.bincount(others)[None], np.bincount(cells)[None]
    assert np.exp(log_chance_within(pairs, counts)) >= agree.mean() - 1e-12


def test_groups_are_independent_and_single_rows_no_evidence() -> None:
    pairs, counts = np.array([[20, 30]]), np.array([[20, 30]])
    once = log_chance_within(pairs, counts)
    twice = log_chance_within(np.repeat(pairs, 2, axis=0), np.repeat(counts, 2, axis=0))
    assert once < -20
    assert twice == pytest.approx(2 * once)
    assert log_chance_within(np.ones((1, 50), int), counts) == 0
    assert log_chance_within(pairs, np.array([[50, 0]])) == 0


@pytest.mark.parametrize("names", list(itertools.permutations(["product", "region", "price"])))
def test_a_function_of_two_is_found_wherever_the_columns_stand(names: tuple) -> None:
    table = _table()[["kind", *names, "weight"]]
    roots = tuple(name for name in names if name != "price")
    assert _derived(table) == {"price": roots}
    assert f"derived from {roots[0]} and {roots[1]}" in str(infer_schema(table))


def test_a_function_needs_no_dependence_on_one_alone() -> None:
    x, y = np.random.default_rng(0).integers(0, 2, (2, 200))
    assert _derived(pd.DataFrame({"x": x, "y": y, "either": x ^ y})) == {"either": ("x", "y")}


def test_one_cell_beside_it_and_there_is_no_function() -> None:
    table = _table()
    table.loc[700, "price"] = "none"
    assert _derived(table) == {}


def test_missing_cells_are_values_of_roots_and_of_the_function() -> None:
    table = _table()
    table["product"] = table["product"].where(table["product"] != "c")
    table["price"] = table["price"].where(table["price"] != "1")
    assert _derived(table) == {"price": ("product", "region")}
    first = table.index[table["price"].isna()][0]
    table.loc[first, "price"] = "0"
    assert _derived(table) == {}


def test_one_column_that_suffices_is_the_only_root() -> None:
    table = _table().drop(columns="price")
    table["half"] = np.where(table["product"] < "g", "first", "second")
    assert _derived(table) == {"half": ("product",)}


def test_a_copy_of_the_function_follows_the_same_two() -> None:
    table = _table().assign(label=lambda table: "price " + table["price"])
    assert _derived(table) == dict.fromkeys(["price", "label"], ("product", "region"))


def test_a_function_of_a_function_follows_the_columns_at_the_root() -> None:
    table = _table(n_rows=3000)
    table["offer"] = np.where((table["price"] > "1") ^ (table["region"] > 2), "yes", "no")
    assert _derived(table) == dict.fromkeys(["price", "offer"], ("product", "region"))


def test_two_columns_in_which_few_pairs_repeat_determine_nothing() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 60, (2, 1200))
    c = rng.integers(0, 3, (60, 60))[first, second]
    table = pd.DataFrame({"a": first, "b": second, "c": c}).astype(str)
    assert _derived(table) == {}
    assert _derived(pd.concat([table] * 2, ignore_index=True)) == {"c": ("a", "b")}


def test_continuous_columns_are_no_roots() -> None:
    table = _table().drop(columns="price")
    table["sign"] = np.where((table["weight"] > 0) ^ (table["region"] > 2), "plus", "minus")
    assert _derived(table) == {}


def test_numbers_of_many_values_are_left_to_the_search_for_sums() -> None:
    rng = np.random.default_rng(0)
    n, price = rng.integers(1, 13, 4000), rng.choice(np.arange(1, 60) * 0.37, 4000).round(2)
    table = pd.DataFrame({"n": n, "price": price, "total": (n * price).round(2)})
    assert _derived(table) == {}
    assert _derived(table.assign(n=LETTERS[n - 1])) == {"total": ("n", "price")}


def _independent(rng: np.random.Generator) -> pd.DataFrame:
    n_rows = int(rng.integers(20, 400))
    return pd.DataFrame({i: rng.integers(0, rng.integers(2, 6), n_rows) for i in range(8)})


def _nearly_determined(rng: np.random.Generator) -> pd.DataFrame:
    """All but a few cells of c follow from a; b has nothing to do with it."""
    n_rows = int(rng.integers(50, 500))
    a, b, c = rng.integers(0, 8, n_rows), rng.integers(0, 6, n_rows), np.zeros(n_rows, int)
    c = a % 3
    c[rng.choice(n_rows, rng.integers(1, 4), replace=False)] = 3
    return pd.DataFrame({"a": a, "b": b, "c": c, "d": rng.integers(0, 4, n_rows)})


def _drawn_beside_one(rng: np.random.Generator) -> pd.DataFrame:
    """Beside each value of a, c has one or two values; b has nothing to do with it."""
    n_rows, n_levels = int(rng.integers(30, 300)), int(rng.integers(5, 40))
    a, b = rng.integers(0, n_levels, n_rows), rng.integers(0, 5, n_rows)
    shares = rng.dirichlet(np.full(4, 0.05), n_levels)[a].cumsum(axis=1)
    return pd.DataFrame({"a": a, "b": b, "c": (shares < rng.random((n_rows, 1))).sum(axis=1)})


@pytest.mark.parametrize("make", [_independent, _nearly_determined, _drawn_beside_one])
def test_chance_is_not_believed(make: Callable[[np.random.Generator], pd.DataFrame]) -> None:
    for seed in range(40):
        table = make(np.random.default_rng(seed)).astype(str)
        assert all(len(roots) < 2 for roots in _derived(table).values()), seed


def test_many_columns_are_searched_within_bounds() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.integers(0, 3, (1000, 300)))
    table["a"], table["b"] = rng.integers(0, 2, (2, 1000)).astype(str)
    table["c"] = (table["a"] != table["b"]).astype(int)
    assert _derived(table) == {"c": ("a", "b")}


@pytest.mark.parametrize("roots", [["product", "region"], ("region", "product")])
def test_a_declared_function_is_kept_without_evidence(roots: list | tuple) -> None:
    table = _table().head(8)
    schema = infer_schema(table, overrides={"price": Categorical(derived_from=roots)})
    assert schema["price"].derived_from == tuple(roots)
    assert resolve_schema(table, schema) == schema
    assert hash(schema["price"]) == hash(schema.copy()["price"])


def test_a_column_given_in_full_is_modelled() -> None:
    table = _table()
    given = infer_schema(table, overrides={"price": Categorical()})
    assert given["price"].derived_from is None
    named = infer_schema(table, overrides={"price": "categorical"})
    assert named["price"].derived_from == ("product", "region")


def test_a_column_derived_from_two_is_no_root_of_what_is_found() -> None:
    table = _table().assign(label=lambda table: "price " + table["price"])
    declared = Categorical(derived_from=["product", "region"])
    schema = infer_schema(table, overrides={"price": declared})
    assert schema["label"].derived_from == ("product", "region")
    schema = infer_schema(table, overrides={"label": Categorical(derived_from="price")})
    assert schema["price"].derived_from is None


@pytest.mark.parametrize("ending", ["json", "yaml"])
@pytest.mark.parametrize("name", ["price", ("price", "of", 1)])
def test_a_file_holds_both_names(tmp_path: object, ending: str, name: object) -> None:
    schema = infer_schema(_table().rename(columns={"price": "cost", "product": name}))
    schema.save(f"{tmp_path}/schema.{ending}")
    again = Schema.load(f"{tmp_path}/schema.{ending}")
    assert again == schema
    assert again["cost"].roots(again) == (name, "region")


def test_a_list_in_a_file_and_in_python_names_two_columns() -> None:
    fields = {"name": "c", "kind": "integer", "derived_from": ["a", "b"]}
    schema = Schema.from_dict({"columns": [fields]})
    assert schema["c"] == Integer(derived_from=["a", "b"])
    assert schema.to_dict()["columns"] == [fields]


def test_a_tuple_that_names_a_column_is_one_root() -> None:
    city = np.arange(200) % 8
    table = pd.DataFrame({("city", "name"): LETTERS[city], ("land", "name"): city % 2})
    assert _derived(table) == {("land", "name"): (("city", "name"),)}
    declared = {("land", "name"): Integer(derived_from=("city", "name"))}
    schema = infer_schema(table, overrides=declared)
    assert schema[("land", "name")].roots(schema) == (("city", "name"),)
    assert "derived from ('city', 'name')" in str(schema)
    assert Schema.from_dict(schema.to_dict()) == schema


@pytest.mark.parametrize(
    ("roots", "words"),
    [
        (["a", "nowhere"], "of which 'nowhere' is not in the table"),
        (["a", "c"], "of which 'c' is the column itself"),
        (["a", "a"], "which is the same column twice"),
        (["a", "b", "d"], "from 'a' and 'b' and 'd', which are more than two"),
        (["a", "one"], "of which 'one' is not modelled, being constant"),
        (["a", "e"], "of which 'e' is itself derived, from 'a'"),
        (
            ["a", "b"],
            "2 cell.s. differ from others with the same 'a' and 'b', the first is 3 in row 4",
        ),
        (["a", "wide"], "of which 'wide' has more than 1,000 values"),
    ],
)
def test_declared_functions_that_cannot_hold_are_refused(roots: list, words: str) -> None:
    table = pd.DataFrame({"a": [0, 0, 1, 1] * 300, "b": [0, 1] * 600, "d": 1, "one": 1})
    table["c"] = table["a"] + table["b"]
    table.loc[[4, 9], "c"] = 3
    table["e"], table["wide"] = table["a"], np.arange(1200) / 7
    table.loc[0, "d"] = 2
    overrides = {"c": Integer(derived_from=roots), "e": Integer(derived_from="a")}
    with pytest.raises(SchemaError, match=words):
        infer_schema(table, overrides=overrides)


def test_two_roots_with_too_many_pairs_are_refused() -> None:
    first, second = np.arange(2400) % 1200, np.arange(2400) // 2
    table = pd.DataFrame({"a": first.astype(str), "b": second.astype(str), "c": 1})
    table.loc[0, "c"] = 2
    kinds = {"a": "categorical", "b": "categorical", "c": Integer(derived_from=["a", "b"])}
    with pytest.raises(SchemaError, match="which have more than 1,000,000 pairs of values"):
        infer_schema(table, overrides=kinds)


@pytest.mark.parametrize("roots", [[], (), [["a", "b"]]])
def test_what_names_no_columns_is_refused(roots: object) -> None:
    with pytest.raises(SchemaError, match="must be the name of a column or a list of two names"):
        Integer(derived_from=roots)


def test_nothing_is_found_in_tables_without_such_functions(
    shared_table: Callable[..., pd.DataFrame],
) -> None:
    for name in ("adult", "default", "shoppers", "magic", "beijing"):
        derived = _derived(shared_table(f"{name}/train.csv.gz", keep_default_na=False))
        assert all(len(roots) < 2 for roots in derived.values()), name
