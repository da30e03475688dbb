"""Print the figures of the quality benchmark beside those of other generators."""

from typing import Any

import pandas as pd
from quality_rivals import judge_figures, literature_figures

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
        "verbatim",
        "verbatim_reference",
        "fit_seconds",
        "sample_seconds",
    ),
}


def print_run(row: dict[str, Any]) -> None:
    """Print the figures of one run in one line."""
    figures = ", ".join(
        f"{name} {row[name]}" for name in SHOWN[row["mode"]] if row.get(name) is not None
    )
    title = f"{row['table']} seed {row['seed']} direction {row['direction']} {row['model']}"
    print(f"{title} {row['label']}: {figures}", flush=True)


def print_summary(rows: list[dict[str, Any]]) -> None:
    """Print the mean over runs of each table, with the rivals' figures below."""
    frame = pd.DataFrame(rows)
    for table, runs in frame.groupby("table", sort=False):
        mode = str(runs["mode"].iloc[0])
        columns = [name for name in SHOWN[mode] if name in runs and runs[name].notna().any()]
        columns += [
            name for name in ("logistic", "utility_grid") if name in columns or name in runs
        ]
        columns = list(dict.fromkeys(columns))
        means = runs[columns].apply(pd.to_numeric).mean().round(4)
        lines = {f"{runs['model'].iloc[0]} (mean of {len(runs)})": means.to_dict()}
        rivals = judge_figures(table) if mode == "judge" else literature_figures(table)
        lines |= {rival: figures for rival, figures in rivals.items()}
        shown = pd.DataFrame.from_dict(lines, orient="index").reindex(columns=columns)
        print(f"\n{table}, {mode}: errors in per cent")
        print(shown.to_string(na_rep=""), flush=True)
