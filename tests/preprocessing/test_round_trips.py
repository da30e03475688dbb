"""decode(encode(table)) is the table: values, dtypes, names, order and missing cells."""

import json
from collections.abc import Callable, Hashable

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tabgan.preprocessing import Codes, TableTransformer
from tests.preprocessing.laws import assert_codes_fit, assert_near_cells, assert_same_cells, fit
from tests.preprocessing.tables import EXACT, GRID, IDENTIFIERS, N_ROWS, SMOOTH

NAMES: list[Hashable] = ["text", 3, 2.5, None, ("a", 1), pd.Timestamp("2024"), frozenset({1})]


def _there_and_back(
    table: pd.DataFrame, transformer: TableTransformer, generator: np.random.Generator | None
) -> pd.DataFrame:
    codes = transformer.encode(table, generator=generator)
    assert_codes_fit(codes, transformer)
    back = transformer.decode(codes)
    assert list(back.columns) == list(table.columns)
    assert back.index.equals(pd.RangeIndex(len(table)))
    return back


@pytest.fixture(params=["middle", "drawn"])
def generator(request: pytest.FixtureRequest) -> np.random.Generator | None:
    return None if request.param == "middle" else np.random.default_rng(0)


@pytest.mark.parametrize("name", EXACT)
def test_levels_come_back_exactly(name: str, generator: np.random.Generator | None) -> None:
    table = pd.DataFrame({name: EXACT[name]})
    assert_same_cells(_there_and_back(table, fit(table), generator)[name], table[name])


@pytest.mark.parametrize("name", GRID)
def test_values_on_a_grid_come_back_on_it(name: str, generator: np.random.Generator | None) -> None:
    table = pd.DataFrame({name: GRID[name]})
    transformer = fit(table)
    back = _there_and_back(table, transformer, generator)[name]
    assert_near_cells(back, table, transformer)
    # The outermost pools, of five rows, are the ones that may be cut short.
    assert (back.dropna() == table[name].dropna()).mean() >= 1 - 10 / N_ROWS


@pytest.mark.parametrize("name", SMOOTH)
def test_continuous_values_come_back_within_a_quantile_step(
    name: str, generator: np.random.Generator | None
) -> None:
    table = pd.DataFrame({name: SMOOTH[name]})
    transformer = fit(table)
    back = _there_and_back(table, transformer, generator)[name]
    assert_near_cells(back, table, transformer)


@pytest.mark.parametrize("name", IDENTIFIERS)
def test_identifiers_come_back_new_and_unique(name: str) -> None:
    table = pd.DataFrame({name: IDENTIFIERS[name]})
    transformer = fit(table)
    back = _there_and_back(table, transformer, None)[name]
    assert back.dtype == table[name].dtype
    assert back.dropna().is_unique
    np.testing.assert_array_equal(back.isna(), table[name].isna())


@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize("name", ["text, None", "days", "normal, missing", "counter", "bool"])
def test_a_column_comes_back_wherever_it_stands(name: str, position: int) -> None:
    cells = {**EXACT, **GRID, **SMOOTH, **IDENTIFIERS}
    others = ["ordered, missing", "half zeros", "prices", "constant"]
    order = [*others[:position], name, *others[position:]]
    table = pd.DataFrame({each: cells[each] for each in order})
    transformer = fit(table)
    back = _there_and_back(table, transformer, None)
    alone = pd.DataFrame({name: cells[name]})
    expected = _there_and_back(alone, fit(alone), None)
    pd.testing.assert_series_equal(back[name], expected[name])


def test_all_columns_at_once_come_back() -> None:
    table = pd.DataFrame({**EXACT, **GRID})
    transformer = fit(table)
    back = _there_and_back(table, transformer, None)
    for name in EXACT:
        assert_same_cells(back[name], table[name])


def test_names_of_any_type_come_back() -> None:
    table = pd.DataFrame({i: np.arange(30) % (i + 2) for i in range(len(NAMES))})
    table.columns = pd.Index(NAMES, tupleize_cols=False)
    transformer = fit(table)
    back = _there_and_back(table, transformer, None)
    assert [type(name) for name in back.columns] == [type(name) for name in NAMES]
    np.testing.assert_array_equal(back.to_numpy(), table.to_numpy())
    state, arrays = transformer.to_state()
    restored = TableTransformer.from_state(json.loads(json.dumps(state)), arrays)
    assert list(restored.schema_) == NAMES


def test_an_array_comes_back_as_a_frame_with_numbered_columns() -> None:
    array = np.stack([np.arange(30) % 3, np.arange(30) % 7], axis=1)
    transformer = fit(array)
    back = transformer.decode(transformer.encode(array))
    assert list(back.columns) == [0, 1]
    np.testing.assert_array_equal(back.to_numpy(), array)


def test_a_table_without_rows_comes_back() -> None:
    table = pd.DataFrame({**EXACT, **GRID, **SMOOTH, **IDENTIFIERS})
    transformer = fit(table)
    back = transformer.decode(transformer.encode(table[:0]))
    assert len(back) == 0
    pd.testing.assert_series_equal(back.dtypes, table.dtypes)


CELLS = {
    "bool": st.booleans(),
    "level": st.integers(-3, 3),
    "integer": st.integers(-(2**40), 2**40),
    "cents": st.integers(-(10**6), 10**6).map(lambda cents: cents / 100),
    "float": st.floats(-1e9, 1e9, allow_subnormal=False),
    "text": st.text(max_size=5),
    "letter": st.sampled_from("abc"),
    "date": st.dates(pd.Timestamp(1900, 1, 1).date(), pd.Timestamp(2200, 1, 1).date()).map(
        pd.Timestamp
    ),
    "mixture": st.one_of(st.booleans(), st.integers(-2, 2), st.sampled_from(["1", "True"])),
}


@st.composite
def tables(draw: Callable) -> pd.DataFrame:
    """Draw a table of up to four columns of some kinds, with missing cells in some."""
    n_rows = draw(st.integers(2, 60))
    columns = {}
    for i in range(draw(st.integers(1, 4))):
        cells = CELLS[draw(st.sampled_from(sorted(CELLS)))]
        if draw(st.booleans()):
            cells = st.one_of(cells, st.none())
        values = draw(st.lists(cells, min_size=n_rows, max_size=n_rows))
        as_objects = draw(st.booleans())
        columns[f"c{i}"] = pd.Series(values, dtype=object if as_objects else None)
    return pd.DataFrame(columns)


@given(tables(), st.integers(0, 2**32))
def test_any_table_comes_back(table: pd.DataFrame, seed: int) -> None:
    transformer = fit(table)
    back = _there_and_back(table, transformer, np.random.default_rng(seed))
    for name, column in transformer.schema_.items():
        if column.kind == "identifier":
            assert back[name].dropna().is_unique
        elif column.kind == "text":
            np.testing.assert_array_equal(back[name].isna(), table[name].isna())
        elif column.kind in ("continuous", "integer", "datetime"):
            assert_near_cells(back[name], table, transformer)
        else:
            assert_same_cells(back[name], table[name])


@given(tables())
def test_any_state_gives_the_same_transformer(table: pd.DataFrame) -> None:
    transformer = fit(table)
    state, arrays = transformer.to_state()
    restored = TableTransformer.from_state(json.loads(json.dumps(state, allow_nan=False)), arrays)
    codes = transformer.encode(table)
    assert restored.schema_ == transformer.schema_
    again = restored.encode(table)
    np.testing.assert_array_equal(again.levels, codes.levels)
    np.testing.assert_array_equal(again.normals, codes.normals)
    pd.testing.assert_frame_equal(restored.decode(codes), transformer.decode(codes))


@given(tables(), st.data())
def test_rows_are_coded_one_by_one(table: pd.DataFrame, data: st.DataObject) -> None:
    transformer = fit(table)
    codes = transformer.encode(table)
    rows = data.draw(st.lists(st.integers(0, len(table) - 1), min_size=1))
    part = transformer.encode(table.iloc[rows])
    np.testing.assert_array_equal(part.levels, codes.take(rows).levels)
    np.testing.assert_array_equal(part.normals, codes.take(rows).normals)
    assert len(Codes.concatenate([codes, part])) == len(table) + len(rows)
