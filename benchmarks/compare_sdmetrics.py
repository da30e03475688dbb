"""Compare our metrics with SDMetrics, in an environment that has it (which needs no torch).

    python -m venv other && other/bin/pip install sdmetrics scipy scikit-learn "pandas<3"
    other/bin/python benchmarks/compare_sdmetrics.py

Prints a Markdown table; docs/metrics.md keeps one. The synthetic table is made crude on purpose:
resampled rows, every fourth column shuffled, numbers stretched, moved and blurred.
"""

import sys
import warnings
from importlib import metadata
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from quality_tables import Split, read_split
from sdmetrics.column_pairs import ContingencySimilarity, CorrelationSimilarity
from sdmetrics.reports.single_table import QualityReport
from sdmetrics.single_column import KSComplement, TVComplement
from sdmetrics.single_table import LogisticDetection

from tabgan import metrics

TABLES = ("shoppers", "magic")
N_SEEDS = 5


def main() -> None:
    """Print one line a figure and table."""
    warnings.simplefilter("ignore")
    print("SDMetrics", metadata.version("sdmetrics"), "pandas", pd.__version__)
    print("| table | figure | ours | SDMetrics | largest difference of a part |")
    print("|---|---|---|---|---|")
    for name in TABLES:
        split = read_split(name, "literature", 0, 1)
        synthetic = crude_table(split)
        for figure, ours, theirs, parts in compare(split, synthetic):
            print(f"| {name} | {figure} | {ours:.6f} | {theirs:.6f} | {parts} |", flush=True)


def crude_table(split: Split) -> pd.DataFrame:
    """Return a synthetic table with errors of every kind."""
    generator = np.random.default_rng(7)
    train = split.train
    table = train.iloc[generator.integers(0, len(train), len(train))].reset_index(drop=True)
    for position, name in enumerate(train.columns):
        if position % 4 == 1:
            table[name] = table[name].to_numpy()[generator.permutation(len(table))]
        if split.kinds[name] == "continuous":
            blur = 0.1 * generator.normal(size=len(table)) + 0.2 * (position % 3 == 0)
            stretch = 1.1 + 0.1 * generator.normal(size=len(table))
            table[name] = (table[name] * stretch + blur * table[name].std()).round(4)
    return table


def compare(split: Split, synthetic: pd.DataFrame) -> list[tuple[str, float, float, str]]:
    """Return for each figure our value, SDMetrics's, and the largest difference of a part."""
    real = as_sdmetrics_wants(split.train, split.kinds)
    fake = as_sdmetrics_wants(synthetic, split.kinds)
    numeric = [name for name, kind in split.kinds.items() if kind == "continuous"]
    shapes, shared, separate = (
        metric(split.train, synthetic, schema=split.kinds)
        for metric in (metrics.shape_error, metrics.trend_error, metrics.trend_error_sdmetrics)
    )
    their_shapes = {
        name: 1
        - (KSComplement if name in numeric else TVComplement).compute(real[name], fake[name])
        for name in real
    }
    scores = {pair: 1 - pair_score(real, fake, pair, numeric) for pair in shared.parts}
    their_pairs = {pair: score for pair, score in scores.items() if score == score}
    our_pairs = {pair: shared.parts[pair] for pair in their_pairs}
    reported = reported_pairs(real, fake, numeric)
    kept = {pair: separate.parts[pair] for pair in reported}
    ours, theirs = logistic_figures(split, synthetic, real, fake, numeric)
    return [
        ("shape_error", shapes.value, _mean(their_shapes), _largest(shapes.parts, their_shapes)),
        (
            f"trend_error, {len(our_pairs)} of {len(shared.parts)} pairs by themselves",
            _mean(our_pairs),
            _mean(their_pairs),
            _largest(our_pairs, their_pairs),
        ),
        (
            f"trend_error_sdmetrics, {len(reported)} of {len(shared.parts)} pairs of the report",
            _mean(kept),
            _mean(reported),
            _largest(kept, reported),
        ),
        (
            "logistic_c2st, mean of seeds",
            np.mean(ours),
            np.mean(theirs),
            f"{np.std(theirs):.4f} SD",
        ),
    ]


def pair_score(real: pd.DataFrame, fake: pd.DataFrame, pair: tuple, numeric: list[str]) -> float:
    """Return SDMetrics's own score of a pair, without a threshold."""
    columns, ours = list(pair), [name for name in pair if name in numeric]
    if len(ours) == 2:
        return CorrelationSimilarity.compute(real[columns], fake[columns])
    try:
        return ContingencySimilarity.compute(
            real[columns], fake[columns], continuous_column_names=ours or None
        )
    except TypeError:
        # Old versions know no numeric column here.
        return float("nan")


def reported_pairs(real: pd.DataFrame, fake: pd.DataFrame, numeric: list[str]) -> dict:
    """Return the pair errors of SDMetrics's quality report; new versions leave weak pairs out."""
    report = QualityReport()
    report.generate(real, fake, sdmetrics_metadata(real, numeric), verbose=False)
    found = report.get_details("Column Pair Trends")
    scores = dict(
        zip(zip(found["Column 1"], found["Column 2"], strict=True), found["Score"], strict=True)
    )
    return {
        pair: 1 - scores[pair]
        for pair in combinations(real.columns, 2)
        if scores[pair] == scores[pair]
    }


def logistic_figures(
    split: Split,
    synthetic: pd.DataFrame,
    real: pd.DataFrame,
    fake: pd.DataFrame,
    numeric: list[str],
) -> tuple[list[float], list[float]]:
    """Return our figure and theirs for a few seeds."""
    ours, theirs = [], []
    for seed in range(N_SEEDS):
        options = {"schema": split.kinds, "random_state": seed}
        ours.append(metrics.logistic_c2st(split.train, synthetic, **options).value)
        np.random.seed(seed)  # noqa: NPY002 SDMetrics draws from the global state.
        theirs.append(LogisticDetection.compute(real, fake, sdmetrics_metadata(real, numeric)))
    return ours, theirs


def as_sdmetrics_wants(table: pd.DataFrame, kinds: dict[str, str]) -> pd.DataFrame:
    """Return the table with its categories as text."""
    levels = [name for name, kind in kinds.items() if kind == "categorical"]
    return table.astype(dict.fromkeys(levels, str))


def sdmetrics_metadata(table: pd.DataFrame, numeric: list[str]) -> dict:
    """Return what SDMetrics calls metadata."""
    kinds = {name: "numerical" if name in numeric else "categorical" for name in table}
    return {"columns": {name: {"sdtype": kind} for name, kind in kinds.items()}}


def _mean(parts: dict) -> float:
    return float(np.nanmean(list(parts.values())))


def _largest(ours: dict, theirs: dict) -> str:
    return f"{max(abs(ours[part] - theirs[part]) for part in ours):.0e}"


if __name__ == "__main__":
    main()
