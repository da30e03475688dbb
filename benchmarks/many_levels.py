"""Fit and sample tables with columns of very many levels: seconds, peak memory, frequencies.

    python benchmarks/many_levels.py made
    python benchmarks/many_levels.py diabetes130

Each run is a fresh process with one thread. The made table has 200,000 rows and six columns, one of
which has 50,000 levels: each occurs once, the other rows follow Zipf's law, and the other columns
depend on how the level begins. diabetes130 (101,766 rows, diagnoses of up to 790 levels; in the
folder named by `TABGAN_DATA`) is fitted on a random half of its patients. As many rows are drawn as
were fitted. Appends one row to `benchmarks/results/many_levels.csv`.

Of the 100 most frequent levels of the column with most levels, p is the share in the fitted table,
q that in the sample of n rows, and z = (q - p) / sqrt(p (1 - p) / n). Draws from p itself have |z|
above 3 for one level in 370.
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
import torch
from recording import append_row, processor

from tabgan import TabularGAN
from tabgan.metrics import shape_error, trend_error

RESULTS = Path(__file__).parent / "results" / "many_levels.csv"
DATA = Path(os.environ.get("TABGAN_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
N_ROWS, N_LEVELS = 200_000, 50_000
N_FREQUENT = 100
SEED = 0


def main() -> None:
    """Measure one fit and one sample, judge them, and append a row."""
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("table", choices=["made", "diabetes130"])
    parser.add_argument("--max-steps", type=int, help="fewer steps, for a trial")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    load = round(os.getloadavg()[0], 1)
    table = _made() if options.table == "made" else _diabetes()
    start = time.perf_counter()
    model = TabularGAN(max_steps=options.max_steps or "auto", random_state=SEED).fit(table)
    fitted = time.perf_counter()
    sample = model.sample(len(table))
    drawn, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    widest = table.nunique().drop(_identifiers(model)).idxmax()
    z = _deviations(table[widest], sample[widest])
    errors = [metric(table, sample, schema=model.schema_) for metric in (shape_error, trend_error)]
    row = {
        "finished": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "table": options.table,
        "n_rows": len(table),
        "n_columns": table.shape[1],
        "widest": widest,
        "n_levels": table[widest].nunique(),
        "n_steps": model.n_iter_,
        "fit_seconds": round(fitted - start, 1),
        "sample_seconds": round(drawn - fitted, 1),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        # Linux counts in KiB. The table itself is part of it.
        "peak_memory_mb": used.ru_maxrss // 1024,
        "n_beyond_3": int((np.abs(z) > 3).sum()),
        "largest_z": round(float(np.abs(z).max()), 2),
        "shape_error": round(errors[0].value, 4),
        "trend_error": round(errors[1].value, 4),
        "metric_seconds": round(time.perf_counter() - drawn, 1),
        "peak_with_metrics_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "load_before": load,
        "cpu_count": os.cpu_count(),
        "cpu": processor(),
        "python": platform.python_version(),
        "tabgan": metadata.version("tabular-gan"),
    }
    append_row(row, options.results, list(row))
    print("\n".join(f"{name:22} {value}" for name, value in row.items()))


def _made() -> pd.DataFrame:
    """Codes by Zipf's law, and five columns that depend on their first digits."""
    rng = np.random.default_rng(SEED)
    shares = 1 / np.arange(1, N_LEVELS + 1)
    drawn = rng.choice(N_LEVELS, N_ROWS - N_LEVELS, p=shares / shares.sum())
    ranks = rng.permutation(np.concatenate([np.arange(N_LEVELS), drawn]))
    number = rng.permutation(10 * N_LEVELS)[:N_LEVELS][ranks]
    chapter, noise = number // N_LEVELS, rng.random(N_ROWS)
    region = np.where(noise < 0.8, chapter, rng.integers(0, 10, N_ROWS))
    days = rng.integers(0, 365, N_ROWS) // (1 + chapter % 3)
    return pd.DataFrame(
        {
            "code": pd.Series(number).map("C{:06d}".format),
            "region": np.array(list("abcdefghij"))[region],
            "amount": np.exp(rng.normal(3 + chapter / 5, 0.5)).round(2),
            "count": rng.poisson(1 + chapter),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(days, "D"),
            "paid": rng.random(N_ROWS) < 0.1 + 0.08 * chapter,
        }
    )


def _diabetes() -> pd.DataFrame:
    """The rows of a random half of the patients."""
    table = pd.read_csv(DATA / "diabetes130" / "diabetic_data.csv.gz", low_memory=False)
    patients = np.sort(table["patient_nbr"].unique())
    half = np.random.default_rng(SEED).permutation(patients)[: len(patients) // 2]
    return table[table["patient_nbr"].isin(half)].reset_index(drop=True)


def _identifiers(model: TabularGAN) -> list:
    """Columns that are not modelled by levels."""
    return [name for name, column in model.schema_.items() if column.kind != "categorical"]


def _deviations(real: pd.Series, synthetic: pd.Series) -> np.ndarray:
    """Standardised deviations of the shares of the most frequent levels."""
    wanted = real.value_counts(normalize=True)[:N_FREQUENT]
    found = synthetic.value_counts(normalize=True).reindex(wanted.index, fill_value=0.0)
    return ((found - wanted) / np.sqrt(wanted * (1 - wanted) / len(synthetic))).to_numpy()


if __name__ == "__main__":
    main()
