"""Numbers and dates are tied to others only on evidence that chance cannot give."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from tabgan.exceptions import SchemaError
from tabgan.schema import Continuous, Datetime, Integer, Schema, infer_schema, resolve_schema
from tabgan.schema.sum_search import find_terms
from tabgan.schema.tie_search import log_tail
from tabgan.schema.ties import tie_of

N_ROWS = 400


def _ties(table: pd.DataFrame, **options: Any) -> dict:
    """Return the kind and the signs of each tie that is found."""
    schema = infer_schema(table, **options)
    ties = [tie for name, column in schema.items() if (tie := tie_of(name, column)) is not None]
    return {tie.name: (tie.kind, dict(tie.signs)) for tie in ties}


def _prices(rng: np.random.Generator, n_rows: int = N_ROWS) -> np.ndarray:
    return np.round(rng.gamma(2, 10, n_rows), 2)


@pytest.mark.parametrize(("n_rows", "chance"), [(10, 0.3), (100, 0.02), (50, 0.9)])
def test_the_tail_bounds_the_binomial_probability(n_rows: int, chance: float) -> None:
    for n_hits in range(n_rows + 1):
        exact = binom.logsf(n_hits - 1, n_rows, chance)
        assert log_tail(n_rows, n_hits / n_rows, chance) >= exact - 1e-9


@pytest.mark.parametrize("seed", range(15))
def test_independent_columns_are_not_tied(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_rows = int(rng.integers(30, 600))
    start = pd.Timestamp("2024-01-01")
    table = pd.DataFrame(
        {
            "price": _prices(rng, n_rows),
            "other price": _prices(rng, n_rows),
            "count": rng.poisson(30, n_rows),
            "other count": rng.poisson(30, n_rows),
            "few": rng.integers(0, 4, n_rows),
            "wide": rng.integers(0, 10**6, n_rows),
            "normal": rng.normal(size=n_rows),
            "other normal": rng.normal(size=n_rows),
            "mostly zero": _prices(rng, n_rows) * (rng.random(n_rows) < 0.3),
            "zero at times": _prices(rng, n_rows) * (rng.random(n_rows) < 0.6),
            "day": start + pd.to_timedelta(rng.integers(0, 300, n_rows), "D"),
            "later day": start + pd.to_timedelta(rng.integers(300, 900, n_rows), "D"),
        }
    )
    assert _ties(table) == {}


@pytest.mark.parametrize("seed", range(5))
def test_correlated_columns_are_not_tied(seed: int) -> None:
    rng = np.random.default_rng(seed)
    height = rng.normal(170, 10, 1000)
    table = pd.DataFrame(
        {
            "height": height.round(1),
            "again": (height + rng.normal(0, 2, 1000)).round(1),
            "whole": (height + rng.normal(0, 4, 1000)).round().astype(int),
            "coarse": (height + rng.normal(0, 4, 1000)).round().astype(int),
        }
    )
    assert _ties(table) == {}


@pytest.mark.parametrize("name", ["total", "dropoff", "paid", "copy"])
def test_a_permuted_column_is_not_tied(name: str) -> None:
    table = _tied_table(0)
    assert name in _ties(table)
    rng = np.random.default_rng(1)
    assert name not in _ties(table.assign(**{name: rng.permutation(table[name])}))


def _tied_table(seed: int, n_rows: int = N_ROWS) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    fare, tip = _prices(rng, n_rows), _prices(rng, n_rows) * (rng.random(n_rows) < 0.6)
    fee = rng.choice([0.5, 3.3, 3.8], n_rows)
    pickup = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 10**7, n_rows), "s")
    bill = rng.integers(100, 10**5, n_rows)
    normal = rng.normal(size=n_rows)
    return pd.DataFrame(
        {
            "fare": fare,
            "tip": tip,
            "total": np.round(fare + tip + fee, 2),
            "pickup": pickup,
            "dropoff": pickup + pd.to_timedelta(rng.integers(0, 5000, n_rows), "s"),
            "bill": bill,
            "paid": np.where(rng.random(n_rows) < 0.3, bill, rng.integers(0, 10**5, n_rows)),
            "normal": normal,
            "copy": normal,
        }
    )


EXPECTED = {
    "total": ("sum", {"fare": 1, "tip": 1}),
    "dropoff": ("order", {"pickup": 1}),
    "paid": ("equality", {"bill": 1}),
    "copy": ("sum", {"normal": 1}),
}


@pytest.mark.parametrize("seed", range(3))
def test_ties_are_found_in_any_order_of_the_columns(seed: int) -> None:
    table = _tied_table(seed)
    assert _ties(table) == EXPECTED
    for repeat in range(3):
        names = np.random.default_rng(repeat).permutation(table.columns).tolist()
        found = _ties(table[names])
        assert {frozenset([name, *signs]) for name, (_, signs) in found.items()} == {
            frozenset([name, *signs]) for name, (_, signs) in EXPECTED.items()
        }
        assert found["total"] == EXPECTED["total"]
        assert found["dropoff"] == EXPECTED["dropoff"]


def test_a_difference_is_a_sum_the_other_way_round() -> None:
    # The balance has no bound, so the sum may be any of the three; its later column is taken.
    rng = np.random.default_rng(0)
    credit, debit = rng.integers(0, 10**4, (2, N_ROWS))
    table = pd.DataFrame({"credit": credit, "debit": debit, "balance": credit - debit})
    assert _ties(table) == {"credit": ("sum", {"debit": 1, "balance": 1})} or _ties(table) == {
        "balance": ("sum", {"credit": 1, "debit": -1})
    }


def test_a_sum_that_would_leave_the_bounds_is_not_claimed() -> None:
    rng = np.random.default_rng(0)
    spent = rng.integers(0, 1000, N_ROWS)
    left = 1000 + rng.integers(0, 1000, N_ROWS)
    table = pd.DataFrame({"had": spent + left, "spent": spent, "left": left})
    # All are at least 0, which only the sum of the two others is sure to be.
    assert _ties(table) == {"had": ("sum", {"spent": 1, "left": 1})}


def test_few_rows_are_no_evidence() -> None:
    table = pd.DataFrame({"a": [3, 1, 7, 9, 4, 2] * 2, "b": [1, 5, 2, 8, 6, 11] * 2})
    table["c"] = table["a"] + table["b"]
    assert _ties(table) == {}


def test_a_tie_holds_in_all_rows_or_is_none() -> None:
    table = _tied_table(0)
    table.loc[7, "dropoff"] = table.loc[7, "pickup"] - pd.Timedelta("1s")
    assert "dropoff" not in _ties(table)


def test_a_wide_gap_is_no_order() -> None:
    rng = np.random.default_rng(0)
    low = rng.normal(size=N_ROWS)
    table = pd.DataFrame({"low": low, "high": low + rng.gamma(2, 2, N_ROWS)})
    assert _ties(table) == {}


def test_a_term_that_can_be_missing_alone_is_none() -> None:
    table = _tied_table(0)
    table.loc[::9, "tip"] = np.nan
    assert "total" not in _ties(table)
    table.loc[::9, "total"] = np.nan
    assert _ties(table)["total"] == EXPECTED["total"]


def test_values_of_spikes_are_no_equality() -> None:
    rng = np.random.default_rng(0)
    first, second = (_prices(rng, 2000) for _ in range(2))
    is_zero = rng.random(2000) < 0.5
    table = pd.DataFrame({"a": np.where(is_zero, 0, first), "b": np.where(is_zero, 0, second)})
    assert _ties(table) == {}


def test_terms_are_found_among_many_columns() -> None:
    rng = np.random.default_rng(0)
    others = rng.integers(0, 10**5, (500, 60))
    signs = {4: 1, 17: -1, 40: 1}
    target = sum(sign * others[:, i] for i, sign in signs.items()) + rng.integers(0, 3, 500)
    assert find_terms(target, others) == signs


def test_a_column_given_in_full_is_not_tied() -> None:
    table = _tied_table(0)
    assert "total" not in _ties(table, overrides={"total": Continuous()})
    assert "total" in _ties(table, overrides={"total": "continuous"})


def test_ties_are_printed_and_written_down() -> None:
    schema = infer_schema(_tied_table(0))
    for words in (
        "fare + tip + remainder",
        "not before pickup",
        "often equal to bill",
        "normal + remainder",
    ):
        assert words in str(schema)
    assert Schema.from_dict(schema.to_dict()) == schema
    assert resolve_schema(_tied_table(0), schema) == schema
    assert "a + remainder - b" in str(Schema({"c": Integer(plus="a", minus=["b"])}))
    assert "at least a" in str(Schema({"c": Integer(at_least="a")}))


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"c": Integer(plus=("a", "nowhere"))}, "depend on 'nowhere', which is not in the table"),
        ({"c": Integer(same_as="word")}, "'word', which is categorical, and neither a number"),
        ({"c": Integer(at_least="price")}, "'price', whose values are not on the grid"),
        ({"c": Integer(at_least="day")}, "'day', whose values are not on the grid"),
        ({"a": Integer(plus="c"), "c": Integer(plus="a")}, "depend on each other in a circle"),
        ({"c": Integer(plus=("a", "a"))}, "'c' names a column twice"),
        ({"day": Datetime(plus=("other day", "third day"))}, "at most one date in 'plus'"),
        ({"real": Continuous(plus=("a", "price"))}, "no sum is exact"),
        ({"a": Integer(at_least="c")}, "never below column 'c', but 2 cell.s. are, .* 2 in row 0"),
        ({"c": Integer(plus="hole")}, "not missing where one of these is, .* 30 in row 1"),
        ({"a": Integer(derived_from="c"), "c": Integer(plus="b")}, "'c', which is itself tied"),
    ],
)
def test_a_declared_tie_that_cannot_hold_is_refused(overrides: dict, words: str) -> None:
    days = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"])
    table = pd.DataFrame(
        {
            "a": [2, 7, 11],
            "b": [5, 5, 1],
            "c": [12, 30, 11],
            "hole": [1, np.nan, 3],
            "price": [0.5, 1.25, 7.75],
            "real": np.pi * np.arange(1, 4),
            "word": ["x", "y", "x"],
            "day": days,
            "other day": days,
            "third day": days,
        }
    )
    with pytest.raises(SchemaError, match=words):
        infer_schema(table, overrides=overrides)


def test_a_column_has_one_tie() -> None:
    with pytest.raises(SchemaError, match="has one of derived_from, same_as, plus"):
        Integer(same_as="a", at_least="b")


def test_a_declared_tie_is_kept_without_evidence() -> None:
    table = pd.DataFrame({"a": [1, 2, 5], "b": [3, 1, 0], "c": [9, 12, 30]})
    schema = infer_schema(table, overrides={"c": Integer(plus=("a", "b"))})
    assert schema["c"].plus == ("a", "b")
    assert resolve_schema(table, schema) == schema


def test_bounds_that_do_not_follow_from_the_terms_are_dropped() -> None:
    table = pd.DataFrame({"a": np.arange(50) % 12, "b": np.arange(50) % 7})
    table["c"] = table["a"] - table["b"] + 10
    column = infer_schema(table, overrides={"c": Integer(plus="a", minus="b")})["c"]
    assert (column.low, column.high) == (None, None)


def test_equality_in_all_rows_is_a_copy() -> None:
    table = pd.DataFrame({"a": [1, 2, 5], "b": [1, 2, 5]})
    column = infer_schema(table, overrides={"b": Integer(same_as="a")})["b"]
    assert (column.same_as, column.plus) == (None, ("a",))


def test_ties_of_public_tables(shared_table: Callable[..., pd.DataFrame]) -> None:
    taxis = shared_table("nyc_taxi/taxis.csv.gz", parse_dates=["pickup", "dropoff"])
    assert _ties(taxis) == {
        "dropoff": ("order", {"pickup": 1}),
        "total": ("sum", {"fare": 1, "tip": 1, "tolls": 1}),
    }
    default = _ties(shared_table("default/train.csv.gz"))
    for i in range(1, 6):
        assert default[f"PAY_AMT{i}"] == ("equality", {f"BILL_AMT{i + 1}": 1})
    for name in ("adult", "shoppers", "magic", "beijing"):
        assert _ties(shared_table(f"{name}/train.csv.gz")) == {}
