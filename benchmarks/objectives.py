"""Every objective on three tables at the same time budget, alone and inside the whole recipe.

    python benchmarks/objectives.py --seconds 120 --threads 2
    python benchmarks/objectives.py --print

Each run trains for so many seconds on a random half of a table, samples as many rows, and appends
errors against that half and the area of the quick judge against the other half to
benchmarks/results/objectives.csv; what is there already is not run again. The default objective has
three seeds, the others one. The means are printed as two tables for docs/objectives.md. The tables
lie in the folder named by TABGAN_DATA, as for benchmarks/quality.py.

"alone" is the adversarial part: no conditions, masks, moments, averages, held-out rows, calibration
or refinement. The seconds shown are those of the whole fit, calibration and refiner included.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from quality_models import fit_and_sample  # noqa: E402
from quality_tables import TABLES, read_split  # noqa: E402
from recording import append_row  # noqa: E402

from tabgan import metrics  # noqa: E402
from tabgan.objectives import OBJECTIVES  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "objectives.csv"
DEFAULT = "relativistic"
RECIPES: dict[str, dict[str, Any]] = {
    "alone": {
        "conditional": False,
        "column_masking": False,
        "moment_weight": 0,
        "averaging": 0,
        "early_stopping": False,
        "calibrate": False,
        "refine": False,
    },
    "whole": {},
}
#: More steps than any budget allows, so that the clock ends training.
MANY_STEPS = 1_000_000
FIELDS = (
    "table",
    "recipe",
    "objective",
    "seed",
    "budget_seconds",
    "threads",
    "shape_error",
    "trend_error",
    "auc_holdout",
    "judge_rows",
    "n_iter",
    "fit_seconds",
)


def main() -> None:
    """Run what is missing, then print the tables."""
    options = parse()
    done = _done(options.results, options.seconds)
    for seed in options.seeds if not options.print else ():
        for table in options.tables:
            for recipe in options.recipes:
                for objective in options.objectives:
                    is_repeat = objective != DEFAULT and seed != options.seeds[0]
                    if is_repeat or (table, recipe, objective, seed) in done:
                        continue
                    row = run(table, recipe, objective, seed, options)
                    append_row(row, options.results, FIELDS)
                    print(*row.values(), flush=True)
    results = pd.read_csv(options.results)
    print(markdown(results[results["budget_seconds"] == options.seconds]))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120.0, help="of training, each run")
    tables = ("adult", "shoppers", "magic")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=tables)
    parser.add_argument("--recipes", nargs="+", choices=RECIPES, default=tuple(RECIPES))
    parser.add_argument("--objectives", nargs="+", choices=OBJECTIVES, default=tuple(OBJECTIVES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], metavar="SEED")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--print", action="store_true", help="run nothing")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="CSV")
    return parser.parse_args()


def run(
    table: str, recipe: str, objective: str, seed: int, options: argparse.Namespace
) -> dict[str, Any]:
    """Fit, sample and measure once."""
    split = read_split(table, "judge", seed, 1)
    settings = {
        "objective": objective,
        "max_time": options.seconds,
        "max_steps": MANY_STEPS,
        **RECIPES[recipe],
    }
    synthetic, record = fit_and_sample("tabgan", split.train, settings, seed, options.threads)
    common = {"schema": split.kinds, "random_state": seed}
    with threadpool_limits(options.threads):
        shape = metrics.shape_error(split.train, synthetic, **common)
        trend = metrics.trend_error(split.train, synthetic, **common)
        judged = metrics.judge(
            split.train,
            synthetic,
            holdout=split.holdout,
            judge="quick",
            n_jobs=options.threads,
            **common,
        )
    return {
        "table": table,
        "recipe": recipe,
        "objective": objective,
        "seed": seed,
        "budget_seconds": options.seconds,
        "threads": options.threads,
        "shape_error": round(100 * shape.value, 3),
        "trend_error": round(100 * trend.value, 3),
        "auc_holdout": round(judged.auc_holdout, 4),
        "judge_rows": judged.n_rows,
        "n_iter": record["n_iter"],
        "fit_seconds": record["fit_seconds"],
    }


def markdown(results: pd.DataFrame) -> str:
    """Return a table for each recipe: means over the seeds; the range of AUC_H of several."""
    tables = [name for name in TABLES if name in set(results["table"])]
    blocks = []
    for recipe in RECIPES:
        head = [f"{name}: shape % | trend % | AUC_H | steps | s" for name in tables]
        lines = [
            f"| {recipe} | {' | '.join(head)} |",
            "|---|" + "---|---|---|---|---|" * len(tables),
        ]
        for objective in OBJECTIVES:
            cells = [_cells(results, recipe, objective, name) for name in tables]
            if any(cell.strip(" |") for cell in cells):
                lines.append(f"| {objective} | {' | '.join(cells)} |")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _cells(results: pd.DataFrame, recipe: str, objective: str, table: str) -> str:
    wanted = {"recipe": recipe, "objective": objective, "table": table}
    runs = results[(results[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    if not len(runs):
        return " | | | | "
    mean, areas = runs.mean(numeric_only=True), runs["auc_holdout"]
    spread = f" ({areas.min():.3f} to {areas.max():.3f})" if len(runs) > 1 else ""
    return (
        f"{mean['shape_error']:.2f} | {mean['trend_error']:.2f} | "
        f"{mean['auc_holdout']:.3f}{spread} | {mean['n_iter']:.0f} | {mean['fit_seconds']:.0f}"
    )


def _done(path: Path, seconds: float) -> set[tuple[str, str, str, int]]:
    if not path.exists():
        return set()
    results = pd.read_csv(path)
    results = results[results["budget_seconds"] == seconds]
    keys = (results[name] for name in ("table", "recipe", "objective", "seed"))
    return set(zip(*keys, strict=True))


if __name__ == "__main__":
    main()
