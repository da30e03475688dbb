"""Weights, inclusion probabilities and the pick."""

import numpy as np
import pytest

from tabgan.sampling import balanced_pick, inclusion_probabilities, rake


def _pool(seed: int, n_candidates: int = 4000) -> tuple[np.ndarray, list]:
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 3, n_candidates), rng.integers(0, 5, n_candidates)
    margins = [(first, np.array([0.5, 0.3, 0.2])), (second, np.array([0.3, 0.3, 0.2, 0.1, 0.1]))]
    return rng.exponential(size=n_candidates), margins


@pytest.mark.parametrize("seed", range(3))
def test_raked_weights_have_the_wanted_margins(seed):
    weights, margins = _pool(seed)
    raked = rake(weights, margins, largest=1.0)
    assert raked.sum() == pytest.approx(1)
    for cells, shares in margins:
        assert np.bincount(cells, raked) == pytest.approx(shares, abs=1e-6)


def test_raking_keeps_the_ratios_within_a_cell_of_all_margins():
    weights, margins = _pool(0)
    raked = rake(weights, margins, largest=1.0)
    same = (margins[0][0] == 1) & (margins[1][0] == 2)
    ratios = raked[same] / weights[same]
    assert ratios == pytest.approx(ratios[0])


def test_no_raked_weight_exceeds_the_largest_by_more_than_rounding_up_to_one():
    weights, margins = _pool(0)
    weights[0] = 1e9
    assert rake(weights, margins, largest=1e-3)[0] < 1.5e-3


def test_a_cell_that_the_pool_lacks_is_left_alone():
    raked = rake(np.ones(4), [(np.zeros(4, dtype=int), np.array([0.5, 0.5]))], largest=1.0)
    assert raked == pytest.approx(0.25)


@pytest.mark.parametrize("n_picked", [1, 7, 60, 99, 100])
@pytest.mark.parametrize("spread", [0.0, 1.0, 5.0])
def test_inclusion_probabilities_sum_to_the_number_picked_and_stay_proportional(n_picked, spread):
    weights = np.exp(spread * np.random.default_rng(0).standard_normal(100))
    probabilities = inclusion_probabilities(weights, n_picked)
    assert probabilities.sum() == pytest.approx(n_picked)
    assert probabilities.max() <= 1 + 1e-12
    ratios = (probabilities / weights)[probabilities < 1 - 1e-9]
    assert ratios.size == 0 or ratios == pytest.approx(ratios[0])


def test_the_pick_has_no_repeats_and_the_wanted_size_for_any_seed():
    weights = np.random.default_rng(0).exponential(size=500)
    probabilities = inclusion_probabilities(weights, 120)
    for seed in range(50):
        picked = balanced_pick(probabilities, [], np.random.default_rng(seed))
        assert len(picked) == len(set(picked.tolist())) == 120


def test_rows_are_picked_with_their_probabilities():
    weights = np.random.default_rng(0).exponential(size=300)
    probabilities = inclusion_probabilities(weights, 100)
    n_draws = 5000
    rng = np.random.default_rng(1)
    counts = np.zeros(300)
    for _ in range(n_draws):
        counts[balanced_pick(probabilities, [], rng)] += 1
    error = np.sqrt(probabilities * (1 - probabilities) / n_draws)
    # Pareto sampling is exact up to terms of the order of one over sum p (1 - p), here 60.
    assert (np.abs(counts / n_draws - probabilities) <= 4.5 * error + 0.005).all()


@pytest.mark.parametrize("seed", range(3))
def test_a_balanced_pick_has_the_wanted_margins_to_a_row_or_so(seed):
    weights, margins = _pool(seed)
    n_picked = 500
    raked = rake(weights, margins, largest=1 / n_picked)
    probabilities = inclusion_probabilities(raked, n_picked)
    picked = balanced_pick(probabilities, margins, np.random.default_rng(seed))
    assert len(set(picked.tolist())) == n_picked
    for cells, shares in margins:
        counts = np.bincount(cells[picked], minlength=len(shares))
        assert np.abs(counts - n_picked * shares).max() <= 3


def test_balancing_keeps_preferring_the_heavier_candidates():
    weights, margins = _pool(1)
    probabilities = inclusion_probabilities(rake(weights, margins, largest=1 / 500), 500)
    picks = [balanced_pick(probabilities, margins, np.random.default_rng(s)) for s in range(200)]
    shares = np.bincount(np.concatenate(picks), minlength=len(weights)) / 200
    for low, high in ((0.0, 0.1), (0.1, 0.3), (0.3, 0.6)):
        among = (probabilities >= low) & (probabilities < high)
        assert shares[among].mean() == pytest.approx(probabilities[among].mean(), rel=0.1)
