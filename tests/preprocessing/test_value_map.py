"""The map of continuous values is monotone, smooth, and made of means of several rows."""

from collections.abc import Callable

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from scipy import stats

from tabgan.preprocessing.value_map import MAX_KNOTS, ValueMap

RNG = np.random.default_rng(0)


def _fit(values: np.ndarray, step: float = 0.0) -> ValueMap:
    distinct, counts = np.unique(values, return_counts=True)
    return ValueMap.fit(distinct, counts, step=step)


SAMPLES = {
    "normal": RNG.normal(size=5000),
    "heavy": RNG.standard_cauchy(5000),
    "bounded": RNG.random(5000),
    "tied": np.round(RNG.exponential(20, 5000)),
    "grid with spikes": np.where(RNG.random(5000) < 0.3, 7, np.round(RNG.normal(0, 300, 5000))),
    "small": RNG.normal(size=30),
    "tiny": RNG.normal(size=7),
    "alternating": np.repeat(np.arange(900.0), np.where(np.arange(900) % 2, 12, 5)),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_map_is_monotone_stays_in_range_and_is_small(name: str) -> None:
    values = SAMPLES[name]
    value_map = _fit(values)
    assert np.all(np.diff(value_map.scores) >= 0)
    assert np.all(np.diff(value_map.values) >= 0)
    assert len(value_map.values) <= MAX_KNOTS
    decoded = value_map.to_values(np.linspace(-9, 9, 10_001))
    assert values.min() <= decoded.min()
    assert decoded.max() <= values.max()


@pytest.mark.parametrize("name", ["normal", "heavy", "bounded", "tied", "grid with spikes"])
def test_scores_of_the_training_values_are_standard_normal(name: str) -> None:
    values = SAMPLES[name]
    step = 1.0 if name in ("tied", "grid with spikes") else 0.0
    scores = _fit(values, step).to_scores(values, step=step, generator=np.random.default_rng(1))
    # Pools flatten the distribution function by at most a pool, 1/400 of the rows; draws within
    # ties stray by a Kolmogorov distance of the rows that share a value.
    ties = np.unique(values, return_counts=True)[1].max()
    stray = 2 * np.sqrt(ties) / len(values) if ties > 1 else 1e-3
    assert stats.kstest(scores, "norm").statistic < 1 / 400 + stray


@pytest.mark.parametrize("name", ["normal", "heavy", "bounded", "tied", "grid with spikes"])
def test_normal_scores_give_the_training_distribution(name: str) -> None:
    values = SAMPLES[name]
    step = 1.0 if name in ("tied", "grid with spikes") else 0.0
    # Equally spaced probabilities leave no sampling error.
    scores = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    decoded = _fit(values, step).to_values(scores)
    decoded = np.round(decoded) if step else decoded
    grid = np.unique(values)
    shares = [np.searchsorted(np.sort(v), grid, "right") / len(v) for v in (decoded, values)]
    assert np.abs(shares[0] - shares[1]).max() < 1 / 400 + 1e-3


@pytest.mark.parametrize("name", ["normal", "heavy", "bounded", "small"])
def test_no_value_of_a_single_row_is_a_knot(name: str) -> None:
    values = SAMPLES[name]
    knots = _fit(values).values
    assert np.abs(knots[:, None] - values[None, :]).min() > 0


def test_a_lone_extreme_cannot_be_read_off() -> None:
    values = np.append(RNG.normal(size=1000), 987654.321)
    knots = _fit(values).values
    assert knots.max() < 0.9 * 987654.321
    # What is left of it is a mean of at least five rows.
    tops = [np.sort(values)[-n_rows:].mean() for n_rows in range(5, 10)]
    assert np.isclose(np.array(tops)[:, None], knots).any()


def test_a_value_of_many_rows_comes_back_exactly_and_as_often() -> None:
    values = np.concatenate([RNG.normal(size=4000), np.full(200, 0.123456789)])
    value_map = _fit(values)
    scores = stats.norm.ppf((np.arange(42_000) + 0.5) / 42_000)
    share = np.mean(value_map.to_values(scores) == 0.123456789)
    assert share == pytest.approx(200 / 4200, abs=1e-4)


def test_values_between_frequent_ones_do_not_leak_into_them() -> None:
    # On a grid, the rows of 11..19 are spread by interpolation; 10 and 20 keep their share.
    values = np.concatenate([np.repeat([10.0, 20.0], 1000), np.tile(np.arange(11.0, 20.0), 4)])
    value_map = _fit(values, step=1.0)
    scores = stats.norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    decoded = np.rint(value_map.to_values(scores))
    assert np.mean(decoded == 10) == pytest.approx(1000 / 2036, abs=1e-3)
    assert np.mean(decoded == 20) == pytest.approx(1000 / 2036, abs=1e-3)


def test_few_rows_make_one_mean() -> None:
    values = np.arange(7.0)
    value_map = _fit(values)
    np.testing.assert_array_equal(value_map.values, [3.0])
    assert value_map.to_values(np.array([-2.0, 2.0])).tolist() == [3.0, 3.0]


@pytest.mark.parametrize("n_rows", [100, 1000, 10_000])
def test_scores_reach_as_far_as_the_rows_allow(n_rows: int) -> None:
    values = RNG.normal(size=n_rows)
    scores = _fit(values).to_scores(np.array([-1e9, 1e9]))
    np.testing.assert_allclose(stats.norm.cdf(scores), [0.25 / n_rows, 1 - 0.25 / n_rows])


def test_ties_are_drawn_uniformly_or_take_the_middle() -> None:
    values = np.concatenate(
        [RNG.normal(size=500) - 10, np.full(1000, 3.0), RNG.normal(size=500) + 10]
    )
    value_map = _fit(values)
    drawn = stats.norm.cdf(
        value_map.to_scores(np.full(5000, 3.0), generator=np.random.default_rng(0))
    )
    assert stats.kstest(drawn, stats.uniform(0.25, 0.5).cdf).pvalue > 1e-3
    assert value_map.to_scores(np.array([3.0]))[0] == pytest.approx(0.0, abs=1e-12)


@given(
    st.lists(st.integers(-50, 50), min_size=12, max_size=400),
    st.sampled_from([0.0, 1.0]),
)
def test_any_map_is_monotone_and_its_own_inverse(cells: list[int], step: float) -> None:
    values = np.array(cells, float)
    value_map = _fit(values, step)
    assert np.all(np.diff(value_map.scores) >= 0)
    assert np.all(np.diff(value_map.values) >= 0)
    inside = np.unique(values)
    inside = inside[(inside >= value_map.values[0]) & (inside <= value_map.values[-1])]
    scores = value_map.to_scores(inside)
    assert np.all(np.diff(scores) >= 0)
    reached = np.abs(scores) < value_map.limit
    back = value_map.to_values(scores)
    # Where the map jumps, a value that has no rows of its own falls to one side.
    jumps = np.flatnonzero(np.diff(value_map.scores) == 0)
    for value, image in zip(inside[reached], back[reached], strict=True):
        low, high = value_map.values[jumps], value_map.values[jumps + 1]
        in_jump = np.any((low <= value) & (value <= high))
        assert in_jump or image == pytest.approx(value, abs=1e-6)


def test_columns_of_some_hundred_values_keep_the_frequent_ones(
    shared_table: Callable[..., pd.DataFrame],
) -> None:
    # Values that never occur would give a generated column away.
    column = shared_table("adult/train.csv.gz")["capital-gain"].to_numpy(float)
    rest = column[column > 0]
    value_map = _fit(rest, step=1.0)
    scores = stats.norm.ppf((np.arange(len(rest)) + 0.5) / len(rest))
    decoded = np.rint(value_map.to_values(scores))
    assert np.isin(decoded, rest).mean() > 0.97
