"""TableTransformer: a scikit-learn transformer, strict about later tables, and exact about rows."""

import json
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from tabgan.exceptions import (
    ArchiveError,
    DataWarning,
    SchemaError,
    TableError,
    UnseenLevelError,
)
from tabgan.preprocessing import Codes, TableTransformer
from tabgan.preprocessing.level_blocks import MOST_LEVELS
from tabgan.schema import Categorical, Integer
from tests.preprocessing.laws import fit
from tests.preprocessing.tables import EXACT, GRID, IDENTIFIERS, SMOOTH

RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "x": RNG.normal(size=200),
        "size": RNG.choice(["S", "M", "L"], 200),
        "n": RNG.integers(0, 4, 200),
        "code": 0,
        "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 300, 200), "min"),
        "gap": np.where(RNG.random(200) < 0.2, np.nan, RNG.normal(size=200)),
    }
)
TABLE["code"] = TABLE["size"].map({"S": 1, "M": 2, "L": 3})


@parametrize_with_checks([TableTransformer()])
def test_it_is_a_scikit_learn_transformer(estimator: Any, check: Callable) -> None:
    check(estimator)


def test_clone_and_parameters() -> None:
    transformer = TableTransformer(schema={"n": "categorical"}, random_state=3)
    assert clone(transformer).get_params() == transformer.get_params()
    assert "random_state=3" in repr(transformer)


@pytest.mark.parametrize("method", ["encode", "decode", "transform", "to_state"])
def test_an_unfitted_transformer_says_so(method: str) -> None:
    arguments = [] if method == "to_state" else [TABLE]
    with pytest.raises(NotFittedError):
        getattr(TableTransformer(), method)(*arguments)


def test_the_matrix_has_normals_then_levels_and_comes_back() -> None:
    transformer = TableTransformer().fit(TABLE)
    matrix = transformer.transform(TABLE)
    layout = transformer.layout_
    codes = transformer.encode(TABLE)
    names = transformer.get_feature_names_out()
    assert matrix.shape == (200, layout.n_normal_parts + layout.n_levels) == (200, len(names))
    assert names[:3].tolist() == ["x", "when", "gap"]
    assert "size_0" in names
    np.testing.assert_array_equal(matrix[:, : layout.n_normal_parts], codes.normals)
    np.testing.assert_array_equal(
        matrix[:, layout.n_normal_parts :].sum(axis=1), layout.n_level_parts
    )
    pd.testing.assert_frame_equal(
        transformer.inverse_transform(matrix + 0.0), transformer.decode(codes)
    )
    with pytest.raises(SchemaError, match=r"shape \(200, 3\); transform gives \(n_rows, "):
        transformer.inverse_transform(matrix[:, :3])


def test_pandas_output_has_the_feature_names() -> None:
    frame = TableTransformer().set_output(transform="pandas").fit_transform(TABLE)
    assert list(frame.columns) == list(TableTransformer().fit(TABLE).get_feature_names_out())


def test_the_layout_says_what_the_codes_hold() -> None:
    transformer = TableTransformer().fit(TABLE)
    layout = transformer.layout_
    assert layout.columns == ("x", "size", "n", "when", "gap")
    assert transformer.schema_["code"].derived_from == "size"
    assert [layout.columns[part.column] for part in layout.level_parts] == ["size", "n", "gap"]
    assert [layout.columns[part.column] for part in layout.normal_parts] == ["x", "when", "gap"]
    assert [part.gate for part in layout.normal_parts] == [None, None, (2, 1)]
    assert layout.level_offsets.tolist() == [0, 3, 7, 9]
    assert (layout.n_columns, layout.n_levels) == (5, 9)
    assert layout.level_parts[0].scores is None
    values = layout.normal_parts[0].values
    assert values.dtype == np.float32
    assert values.shape == (1, 257)


def test_scores_of_ordered_levels_are_normal_scores_and_standardised_values() -> None:
    cells = np.repeat([0, 1, 2, 10], [10, 20, 30, 40])
    levels = np.array(["low", "mid", "high"])[cells % 3]
    table = pd.DataFrame({"n": cells, "o": levels})
    schema = {"o": Categorical(levels=("low", "mid", "high"), ordered=True)}
    layout = TableTransformer(schema=schema).fit(table).layout_
    middles = (np.array([0, 10, 30, 60]) + np.array([10, 20, 30, 40]) / 2) / 100
    np.testing.assert_allclose(
        layout.level_parts[0].scores[:, 0], stats.norm.ppf(middles), rtol=1e-5
    )
    distinct = np.array([0, 1, 2, 10])
    standardised = (distinct - cells.mean()) / cells.std()
    np.testing.assert_allclose(layout.level_parts[0].scores[:, 1], standardised, rtol=1e-5)
    # A column given in full is modelled, although it is a function of `n`.
    assert layout.columns == ("n", "o")
    alone = TableTransformer(schema=schema).fit(table[["o"]]).layout_.level_parts[0].scores
    assert np.all(np.diff(alone[:, 0]) > 0)
    assert np.all(np.diff(alone[:, 1]) > 0)


def test_levels_without_a_value_score_zero() -> None:
    cells = np.concatenate([np.repeat([0.0, 1.0, 5.0], 200), RNG.normal(size=300), [np.nan] * 50])
    part = TableTransformer().fit(pd.DataFrame({"x": cells})).layout_.level_parts[0]
    assert part.n_levels == 5
    np.testing.assert_array_equal(part.scores[3:], 0)
    np.testing.assert_allclose(part.frequencies, np.array([200, 200, 200, 50, 300]) / 950)


def test_values_of_a_normal_part_are_standardised() -> None:
    part = (
        TableTransformer()
        .fit(pd.DataFrame({"x": RNG.normal(5, 3, 50_000)}))
        .layout_.normal_parts[0]
    )
    grid = np.linspace(-3.6, 3.6, 257)
    inner = np.abs(grid) < 2
    np.testing.assert_allclose(part.values[0, inner], grid[inner], atol=0.06)


@pytest.mark.parametrize("column", ["x", "size", "n", "code", "when", "gap"])
def test_a_later_table_that_lacks_any_column_is_refused(column: str) -> None:
    transformer = TableTransformer().fit(TABLE)
    with pytest.raises(SchemaError, match=f"5 columns, fit saw 6: it lacks \\['{column}'\\]"):
        transformer.encode(TABLE.drop(columns=column))


def test_a_later_table_with_a_foreign_column_is_refused() -> None:
    with pytest.raises(SchemaError, match=r"has \['new'\] besides; give it the fitted columns"):
        TableTransformer().fit(TABLE).encode(TABLE.assign(new=1))


def test_columns_in_another_order_are_found_by_name() -> None:
    transformer = TableTransformer().fit(TABLE)
    codes, again = transformer.encode(TABLE), transformer.encode(TABLE[list(TABLE)[::-1]])
    np.testing.assert_array_equal(codes.levels, again.levels)
    np.testing.assert_array_equal(codes.normals, again.normals)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"size": "XL"}, UnseenLevelError, "'size' holds 200.*'XL' in row 0; known are 'L', 'M'"),
        ({"size": None}, SchemaError, "'size' holds 200 missing.*row 0, but had none at fit"),
        ({"x": np.nan}, SchemaError, "'x' holds 200 missing"),
        ({"x": np.inf}, TableError, "'x' holds 200 infinite"),
        ({"x": "text"}, SchemaError, "'x' of dtype .* cannot be read as continuous.*float64"),
        ({"when": 3}, SchemaError, "'when' of dtype int64 cannot be read as datetime"),
        ({"code": 1}, SchemaError, "'code' was a function of column 'size' at fit, but"),
        ({"code": 7}, UnseenLevelError, "'code' holds 200"),
    ],
)
def test_later_cells_that_the_schema_excludes_are_refused(
    change: dict, error: type, words: str
) -> None:
    transformer = TableTransformer(schema={"code": Categorical(derived_from="size")}).fit(TABLE)
    with pytest.raises(error, match=words):
        transformer.encode(TABLE.assign(**change))


def test_a_later_number_that_is_no_level_takes_the_nearest() -> None:
    transformer = TableTransformer().fit(TABLE)
    later = TABLE[:3].assign(n=[-5, 9, 2])
    decoded = transformer.decode(transformer.encode(later))
    assert decoded["n"].tolist() == [0, 3, 2]


def test_later_dtypes_may_differ_where_the_values_agree() -> None:
    transformer = TableTransformer(schema={"n": "categorical"}).fit(TABLE)
    later = TABLE.assign(n=TABLE["n"].astype("float64"), size=TABLE["size"].astype("category"))
    np.testing.assert_array_equal(
        transformer.encode(later).levels, transformer.encode(TABLE).levels
    )


def test_codes_of_another_layout_are_refused() -> None:
    transformer = TableTransformer().fit(TABLE)
    with pytest.raises(SchemaError, match=r"1 level parts and 0 normal parts.*has 3 and 3"):
        transformer.decode(Codes(np.zeros((2, 1), np.int32), np.zeros((2, 0), np.float32)))
    with pytest.raises(SchemaError, match="2 rows of levels and 3 rows of normals"):
        Codes(np.zeros((2, 1), np.int32), np.zeros((3, 0), np.float32))
    with pytest.raises(SchemaError, match="two matrices"):
        Codes(np.zeros(2, np.int32), np.zeros((3, 0), np.float32))


def test_drawn_ties_give_the_same_table() -> None:
    transformer = TableTransformer().fit(TABLE)
    first = transformer.encode(TABLE, generator=np.random.default_rng(1))
    second = transformer.encode(TABLE, generator=np.random.default_rng(1))
    other = transformer.encode(TABLE, generator=np.random.default_rng(2))
    np.testing.assert_array_equal(first.normals, second.normals)
    assert not np.array_equal(first.normals, other.normals)
    np.testing.assert_array_equal(first.levels, other.levels)


def test_decoding_does_not_depend_on_blocks() -> None:
    table = pd.DataFrame({**IDENTIFIERS, **SMOOTH, **GRID})
    transformer = fit(table)
    codes = transformer.encode(table)
    whole = transformer.decode(codes)
    blocks = [
        transformer.decode(codes.take(slice(start, start + 50)), first_row=start)
        for start in (0, 50, 100)
    ]
    pd.testing.assert_frame_equal(pd.concat(blocks, ignore_index=True), whole)
    drawn = transformer.decode(codes, generator=np.random.default_rng(5))
    assert not drawn["keys"].equals(whole["keys"])
    assert drawn["counter"].equals(whole["counter"])


def test_identifiers_are_named_in_a_warning_unless_declared() -> None:
    table = pd.DataFrame({"id": np.arange(50), "x": np.arange(50) % 3})
    with pytest.warns(DataWarning, match="'id' look like identifiers.*schema={'id': 'identifier'}"):
        TableTransformer().fit(table)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TableTransformer(schema={"id": "identifier"}).fit(table)
        modelled = TableTransformer(schema={"id": "integer"}).fit(table)
    assert modelled.layout_.columns == ("id", "x")


def test_missing_identifiers_are_modelled_as_missing_or_not() -> None:
    transformer = fit(pd.DataFrame({"keys": IDENTIFIERS["keys, missing"]}))
    part = transformer.layout_.level_parts[0]
    assert (part.n_levels, transformer.layout_.columns) == (2, ("keys",))


def test_a_counter_goes_on_past_its_dtype() -> None:
    table = pd.DataFrame({"id": np.arange(1, 101, dtype=np.int8), "x": np.arange(100) % 2})
    transformer = fit(table)
    codes = transformer.encode(table).take(np.zeros(1000, int))
    assert transformer.decode(codes)["id"].tolist() == list(range(1, 1001))


def test_a_schema_is_not_changed_and_its_fields_hold() -> None:
    schema = {"x": "continuous", "n": Integer(low=0, high=3), "size": Categorical()}
    transformer = TableTransformer(schema=schema).fit(TABLE)
    assert schema["size"] == Categorical()
    assert transformer.schema_["n"].high == 3
    assert transformer.schema_ is not schema


def test_declared_levels_that_do_not_occur_have_no_code() -> None:
    schema = {"size": Categorical(levels=("S", "M", "L", "XL"))}
    transformer = TableTransformer(schema=schema).fit(TABLE)
    assert transformer.layout_.level_parts[0].n_levels == 3
    with pytest.raises(UnseenLevelError, match="'XL' in row 0"):
        transformer.encode(TABLE.assign(size="XL"))


def test_a_column_may_be_derived_from_one_with_a_single_level() -> None:
    table = pd.DataFrame({"a": pd.Categorical(["x"] * 9), "b": 1, "c": np.arange(9) % 3})
    transformer = TableTransformer(schema={"b": Integer(derived_from="a")}).fit(table)
    pd.testing.assert_frame_equal(transformer.decode(transformer.encode(table)), table)


def _planted(n_rows: int) -> tuple[pd.DataFrame, list[Any]]:
    """A table with cells that occur once, and those cells."""
    rng = np.random.default_rng(1)
    noise = rng.normal(size=n_rows)
    cells = {
        "continuous": 77.123456789,
        "extreme": 98765.4321,
        "integer": 1234567,
        "when": pd.Timestamp("2031-07-17 05:43:21"),
        "name": "Zebediah Quux",
        "spiky": 31.4159265,
        "amount": "$7,654,321.99",
    }
    table = pd.DataFrame(
        {
            "continuous": rng.normal(70, 10, n_rows),
            "extreme": rng.normal(size=n_rows),
            "integer": rng.integers(0, 2_000_000, n_rows),
            "when": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 10**8, n_rows), "s"),
            "name": [f"{'abcdefgh'[i % 8] * (1 + i % 5)} {i}" for i in range(n_rows)],
            "spiky": np.where(rng.random(n_rows) < 0.9, rng.integers(0, 12, n_rows), noise),
            "amount": [f"${value:,.2f}" for value in rng.exponential(10**5, n_rows)],
            "level": rng.choice(["a", "b"], n_rows),
        }
    )
    for column, cell in cells.items():
        table.loc[n_rows // 2, column] = cell
    return table, list(cells.values())


def test_a_cell_of_a_single_row_is_nowhere_in_the_state() -> None:
    table, cells = _planted(5000)
    state, arrays = fit(table).to_state()
    text = json.dumps(state)
    for cell in cells:
        assert str(cell) not in text
        assert repr(cell) not in text
    numbers = np.concatenate([array.astype(np.float64).ravel() for array in arrays.values()])
    ticks = [cells[3].timestamp(), 7654321.99]
    for number in [*(cell for cell in cells if isinstance(cell, float | int)), *ticks]:
        assert not np.any(np.isclose(numbers, number, rtol=1e-12, atol=0))
    payload = b"".join(array.tobytes() for array in arrays.values())
    for number in (77.123456789, 98765.4321, 31.4159265):
        assert np.float64(number).tobytes() not in payload


def test_no_array_grows_with_the_rows_but_lists_of_levels() -> None:
    small = fit(_planted(20_000)[0]).to_state()[1]
    large = fit(_planted(80_000)[0]).to_state()[1]
    assert small.keys() == large.keys()
    for name, array in large.items():
        assert array.size <= 2 * small[name].size + 1000, name


def test_the_state_of_all_columns_is_json_and_small() -> None:
    table = pd.DataFrame({**EXACT, **GRID, **SMOOTH, **IDENTIFIERS})
    transformer = fit(table)
    state, arrays = transformer.to_state()
    assert all(array.dtype != object for array in arrays.values())
    again = TableTransformer.from_state(json.loads(json.dumps(state, allow_nan=False)), arrays)
    pd.testing.assert_frame_equal(
        again.decode(transformer.encode(table)), transformer.decode(transformer.encode(table))
    )
    assert again.n_features_in_ == table.shape[1]
    assert list(again.feature_names_in_) == list(table.columns)


@pytest.mark.parametrize("key", ["schema", "coders", "lookups", "layout", "key"])
@pytest.mark.parametrize("damage", ["drop", "number", "list"])
def test_a_damaged_state_is_refused(key: str, damage: str) -> None:
    state, arrays = TableTransformer().fit(TABLE).to_state()
    changes = {"drop": None, "number": -7.5, "list": [{}]}
    state = {name: value for name, value in state.items() if name != key or damage != "drop"}
    if damage != "drop":
        state[key] = changes[damage]
    with pytest.raises((ArchiveError, SchemaError)):
        TableTransformer.from_state(state, arrays)


def test_a_damaged_array_is_refused() -> None:
    state, arrays = TableTransformer().fit(TABLE).to_state()
    for name in arrays:
        lacking = {key: array for key, array in arrays.items() if key != name}
        with pytest.raises(ArchiveError, match="describes no table transformer"):
            TableTransformer.from_state(state, lacking)
        if name.startswith(("layout", "lookups")):
            short = {**arrays, name: arrays[name][:-1]}
            with pytest.raises(ArchiveError):
                TableTransformer.from_state(state, short)


@pytest.mark.parametrize(
    "name", ["adult/train", "shoppers/train", "titanic/titanic", "nyc_weather/weather"]
)
def test_real_tables_come_back(name: str, shared_table: Callable[..., pd.DataFrame]) -> None:
    table = shared_table(f"{name}.csv.gz").head(5000)
    transformer = fit(table)
    back = transformer.decode(transformer.encode(table, generator=np.random.default_rng(0)))
    pd.testing.assert_series_equal(back.dtypes, table.dtypes)
    for column, described in transformer.schema_.items():
        np.testing.assert_array_equal(back[column].isna(), table[column].isna())
        if len(getattr(described, "levels", None) or ()) > MOST_LEVELS:
            assert set(back[column]) <= set(table[column])
        elif described.kind in ("categorical", "boolean", "constant"):
            pd.testing.assert_series_equal(back[column], table[column])
        elif described.kind in ("integer", "continuous"):
            ranks = [
                np.searchsorted(np.sort(table[column].dropna()), cells[column].dropna(), "left")
                for cells in (back, table)
            ]
            assert np.abs(ranks[0] - ranks[1]).mean() < 0.003 * len(table)
