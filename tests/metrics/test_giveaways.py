"""Columns that give synthetic rows away."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tabgan.exceptions import InvalidParameterError, TableError
from tabgan.metrics import giveaways
from tabgan.metrics.giveaways import _fold
from tests.metrics.made_tables import continuous, mixed_table, normal_table, shuffled


class _FirstColumn:
    """A judge that looks at the first column alone."""

    def predict_proba(self, matrix):
        chance = 1 / (1 + np.exp(-matrix[:, 0]))
        return np.column_stack([1 - chance, chance])


def test_the_loss_of_a_column_is_its_area_beyond_chance():
    losses, errors = [], []
    for seed in range(200):
        generator = np.random.default_rng(seed)
        is_positive = np.repeat([True, False], 150)
        matrix = generator.normal(size=(300, 2)) + np.outer(is_positive, [1.0, 1.0])
        area, _, loss, variance = _fold(_FirstColumn(), matrix, is_positive, generator)
        assert area == pytest.approx(roc_auc_score(is_positive, matrix[:, 0]))
        # A column that the judge never looks at takes nothing away.
        assert (loss[1], variance[1]) == (0.0, 0.0)
        losses.append(loss[0])
        errors.append(variance[0] ** 0.5)
    # Phi(1 / sqrt 2) - 1/2; the error is the spread of the losses, up to that of 200 draws.
    assert np.mean(losses) == pytest.approx(0.2602, abs=4 * np.std(losses) / 200**0.5)
    assert np.mean(errors) == pytest.approx(np.std(losses), rel=4 / 400**0.5)


@pytest.mark.slow
def test_the_moved_column_alone_is_named():
    real, synthetic, holdout = (normal_table(1500, seed) for seed in range(3))
    generator = np.random.default_rng(0)
    moved = synthetic.assign(x2=synthetic["x2"] + generator.normal(0, 0.7, size=1500))
    options = {"holdout": holdout, "schema": continuous(real), "random_state": 0}
    result = giveaways(real, moved, **options)
    assert result.named[0] == "x2"
    part = {each.column: each for each in result.parts}["x2"]
    assert part.low < part.lower_bound + 0.02 < part.value < part.high
    assert part.lower_bound > result.threshold >= part.holdout_value
    assert result.value > 0.55 > result.reference
    fresh = giveaways(real, synthetic, **options)
    assert fresh.named == ()
    assert abs(fresh.value - 0.5) < 4 * fresh.se
    assert fresh.n_rows == 1500


def test_broken_ties_are_found_without_a_holdout_too():
    real, synthetic = normal_table(600, 0), shuffled(normal_table(300, 1), 0)
    result = giveaways(real, synthetic, schema=continuous(real), random_state=0)
    assert result.reference is None
    assert abs(result.floor - 0.5) < 4 * result.reference_se
    assert len(result.named) >= 2
    assert result.n_rows == 300
    assert giveaways(real, synthetic, max_rows=100, random_state=0).n_rows == 100


def test_columns_of_all_kinds_keep_the_order_of_the_table():
    real, synthetic, holdout = (mixed_table(150, seed, missing=True) for seed in range(3))
    result = giveaways(real, synthetic, holdout=holdout, random_state=0)
    assert [part.column for part in result.parts] == list(real.columns)


def test_too_little_is_refused():
    real = normal_table(40, 0)
    with pytest.raises(TableError, match=r"needs at least 10 rows .*smallest part has 5"):
        giveaways(real, real[:5], holdout=real)
    with pytest.raises(
        InvalidParameterError, match=r"'max_rows' parameter must be None or .* of 10"
    ):
        giveaways(real, real, max_rows=9)
    with pytest.raises(InvalidParameterError, match="'n_folds' parameter must be an integer of 2"):
        giveaways(real, real, n_folds=1)
