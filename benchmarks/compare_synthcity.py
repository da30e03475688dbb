"""Compare our metrics with synthcity, in an environment that has it.

    python -m venv other && other/bin/pip install synthcity
    other/bin/python benchmarks/compare_synthcity.py

Prints a Markdown table; docs/metrics.md keeps one. Both get the same rows: parts of train, and a
crude synthetic table of as many. Levels are one-hot columns for synthcity, as they are for us.
"""

import sys
import warnings
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from quality_tables import Split, read_split
from synthcity.metrics.eval_statistical import AlphaPrecision, KolmogorovSmirnovTest
from synthcity.plugins.core.dataloader import GenericDataLoader

from tabgan import metrics

TABLES = ("shoppers", "magic", "wine")
N_ROWS = 4_000
# synthcity takes a column for the target and leaves it out.
TARGET = "no feature"


def main() -> None:
    """Print one line a figure and table."""
    warnings.simplefilter("ignore")
    print("synthcity", metadata.version("synthcity"), "pandas", pd.__version__)
    print("| table | rows | figure | ours | synthcity | difference |")
    print("|---|---|---|---|---|---|")
    for name in TABLES:
        split = read_split(name, "literature", 0, 1)
        real = split.train.iloc[:N_ROWS].reset_index(drop=True)
        synthetic = crude_table(real, split)
        for figure, ours, theirs in compare(real, synthetic, split.kinds):
            numbers = f"{ours:.6f} | {theirs:.6f} | {abs(ours - theirs):.0e}"
            print(f"| {name} | {len(real)} | {figure} | {numbers} |", flush=True)


def crude_table(real: pd.DataFrame, split: Split) -> pd.DataFrame:
    """Return a synthetic table: resampled rows, their numbers stretched and blurred."""
    generator = np.random.default_rng(7)
    table = real.iloc[generator.integers(0, len(real), len(real))].reset_index(drop=True)
    for position, name in enumerate(real.columns):
        if split.kinds[name] == "continuous":
            blur = 0.1 * generator.normal(size=len(table)) + 0.1 * (position % 3 == 0)
            table[name] = table[name] * 1.02 + blur * table[name].std()
        elif position % 4 == 1:
            table[name] = table[name].to_numpy()[generator.permutation(len(table))]
    return table


def compare(
    real: pd.DataFrame, synthetic: pd.DataFrame, kinds: dict[str, str]
) -> list[tuple[str, float, float]]:
    """Return each figure, ours and synthcity's."""
    found = metrics.precision_recall(real, synthetic, schema=kinds, random_state=0)
    loaders = [GenericDataLoader(t, target_column=TARGET) for t in one_hot(real, synthetic, kinds)]
    scaled = AlphaPrecision()._normalize_covariates(*loaders)
    theirs = AlphaPrecision().metrics(*(table.to_numpy() for table in scaled))
    numeric = [name for name, kind in kinds.items() if kind == "continuous"]
    shape = metrics.shape_error(
        real[numeric], synthetic[numeric], schema=dict.fromkeys(numeric, "continuous")
    )
    frames = (GenericDataLoader(t[numeric].assign(**{TARGET: 0.0}), target_column=TARGET)
              for t in (real, synthetic))  # fmt: skip
    of_columns = KolmogorovSmirnovTest()._evaluate(*frames)["marginal"]
    # Their target, constant in both tables, is one more column without an error.
    of_columns = 1 - (of_columns * (len(numeric) + 1) - 1) / len(numeric)
    return [
        ("alpha_precision, naive", found.alpha_precision.value, theirs[3]),
        ("beta_recall, naive", found.beta_recall.value, theirs[4]),
        ("shape_error of the numbers, 1 - ks_test", shape.value, of_columns),
    ]


def one_hot(
    real: pd.DataFrame, synthetic: pd.DataFrame, kinds: dict[str, str]
) -> tuple[pd.DataFrame, ...]:
    """Return both tables with one column a level, in the same columns, and a target."""
    levels = [name for name, kind in kinds.items() if kind != "continuous"]
    both = pd.concat([real, synthetic], ignore_index=True)
    wide = pd.get_dummies(both, columns=levels, dtype=float).assign(**{TARGET: 0.0})
    return wide[: len(real)], wide[len(real) :].reset_index(drop=True)


if __name__ == "__main__":
    main()
