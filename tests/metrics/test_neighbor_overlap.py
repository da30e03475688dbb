"""The overlap of the nearest neighbours against its definition, its expectation and its error."""

import json

import numpy as np
import pandas as pd
import pytest

from tabgan import metrics
from tabgan.exceptions import InvalidParameterError, TableError
from tabgan.metrics import _overlap_counts, _overlap_search
from tabgan.metrics._columns import encode_tables
from tabgan.metrics._overlap_counts import count_overlap, null_variance
from tabgan.metrics._overlap_rows import draw_rows
from tabgan.metrics._overlap_space import overlap_space
from tests.metrics.brute_overlap import brute_distances, brute_overlap, brute_weights
from tests.metrics.made_tables import KINDS, continuous, mixed_table, normal_table, shuffled

LEVELS = {"a": "categorical", "b": "categorical", "c": "categorical"}


def _levels_table(n_rows, seed):
    """Return columns of few levels: many rows are equal, and nearly all distances tie."""
    generator = np.random.default_rng(seed)
    values = generator.choice(["x", "y", "z"], size=(n_rows, 3), p=[0.6, 0.3, 0.1])
    return pd.DataFrame(values, columns=list("abc"))


def _tables(kind, n_rows, seed):
    """Return two tables of one law and their schema."""
    if kind == "levels":
        return _levels_table(n_rows, seed), _levels_table(n_rows, seed + 1000), LEVELS
    missing = kind == "missing"
    first, second = (mixed_table(n_rows, s, missing=missing) for s in (seed, seed + 1000))
    if kind == "repeated":
        # Half of the rows occur in both tables, some of them several times.
        second = pd.concat([first.iloc[: n_rows // 4]] * 2 + [second.iloc[n_rows // 4 * 2 :]])
    return first, second, KINDS


def _found(first, second, schema, k=10, n_jobs=None):
    """Return the counts behind a comparison, and the rows of both as one encoded table."""
    encoded = encode_tables(schema, same_decimals=True, real=first, synthetic=second)
    real, synthetic = encoded["real"], encoded["synthetic"]
    space = overlap_space(real, (synthetic,))
    groups = tuple(draw_rows(len(t), len(t), 0, "rows").groups for t in (real, synthetic))
    found = count_overlap(space.points(real), space.points(synthetic), groups, k, n_jobs)
    stacked = type(real)(
        np.concatenate([real.numbers, synthetic.numbers]),
        np.concatenate([real.levels, synthetic.levels]),
    )
    return found, brute_distances(real, stacked)


def _exchange(weights, n, m, generator, n_times):
    """Return overlaps for random labels."""
    labels = np.arange(n + m) >= n
    return np.array(
        [brute_overlap(weights, generator.permutation(labels))[0][2] for _ in range(n_times)]
    )


@pytest.mark.parametrize("kind", ["plain", "missing", "repeated", "levels"])
@pytest.mark.parametrize("k", [1, 10])
def test_the_overlap_is_that_of_brute_force(kind, k, monkeypatch):
    monkeypatch.setattr(_overlap_search, "BLOCK_POINTS", 7)
    monkeypatch.setattr(_overlap_search, "STRIP_POINTS", 11)
    first, second, schema = _tables(kind, 60, 0)
    result = metrics.neighbor_overlap(
        first, second.iloc[:60], schema=schema, n_neighbors=k, random_state=0
    )
    _, distances = _found(first, second.iloc[:60], schema)
    labels = np.arange(120) >= 60
    expected, scores = brute_overlap(brute_weights(distances, k), labels)
    arm = result.headline
    assert [arm.real_side, arm.synthetic_side, arm.value] == pytest.approx(expected)
    assert np.concatenate([arm.real_overlaps, arm.synthetic_overlaps]) == pytest.approx(scores)
    assert arm.real_rows.tolist() == list(range(60))


@pytest.mark.parametrize("n_points", [300, 2500])
def test_many_points_are_searched_as_exactly_as_few(n_points, monkeypatch):
    monkeypatch.setattr(_overlap_search, "BLOCK_POINTS", 64)
    first, second = normal_table(n_points // 2, 0), normal_table(n_points - n_points // 2, 1)
    found, distances = _found(first, second, continuous(first))
    expected, _ = brute_overlap(brute_weights(distances, 10), np.arange(n_points) >= n_points // 2)
    assert found.overlaps()[-1] == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["missing", "repeated", "levels"])
def test_leaving_out_a_group_is_a_new_search_without_its_rows(kind):
    first, second, schema = _tables(kind, 120, 3)
    found, distances = _found(first, second, schema, k=5)
    overlaps, groups = found.overlaps(), np.concatenate(found.groups)
    labels = np.arange(len(groups)) >= len(first)
    for group in range(0, 20, 3):
        stays = groups != group
        weights = brute_weights(distances[np.ix_(stays, stays)], 5)
        assert overlaps[group] == pytest.approx(brute_overlap(weights, labels[stays])[0])


@pytest.mark.parametrize("kind", ["plain", "missing", "repeated", "levels"])
@pytest.mark.parametrize("kept", [0, 500])
def test_the_exact_error_is_that_of_its_formula_and_of_permutations(kind, kept, monkeypatch):
    monkeypatch.setattr(_overlap_counts, "KEPT_LINKS", kept)
    first, second, schema = _tables(kind, 50, 5)
    second = second.iloc[:40]
    found, distances = _found(first, second, schema, k=5)
    n, m, total = 50, 40, 90
    weights = brute_weights(distances, 5)
    both = weights + weights.T
    d, q = (both.sum(axis=1) ** 2).sum(), (np.triu(both, 1) ** 2).sum()
    p1 = 2 * n * m / (total * (total - 1))
    p2 = 4 * n * (n - 1) * m * (m - 1) / (total * (total - 1) * (total - 2) * (total - 3))
    variance = p1 / 2 * d + p2 * (total**2 - d + q) - (p1 * total) ** 2
    error = (total - 1) / (2 * n * m) * np.sqrt(variance)
    assert found.standard_error() == pytest.approx(error)
    exchanged = _exchange(weights, n, m, np.random.default_rng(0), 4000)
    # Of 4,000 draws a mean is off by se / sqrt(4000), a standard deviation by se / sqrt(8000).
    assert exchanged.mean() == pytest.approx(1.0, abs=4 * error / np.sqrt(4000))
    assert exchanged.std() == pytest.approx(error, rel=4 * np.sqrt(2 / 4000))


@pytest.mark.parametrize("kind", ["plain", "repeated", "levels"])
def test_the_variance_of_chosen_rows_is_that_of_permutations(kind):
    first, second, schema = _tables(kind, 40, 8)
    found, distances = _found(first, second, schema, k=5)
    places = np.concatenate(found.places)
    inside = np.random.default_rng(1).random(80) < 0.4
    chosen = np.bincount(places[inside], minlength=len(found.search.n_rows))
    weights, labels = brute_weights(distances, 5)[inside], np.arange(80) >= 40
    generator, sums = np.random.default_rng(0), []
    for _ in range(4000):
        given = generator.permutation(labels)
        sums.append(weights[given[inside][:, None] != given].sum())
    assert np.std(sums) == pytest.approx(
        np.sqrt(null_variance(found, chosen)), rel=4 * np.sqrt(2 / 4000)
    )


@pytest.mark.parametrize("kind", ["plain", "levels"])
def test_equal_tables_have_an_overlap_of_one_and_the_error_that_is_stated(kind):
    results = []
    for seed in range(150):
        first, second, schema = _tables(kind, 60, seed)
        results.append(
            metrics.neighbor_overlap(first, second, schema=schema, random_state=seed).headline
        )
    values = np.array([arm.value for arm in results])
    error = np.sqrt(np.mean([arm.se**2 for arm in results]))
    assert values.mean() == pytest.approx(1.0, abs=4 * error / np.sqrt(150))
    assert values.std() == pytest.approx(error, rel=4 * np.sqrt(0.5 / 150))
    # Under equality the overlap is a sum over pairs, of which the jackknife counts the variance
    # about twice.
    jackknife = np.mean([arm.jackknife_se**2 for arm in results])
    assert 1.0 < jackknife / error**2 < 4.0


def test_the_interval_covers_the_expected_overlap_of_unequal_tables():
    arms = []
    for seed in range(100):
        first, second = normal_table(200, seed, 2), normal_table(200, seed + 500, 2)
        options = {"schema": continuous(first), "random_state": seed}
        result = metrics.neighbor_overlap(first, second.add([1.0, -1.0]), **options)
        arms.append(result.headline)
    values = np.array([arm.value for arm in arms])
    assert values.mean() < 0.7
    covered = [arm.low <= values.mean() <= arm.high for arm in arms]
    assert np.mean(covered) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 100)
    # A standard deviation of 100 values is off by 7 %; pairs would count twice at the most.
    error = np.sqrt(np.mean([arm.jackknife_se**2 for arm in arms]))
    assert 0.79 < error / values.std() < 1.21 * np.sqrt(2)


@pytest.mark.parametrize("kind", ["missing", "repeated", "levels"])
def test_neither_the_order_of_rows_nor_the_number_of_threads_counts(kind):
    first, second, schema = _tables(kind, 200, 2)
    orders = [np.random.default_rng(s).permutation(200) for s in range(2)]
    plain, _ = _found(first, second, schema)
    mixed, _ = _found(first.iloc[orders[0]], second.iloc[orders[1]], schema, n_jobs=3)
    assert plain.overlaps()[-1] == pytest.approx(mixed.overlaps()[-1], abs=1e-12)
    assert plain.standard_error() == pytest.approx(mixed.standard_error(), rel=1e-9)
    assert plain.scores(0)[orders[0]] == pytest.approx(mixed.scores(0))
    for side in (0, 1):
        assert plain.share_distribution(side) == pytest.approx(mixed.share_distribution(side))


@pytest.mark.parametrize("kind", ["plain", "levels"])
def test_shares_of_neighbours_are_hypergeometric_under_exchange(kind):
    first, second, schema = _tables(kind, 40, 4)
    both = pd.concat([first, second], ignore_index=True)
    space = encode_tables(schema, real=first, both=both)
    grid = overlap_space(space["real"], (space["both"],)).points(space["both"])
    generator, groups, observed = np.random.default_rng(0), np.arange(40) % 20, []
    for _ in range(400):
        order = generator.permutation(80)
        found = count_overlap(grid.take(order[:40]), grid.take(order[40:]), (groups, groups), 10)
        observed.append(found.share_distribution(0))
    expected = found.expected_distribution(0)
    assert expected.sum() == pytest.approx(1.0)
    assert np.arange(11) @ expected == pytest.approx(10 * 40 / 79)
    deviations = np.std(observed, axis=0) / np.sqrt(400)
    assert (np.abs(np.mean(observed, axis=0) - expected) <= 5 * deviations + 1e-12).all()


def test_observed_shares_have_the_mean_of_the_overlaps():
    first, second, schema = _tables("levels", 100, 1)
    arm = metrics.neighbor_overlap(first, second, schema=schema, random_state=0).headline
    for shares, mean in (
        (arm.observed_real, arm.real_side),
        (arm.observed_synthetic, arm.synthetic_side),
    ):
        assert shares.sum() == pytest.approx(1.0)
        assert arm.share_values @ shares * 199 / 100 == pytest.approx(mean)


def test_tables_apart_mixed_badly_and_copied_are_told_apart():
    train, holdout, fresh = (normal_table(400, seed) for seed in range(3))
    options = {"holdout": holdout, "schema": continuous(train), "random_state": 0}
    apart = metrics.neighbor_overlap(train, fresh + 50, **options)
    # Beyond the ranks of the real table all values are one: some real rows are there too.
    assert apart.value < 0.1
    assert metrics.neighbor_overlap(train, shuffled(train, 0), **options).value < 0.7
    good = metrics.neighbor_overlap(train, fresh, **options)
    assert abs(good.headline.z) < 4
    assert abs(good.excess.value) < 4 * good.excess.jackknife_se
    copied = metrics.neighbor_overlap(train, train, **options)
    assert copied.seen.value > 1.0 + 4 * copied.seen.se
    assert copied.value == pytest.approx(copied.floor.value)
    assert copied.excess.value == pytest.approx(0.0)


def test_with_a_holdout_there_are_three_arms_and_a_paired_excess():
    train, holdout, fresh = normal_table(300, 0), normal_table(90, 1), normal_table(200, 2)
    options = {"schema": continuous(train), "random_state": 0}
    result = metrics.neighbor_overlap(train, fresh, holdout=holdout, **options)
    assert (result.n_rows, result.n_draws, result.headline.n_rows) == (90, 5, (90, 90))
    assert result.value == result.headline.value
    assert result.reference == result.floor.value
    assert not result.is_optimistic
    assert result.headline.real_rows.tolist() == list(range(90))
    assert len(set(result.seen.real_rows.tolist())) == 90
    assert result.seen.real_rows.max() >= 90
    one = metrics.neighbor_overlap(train, fresh, holdout=holdout, n_draws=1, **options)
    assert one.excess.value == pytest.approx(one.headline.value - one.floor.value)
    assert one.headline.to_dict() == result.headline.to_dict()
    assert one.excess.value != result.excess.value
    # Tables used whole leave nothing to draw.
    whole = metrics.neighbor_overlap(holdout, fresh[:90], holdout=fresh[90:180], **options)
    assert whole.n_draws == 1


def test_the_paired_error_is_smaller_than_that_of_two_apart():
    train, holdout, fresh = (normal_table(600, seed) for seed in range(3))
    bad = shuffled(fresh, 0)
    ratios = []
    for seed in range(12):
        result = metrics.neighbor_overlap(
            train, bad, holdout=holdout, schema=continuous(train), max_rows=250, random_state=seed
        )
        apart = np.hypot(result.headline.jackknife_se, result.floor.jackknife_se)
        ratios.append(result.excess.jackknife_se / apart)
    assert np.mean(ratios) < 1.0


def test_without_a_holdout_the_figure_is_optimistic():
    first, second, schema = _tables("plain", 100, 0)
    result = metrics.neighbor_overlap(first, second, schema=schema, random_state=0)
    assert result.is_optimistic
    assert result.headline is result.seen
    assert (result.floor, result.excess, result.reference) == (None, None, 1.0)


def test_the_rows_of_a_table_are_not_part_of_json():
    first, second, schema = _tables("missing", 100, 0)
    result = metrics.neighbor_overlap(
        first, second, holdout=first, schema=schema, max_rows=50, random_state=0
    )
    text = json.dumps(result.to_dict(), allow_nan=False)
    assert "observed_real" in text
    assert "real_rows" not in text
    assert "real_overlaps" not in text


def test_draws_take_equally_many_rows_of_each_group_and_keep_the_groups():
    draws = [draw_rows(103, 50, 0, "real", draw) for draw in range(200)]
    group_of = {}
    for drawn in draws:
        assert len(set(drawn.rows.tolist())) == 50
        assert np.bincount(drawn.groups, minlength=20).tolist() == [3] * 10 + [2] * 10
        for row, group in zip(drawn.rows.tolist(), drawn.groups.tolist(), strict=True):
            assert group_of.setdefault(row, group) == group
    # Over all seeds every row is as likely as any other: 2,000 draws of 50 among 103.
    counts = np.zeros(103)
    for seed in range(2000):
        counts[draw_rows(103, 50, seed, "real").rows] += 1
    share = 50 / 103
    assert np.abs(counts / 2000 - share).max() < 5 * np.sqrt(share * (1 - share) / 2000)


def test_points_of_a_plane_are_compared_by_their_coordinates():
    generator = np.random.default_rng(0)
    first, second = generator.integers(0, 12, (50, 2)), generator.integers(0, 12, (70, 2))
    arm = metrics.overlap_of_points(first, second, n_neighbors=5, random_state=0)
    both = np.concatenate([first, second])
    distances = np.abs(both[:, None] - both).sum(axis=2)
    expected, scores = brute_overlap(brute_weights(distances, 5), np.arange(120) >= 50)
    assert [arm.real_side, arm.synthetic_side, arm.value] == pytest.approx(expected)
    assert arm.synthetic_overlaps == pytest.approx(scores[50:])
    assert arm.expected_real @ np.arange(6) == pytest.approx(5 * 70 / 119)
    assert arm.expected_synthetic @ np.arange(6) == pytest.approx(5 * 50 / 119)
    same = metrics.overlap_of_points(np.zeros((20, 2)), np.zeros((30, 2)), random_state=0)
    assert same.value == pytest.approx(1.0)
    assert same.se == pytest.approx(0.0, abs=1e-6)


def test_what_cannot_be_compared_is_refused():
    first, second, schema = _tables("plain", 30, 0)
    with pytest.raises(
        TableError, match=r"needs at least 11 rows of each table\. The smallest has 5"
    ):
        metrics.neighbor_overlap(first, second.iloc[:5], schema=schema)
    with pytest.raises(InvalidParameterError, match="'n_neighbors' parameter of neighbor_overlap"):
        metrics.neighbor_overlap(first, second, schema=schema, n_neighbors=0)
    points = np.zeros((20, 2))
    with pytest.raises(TableError, match=r"Got the shapes \(20, 2\) and \(20, 3\) instead"):
        metrics.overlap_of_points(points, np.zeros((20, 3)))
    with pytest.raises(
        TableError, match=r"at least 11 points of each set\. The synthetic set has 4"
    ):
        metrics.overlap_of_points(points, points[:4])
    with pytest.raises(
        TableError, match=r"2 of the real points are not finite, the first is \[nan"
    ):
        metrics.overlap_of_points(np.where(np.arange(20)[:, None] < 2, np.nan, points), points)


def test_columns_without_variation_or_known_cells_have_a_figure():
    first, second = (mixed_table(40, s).assign(size=np.nan, age=3) for s in range(2))
    result = metrics.neighbor_overlap(first, second, schema=KINDS, random_state=0)
    assert abs(result.headline.z) < 4
    same = pd.DataFrame({"c": ["a"] * 30})
    still = metrics.neighbor_overlap(same, same, schema={"c": "categorical"}, random_state=0)
    assert still.value == pytest.approx(1.0)
    assert np.isnan(still.headline.z) or abs(still.headline.z) < 1


@pytest.mark.parametrize("n_neighbors", [1, 10])
def test_points_that_only_one_table_holds_leave_the_distributions_defined(n_neighbors: int) -> None:
    real, synthetic, holdout = (normal_table(60, seed) for seed in range(3))
    synthetic.iloc[:15] = 5.0  # as a collapsed generator does
    found = metrics.neighbor_overlap(
        real, synthetic, holdout=holdout, n_neighbors=n_neighbors, random_state=0
    )
    for shares in (found.headline.observed_real, found.headline.observed_synthetic):
        assert np.sum(shares) == pytest.approx(1.0)
