"""What is particular to the benchmark of tables as they come, on tables where it is known."""

import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(name="untidy")
def _untidy(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("untidy")


def test_halves_keep_groups_together_and_every_row_once(untidy):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"row": range(1000), "patient": rng.integers(0, 300, 1000)})
    first, second = untidy.halves(table, "patient", seed=1)
    assert not set(first["patient"]) & set(second["patient"])
    assert sorted([*first["row"], *second["row"]]) == list(range(1000))
    first, second = untidy.halves(table, None, seed=1)
    assert (len(first), len(second)) == (500, 500)


def test_missing_distance_is_the_total_variation_of_joint_patterns(untidy):
    both = pd.DataFrame({"a": [None, None, 1.0, 1.0], "b": [None, None, 1.0, 1.0]})
    apart = pd.DataFrame({"a": [None, None, 1.0, 1.0], "b": [1.0, 1.0, None, None]})
    assert untidy.missing_distance(both, both[["b", "a"]]) == 0
    assert untidy.missing_distance(both, both.iloc[:3]) == pytest.approx(1 / 6)
    assert untidy.missing_distance(both, apart) == 1  # though each column misses as much


def test_broken_rows_are_those_that_break_any_relation(untidy):
    train = pd.DataFrame({"zone": ["x", "y", "x"], "borough": ["A", "B", "A"], "n": [1, 2, 3]})
    relations = [
        untidy._same_as_learned(train, "zone", "borough"),
        lambda table: table["n"] > 0,
    ]
    table = pd.DataFrame(
        {"zone": ["x", "y", None, "y"], "borough": list("ABBA"), "n": [1, 0, 1, 0]}
    )
    assert untidy.broken_share(relations, train) == 0
    assert untidy.broken_share(relations, table) == 0.5
