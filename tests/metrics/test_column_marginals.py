"""Cells that a picture shows, and what of a column is covered or new."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabgan.exceptions import InvalidParameterError
from tabgan.metrics import column_marginals
from tabgan.metrics._drawn_cells import number_edges
from tests.metrics.made_tables import KINDS, continuous, mixed_table

NUMBERS = st.lists(
    st.integers(-3, 3) | st.floats(-1e6, 1e6) | st.integers(-(10**15), 10**15),
    min_size=1,
    max_size=120,
)


@given(NUMBERS, st.integers(4, 24))
@settings(deadline=None)
def test_edges_increase_and_are_no_more_than_asked_for(values, max_cells):
    edges = number_edges(np.array(values, float), max_cells)
    assert 2 <= len(edges) <= max_cells + 1
    assert (np.diff(edges) > 0).all()


def test_shares_are_those_of_the_rows():
    real, synthetic, holdout = (mixed_table(300, seed, missing=True) for seed in range(3))
    result = column_marginals(real, synthetic, holdout=holdout, schema=KINDS)
    assert result.n_rows == {"real": 300, "synthetic": 300, "holdout": 300}
    for column, found in result.columns.items():
        for name, table in (("real", real), ("synthetic", synthetic), ("holdout", holdout)):
            shares, missing = getattr(found, name), getattr(found, f"missing_{name}")
            assert missing == pytest.approx(table[column].isna().mean())
            assert sum(shares) == pytest.approx(1 - missing * found.is_numeric)
            cells = len(found.labels) if found.labels else len(found.edges) - 1
            assert len(shares) == cells
    sizes = np.histogram(real["size"].dropna(), np.array(result.columns["size"].edges))[0] / 300
    assert result.columns["size"].real == pytest.approx(sizes)
    assert result.columns["colour"].labels[-1] == "missing"
    assert result.columns["colour"].real[-1] == pytest.approx(real["colour"].isna().mean())


def test_a_heavy_tail_leaves_the_middle_readable():
    generator = np.random.default_rng(0)
    real = pd.DataFrame({"x": np.exp(3 * generator.normal(size=5000))})
    found = column_marginals(real, real * 2, schema=continuous(real)).columns["x"]
    assert max(found.real) < 0.4
    assert found.has_more_above
    assert not found.has_more_below
    # Equal widths between the extremes would show one cell.
    assert np.histogram(real["x"], bins=24)[0].max() / 5000 > 0.95


def test_a_spike_among_whole_numbers_has_a_cell_of_its_own():
    generator = np.random.default_rng(0)
    values = np.where(generator.random(4000) < 0.8, 0, generator.integers(5000, 9000, 4000) ** 2)
    found = column_marginals(*[pd.DataFrame({"x": values})] * 2, schema={"x": "integer"})
    assert found.columns["x"].real[0] == pytest.approx((values == 0).mean())
    few = pd.DataFrame({"x": [1, 2, 2, 5]})
    assert column_marginals(few, few, schema={"x": "integer"}).columns["x"].edges == (
        0.5,
        1.5,
        3.5,
        6.5,
    )


def test_whole_numbers_are_cut_alike_many_to_a_cell():
    real = pd.DataFrame({"x": np.arange(18, 91)})
    found = column_marginals(real, real, schema={"x": "integer"}).columns["x"]
    assert set(np.diff(found.edges)) == {4.0}
    assert set(found.real[:-1]) == {4 / 73}


def test_rare_levels_are_one_cell_and_common_new_ones_another():
    real = pd.DataFrame({"c": [f"l{i}" for i in range(40) for _ in range(40 - i)]})
    synthetic = real.assign(c="other")
    found = column_marginals(real, synthetic, schema={"c": "categorical"}, max_cells=6)
    assert found.columns["c"].labels == ("l0", "l1", "l2", "l3", "l4", "other")
    assert found.columns["c"].real[-1] == pytest.approx(1 - (40 + 39 + 38 + 37 + 36) / 820)
    few = pd.DataFrame({"c": ["other", "missing", None]})
    labels = column_marginals(few, few.assign(c="new"), schema={"c": "categorical"})
    assert labels.columns["c"].labels == ("missing", "other", "new", "missing cells")


def test_coverage_and_new_cells_follow_their_definition():
    real = pd.DataFrame({"x": [0.0, 4.0, 10.0, 8.0], "c": list("abcd")})
    synthetic = pd.DataFrame({"x": [3.0, 12.5, 12.5, -1.0], "c": ["a", "z", None, "z"]})
    kinds = {"x": "continuous", "c": "categorical"}
    found = column_marginals(real, synthetic, holdout=real[:2], schema=kinds).columns
    assert found["x"].coverage == 1.0
    assert found["x"].coverage_holdout == pytest.approx(0.4)
    assert vars(found["x"].outside) == {"n_rows": 3, "share": 0.75, "n_values": 2, "first": "12.5"}
    assert found["c"].coverage == 0.25
    assert vars(found["c"].outside) == {"n_rows": 2, "share": 0.5, "n_values": 1, "first": "z"}
    assert found["c"].outside_holdout.first is None
    inside = column_marginals(real, synthetic.assign(x=5.0), schema=kinds).columns["x"]
    assert inside.coverage == 0.0
    assert inside.outside.n_rows == 0


def test_dates_out_of_range_are_named_as_dates():
    real, late = (pd.DataFrame({"day": pd.to_datetime([d] * 2)}) for d in ("2024-01-05", "2031"))
    found = column_marginals(real, late, schema={"day": "datetime"}).columns["day"]
    assert found.outside.first == "2031-01-01 00:00:00"
    assert math.isnan(found.coverage)
    assert found.kind == "datetime"


def test_a_column_without_values_has_cells():
    table = pd.DataFrame({"x": [np.nan] * 3})
    found = column_marginals(table, table.fillna(1.0), schema=continuous(table)).columns["x"]
    assert found.real == (0.0,)
    assert found.synthetic == (1.0,)
    assert found.outside.n_rows == 3


def test_too_few_cells_are_refused():
    table = mixed_table(20, 0)
    with pytest.raises(
        InvalidParameterError, match="'max_cells' parameter must be an integer of 4"
    ):
        column_marginals(table, table, max_cells=3)
