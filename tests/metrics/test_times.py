"""Dates, periods, durations and times of day are numbers to the metrics, whatever holds them."""

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tabgan.metrics import shape_error
from tabgan.metrics._cells import coerce

SECONDS = np.array([0, 90, 3600, 7200])
DAYS = np.array([0, 31, 60, 91])
MIDNIGHT = datetime.datetime(1970, 1, 1)
INSTANTS = [MIDNIGHT + datetime.timedelta(days=int(day)) for day in DAYS]


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        (pd.to_timedelta(SECONDS, "s"), "duration", SECONDS),
        ([datetime.timedelta(seconds=int(s)) for s in SECONDS], "duration", SECONDS),
        (
            [(MIDNIGHT + datetime.timedelta(seconds=int(s))).time() for s in SECONDS],
            "duration",
            SECONDS,
        ),
        (SECONDS, "duration", SECONDS),
        (INSTANTS, "datetime", DAYS * 86_400e6),
        ([instant.date() for instant in INSTANTS], "datetime", DAYS * 86_400e6),
        (pd.PeriodIndex(INSTANTS, freq="D"), "datetime", DAYS * 86_400e6),
        (pd.PeriodIndex(["1970Q1", "1970Q2"], freq="Q"), "datetime", np.array([0, 90]) * 86_400e6),
        (
            [datetime.date(1500, 1, 1)],
            "datetime",
            [(datetime.datetime(1500, 1, 1) - MIDNIGHT).days * 86_400e6],
        ),
    ],
)
def test_times_are_read_as_numbers(cells: Any, kind: str, expected: Any) -> None:
    series = pd.Series(cells, dtype=object if isinstance(cells, list) else None)
    np.testing.assert_array_equal(coerce(series, kind), expected)


def test_cells_that_are_no_times_are_not_numbers() -> None:
    series = pd.Series(["x", None, pd.Timedelta("1s")], dtype=object)
    assert np.isnan(coerce(series, "duration")).all()
    assert np.isnan(coerce(pd.Series(["x", None], dtype=object), "datetime")).all()


def test_shorter_durations_are_another_shape() -> None:
    waits = pd.DataFrame({"wait": pd.to_timedelta(np.arange(200), "min")})
    assert shape_error(waits, waits).value == 0
    assert shape_error(waits, waits / 2).value > 0.3
