"""Divergences against closed forms and their expectation."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.special import rel_entr
from scipy.stats import norm

from tabgan.exceptions import InvalidParameterError
from tabgan.metrics import (
    column_divergences,
    cross_entropy,
    js_divergence,
    kl_divergence,
    wasserstein_distance,
)
from tests.metrics.made_tables import continuous, mixed_table


def _probabilities(seed, size=7):
    return np.random.default_rng(seed).dirichlet(np.ones(size))


def test_divergences_of_two_coins_have_closed_forms():
    p, q = np.array([0.5, 0.5]), np.array([0.25, 0.75])
    assert kl_divergence(p, q) == pytest.approx(0.5 * math.log(4 / 3))
    assert cross_entropy(p, q) == pytest.approx(-0.5 * math.log(3 / 16))
    assert cross_entropy(p, p) == pytest.approx(math.log(2))
    assert js_divergence([1, 0], [0, 1]) == pytest.approx(math.log(2))


@pytest.mark.parametrize("seed", range(5))
def test_divergences_are_those_of_scipy(seed):
    p, q = _probabilities(seed), _probabilities(seed + 100)
    assert kl_divergence(p, q) == pytest.approx(rel_entr(p, q).sum())
    assert js_divergence(p, q) == pytest.approx(jensenshannon(p, q) ** 2)
    assert js_divergence(p, q) == pytest.approx(js_divergence(q, p))
    assert cross_entropy(p, q) == pytest.approx(kl_divergence(p, q) - (p * np.log(p)).sum())


def test_a_cell_that_only_one_has_makes_one_divergence_infinite():
    assert kl_divergence([0.5, 0.5, 0.0], [1.0, 0.0, 0.0]) == math.inf
    assert kl_divergence([1.0, 0.0, 0.0], [0.5, 0.5, 0.0]) == pytest.approx(math.log(2))
    assert js_divergence([0.5, 0.5], [1.0, 0.0]) < math.log(2)


def test_what_is_no_distribution_is_refused():
    for wrong in ([0.5, 0.6], [-0.5, 1.5], [], [[1.0]], [math.nan, 1.0]):
        with pytest.raises(InvalidParameterError, match="'q' parameter must be a vector of prob"):
            kl_divergence([0.5, 0.5], wrong)
    with pytest.raises(InvalidParameterError, match=r"one length\. Got 2 and 1 probabilities"):
        js_divergence([0.5, 0.5], [1.0])


def test_the_distance_of_samples_is_the_area_between_their_distribution_functions():
    generator = np.random.default_rng(0)
    first, second = generator.normal(size=40), generator.exponential(size=25)
    steps = np.sort(np.concatenate([first, second]))
    gaps = [abs((first <= x).mean() - (second <= x).mean()) for x in steps[:-1]]
    assert wasserstein_distance(first, second) == pytest.approx(gaps @ np.diff(steps))
    assert wasserstein_distance(first, first + 3) == pytest.approx(3.0)
    # Of equally long samples: the mean distance of the sorted values.
    other = generator.normal(size=40)
    sorted_gap = np.abs(np.sort(first) - np.sort(other)).mean()
    assert wasserstein_distance(first, other) == pytest.approx(sorted_gap)
    for wrong in ([], [1.0, math.nan], [[1.0]]):
        with pytest.raises(InvalidParameterError, match="'second' parameter of wasserstein_dist"):
            wasserstein_distance([1.0], wrong)


def test_two_samples_of_one_law_score_their_expectation():
    kinds = {"x": "continuous", "c": "categorical"}
    found = []
    for seed in range(300):
        generator = np.random.default_rng(seed)
        real, synthetic = (
            pd.DataFrame(
                {"x": generator.normal(size=n), "c": generator.choice(list("abcde"), size=n)}
            )
            for n in (1500, 1000)
        )
        found.append(column_divergences(real, synthetic, schema=kinds).parts)
    for column, n_cells in (("x", 20), ("c", 5)):
        parts = [each[column] for each in found]
        expected = (n_cells - 1) / 2 * (1 / 1500 + 1 / 1000)
        assert {part.n_cells for part in parts} == {n_cells}
        assert parts[0].expected_kl == pytest.approx(expected)
        assert parts[0].expected_js == pytest.approx(expected / 4)
        # 2 KL / (1/n + 1/m) is chi-squared: its mean over 300 tables has this relative error.
        error = math.sqrt(2 / (n_cells - 1) / 300)
        for name in ("kl", "js"):
            mean = np.mean([getattr(part, name) for part in parts])
            assert mean == pytest.approx(getattr(parts[0], f"expected_{name}"), rel=4 * error)


def test_the_divergence_of_levels_follows_the_definition():
    real = pd.DataFrame({"c": list("aaaaabbb") + [None] * 2})
    synthetic = pd.DataFrame({"c": list("aazzy") + [None] * 5})
    part = column_divergences(real, synthetic, schema={"c": "categorical"}).parts["c"]
    p, q = np.array([5, 3, 2, 0]) + 0.5, np.array([2, 0, 5, 3]) + 0.5
    assert part.n_cells == 4
    assert part.kl == pytest.approx(kl_divergence(p / p.sum(), q / q.sum()))
    assert part.js == pytest.approx(js_divergence(p / p.sum(), q / q.sum()))


def test_bins_are_open_and_have_equal_real_mass():
    real = pd.DataFrame({"x": np.arange(200.0)})
    far = pd.DataFrame({"x": np.concatenate([np.arange(100.0) - 1000, np.arange(100.0) + 1000])})
    part = column_divergences(real, far, schema=continuous(real)).parts["x"]
    p = np.full(20, 10.5) / 210
    q = np.array([100.5, *[0.5] * 18, 100.5]) / 210
    assert part.kl == pytest.approx(kl_divergence(p, q))


@pytest.mark.parametrize("sign", [1, -1])
def test_what_is_rarer_than_a_bin_beside_a_spike_is_seen(sign):
    real = pd.DataFrame({"x": sign * np.array([0.0] * 970 + [5.0] * 30)})
    none = pd.DataFrame({"x": np.zeros(1000)})
    part = column_divergences(real, none, schema=continuous(real)).parts["x"]
    assert part.n_cells == 2
    assert part.js > 10 * part.expected_js


def test_columns_without_values_or_variation_diverge_by_nothing():
    table = pd.DataFrame({"x": [np.nan] * 5, "c": ["a"] * 5})
    result = column_divergences(table, table, schema={"x": "continuous", "c": "constant"})
    assert all((part.kl, part.js, part.expected_kl) == (0, 0, 0) for part in result.parts.values())


def test_the_holdout_is_measured_as_the_synthetic_table_is():
    real, synthetic, holdout = (mixed_table(400, seed, missing=True) for seed in range(3))
    both = column_divergences(real, synthetic, holdout=holdout)
    other = column_divergences(real, holdout)
    assert both.reference == pytest.approx(other.value)
    assert both.holdout_excess == pytest.approx(other.excess)
    assert both.parts["age"].holdout_kl == pytest.approx(other.parts["age"].kl)
    assert both.parts["age"].holdout_expected_js == other.parts["age"].expected_js
    assert both.excess < both.value


@pytest.mark.parametrize("shift", [-1.5, 0.0, 0.25])
def test_the_distance_of_a_shifted_sample_is_the_shift_and_keeps_the_unit(shift):
    sample = np.random.default_rng(0).normal(size=50)
    assert wasserstein_distance(sample, sample + shift) == pytest.approx(abs(shift), abs=1e-12)
    scaled = wasserstein_distance(1000 * sample, 1000 * (sample + shift))
    assert scaled == pytest.approx(1000 * abs(shift), abs=1e-9)


def test_the_divergence_of_two_normals_in_fine_cells_has_its_closed_form():
    edges = np.linspace(-12, 12, 20_001)
    p, q = (np.diff(norm.cdf(edges, mean, deviation)) for mean, deviation in ((0, 1), (1, 2)))
    p, q = p / p.sum(), q / q.sum()
    assert kl_divergence(p, q) == pytest.approx(np.log(2) + (1 + 1) / 8 - 1 / 2, abs=1e-6)
