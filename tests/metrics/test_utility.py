"""Utility, clean and as the papers have it, and the logistic C2ST."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from xgboost import XGBClassifier

from tabgan.exceptions import InvalidParameterError, TableError
from tabgan.metrics import logistic_c2st, utility, utility_grid
from tabgan.metrics._delong import placements
from tabgan.metrics._forecasts import Forecast
from tabgan.metrics._jackknife import jackknife_groups, jackknife_variance
from tabgan.metrics._prediction import area
from tabgan.metrics.paper_utility import _features, _Scale
from tests.metrics.made_tables import continuous, mixed_table, normal_table, shuffled


def _linear_table(n_rows, seed):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n_rows, 3))
    score = x @ [2.0, -1.0, 0.5] + generator.normal(size=n_rows)
    table = pd.DataFrame(x, columns=["a", "b", "c"])
    return table.assign(
        group=np.where(x[:, 0] > 0, "high", "low"),
        yes=score > 0,
        three=np.digitize(score, [-1, 1]),
        amount=100 + 10 * score,
    )


KINDS = {
    "a": "continuous",
    "b": "continuous",
    "c": "continuous",
    "group": "categorical",
    "yes": "boolean",
    "three": "categorical",
    "amount": "continuous",
}


def _parts(target, n_rows=500):
    others = {"yes", "three", "amount"} - {target}
    tables = [_linear_table(n_rows, seed).drop(columns=list(others)) for seed in range(3)]
    return tables, {name: kind for name, kind in KINDS.items() if name not in others}


@pytest.mark.parametrize(("target", "score"), [("yes", "auc"), ("three", "auc"), ("amount", "r2")])
def test_a_fresh_real_sample_is_as_useful_and_shuffled_columns_are_useless(target, score):
    (real, fresh, holdout), kinds = _parts(target)
    options = {"target": target, "holdout": holdout, "schema": kinds, "random_state": 0}
    good = utility(real, fresh, **options)
    bad = utility(real, shuffled(real, 0), **options)
    assert good.score == score
    assert good.reference == bad.reference > 0.75
    assert abs(good.utility_gap) < 0.15
    assert bad.utility_gap > 0.8
    assert (good.rmse is not None) == (score == "r2")
    if score == "r2":
        spread = holdout["amount"].std(ddof=0)
        assert good.rmse == pytest.approx(spread * np.sqrt(1 - good.value))


def test_models_are_trained_on_equally_many_rows():
    (real, fresh, holdout), kinds = _parts("yes")
    options = {"target": "yes", "holdout": holdout, "schema": kinds, "random_state": 0}
    result = utility(real, fresh.iloc[:100], **options)
    assert result.n_rows == 100
    full = utility(real, fresh, **options)
    assert full.reference > result.reference


def test_a_target_of_one_class_is_of_no_use():
    (real, fresh, holdout), kinds = _parts("yes", 100)
    options = {"target": "yes", "holdout": holdout, "schema": kinds}
    assert utility(real, fresh.assign(yes=True), **options).value == 0.5
    with pytest.raises(TableError, match=r"two values of the target\. Got 100 rows and 1 values"):
        utility_grid(real, fresh.assign(yes=True), **options)


def test_a_class_that_the_model_never_saw_has_probability_zero():
    labels, probabilities = np.array([0, 0, 2, 2]), np.array([[0.9, 0.1], [0.2, 0.8]] * 2)
    assert area(labels, probabilities, np.array([0, 1])) == pytest.approx(0.5)
    assert np.isnan(area(np.zeros(3), probabilities[:3], np.array([0, 1])))
    several = area(np.array([0, 1, 2, 1]), probabilities, np.array([0, 1]))
    by_hand = [
        roc_auc_score([1, 0, 0, 0], probabilities[:, 0]),
        roc_auc_score([0, 1, 0, 1], probabilities[:, 1]),
        0.5,
    ]
    assert several == pytest.approx(np.mean(by_hand))


def test_the_target_must_be_a_column_beside_others():
    (real, fresh, holdout), kinds = _parts("yes", 60)
    for metric in (utility, utility_grid):
        with pytest.raises(InvalidParameterError, match=f"'target' parameter of {metric.__name__}"):
            metric(real, fresh, target="income", holdout=holdout, schema=kinds)
    with pytest.raises(TableError, match="holdout table has no row with a known 'yes'"):
        utility(real, fresh, target="yes", holdout=holdout.assign(yes=None), schema=kinds)


def test_the_first_range_that_is_not_zero_scales_all_columns():
    numbers = np.array([[0.0, 2.0, -1.0], [4.0, 3.0, 7.0]])
    assert _Scale.learn(numbers).ends == [(0.0, 4.0), (2.0, 4.0), (2.0, 4.0)]
    assert _Scale.learn(np.array([[5.0, -9.0], [2000.0, 9.0]])).ends == [(5.0, 2000.0)] * 2


def test_large_ranges_become_logarithms_of_all_columns():
    (real, fresh, holdout), kinds = _parts("yes", 60)
    from tabgan.metrics._prediction import prediction_problem

    large = real.assign(a=real["a"].abs() * 1e4)
    problem = prediction_problem(
        large, fresh, target="yes", holdout=holdout, schema=kinds, caller="test"
    )
    rows = problem.tables["real"]
    features = _features(problem, rows, _Scale.learn(rows.numbers))
    assert features[:, 0] == pytest.approx(np.log(np.maximum(large["a"], 1e-2)), rel=1e-5)
    assert features[:, 1] == pytest.approx(np.log(np.maximum(large["b"], 1e-2)), rel=1e-5)
    assert features.shape[1] == 3 + 2


def test_the_grid_is_that_of_single_fits():
    (real, fresh, holdout), kinds = _parts("yes", 150)
    options = {"target": "yes", "holdout": holdout, "schema": kinds, "random_state": 0}
    result = utility_grid(real, fresh, **options)
    assert set(result.settings) == {"n_estimators", "max_depth", "min_child_weight", "gamma"}
    assert (result.score, result.direction, result.reference) == ("auc", "higher", None)
    assert result.value > 0.85
    # A model cut after 10 of its trees is the model of 10 trees.
    x, y = real[["a", "b", "c"]], real["yes"]
    long = XGBClassifier(n_estimators=100, max_depth=5).fit(x, y)
    short = XGBClassifier(n_estimators=10, max_depth=5).fit(x, y)
    assert long.predict_proba(x, iteration_range=(0, 10)) == pytest.approx(short.predict_proba(x))


def test_a_numeric_target_of_the_grid_is_a_logarithm():
    (real, fresh, holdout), kinds = _parts("amount", 150)
    options = {"target": "amount", "holdout": holdout, "schema": kinds, "random_state": 0}
    result = utility_grid(real, fresh, with_reference=True, **options)
    assert (result.score, result.direction) == ("rmse", "lower")
    logarithm = np.log(np.clip(holdout["amount"], 1, 20000))
    # The validation target is no logarithm, so deep and long models look best; still of use.
    assert 0 < result.value < logarithm.std()
    assert 0 < result.reference < logarithm.std()


def test_logistic_regression_sees_moved_means_and_no_ties():
    real, fresh = normal_table(1500, 0), normal_table(1500, 1)
    options = {"schema": continuous(real), "holdout": fresh, "random_state": 0}
    blind = logistic_c2st(real, shuffled(real, 0), **options)
    assert blind.value > 0.9
    assert blind.reference > 0.9
    moved = logistic_c2st(real, fresh + 1.0, **options)
    # The nearest of two normal means one apart in 4 columns of correlation .8.
    assert 0.3 < moved.value < 0.6
    assert logistic_c2st(real, fresh + 100.0, **options).value == pytest.approx(0.0, abs=1e-9)


def test_logistic_regression_sees_levels_and_missing_cells():
    real, fresh = mixed_table(300, 0), mixed_table(300, 1, missing=True)
    assert logistic_c2st(real, fresh, random_state=0).value < 0.6
    other = mixed_table(300, 1).assign(colour="violet")
    assert logistic_c2st(real, other, random_state=0).value < 0.05


def test_the_interval_of_an_area_is_that_of_delong():
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], 1000)
    scores = 1 / (1 + np.exp(-labels - generator.normal(size=2000)))
    model = Forecast(labels, np.column_stack([1 - scores, scores]), np.array([0, 1]))
    groups = jackknife_groups(2000, generator)
    error = np.sqrt(jackknife_variance(model.scores_left_out(groups)))
    expected = np.sqrt(placements(scores[labels == 1], scores[labels == 0]).variance)
    # A chi-squared variable with 19 degrees of freedom.
    assert error == pytest.approx(expected, rel=0.5)


@pytest.mark.parametrize("unit", [1e300, 1e-300])
def test_r_squared_does_not_depend_on_the_unit(unit):
    generator = np.random.default_rng(0)

    def draw(n_rows):
        x = generator.normal(size=n_rows)
        return pd.DataFrame({"x": x, "y": x + 0.3 * generator.normal(size=n_rows)})

    tables = [draw(200) for _ in range(3)]
    kinds = {"x": "continuous", "y": "continuous"}
    options = {"target": "y", "schema": kinds, "random_state": 0}
    plain = utility(tables[0], tables[1], holdout=tables[2], **options)
    real, synthetic, holdout = (table.assign(y=unit * table["y"]) for table in tables)
    scaled = utility(real, synthetic, holdout=holdout, **options)
    assert scaled.value == pytest.approx(plain.value, abs=0.02)
    assert scaled.utility_gap == pytest.approx(plain.utility_gap, abs=0.02)
    assert scaled.rmse == pytest.approx(unit * plain.rmse, rel=0.1)
    assert plain.low < plain.value < plain.high
    synthetic.loc[0, "y"] = 1e308
    far = utility(real, synthetic, holdout=holdout, **options)
    assert np.isfinite([far.value, far.utility_gap, far.gap_low, far.gap_high]).all()
