"""Whatever dtype a column has: it comes back, and so do its bounds, its grid and its levels.

CI tries a few tables. For 1,000 of them, or as many as you like:

    TABGAN_EXAMPLES=1000 python -m pytest tests/preprocessing/test_any_dtype.py
"""

import os
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from tabgan.preprocessing import Codes, TableTransformer
from tabgan.schema import Column, as_frame
from tabgan.schema.cells import read_numbers
from tabgan.schema.learn import read_dates, read_durations
from tabgan.schema.ties import tie_of
from tests.preprocessing.drawn_tables import FAMILIES, any_tables, columns
from tests.preprocessing.laws import (
    assert_codes_fit,
    assert_near_cells,
    assert_same_cells,
    fit,
    type_of,
)

N_EXAMPLES = int(os.environ.get("TABGAN_EXAMPLES", 40))
MODELLED = ("continuous", "integer", "datetime", "duration")
a_few = settings(
    max_examples=N_EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _assert_kept(table: pd.DataFrame, transformer: TableTransformer, codes: Codes) -> None:
    """The decoded table is the original, or near it where values have no level of their own."""
    back = transformer.input_kind_.close(transformer.decode(codes))
    pd.testing.assert_series_equal(back.dtypes, table.dtypes)
    back, table = as_frame(back), as_frame(table)
    for coder in transformer._coder.coders:
        name, column = coder.name, transformer.schema_[coder.name]
        if column.kind == "identifier":
            assert back[name].dropna().is_unique
        elif coder.has_normal or tie_of(name, column) is not None:
            assert_near_cells(back[name], table, transformer)
        else:
            assert_same_cells(back[name], table[name])


def _values(series: pd.Series, column: Column) -> np.ndarray:
    """Return the cells that are not missing as numbers, instants or durations."""
    missing = series.isna().to_numpy()
    if column.kind == "datetime":
        return read_dates(series, missing, column.text_form, are_local=column.resolution == "D")
    if column.kind == "duration":
        return read_durations(series, missing)
    return read_numbers(series, missing)


def _assert_within(series: pd.Series, original: pd.Series, column: Column) -> None:
    """Values lie within those of the original and on their grid, levels are known ones."""
    assert series.dtype == original.dtype
    assert column.missing or not series.isna().any()
    tie = tie_of(original.name, column)
    if tie is not None and tie.has_remainder:
        return  # it is where its terms and a remainder lead
    if column.kind in MODELLED and column.text_form is None:
        drawn, known = _values(series, column), _values(original, column)
        if len(drawn):
            assert known.min() <= drawn.min() and drawn.max() <= known.max()
        if column.kind == "integer":
            assert np.all(drawn % drawn.dtype.type(column.step) == 0)
    elif column.kind != "identifier" and column.text_form is None:
        cells = {(type_of(cell), cell) for cell in original.dropna()}
        assert {(type_of(cell), cell) for cell in series.dropna()} <= cells


def _random_codes(transformer: TableTransformer, n_rows: int, seed: int) -> Codes:
    """Draw codes that no row had: any level, and normal scores far out."""
    layout, generator = transformer.layout_, np.random.default_rng(seed)
    levels = np.zeros((n_rows, layout.n_level_parts), np.int32)
    for i, part in enumerate(layout.level_parts):
        possible = np.flatnonzero(part.frequencies > 0)
        levels[:, i] = generator.choice(possible, n_rows)
    normals = generator.normal(0, 3, (n_rows, layout.n_normal_parts))
    for j, part in enumerate(layout.normal_parts):
        if part.gate is not None:
            normals[levels[:, part.gate[0]] != part.gate[1], j] = 0
    return Codes(levels, normals.astype(np.float32))


@settings(max_examples=max(2, N_EXAMPLES // 30))
@pytest.mark.parametrize("name", FAMILIES)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_a_column_of_each_dtype_comes_back(name: str, data: Any, seed: int) -> None:
    table = pd.DataFrame({"a": data.draw(columns(data.draw(st.integers(2, 60)), name))})
    transformer = fit(table)
    codes = transformer.encode(table, generator=np.random.default_rng(seed))
    assert_codes_fit(codes, transformer)
    _assert_kept(table, transformer, codes)


@a_few
@given(any_tables(), st.integers(0, 2**32))
def test_any_table_comes_back(table: pd.DataFrame, seed: int) -> None:
    transformer = fit(table)
    codes = transformer.encode(table, generator=np.random.default_rng(seed))
    assert_codes_fit(codes, transformer)
    _assert_kept(table, transformer, codes)


@a_few
@given(any_tables(), st.integers(0, 2**32))
def test_any_codes_decode_to_possible_cells(table: pd.DataFrame, seed: int) -> None:
    transformer = fit(table)
    drawn = transformer.decode(_random_codes(transformer, 100, seed))
    pd.testing.assert_series_equal(transformer.input_kind_.close(drawn).dtypes, table.dtypes)
    plain = as_frame(table)
    for name, column in transformer.schema_.items():
        _assert_within(drawn[name], plain[name], column)
