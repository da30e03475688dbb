"""Rows under conditions, judged against unseen real rows under the same condition.

    python benchmarks/conditions.py --model adult.tabgan

Fits one half of adult, samples under 20 conditions, and lets the quick judge of `tabgan.metrics`
tell the rows from those of the other half that meet the condition. Beside it stands what free rows
that happen to meet the condition score. One row of the CSV for each condition.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from quality_tables import read_split  # noqa: E402
from recording import write_rows  # noqa: E402

import tabgan  # noqa: E402
from tabgan import Between, TabularGAN  # noqa: E402
from tabgan.metrics import tree_auc  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "conditions.csv"
FIELDS = (
    "condition", "share_holdout", "n_rows", "auc", "auc_free", "auc_train", "seconds"
)  # fmt: skip
#: Rows of each table before the judge: at most, and at least for a condition to count.
MOST_ROWS, LEAST_ROWS = 4000, 200
FREE_ROWS = 200_000
CONDITIONS: list[dict[str, Any]] = [
    {"sex": "Female"},
    {"income": ">50K"},
    {"race": "Black"},
    {"education": "Masters"},
    {"education": ["Doctorate", "Prof-school"]},
    {"education-num": Between(13, 16)},
    {"marital-status": "Widowed"},
    {"occupation": "Protective-serv"},
    {"workclass": "Self-emp-inc"},
    {"workclass": "State-gov"},
    {"relationship": "Other-relative"},
    {"native-country": "Mexico"},
    {"race": "Amer-Indian-Eskimo"},
    {"age": Between(30, 40)},
    {"age": Between(65, 90)},
    {"age": 41},
    {"hours-per-week": Between(50, 60)},
    {"capital-gain": Between(1, 99_999)},
    {"sex": "Female", "income": ">50K"},
    {"age": Between(20, 30), "marital-status": "Married-civ-spouse"},
]


def main(arguments: list[str] | None = None) -> None:
    """Fit or load, sample and judge every condition, print the figures and write the CSV."""
    options = parse(arguments, __doc__, RESULTS)
    split = read_split("adult", "judge", options.seed, 1)
    model = fitted(split.train, options)
    free = model.sample(FREE_ROWS, random_state=options.seed)
    rows = []
    for condition in CONDITIONS:
        row = measure(condition, model, split, free, options.seed)
        if row is not None:
            rows.append(row)
            print("  ".join(f"{row[name]}" for name in FIELDS), flush=True)
    for name in ("auc", "auc_free", "auc_train"):
        values = [row[name] for row in rows if row[name] != ""]
        print(f"median {name} of {len(values)}: {statistics.median(values):.3f}")
    write_rows(rows, options.results, FIELDS)


def parse(arguments: list[str] | None, purpose: str, results: Path) -> argparse.Namespace:
    """Read the command line of a benchmark of one model."""
    parser = argparse.ArgumentParser(description=purpose.splitlines()[0])
    parser.add_argument("--model", type=Path, help="load it, or save the fit there")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=results, metavar="CSV")
    return parser.parse_args(arguments)


def fitted(train: pd.DataFrame, options: argparse.Namespace) -> TabularGAN:
    """Load the model, or fit it and keep it."""
    if options.model is not None and options.model.exists():
        return tabgan.load(options.model)
    model = TabularGAN(random_state=options.seed).fit(train)
    if options.model is not None:
        model.save(options.model)
    return model


def measure(
    condition: dict[str, Any], model: TabularGAN, split: Any, free: pd.DataFrame, seed: int
) -> dict[str, Any] | None:
    """Judge conditional rows, free rows that meet the condition, and the training rows that do."""
    holdout = meeting(split.holdout, condition)
    n_rows = min(len(holdout), MOST_ROWS)
    if n_rows < LEAST_ROWS:
        return None
    started = time.perf_counter()
    synthetic = model.sample(n_rows, conditions=condition, random_state=seed)
    seconds = time.perf_counter() - started
    tables = {
        "auc": synthetic,
        "auc_free": meeting(free, condition),
        "auc_train": meeting(split.train, condition),
    }
    return {
        "condition": ", ".join(f"{name} {value}" for name, value in condition.items()),
        "share_holdout": round(len(holdout) / len(split.holdout), 4),
        "n_rows": n_rows,
        **{name: area(holdout, table, split, n_rows, seed) for name, table in tables.items()},
        "seconds": round(seconds, 1),
    }


def meeting(table: pd.DataFrame, condition: dict[str, Any]) -> pd.DataFrame:
    """The rows of a table that meet a condition."""
    is_met = pd.Series(True, index=table.index)
    for name, wanted in condition.items():
        if isinstance(wanted, Between):
            is_met &= table[name].between(wanted.low, wanted.high)
        else:
            is_met &= table[name].isin(wanted if isinstance(wanted, list) else [wanted])
    return table[is_met].reset_index(drop=True)


def area(
    holdout: pd.DataFrame, table: pd.DataFrame, split: Any, n_rows: int, seed: int
) -> float | str:
    """The judge's area with equal numbers of rows; nothing if the table has too few of them."""
    if len(table) < 0.9 * n_rows:
        return ""
    n_rows = min(n_rows, len(table))
    tables = [each.sample(n_rows, random_state=seed) for each in (holdout, table)]
    return round(tree_auc(*tables, schema=split.kinds, random_state=seed).value, 4)


if __name__ == "__main__":
    main()
