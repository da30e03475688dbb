"""Fit, sample and measure on real tables, one CSV row a run.

    python benchmarks/quality.py --mode judge --tables adult magic --seeds 0 1 2 --quick
    python benchmarks/quality.py --mode literature --tables shoppers --set max_steps=500

See benchmarks/README.md for the modes, the controls and the columns of the CSV.
"""

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from quality_figures import FIGURES, judge_figures_of, literature_figures_of  # noqa: E402
from quality_models import MODELS, fit_and_sample  # noqa: E402
from quality_print import Run, print_run, print_summary  # noqa: E402
from quality_tables import BUNDLED, MODES, TABLES, Split, read_split  # noqa: E402
from recording import append_row, machine, read_setting  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "quality.csv"
FIELDS = (
    "finished",
    "label",
    "mode",
    "table",
    "seed",
    "direction",
    "model",
    "settings",
    "n_train",
    "n_holdout",
    "n_synthetic",
    *FIGURES,
    "fit_seconds",
    "sample_seconds",
    "metric_seconds",
    "peak_memory_mb",
    "n_iter",
    "threads",
    "cpu",
    "cpu_count",
    "versions",
)


def main(arguments: list[str] | None = None) -> None:
    """Run every table, seed and direction asked for, and print the means beside the rivals."""
    options = parse(arguments)
    for table in options.tables:
        runs = []
        for seed in options.seeds:
            for direction in range(1, options.directions + 1):
                runs.append(run(table, seed, direction, options))
                append_row(runs[-1].row, options.results, FIELDS)
                print_run(runs[-1].row)
        print_summary(runs, options.directions)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mode", choices=MODES, required=True)
    parser.add_argument("--tables", nargs="+", choices=TABLES, required=True)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--directions", type=int, choices=(1, 2), default=1)
    parser.add_argument("--judge", choices=("quick", "full"), default="quick")
    parser.add_argument("--model", choices=MODELS, default="tabgan")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", dest="settings")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--label", default="")
    parser.add_argument("--quick", action="store_true", help="the few figures used for tuning")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="save the synthetic tables here")
    parser.add_argument("--load", type=Path, metavar="DIR", help="take kept tables, fit nothing")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="CSV")
    options = parser.parse_args(arguments)
    options.settings = dict(read_setting(text, parser) for text in options.settings)
    bundled = [name for name in options.tables if name in BUNDLED]
    if options.mode == "literature" and bundled:
        parser.error(f"{bundled[0]} has no published split; use --mode judge")
    if options.mode == "literature" and options.directions == 2:
        parser.error("the published splits have one direction; leave --directions out")
    return options


def run(table: str, seed: int, direction: int, options: argparse.Namespace) -> Run:
    """Fit, sample and measure once."""
    split = read_split(table, options.mode, seed, direction)
    split, synthetic, record = make_table(table, seed, direction, split, options)
    started = time.perf_counter()
    measure = judge_figures_of if options.mode == "judge" else literature_figures_of
    with threadpool_limits(options.threads):
        measured = measure(split, synthetic, options, seed)
    row = {
        "finished": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "label": options.label,
        "mode": options.mode,
        "table": table,
        "seed": seed,
        "direction": direction,
        "model": options.model,
        "settings": "loaded" if options.load else json.dumps(options.settings, default=str),
        "n_train": len(split.train),
        "n_holdout": len(split.holdout),
        "n_synthetic": len(synthetic),
        **measured.figures,
        **record,
        "metric_seconds": round(time.perf_counter() - started, 1),
        "threads": options.threads,
        **machine(),
    }
    return Run(row, measured)


def make_table(
    table: str, seed: int, direction: int, split: Split, options: argparse.Namespace
) -> tuple[Split, pd.DataFrame, dict[str, Any]]:
    """Return the synthetic table: fitted, loaded, or the holdout's own second half."""
    if options.model == "holdout":
        # An unseen real table plays the synthetic one, so the other half is the holdout.
        half = len(split.holdout) // 2
        parts = split.holdout.iloc[:half], split.holdout.iloc[half : 2 * half]
        rest, unseen = (part.reset_index(drop=True) for part in parts)
        return Split(split.train, rest, split.kinds, split.target, split.task), unseen, {}
    kept = f"{options.mode}-{table}-{seed}-{direction}-{options.label or options.model}.csv.gz"
    if options.load is not None:
        return split, pd.read_csv(options.load / kept, keep_default_na=False), {}
    synthetic, record = fit_and_sample(
        options.model, split.train, options.settings, seed, options.threads
    )
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
        synthetic.to_csv(options.keep / kept, index=False)
    return split, synthetic, record


if __name__ == "__main__":
    main()
