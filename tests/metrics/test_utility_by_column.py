"""Utility for each column in turn, and the interval of the gap."""

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score, roc_auc_score

from tabgan.exceptions import InvalidParameterError, TableError
from tabgan.metrics import utility, utility_by_column
from tabgan.metrics._forecasts import Forecast, merit_lost
from tabgan.metrics._jackknife import N_GROUPS
from tabgan.metrics._prediction import area
from tabgan.metrics.utility_by_column import _merge_rare
from tests.metrics.made_tables import continuous, mixed_table, normal_table, shuffled


@pytest.mark.slow
def test_a_fresh_sample_loses_nothing_and_independent_columns_all():
    real, fresh, holdout = (mixed_table(1500, seed) for seed in range(3))
    options = {"holdout": holdout, "random_state": 0}
    good = utility_by_column(real, fresh, **options)
    assert abs(good.value) < 0.05
    assert good.low < good.value < good.high
    assert [part.column for part in good.parts] == ["size", "age", "day", "colour", "open"]
    assert good.skipped == {"same": "it has one value only in the real table"}
    bad = utility_by_column(real, shuffled(fresh, 0), **options)
    assert bad.low > 0.8
    parts = {part.column: part for part in bad.parts}
    assert parts["age"].score == "r2"
    assert parts["colour"].score == "auc"
    # Days are independent of all else: there is nothing to lose.
    assert math.isnan(parts["day"].gap)
    counted = [part for part in bad.parts if not math.isnan(part.gap)]
    merits = [part.reference - (0.5 if part.score == "auc" else 0) for part in counted]
    lost = [part.reference - part.value for part in counted]
    assert bad.value == pytest.approx(sum(lost) / sum(merits))
    assert parts["age"].gap == pytest.approx(
        (parts["age"].reference - parts["age"].value) / parts["age"].reference
    )


@pytest.mark.slow
def test_the_interval_of_the_gap_is_that_of_the_rows_tested_on():
    real, fresh = normal_table(400, 0, 2), normal_table(400, 1, 2) * 1.3
    kinds = continuous(real)
    options = {"target": "x1", "schema": kinds, "random_state": 0}
    found = [
        utility(real, fresh, holdout=normal_table(300, 10 + seed, 2), **options)
        for seed in range(40)
    ]
    # The same two models every time, so that only the tested rows differ.
    gaps = np.array([result.utility_gap for result in found])
    widths = np.array([result.gap_high - result.gap_low for result in found]) / 2 / 2.093
    assert widths.mean() == pytest.approx(gaps.std(), rel=0.35)
    covered = np.mean([result.gap_low <= gaps.mean() <= result.gap_high for result in found])
    assert covered >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / 40)


def test_few_tested_rows_have_no_interval():
    real, fresh, holdout = (normal_table(n, n) for n in (80, 60, 30))
    options = {"holdout": holdout, "schema": continuous(real), "random_state": 0}
    assert math.isnan(utility(real, fresh, target="x0", **options).gap_low)
    result = utility_by_column(real, fresh, **options)
    assert set(result.skipped.values()) == {"it is known in 30 row(s) of the holdout table"}
    assert math.isnan(result.value)
    assert result.parts == ()


def test_columns_and_rows_are_capped():
    real, fresh, holdout = (normal_table(120, seed) for seed in range(3))
    result = utility_by_column(
        real, fresh, holdout=holdout, max_rows=50, max_columns=2, random_state=0
    )
    assert [(part.n_rows, part.n_test_rows) for part in result.parts] == [(50, 50)] * 2
    assert list(result.skipped.values()) == ["it is not among the 2 columns drawn"] * 2


def test_targets_that_cannot_be_are_skipped_with_the_reason():
    real = normal_table(400, 0).assign(
        rare=["a"] * 399 + ["b"], once=[*"ab" * 200], empty=np.nan, both=[*"ab" * 200]
    )
    holdout = real.assign(once="a")
    fresh = normal_table(400, 1).assign(rare="a", once="a", empty=np.nan, both=None)
    kinds = dict.fromkeys(("rare", "once", "both"), "categorical") | {"empty": "continuous"}
    result = utility_by_column(real, fresh, holdout=holdout, schema=kinds, random_state=0)
    assert result.skipped == {
        "rare": "one level makes up nearly all of the real table",
        "once": "it has one value only in the holdout table",
        "empty": "it is known in 0 row(s) of the real table",
        "both": "it is known in 0 row(s) of the synthetic table",
    }


def test_a_synthetic_target_of_one_class_is_no_better_than_chance():
    real, holdout = (mixed_table(300, seed) for seed in range(2))
    result = utility_by_column(real, real.assign(open=True), holdout=holdout, random_state=0)
    part = {each.column: each for each in result.parts}["open"]
    assert (part.value, part.gap) == (0.5, 1.0)


def test_rare_levels_are_one_class():
    codes = np.repeat(np.arange(14), [300, 200, *[50] * 9, 8, 1, 1])
    merged = _merge_rare({"real": codes, "holdout": np.arange(14)})
    # The nine most frequent, and one for the rest.
    assert merged["holdout"].tolist() == [*range(9), 9, 9, 9, 9, 9]
    assert np.bincount(merged["real"])[-1] == 110
    nearly_none = np.repeat([0, 1, 2], [600, 399, 1])
    assert _merge_rare({"real": nearly_none})["real"].tolist() == [0] * 600 + [1] * 400


def test_scores_with_groups_left_out_are_scores_of_the_rest():
    generator = np.random.default_rng(0)
    groups = generator.permutation(np.arange(200) % N_GROUPS)
    target, predicted = generator.normal(size=(2, 200))
    model = Forecast(target, predicted, None)
    assert model.scores_left_out(groups)[3] == pytest.approx(
        r2_score(target[groups != 3], predicted[groups != 3])
    )
    labels, chances = generator.integers(0, 3, 200), generator.dirichlet(np.ones(3), size=200)
    model = Forecast(labels, chances, np.arange(3))
    left = groups != 5
    expected = roc_auc_score(labels[left], chances[left], multi_class="ovr")
    assert model.scores_left_out(groups)[5] == pytest.approx(expected)
    assert model.error is None
    assert area(labels, chances, np.arange(3)) == pytest.approx(model.score())


def test_no_merit_has_no_share():
    assert np.isnan(merit_lost(0.5, 0.4, 0.5))
    assert merit_lost(0.9, 0.7, 0.5) == pytest.approx(0.5)


def test_limits_and_single_columns_are_refused():
    real = normal_table(50, 0)
    for name in ("max_rows", "max_columns"):
        with pytest.raises(InvalidParameterError, match=rf"'{name}' parameter must be .* Got 0"):
            utility_by_column(real, real, holdout=real, **{name: 0})
    single = pd.DataFrame({"x": np.arange(50.0)})
    with pytest.raises(TableError, match=r"needs two or more columns in use\. Got \['x'\]"):
        utility_by_column(single, single, holdout=single, schema={"x": "continuous"})
