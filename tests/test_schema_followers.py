"""Functions of a column with protected levels: they follow it, and show no rare name."""

import json
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tabgan.exceptions import SchemaError
from tabgan.preprocessing import TableTransformer
from tabgan.schema import (
    Categorical,
    Integer,
    Schema,
    infer_schema,
    protect_table,
    resolve_schema,
)

pytestmark = pytest.mark.filterwarnings("ignore:min_level_count protects")

LEAST = 4
#: How the value of a derived column is written, given a number.
WRITINGS: dict[str, Any] = {
    "str": "value-{}".format,
    "category": "value-{}".format,
    "ordered": "value-{}".format,
    "int64": lambda number: 770_000 + number,
    "float64": lambda number: number + 0.25,
    "boolean": lambda number: number % 2 == 0,
    "datetime64[s]": lambda number: pd.Timestamp(2024, 1, 1) + pd.Timedelta(days=number),
    "object": lambda number: None if number == 0 else (number, "value"),
}


def _as_dtype(values: list, dtype: str) -> pd.Series:
    if dtype == "ordered":
        levels = [WRITINGS[dtype](number) for number in range(9)]
        return pd.Series(values, dtype=pd.CategoricalDtype(levels, ordered=True))
    return pd.Series(values, dtype=dtype)


@st.composite
def _functions(draw: st.DrawFn) -> tuple[pd.DataFrame, Any]:
    """A column of text of which some levels are rare, and a function of it."""
    counts = draw(st.lists(st.integers(1, 2 * LEAST), min_size=3, max_size=12))
    counts[:2] = 40, 40
    dtype = draw(st.sampled_from(list(WRITINGS)))
    drawn = draw(st.lists(st.integers(0, 8), min_size=len(counts), max_size=len(counts)))
    drawn[:2] = 0, 1
    images = [WRITINGS[dtype](number) for number in drawn]
    codes = np.repeat(np.arange(len(counts)), counts)
    order = np.random.default_rng(draw(st.integers(0, 9))).permutation(len(codes))
    root = pd.Series([f"root-{code}" for code in codes[order]])
    own = _as_dtype([images[code] for code in codes[order]], dtype)
    frame = pd.DataFrame({"root": root, "own": own})
    return frame, draw(st.sampled_from([None, "redraw"]))


@given(drawn=_functions(), own_limit=st.sampled_from([None, LEAST, 3 * LEAST]))
def test_a_derived_column_follows_its_protected_root_in_every_row(
    drawn: tuple[pd.DataFrame, Any], own_limit: Any
) -> None:
    frame, rare = drawn
    overrides: dict[Any, Any] = {"root": Categorical(min_level_count=LEAST, rare=rare)}
    if isinstance(frame["own"].iloc[0], str) and own_limit is not None:
        overrides["own"] = Categorical(min_level_count=own_limit, derived_from="root")
    schema = infer_schema(frame, overrides=overrides)
    assert schema["own"].derived_from == "root"
    assert resolve_schema(frame, schema) == schema
    assert Schema.from_dict(schema.to_dict()) == schema
    protected = protect_table(frame, schema)
    assert protected["own"].dtype == frame["own"].dtype or frame["own"].dtype == "category"
    assert not _pairs(protected).duplicated("root").any()
    # What a kept root level goes with is what it went with, but for rare levels of its own.
    is_kept = (protected["root"] == frame["root"]).to_numpy()
    own, was = protected["own"].astype(object), frame["own"].astype(object)
    least_own = getattr(schema["own"], "min_level_count", None) or 1
    is_own_frequent = was[is_kept].map(was[is_kept].value_counts()).fillna(LEAST) >= least_own
    pd.testing.assert_series_equal(
        own[is_kept][is_own_frequent], was[is_kept][is_own_frequent], check_names=False
    )
    lost = set(was.dropna()) - set(was[is_kept].dropna())
    assert not lost & set(own.dropna())
    if isinstance(schema["own"], Categorical):
        assert not lost & set(schema["own"].levels)
        assert bool(schema["own"].has_rare) == bool(set(was.dropna()) - set(own.dropna()))
        assert set(own.dropna()) <= set(schema["own"].levels)

    transformer = TableTransformer(schema=schema, random_state=0).fit(frame)
    decoded = transformer.decode(transformer.encode(frame))
    pd.testing.assert_frame_equal(decoded.astype(object), protected.astype(object))
    assert decoded["own"].dtype == protected["own"].dtype


def _pairs(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(object).drop_duplicates()


TOWNS = [*["Bern"] * 60, *["Zug"] * 60, *["Amden", "Bivio", "Cama", "Davos", "Ems", "Flims"]]


@pytest.mark.parametrize("rare", ["merge", "redraw"])
@pytest.mark.parametrize("twin_is_first", [True, False])
@pytest.mark.parametrize("codes", ["text", "numbers"])
def test_the_twin_of_a_protected_column_shows_no_rare_name(
    rare: Any, twin_is_first: bool, codes: str
) -> None:
    town = pd.Series(TOWNS)
    codes_of = {name: 8000 + 7 * i for i, name in enumerate(dict.fromkeys(TOWNS))}
    if codes == "text":
        codes_of = {name: f"postcode {code}" for name, code in codes_of.items()}
    columns = {"town": town, "code": town.map(codes_of)}
    frame = pd.DataFrame(dict(reversed(columns.items())) if twin_is_first else columns)
    overrides = {"town": Categorical(min_level_count=3, rare=rare)}
    if twin_is_first and codes == "text":
        overrides["town"] = overrides["town"].replace(derived_from="code")
        overrides["code"] = Categorical(min_level_count=3, rare=rare)
    schema = infer_schema(frame, overrides=overrides)
    transformer = TableTransformer(schema=schema, random_state=0).fit(frame)
    decoded = transformer.decode(transformer.encode(frame))
    assert len(decoded.drop_duplicates()) == (3 if rare == "merge" else 2)
    state, arrays = transformer.to_state()
    written = json.dumps(state) + str([array.tolist() for array in arrays.values()])
    for name in TOWNS[120:]:
        assert name not in written
        assert codes_of[name] not in decoded["code"].tolist()
        assert str(codes_of[name]) not in written
    again = TableTransformer.from_state(state, arrays)
    codes_again = again.encode(frame)
    pd.testing.assert_frame_equal(again.decode(codes_again), decoded)


def test_a_level_that_only_protected_roots_had_leaves_too() -> None:
    frame = pd.DataFrame({"town": TOWNS})
    frame["land"] = frame["town"].map(lambda name: "Wallis" if name == "Ems" else "Graubünden")
    frame.loc[frame["town"] == "Bern", "land"] = "Bern (Kanton)"
    schema = infer_schema(frame, min_level_count=3)
    assert schema["land"].derived_from == "town"
    assert schema["land"].levels == ("Bern (Kanton)", "Graubünden", "other")
    assert protect_table(frame, schema)["land"].tolist()[120:] == ["other"] * 6


def test_what_all_protected_rows_share_with_others_stays() -> None:
    frame = pd.DataFrame({"town": TOWNS})
    frame["land"] = frame["town"].eq("Bern").map({True: "Bern", False: "Graubünden"})
    schema = infer_schema(frame, min_level_count=3)
    assert schema["land"].levels == ("Bern", "Graubünden")
    assert schema["land"].has_rare is False
    assert set(protect_table(frame, schema)["land"][120:]) == {"Graubünden"}


def test_later_rows_follow_as_well_whatever_their_rare_names() -> None:
    frame = pd.DataFrame({"town": TOWNS, "code": pd.Series(TOWNS).map(len) * 10})
    frame["canton"] = frame["town"].str[:1]
    schema = infer_schema(frame, min_level_count=3, overrides={"code": "integer"})
    assert [schema[name].derived_from for name in frame] == [None, "town", "town"]
    transformer = TableTransformer(schema=schema, random_state=0).fit(frame)
    later = pd.DataFrame({"canton": ["G", "B"], "town": ["Glarus", "Bern"], "code": [987, 40]})
    decoded = transformer.decode(transformer.encode(later))
    assert decoded["canton"].tolist() == ["other", "B"]
    assert decoded["town"].tolist() == ["other", "Bern"]
    assert 987 not in decoded["code"].tolist()
    with pytest.raises(SchemaError, match="'canton' was a function of column 'town'"):
        transformer.encode(later.assign(town=["Glarus", "Zug"], code=[987, 30]))


@pytest.mark.parametrize("names", [[None, "code"], ["town", None], [("a", 1), ("a", 2)], [1, 0]])
def test_columns_of_any_name_follow(names: list) -> None:
    frame = pd.DataFrame({0: TOWNS, 1: [name.upper() for name in TOWNS]})
    frame.columns = pd.Index(names, dtype=object, tupleize_cols=False)
    schema = infer_schema(frame, min_level_count=3)
    if names[0] is not None:
        assert schema[names[1]].derived_from == names[0]
    assert schema[names[1]].levels == ("BERN", "ZUG", "other")
    transformer = TableTransformer(schema=schema, random_state=0).fit(frame)
    decoded = transformer.decode(transformer.encode(frame))
    assert decoded[names[1]].tolist()[120:] == ["other"] * 6
    conditions = transformer.encode_conditions(frame.tail(3), strict=False)
    assert conditions.mask.any(axis=1).all()


def test_a_column_given_in_full_is_modelled_on_its_own() -> None:
    frame = pd.DataFrame({"town": TOWNS, "size": pd.Series(TOWNS).map(len)})
    schema = infer_schema(frame, min_level_count=3, overrides={"size": Integer()})
    assert schema["size"].derived_from is None
    assert protect_table(frame, schema)["size"] is not None
    pd.testing.assert_series_equal(protect_table(frame, schema)["size"], frame["size"])


def test_a_declared_function_that_does_not_hold_is_refused() -> None:
    frame = pd.DataFrame({"town": TOWNS, "land": [name[:1] for name in TOWNS]})
    frame.loc[7, "land"] = "Z"
    overrides = {"land": Categorical(derived_from="town")}
    with pytest.raises(SchemaError, match="'land' is declared to be derived from 'town', but 1 "):
        infer_schema(frame, min_level_count=3, overrides=overrides)


def test_a_root_of_which_nothing_is_left_is_refused_or_no_root() -> None:
    town = pd.Series([f"town-{i}" for i in range(200) for _ in range(4)])
    frame = pd.DataFrame({"town": town, "land": town.str[5:6]})
    schema = infer_schema(frame, min_level_count=5)
    assert schema["land"].derived_from is None
    assert schema["town"].levels == ("other",)
    given_root = {"land": Categorical(derived_from="town")}
    with pytest.raises(SchemaError, match="'land' is declared to be derived from 'town', but all"):
        infer_schema(frame, min_level_count=5, overrides=given_root)


def test_a_function_of_two_columns_follows_a_protected_one() -> None:
    rng = np.random.default_rng(0)
    product = rng.choice(["tea", "oil", "rye", "ewe"], 3000, p=[0.4, 0.3, 0.298, 0.002])
    region = rng.choice(["north", "south", "west"], 3000)
    price = {
        (p, r): "rare" if p == "ewe" else f"tier {(i + j) % 3}"
        for i, p in enumerate(["tea", "oil", "rye", "ewe"])
        for j, r in enumerate(["north", "south", "west"])
    }
    tier = [price[pair] for pair in zip(product, region, strict=True)]
    table = pd.DataFrame({"product": product, "region": region, "tier": tier})
    table["x"] = rng.normal(size=3000)
    schema = infer_schema(table, min_level_count=20)
    assert schema["tier"].roots(schema) == ("product", "region")
    assert "ewe" not in schema["product"].levels
    assert "rare" not in schema["tier"].levels
    followed = protect_table(table, schema)
    known = followed.groupby(["product", "region"])["tier"].nunique()
    assert known.max() == 1
    is_kept = table["product"] != "ewe"
    pd.testing.assert_series_equal(followed["tier"][is_kept], table["tier"][is_kept])
