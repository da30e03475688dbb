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
