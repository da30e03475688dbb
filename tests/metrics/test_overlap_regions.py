"""Regions of least mixing: found where they are planted, and nowhere else."""

import json

import numpy as np
import pandas as pd
import pytest

from tabgan import metrics
from tabgan.exceptions import InvalidParameterError, TableError
from tabgan.metrics._columns import encode_tables
from tabgan.metrics._overlap_exchange import exchanged_overlaps
from tabgan.metrics._overlap_tree import fit_region_tree
from tests.metrics.brute_overlap import brute_weights
from tests.metrics.made_tables import KINDS, mixed_table, shuffled
from tests.metrics.test_neighbor_overlap import _found, _tables

PLAIN = {"x": "continuous", "y": "continuous", "colour": "categorical"}


def _plain_table(n_rows, seed):
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "x": generator.uniform(size=n_rows),
            "y": generator.uniform(size=n_rows),
            "colour": generator.choice(["red", "green", "blue"], n_rows),
        }
    )


def test_a_planted_hole_is_found_described_and_tested_on_other_rows():
    real, holdout, fresh = (_plain_table(2500, seed) for seed in range(3))
    hole = (fresh["x"] > 0.6) & (fresh["colour"] == "red")
    result = metrics.least_mixed_regions(
        real, fresh[~hole], holdout=holdout, schema=PLAIN, random_state=0
    )
    assert not result.is_optimistic
    assert result.regions
    worst = result.regions[0]
    columns = {condition.column: condition for condition in worst.conditions}
    assert columns["colour"].levels == ("red",)
    assert columns["x"].low > 0.5
    assert "colour in {red}" in worst.description
    assert f"{columns['x'].low:.7g} < x" in worst.description or "x > 0." in worst.description
    assert worst.n_rows == worst.n_real + worst.n_synthetic
    assert worst.synthetic_share < 0.2
    assert worst.low <= worst.overlap <= worst.high < 1.0
    assert worst.p_value == 0.001
    assert json.dumps(result.to_dict(), allow_nan=False)


@pytest.mark.parametrize("missing", [False, True])
def test_equal_tables_have_a_region_no_more_often_than_stated(missing):
    named = 0
    for seed in range(60):
        first, second = (mixed_table(300, 2 * seed + i, missing=missing) for i in range(2))
        result = metrics.least_mixed_regions(
            first, second, schema=KINDS, level=0.1, random_state=seed
        )
        assert result.is_optimistic
        named += bool(result.regions)
    assert named / 60 < 0.1 + 4 * np.sqrt(0.1 * 0.9 / 60)


def test_shuffled_columns_mix_badly_somewhere():
    real, holdout = mixed_table(1000, 0), mixed_table(1000, 1)
    result = metrics.least_mixed_regions(
        real, shuffled(real, 0), holdout=holdout, schema=KINDS, random_state=0
    )
    assert result.regions
    assert [r.overlap for r in result.regions] == sorted(r.overlap for r in result.regions)


def test_tables_apart_are_one_region_that_holds_all_rows():
    first = pd.DataFrame({"colour": ["red"] * 300})
    second = pd.DataFrame({"colour": ["blue"] * 300})
    result = metrics.least_mixed_regions(
        first, second, schema={"colour": "categorical"}, random_state=0
    )
    whole = result.regions[0]
    assert whole.n_rows == 300
    assert whole.description == "all rows"
    assert whole.conditions == ()
    assert whole.overlap == whole.high == 0.0


def test_exchanged_overlaps_are_those_of_brute_force():
    first, second, schema = _tables("repeated", 40, 0)
    found, distances = _found(first, second, schema, k=5)
    weights, labels = brute_weights(distances, 5), np.arange(80) >= 40
    regions = [np.arange(80) % 3 == 0, np.ones(80, bool)]
    ours = exchanged_overlaps(found, regions, 50, np.random.default_rng(7))
    given = np.random.default_rng(7).permuted(np.broadcast_to(labels, (50, 80)), axis=1)
    for overlaps, marks in zip(ours, given, strict=True):
        scores = 79 / 40 * np.where(marks[:, None] != marks, weights, 0).sum(axis=1)
        assert overlaps == pytest.approx([scores[inside].mean() for inside in regions])


def _tree(table, scores, schema, min_rows=5):
    encoded = encode_tables(schema, real=table)
    tree = fit_region_tree(
        encoded, encoded["real"], np.asarray(scores, float), max_leaves=8, min_rows=min_rows, seed=0
    )
    return tree, tree.leaves(encoded["real"])


def _texts(tree, leaf):
    return [condition.text for condition in tree.conditions(leaf)]


def test_a_region_is_described_by_the_bounds_of_its_columns():
    x = np.arange(60.0)
    tree, leaves = _tree(pd.DataFrame({"x": x}), (x > 19) & (x < 40), {"x": "continuous"})
    assert _texts(tree, leaves[0]) == ["x <= 19.5"]
    assert _texts(tree, leaves[30]) == ["19.5 < x <= 39.5"]
    assert _texts(tree, leaves[59]) == ["x > 39.5"]


def test_missing_numbers_are_named():
    x = np.where(np.arange(60) < 20, np.nan, np.arange(60.0))
    tree, leaves = _tree(pd.DataFrame({"x": x}), np.isnan(x), {"x": "continuous"})
    assert _texts(tree, leaves[0]) == ["x is missing"]
    assert _texts(tree, leaves[40]) == ["x is known"]
    assert tree.conditions(leaves[0])[0].includes_missing
    tree, leaves = _tree(pd.DataFrame({"x": x}), np.nan_to_num(x) < 40, {"x": "continuous"})
    assert _texts(tree, leaves[0]) == ["x <= 39.5 or missing"]
    assert _texts(tree, leaves[59]) == ["x > 39.5"]


def test_dates_and_levels_are_named():
    days = pd.date_range("2024-01-01", periods=60)
    tree, leaves = _tree(pd.DataFrame({"d": days}), np.arange(60) < 31, {"d": "datetime"})
    assert _texts(tree, leaves[0]) == ["d <= 2024-01-31 12:00:00"]
    names = np.array(list("abcdefghij"))[np.arange(600) % 10]
    table = pd.DataFrame({"c": names.astype(object)})
    table.loc[:59, "c"] = None
    tree, leaves = _tree(
        table, np.isin(names, ["a", "b"]) & (np.arange(600) > 59), {"c": "categorical"}
    )
    by_name = dict(zip(table["c"].fillna("missing"), leaves, strict=True))
    assert _texts(tree, by_name["a"]) == ["c in {a, b}"]
    assert _texts(tree, by_name["c"]) == ["c not in {a, b}"]
    assert tree.conditions(by_name["c"])[0].includes_missing
    assert tree.conditions(by_name["c"])[0].levels == tuple("cdefghij")
    half = np.isin(names, list("abcde"))
    tree, leaves = _tree(pd.DataFrame({"c": names}), half, {"c": "categorical"})
    assert _texts(tree, leaves[0]) == ["c in {a, b, c, d, and 1 more}"]


def test_what_cannot_be_tested_is_refused():
    first = _plain_table(40, 0)
    with pytest.raises(
        TableError, match=r"needs at least 22 rows of each table\. The smallest has 9"
    ):
        metrics.least_mixed_regions(first, first.iloc[:9], schema=PLAIN)
    with pytest.raises(InvalidParameterError, match="'max_regions' parameter of least_mixed_reg"):
        metrics.least_mixed_regions(first, first, schema=PLAIN, max_regions=9)
