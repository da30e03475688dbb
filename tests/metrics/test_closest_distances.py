"""Distances to the closest seen rows, and authenticity, against brute force and known laws."""

import math

import numpy as np
import pandas as pd
import pytest

from tabgan.exceptions import InvalidParameterError, TableError
from tabgan.metrics import authenticity, closest_distances
from tabgan.metrics.closest_distances import _median
from tests.metrics.made_tables import KINDS, continuous, mixed_table, normal_table


def _brute_distances(seen, queries):
    """Return the distances of every query to every seen row, by their definition."""
    total = np.zeros((len(queries), len(seen)))
    for name in ("size", "age", "day"):
        known = np.sort(seen[name].dropna().to_numpy(float))
        ranks = []
        for table in (queries, seen):
            values = table[name].astype(float).to_numpy()
            below = np.searchsorted(known, values, "left") + np.searchsorted(known, values, "right")
            ranks.append(np.where(np.isnan(values), np.nan, below / (2 * len(known))))
        gap = np.abs(ranks[0][:, None] - ranks[1][None])
        one = np.isnan(ranks[0])[:, None] != np.isnan(ranks[1])[None]
        both = np.isnan(ranks[0])[:, None] & np.isnan(ranks[1])[None]
        total += np.where(one, 1.0, np.where(both, 0.0, gap))
    for name in ("colour", "open"):
        ours, theirs = (t[name].fillna("none").astype(str).to_numpy() for t in (queries, seen))
        total += ours[:, None] != theirs[None]
    return np.sort(total, axis=1)


def test_distances_and_ratios_are_those_of_brute_force():
    seen, queries, holdout = (
        mixed_table(n, seed, missing=True).assign(day=lambda t: t["day"].dt.day_of_year)
        for n, seed in ((90, 0), (70, 1), (50, 2))
    )
    kinds = KINDS | {"day": "integer"}
    result = closest_distances(seen, queries, holdout=holdout, schema=kinds)
    for table, distance, ratio, shares in (
        (queries, result.distance, result.ratio, result.shares),
        (holdout, result.holdout_distance, result.holdout_ratio, result.holdout_shares),
    ):
        found = _brute_distances(seen, table)
        nearest = found[:, 0]
        # Ranks of a column with missing cells are rounded to whole numbers inside.
        assert distance.value == pytest.approx(np.median(nearest), abs=3 * 0.5 / 180 + 1e-9)
        with np.errstate(invalid="ignore"):
            ratios = np.where(found[:, 1] > 0, nearest / found[:, 1], 1.0)
        assert ratio.value == pytest.approx(np.median(ratios), abs=0.02)
        assert sum(shares) == pytest.approx(1.0)
    assert (result.n_real, result.n_synthetic, result.n_holdout) == (90, 70, 50)


def test_copies_are_at_distance_zero_and_far_rows_beyond_the_holdout():
    real, holdout = normal_table(300, 0), normal_table(300, 1)
    options = {"holdout": holdout, "schema": continuous(real), "random_state": 0}
    copies = closest_distances(real, real, **options)
    assert (copies.value, copies.share_zero, copies.ratio.value) == (0.0, 1.0, 0.0)
    assert copies.shares[0] == 1.0
    assert copies.distance.high < copies.holdout_distance.low
    assert copies.ratio.high < copies.holdout_ratio.low
    fresh = closest_distances(real, normal_table(300, 2), **options)
    assert fresh.distance.low < fresh.reference < fresh.distance.high
    assert fresh.edges[0] == 0.0
    assert len(fresh.edges) == len(fresh.shares) + 1


def test_two_nearest_rows_at_distance_zero_single_out_none():
    real = pd.DataFrame({"c": list("aabbcd")})
    found = closest_distances(real, real[:4], holdout=real[4:], schema={"c": "categorical"})
    assert found.ratio.value == 1.0
    assert found.holdout_ratio.value == 0.0
    assert found.edges[-1] == 1.0


def test_the_interval_of_a_median_covers_it():
    generator = np.random.default_rng(0)
    found = [_median(generator.exponential(size=60)) for _ in range(2000)]
    covered = np.mean([each.low <= math.log(2) <= each.high for each in found])
    # Two binomial tails of at most 2.5 %: for 60 draws together 2.7 %, and 4 standard errors.
    assert covered == pytest.approx(0.973, abs=4 * math.sqrt(0.05 * 0.95 / 2000))
    assert math.isnan(_median(np.arange(5.0)).low)
    six = _median(np.arange(6.0))
    assert (six.low, six.value, six.high) == (0.0, 2.5, 5.0)


def test_only_looked_up_rows_are_drawn():
    real, holdout = normal_table(200, 0), normal_table(80, 1)
    found = closest_distances(real, real, holdout=holdout, max_rows=50, random_state=0)
    assert (found.n_real, found.n_synthetic, found.n_holdout) == (200, 50, 50)
    # All seen rows are searched, or copies would hide.
    assert found.share_zero == 1.0
    with pytest.raises(InvalidParameterError, match="'max_rows' parameter must be None or an int"):
        closest_distances(real, real, holdout=holdout, max_rows=0)
    with pytest.raises(TableError, match=r"at least 2 rows of the real table\. Got 1"):
        closest_distances(real[:1], real, holdout=holdout, schema=continuous(real))


def test_authenticity_follows_its_definition():
    real, synthetic = (mixed_table(80, seed)[["size", "age", "colour"]] for seed in (0, 1))
    low, high = real[["size", "age"]].min(), real[["size", "age"]].max()
    points = [
        np.hstack(
            [
                (table[["size", "age"]] - low) / (high - low),
                *(
                    (table["colour"] == c).to_numpy(float)[:, None]
                    for c in ("red", "blue", "green")
                ),
            ]
        )
        for table in (real, synthetic)
    ]
    among = np.linalg.norm(points[0][:, None] - points[0][None], axis=2)
    np.fill_diagonal(among, np.inf)
    between = np.linalg.norm(points[1][:, None] - points[0][None], axis=2)
    nearest = between.argmin(axis=1)
    expected = (between.min(axis=1) > among.min(axis=1)[nearest] + 1e-9).mean()
    assert authenticity(real, synthetic).value == pytest.approx(expected)


def test_a_fresh_sample_is_as_authentic_as_the_holdout_and_copies_are_not():
    gaps, covered = [], []
    for seed in range(60):
        real, fresh, holdout = (normal_table(200, 3 * seed + i, 3) for i in range(3))
        result = authenticity(real, fresh, holdout=holdout, schema=continuous(real), random_state=0)
        gaps.append(result.value - result.reference)
        width = math.hypot(result.high - result.low, result.reference_high - result.reference_low)
        covered.append(abs(gaps[-1]) <= width / 2)
    assert np.mean(gaps) == pytest.approx(0.0, abs=4 * np.std(gaps) / math.sqrt(60))
    assert np.mean(covered) >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / 60)
    copies = authenticity(real, real, holdout=holdout, schema=continuous(real), random_state=0)
    assert copies.value == copies.high == 0.0
    assert copies.reference_low > 0.2
    far = authenticity(real, real + 100, schema=continuous(real))
    assert (far.value, far.reference, far.n_rows) == (1.0, None, 200)


def test_authenticity_uses_equally_many_rows():
    real, synthetic, holdout = (normal_table(n, n) for n in (100, 60, 40))
    result = authenticity(real, synthetic, holdout=holdout, schema=continuous(real))
    assert result.n_rows == 40
    assert authenticity(real, synthetic, max_rows=30).n_rows == 30
    with pytest.raises(InvalidParameterError, match="'max_rows' parameter must be None or an int"):
        authenticity(real, synthetic, max_rows=1)
    with pytest.raises(TableError, match=r"at least 2 rows of each table\. The smallest has 1"):
        authenticity(real, synthetic[:1], schema=continuous(real))
