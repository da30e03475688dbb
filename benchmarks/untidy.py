"""Tables as they come: defaults, no hand-holding, and what is particular to each.

    python benchmarks/untidy.py --tables titanic nyc_taxi nyc_weather california diabetes130

Fits `TabularGAN` with defaults on one half of each table, draws as many rows, and measures errors,
judge, relations that hold in every real row, and the pattern of missing cells. See
benchmarks/README.md for the columns of the CSV.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from quality_models import fit_and_sample  # noqa: E402
from quality_tables import DATA  # noqa: E402
from recording import append_row, machine, read_setting  # noqa: E402

from tabgan import infer_schema, metrics  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "untidy.csv"
FIELDS = (
    "label",
    "table",
    "seed",
    "settings",
    "n_train",
    "n_columns",
    "fit_seconds",
    "sample_seconds",
    "peak_memory_mb",
    "n_iter",
    "shape_error",
    "shape_reference",
    "trend_error",
    "trend_reference",
    "auc_holdout",
    "auc_holdout_se",
    "floor",
    "auc_train",
    "auc_calendar",
    "floor_calendar",
    "broken_rows",
    "broken_rows_reference",
    "missing_tv",
    "missing_tv_reference",
    "changed_dtypes",
    "threads",
    "cpu",
    "cpu_count",
    "versions",
)
Relation = Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True)
class Untidy:
    """One table: its file, how it is read, whose rows stay together, and what is always true.

    Parameters
    ----------
    file : str
        Below `DATA`.
    read : callable
        Turns the file into the table that a user would have.
    group : str or None
        Rows with the same value in this column fall into one half.
    made_up : tuple of str
        Names and keys of rows, which no metric looks at.
    relations : callable
        From the learned half to the relations, each of which tells for every row of a table whether
        it holds there.
    """

    file: str
    read: Callable[[Path], pd.DataFrame] = pd.read_csv
    group: str | None = None
    made_up: tuple[str, ...] = ()
    relations: Callable[[pd.DataFrame], list[Relation]] = lambda train: []


def _read_taxi(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, parse_dates=["pickup", "dropoff"])


def _read_weather(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path)
    instants = pd.to_datetime(table["time_hour"], utc=True)
    return table.assign(time_hour=instants.dt.tz_convert("America/New_York"))


def _same_as_learned(train: pd.DataFrame, root: str, derived: str) -> Relation:
    """The derived column is what it was beside the same value of the root."""
    known = train.dropna(subset=[root]).drop_duplicates(root).set_index(root)[derived]
    return lambda table: table[root].isna() | (table[root].map(known) == table[derived])


def _taxi_relations(train: pd.DataFrame) -> list[Relation]:
    def fee(table: pd.DataFrame) -> pd.Series:
        parts = table["fare"] + table["tip"] + table["tolls"]
        return (100 * (table["total"] - parts)).round()

    known = set(fee(train))
    return [
        lambda table: fee(table).isin(known),
        lambda table: table["dropoff"] >= table["pickup"],
        _same_as_learned(train, "pickup_zone", "pickup_borough"),
        _same_as_learned(train, "dropoff_zone", "dropoff_borough"),
    ]


def _weather_relations(train: pd.DataFrame) -> list[Relation]:
    def field(name: str) -> Relation:
        return lambda table: getattr(table["time_hour"].dt, name) == table[name]

    return [field(name) for name in ("year", "month", "day", "hour")]


def _housing_relations(train: pd.DataFrame) -> list[Relation]:
    return [lambda table: ~(table["total_bedrooms"] > table["total_rooms"])]


TABLES = {
    "titanic": Untidy("titanic/titanic.csv.gz", made_up=("PassengerId", "Name", "Ticket")),
    "nyc_taxi": Untidy("nyc_taxi/taxis.csv.gz", _read_taxi, relations=_taxi_relations),
    "nyc_weather": Untidy(
        "nyc_weather/weather.csv.gz", _read_weather, relations=_weather_relations
    ),
    "california": Untidy("california/housing.csv.gz", relations=_housing_relations),
    "diabetes130": Untidy(
        "diabetes130/diabetic_data.csv.gz",
        group="patient_nbr",
        made_up=("encounter_id", "patient_nbr"),
    ),
}


def main(arguments: list[str] | None = None) -> None:
    """Run every table and seed asked for."""
    options = parse(arguments)
    for name in options.tables:
        for seed in options.seeds:
            row = run(name, seed, options)
            append_row(row, options.results, FIELDS)
            print(*(f"{field}={row.get(field, '')}" for field in FIELDS[1:-4]), flush=True)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=list(TABLES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", dest="settings")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--label", default="")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="CSV")
    options = parser.parse_args(arguments)
    options.settings = dict(read_setting(text, parser) for text in options.settings)
    return options


def run(name: str, seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """Fit, sample and measure once."""
    facts = TABLES[name]
    train, holdout = halves(facts.read(DATA / facts.file), facts.group, seed)
    synthetic, record = fit_and_sample("tabgan", train, options.settings, seed, options.threads)
    started = time.perf_counter()
    with threadpool_limits(options.threads):
        figures = measure(facts, train, holdout, synthetic, seed)
    print(f"{name}: measured in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return {
        "label": options.label,
        "table": name,
        "seed": seed,
        "settings": json.dumps(options.settings, default=str),
        "n_train": len(train),
        "n_columns": train.shape[1],
        **record,
        **figures,
        "threads": options.threads,
        **machine(),
    }


def halves(table: pd.DataFrame, group: str | None, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two random halves, of the rows or of the groups of rows."""
    names = np.arange(len(table)) if group is None else pd.factorize(table[group])[0]
    order = np.random.default_rng(seed).permutation(names.max() + 1)
    is_first = order[names] < len(order) // 2
    return table[is_first].reset_index(drop=True), table[~is_first].reset_index(drop=True)


def measure(
    facts: Untidy, train: pd.DataFrame, holdout: pd.DataFrame, synthetic: pd.DataFrame, seed: int
) -> dict[str, Any]:
    """The figures of one synthetic table."""
    made_up = list(facts.made_up)
    seen, unseen, drawn = (t.drop(columns=made_up) for t in (train, holdout, synthetic))
    kinds = {name: column.kind for name, column in infer_schema(seen).items()}
    common = {"schema": kinds, "holdout": unseen, "random_state": seed}
    shape, trend = (
        metric(seen, drawn, **common) for metric in (metrics.shape_error, metrics.trend_error)
    )
    judged = metrics.judge(seen, drawn, **common)
    by_calendar = {}
    if any(kind == "datetime" for kind in kinds.values()):
        seen, unseen, drawn = (with_clock(t, kinds) for t in (seen, unseen, drawn))
        clocked = metrics.judge(seen, drawn, holdout=unseen, random_state=seed)
        by_calendar = {"auc_calendar": clocked.auc_holdout, "floor_calendar": clocked.floor}
    relations = facts.relations(train)
    figures = {
        "shape_error": 100 * shape.value,
        "shape_reference": 100 * shape.reference,
        "trend_error": 100 * trend.value,
        "trend_reference": 100 * trend.reference,
        "auc_holdout": judged.auc_holdout,
        "auc_holdout_se": judged.se_holdout,
        "floor": judged.floor,
        "auc_train": judged.auc_train,
        **by_calendar,
        "broken_rows": broken_share(relations, synthetic),
        "broken_rows_reference": broken_share(relations, holdout),
        "missing_tv": missing_distance(train, synthetic),
        "missing_tv_reference": missing_distance(train, holdout),
    }
    changed = sum(train[name].dtype != synthetic[name].dtype for name in train.columns)
    return {**{name: round(v, 4) for name, v in figures.items()}, "changed_dtypes": changed}


def with_clock(table: pd.DataFrame, kinds: Mapping[Hashable, str]) -> pd.DataFrame:
    """The table with the weekday and the time of day, in hours, of its instants."""
    clock = {}
    for name in (name for name, kind in kinds.items() if kind == "datetime"):
        instants = pd.to_datetime(table[name])
        clock[f"{name}: weekday"] = instants.dt.day_name()
        midnight = instants.dt.normalize()
        clock[f"{name}: time of day"] = (instants - midnight) / pd.Timedelta(hours=1)
    return table.assign(**clock)


def broken_share(relations: list[Relation], table: pd.DataFrame) -> float:
    """Share of the rows in which some relation does not hold."""
    holds = np.ones(len(table), bool)
    for relation in relations:
        holds &= relation(table).to_numpy(bool, na_value=False)
    return float(1 - holds.mean())


def missing_distance(real: pd.DataFrame, other: pd.DataFrame) -> float:
    """Total variation between the joint patterns of missing cells."""
    shares = [
        pd.Series(map(bytes, table.isna().to_numpy())).value_counts(normalize=True)
        for table in (real, other[real.columns])
    ]
    return float(shares[0].sub(shares[1], fill_value=0).abs().sum() / 2)


if __name__ == "__main__":
    main()
