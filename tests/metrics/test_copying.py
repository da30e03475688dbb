"""Figures of copying against brute force, closed forms, and tables that copy."""

import dataclasses
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabgan import metrics
from tabgan.exceptions import InvalidParameterError
from tabgan.metrics import _nearest
from tabgan.metrics._columns import encode_tables
from tabgan.metrics._copy_search import MAX_PARTS, part_sizes
from tabgan.metrics._nearest import nearest_rows, rank_space
from tests.metrics.made_tables import KINDS, continuous, mixed_table, normal_table, shuffled


def _brute_distances(queries, pool, pool_numbers):
    """Return distances by the definition: mid-ranks in the pool, 1 for a mismatch."""
    distances = np.zeros((len(queries), len(pool)))
    for position in range(queries.numbers.shape[1]):
        ranked = pool_numbers[:, position]
        ranked = ranked[~np.isnan(ranked)]
        midrank = np.vectorize(
            lambda x, r=ranked: np.nan if np.isnan(x) else (r < x).mean() / 2 + (r <= x).mean() / 2
        )
        ranks = midrank(queries.numbers[:, position]), midrank(pool.numbers[:, position])
        gap = np.abs(ranks[0][:, None] - ranks[1][None, :])
        both = np.isnan(ranks[0])[:, None] & np.isnan(ranks[1])[None, :]
        distances += np.where(np.isnan(gap), np.where(both, 0.0, 1.0), gap)
    differing = queries.levels[:, None, :] != pool.levels[None, :, :]
    return distances + differing.sum(axis=2)


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("n_jobs", [1, 3])
def test_the_search_finds_what_brute_force_finds(missing, n_jobs, monkeypatch):
    monkeypatch.setattr(_nearest, "BLOCK_ROWS", 7)
    monkeypatch.setattr(_nearest, "STRIP_ROWS", 11)
    tables = [mixed_table(n, seed, missing=missing) for seed, n in enumerate((60, 60, 45))]
    encoded = encode_tables(KINDS, real=tables[0], holdout=tables[1], synthetic=tables[2])
    real, holdout, synthetic = (encoded.tables[n] for n in ("real", "holdout", "synthetic"))
    space = rank_space([real, holdout], [synthetic])
    points = [space.points(table) for table in (real, holdout)]
    found = nearest_rows(space.points(synthetic), points, space.unit, n_jobs)
    pooled = np.concatenate([real.numbers, holdout.numbers])
    brute = [_brute_distances(synthetic, table, pooled) for table in (real, holdout)]
    # Ranks among known values are rounded to whole numbers where some are missing.
    tolerance = len(KINDS) / space.unit if missing else 1e-9
    for ours, theirs in zip(found.distances, brute, strict=True):
        assert np.abs(ours / space.unit - theirs.min(axis=1)).max() <= tolerance
    assert found.weights.sum() == pytest.approx(1.0)
    if not missing:
        both = np.round(np.hstack(brute) * space.unit)
        ties = both == both.min(axis=1, keepdims=True)
        expected = (ties / ties.sum(axis=1, keepdims=True)).mean(axis=0)
        assert found.weights == pytest.approx(expected)


def test_many_columns_do_not_overflow():
    generator = np.random.default_rng(0)
    table = pd.DataFrame(generator.integers(0, 2, (20, 300)).astype(str))
    kinds = dict.fromkeys(table.columns, "categorical")
    flipped = table.replace({"0": "1", "1": "0"})
    result = metrics.near_copy_excess(table, flipped, holdout=flipped, schema=kinds)
    assert result.value < -0.7
    assert result.threshold > 50


def test_a_copy_of_either_table_and_a_fresh_sample_are_told_apart():
    real, holdout, fresh = (normal_table(600, seed) for seed in range(3))
    options = {"holdout": holdout, "schema": continuous(real), "random_state": 0}
    assert metrics.dcr_share(real, real, **options).value == pytest.approx(1.0)
    assert metrics.dcr_share(real, holdout, **options).value == pytest.approx(0.0)
    share = metrics.dcr_share(real, fresh, **options)
    assert abs(share.value - 0.5) < 3.5 * share.se
    assert share.se == pytest.approx(0.5 / np.sqrt(600), rel=0.5)
    assert share.upper == pytest.approx(share.value + 1.645 * share.se, rel=1e-3)


def test_ties_are_split_equally_and_counted():
    real = pd.DataFrame({"c": ["a", "a", "b", "b"]})
    holdout = pd.DataFrame({"c": ["a", "b", "b", "b"]})
    synthetic = pd.DataFrame({"c": ["a"] * 3 + ["b"]})
    share = metrics.dcr_share(real, synthetic, holdout=holdout, schema={"c": "categorical"})
    assert share.value == pytest.approx(0.75 * 2 / 3 + 0.25 * 2 / 5)
    assert share.tie_share == 1.0


def test_the_variance_of_the_share_is_exact_under_exchange():
    pool = pd.DataFrame({"x": [0.1, 1.3, 2.2, 3.9, 4.4, 7.1, 8.8, 9.7]})
    synthetic = pd.DataFrame({"x": [0.0, 0.2, 0.3, 4.2, 4.3, 8.0, 9.9]})
    shares, errors = [], []
    for seen in combinations(range(8), 4):
        real = pool.iloc[list(seen)]
        options = {"holdout": pool.drop(index=real.index), "schema": {"x": "continuous"}}
        result = metrics.dcr_share(real, synthetic, **options)
        shares.append(result.value)
        errors.append(result.se)
    assert np.mean(shares) == pytest.approx(0.5)
    assert np.ptp(errors) == pytest.approx(0.0, abs=1e-12)
    assert np.std(shares) == pytest.approx(errors[0])


def test_tables_of_unequal_size_are_searched_in_equal_parts():
    real, holdout, synthetic = normal_table(300, 0), normal_table(100, 1), normal_table(80, 2)
    options = {"holdout": holdout, "schema": continuous(real), "random_state": 0}
    result = metrics.copying(real, synthetic, max_synthetic=50, **options)
    assert (result.dcr_share.n_real, result.dcr_share.n_synthetic) == (100, 50)
    assert abs(result.dcr_share.value - 0.5) < 4 * result.dcr_share.se
    with pytest.raises(InvalidParameterError, match="'max_synthetic' parameter must be None or an"):
        metrics.copying(real, synthetic, max_synthetic=0, **options)


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_seen_rows_are_cut_into_parts_of_the_holdout_s_size(n_real, n_holdout):
    n_parts, size = part_sizes(n_real, n_holdout)
    assert 1 <= n_parts <= MAX_PARTS and 1 <= size <= n_holdout
    assert n_parts * size <= n_real
    if n_parts < MAX_PARTS:
        # At most the remainder, or a tenth of the holdout, stays out.
        assert n_real - n_parts * size <= max(0.1 * n_holdout, n_parts)


def test_copies_are_counted_wherever_they_are_in_a_longer_real_table():
    real, holdout, fresh = normal_table(900, 0), normal_table(300, 1), normal_table(300, 2)
    for first in (0, 300, 600, 800):
        copied = fresh.copy()
        copied.iloc[:60] = real.iloc[first : first + 60] + 1e-6
        options = {"holdout": holdout, "schema": continuous(real), "random_state": 0}
        result = metrics.copying(real, copied, **options)
        near = result.near_copy_excess
        assert (near.n_parts, near.n_real) == (3, 300)
        assert near.value == pytest.approx(0.2, abs=3 * near.se)
        assert near.value == pytest.approx(3 * (near.share_real - near.share_holdout))
        # A copy is nearest in one part and like any other row in two.
        assert result.dcr_share.value == pytest.approx(0.5 + 0.2 / 6, abs=3 * result.dcr_share.se)
    exact = fresh.copy()
    exact.iloc[:60] = real.iloc[840:].to_numpy()
    result = metrics.singleton_excess(real, exact, **options)
    assert result.value == pytest.approx(0.2)
    assert result.n_parts == 3


def test_the_error_of_the_mean_share_over_parts_is_not_too_small():
    shares, variances = [], []
    for seed in range(150):
        table = normal_table(160, seed, n_columns=2)
        real, holdout, fresh = table[:90], table[90:120], table[120:]
        result = metrics.dcr_share(
            real, fresh, holdout=holdout, schema=continuous(real), random_state=0
        )
        shares.append(result.value)
        variances.append(result.se**2)
    # A chi-squared ratio with 149 degrees of freedom stays below 1.3 but once in 200.
    assert np.var(shares) < 1.3 * np.mean(variances)
    assert np.var(shares) > 0.3 * np.mean(variances)
    assert np.mean(shares) == pytest.approx(0.5, abs=4 * np.std(shares) / np.sqrt(150))


def test_rows_of_the_holdout_are_counted_as_those_of_the_seen_table():
    real, holdout, fresh = (mixed_table(200, seed) for seed in range(3))
    mixture = pd.concat([holdout.iloc[:50], fresh.iloc[50:]], ignore_index=True)
    result = metrics.exact_copies(real, mixture, schema=KINDS, holdout=holdout)
    swapped = metrics.exact_copies(holdout, mixture, schema=KINDS, holdout=real)
    assert result.holdout_value == swapped.value >= 0.25
    assert result.holdout_reference == swapped.reference
    assert metrics.exact_copies(real, mixture, schema=KINDS).holdout_value is None


def test_near_copies_are_counted_below_the_quantile_of_real_distances():
    real, holdout, fresh = (normal_table(500, seed) for seed in range(3))
    options = {"holdout": holdout, "schema": continuous(real), "random_state": 0}
    generator = np.random.default_rng(0)
    mixture = fresh.copy()
    mixture.iloc[:100] = real.iloc[:100] + 1e-4 * generator.normal(size=(100, 4))
    result = metrics.near_copy_excess(real, mixture, **options)
    assert result.value == pytest.approx(0.2, abs=0.02)
    assert result.value == pytest.approx(result.share_real - result.share_holdout)
    assert 0 < result.threshold < 0.2
    none = metrics.near_copy_excess(real, fresh, **options)
    assert abs(none.value) < 4 * max(none.se, 0.003)


def test_rows_that_repeat_one_real_row_are_one_observation():
    real, holdout = normal_table(200, 0), normal_table(200, 1)
    options = {"holdout": holdout, "schema": continuous(real), "random_state": 0}
    once = metrics.near_copy_excess(real, real, **options)
    repeated = metrics.near_copy_excess(real, real.iloc[[0] * 200], **options)
    assert once.se == pytest.approx(1 / np.sqrt(200), rel=0.05)
    assert repeated.se == pytest.approx(1.0, rel=0.05)


def _brute_singled_out(fake, table):
    rows = table.astype(str).to_numpy()
    hits = []
    for row in fake.astype(str).to_numpy():
        hit = False
        for left_out in (None, *range(rows.shape[1])):
            kept = [c for c in range(rows.shape[1]) if c != left_out]
            hit |= (rows[:, kept] == row[kept]).all(axis=1).sum() == 1
        hits.append(hit)
    return np.array(hits)


def test_singletons_are_those_of_brute_force():
    generator = np.random.default_rng(0)
    tables = [pd.DataFrame(generator.integers(0, 6, (80, 4))).add_prefix("c") for _ in range(3)]
    kinds = {"c0": "categorical", "c1": "integer", "c2": "categorical", "c3": "integer"}
    result = metrics.singleton_excess(tables[0], tables[1], holdout=tables[2], schema=kinds)
    expected = [_brute_singled_out(tables[1], table).mean() for table in (tables[0], tables[2])]
    assert 0 < expected[0] < 1
    assert [result.share_real, result.share_holdout] == pytest.approx(expected)
    assert result.value == pytest.approx(expected[0] - expected[1])


def test_a_row_that_real_has_twice_is_no_singleton():
    real = pd.DataFrame({"c": ["a", "a", "b"], "d": ["x", "x", "y"], "e": ["p", "p", "q"]})
    holdout = real.apply(lambda column: column.str.upper())
    result = metrics.singleton_excess(
        real, real, holdout=holdout, schema=dict.fromkeys("cde", "categorical")
    )
    assert result.value == pytest.approx(1 / 3)


def test_copies_are_equal_at_the_precision_of_the_real_table():
    real = mixed_table(100, 0, missing=True)
    synthetic = real.assign(size=real["size"] + 1e-4)
    assert metrics.exact_copies(real, synthetic, schema=KINDS).value == 1.0
    assert metrics.exact_copies(real, synthetic.assign(age=200), schema=KINDS).value == 0.0
    result = metrics.exact_copies(real, synthetic, schema=KINDS, holdout=mixed_table(100, 1))
    assert result.reference == 0.0


def test_verbatim_values_are_unique_numbers_that_occur_again():
    generator = np.random.default_rng(0)
    real = pd.DataFrame({"x": generator.normal(size=1000), "level": generator.integers(0, 5, 1000)})
    kinds = {"x": "continuous", "level": "integer"}
    holdout = pd.DataFrame({"x": generator.normal(size=1000), "level": 0})
    half = holdout.copy()
    half.loc[:499, "x"] = real.loc[:499, "x"]
    result = metrics.verbatim_values(real, half, schema=kinds, holdout=holdout, random_state=0)
    assert result.parts == {"x": 0.5}
    assert result.reference == 0.0
    # 20 groups of 50 values, each a coin.
    half_width = 2.09 * np.sqrt(0.25 / 1000)
    assert result.high - result.value == pytest.approx(half_width, rel=0.5)
    assert result.value - result.low == pytest.approx(result.high - result.value)
    few = metrics.verbatim_values(real[:19], half, schema=kinds, random_state=0)
    assert np.isnan([few.low, few.high]).all()
    rounded = metrics.verbatim_values(
        real.round(3), real.round(3), schema=kinds, holdout=holdout, random_state=0
    )
    assert rounded.value == 1.0
    assert rounded.reference > 0.1
    coarse = metrics.verbatim_values(real.round(), real, schema=kinds)
    assert np.isnan(coarse.value)
    assert coarse.to_dict()["value"] is None
    with pytest.raises(InvalidParameterError, match="'min_unique_share' parameter must be above 0"):
        metrics.verbatim_values(real, real, schema=kinds, min_unique_share=0)


def test_one_search_gives_what_the_single_functions_give():
    real, holdout, synthetic = (mixed_table(150, seed) for seed in range(3))
    options = {"holdout": holdout, "schema": KINDS, "random_state": 0}
    together = metrics.copying(real, synthetic, **options)
    for field in dataclasses.fields(together):
        alone = getattr(metrics, field.name)(real, synthetic, **options)
        assert getattr(together, field.name).to_dict() == alone.to_dict()


def test_shuffled_columns_do_not_copy_rows():
    real, holdout = normal_table(800, 0), normal_table(800, 1)
    options = {"holdout": holdout, "schema": continuous(real), "random_state": 0}
    copies = metrics.copying(real, shuffled(real, 0), **options)
    assert abs(copies.dcr_share.value - 0.5) < 4 * copies.dcr_share.se
    assert abs(copies.near_copy_excess.value) < 0.01
    # Every single value is one of real, though.
    assert copies.verbatim_values.value == 1.0
