"""Functions of two columns hold in every decoded row, also of pairs that the table lacks."""

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tabgan import Between
from tabgan.exceptions import ArchiveError, InvalidParameterError, SchemaError
from tabgan.preprocessing import Codes, TableTransformer
from tabgan.preprocessing.conditions import Conditions
from tabgan.schema import KINDS, Categorical
from tests.preprocessing.laws import assert_same_cells, fit

MAKERS = {
    "categorical": lambda levels: pd.Series(np.array(list("abcdefgh"))[levels]),
    "integer": lambda levels: pd.Series(levels * 5 - 10),
    "continuous": lambda levels: pd.Series(levels / 4).where(levels != 3),
    "boolean": lambda levels: pd.Series(levels % 2 == 0),
    "datetime": lambda levels: pd.Series(pd.Timestamp("2024-02-28") + pd.to_timedelta(levels, "D")),
}
KIND = st.sampled_from(sorted(MAKERS))


@st.composite
def tables(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Draw a table whose column c is a function of a and b, and a schema that says so."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n_rows, n_first, n_second = (draw(st.integers(2, most)) for most in (60, 7, 7))
    a, b = rng.integers(0, n_first, n_rows), rng.integers(0, n_second, n_rows)
    levels = rng.integers(0, draw(st.integers(1, 8)), (n_first, n_second))[a, b]
    kinds = {name: draw(KIND) for name in "abc"}
    codes = {"a": a, "b": b, "c": levels}
    table = pd.DataFrame({name: MAKERS[kinds[name]](codes[name]) for name in "abc"})
    # Truth values and missing cells put levels together.
    table["c"] = table.groupby(["a", "b"], dropna=False)["c"].transform(lambda cells: cells.iloc[0])
    table["x"] = rng.normal(size=n_rows)
    schema = {name: KINDS[kinds[name]]() for name in "ab"}
    return table, {**schema, "c": KINDS[kinds["c"]](derived_from=["a", "b"])}


def _random_codes(transformer: TableTransformer, n_rows: int, seed: int = 0) -> Codes:
    """Codes in which every pair of levels is as likely as any other."""
    layout, rng = transformer.layout_, np.random.default_rng(seed)
    levels = [rng.integers(0, part.n_levels, n_rows) for part in layout.level_parts]
    normals = rng.normal(size=(n_rows, layout.n_normal_parts)).astype(np.float32)
    joined = np.array(levels, np.int32).reshape(len(levels), n_rows).T
    return Codes(np.ascontiguousarray(joined), normals)


def _functions(table: pd.DataFrame) -> dict[tuple, set]:
    """The values of c beside each pair of a and b."""
    cells = table[["a", "b", "c"]].astype(object).where(table[["a", "b", "c"]].notna(), "none")
    found: dict[tuple, set] = {}
    for a, b, c in cells.itertuples(index=False):
        found.setdefault((a, b), set()).add(c)
    return found


@given(tables())
def test_every_decoded_row_keeps_the_function(drawn: tuple[pd.DataFrame, dict]) -> None:
    table, schema = drawn
    transformer = fit(table, schema=schema)
    back = transformer.decode(transformer.encode(table))
    for name in "abc":
        assert_same_cells(back[name], table[name])
    sample = transformer.decode(_random_codes(transformer, 200))
    assert sample.dtypes.equals(table.dtypes)
    known, made = _functions(table), _functions(sample)
    assert all(len(values) == 1 for values in made.values())
    assert all(made[pair] == known[pair] for pair in made.keys() & known.keys())
    transformer.encode(sample)
    again = TableTransformer.from_state(*transformer.to_state())
    pd.testing.assert_frame_equal(again.decode(_random_codes(transformer, 200)), sample)


def _prices(n_rows: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    product, region = rng.integers(0, 5, n_rows), rng.integers(0, 4, n_rows)
    price = np.array(["low", "mid", "high"])[(product + region) // 3]
    table = pd.DataFrame({"product": np.array(list("vwxyz"))[product], "region": region + 10})
    table = table.assign(price=price, label=price, x=rng.normal(size=n_rows))
    # No "z" is sold in region 12.
    return table[(product < 4) | (region != 2)].reset_index(drop=True)


TABLE = _prices()


@pytest.fixture(scope="module", name="fitted")
def _fitted() -> TableTransformer:
    transformer = fit(TABLE)
    assert transformer.schema_["price"].derived_from == ("product", "region")
    return transformer


def test_a_derived_column_has_no_part_in_the_codes(fitted: TableTransformer) -> None:
    assert fitted.layout_.columns == ("product", "region", "x")


def test_a_pair_that_the_table_lacks_gets_a_value_that_occurs_beside_both() -> None:
    # By rows, "high" is the most frequent beside a0, but it never stands beside b0.
    pairs = {
        ("a0", "b1"): ("high", 30),
        ("a0", "b2"): ("mid", 10),
        ("a1", "b0"): ("mid", 10),
        ("a2", "b0"): ("low", 20),
        ("a1", "b1"): ("high", 5),
        ("a2", "b2"): ("mid", 5),
    }
    rows = [(*pair, c) for pair, (c, n_rows) in pairs.items() for _ in range(n_rows)]
    table = pd.DataFrame(rows, columns=["a", "b", "c"])
    transformer = fit(table, schema={"c": Categorical(derived_from=["a", "b"])})
    sample = transformer.decode(_random_codes(transformer, 100))
    assert _functions(sample)["a0", "b0"] == {"mid"}


def test_pairs_of_few_rows_are_not_kept_where_levels_are_protected() -> None:
    cells = {"a": ["x", "x", "y", "y"] * 30, "b": ["u", "v"] * 60, "c": ["p", "q", "p", "p"] * 30}
    once = pd.DataFrame({"a": ["y", "x"], "b": ["w", "w"], "c": ["r", "q"]})
    often = pd.DataFrame({"a": ["x"], "b": ["w"], "c": ["q"]})
    table = pd.concat([pd.DataFrame(cells), once, *[often] * 9], ignore_index=True)
    schema = {"c": Categorical(derived_from=["a", "b"])}
    everything = fit(table, schema=schema)
    pair = ("y", "w")
    assert _functions(everything.decode(_random_codes(everything, 100)))[pair] == {"r"}
    schema = {name: Categorical(min_level_count=5) for name in "ab"} | {
        "c": Categorical(levels=("p", "q", "r"), derived_from=["a", "b"])
    }
    protected = fit(table, schema=schema)
    assert _functions(protected.decode(_random_codes(protected, 100)))[pair] == {"p"}
    assert not any((levels == 2).any() for levels in protected.to_state()[1]["lookups.2"])


def test_later_rows_are_held_to_known_pairs_only(fitted: TableTransformer) -> None:
    pair = pd.DataFrame({"product": "z", "region": [12], "x": 0.0})
    for price in ("low", "mid", "high"):
        fitted.encode(pair.assign(price=price, label=price))
    words = r"'price' was a function of columns 'product' and 'region' at fit, but 1 cell.* 'low'"
    with pytest.raises(SchemaError, match=f"{words} in row 0"):
        fitted.encode(pair.assign(region=13, price="low", label="high"))


def test_a_damaged_lookup_is_refused(fitted: TableTransformer) -> None:
    state, arrays = fitted.to_state()
    (name,) = (name for name in arrays if name == "lookups.2")
    for damaged in (arrays[name].T, arrays[name] + 9, arrays[name].astype(float)):
        with pytest.raises(ArchiveError, match="a lookup does not fit"):
            TableTransformer.from_state(state, {**arrays, name: damaged})


def _levels(fitted: TableTransformer, conditions: Conditions, name: str) -> list[set]:
    """The values of a root that each condition allows; all of them where none is named."""
    position = fitted.layout_.columns.index(name)
    values = sorted(TABLE[name].unique())
    for each in conditions.sets:
        if each.column == position:
            sets = [{values[level] for level in own.levels} for own in each.sets]
            return [set(values) if i < 0 else sets[i] for i in each.which]
    return [set(values)] * len(conditions)


def test_conditions_on_the_function_ask_for_the_other_root(fitted: TableTransformer) -> None:
    known = TABLE[(TABLE["product"] == "x") & (TABLE["price"] == "mid")]
    regions = set(known["region"])
    assert 0 < len(regions) < 4
    conditions = fitted.encode_conditions({"price": "mid", "product": "x"})
    assert _levels(fitted, conditions, "region") == [regions]
    conditions = fitted.encode_conditions({"price": "mid", "product": "x", "region": [10, 11]})
    assert _levels(fitted, conditions, "region") == [regions & {10, 11}]
    conditions = fitted.encode_conditions({"price": ["mid", "high"], "region": Between(10, 10)})
    beside = TABLE[(TABLE["region"] == 10) & (TABLE["price"] != "low")]
    assert _levels(fitted, conditions, "product") == [set(beside["product"])]


def test_a_table_of_conditions_may_give_either_root_or_both(fitted: TableTransformer) -> None:
    rows = pd.DataFrame(
        {
            "price": ["mid", "mid", "low", None, "mid"],
            "product": ["x", None, "v", "z", "x"],
            "region": [None, 10, 10, None, None],
            "label": ["mid", None, "low", None, None],
        }
    )
    conditions = fitted.encode_conditions(rows)
    mids = TABLE[TABLE["price"] == "mid"]
    beside_x = set(mids.loc[mids["product"] == "x", "region"])
    beside_10 = set(mids.loc[mids["region"] == 10, "product"])
    every = set(TABLE["region"])
    regions = [beside_x, every, every, every, beside_x]
    assert _levels(fitted, conditions, "region") == regions
    assert _levels(fitted, conditions, "product")[1] == beside_10


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({"price": "mid"}, "'price' is looked up from 'product' and 'region' together, so it can"),
        ({"price": "mid", "product": ["x", "y"]}, "only where one of them is given a single value"),
        (
            {"price": "mid", "product": "v", "region": 10},
            "'product', 'price' and 'region' contradict each other",
        ),
        ({"price": "high", "product": "v"}, "'product' and 'price' contradict each other"),
        (
            pd.DataFrame({"price": ["mid", "mid"], "product": ["x", None]}),
            "a single value, which row 1 of the conditions does not",
        ),
        (
            pd.DataFrame({"price": ["mid", "high"], "product": "v", "region": [13, 10]}),
            "Row 1 of the conditions contradicts itself in columns 'region', 'product', 'price'",
        ),
        (pd.DataFrame({"price": ["none"], "product": "v"}), "'price' had no value 'none'"),
    ],
)
def test_conditions_that_no_row_meets_are_refused(
    fitted: TableTransformer, conditions: Any, words: str
) -> None:
    with pytest.raises(InvalidParameterError, match=words):
        fitted.encode_conditions(conditions)


def test_there_is_nothing_to_classify_by(fitted: TableTransformer) -> None:
    with pytest.raises(InvalidParameterError, match="nothing to classify by; fit with a schema"):
        fitted.classes("price")
