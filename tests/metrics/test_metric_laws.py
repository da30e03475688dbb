"""Laws that every metric obeys."""

import dataclasses
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tabgan import metrics
from tabgan.exceptions import InvalidParameterError, SchemaError, TableError
from tests.metrics.made_tables import KINDS, mixed_table, shuffled

WITHOUT_HOLDOUT = {
    "alpha_precision": {},
    "association_matrices": {},
    "authenticity": {},
    "beta_recall": {},
    "column_divergences": {},
    "column_marginals": {},
    "coverage": {},
    "density": {},
    "exact_copies": {},
    "giveaways": {},
    "logistic_c2st": {},
    "neighbor_overlap": {},
    "precision_recall": {},
    "shape_error": {},
    "tree_auc": {},
    "trend_error": {},
    "trend_error_sdmetrics": {},
    "verbatim_values": {},
}
WITH_HOLDOUT = {
    "closest_distances": {},
    "copying": {},
    "dcr_share": {},
    "judge": {},
    "near_copy_excess": {},
    "singleton_excess": {},
    "utility": {"target": "colour"},
    "utility_by_column": {},
    "utility_grid": {"target": "colour"},
}
ALL = {**WITHOUT_HOLDOUT, **WITH_HOLDOUT}
ERRORS = ("shape_error", "trend_error", "trend_error_sdmetrics")


def _call(name, real, synthetic, **options):
    return getattr(metrics, name)(
        real, synthetic, **{"schema": KINDS, "random_state": 0, **ALL[name], **options}
    )


@pytest.fixture(scope="module", name="tables")
def _tables():
    return [mixed_table(120, seed, missing=True) for seed in range(3)]


@pytest.mark.parametrize("name", ALL)
def test_a_result_is_finite_frozen_and_json(name, tables):
    real, synthetic, holdout = tables
    result = _call(name, real, synthetic, holdout=holdout)
    text = json.dumps(result.to_dict(), allow_nan=False)
    assert len(text) > 20
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.value = 0.0
    if isinstance(result, metrics.MetricResult):
        low, high = result.range
        assert low - 1e-9 <= result.value <= high + 1e-9
        assert result.name == name
        assert result.reference is not None or name == "utility_grid"


@pytest.mark.parametrize("name", ALL)
def test_the_same_seed_gives_the_same_result(name, tables):
    real, synthetic, holdout = tables
    first, second = (
        _call(name, real.iloc[:90], synthetic, holdout=holdout, random_state=3) for _ in range(2)
    )
    assert first.to_dict() == second.to_dict()


@pytest.mark.parametrize("name", ALL)
def test_dtypes_markers_and_the_order_of_columns_and_rows_index_do_not_count(name, tables):
    real, synthetic, holdout = tables
    form = synthetic.assign(
        age=pd.array(synthetic["age"], dtype="Int64"),
        day=synthetic["day"].astype("datetime64[s]"),
        colour=synthetic["colour"].where(synthetic["colour"].notna(), None).astype("category"),
        open=synthetic["open"].map({True: "True", False: "False"}),
    )
    form = form[form.columns[::-1]].set_index(np.arange(len(form)) + 1000)
    plain = _call(name, real, synthetic, holdout=holdout)
    assert _call(name, real, form, holdout=holdout).to_dict() == plain.to_dict()


@pytest.mark.parametrize("name", ALL)
def test_other_columns_are_refused(name, tables):
    real, synthetic, holdout = tables
    with pytest.raises(TableError, match=r"it lacks \['age'\] and has \['years'\] besides"):
        _call(name, real, synthetic.rename(columns={"age": "years"}), holdout=holdout)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("position", range(3))
def test_a_table_without_rows_is_refused(name, position, tables):
    given = list(tables)
    given[position] = given[position].iloc[:0]
    word = ("real", "synthetic", "holdout")[position]
    with pytest.raises(TableError, match=f"The {word} table is empty: 0 rows, 6 columns"):
        _call(name, given[0], given[1], holdout=given[2])


@pytest.mark.parametrize("name", WITH_HOLDOUT)
def test_a_metric_that_needs_a_holdout_says_so(name, tables):
    with pytest.raises(InvalidParameterError, match=f"'holdout' parameter of {name} must be"):
        _call(name, tables[0], tables[1], holdout=None)


@pytest.mark.parametrize("name", WITHOUT_HOLDOUT)
def test_without_a_holdout_nothing_is_measured_on_one(name, tables):
    result = _call(name, tables[0], tables[1]).to_dict()
    if name == "precision_recall":
        result = result["beta_recall"]
    if name == "column_marginals":
        assert all(part["value"]["holdout"] is None for part in result["columns"])
        return
    closed_forms = {"coverage", "density", "neighbor_overlap"}
    assert (result["reference"] is None) == (name not in closed_forms)


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_zero_for_the_table_itself(name, tables):
    result = _call(name, tables[0], tables[0])
    assert result.value == pytest.approx(0.0, abs=1e-12)
    assert max(result.parts.values()) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("name", ERRORS)
def test_the_excess_of_a_fresh_real_sample_is_about_zero(name):
    real, fresh, holdout = (mixed_table(2000, seed) for seed in (5, 6, 7))
    good = _call(name, real, fresh, holdout=holdout)
    bad = _call(name, real, shuffled(real, 0).assign(age=30), holdout=holdout)
    assert abs(good.excess) < 0.02
    assert bad.excess > 0.05
    assert good.value < 2 * good.reference


@pytest.mark.parametrize("name", ERRORS)
def test_one_row_and_columns_without_variation_have_a_figure(name):
    one = mixed_table(1, 0)
    assert _call(name, one, one).value == 0.0
    constant = mixed_table(50, 0).assign(size=1.0, age=3)
    assert math.isfinite(_call(name, constant, mixed_table(50, 1)).value)


@pytest.mark.parametrize("name", sorted(set(ALL) - {"utility_grid"}))
def test_a_column_without_any_known_cell_has_a_figure(name, tables):
    real, synthetic, holdout = (table.assign(size=np.nan) for table in tables)
    assert _call(name, real, synthetic, holdout=holdout).to_dict()


@pytest.mark.parametrize(
    "name", ["giveaways", "judge", "tree_auc", "logistic_c2st", "precision_recall"]
)
def test_too_few_rows_are_refused(name, tables):
    real, synthetic, holdout = tables
    with pytest.raises(TableError, match=r"needs at least \d+ .*smallest.* has 2"):
        _call(name, real, synthetic.iloc[:2], holdout=holdout)


def test_numbers_of_a_text_column_are_refused_where_a_number_is_declared():
    table = pd.DataFrame({"x": ["a", "b", None]})
    with pytest.raises(SchemaError, match=r"Column 'x' of the real table: 2 cell\(s\) are not a n"):
        metrics.shape_error(table, table, schema={"x": "continuous"})


def test_infinite_numbers_are_refused():
    table = pd.DataFrame({"x": [1.0, 2.0]})
    with pytest.raises(
        TableError, match="The synthetic table cannot be used: Column 'x' holds 1 i"
    ):
        metrics.shape_error(table, table.assign(x=[1.0, np.inf]), schema={"x": "continuous"})


def test_numbers_and_dates_written_as_text_are_read_in_their_form():
    real = pd.DataFrame({"pay": ["1,234", "17", None, "2,000"], "day": ["31/12/2024"] * 4})
    kinds = {"pay": "integer", "day": "datetime"}
    moved = real.assign(day=["30/12/2024"] * 2 + ["31/12/2024"] * 2)
    result = metrics.shape_error(real, moved, schema=kinds)
    assert result.parts == {"pay": 0.0, "day": 0.5}
    with pytest.raises(SchemaError, match=r"1 cell\(s\) are not of the form '#,##0', the first is"):
        metrics.shape_error(real, real.assign(pay=["1,234", "17", None, "many"]), schema=kinds)


def test_a_schema_may_be_inferred_partial_or_complete():
    real = mixed_table(200, 0).assign(code=[f"K-{i:05d}" for i in range(200)])
    inferred = metrics.shape_error(real, real)
    assert "code" not in inferred.parts
    partial = metrics.shape_error(real, real, schema={"code": "categorical"})
    assert "code" in partial.parts
    with pytest.raises(SchemaError, match=r"names 1 column\(s\) that the table lacks.*'weight'"):
        metrics.shape_error(real, real, schema={"weight": "continuous"})
    with pytest.raises(SchemaError, match="has kind 'number'; the kinds are"):
        metrics.shape_error(real, real, schema={"size": "number"})
    with pytest.raises(InvalidParameterError, match="'schema' parameter must be None, a Schema or"):
        metrics.shape_error(real, real, schema="continuous")


def test_a_table_of_identifiers_has_nothing_to_compare():
    table = pd.DataFrame({"code": ["a", "b"]})
    with pytest.raises(TableError, match="has no column to compare: all 1 are identifiers"):
        metrics.shape_error(table, table, schema={"code": "identifier"})


def test_what_is_no_table_is_refused():
    with pytest.raises(TableError, match="synthetic table must be a DataFrame or an array of two"):
        metrics.shape_error(mixed_table(5, 0), [1, 2, 3])
    doubled = pd.DataFrame([[1, 2]], columns=["x", "x"])
    with pytest.raises(TableError, match="real table cannot be used: 2 columns have the name 'x'"):
        metrics.shape_error(doubled, doubled)
    lists = pd.DataFrame({"x": [[1], [2]]})
    with pytest.raises(TableError, match="The real table cannot be used: Column 'x'"):
        metrics.shape_error(lists, lists, schema={"x": "categorical"})


def test_arrays_are_tables_whose_columns_are_counted():
    values = np.random.default_rng(0).normal(size=(50, 2))
    result = metrics.shape_error(values, values + 1, schema={0: "continuous", 1: "continuous"})
    assert list(result.parts) == [0, 1]
    assert result.to_dict()["parts"][0]["column"] == 0


def test_column_names_of_any_type_become_json():
    names = [("a", 1), pd.Timestamp("2024-01-01"), np.int64(3)]
    table = pd.DataFrame(np.eye(3), columns=pd.Index(names, tupleize_cols=False))
    kinds = dict.fromkeys(names, "continuous")
    parts = metrics.trend_error(table, table, schema=kinds).to_dict()["parts"]
    assert parts[0]["column"] == [["a", 1], "2024-01-01 00:00:00"]


def test_importing_the_metrics_loads_no_torch():
    code = "import sys, tabgan.metrics; print('torch' in sys.modules or 'xgboost' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert done.stdout.strip() == "False", done.stderr
