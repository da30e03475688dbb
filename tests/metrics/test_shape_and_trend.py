"""Errors of columns and of pairs of columns."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from tabgan.metrics import shape_error, trend_error, trend_error_sdmetrics
from tabgan.metrics.associations import _contingency_error
from tabgan.metrics.margins import kolmogorov_distance
from tests.metrics.made_tables import continuous, mixed_table, normal_table, shuffled

NUMBERS = st.lists(st.integers(-3, 3) | st.floats(-5, 5), min_size=1, max_size=30)


@given(NUMBERS, NUMBERS)
def test_the_distance_of_numbers_is_the_largest_gap_of_distribution_functions(first, second):
    first, second = np.array(first, float), np.array(second, float)
    steps = np.concatenate([first, second])
    gaps = [abs((first <= step).mean() - (second <= step).mean()) for step in steps]
    assert kolmogorov_distance(first, second) == pytest.approx(max(gaps), abs=1e-12)


def test_the_distance_of_numbers_is_that_of_scipy():
    first, second = (np.random.default_rng(seed).normal(size=200).round(1) for seed in (0, 1))
    assert kolmogorov_distance(first, second) == pytest.approx(ks_2samp(first, second).statistic)


def test_missing_numbers_lie_below_all_values():
    real = pd.DataFrame({"x": [1.0, 2.0, 3.0, np.nan]})
    more = pd.DataFrame({"x": [1.0, np.nan, np.nan, np.nan]})
    assert shape_error(real, more, schema={"x": "continuous"}).value == 0.5
    assert shape_error(real, real.dropna(), schema={"x": "continuous"}).value == 0.25


def test_the_distance_of_levels_is_the_total_variation():
    real = pd.DataFrame({"c": ["a"] * 5 + ["b"] * 3 + [None] * 2})
    synthetic = pd.DataFrame({"c": ["a"] * 2 + ["z"] * 4 + [None] * 4})
    expected = 0.5 * (abs(0.5 - 0.2) + abs(0.3 - 0) + abs(0 - 0.4) + abs(0.2 - 0.4))
    result = shape_error(real, synthetic, schema={"c": "categorical"})
    assert result.value == pytest.approx(expected)


def test_levels_of_equal_value_are_equal_whatever_their_type():
    real = pd.DataFrame({"c": [1, 2, 3], "b": [True, False, True]})
    synthetic = pd.DataFrame({"c": [3.0, 2.0, 1.0], "b": ["True", "True", "False"]})
    kinds = {"c": "categorical", "b": "boolean"}
    assert shape_error(real, synthetic, schema=kinds).value == pytest.approx(0.0)


def test_shape_errors_do_not_round_what_is_no_whole_number():
    real = pd.DataFrame({"x": [0.0, 1.0] * 10})
    assert shape_error(real, real + 0.4, schema={"x": "integer"}).value == 0.5


def test_datetimes_with_and_without_a_zone_are_one_instant():
    real = pd.DataFrame({"t": pd.date_range("2024-01-01", periods=20, tz="UTC")})
    local = pd.DataFrame({"t": real["t"].dt.tz_convert("Asia/Tokyo")})
    assert shape_error(real, local, schema={"t": "datetime"}).value == 0.0
    later = pd.DataFrame({"t": real["t"] + pd.Timedelta(days=10)})
    assert shape_error(real, later, schema={"t": "datetime"}).value == 0.5


def test_shuffled_columns_have_perfect_shape_and_bad_trend():
    real, holdout = mixed_table(1000, 0), mixed_table(1000, 1)
    result = shape_error(real, shuffled(real, 0), holdout=holdout, random_state=0)
    assert result.value == pytest.approx(0.0, abs=1e-12)
    trend = trend_error(real, shuffled(real, 0), holdout=holdout, random_state=0)
    assert trend.value > 2 * trend.reference


def test_numeric_pairs_score_half_the_difference_of_correlations():
    real, synthetic = normal_table(300, 0), shuffled(normal_table(300, 1), 2)
    result = trend_error(real, synthetic, schema=continuous(real))
    for a, b in combinations(real.columns, 2):
        expected = abs(real[a].corr(real[b]) - synthetic[a].corr(synthetic[b])) / 2
        assert result.parts[a, b] == pytest.approx(expected, abs=1e-10)
    assert result.value == pytest.approx(np.mean(list(result.parts.values())))


def test_correlations_are_over_rows_where_both_are_known():
    real = normal_table(300, 0, 2)
    holes = real.copy()
    holes.iloc[:50, 0] = np.nan
    holes.iloc[30:90, 1] = np.nan
    result = trend_error(real, holes, schema=continuous(real))
    difference = abs(real.corr().iloc[0, 1] - holes.corr().iloc[0, 1]) / 2
    # 20 % of the rows lack one or both cells, in none of the real rows: more than the difference.
    assert difference < 0.05
    assert result.value == pytest.approx(90 / 300)


def test_the_pattern_of_missing_cells_is_part_of_the_tie():
    generator = np.random.default_rng(0)
    values = generator.normal(size=(4000, 2))
    together, apart = (pd.DataFrame(values.copy(), columns=["x", "y"]) for _ in range(2))
    together.loc[:1999, ["x", "y"]] = np.nan
    apart.loc[:1999, "x"] = np.nan
    apart.loc[1000:2999, "y"] = np.nan
    assert trend_error(together, apart, schema=continuous(apart)).value == pytest.approx(0.5)


def test_mixed_pairs_are_compared_in_ten_bins_of_equal_width():
    real, synthetic = mixed_table(400, 0), mixed_table(300, 1)
    edges = np.linspace(real["size"].min(), real["size"].max(), 11)
    edges[[0, -1]] = -np.inf, np.inf
    shares = [
        pd.crosstab(np.digitize(t["size"], edges), t["colour"]) / len(t) for t in (real, synthetic)
    ]
    expected = 0.5 * shares[0].sub(shares[1], fill_value=0).abs().to_numpy().sum()
    ours = trend_error(real, synthetic).parts["size", "colour"]
    assert ours == pytest.approx(expected)


def test_an_extreme_value_moves_only_the_bins_of_the_separate_edges():
    real, extreme = mixed_table(500, 0), mixed_table(500, 0)
    extreme.loc[0, "size"] = 1e6
    shared = trend_error(real, extreme).parts["size", "colour"]
    separate = trend_error_sdmetrics(real, extreme).parts["size", "colour"]
    assert shared < 0.01
    assert separate > 0.4


def test_separate_edges_keep_a_cell_for_the_largest_value():
    real = pd.DataFrame({"x": np.arange(11.0), "c": ["a"] * 11})
    kinds = {"x": "continuous", "c": "categorical"}
    twice = pd.DataFrame({"x": np.concatenate([np.arange(11.0), [10.0]]), "c": ["a"] * 12})
    # Cells hold 1/11 each against 1/12 each and 2/12 for the largest value.
    expected = 0.5 * (10 * (1 / 11 - 1 / 12) + (2 / 12 - 1 / 11))
    assert trend_error_sdmetrics(real, twice, schema=kinds).value == pytest.approx(expected)


def test_columns_of_many_levels_are_counted_without_the_empty_cells():
    generator = np.random.default_rng(0)
    first, second = (generator.integers(0, 3000, (2, 500)) for _ in range(2))
    wide = _contingency_error((first[0], first[1]), (second[0], second[1]))
    counts = [pd.Series(list(zip(*t, strict=True))).value_counts() / 500 for t in (first, second)]
    expected = 0.5 * counts[0].sub(counts[1], fill_value=0).abs().sum()
    assert wide == pytest.approx(expected)


def test_a_table_of_one_column_has_no_pair():
    table = pd.DataFrame({"x": [1.0, 2.0]})
    result = trend_error(table, table + 1, schema={"x": "continuous"})
    assert (result.value, result.parts) == (0.0, {})


def test_large_numbers_of_small_spread_keep_their_correlation():
    ticks = np.arange(200.0)
    real = pd.DataFrame({"a": 1.7e15 + ticks, "b": ticks, "c": 1e-200 * ticks})
    turned = real.assign(b=ticks[::-1])
    parts = trend_error(real, turned, schema=continuous(real)).parts
    assert parts["a", "b"] == pytest.approx(1.0)
    assert parts["a", "c"] == pytest.approx(0.0, abs=1e-12)
