"""What kind each column is, what is learned of it, and what an override changes."""

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tabgan.exceptions import SchemaError
from tabgan.schema import (
    Boolean,
    Categorical,
    Column,
    Constant,
    Continuous,
    Datetime,
    Duration,
    Identifier,
    Integer,
    Schema,
    infer_schema,
    resolve_schema,
)
from tabgan.schema.rules import find_decimals, find_step, shared_bounds

N = 40
UNIQUE = [f"name {i * i}" for i in range(N)]
ZONED = datetime.datetime(2024, 5, 1, tzinfo=datetime.UTC)
DAYS = pd.date_range("2024-01-01", periods=N).to_series(index=range(N))


def _infer(cells: Any) -> Column:
    return infer_schema(pd.DataFrame({"a": cells}))["a"]


@pytest.mark.parametrize(
    ("cells", "kind", "dtype"),
    [
        (np.linspace(0, 1, N), "continuous", "float64"),
        (np.linspace(0, 1, N, dtype=np.float32), "continuous", "float32"),
        (pd.array([0.5, None] * 20, "Float64"), "continuous", "Float64"),
        (np.arange(N) ** 2, "integer", "int64"),
        (np.arange(N, dtype=np.uint8)[::-1] // 2, "integer", "uint8"),
        (pd.array([1, None, 7, 9] * 10, "Int64"), "integer", "Int64"),
        (np.array([1.0, np.nan, 7.0, 9.0] * 10), "integer", "float64"),
        (pd.Series([5, 7, None] * 10, dtype=object), "integer", "object"),
        (pd.Series([0.5, 0.7, None] * 10, dtype=object), "continuous", "object"),
        ([True, False] * 20, "boolean", "bool"),
        (pd.array([True, None] * 20, "boolean"), "boolean", "boolean"),
        (pd.Series([True, None, False] * 10, dtype=object), "boolean", "object"),
        (DAYS, "datetime", str(DAYS.dtype)),
        (DAYS.dt.tz_localize("Europe/Zurich"), "datetime", None),
        (DAYS.dt.strftime("%d/%m/%Y"), "datetime", None),
        (["5 %", "17 %"] * 20, "integer", None),
        (["5.5", "17.0"] * 20, "continuous", None),
        (["yes", "no"] * 20, "categorical", None),
        (["True", "False"] * 20, "categorical", None),
        (["08001", "10115"] * 20, "categorical", None),
        (pd.Categorical(["1", "2"] * 20), "categorical", None),
        (pd.Categorical([1] * N), "categorical", "category[int64]"),
        (pd.cut(np.arange(N), 3), "categorical", None),
        (pd.Series([1, "one", 2.5, None] * 10, dtype=object), "categorical", "object"),
        (pd.Series([1, 2.5] * 20, dtype=object), "categorical", "object"),
        (pd.to_timedelta(np.arange(N), "s"), "duration", None),
        (pd.period_range("2024", periods=N, freq="Q-JAN"), "datetime", "period[Q-JAN]"),
        (pd.arrays.IntervalArray.from_breaks(np.arange(N + 1)), "categorical", None),
        ([d.date() for d in DAYS], "datetime", "object[date]"),
        ([d.to_pydatetime() for d in DAYS][:3] * 9, "datetime", None),
        (pd.Series(list(DAYS), dtype=object), "datetime", "object[Timestamp]"),
        ([d.time() for d in DAYS + pd.Timedelta("1s") * np.arange(N)], "duration", "object[time]"),
        (pd.Series([ZONED, ZONED + datetime.timedelta(1)], dtype=object), "categorical", "object"),
        (pd.Series([Decimal("1.1"), Decimal(2)] * 9), "continuous", "object[decimal(1)]"),
        (pd.Series([Decimal("1.1"), Decimal(10**15)] * 9), "categorical", "object"),
        (pd.Series([Decimal("1.1"), 2.0] * 9), "categorical", "object"),
        (pd.Series([("a", 1), ("b", 2)] * 20), "categorical", "object"),
        ([7] * N, "constant", "int64"),
        ([None] * N, "constant", "object"),
        ([np.nan] * N, "constant", "float64"),
        ([pd.NaT] * N, "constant", None),
        (["x"] * N, "constant", None),
        (pd.Series([1, True, 1.0] * 10, dtype=object), "categorical", "object"),
        (["x", None] * 20, "categorical", None),
        (np.arange(1, N + 1), "identifier", "int64"),
        (np.random.default_rng(0).permutation(N) + 1000, "identifier", "int64"),
        (UNIQUE, "identifier", None),
        ([*UNIQUE[:-1], None], "identifier", None),
        (UNIQUE[:19], "categorical", None),
        ([*UNIQUE[:-1], UNIQUE[0]], "text", None),
        ([*UNIQUE[:20], *UNIQUE[:20]], "categorical", None),
        (np.arange(19), "integer", "int64"),
        (np.arange(N) * 2, "integer", "int64"),
        ([str(i) for i in range(N)], "identifier", None),
    ],
)
def test_each_column_gets_the_kind_that_suits_it(cells: Any, kind: str, dtype: str | None) -> None:
    column = _infer(cells)
    assert column.kind == kind
    assert dtype is None or column.dtype == dtype
    assert column.missing == pd.Series(cells).isna().any()


@pytest.mark.parametrize(
    ("cells", "marker"),
    [
        ([1.0, np.nan], "nan"),
        (pd.array([1, None], "Int64"), "na"),
        (pd.Series([1, None], dtype=object), "none"),
        (pd.Series(["x", np.nan, np.nan, None], dtype=object), "nan"),
        (pd.Series(["x", pd.NA], dtype=object), "na"),
        (pd.array(["x", None], "string"), "na"),
        (pd.to_datetime(["2020-01-01", None]), "nat"),
        (pd.Categorical(["x", None]), "nan"),
        (pd.to_timedelta(["1s", None]), "nat"),
        (pd.PeriodIndex(["2024-01", None], freq="M"), "nat"),
        (pd.Series([Decimal(1), None, Decimal(2)], dtype=object), "none"),
    ],
)
def test_the_missing_marker_is_what_the_cells_hold(cells: Any, marker: str) -> None:
    assert _infer(cells).missing_marker == marker


def test_a_bound_is_kept_only_where_it_is_natural() -> None:
    rng = np.random.default_rng(0)
    above = _infer(np.concatenate([rng.exponential(size=500), [987.654]]))
    assert (above.low, above.high) == (0.0, None)
    capped = _infer(np.minimum(rng.exponential(size=500) + 0.5, 1.0))
    assert (capped.low, capped.high) == (0.0, 1.0)
    negative = _infer(-rng.exponential(size=500) - 0.5)
    assert (negative.low, negative.high) == (None, 0.0)
    free = _infer(rng.normal(size=500))
    assert (free.low, free.high) == (None, None)


def test_an_extreme_that_too_few_rows_share_is_no_bound() -> None:
    values, counts = np.array([3, 5, 9]), np.array([9, 1000, 10])
    assert shared_bounds(values, counts) == (0, None)
    assert shared_bounds(values, np.array([10, 100, 10])) == (3, 9)


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([0.1, 0.25, 3.0], 2),
        ([100.0, 1200.0], -2),
        ([10.357019999999999, 8.05546], 5),
        ([1 / 3, 2 / 3], None),
        ([123456.789012345, 9.87654321], None),
        ([0.0], -6),
    ],
)
def test_decimals_are_the_coarsest_grid_of_all_values(
    values: list[float], decimals: int | None
) -> None:
    assert find_decimals(np.array(values)) == decimals


def test_single_precision_has_the_decimals_that_were_written() -> None:
    assert _infer(np.array([0.1, 0.7, 123.4] * 9, np.float32)).decimals == 1


@given(st.lists(st.integers(-(10**6), 10**6), min_size=11), st.integers(0, 6))
def test_decimals_of_rounded_numbers_are_at_most_those_they_were_rounded_to(
    numbers: list[int], digits: int
) -> None:
    values = np.round(np.array(numbers) / 10**digits, digits)
    found = find_decimals(np.unique(values))
    assert found is not None
    assert found <= digits


def test_a_step_needs_more_than_a_few_values() -> None:
    assert find_step(np.arange(0, 120, 10)) == 10
    assert find_step(np.array([10, 20])) == 1
    assert find_step(np.array([], dtype=int)) == 1


@pytest.mark.parametrize(
    ("start", "freq", "resolution"),
    [
        ("2024-01-01", "D", "D"),
        ("2024-01-01", "h", "h"),
        ("2024-01-01", "15min", "min"),
        ("2024-01-01", "7s", "s"),
        ("2024-01-01", "7ms", "ms"),
        ("2024-01-01 00:00:00.000001", "D", "us"),
        ("2024-01-01 00:00:00.000000001", "D", "ns"),
    ],
)
def test_the_resolution_is_the_coarsest_unit(start: str, freq: str, resolution: str) -> None:
    column = _infer(pd.date_range(start, periods=N, freq=freq))
    assert isinstance(column, Datetime)
    assert column.resolution == resolution


def test_midnights_of_a_time_zone_are_days() -> None:
    assert _infer(pd.date_range("2024-01-01", periods=200, tz="Europe/Zurich")).resolution == "D"
    assert _infer(pd.date_range("2024-01-01", periods=200, freq="h", tz="UTC")).resolution == "h"


def test_a_duration_keeps_its_sign_and_its_unit() -> None:
    minutes = np.random.default_rng(0).integers(0, 500, 200)
    column = _infer(pd.to_timedelta(minutes * 60, "s"))
    assert isinstance(column, Duration)
    assert (column.low, column.high, column.resolution) == (pd.Timedelta(0), None, "min")
    assert _infer(-pd.to_timedelta(minutes, "s")).high == pd.Timedelta(0)
    assert _infer(pd.to_timedelta(minutes - 200, "ns")).low is None


def test_periods_are_bounded_by_periods() -> None:
    months = ["2024-01", "2024-02"] * 10 + [f"2024-{month:02d}" for month in range(3, 13)]
    column = _infer(pd.PeriodIndex(months, freq="M"))
    assert (column.low, column.high, column.resolution) == (pd.Period("2024-01", "M"), None, "M")
    state = json.loads(json.dumps(Schema({"a": column}).to_dict()))
    assert Schema.from_dict(state) == Schema({"a": column})


def test_half_precision_has_the_decimals_that_were_written() -> None:
    assert _infer(np.array([0.1, 0.7, 1.4] * 9, np.float16)).decimals == 1


def test_midnights_elsewhere_are_no_days_of_a_time_zone() -> None:
    midnights = pd.date_range("2024-01-01", periods=200, tz="UTC")
    assert _infer(midnights.tz_convert("Europe/Zurich")).resolution == "h"


def test_levels_are_sorted_and_categories_keep_their_order() -> None:
    assert _infer(["b", "a", "b"]).levels == ("a", "b")
    ordered = pd.Categorical(["low", "high"], categories=["low", "mid", "high"], ordered=True)
    column = _infer(ordered)
    assert (column.levels, column.ordered) == (("low", "mid", "high"), True)
    mixed = _infer(pd.Series([1, True, 1.0, "1", None], dtype=object))
    assert [type(level) for level in mixed.levels] == [bool, float, int, str]


def test_an_identifier_keeps_its_form_and_nothing_else() -> None:
    assert _infer(np.arange(10_234, 10_300)).form == "counter:10000"
    assert _infer(np.arange(0, 30)).form == "counter:0"
    assert _infer([f"AB-{i}" for i in range(100, 150)]).form == r"pattern:\AB-999"
    words = [("x" * i) + "-" * (i % 7) + "Q" * (i % 3) for i in range(60)]
    assert set(_infer(words).form.removeprefix("pattern:")) == {"a"}


def test_an_override_by_name_replaces_the_kind_alone() -> None:
    table = pd.DataFrame({"zip": [8001, 8002] * 9, "x": np.linspace(0, 1, 18)})
    schema = infer_schema(table, overrides={"zip": "categorical"})
    assert schema["zip"] == Categorical(
        dtype="int64", missing=False, missing_marker="nan", levels=(8001, 8002), ordered=False
    )
    assert schema["x"] == infer_schema(table)["x"]


def test_an_override_by_column_keeps_its_fields_and_learns_the_rest() -> None:
    table = pd.DataFrame({"share": np.linspace(0.1, 0.9, 18)})
    column = infer_schema(table, overrides={"share": Continuous(low=0.0, high=1.0)})["share"]
    assert (column.low, column.high, column.dtype) == (0.0, 1.0, "float64")


@pytest.mark.parametrize(
    ("cells", "override", "words"),
    [
        ([0.5, 1.0], "integer", "1 cell.s. are not whole, the first is 0.5 in row 0"),
        (["x", "y"], "continuous", "'a' of dtype .* is declared continuous.*'x' in row 0"),
        (["x", "y"], "datetime", "declared datetime"),
        (["1", "y"], "integer", "declared integer"),
        ([0.5, 1.0], "boolean", "declared boolean.*0.5"),
        (["x", "y"], "boolean", "declared boolean"),
        ([1, 2], "datetime", "declared datetime"),
        ([1, 2], "constant", "declared constant, but its cells differ"),
        ([0.5, 2], "identifier", "declared identifier"),
        ([True, False], Datetime(), "declared datetime"),
        ([1, 2], "duration", "declared duration"),
        (pd.to_timedelta([1, 9], "s"), Duration(high=pd.Timedelta("5s")), "1 cell.s. lie outside"),
        (
            pd.period_range("2024-01", periods=3, freq="M"),
            Datetime(low=pd.Timestamp("2024-01-01")),
            r"holds periods .* pandas\.Period\('2024-01-01', 'M'\)",
        ),
        (
            pd.period_range("2024-01", periods=3, freq="M"),
            Datetime(low=pd.Period("2024-02", "M")),
            "between 2024-02 and None, but 1 cell",
        ),
        ([1e300, 2e300], "integer", "declared integer"),
        ([1.0, np.nan], Integer(missing=False), "without missing cells, but has 1.*row 1"),
        ([1, 5, 9], Integer(low=2, high=6), "between 2 and 6, but 2 cell.s. lie outside.*1 in row"),
        (["x", "y", "z"], Categorical(levels=("x",)), "1 levels, but 2 cell.s. hold another.*'y'"),
        (["x", "5"], Integer(text_form="#,##0"), "declared integer"),
        ([1.5, 2.25, np.nan, 3.125], Continuous(decimals=1), "decimals=1, but 2 cell.*2.25 in row"),
        (np.array([1.5, 2.25], np.float16), Continuous(decimals=1), "decimals=1, but 1 cell.*2.25"),
        ([10, 20, 35], Integer(step=10), "step=10, but 1 cell.*35 in row 2"),
        (["10 %", "15 %"], Integer(step=10), "step=10, but 1 cell.*'15 %' in row 1"),
        (
            pd.to_datetime(["2020-01-01 05:00", "2021-01-01 00:00"]),
            Datetime(resolution="D"),
            "resolution='D', but 1 cell.*2020-01-01 05:00.*in row 0",
        ),
        (
            pd.to_datetime(["2020-01-01", "2021-01-01"]),
            Datetime(low=pd.Timestamp("2020-06-01")),
            "1 cell.s. lie outside.*2020-01-01",
        ),
    ],
)
def test_an_override_that_does_not_hold_is_refused(cells: Any, override: Any, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        infer_schema(pd.DataFrame({"a": cells}), overrides={"a": override})


@pytest.mark.parametrize(
    ("cells", "override"),
    [
        ([0, 1, 1], Boolean()),
        (pd.Series([0, 1, None], dtype=object), Boolean()),
        ([1.5, 2.5, np.nan], Categorical()),
        ([True, False, True], Continuous()),
        ([5, 5, 7], Identifier()),
        (["1", "2", "1"], Categorical()),
        (pd.Series([pd.Timestamp("2020"), None, pd.Timestamp("2021")], dtype=object), Datetime()),
        ([1, 2, 3], Continuous(decimals=0)),
        (np.array([0.1, 0.7], np.float32), Continuous(decimals=1)),
        (np.array([0.1, 0.7, 31.8, 1007.5, np.nan], np.float16), Continuous(decimals=1)),
        (np.array([123456.7, 0.1], np.float32), Continuous(decimals=1)),
        ([0.1 + 0.2, np.nan], Continuous(decimals=1)),
        ([100, 250], Integer(step=50)),
        (pd.date_range("2020-03-01", periods=90, tz="Europe/Zurich"), Datetime(resolution="D")),
    ],
)
def test_an_override_that_holds_is_complete(cells: Any, override: Column) -> None:
    column = infer_schema(pd.DataFrame({"a": cells}), overrides={"a": override})["a"]
    assert column.kind == override.kind
    assert column.dtype is not None


def test_names_that_the_table_lacks_are_refused_with_those_it_has() -> None:
    table = pd.DataFrame({"a": [1, 2], 7: [1, 2]})
    with pytest.raises(SchemaError, match="lacks, the first is 'b'; the table has 'a', 7"):
        infer_schema(table, overrides={"b": "integer"})
    with pytest.raises(SchemaError, match="'a' the kind 'number'"):
        infer_schema(table, overrides={"a": "number"})


def test_an_edited_schema_is_filled_and_otherwise_kept() -> None:
    table = pd.DataFrame({"a": [1, 2, 2] * 20, "b": ["x", "y", "y"] * 20})
    schema = infer_schema(table)
    assert schema["b"].derived_from == "a"
    schema["b"] = "categorical"
    resolved = resolve_schema(table, schema)
    assert resolved["b"].derived_from is None
    assert resolved["b"].levels == ("x", "y")
    assert resolve_schema(table, resolved) == resolved
    assert resolve_schema(table, {"b": "categorical"})["b"].derived_from == "a"


def test_a_schema_must_have_all_columns() -> None:
    table = pd.DataFrame({"a": [1, 2], "b": [1, 2]})
    with pytest.raises(SchemaError, match=r"lacks 1 column.s. of the table, the first is 'b'"):
        resolve_schema(table, Schema({"a": "integer"}))
    with pytest.raises(SchemaError, match="got 5 of type int"):
        resolve_schema(table, 5)


def test_a_constant_keeps_value_and_type() -> None:
    assert _infer([7] * 5) == Constant(dtype="int64", missing=False, missing_marker="nan", value=7)
    assert _infer([None] * 5).value is None


REAL = {
    "titanic/titanic.csv.gz": {
        "PassengerId": "identifier",
        "Name": "text",
        "Ticket": "text",
        "Age": "continuous",
        "Cabin": "text",
        "Sex": "categorical",
        "Survived": "integer",
    },
    "nyc_weather/weather.csv.gz": {
        "year": "constant",
        "wind_dir": "integer",
        "wind_gust": "continuous",
        "time_hour": "datetime",
        "origin": "categorical",
    },
    "nyc_taxi/taxis.csv.gz": {"pickup": "datetime", "total": "continuous", "color": "categorical"},
}


@pytest.mark.parametrize("name", REAL)
def test_real_tables_are_read_as_a_person_would(
    name: str, shared_table: Callable[..., pd.DataFrame]
) -> None:
    schema = infer_schema(shared_table(name))
    assert {column: schema[column].kind for column in REAL[name]} == REAL[name]
    text = json.dumps(schema.to_dict(), allow_nan=False)
    assert Schema.from_dict(json.loads(text)) == schema
