"""Levels of few rows are protected: merged, or redrawn, and named nowhere."""

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tabgan.exceptions import InvalidParameterError, SchemaError
from tabgan.schema import Categorical, Schema, infer_schema, protect_table, resolve_schema

WORDS = ["a"] * 60 + ["b"] * 40 + ["c"] * 5 + ["d", "e", "f", "g", "g"]
DTYPES = ["str", "object", "string", "category"]


def _frame(cells: list, dtype: Any = None) -> pd.DataFrame:
    return pd.DataFrame({"c": pd.Series(cells, dtype=dtype)})


@given(
    cells=st.lists(st.sampled_from("abcdefghij"), min_size=20, max_size=80),
    least=st.integers(2, 8),
    rare=st.sampled_from([None, "merge", "redraw"]),
    dtype=st.sampled_from(DTYPES),
)
def test_no_level_has_fewer_rows_than_the_count_and_frequent_cells_stay(
    cells: list, least: int, rare: Any, dtype: str
) -> None:
    frame = _frame(cells, dtype)
    start = Categorical(min_level_count=least, rare=rare)
    counts = frame["c"].value_counts()
    if counts.max() < least and (rare == "redraw" or len(frame) < least):
        with pytest.raises(SchemaError, match="no level that min_level_count"):
            infer_schema(frame, overrides={"c": start})
        return
    schema = infer_schema(frame, overrides={"c": start})
    column = schema["c"]
    protected = protect_table(frame, schema)["c"]
    found = protected.value_counts()
    assert set(found[found > 0].index) == set(column.levels)
    assert found[list(column.levels)].min() >= least
    is_frequent = (frame["c"].map(counts).astype(int) >= least).to_numpy()
    assert protected[is_frequent].tolist() == frame["c"][is_frequent].tolist()
    assert column.has_rare == (not is_frequent.all())
    assert set(column.levels) - {column.merged_level} == set(counts[counts >= least].index)
    if rare == "redraw":
        assert column.merged_level is None
    elif column.merged_level is not None:
        assert (protected[~is_frequent] == "other").all()
    else:
        assert (~is_frequent).sum() < least
    assert resolve_schema(frame, schema) == schema
    assert Schema.from_dict(schema.to_dict()) == schema


def test_all_levels_are_kept_by_default() -> None:
    frame = _frame(WORDS)
    schema = infer_schema(frame)
    assert schema["c"].levels == tuple("abcdefg")
    assert schema["c"].min_level_count is None
    assert infer_schema(frame, min_level_count=1) == schema
    assert protect_table(frame, schema) is frame


@pytest.mark.parametrize("dtype", DTYPES)
def test_rare_levels_of_text_are_merged(dtype: str) -> None:
    frame = _frame([*WORDS, None], dtype)
    column = infer_schema(frame, min_level_count=5)["c"]
    assert column.levels == ("a", "b", "c", "other")
    protected = protect_table(frame, infer_schema(frame, min_level_count=5))["c"]
    assert protected.value_counts().to_dict() == {"a": 60, "b": 40, "c": 5, "other": 5}
    assert protected.isna().tolist() == frame["c"].isna().tolist()
    if dtype == "category":
        assert protected.cat.categories.tolist() == ["a", "b", "c", "other"]
    else:
        assert protected.dtype == frame["c"].dtype


def test_the_merged_level_gets_a_name_that_is_free_or_given() -> None:
    frame = _frame([*WORDS, *["other"] * 9])
    assert infer_schema(frame, min_level_count=5)["c"].merged_level == "(other)"
    given = Categorical(min_level_count=5, merged_level="other")
    schema = infer_schema(frame, overrides={"c": given})
    assert schema["c"].levels == ("a", "b", "c", "other")
    assert (protect_table(frame, schema)["c"] == "other").sum() == 14


def test_too_few_rows_to_merge_are_redrawn() -> None:
    frame = _frame(["a"] * 50 + ["b"] * 50 + ["planted"])
    schema = infer_schema(frame, min_level_count=3)
    assert (schema["c"].levels, schema["c"].merged_level) == (("a", "b"), None)
    assert set(protect_table(frame, schema)["c"]) == {"a", "b"}


def test_redrawn_cells_have_the_frequencies_of_the_others() -> None:
    cells = np.concatenate([np.repeat([1, 2], [3000, 1000]), np.arange(10, 2010)])
    schema = infer_schema(_frame(cells), overrides={"c": Categorical(min_level_count=2)})
    assert (schema["c"].rare, schema["c"].levels) == ("redraw", (1, 2))
    protected = protect_table(_frame(cells), schema)["c"]
    assert protected.dtype == np.int64
    assert abs((protected[4000:] == 1).mean() - 0.75) < 4 * np.sqrt(0.75 * 0.25 / 2000)


def test_ordered_levels_are_redrawn() -> None:
    dtype = pd.CategoricalDtype(list("gfedcba"), ordered=True)
    column = infer_schema(_frame(WORDS, dtype), min_level_count=5)["c"]
    assert (column.rare, column.levels) == ("redraw", ("c", "b", "a"))


def test_numbers_can_have_a_merged_level_that_is_one() -> None:
    frame = _frame([1] * 50 + [2] * 50 + [3, 4, 5])
    given = Categorical(min_level_count=3, merged_level=-1)
    assert infer_schema(frame, overrides={"c": given})["c"].levels == (1, 2, -1)


def test_unused_categories_are_left_out_since_what_lacks_would_be_the_rare_ones() -> None:
    dtype = pd.CategoricalDtype([*"abcdefg", "never"])
    assert "never" in infer_schema(_frame(WORDS, dtype))["c"].levels
    assert infer_schema(_frame(WORDS, dtype), min_level_count=5)["c"].levels == (*"abc", "other")


def test_functions_are_those_of_the_real_table_and_then_of_the_protected_one() -> None:
    city = pd.Series([*"aabb"] * 50 + ["x", "x", "z"])
    frame = pd.DataFrame({"city": city, "name": city + "-town", "loose": city})
    frame.loc[200:, "loose"] = ["p", "q", "q"]
    for least, root in ((2, None), (3, "city")):
        schema = infer_schema(frame, min_level_count=least)
        assert schema["name"].derived_from == "city"
        assert schema["loose"].derived_from == root
        assert resolve_schema(frame, schema) == schema


@pytest.mark.parametrize(
    ("dtype", "column", "words"),
    [
        (None, Categorical(levels=("a",), min_level_count=5), "45 cell.s. hold another that at"),
        ("ordered", Categorical(min_level_count=5, rare="merge"), "levels have an order"),
        ("int64", Categorical(min_level_count=5, rare="merge"), "it has dtype int64"),
        ("int64", Categorical(min_level_count=5, rare="merge", merged_level="x"), "'x', since it"),
        (None, Categorical(min_level_count=100), "no level that min_level_count=100"),
    ],
)
def test_what_cannot_be_protected_is_refused(dtype: Any, column: Any, words: str) -> None:
    cells = WORDS[:50] if column.min_level_count == 100 else WORDS
    frame = _frame(cells)
    if dtype == "ordered":
        frame = _frame(cells, pd.CategoricalDtype([*"abcdefg"], ordered=True))
    if dtype == "int64":
        frame = _frame([ord(cell) for cell in cells])
    with pytest.raises(SchemaError, match=words):
        infer_schema(frame, overrides={"c": column})


def test_bad_policies_are_refused() -> None:
    with pytest.raises(SchemaError, match="min_level_count=0 must be a whole number"):
        Categorical(min_level_count=0)
    with pytest.raises(SchemaError, match="rare='drop' is none of"):
        Categorical(rare="drop")  # type: ignore[arg-type]
    with pytest.raises(InvalidParameterError, match="'min_level_count' parameter"):
        infer_schema(_frame(WORDS), min_level_count=0)
