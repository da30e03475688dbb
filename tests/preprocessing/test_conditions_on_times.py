"""Durations, times of day and periods under conditions: by value, by text, or refused."""

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tabgan import Between
from tabgan.exceptions import InvalidParameterError
from tests.preprocessing.laws import fit

SECONDS = np.random.default_rng(0).integers(0, 50_000, 200).tolist()
MIDNIGHT = datetime.datetime(2024, 1, 1)
TABLE = pd.DataFrame(
    {
        "wait": pd.to_timedelta(SECONDS, "s"),
        "time": [(MIDNIGHT + datetime.timedelta(seconds=second)).time() for second in SECONDS],
        "month": pd.PeriodIndex.from_ordinals([second % 300 for second in SECONDS], freq="M"),
    }
)
TRANSFORMER = fit(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_a_value_and_its_text_ask_for_the_same(name: str) -> None:
    rows = TABLE[[name]].iloc[:9]
    by_value = TRANSFORMER.encode_conditions(rows).given
    by_text = TRANSFORMER.encode_conditions(rows.astype(str)).given
    np.testing.assert_array_equal(by_value.normals, by_text.normals)
    part = list(TABLE).index(name)
    expected = TRANSFORMER.encode(TABLE.iloc[:9]).normals[:, part]
    np.testing.assert_array_equal(by_text.normals[:, part], expected)


@pytest.mark.parametrize(
    "ends", [("02:00", "09:30"), ("02:00:00", "09:30:00"), (datetime.time(2), datetime.time(9, 30))]
)
def test_intervals_of_times_of_day_have_ends_of_any_form(ends: tuple[Any, Any]) -> None:
    (restored,) = TRANSFORMER.encode_conditions({"time": Between(*ends)}).restored
    bounds = restored.bounds
    assert bounds is not None
    assert (bounds.low, bounds.high) == (2 * 3600, 9.5 * 3600)


def test_a_time_of_day_may_lack_its_seconds() -> None:
    by_text, by_value = (
        TRANSFORMER.encode_conditions({"time": each}).sets[0].sets[0].scores
        for each in ("08:15", datetime.time(8, 15))
    )
    np.testing.assert_array_equal(by_text, by_value)


@pytest.mark.parametrize("form", ["%d.%m.%Y", "%m/%d/%Y %H:%M", "%Y/%m/%d"])
def test_dates_written_in_another_form_are_asked_for_in_their_own_or_as_iso(form: str) -> None:
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(SECONDS, "D") % pd.Timedelta("400 D")
    transformer = fit(pd.DataFrame({"day": days.strftime(form)}))
    first, last = pd.Timestamp("2024-02-03"), pd.Timestamp("2024-07-05")
    forms = [form, "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
    asked = [
        transformer.encode_conditions({"day": wanted}).sets[0].sets[0]
        for each in forms
        for wanted in (
            Between(first.strftime(each), last.strftime(each)),
            [first.strftime(each), last.strftime(each)],
        )
    ]
    for interval, values in zip(asked[2::2], asked[3::2], strict=True):
        np.testing.assert_array_equal(interval.low, asked[0].low)
        np.testing.assert_array_equal(values.scores, asked[1].scores)
    with pytest.raises(InvalidParameterError, match="'2024-02-30' is not written as"):
        transformer.encode_conditions({"day": Between("2024-02-30", None)})


@pytest.mark.parametrize(
    ("name", "wanted", "words"),
    [
        ("wait", 5, "neither a duration nor a time of day"),
        ("wait", pd.Timedelta("400 days"), "known from about .*400 days"),
        ("wait", pd.Timedelta("1.5 s"), "whole s"),
        ("time", Between(3, 4), "neither a duration nor a time of day"),
        ("month", "x", "cannot be read"),
        ("month", pd.Period("1900-01", "M"), "known from about 1970-.*1900-01"),
        ("month", Between("2030-01", None), "known from about"),
    ],
)
def test_what_no_row_can_have_is_refused(name: str, wanted: Any, words: str) -> None:
    with pytest.raises(InvalidParameterError, match=words):
        TRANSFORMER.encode_conditions({name: wanted})
