"""Associations against their definitions, and the share that is kept against known laws."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import contingency, rankdata, spearmanr

from tabgan.exceptions import InvalidParameterError
from tabgan.metrics import association_matrices
from tabgan.metrics._association_sums import GroupedRows, pearson_matrix
from tabgan.metrics._columns import EncodedTable
from tabgan.metrics._jackknife import (
    N_GROUPS,
    jackknife_groups,
    jackknife_interval,
    jackknife_variance,
)
from tabgan.metrics._kept_association import SETS, associations
from tests.metrics.made_tables import continuous, mixed_table, normal_table, shuffled

ALL_ROWS = np.ones((1, N_GROUPS), bool)


def _squared_ratio(numbers, levels):
    ranks = rankdata(numbers)
    between = sum(
        (levels == level).sum() * (ranks[levels == level].mean() - ranks.mean()) ** 2
        for level in np.unique(levels)
    )
    eta_squared = between / ((ranks - ranks.mean()) ** 2).sum()
    n, k = len(ranks), len(np.unique(levels))
    return 1 - (1 - eta_squared) * (n - 1) / (n - k)


def _squared_v(first, second):
    table = contingency.crosstab(first, second).count
    n, (r, k) = table.sum(), table.shape
    expected = np.outer(table.sum(1), table.sum(0)) / n
    phi_squared = ((table - expected) ** 2 / expected).sum() / n
    corrected = phi_squared - (r - 1) * (k - 1) / (n - 1)
    return corrected / (min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1)


def _rows(seed, n_rows=240):
    generator = np.random.default_rng(seed)
    z = generator.normal(size=n_rows)
    numbers = np.column_stack([z + generator.normal(size=n_rows), (z * 2).round(), np.exp(z)])
    levels = np.column_stack(
        [
            np.digitize(z, [-1, 0, 1]),
            generator.integers(0, 60, n_rows),
            generator.integers(0, 2, n_rows),
        ]
    ).astype(np.int32)
    return EncodedTable(numbers, levels)


@pytest.mark.parametrize("seed", range(3))
def test_every_pair_of_kinds_follows_its_definition_in_every_set_of_rows(seed):
    table = _rows(seed)
    groups = jackknife_groups(len(table), np.random.default_rng(seed))
    matrices = GroupedRows.of(table, groups).matrices(SETS)
    for place in (0, 7, N_GROUPS, N_GROUPS + 5, len(SETS) - 1):
        rows = SETS[place][groups]
        numbers, levels = table.numbers[rows], table.levels[rows]
        for i in range(3):
            for j in range(3):
                numeric = math.nan if i == j else spearmanr(numbers[:, i], numbers[:, j]).statistic
                mixed = _squared_ratio(numbers[:, i], levels[:, j])
                others = math.nan if i == j else _squared_v(levels[:, i], levels[:, j])
                assert matrices[place, i, j] == pytest.approx(numeric, nan_ok=True)
                assert matrices[place, i, 3 + j] == pytest.approx(mixed)
                assert matrices[place, 3 + j, i] == pytest.approx(mixed)
                assert matrices[place, 3 + i, 3 + j] == pytest.approx(others, nan_ok=True)


def test_pearson_is_over_rows_where_both_are_known():
    numbers = _rows(0).numbers
    generator = np.random.default_rng(1)
    # Ticks of time: sums of squares of these would lose all digits.
    numbers[:, 2] = 1.7e15 + numbers[:, 2]
    numbers[generator.random(numbers.shape) < 0.2] = np.nan
    expected = pd.DataFrame(numbers - np.nanmin(numbers, axis=0)).corr().to_numpy()
    found = pearson_matrix(numbers)
    assert np.isnan(np.diag(found)).all()
    np.fill_diagonal(found, 1.0)
    assert found == pytest.approx(expected, abs=1e-7)


def test_missing_numbers_are_left_out_and_missing_levels_are_a_level():
    table = mixed_table(500, 0, missing=True)
    found = association_matrices(table, table, random_state=0)
    place = {name: i for i, name in enumerate(found.columns)}
    known = table["size"].notna()
    codes = table["colour"].fillna("none")[known].to_numpy()
    expected = math.sqrt(_squared_ratio(table["size"][known], codes))
    assert found.real[place["size"], place["colour"]] == pytest.approx(expected)
    both = [table[name].fillna("none").astype(str) for name in ("colour", "open")]
    expected = math.sqrt(max(_squared_v(*both), 0))
    assert found.real[place["colour"], place["open"]] == pytest.approx(expected)


def test_a_column_without_variation_has_no_association():
    real = mixed_table(200, 0)
    result = association_matrices(real, real.assign(age=3), random_state=0)
    same, age = result.columns.index("same"), result.columns.index("age")
    assert np.isnan(result.real[same]).all()
    assert np.isnan(result.synthetic[age]).all()
    # What is lost counts as lost, what never was does not.
    assert result.n_pairs == 10
    assert "age" in result.largest_pair
    assert result.value < 0.7


def test_the_jackknife_of_a_mean_is_its_variance():
    sample = np.random.default_rng(0).normal(size=(400, 50))
    groups = jackknife_groups(400, np.random.default_rng(1))
    assert set(np.bincount(groups)) == {20}
    left_out = np.array([sample[groups != group].mean(axis=0) for group in range(N_GROUPS)])
    # A chi-squared of 19 degrees of freedom over 19, mean of 50.
    ratio = jackknife_variance(left_out).mean() * 400
    assert ratio == pytest.approx(1.0, abs=4 * math.sqrt(2 / 19 / 50))
    low, high = jackknife_interval(1.0, np.array([0.0, 2.0]))
    assert (low + high) / 2 == pytest.approx(1.0)
    assert high - low == pytest.approx(2 * 12.706205, rel=1e-6)


def _wide_table(seed, n_rows=1000):
    """Three associated columns among twelve, and levels of which most are unrelated."""
    generator = np.random.default_rng(seed)
    z = generator.normal(size=n_rows)
    columns = {f"x{i}": generator.normal(size=n_rows) for i in range(6)}
    columns |= {f"c{i}": generator.integers(0, 3 + 2 * i, n_rows).astype(str) for i in range(6)}
    columns["x0"] = z + generator.normal(size=n_rows)
    columns["x1"] = z + generator.normal(size=n_rows)
    columns["c0"] = np.digitize(z + generator.normal(size=n_rows), [-1, 0, 1]).astype(str)
    return pd.DataFrame(columns)


WIDE_KINDS = {f"x{i}": "continuous" for i in range(6)} | {f"c{i}": "categorical" for i in range(6)}


@pytest.mark.slow
def test_all_is_kept_by_a_fresh_sample_and_nothing_by_independent_columns():
    kept, lost = [], []
    for seed in range(60):
        real, fresh = _wide_table(2 * seed), _wide_table(2 * seed + 1)
        options = {"schema": WIDE_KINDS, "random_state": 0, "n_worst_pairs": 0}
        kept.append(association_matrices(real, fresh, **options))
        lost.append(association_matrices(real, shuffled(fresh, seed), **options))
    for found, truth in ((kept, 1.0), (lost, 0.0)):
        values = np.array([result.value for result in found])
        # Four standard errors of the mean of 60 tables, and what the roots' skew leaves.
        assert values.mean() == pytest.approx(truth, abs=4 * values.std() / math.sqrt(60) + 0.02)
        covered = np.mean([result.low <= truth <= result.high for result in found])
        assert covered >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / 60)
        widths = np.array([result.high - result.low for result in found]) / 2 / 2.093
        assert 0.6 < values.std() / widths.mean() < 1.4


def test_half_of_a_normal_correlation_keeps_three_quarters():
    # 1 - (r / 2)^2 / r^2, with Spearman's r = 6 / pi arcsin(rho / 2).
    def table(seed, rho):
        generator = np.random.default_rng(seed)
        return pd.DataFrame(
            generator.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=20_000),
            columns=["x", "y"],
        )

    half = 2 * math.sin(math.asin(0.4) / 2)
    result = association_matrices(
        table(0, 0.8), table(1, half), schema=dict.fromkeys("xy", "continuous"), random_state=0
    )
    assert result.real[0, 1] == pytest.approx(6 / math.pi * math.asin(0.4), abs=0.01)
    assert result.low < 0.75 < result.high
    assert result.value == pytest.approx(0.75, abs=0.02)
    assert result.high - result.low < 0.06


def test_differences_are_those_of_the_matrices_and_the_worst_are_named():
    real, holdout = normal_table(600, 0), normal_table(600, 2)
    turned = normal_table(600, 1).assign(x0=lambda table: -table["x0"])
    result = association_matrices(
        real, turned, holdout=holdout, schema=continuous(real), random_state=0, n_worst_pairs=4
    )
    gaps = np.abs(result.synthetic - result.real)[np.tril_indices(4, -1)]
    assert result.mean_difference == pytest.approx(gaps.mean())
    assert result.largest_difference == pytest.approx(gaps.max())
    assert all("x0" in (pair.x, pair.y) for pair in result.worst_pairs[:3])
    assert {result.worst_pairs[0].x, result.worst_pairs[0].y} == set(result.largest_pair)
    assert result.worst_pairs[0].difference < -1.5
    assert result.value < -0.5
    assert result.reference_low < 1 < result.reference_high
    gaps = np.abs(result.holdout - result.real)[np.tril_indices(4, -1)]
    assert result.holdout_mean_difference == pytest.approx(gaps.mean())
    between = np.abs(result.holdout - result.synthetic)[np.tril_indices(4, -1)].mean()
    assert result.excess == pytest.approx(between - gaps.mean())
    assert [result.columns.index(name) for name in result.numeric_columns] == [0, 1, 2, 3]


def test_pairs_are_drawn_by_joint_shares_of_few_cells():
    real = mixed_table(400, 0, missing=True).assign(many=[f"v{i % 50}" for i in range(400)])
    synthetic = shuffled(real, 0)
    pairs = association_matrices(
        real, synthetic, schema={"many": "categorical"}, random_state=0, n_worst_pairs=20
    ).worst_pairs
    assert {pair.measure for pair in pairs} == {
        "Spearman's correlation",
        "correlation ratio",
        "Cramer's V",
    }
    for pair in pairs:
        sides = [
            len(labels) if edges is None else len(edges) - 1
            for labels, edges in ((pair.x_labels, pair.x_edges), (pair.y_labels, pair.y_edges))
        ]
        assert pair.real_cells.shape == pair.synthetic_cells.shape == tuple(sides)
        assert max(sides) <= 12
        assert pair.real_cells.sum() == pytest.approx(1.0)
    pair = next(p for p in pairs if {p.x, p.y} == {"colour", "open"})
    counts = pd.crosstab(
        real[pair.x].astype(object).fillna("missing").astype(str),
        real[pair.y].astype(object).fillna("missing").astype(str),
        normalize=True,
    )
    assert pair.real_cells == pytest.approx(
        counts.loc[list(pair.x_labels), list(pair.y_labels)].to_numpy()
    )


def test_like_columns_stand_side_by_side():
    generator = np.random.default_rng(0)
    first, second = generator.normal(size=(2, 500))
    table = pd.DataFrame(
        {
            f"{name}{i}": base + 0.3 * generator.normal(size=500)
            for i in range(4)
            for name, base in (("a", first), ("b", second))
        }
    )
    columns = association_matrices(table, table, schema=continuous(table)).columns
    groups = "".join(name[0] for name in columns)
    assert groups in ("aaaabbbb", "bbbbaaaa")


def test_few_rows_and_no_association_have_no_share():
    few = association_matrices(normal_table(39, 0), normal_table(39, 1))
    assert math.isnan(few.value)
    assert few.to_dict()["value"] is None
    assert few.mean_difference > 0
    noise = pd.DataFrame(np.random.default_rng(0).normal(size=(500, 3)), columns=list("abc"))
    found = association_matrices(noise, noise[::-1], schema=continuous(noise), random_state=0)
    assert math.isnan(found.value)
    single = association_matrices(noise[["a"]], noise[["b"]].rename(columns={"b": "a"}))
    assert (single.n_pairs, single.mean_difference, single.largest_pair) == (0, 0.0, None)


def test_roots_are_cut_at_zero_and_correlations_keep_their_sign():
    squares = np.array([[np.nan, -0.5, -0.2], [-0.5, np.nan, 0.25], [-0.2, 0.25, np.nan]])
    expected = [[np.nan, -0.5, 0.0], [-0.5, np.nan, 0.5], [0.0, 0.5, np.nan]]
    np.testing.assert_array_equal(associations(squares, 2), expected)


def test_rows_in_use_are_stated_and_equal():
    real, synthetic, holdout = (normal_table(n, n) for n in (300, 200, 120))
    result = association_matrices(real, synthetic, holdout=holdout, max_rows=150)
    assert result.n_rows == {"real": 150, "synthetic": 150, "holdout": 120}


@pytest.mark.parametrize("name", ["max_rows", "n_worst_pairs"])
def test_counts_that_are_none_are_refused(name):
    table = normal_table(20, 0)
    with pytest.raises(InvalidParameterError, match=rf"'{name}' parameter must be .*Got -1"):
        association_matrices(table, table, **{name: -1})
