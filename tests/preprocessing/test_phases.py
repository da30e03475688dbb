"""Phases of the calendar: weekdays, times of day and days of the month keep their shares."""

import json
from collections.abc import Callable

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tabgan import Between, TabularGAN
from tabgan.exceptions import ArchiveError, InvalidParameterError
from tabgan.preprocessing import Codes, TableTransformer
from tabgan.preprocessing.clusters import MAX_CLUSTERS
from tabgan.preprocessing.datetime import DatetimeCoder
from tabgan.preprocessing.phases import Calendar, Month, Period, Phases, find_phases
from tests.preprocessing.laws import assert_near_cells, fit

RNG = np.random.default_rng(0)
N_ROWS = 10_000
DAYS = pd.date_range("2019-01-01", "2023-12-31")
MONTH_ENDS = pd.date_range("2015-01-31", "2023-12-31", freq="ME")
OFFICE_DAYS = pd.bdate_range("2021-01-01", "2021-12-31")


def _times(low: float, high: float) -> pd.TimedeltaIndex:
    """Times of day between two hours, in whole minutes."""
    return pd.to_timedelta(RNG.integers(int(60 * low), int(60 * high), N_ROWS), "min")


INSTANTS: dict[str, pd.DatetimeIndex] = {
    "any minute": pd.DatetimeIndex(RNG.choice(DAYS, N_ROWS)) + _times(0, 24),
    "business days": pd.DatetimeIndex(RNG.choice(pd.bdate_range(DAYS[0], DAYS[-1]), N_ROWS)),
    "office hours": pd.DatetimeIndex(RNG.choice(OFFICE_DAYS, N_ROWS)) + _times(9, 17),
    "month ends": pd.DatetimeIndex(RNG.choice(MONTH_ENDS, N_ROWS)),
    "some month ends": pd.DatetimeIndex(
        np.where(RNG.random(N_ROWS) < 0.5, RNG.choice(MONTH_ENDS, N_ROWS), RNG.choice(DAYS, N_ROWS))
    ),
    "ten days": pd.DatetimeIndex(RNG.choice(DAYS[:10], N_ROWS)) + _times(6, 22),
}
PARTS: dict[str, Callable[[pd.DatetimeIndex], pd.Index]] = {
    "weekday": lambda instants: instants.day_of_week,
    "hour": lambda instants: instants.hour,
    "last of the month": lambda instants: pd.Index(instants.is_month_end),
}


def _phases(instants: pd.DatetimeIndex, unit: str) -> Phases | None:
    ticks = instants.to_numpy().astype(f"M8[{unit}]").astype(np.int64)
    distinct, counts = np.unique(ticks, return_counts=True)
    return find_phases(distinct, counts, len(ticks), Calendar(unit, 0), 1)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", INSTANTS)
def test_other_ranks_keep_the_shares_of_the_calendar(name: str, part: str) -> None:
    table = pd.DataFrame({"at": INSTANTS[name]})
    transformer = fit(table)
    levels, normals = transformer.encode(table)
    other = RNG.standard_normal(normals.shape).astype(np.float32)
    drawn = pd.DatetimeIndex(transformer.decode(Codes(levels, other))["at"])
    before, after = (PARTS[part](instants).value_counts() for instants in (INSTANTS[name], drawn))
    assert set(after.index) <= set(before.index)
    moved = after.reindex(before.index, fill_value=0) - before
    assert np.abs(moved).sum() / (2 * N_ROWS) < 0.06
    assert drawn.min() >= INSTANTS[name].min()
    assert drawn.max() <= INSTANTS[name].max()


@pytest.mark.parametrize("name", INSTANTS)
def test_instants_come_back(name: str) -> None:
    table = pd.DataFrame({"at": INSTANTS[name]})
    transformer = fit(table)
    for generator in (None, np.random.default_rng(0)):
        back = transformer.decode(transformer.encode(table, generator=generator))
        assert_near_cells(back["at"], table, transformer)
        assert (back["at"] == table["at"]).mean() > 0.95


def test_the_cycle_is_that_of_the_column() -> None:
    found = {
        "any minute": _phases(INSTANTS["any minute"], "m"),
        "business days": _phases(INSTANTS["business days"], "D"),
        "month ends": _phases(INSTANTS["month ends"], "D"),
        "some month ends": _phases(INSTANTS["some month ends"], "D"),
        "ten days": _phases(INSTANTS["ten days"], "m"),
    }
    week = 7 * 1440
    assert found["any minute"].cycle == Period(week, 4 * 1440)
    starts, stops = found["any minute"].starts, found["any minute"].stops
    assert starts.tolist() == [0, *stops[:-1]]
    assert (stops[-1], set(starts % 60)) == (week, {0})
    assert found["business days"].starts.tolist() == [0, 1, 2, 3, 4]
    assert found["month ends"] == Phases(Month(0), np.array([30]), np.array([31]), 1)
    assert isinstance(found["some month ends"].cycle, Month)
    assert found["ten days"].cycle == Period(1440, 4 * 1440)
    assert found["ten days"].starts.tolist() == list(range(360, 1320, 60))
    assert _phases(INSTANTS["any minute"][:40], "m") is None
    assert _phases(pd.date_range("2024-01-01", periods=3000, freq="min"), "m") is None


def test_even_days_of_months_leave_the_week() -> None:
    refuted = 0
    for seed in range(50):
        drawn = np.random.default_rng(seed).choice(DAYS, 1000)
        refuted += isinstance(_phases(pd.DatetimeIndex(drawn), "D").cycle, Month)
    assert refuted == 0


def test_months_and_quarters_keep_their_season() -> None:
    for freq, n_phases in (("M", 12), ("Q", 4)):
        periods = pd.period_range("1950-01", "2023-12", freq=freq)
        season = np.where(np.asarray(periods.month) >= 10, 3, 1)
        cells = RNG.choice(len(periods), N_ROWS, p=season / season.sum())
        table = pd.DataFrame({"p": periods[cells]})
        transformer = fit(table)
        assert transformer.layout_.normal_parts[0].n_clusters == n_phases
        back = transformer.decode(transformer.encode(table))
        assert_near_cells(back["p"], table, transformer)


@given(st.integers(-80_000, 80_000))
def test_days_of_months_split_and_join(day: int) -> None:
    cycle, days = Month(17), np.arange(day, day + 400)
    turns, phases = cycle.split(days)
    np.testing.assert_array_equal(cycle.join(turns, phases), days)
    dates = pd.DatetimeIndex((days + 17).astype("M8[D]"))
    np.testing.assert_array_equal(phases == 30, dates.is_month_end)
    np.testing.assert_array_equal(phases[phases < 30], dates.day[phases < 30] - 1)


@st.composite
def phases_of_ticks(draw: st.DrawFn) -> Phases:
    """Phases of a cycle of 12 grid steps, or of a month."""
    grid = draw(st.integers(1, 3))
    is_month = grid == 1 and draw(st.booleans())
    cycle = (
        Month(draw(st.integers(-9, 9)))
        if is_month
        else Period(12 * grid, draw(st.integers(-40, 40)) * grid)
    )
    n_steps = cycle.length // grid
    edges = sorted(draw(st.sets(st.integers(0, n_steps), min_size=2, max_size=8)))
    edges = edges[: len(edges) // 2 * 2]
    starts, stops = np.array(edges[::2]) * grid, np.array(edges[1::2]) * grid
    return Phases(cycle, starts, stops, grid)


def _members(phases: Phases, ticks: np.ndarray, cluster: int) -> np.ndarray:
    _, own = phases.cycle.split(ticks)
    return ticks[(own >= phases.starts[cluster]) & (own < phases.stops[cluster])]


@given(phases_of_ticks(), st.integers(-60, 60), st.integers(0, 90))
def test_intervals_hold_the_places_of_their_instants(phases: Phases, low: int, width: int) -> None:
    low, high = low * phases.grid, (low + width) * phases.grid
    ticks = np.arange(-400, 500) * phases.grid
    for cluster in range(phases.n_clusters):
        members = _members(phases, ticks, cluster)
        assert set(phases.clusters_of(members)) <= {cluster}
        places = phases.places(members, cluster)
        assert np.all(np.diff(places) > 0)
        np.testing.assert_array_equal(phases.values(places, cluster), members)
        first, last = phases.place_range(float(low), float(high), cluster)
        np.testing.assert_array_equal(
            members[(places >= first) & (places <= last)],
            members[(members >= low) & (members <= high)],
        )


@given(phases_of_ticks())
def test_what_lies_between_phases_has_a_place_in_one(phases: Phases) -> None:
    ticks = np.arange(-100, 100) * phases.grid
    clusters = phases.clusters_of(ticks)
    for cluster in range(phases.n_clusters):
        near = phases.values(phases.places(ticks[clusters == cluster], cluster), cluster)
        turns = np.abs(
            phases.cycle.split(near)[0] - phases.cycle.split(ticks[clusters == cluster])[0]
        )
        assert np.all(turns <= 1)


def test_there_are_no_more_phases_than_clusters_may_be() -> None:
    many = pd.DatetimeIndex(RNG.choice(DAYS, 50_000)) + pd.to_timedelta(
        RNG.integers(0, 1440, 50_000), "min"
    )
    assert _phases(many, "m").n_clusters <= MAX_CLUSTERS


@pytest.fixture(scope="module")
def fitted() -> TabularGAN:
    table = pd.DataFrame({"at": INSTANTS["office hours"], "x": RNG.normal(size=N_ROWS)})
    return TabularGAN(max_steps=30, random_state=0, refine=False).fit(table)


@pytest.mark.parametrize(
    "low, high",
    [
        ("2021-03-03 10:00", "2021-03-03 12:00"),
        ("2021-03-06", "2021-06-07 11:30"),
        (None, "2021-02-01"),
        ("2021-12-01 13:37", None),
    ],
)
def test_rows_of_an_interval_lie_in_it_and_in_office_hours(fitted, low, high) -> None:
    at = pd.DatetimeIndex(
        fitted.sample(300, conditions={"at": Between(low, high)}, random_state=0)["at"]
    )
    assert low is None or at.min() >= pd.Timestamp(low)
    assert high is None or at.max() <= pd.Timestamp(high)
    assert at.nunique() > 20
    assert at.hour.min() >= 9
    assert at.hour.max() < 17
    assert at.day_of_week.max() < 5


def test_single_instants_come_back(fitted) -> None:
    for instant in ("2021-03-03 10:01", "2021-03-06 03:00"):  # the second is a Saturday
        rows = fitted.sample(5, conditions={"at": instant}, random_state=0)
        assert (rows["at"] == pd.Timestamp(instant)).all()


def test_a_saved_transformer_has_its_phases() -> None:
    table = pd.DataFrame({name: INSTANTS[name] for name in ("office hours", "some month ends")})
    transformer = fit(table)
    state, arrays = transformer.to_state()
    again = TableTransformer.from_state(json.loads(json.dumps(state)), arrays)
    codes = transformer.encode(table)
    pd.testing.assert_frame_equal(again.decode(codes), transformer.decode(codes))
    damaged = json.loads(json.dumps(state))
    damaged["coders"][0]["inner"]["inner"]["phases"]["starts"][0] = -1
    with pytest.raises(ArchiveError):
        TableTransformer.from_state(damaged, arrays)


def _even(n_rows: int, seed: int) -> tuple[pd.DatetimeIndex, np.random.Generator]:
    rng = np.random.default_rng(seed)
    return DAYS[rng.integers(0, len(DAYS) // 7 * 7, n_rows)], rng


@pytest.mark.parametrize("seed", range(10))
def test_even_dates_that_nothing_depends_on_have_no_phases(seed: int) -> None:
    days, rng = _even(2000, seed)
    trend = (days - DAYS[0]).days / 500 + rng.normal(size=2000)
    table = pd.DataFrame({"on": days, "trend": trend, "x": rng.choice(list("abc"), 2000)})
    assert [part.column for part in fit(table).layout_.level_parts] == [2]


@pytest.mark.parametrize("kind", ["number", "category", "missing cells"])
def test_even_dates_have_phases_if_another_column_depends_on_the_weekday(kind: str) -> None:
    days, rng = _even(2000, 0)
    sunday = np.asarray(days.day_of_week == 6)
    cells = {
        "number": rng.normal(size=2000) + 2 * sunday,
        "category": np.where(rng.random(2000) < 0.3 + 0.5 * sunday, "shut", "open"),
        "missing cells": np.where(rng.random(2000) < 0.9 * sunday, np.nan, rng.normal(size=2000)),
    }
    layout = fit(pd.DataFrame({"on": days, "x": cells[kind]})).layout_
    assert layout.normal_parts[0].n_clusters == 7


def test_business_days_are_a_matter_of_weeks_however_many_rows_say_so() -> None:
    days = INSTANTS["business days"]
    assert _phases(days.repeat(50), "D").cycle == _phases(days, "D").cycle == Period(7, 4)


@pytest.mark.parametrize("n_years", [1, 12])
@pytest.mark.parametrize("unit", ["D", "h", "m", "s", "ms", "us", "ns"])
def test_scores_far_out_stay_in_the_column_and_in_its_phases(unit: str, n_years: int) -> None:
    rng = np.random.default_rng(n_years)
    days = pd.bdate_range("2020-01-01", periods=260 * n_years)
    part = 10**9 if unit == "ns" else 10**6
    moments = pd.to_timedelta(rng.integers(8 * 3600, 18 * 3600, 2000), "s").as_unit("ns")
    moments += pd.to_timedelta(rng.integers(0, part, 2000), "ns")
    instants = (pd.DatetimeIndex(rng.choice(days, 2000)).as_unit("ns") + moments).to_numpy()
    coder, _ = DatetimeCoder.fit(instants, unit=unit)
    known = instants.astype(f"M8[{unit}]")
    assert isinstance(coder.inner.clusters, Phases)
    clusters = np.repeat(np.arange(coder.n_clusters), 2)
    decoded = coder.decode_normals(np.tile([-9.0, 9.0], coder.n_clusters), clusters)
    assert known.min() <= decoded.min()
    assert decoded.max() <= known.max()
    at = pd.DatetimeIndex(decoded)
    assert at.day_of_week.max() < 5
    assert unit == "D" or (at.hour.min() >= 8 and at.hour.max() < 18)


def test_an_interval_in_a_gap_of_the_calendar_is_refused(fitted) -> None:
    for low, high in (("2021-03-06", "2021-03-07"), ("2021-03-03 18:00", "2021-03-04 08:00")):
        with pytest.raises(InvalidParameterError, match=r"'at' lies in .* gap there"):
            fitted.sample(5, conditions={"at": Between(low, high)})
