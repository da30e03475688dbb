"""Phases of the calendar: instants at the same time of week, or day of month, are ranked together.

A *cycle* is a week, a day, a month or a year; one run through it is a *turn*. The phases of a
column are intervals of its cycle. Within a phase, the stretches of all turns are joined end to end,
and the *place* of an instant is its distance from the first: places keep the order of time, and
hold nothing of the hours and days between two turns.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.stats import norm

from tabgan.preprocessing.clusters import MAX_CLUSTERS, MIN_SHARE

__all__ = ["Calendar", "Phases", "find_phases"]

#: A phase has so many rows. One beside others, without a gap, also has so many times the square
#: root of all, since a short table tells little of many phases, and the share that a cluster has.
_MIN_ROWS, _ROOTS = 50, 1.5
#: Mean rows of a stretch.
_ROWS_OF_STRETCH = 10
#: A column goes through its cycle at least so many times.
_LEAST_TURNS = 4
#: That days of the month are as frequent as the calendar has them is refuted at this level.
_LEVEL = 1e-6
#: Ticks of a day.
_DAYS = {"D": 1, "h": 24, "m": 1440, "s": 86_400}
_DAYS |= {unit: 86_400 * 1000**k for k, unit in enumerate(("ms", "us", "ns"), 1)}
#: Ticks of a year, of units that are no part of a week.
_YEARS = {"M": 12, "3M": 4}
#: Into how many stretches a day is cut, and a stretch into bins to find where its rows begin and
#: end: as many as the grid and the number of phases allow.
_STRETCHES, _BINS = (24, 12, 8, 6, 4, 3, 2, 1), (12, 6, 4, 3, 2, 1)
#: Monday after the first of 1970, a Thursday.
_MONDAY = 4
#: The last day of a month is a phase of its own, after the others.
_LAST_DAY = 30


@dataclass(frozen=True)
class Calendar:
    """What ticks count.

    Parameters
    ----------
    unit : str
        What a tick is, as NumPy names it.
    epoch : int
        Tick from which they count, itself counted from 1970.
    """

    unit: str
    epoch: int


@dataclass(frozen=True)
class Period:
    """A cycle of a fixed number of ticks.

    Parameters
    ----------
    length : int
    start : int
        A tick at which a turn begins.
    """

    length: int
    start: int

    def split(self, ticks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the turn, and the ticks since its beginning, of ticks."""
        return np.divmod(ticks - self.start, self.length)

    def join(self, turns: np.ndarray, phases: np.ndarray) -> np.ndarray:
        """Return the ticks that :meth:`split` takes apart."""
        return turns * self.length + phases + self.start


@dataclass(frozen=True)
class Month:
    """The cycle of days in a month, the last of which is phase 30 in all months.

    Parameters
    ----------
    epoch : int
        Day from which days are counted, itself counted from 1970.
    """

    epoch: int
    length = _LAST_DAY + 1

    def split(self, ticks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the month, and the day in it, from 0, or 30 for the last, of days."""
        days = ticks + self.epoch
        months = days.astype("M8[D]").astype("M8[M]").astype(np.int64)
        firsts, lasts = _first_day(months), _first_day(months + 1) - 1
        return months, np.where(days == lasts, _LAST_DAY, days - firsts)

    def join(self, turns: np.ndarray, phases: np.ndarray) -> np.ndarray:
        """Return days; a phase that a month lacks is the last but one of its days."""
        firsts, lasts = _first_day(turns), _first_day(turns + 1) - 1
        days = np.where(phases == _LAST_DAY, lasts, np.minimum(firsts + phases, lasts - 1))
        return days - self.epoch


def _first_day(months: np.ndarray) -> np.ndarray:
    return months.astype(np.int64).astype("M8[M]").astype("M8[D]").astype(np.int64)


@dataclass(frozen=True)
class Phases:
    """Clusters of instants that have the same phase.

    Parameters
    ----------
    cycle : Period or Month
    starts, stops : ndarray of shape (n_clusters,), int64
        The phases, in order; between two of them nothing occurs.
    grid : int
        Ticks between instants that can occur.
    """

    cycle: Period | Month
    starts: np.ndarray
    stops: np.ndarray
    grid: int

    @property
    def n_clusters(self) -> int:
        """Number of phases."""
        return len(self.starts)

    @property
    def are_ordered(self) -> bool:
        """Whether all values of a cluster lie before those of the next: no."""
        return self.n_clusters == 1

    def clusters_of(self, values: np.ndarray) -> np.ndarray:
        """Return the phase of each instant; between phases, the one before."""
        _, phases = self.cycle.split(values)
        return np.maximum(np.searchsorted(self.starts, phases, side="right") - 1, 0)

    def places(self, values: np.ndarray, cluster: int) -> np.ndarray:
        """Return the places of instants of one phase; those beside it have that of its end."""
        turns, phases = self.cycle.split(values)
        start, width = self.starts[cluster], self._width(cluster)
        return turns * width + np.clip(phases - start, 0, width - self.grid)

    def values(self, places: np.ndarray, cluster: int) -> np.ndarray:
        """Return the instants of places in one phase, which are rounded to the grid."""
        whole = np.rint(places / self.grid).astype(np.int64) * self.grid
        turns, rest = np.divmod(whole, self._width(cluster))
        return self.cycle.join(turns, self.starts[cluster] + rest)

    def place_range(self, low: float, high: float, cluster: int) -> tuple[float, float]:
        """Return the first and the last place of instants from `low` to `high`.

        The first is the greater one if the phase has none.
        """
        width, start = self._width(cluster), self.starts[cluster]
        ends = []
        for end, least, most in ((low, 0, width), (high, -self.grid, width - self.grid)):
            if np.isfinite(end):
                turns, phases = self.cycle.split(np.array([int(end)]))
                end = int(turns[0] * width + np.clip(phases[0] - start, least, most))
            ends.append(end)
        return _float_within(ends[0], np.inf), _float_within(ends[1], -np.inf)

    def to_state(self) -> dict[str, Any]:
        """Return JSON-able values; the inverse of :meth:`from_state`."""
        is_month = isinstance(self.cycle, Month)
        return {
            "cycle": "month" if is_month else "period",
            **vars(self.cycle),
            "starts": self.starts.tolist(),
            "stops": self.stops.tolist(),
            "grid": self.grid,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Phases":
        """Rebuild phases; ValueError if they are none."""
        starts, stops = (np.array(state[name], dtype=np.int64) for name in ("starts", "stops"))
        cycle: Period | Month
        if state["cycle"] == "month":
            cycle = Month(int(state["epoch"]))
        else:
            cycle = Period(int(state["length"]), int(state["start"]))
        grid = int(state["grid"])
        edges = np.column_stack([starts, stops]).ravel()
        if grid < 1 or np.any(np.diff(edges) < 0) or np.any(stops - starts < grid):
            raise ValueError("phases must follow each other")
        if edges[0] < 0 or edges[-1] > cycle.length:
            raise ValueError("phases must lie within their cycle")
        return cls(cycle, starts, stops, grid)

    def _width(self, cluster: int) -> int:
        return int(self.stops[cluster] - self.starts[cluster])


def _float_within(place: float, side: float) -> float:
    """Return a place as a float, moved to a side if it is rounded to the other."""
    number = float(place)
    is_beyond = np.isfinite(number) and (int(number) - place) * side < 0
    return float(np.nextafter(number, side)) if is_beyond else number


def find_phases(
    distinct: np.ndarray, counts: np.ndarray, n_rows: int, calendar: Calendar, grid: int
) -> Phases | None:
    """Return the phases of a column of instants, or None if it has none.

    Parameters
    ----------
    distinct : ndarray of shape (n_values,), int64
        Ticks of the instants, in increasing order.
    counts : ndarray of shape (n_values,), int
        Rows of each.
    n_rows : int
        Rows of the column.
    calendar : Calendar
        What a tick is.
    grid : int
        Step between the ticks that can occur.

    Returns
    -------
    phases : Phases or None

    Notes
    -----
    The cycle is the week for instants over at least four weeks, else the day for those over four
    days, the year for months and quarters over four years. Whole days have the month instead of the
    week, if a chi-squared test refutes (1e-6) that days of the month are as frequent as the
    calendar between the first and the last date has them, and refutes it more surely than for
    weekdays.

    A day of instants is cut into stretches of an hour, or longer ones, until they give no more than
    64 phases; where ticks are days or longer, they are the stretches. Neighbouring stretches with
    rows are joined until they have 1.5 sqrt(n) of the n rows, and 0.5 %, or meet gaps on both sides
    and have 50 rows. Beside gaps, ends without rows, in twelfths of a stretch, are left out. So
    what never occurs (weekends, nights, days but the last of a month) has no place. There are ten
    rows for each stretch, else longer ones are taken, so that hardly one is empty by chance.
    """
    n_own = counts.sum()
    if n_own < 2 * _MIN_ROWS:
        return None
    cycle, stretches = _cycle(distinct, counts, calendar, grid)
    if cycle is None:
        return None
    _, phases = cycle.split(distinct)
    least = max(_MIN_ROWS, _ROOTS * n_rows**0.5, MIN_SHARE * n_rows)
    for stretch in stretches:
        width = next(iter(_parts(stretch, _BINS, grid)))
        bins = np.bincount(phases // width, weights=counts, minlength=-(-cycle.length // width))
        cells = np.array(_join(bins, stretch // width, least)) * width
        n_stretches = cycle.length / stretch
        if len(cells) <= MAX_CLUSTERS and n_own >= _ROWS_OF_STRETCH * n_stretches:
            break
    starts, stops = cells[:, 0], np.minimum(cells[:, 1], cycle.length)
    is_whole = len(starts) == 1 and stops[0] - starts[0] == cycle.length
    return None if is_whole else Phases(cycle, starts, stops, grid)


def _cycle(
    distinct: np.ndarray, counts: np.ndarray, calendar: Calendar, grid: int
) -> tuple[Period | Month | None, list[int]]:
    """Return the cycle of a column, if it has one, and the lengths of stretches, finest first."""
    span = int(distinct[-1]) - int(distinct[0])
    if calendar.unit in _YEARS:
        year = Period(_YEARS[calendar.unit], -calendar.epoch)
        is_long = span >= _LEAST_TURNS * year.length and year.length % grid == 0
        return (year, [grid]) if is_long else (None, [])
    day = _DAYS.get(calendar.unit, 0)
    stretches = _parts(day, _STRETCHES, grid)
    if not stretches or span < _LEAST_TURNS * day:
        return None, []
    # Turns are counted from the epoch on, which lies in the middle, so that places are small.
    start = (_MONDAY * day - calendar.epoch) % (7 * day)
    if span >= _LEAST_TURNS * 7 * day:
        week = Period(7 * day, start)
        if day == 1 and _has_days_of_months(distinct, counts, week, calendar):
            return Month(calendar.epoch), stretches
        return week, stretches
    return (Period(day, start), stretches) if day > grid else (None, [])


def _parts(length: int, numbers: tuple[int, ...], grid: int) -> list[int]:
    """Return the lengths of equal parts that are multiples of the grid, finest first."""
    parts = [length // n for n in numbers if length % n == 0]
    return [part for part in parts if part and part % grid == 0]


def _has_days_of_months(
    distinct: np.ndarray, counts: np.ndarray, week: Period, calendar: Calendar
) -> bool:
    """Whether days of the month are less even than weekdays, beside what the calendar has."""
    every = np.arange(distinct[0], distinct[-1] + 1)
    surprise = []
    for cycle in (Month(calendar.epoch), week):
        expected = np.bincount(cycle.split(every)[1], minlength=cycle.length).astype(float)
        found = np.bincount(cycle.split(distinct)[1], weights=counts, minlength=cycle.length)
        expected *= found.sum() / expected.sum()
        distance = float(np.sum((found - expected) ** 2 / expected))
        surprise.append(_normal_score(distance, cycle.length - 1))
    return surprise[0] > norm.isf(_LEVEL) and surprise[0] >= surprise[1]


def _normal_score(distance: float, freedom: int) -> float:
    """Return a chi-squared statistic as a normal score, which never underflows as its chance does.

    E. Wilson, M. Hilferty (1931). The distribution of chi-square. doi:10.1073/pnas.17.12.684.
    """
    variance = 2 / (9 * freedom)
    return float((np.cbrt(distance / freedom) - (1 - variance)) / np.sqrt(variance))


def _join(bins: np.ndarray, per_stretch: int, least: float) -> list[tuple[int, int]]:
    """Return the phases as pairs of bins, given the rows of each bin."""
    firsts = np.append(np.arange(0, len(bins), per_stretch), len(bins))
    stretches = np.add.reduceat(bins, firsts[:-1])
    cells: list[tuple[int, int]] = []
    for start, stop in _runs(stretches):
        filled = np.flatnonzero(bins[firsts[start] : firsts[stop]]) + firsts[start]
        edges = [int(filled[0])]
        left, rows = stretches[start:stop].sum(), 0.0
        for stretch in range(start, stop - 1):
            rows, left = rows + stretches[stretch], left - stretches[stretch]
            if min(rows, left) >= least:
                edges.append(int(firsts[stretch + 1]))
                rows = 0.0
        cells += pairwise([*edges, int(filled[-1]) + 1])
    return cells


def _runs(stretches: np.ndarray) -> list[tuple[int, int]]:
    """Return the runs of stretches with rows; those with few are joined with the next."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], stretches > 0, [False]])))
    runs: list[tuple[int, int]] = []
    for start, stop in edges.reshape(-1, 2).tolist():
        if runs and stretches[slice(*runs[-1])].sum() < _MIN_ROWS:
            start, _ = runs.pop()
        runs.append((start, stop))
    if len(runs) > 1 and stretches[slice(*runs[-1])].sum() < _MIN_ROWS:
        _, stop = runs.pop()
        runs[-1] = (runs[-1][0], stop)
    return runs
