"""Numbers on a straight scale: the line, its ends, and tables that are coded so."""

import json

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing import TableTransformer
from tabgan.preprocessing.numeric import NumericCoder
from tabgan.preprocessing.value_map import ValueMap


def _table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "pixel": rng.choice([0, 0, 0, 255, *range(1, 255, 7)], 600),
            "price": pd.Series(rng.exponential(10, 600).round(2)).where(rng.random(600) > 0.1),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 200, 600), "D"),
            "size": rng.choice(["S", "M"], 600),
        }
    )


@given(
    st.lists(st.integers(-1000, 1000), min_size=10, max_size=60).filter(lambda v: len(set(v)) > 1)
)
def test_the_line_has_its_ends_at_means_of_five_values(cells: list[int]) -> None:
    values = np.sort(np.array(cells, np.float64))
    line = ValueMap.linear(*np.unique(values, return_counts=True))
    np.testing.assert_allclose(line.values, [values[:5].mean(), values[-5:].mean()])
    inside = np.clip(values, *line.values)
    np.testing.assert_allclose(line.to_values(line.to_scores(values)), inside, atol=1e-9)
    distances = np.diff(line.to_scores(inside)) * (line.values[1] - line.values[0]) / 2
    np.testing.assert_allclose(distances, np.diff(inside), atol=1e-9)


def test_natural_bounds_are_the_ends_and_no_value_is_a_level() -> None:
    values = np.repeat([0.0, 10.0, 20.0], [50, 20, 30])
    coder, counts = NumericCoder.fit(values, low=0.0, high=20.0, coding="linear")
    levels, scores = coder.encode(values)
    assert len(coder.level_values) == 0 and counts.tolist() == [100] and not levels.any()
    np.testing.assert_allclose(np.unique(scores), [-1, 0, 1])


def test_one_value_has_no_line_and_is_a_level() -> None:
    coder, _ = NumericCoder.fit(np.full(50, 3.0), coding="linear")
    assert coder.level_values.tolist() == [3.0] and not coder.has_normal


def test_a_table_comes_back_from_straight_scales_and_from_its_state() -> None:
    table = _table()
    transformer = TableTransformer(number_coding="linear", random_state=0).fit(table)
    codes = transformer.encode(table)
    assert np.abs(codes.normals).max() <= 1
    assert transformer.layout_.are_linear.tolist() == [True, True, True]
    back = transformer.decode(codes)
    pd.testing.assert_series_equal(back.dtypes, table.dtypes)
    for name in ("pixel", "size"):  # both ends of the pixels are values of many rows
        np.testing.assert_array_equal(back[name], table[name])
    np.testing.assert_array_equal(back["price"].isna(), table["price"].isna())
    ends = transformer._coder.coders[1].coder.inner.value_maps[0].values
    inside = table["price"].clip(*ends)
    assert ((back["price"] - inside).abs().dropna() <= 0.01).all()
    state, arrays = transformer.to_state()
    restored = TableTransformer.from_state(json.loads(json.dumps(state)), arrays)
    pd.testing.assert_frame_equal(restored.decode(codes), back)
    assert restored.layout_.are_linear.tolist() == [True, True, True]


def test_an_unknown_coding_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="number_coding"):
        TableTransformer(number_coding="line").fit(_table())
