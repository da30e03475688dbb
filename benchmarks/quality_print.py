"""Print the figures of the quality benchmark beside those of other generators."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from quality_figures import Measured
from quality_rivals import judge_figures, literature_figures

from tabgan import metrics

SHOWN = {
    "judge": (
        "judge_rows",
        "shape_error",
        "shape_reference",
        "trend_error",
        "trend_reference",
        "auc_holdout",
        "floor",
        "auc_train",
        "dcr_share",
        "near_copy_excess",
        "singleton_excess",
        "verbatim",
        "verbatim_reference",
        "gate",
        "utility_gap",
        "beta_recall",
        "broken_columns",
        "fit_seconds",
        "sample_seconds",
    ),
    "literature": (
        "shape_error",
        "shape_reference",
        "trend_error",
        "trend_reference",
        "trend_sdmetrics",
        "auc_train",
        "logistic",
        "utility_grid",
        "utility",
        "utility_reference",
        "alpha_precision",
        "beta_recall",
        "verbatim",
        "verbatim_reference",
        "fit_seconds",
        "sample_seconds",
    ),
}


@dataclass(frozen=True)
class Run:
    """One row of the CSV, and the results behind it."""

    row: dict[str, Any]
    measured: Measured


def print_run(row: dict[str, Any]) -> None:
    """Print the figures of one run in one line."""
    figures = ", ".join(
        f"{name} {row[name]}" for name in SHOWN[row["mode"]] if row.get(name) is not None
    )
    title = f"{row['table']} seed {row['seed']} direction {row['direction']} {row['model']}"
    print(f"{title} {row['label']}: {figures}", flush=True)


def print_summary(runs: list[Run], n_directions: int) -> None:
    """Print the means over the runs of one table, with the rivals' figures below."""
    frame = pd.DataFrame([run.row for run in runs])
    mode, table, model = (str(frame[name].iloc[0]) for name in ("mode", "table", "model"))
    columns = [name for name in SHOWN[mode] if name in frame and name != "gate"]
    means = frame[columns].apply(pd.to_numeric).mean().dropna().round(4).to_dict()
    rivals = judge_figures(table) if mode == "judge" else literature_figures(table)
    lines = {f"{model} (mean of {len(runs)})": means, **rivals}
    shown = pd.DataFrame.from_dict(lines, orient="index").reindex(columns=list(means))
    source = "measured by the quick judge" if mode == "judge" else "as published"
    print(f"\n{table}, {mode}: errors in per cent; other generators {source}")
    print(shown.T.to_string(na_rep=""))
    if mode == "judge":
        _print_verdict(runs, n_directions)
    print(flush=True)


def _print_verdict(runs: list[Run], n_directions: int) -> None:
    """Print the bound over the fits and the gate."""
    judged = [run.measured.judged for run in runs]
    summary = metrics.summarize_judgements(judged, n_directions=n_directions)
    gate = metrics.copying_gate(
        judged, [run.measured.copied for run in runs], n_directions=n_directions
    )
    print(
        f"AUC_H {summary.value:.4f}, upper bound {summary.upper:.4f}, k {summary.n_rows}: "
        f"{summary.verdict}; {gate.words}"
    )
    for check in gate.checks:
        state = "holds" if check.passed else "FAILS"
        print(f"  {check.name} {check.value:.4f}, upper {check.upper:.4f} <= {check.limit} {state}")
