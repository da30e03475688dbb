"""Whole numbers that are fields of a date: found on evidence, computed, kept in every row."""

import json

import numpy as np
import pandas as pd
import pytest

from tabgan import Between, TableTransformer, TabularGAN, infer_schema
from tabgan.exceptions import InvalidParameterError, SchemaError
from tabgan.preprocessing import Codes
from tabgan.schema import Integer
from tabgan.schema.calendars import field_of
from tabgan.schema.columns import CALENDAR_FIELDS


def _departures(n_rows: int = 400, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    hours = pd.to_timedelta(rng.integers(0, 3 * 365 * 24, n_rows), "h")
    at = (pd.Timestamp("2021-01-01", tz="UTC") + hours).tz_convert("America/New_York")
    fields = {field: field_of(at.tz_localize(None).to_numpy(), field) for field in CALENDAR_FIELDS}
    table = pd.DataFrame({**fields, "at": at, "delay": rng.exponential(10, n_rows).round()})
    return table.drop(columns=["minute", "second"])  # which are always 0


def _holds(table: pd.DataFrame) -> bool:
    clock = table["at"].dt.tz_localize(None).to_numpy()
    fields = [field for field in CALENDAR_FIELDS if field in table]
    return all(np.array_equal(field_of(clock, field), table[field]) for field in fields)


@pytest.mark.parametrize("field", CALENDAR_FIELDS)
def test_fields_are_those_of_the_standard_library(field):
    instants = pd.date_range("2019-12-25 01:02:03", periods=500, freq="31h7min3s")
    expected = {
        "quarter": [(t.month + 2) // 3 for t in instants],
        "weekday": [t.to_pydatetime().weekday() for t in instants],
        "isoweekday": [t.to_pydatetime().isoweekday() for t in instants],
        "isoweek": [t.to_pydatetime().isocalendar().week for t in instants],
        "dayofyear": [t.to_pydatetime().timetuple().tm_yday for t in instants],
    }.get(field) or [getattr(t.to_pydatetime(), field) for t in instants]
    assert field_of(instants.to_numpy(), field).tolist() == expected


def test_fields_are_found_in_the_zone_of_the_date_and_hold_in_random_rows():
    table = _departures()
    transformer = TableTransformer(random_state=0).fit(table)
    for field in (name for name in CALENDAR_FIELDS if name in table):
        column = transformer.schema_[field]
        assert (column.calendar_of, column.calendar_field) == ("at", field)
    assert transformer.layout_.columns == ("at", "delay")
    rng = np.random.default_rng(1)
    layout = transformer.layout_
    levels = [rng.integers(0, part.n_levels, 500) for part in layout.level_parts]
    codes = Codes(
        np.array(levels, np.int32).reshape(len(levels), 500).T,
        rng.normal(size=(500, layout.n_normal_parts)).astype(np.float32),
    )
    decoded = transformer.decode(codes)
    assert _holds(decoded)
    pd.testing.assert_series_equal(decoded.dtypes, table.dtypes)
    state, arrays = transformer.to_state()
    restored = TableTransformer.from_state(json.loads(json.dumps(state)), arrays)
    pd.testing.assert_frame_equal(restored.decode(codes), decoded)


def test_missing_dates_have_missing_fields():
    table = _departures()[["at", "month", "delay"]].astype({"month": "Int64"})
    table.loc[::7, ["at", "month"]] = pd.NaT, pd.NA
    transformer = TableTransformer(random_state=0).fit(table)
    assert transformer.schema_["month"].calendar_of == "at"
    back = transformer.decode(transformer.encode(table))
    assert back["month"].isna().equals(back["at"].isna())
    assert back["month"].isna().sum() == table["month"].isna().sum()
    table.loc[1, "month"] = pd.NA  # beside a date
    assert infer_schema(table)["month"].calendar_of is None


@pytest.mark.parametrize("seed", range(10))
def test_shuffled_fields_and_few_rows_are_no_evidence(seed):
    table = _departures(seed=seed)
    shuffled = table.sample(frac=1, random_state=seed, ignore_index=True).assign(at=table["at"])
    assert all(infer_schema(shuffled)[name].computed_from is None for name in shuffled)
    few = pd.DataFrame(
        {"at": pd.to_datetime(["2021-01-05", "2021-02-07", "2022-01-09"]), "month": [1, 2, 1]}
    )
    assert infer_schema(few)["month"].computed_from is None


def test_what_is_declared_is_shown_checked_and_overruled():
    table = _departures()
    assert "hour of at" in str(infer_schema(table))
    schema = infer_schema(table, overrides={"hour": Integer()})
    assert schema["hour"].calendar_of is None
    broken = table.assign(hour=table["hour"].where(table.index != 5, 23 - table["hour"]))
    with pytest.raises(SchemaError, match=r"'hour' is the hour of 'at', but 1 cell.* in row 5"):
        TableTransformer(schema=infer_schema(table)).fit(broken)
    with pytest.raises(SchemaError, match=r"'hour' is the hour of 'at', but 1 cell.* in row 5"):
        TableTransformer().fit(table).encode(broken)
    declared = Integer(calendar_of="delay", calendar_field="hour")
    with pytest.raises(SchemaError, match=r"'delay', which is .* and no date"):
        infer_schema(table, overrides={"hour": declared})
    for fields in ({"calendar_of": "at"}, {"calendar_of": "at", "calendar_field": "century"}):
        with pytest.raises(SchemaError, match="calendar"):
            Integer(**fields)


def test_a_field_of_a_date_that_is_the_same_in_every_row_needs_the_kind_of_the_date():
    table = pd.DataFrame({"at": pd.Timestamp("2024-05-03"), "month": [5] * 40})
    month = Integer(calendar_of="at", calendar_field="month")
    with pytest.raises(SchemaError, match="'at', which is the same in every row"):
        infer_schema(table, overrides={"month": month})
    schema = infer_schema(table, overrides={"at": "datetime", "month": month})
    transformer = TableTransformer(schema=schema).fit(table)
    pd.testing.assert_frame_equal(transformer.decode(transformer.encode(table)), table)


def test_conditions_ask_for_the_date_and_fields_follow():
    table = _departures()
    model = TabularGAN(
        max_steps=20, batch_size=64, generator_layers=(16,), discriminator_layers=(16,),
        random_state=0,
    ).fit(table)  # fmt: skip
    low, high = pd.Timestamp("2022-03-01", tz="UTC"), pd.Timestamp("2022-05-31", tz="UTC")
    sample = model.sample(100, conditions={"at": Between(low, high)})
    assert sample["at"].between(low, high).all()
    assert _holds(sample)
    with pytest.raises(InvalidParameterError, match="'hour' is computed from 'at'"):
        model.class_posterior(table, "hour")
