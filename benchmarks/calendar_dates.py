"""Dates with a week and a day: what phases of the calendar bring, on a table with known laws.

    python benchmarks/calendar_dates.py --rows 5000 --seeds 0

Draws instants over a year, fewer at weekends and at night, and columns that depend on the hour, the
weekday and the season. Fits `TabularGAN` with phases (`number_coding="clusters"`, the default) and
without ("ranks"), and appends to benchmarks/results/calendar_dates.csv: the judge's area against
unseen rows as they are, the same with weekday and time of day shown, the share of leisure trips at
weekends, and the correlation of the load with the sine of the hour on which it depends. The last
two stand beside those of unseen rows.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from recording import append_row, machine  # noqa: E402
from untidy import with_clock  # noqa: E402

from tabgan import TabularGAN, metrics  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "calendar_dates.csv"
CODINGS = ("clusters", "ranks")
KINDS = {"at": "datetime"}
FIELDS = (
    "n_rows",
    "number_coding",
    "seed",
    "n_phases",
    "fit_seconds",
    "auc_holdout",
    "auc_calendar",
    "auc_calendar_se",
    "floor",
    "weekend_leisure",
    "weekend_leisure_reference",
    "load_correlation",
    "load_correlation_reference",
    "threads",
    "cpu",
    "cpu_count",
    "versions",
)


def main() -> None:
    """Fit both codings for every seed asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="CSV")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for seed in options.seeds:
        for coding in CODINGS:
            row = run(options.rows, coding, seed) | {"threads": options.threads, **machine()}
            append_row(row, options.results, FIELDS)
            print(*(f"{field}={row[field]}" for field in FIELDS[:-4]), flush=True)


def draw(n_rows: int, seed: int) -> pd.DataFrame:
    """Trips: a load by hour and weekday, a purpose by weekday, a temperature by hour and season."""
    rng = np.random.default_rng(seed)
    calendar = np.arange(365)
    share = np.where(calendar % 7 >= 5, 0.3, 1.0)  # the first day is a Monday
    day = rng.choice(calendar, n_rows, p=share / share.sum())
    is_weekend = day % 7 >= 5
    is_morning = rng.random(n_rows) < 0.5
    hour = np.where(is_morning, rng.normal(9, 1.5, n_rows), rng.normal(17, 2, n_rows)).clip(
        0, 23.99
    )
    seconds = pd.to_timedelta((3600 * hour).astype(int), "s")
    load = 10 + 5 * _sine(hour - 6) + 3 * is_weekend + 0.01 * day + rng.normal(size=n_rows)
    season = 10 - 8 * np.cos(2 * np.pi * day / 365)
    temperature = season + 4 * _sine(hour - 9) + rng.normal(0, 2, n_rows)
    is_leisure = rng.random(n_rows) < np.where(is_weekend, 0.8, 0.2)
    return pd.DataFrame(
        {
            "at": pd.Timestamp("2022-01-03") + pd.to_timedelta(day, "D") + seconds,
            "load": load.round(2),
            "purpose": np.where(is_leisure, "leisure", "work"),
            "temperature": temperature.round(1),
        }
    )


def run(n_rows: int, coding: str, seed: int) -> dict[str, Any]:
    """Fit, sample and measure once."""
    train, holdout = draw(n_rows, 2 * seed + 1), draw(n_rows, 2 * seed + 2)
    started = time.perf_counter()
    model = TabularGAN(number_coding=coding, random_state=seed, device="cpu").fit(train)
    fitted = time.perf_counter()
    sample = model.sample(n_rows)
    judged = metrics.judge(train, sample, holdout=holdout, random_state=seed)
    clocked = [with_clock(table, KINDS) for table in (train, sample, holdout)]
    by_calendar = metrics.judge(*clocked[:2], holdout=clocked[2], random_state=seed)
    position = model.transformer_.layout_.columns.index("at")
    _, normal_part = model.transformer_.layout_.parts_of(position)
    figures = {
        "auc_holdout": judged.auc_holdout,
        "auc_calendar": by_calendar.auc_holdout,
        "auc_calendar_se": by_calendar.se_holdout,
        "floor": by_calendar.floor,
        "weekend_leisure": weekend_leisure(sample),
        "weekend_leisure_reference": weekend_leisure(holdout),
        "load_correlation": load_correlation(sample),
        "load_correlation_reference": load_correlation(holdout),
    }
    return {
        "n_rows": n_rows,
        "number_coding": coding,
        "seed": seed,
        "n_phases": model.transformer_.layout_.normal_parts[normal_part].n_clusters,
        "fit_seconds": round(fitted - started, 1),
        **{name: round(float(value), 4) for name, value in figures.items()},
    }


def weekend_leisure(table: pd.DataFrame) -> float:
    """Share of leisure trips at weekends; 0.8 by the law."""
    return float((table["purpose"][table["at"].dt.day_of_week >= 5] == "leisure").mean())


def load_correlation(table: pd.DataFrame) -> float:
    """Correlation of the load with the sine of the hour that it depends on."""
    hour = (table["at"] - table["at"].dt.normalize()) / pd.Timedelta(hours=1)
    return float(np.corrcoef(table["load"], _sine(hour - 6))[0, 1])


def _sine(hour: Any) -> Any:
    return np.sin(2 * np.pi * hour / 24)


if __name__ == "__main__":
    main()
