"""Counts are exact, and ties between columns are kept where they can be."""

import numpy as np
import pytest

from tabgan.sampling.dealing import Dealer, joint_counts, whole_counts


@pytest.mark.parametrize("n_rows", [1, 7, 100, 99_999])
@pytest.mark.parametrize("n_shares", [1, 3, 50])
def test_whole_counts_are_the_nearest_with_the_right_sum(n_rows, n_shares):
    shares = np.random.default_rng(n_rows).dirichlet(np.ones(n_shares))
    counts = whole_counts(shares, n_rows)
    assert counts.sum() == n_rows
    assert np.abs(counts - shares * n_rows).max() < 1


@pytest.mark.parametrize("shape", [(4,), (3, 5), (2, 3, 4)])
@pytest.mark.parametrize("n_rows", [1, 13, 5000])
def test_joint_counts_have_exact_margins(shape, n_rows):
    rng = np.random.default_rng(0)
    joint = rng.random(shape) * (rng.random(shape) < 0.5)  # half of the combinations never occur
    margins = [rng.multinomial(n_rows, rng.dirichlet(np.ones(size))) for size in shape]
    counts = joint_counts(joint, margins, rng)
    assert (counts >= 0).all()
    for axis, margin in enumerate(margins):
        others = tuple(k for k in range(len(shape)) if k != axis)
        assert counts.sum(axis=others).tolist() == margin.tolist()


def test_joint_counts_keep_the_odds_ratios():
    joint = np.array([[0.4, 0.1], [0.1, 0.4]])
    counts = joint_counts(joint, [np.array([5000, 5000]), np.array([2000, 8000])],
                          np.random.default_rng(0)).astype(float)  # fmt: skip
    odds = counts[0, 0] * counts[1, 1] / (counts[0, 1] * counts[1, 0])
    assert odds == pytest.approx(16, rel=0.02)


def test_a_dealer_deals_all_cards_once_in_random_order():
    dealer = Dealer(np.array([300, 0, 700]), np.random.default_rng(0))
    hands = [dealer.deal(n) for n in (100, 1, 899)]
    assert np.bincount(np.concatenate(hands)).tolist() == [300, 0, 700]
    assert np.mean(hands[0] == 0) == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 100))
    assert 0.3 < np.mean(np.diff(hands[2]) != 0) < 0.55
