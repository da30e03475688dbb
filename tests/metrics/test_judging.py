"""The tree judge and the gate on tables whose answer is known."""

import dataclasses
import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t
from sklearn.metrics import roc_auc_score

from tabgan.exceptions import InvalidParameterError
from tabgan.metrics import copying, copying_gate, judge, summarize_judgements, tree_auc
from tabgan.metrics._delong import placements
from tests.metrics.made_tables import KINDS, continuous, mixed_table, normal_table, shuffled


@pytest.fixture(scope="module", name="halves")
def _halves():
    return normal_table(1200, 0), normal_table(1200, 1)


def _judge(halves, synthetic, **options):
    real, holdout = halves
    schema = continuous(real)
    return judge(real, synthetic, holdout=holdout, schema=schema, random_state=0, **options)


def test_a_fresh_real_sample_scores_the_floor(halves):
    result = _judge(halves, normal_table(1200, 2))
    for area, error in (
        (result.auc_holdout, result.se_holdout),
        (result.floor, result.se_floor),
        (result.auc_train, result.se_train),
    ):
        assert abs(area - 0.5) < 4 * error
    assert result.se_floor == pytest.approx(math.sqrt(1 / (6 * 1200)), rel=0.15)
    assert abs(result.gap) < 4 * result.se_gap
    assert result.value == result.auc_holdout
    assert result.reference == result.floor


def test_shuffled_columns_are_told_apart(halves):
    result = _judge(halves, shuffled(halves[0], 0))
    assert result.auc_holdout > 0.85
    assert result.verdict == "tells"
    assert result.upper == pytest.approx(result.value + norm.ppf(0.95) * result.se_holdout)


def test_a_copier_looks_better_against_the_rows_it_copied(halves):
    result = _judge(halves, halves[0].sample(frac=1, replace=True, random_state=0))
    assert result.auc_train < 0.45
    assert result.gap > 0.1
    assert result.gap > 5 * result.se_gap


def test_equal_numbers_of_rows_are_judged(halves):
    result = _judge(halves, normal_table(333, 2))
    assert result.n_rows == 333


def test_a_generator_is_not_found_out_by_its_form(halves):
    table = mixed_table(400, 0)
    real, holdout, fresh = table, mixed_table(400, 1), mixed_table(400, 2)
    options = {"holdout": holdout, "schema": KINDS, "random_state": 0}
    disguised = fresh.assign(
        size=fresh["size"] + 1e-5,
        age=fresh["age"].astype(float) + 0.2,
        open=fresh["open"].astype(object),
    )
    assert judge(real, disguised, **options) == judge(real, fresh, **options)


def test_a_level_that_is_never_real_gives_a_table_away():
    real, holdout, fresh = (mixed_table(300, seed) for seed in range(3))
    strange = fresh.assign(colour="violet")
    result = judge(real, strange, holdout=holdout, schema=KINDS, random_state=0)
    assert result.auc_holdout > 0.95


def test_the_full_judge_is_at_least_about_as_good_as_the_quick_one():
    real, holdout = normal_table(150, 0), normal_table(150, 1)
    options = {"holdout": holdout, "schema": continuous(real), "random_state": 0, "n_folds": 2}
    synthetic = shuffled(real, 0)
    quick = judge(real, synthetic, **options)
    full = judge(real, synthetic, judge="full", **options)
    assert full.judge == "full"
    assert full.auc_holdout > quick.auc_holdout - 0.05


def test_tree_auc_is_the_arm_of_the_judge_without_a_holdout(halves):
    real, holdout = halves
    synthetic = shuffled(real, 0)
    result = tree_auc(real, synthetic, holdout=holdout, schema=continuous(real), random_state=0)
    judged = _judge(halves, synthetic)
    assert result.value == pytest.approx(judged.auc_train, abs=1e-12)
    assert abs(result.reference - 0.5) < 0.05


def test_bad_arguments_of_the_judge_are_named(halves):
    with pytest.raises(InvalidParameterError, match=r"'judge' parameter must be one of .*quick"):
        _judge(halves, halves[0], judge="medium")
    with pytest.raises(InvalidParameterError, match=r"'judge' parameter must be one of .*quick"):
        tree_auc(halves[0], halves[1], judge="medium")


def test_placements_are_those_of_all_pairs():
    generator = np.random.default_rng(0)
    positive, negative = generator.integers(0, 8, 30), generator.integers(0, 6, 40)
    found = placements(positive, negative)
    wins = np.array([[(p > n) + 0.5 * (p == n) for n in negative] for p in positive])
    assert found.positives == pytest.approx(wins.mean(axis=1))
    assert found.negatives == pytest.approx(wins.mean(axis=0))
    scores, labels = np.r_[positive, negative], np.r_[np.ones(30), np.zeros(40)]
    assert found.auc == pytest.approx(roc_auc_score(labels, scores))
    expected = wins.mean(axis=1).var(ddof=1) / 30 + wins.mean(axis=0).var(ddof=1) / 40
    assert found.variance == pytest.approx(expected)


def test_the_variance_of_the_area_is_that_of_repeated_samples():
    generator = np.random.default_rng(0)
    found = [
        placements(generator.normal(0.5, size=60), generator.normal(size=80)) for _ in range(2000)
    ]
    spread = np.var([each.auc for each in found])
    assert np.mean([each.variance for each in found]) == pytest.approx(spread, rel=0.1)


def _result(template, **values):
    return dataclasses.replace(template, **values)


def test_fits_are_summed_up_by_the_formula(halves):
    template = _judge(halves, normal_table(300, 2))
    areas, errors = [0.50, 0.51, 0.52, 0.50, 0.53, 0.51], [0.003] * 6
    fits = [
        _result(template, value=area, auc_holdout=area, se_holdout=error)
        for area, error in zip(areas, errors, strict=True)
    ]
    summary = summarize_judgements(fits)
    expected = math.sqrt(np.var(areas, ddof=1) / 6 + 0.003**2 / 2)
    assert summary.se == pytest.approx(expected)
    assert summary.upper == pytest.approx(np.mean(areas) + t.ppf(0.95, 5) * expected)
    assert summary.verdict == "hardly"
    one_way = summarize_judgements(fits, n_directions=1)
    assert one_way.se == pytest.approx(math.sqrt(np.var(areas, ddof=1) / 6 + 0.003**2))


def test_one_fit_has_the_bound_of_that_fit(halves):
    result = _judge(halves, normal_table(1200, 2))
    summary = summarize_judgements([result])
    assert summary.upper == pytest.approx(result.upper)
    assert (summary.n_fits, summary.verdict) == (1, result.verdict)


def test_the_words_follow_the_bound(halves):
    template = _judge(halves, normal_table(300, 2))
    words = {0.50: "cannot tell", 0.54: "hardly", 0.56: "tells"}
    for area, word in words.items():
        assert _result(template, auc_holdout=area, se_holdout=1e-4).verdict == word


def test_results_that_cannot_be_summed_up_are_refused(halves):
    result = _judge(halves, normal_table(200, 2))
    for wrong in ([], [result, _result(result, judge="full")]):
        with pytest.raises(InvalidParameterError, match="must hold one or more results of one"):
            summarize_judgements(wrong)
    with pytest.raises(
        InvalidParameterError, match=r"'n_directions' parameter must be 1 or 2\. Got"
    ):
        summarize_judgements([result, result], n_directions=3)
    with pytest.raises(InvalidParameterError, match="Got 1 and 0 instead"):
        copying_gate(result, [])


def test_the_gate_opens_for_fresh_rows_and_closes_for_copies(halves):
    real, holdout = halves
    options = {"holdout": holdout, "schema": continuous(real), "random_state": 0}
    found = {}
    tables = {"fresh": normal_table(1200, 2), "copied": real.sample(frac=1, random_state=0)}
    for (name, table), repeats in product(tables.items(), [400]):
        # Many fits make narrow bounds; they are stood for by the same one.
        judged, copied = judge(real, table, **options), copying(real, table, **options)
        found[name] = copying_gate([judged] * repeats, [copied] * repeats)
    assert found["copied"].words == "fidelity not credited: copies rows"
    assert not found["copied"].passed
    assert [check.name for check in found["fresh"].checks] == [
        "dcr_share",
        "near_copy_excess",
        "singleton_excess",
        "auc_gap",
    ]
    assert found["fresh"].to_dict()["checks"][2]["passed"]
    few = copying_gate(judged, copied, n_directions=1)
    assert few.n_fits == 1


@pytest.mark.parametrize("share", [0.5, 0.53])
def test_a_bound_that_fails_for_lack_of_rows_is_not_called_copying(share):
    tables = [normal_table(60, seed) for seed in range(3)]
    options = {"holdout": tables[1], "schema": continuous(tables[0]), "random_state": 0}
    judged = dataclasses.replace(judge(tables[0], tables[2], **options), gap=0.0)
    copied = copying(tables[0], tables[2], **options)
    copied = dataclasses.replace(
        copied,
        dcr_share=dataclasses.replace(copied.dcr_share, value=share, se=0.05),
        near_copy_excess=dataclasses.replace(copied.near_copy_excess, value=0.0),
    )
    result = copying_gate(judged, copied)
    assert not result.passed
    assert result.words == "fidelity not credited: too few rows or fits to exclude copying"


def test_numbers_beyond_the_range_of_the_trees_are_told_without_a_word_of_theirs():
    generator = np.random.default_rng(0)
    real, holdout, huge = (pd.DataFrame({"x": generator.normal(size=100)}) for _ in range(3))
    kinds = {"x": "continuous"}
    result = judge(real, huge * 1e300, holdout=holdout, schema=kinds, random_state=0)
    assert result.auc_holdout > 0.95
