"""Tied columns: the tie holds in every row of any codes, and tables come back as they were."""

import json
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tabgan import MISSING, Between
from tabgan.exceptions import ArchiveError, InvalidParameterError, SchemaError
from tabgan.preprocessing import Codes, TableTransformer
from tabgan.preprocessing.column import fit_column
from tabgan.schema import Continuous, Datetime, Integer, infer_schema
from tests.preprocessing.laws import assert_codes_fit, fit

N_ROWS = 400


def _numbers(seed: int = 0) -> pd.DataFrame:
    """A chain: net, tax -> gross -> paid (often equal to gross) and limit (at least gross)."""
    rng = np.random.default_rng(seed)
    net, tax = np.round(rng.gamma(2, 50, N_ROWS), 2), np.round(rng.gamma(2, 9, N_ROWS), 2)
    gross = np.round(net + tax + rng.choice([0, 2.5], N_ROWS), 2)
    paid = np.where(rng.random(N_ROWS) < 0.4, gross, np.round(rng.gamma(2, 50, N_ROWS), 2))
    limit = np.round(gross + rng.gamma(1, 5, N_ROWS), 2)
    columns = {"net": net, "tax": tax, "gross": gross, "paid": paid, "limit": limit}
    return pd.DataFrame(columns)


def _dates(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 10**7, N_ROWS), "s")
    end = pd.Series(start + pd.to_timedelta(rng.integers(0, 4000, N_ROWS), "s"))
    return pd.DataFrame({"start": start, "end": end, "again": start})


def _with_holes(table: pd.DataFrame) -> pd.DataFrame:
    """Every seventh row is missing, and every fifth of the last column."""
    table = table.copy()
    table.iloc[::7] = np.nan
    table.iloc[::5, -1] = np.nan
    return table


def _floats() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    low = rng.normal(size=N_ROWS)
    return pd.DataFrame({"low": low, "high": low + rng.gamma(1, 0.1, N_ROWS), "copy": low})


def _as_texts() -> pd.DataFrame:
    numbers, dates = _numbers(), _dates()
    texts = {name: numbers[name].map("{:,.2f}".format) for name in numbers}
    texts |= {name: dates[name].dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in dates}
    return pd.DataFrame(texts)


def _midnights(zone: str, resolution: str) -> pd.DataFrame:
    """Instants of more than a year, with both changes of the clock, and their own midnights."""
    rng = np.random.default_rng(0)
    seconds = pd.to_timedelta(rng.integers(0, 400 * 86_400, N_ROWS), "s")
    instants = pd.Series(pd.Timestamp("1931-02-01", tz="UTC") + seconds).dt.floor(resolution)
    instants = instants.dt.tz_convert(zone)
    return pd.DataFrame({"instant": instants, "day": instants.dt.normalize()})


def _as_decimals(numbers: pd.DataFrame, places: int = 2) -> pd.DataFrame:
    def as_decimal(number: float) -> Any:
        return None if np.isnan(number) else Decimal(f"{number:.{places}f}")

    return numbers.map(as_decimal).astype(object)


TABLES = {
    "numbers": _numbers(),
    "whole numbers": (_numbers() * 100).round().astype(int),
    "large whole numbers": (_numbers() * 100).round().astype(int) + 2**55,
    "single precision": _numbers().astype("float32"),
    "numbers, missing": _with_holes(_numbers()),
    "nullable numbers": _with_holes(_numbers()).astype("Float64"),
    "nullable integers": _with_holes((_numbers() * 100).round()).astype("Int64"),
    "tens": (_numbers() * 100).round() * 10,
    "dates": _dates(),
    "dates, missing": _with_holes(_dates()),
    "days": _dates().assign(end=lambda t: t["start"] + pd.to_timedelta(t.index % 9, "D"))
    .apply(lambda dates: dates.dt.normalize()),
    "zoned dates": _dates().apply(lambda dates: dates.dt.tz_localize("UTC")),
    "zoned days": _dates().apply(
        lambda dates: dates.dt.normalize().dt.tz_localize("Europe/Zurich")
    ),
    "midnights": _midnights("Europe/Zurich", "s"),
    "midnights at half hours": _midnights("Asia/Kolkata", "h"),
    "midnights at odd seconds": _midnights("Europe/Amsterdam", "min"),
    "floats": _floats(),
    "decimals": _as_decimals(_numbers()),
    "decimals, missing": _as_decimals(_with_holes(_numbers())),
    "decimals of many places": _as_decimals(_floats(), 11),
    "date objects": _dates().apply(lambda dates: dates.dt.date),
    "instant objects": _dates().apply(lambda dates: dates.astype(object)),
    "texts": _as_texts(),
    "texts, decimal comma": _numbers().map(
        lambda number: f"{number:,.2f} €".translate(str.maketrans(".,", ",."))
    ),
}  # fmt: skip


def _random_codes(transformer: TableTransformer, n_rows: int, seed: int = 0) -> Codes:
    rng = np.random.default_rng(seed)
    parts = transformer.layout_.level_parts
    levels = np.zeros((n_rows, len(parts)), np.int32)
    for i, part in enumerate(parts):
        levels[:, i] = rng.integers(0, part.n_levels, n_rows)
    normals = rng.normal(0, 2, (n_rows, transformer.layout_.n_normal_parts)).astype(np.float32)
    return Codes(levels, normals)


def _fit(table: pd.DataFrame, **options: Any) -> TableTransformer:
    return TableTransformer(random_state=0, **options).fit(table)


@pytest.fixture(params=TABLES, name="table")
def _table(request: pytest.FixtureRequest) -> pd.DataFrame:
    return TABLES[request.param]


def _n_ties(transformer: TableTransformer) -> int:
    return len(transformer._coder.ties)


def test_ties_hold_in_every_row_of_any_codes(table: pd.DataFrame) -> None:
    transformer = _fit(table)
    assert _n_ties(transformer) >= 1
    sample = transformer.decode(_random_codes(transformer, 3000))
    assert sample.dtypes.equals(table.dtypes)
    for tied in transformer._coder.ties.values():
        tied.tie.check(sample, transformer.schema_)
        rest = tied.remainder(sample)
        coder = transformer._coder.coders[list(transformer.schema_).index(tied.tie.name)]
        if tied.tie.kind == "sum" and not coder.has_normal:
            assert rest.dropna().isin(tied.remainder(table)).all()
        for name in (tied.tie.name, *tied.tie.signs):
            assert sample[name].notna().any()
            assert sample[name].isna().any() == table[name].isna().any()
    # What was sampled can be encoded again.
    transformer.encode(sample)


def test_what_is_modelled_comes_back(table: pd.DataFrame) -> None:
    transformer = _fit(table)
    codes = transformer.encode(table)
    assert_codes_fit(codes, transformer)
    back = transformer.decode(codes)
    np.testing.assert_array_equal(back.isna(), table.isna())
    for tied in transformer._coder.ties.values():
        coder = transformer._coder.coders[list(transformer.schema_).index(tied.tie.name)]
        if tied.tie.kind == "sum" and not coder.has_normal:
            assert tied.remainder(back).equals(tied.remainder(table))
        if tied.tie.kind == "equality":
            # Rounding makes few other cells equal.
            gained = tied.equal_cells(back).mean() - tied.equal_cells(table).mean()
            assert 0 <= gained < 0.03


def test_ties_survive_the_archive(table: pd.DataFrame) -> None:
    transformer = _fit(table)
    state, arrays = transformer.to_state()
    restored = TableTransformer.from_state(json.loads(json.dumps(state)), arrays)
    codes = _random_codes(transformer, 200)
    pd.testing.assert_frame_equal(restored.decode(codes), transformer.decode(codes))


def test_a_sum_of_levels_comes_back_exactly() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.integers(0, 9, N_ROWS), "b": rng.integers(0, 60, N_ROWS)})
    table["c"] = table["a"] + table["b"] + 10 * (rng.random(N_ROWS) < 0.3)
    transformer = _fit(table, schema={"c": Integer(plus=("a", "b"))})
    pd.testing.assert_frame_equal(transformer.decode(transformer.encode(table)), table)


def test_a_copy_is_not_modelled() -> None:
    transformer = _fit(_floats())
    assert "copy" not in transformer.layout_.columns
    sample = transformer.decode(_random_codes(transformer, 100))
    assert sample["copy"].equals(sample["low"].rename("copy"))


def test_sums_of_decimals_are_exact_and_decimals() -> None:
    transformer = _fit(_as_decimals(_numbers()))
    assert transformer.schema_["gross"].plus == ("net", "tax")
    assert transformer.schema_["paid"].same_as == "gross"
    assert transformer.schema_["limit"].at_least == "gross"
    sample = transformer.decode(_random_codes(transformer, 1000))
    fees = {
        gross - net - tax
        for net, tax, gross in zip(sample["net"], sample["tax"], sample["gross"], strict=True)
    }
    assert fees == {Decimal("0.00"), Decimal("2.50")}
    assert (sample["limit"] >= sample["gross"]).all()
    assert {type(cell) for cell in sample.to_numpy().ravel()} == {Decimal}
    assert {cell.as_tuple().exponent for cell in sample.to_numpy().ravel()} == {-2}


@pytest.mark.parametrize("zone", ["Europe/Zurich", "Asia/Kolkata", "Europe/Amsterdam", "UTC"])
@pytest.mark.parametrize("resolution", ["s", "min", "h"])
def test_instants_are_never_before_their_own_midnight(zone: str, resolution: str) -> None:
    table = _midnights(zone, resolution)
    transformer = _fit(table)
    assert transformer.schema_["instant"].at_least == "day"
    sample = transformer.decode(_random_codes(transformer, 3000))
    assert (sample["instant"] >= sample["day"]).all()
    assert sample["day"].equals(sample["day"].dt.normalize())
    # The longest day has 25 hours, and so may be the time after a midnight.
    assert (sample["instant"] - sample["day"]).max() < pd.Timedelta(hours=25)


def test_single_remainders_are_exact() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.integers(0, 10**6, 70 * 15)})
    # 70 frequent remainders, and three of a single row each.
    table["b"] = table["a"] + np.arange(len(table)) % 70
    table.loc[:2, "b"] += [1000, 2000, 3000]
    transformer = _fit(table, schema={"b": Integer(plus="a")})
    back = transformer.decode(transformer.encode(table))
    assert ((back["b"] - back["a"]) == (table["b"] - table["a"])).all()


def test_a_copied_cell_that_is_missing_is_filled_where_none_was() -> None:
    rng = np.random.default_rng(0)
    first = rng.normal(size=N_ROWS).round(3)
    table = pd.DataFrame({"a": first, "b": np.where(rng.random(N_ROWS) < 0.5, first, first + 9)})
    table.loc[::5, "a"] = np.nan
    transformer = _fit(table, schema={"b": Continuous(same_as="a")})
    sample = transformer.decode(_random_codes(transformer, 500))
    assert sample["a"].isna().any()
    assert sample["b"].notna().all()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gross", "was a sum of 'net', 'tax' .* 1 cell.s. leave another, the first is .* in row 3"),
        ("limit", "never below column 'gross', but 1 cell.s. are, the first is -1.0 in row 3"),
    ],
)
def test_a_later_table_that_breaks_a_tie_is_refused(name: str, words: str) -> None:
    transformer = _fit(_numbers())
    broken = _numbers()
    broken.loc[3, name] = -1
    with pytest.raises(SchemaError, match=words):
        transformer.encode(broken)


def test_equality_is_no_promise() -> None:
    table = _numbers()
    transformer = _fit(table)
    transformer.encode(table.assign(paid=table["paid"] + 0.01))


def test_numbers_too_large_for_exact_sums_are_refused() -> None:
    transformer = _fit(_numbers())
    huge = _numbers()
    huge.loc[3, "net"] = 1e15
    with pytest.raises(SchemaError, match="'net' holds numbers too large for exact sums"):
        transformer.encode(huge)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("plus", {"type": "tuple", "value": ["net", "nowhere"]}),
        ("plus", {"type": "tuple", "value": ["net", "limit"]}),
        ("at_least", "net"),
        ("decimals", None),
    ],
)
def test_a_state_with_another_tie_is_refused(field: str, value: Any) -> None:
    state, arrays = _fit(_numbers()).to_state()
    state = json.loads(json.dumps(state))
    column = state["schema"]["columns"][2]
    column[field] = value
    with pytest.raises(ArchiveError):
        TableTransformer.from_state(state, arrays).decode(Codes(*_zero_codes(state)))


def test_a_remainder_that_is_no_number_is_refused() -> None:
    state, arrays = _fit(_numbers()).to_state()
    inner = state["coders"][2]["inner"]
    state["coders"][2]["inner"] = {"type": "text", "form": "#,##0", "inner": inner}
    with pytest.raises(ArchiveError, match="something else than numbers"):
        TableTransformer.from_state(state, arrays)


def _zero_codes(state: dict) -> tuple[np.ndarray, np.ndarray]:
    layout = state["layout"]
    n_levels, n_normals = len(layout["level_columns"]), len(layout["normal_columns"])
    return np.zeros((2, n_levels), np.int32), np.zeros((2, n_normals), np.float32)


def test_an_equal_level_that_the_layout_lacks_is_refused() -> None:
    state, arrays = _fit(_numbers()).to_state()
    state["coders"][3]["has_equal"] = False
    with pytest.raises(ArchiveError, match="the layout does not fit"):
        TableTransformer.from_state(state, arrays)


def test_a_tied_column_is_met_where_its_terms_are_given() -> None:
    transformer = _fit(_numbers())
    rows = pd.DataFrame(
        {"net": [10.0, 90.5], "tax": [1.01, 7.0], "gross": [13.51, None], "paid": [None, 97.5]}
    )
    sample = _draw(transformer, rows)
    np.testing.assert_array_equal(sample["net"], rows["net"])
    assert sample["gross"][0] == 13.51
    assert sample["gross"][1] in (97.5, 100.0)
    assert sample["paid"][1] == 97.5
    assert (sample["limit"] >= sample["gross"]).all()


def test_given_dates_are_met_in_order() -> None:
    transformer = _fit(_dates())
    rows = pd.DataFrame({"start": ["2024-02-03 10:00:01"], "end": ["2024-02-03 10:30:00"]})
    rows["again"] = [None]
    sample = _draw(transformer, rows)
    assert sample["start"][0] == sample["again"][0] == pd.Timestamp("2024-02-03 10:00:01")
    assert sample["end"][0] == pd.Timestamp("2024-02-03 10:30:00")


def test_a_tied_column_can_be_asked_to_be_missing() -> None:
    table = _with_holes(_numbers())
    table.loc[::11, "gross"] = np.nan
    transformer = _fit(table)
    sample = _draw(transformer, pd.DataFrame({"net": [10.0], "gross": [MISSING]}))
    assert (sample["net"][0], sample["gross"].isna()[0]) == (10.0, True)


def _draw(transformer: TableTransformer, rows: pd.DataFrame) -> pd.DataFrame:
    """Return random rows that hold what is given, as samplers make them."""
    conditions = transformer.encode_conditions(rows)
    codes = _random_codes(transformer, len(rows))
    for column in range(transformer.layout_.n_columns):
        is_given = conditions.mask[:, column]
        level_part, normal_part = transformer.layout_.parts_of(column)
        if level_part is not None:
            codes.levels[is_given, level_part] = conditions.given.levels[is_given, level_part]
        if normal_part is not None:
            codes.normals[is_given, normal_part] = conditions.given.normals[is_given, normal_part]
    return conditions.restore(transformer.decode(codes), codes, np.arange(len(rows)))


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({"gross": 1e6}, "'gross' can reach from about .* and the condition asks for 1000000.0"),
        ({"limit": Between(None, -1)}, "'limit' can reach from about"),
        ({"gross": Between(1.001, 1.004)}, "No value of column 'gross' lies in"),
        ({"gross": 1.234}, "'gross' has no value as fine as 1.234"),
        ({"gross": [1.0, None]}, "'gross' holds a missing value"),
        ({"gross": MISSING}, "'gross' had no missing cells"),
        ({"gross": "much"}, "'gross', of kind continuous .* cannot be read: 'much'"),
        ({"gross": {20.0: 0.5}}, "The shares of column 'gross' sum to 0.5"),
        (pd.DataFrame({"gross": [20.0]}), "'gross' is computed from 'net', 'tax'"),
        (
            pd.DataFrame({"net": [1.0, 1.0], "tax": [1.0, None], "gross": [2.0, 4.5]}),
            "row 1 lacks 'tax'",
        ),
        (
            pd.DataFrame({"net": [1.0], "tax": [1.0], "gross": [3.0]}),
            "what these leave of it was never left in the fitted table",
        ),
        (
            pd.DataFrame({"net": [9.0], "tax": [1.0], "gross": [10.0], "limit": [9.0]}),
            "Row 0 of the conditions has 'limit' below 'gross'",
        ),
        (
            pd.DataFrame({"net": [9.0], "tax": ["much"], "gross": [10.0]}),
            "The condition on column 'tax', .* cannot be read",
        ),
    ],
)
def test_a_condition_on_a_tied_column_that_cannot_be_met_is_refused(
    conditions: Any, words: str
) -> None:
    transformer = _fit(_numbers())
    with pytest.raises(InvalidParameterError, match=words):
        transformer.encode_conditions(conditions)


def test_a_sum_is_no_choice_of_classes() -> None:
    transformer = _fit(_numbers())
    with pytest.raises(InvalidParameterError, match="no choice among levels"):
        transformer.classes("gross")


def test_a_table_without_ties_has_the_codes_it_had() -> None:
    table = _numbers()[["net", "tax"]]
    schema = infer_schema(table)
    assert {"same_as": None, "plus": None, "at_least": None}.items() <= vars(schema["net"]).items()
    plain = _fit(table, schema={name: Continuous() for name in table})
    for own, other in zip(_fit(table).encode(table), plain.encode(table), strict=True):
        np.testing.assert_array_equal(own, other)


def test_a_column_that_is_missing_only_where_a_term_is_stays_so_in_random_rows() -> None:
    table = _numbers()
    table.loc[::7, ["net", "gross", "limit"]] = np.nan
    table["copy"] = table["net"]
    transformer = _fit(table)
    assert not {"copy"} & set(transformer.layout_.columns)
    sample = transformer.decode(_random_codes(transformer, 1000))
    assert sample["net"].isna().any()
    for name in ("gross", "limit", "copy"):
        assert sample[name].isna().equals(sample["net"].isna())
    codes = transformer.encode(table)
    back = transformer.decode(codes)
    np.testing.assert_array_equal(back.isna(), table.isna())
    # What stands where nothing is left does not change how often remainders have each value.
    part = transformer.layout_.parts_of(transformer.layout_.columns.index("gross"))[0]
    assert part is not None
    shares = [
        np.bincount(codes.levels[rows, part], minlength=2) / len(codes.levels[rows])
        for rows in (slice(None), table["gross"].notna().to_numpy())
    ]
    np.testing.assert_allclose(shares[0], shares[1], atol=0.01)
    for rows in (slice(0, 1), slice(0, 2)):
        pd.testing.assert_frame_equal(
            transformer.decode(transformer.encode(table.iloc[rows])).isna(), table.iloc[rows].isna()
        )


def test_a_date_at_a_fixed_distance_is_not_modelled() -> None:
    table = _dates()[["start"]]
    table["due"] = table["start"] + pd.Timedelta("30D")
    transformer = _fit(table)
    assert transformer.schema_["due"] == Datetime(
        **{**vars(transformer.schema_["start"]), "plus": ("start",)}
    )
    sample = transformer.decode(_random_codes(transformer, 100))
    assert ((sample["due"] - sample["start"]) == pd.Timedelta("30D")).all()


def test_a_small_dtype_holds_what_is_sampled_of_an_order_and_no_sum_that_may_not_fit() -> None:
    rng = np.random.default_rng(0)
    low = rng.integers(0, 250, 2000)
    high = np.minimum(255, low + rng.integers(0, 12, 2000))
    table = pd.DataFrame({"low": low, "high": high}).astype("uint8")
    transformer = fit(table)
    assert transformer.schema_["high"].at_least == "low"
    levels, normals = transformer.encode(table)
    decoded = transformer.decode(Codes(levels, np.full_like(normals, 3)))
    assert decoded["high"].dtype == "uint8"
    assert (decoded["high"] >= decoded["low"]).all()
    first, second = rng.integers(0, 120, (2, 2000))
    parts = pd.DataFrame({"a": first, "b": second, "sum": first + second})
    assert infer_schema(parts)["sum"].plus == ("a", "b")
    assert infer_schema(parts.astype("uint8"))["sum"].plus == ("a", "b")
    parts = parts[parts["sum"] < 128].reset_index(drop=True)
    assert infer_schema(parts.astype("int8"))["sum"].plus is None


def test_a_column_that_is_equal_wherever_it_is_not_missing_is_fitted() -> None:
    dates = pd.Series(pd.date_range("1950-01-01", periods=40, freq="731D"), name="b")
    dates[::5] = None
    column = infer_schema(dates.to_frame())["b"]
    coder, counts = fit_column(dates, column, equal=dates.notna().to_numpy())
    assert coder.coder.has_equal
    assert counts.tolist() == [8, 32, 0]  # missing, equal, others
