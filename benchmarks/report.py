"""Time the report: seconds, peak memory and size of the page.

    python benchmarks/report.py adult
    python benchmarks/report.py made --rows 1000000 --columns 30

Each run is a fresh process, so that imports and the first compilation count. Adult (32,561 rows and
a holdout of 16,281) is judged beside resampled rows with blurred numbers; its tables lie where
`TABGAN_DATA` says. The made table has numbers and levels that depend on each other. Appends one
row to `benchmarks/results/report.csv`; where other programs run, look at the seconds of the CPU.
"""

import argparse
import os
import platform
import resource
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
from recording import append_row, processor

RESULTS = Path(__file__).parent / "results" / "report.csv"
SECTIONS = ("columns", "correlations", "neighbors", "detection", "utility", "coverage", "privacy")
MEBIBYTE = 2**20


def main() -> None:
    """Measure one report and append a row."""
    options = _options()
    tables = _adult() if options.table == "adult" else _made(options.rows, options.columns)
    start = time.perf_counter()
    from tabgan import SyntheticReport

    target = "income" if options.table == "adult" else None
    report = SyntheticReport(
        tables[0], tables[1], holdout=tables[2], target=target, random_state=0, n_jobs=options.jobs
    )
    page = report.to_html()
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    row = {
        "finished": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "table": options.table,
        "n_train": len(tables[0]),
        "n_synthetic": len(tables[1]),
        "n_holdout": len(tables[2]),
        "n_columns": tables[0].shape[1],
        "seconds": round(seconds, 1),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        **{f"{name}_seconds": round(report.seconds[name], 1) for name in SECTIONS},
        # Linux counts in KiB. The tables themselves are part of it.
        "peak_memory_mb": used.ru_maxrss // 1024,
        "page_mb": round(len(page.encode()) / MEBIBYTE, 2),
        "load_before": options.load,
        "cpu_count": os.cpu_count(),
        "cpu": processor(),
        "python": platform.python_version(),
        "tabgan": metadata.version("tabular-gan"),
    }
    append_row(row, RESULTS, list(row))
    print(", ".join(f"{name} {value}" for name, value in row.items()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("table", choices=("adult", "made"))
    parser.add_argument("--rows", type=int, default=1_000_000, help="of each made table")
    parser.add_argument("--columns", type=int, default=30, help="of a made table")
    parser.add_argument("--jobs", type=int, default=None, help="n_jobs of the report")
    options = parser.parse_args()
    options.load = round(os.getloadavg()[0], 1)
    return options


def _adult() -> tuple[pd.DataFrame, ...]:
    """Return train, a synthetic table of as many rows, and the published holdout."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("TABGAN_DATA", default)) / "adult"
    train, holdout = (pd.read_csv(folder / f"{name}.csv.gz") for name in ("train", "test"))
    generator = np.random.default_rng(0)
    synthetic = train.iloc[generator.integers(0, len(train), len(train))].reset_index(drop=True)
    for name in synthetic.columns:
        if pd.api.types.is_numeric_dtype(synthetic[name]):
            blur = generator.normal(scale=0.2 * synthetic[name].std(), size=len(synthetic))
            synthetic[name] = (synthetic[name] + blur).round().clip(lower=train[name].min())
    return train, synthetic, holdout


def _made(n_rows: int, n_columns: int) -> tuple[pd.DataFrame, ...]:
    """Return three samples of one made distribution."""
    generator = np.random.default_rng(0)
    mixing = generator.normal(size=(5, n_columns))

    def sample() -> pd.DataFrame:
        values = generator.normal(size=(n_rows, 5)) @ mixing
        values += generator.normal(size=values.shape)
        columns = {}
        for place, column in enumerate(values.T):
            if place % 3 == 2:
                codes = np.digitize(column, np.linspace(-4, 4, 2 + place))
                columns[f"level_{place}"] = np.array([f"L{c}" for c in range(40)])[codes]
            else:
                columns[f"number_{place}"] = column.round(3)
        return pd.DataFrame(columns)

    return sample(), sample(), sample()


if __name__ == "__main__":
    main()
