"""Precision, recall, coverage and density against their definitions."""

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import NearestNeighbors

from tabgan import metrics
from tabgan.exceptions import InvalidParameterError
from tabgan.metrics import _euclidean, neighbourhoods, precision_recall
from tabgan.metrics._euclidean import Points, cross, own_radii
from tabgan.metrics._jackknife import N_GROUPS, jackknife_groups
from tests.metrics.made_tables import continuous, mixed_table, normal_table


def _points(real, other):
    """Return both tables min-max scaled on real and one-hot, by pandas."""
    low, high = real[["size", "age"]].min(), real[["size", "age"]].max()
    frames = []
    for table in (real, other):
        numbers = (table[["size", "age"]] - low) / (high - low)
        levels = pd.concat(
            [(table["colour"] == c).rename(c) for c in ("blue", "green", "red")], axis=1
        )
        frames.append(pd.concat([numbers, levels], axis=1).to_numpy(float))
    return frames


@pytest.fixture(scope="module", name="tables")
def _tables():
    names = ["size", "age", "colour"]
    return mixed_table(300, 0)[names], mixed_table(300, 1)[names]


def test_the_naive_pair_follows_its_definition(tables, monkeypatch):
    monkeypatch.setattr(_euclidean, "BLOCK_ROWS", 37)
    real, synthetic = tables
    x, s = _points(real, synthetic)
    levels = np.linspace(0, 1, 30)
    radii = np.quantile(np.linalg.norm(x - x.mean(0), axis=1), levels)
    inside = [(np.linalg.norm(s - x.mean(0), axis=1) <= radius).mean() for radius in radii]
    alpha = 1 - np.abs(levels - inside).sum() / levels.sum()
    own = NearestNeighbors(n_neighbors=2, algorithm="kd_tree").fit(x).kneighbors(x)[0][:, 1]
    to_synthetic, nearest = (
        a[:, 0] for a in NearestNeighbors(n_neighbors=1, algorithm="kd_tree").fit(s).kneighbors(x)
    )
    closest = np.linalg.norm(s[nearest] - s.mean(0), axis=1)
    shares = [
        ((to_synthetic <= own) & (closest <= radius)).mean()
        for radius in np.quantile(closest, levels)
    ]
    beta = 1 - np.abs(levels - shares).sum() / levels.sum()
    result = metrics.precision_recall(real, synthetic)
    assert result.alpha_precision.value == pytest.approx(alpha, abs=1e-9)
    # Rows at equal distance may be taken in another order.
    assert result.beta_recall.value == pytest.approx(beta, abs=0.01)


def test_coverage_and_density_follow_their_definition(tables):
    real, synthetic = tables
    x, s = _points(real, synthetic)
    radii = NearestNeighbors(n_neighbors=6, algorithm="kd_tree").fit(x).kneighbors(x)[0][:, 5]
    inside = np.linalg.norm(x[:, None] - s[None], axis=2) <= radii[:, None] + 1e-12
    result = metrics.precision_recall(real, synthetic)
    assert result.coverage.value == pytest.approx(inside.any(axis=1).mean())
    assert result.density.value == pytest.approx(inside.sum() / (5 * len(s)))


def test_expectations_under_equality_are_met():
    found = []
    for seed in range(100):
        real, fresh = normal_table(120, seed, 2), normal_table(120, 1000 + seed, 2)
        found.append(metrics.precision_recall(real, fresh, schema=continuous(real)))
    coverage = np.mean([result.coverage.value for result in found])
    assert coverage == pytest.approx(found[0].coverage.expected, abs=0.01)
    assert np.mean([result.density.value for result in found]) == pytest.approx(1.0, abs=0.05)
    assert np.mean([result.beta_recall.value for result in found]) == pytest.approx(0.5, abs=0.05)


def test_copies_are_above_the_reference_and_far_rows_below():
    real, holdout = normal_table(400, 0), normal_table(400, 1)
    options = {"holdout": holdout, "schema": continuous(real), "random_state": 0}
    copied = metrics.precision_recall(real, real, **options)
    assert copied.beta_recall.value > copied.beta_recall.reference + 0.3
    assert copied.coverage.value == 1.0
    far = metrics.precision_recall(real, real + 50, **options)
    assert far.coverage.value == far.density.value == 0.0
    assert far.alpha_precision.value < 0.1


def test_equal_numbers_of_rows_are_compared():
    real, holdout = normal_table(300, 0), normal_table(40, 1)
    options = {"holdout": holdout, "schema": continuous(real), "random_state": 0}
    result = metrics.beta_recall(real, normal_table(200, 2), **options)
    assert (result.n_rows, result.n_reference_rows) == (200, 40)
    assert metrics.beta_recall(real, normal_table(200, 2), max_rows=50, **options).n_rows == 50
    with pytest.raises(InvalidParameterError, match="'max_rows' parameter must be None or an"):
        metrics.density(real, real, max_rows=5, **options)


def test_rows_all_alike_have_figures():
    same = pd.DataFrame({"c": ["a"] * 20, "x": [1.0] * 20})
    result = metrics.precision_recall(same, same, schema={"c": "categorical", "x": "continuous"})
    assert result.coverage.value == 1.0
    assert result.density.value == 4.0


def test_a_missing_number_is_far_from_a_known_one():
    generator = np.random.default_rng(0)
    real = pd.DataFrame({"x": generator.normal(size=100)})
    result = metrics.coverage(real, real.assign(x=np.nan), schema=continuous(real))
    assert result.value == 0.0


def test_figures_with_a_group_left_out_are_those_of_the_other_rows():
    generator = np.random.default_rng(0)
    real, points = (
        Points(generator.normal(size=(200, 3)).round(1), generator.integers(0, 3, (200, 1)))
        for _ in range(2)
    )
    groups = [jackknife_groups(200, generator) for _ in range(2)]
    found = neighbourhoods._left_out(real, points, *groups)
    for group in range(N_GROUPS):
        first, second = (
            table.take(np.flatnonzero(labels != group))
            for table, labels in zip((real, points), groups, strict=True)
        )
        nearest, fifth = own_radii(first, (1, 5))
        crossing = cross(first, second, fifth)
        assert found["coverage"][group] == pytest.approx(crossing.covered.mean())
        assert found["alpha_precision"][group] == neighbourhoods._alpha(first, second)
        # Rows that tie for the nearest synthetic one may lie at another distance from the mean.
        expected = neighbourhoods._beta(second, crossing, nearest)
        assert found["beta_recall"][group] == pytest.approx(expected, abs=0.02)


def test_intervals_are_not_too_narrow():
    found = {name: [] for name in ("alpha_precision", "beta_recall", "coverage")}
    for seed in range(40):
        tables = normal_table(100, 2 * seed), normal_table(100, 2 * seed + 1)
        result = precision_recall(*tables, schema=continuous(tables[0]), random_state=0)
        for name, parts in found.items():
            part = getattr(result, name)
            assert part.low < part.value <= part.high <= 1
            parts.append((part.value, (part.value - part.low) / 2.093))
    for name, parts in found.items():
        values, errors = np.transpose(parts)
        ratio = np.sqrt(np.mean(errors**2)) / values.std(ddof=1)
        assert 0.8 < ratio < 3, name
    assert result.density.low is None
    few = precision_recall(tables[0][:39], tables[1], schema=continuous(tables[0]), random_state=0)
    assert few.coverage.low is None
