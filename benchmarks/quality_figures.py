"""Which figures a run of the quality benchmark reports, and how they are computed."""

import argparse
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from quality_tables import Split

from tabgan import metrics
from tabgan.metrics import CopyingResult, GateResult, JudgeResult

# Rows of the synthetic table that --quick looks up in the search for copies.
QUICK_ROWS = 10_000

FIGURES = (
    "shape_error",
    "shape_reference",
    "shape_excess",
    "trend_error",
    "trend_reference",
    "trend_excess",
    "trend_sdmetrics",
    "trend_sdmetrics_reference",
    "judge",
    "judge_rows",
    "auc_holdout",
    "auc_holdout_se",
    "floor",
    "auc_train",
    "auc_gap",
    "auc_gap_se",
    "verdict",
    "dcr_share",
    "dcr_share_se",
    "dcr_ties",
    "near_copy_excess",
    "near_copy_excess_se",
    "singleton_excess",
    "singleton_excess_se",
    "exact_copies",
    "exact_copies_reference",
    "verbatim",
    "verbatim_reference",
    "gate",
    "logistic",
    "logistic_reference",
    "utility_score",
    "utility",
    "utility_reference",
    "utility_gap",
    "utility_grid",
    "alpha_precision",
    "alpha_precision_reference",
    "beta_recall",
    "beta_recall_reference",
    "coverage",
    "coverage_reference",
    "density",
    "density_reference",
    "broken_columns",
    "changed_dtypes",
)


@dataclass(frozen=True)
class Measured:
    """The figures of one run, and the results from which several runs are summed up."""

    figures: dict[str, Any]
    judged: JudgeResult | None = None
    copied: CopyingResult | None = None


def judge_figures_of(
    split: Split, synthetic: pd.DataFrame, options: argparse.Namespace, seed: int
) -> Measured:
    """Return the figures of halves: judge, copying, errors, utility."""
    common = {"schema": split.kinds, "holdout": split.holdout, "random_state": seed}
    judged = metrics.judge(
        split.train, synthetic, judge=options.judge, n_jobs=options.threads, **common
    )
    copied = metrics.copying(
        split.train,
        synthetic,
        max_synthetic=QUICK_ROWS if options.quick else None,
        n_jobs=options.threads,
        **common,
    )
    gate = metrics.copying_gate(judged, copied, n_directions=1)
    figures = {
        **_errors(split, synthetic, common),
        **_judged(judged),
        **_copied(copied),
        "gate": _gate_words(gate),
        **_form(split, synthetic),
    }
    if not options.quick:
        figures |= _slower(split, synthetic, common, options)
    return Measured(figures, judged, copied)


def literature_figures_of(
    split: Split, synthetic: pd.DataFrame, options: argparse.Namespace, seed: int
) -> Measured:
    """Return the literature's figures: against train, utility on test."""
    common = {"schema": split.kinds, "holdout": split.holdout, "random_state": seed}
    detected = metrics.tree_auc(
        split.train,
        synthetic,
        judge=options.judge,
        n_jobs=options.threads,
        schema=split.kinds,
        random_state=seed,
    )
    verbatim = metrics.verbatim_values(split.train, synthetic, **common)
    figures = {
        **_errors(split, synthetic, common),
        "judge": options.judge,
        "judge_rows": min(len(split.train), len(synthetic)),
        "auc_train": round(detected.value, 4),
        "verbatim": _rounded(verbatim.value),
        "verbatim_reference": _rounded(verbatim.reference),
        **_form(split, synthetic),
    }
    if not options.quick:
        figures |= _slower(split, synthetic, common, options)
        grid = metrics.utility_grid(
            split.train, synthetic, target=split.target, n_jobs=options.threads, **common
        )
        figures["utility_grid"] = _rounded(grid.value)
    return Measured(figures)


def _slower(
    split: Split, synthetic: pd.DataFrame, common: dict[str, Any], options: argparse.Namespace
) -> dict[str, Any]:
    """Return the figures that --quick leaves out, those of both modes."""
    logistic = metrics.logistic_c2st(split.train, synthetic, **common)
    useful = metrics.utility(
        split.train, synthetic, target=split.target, n_jobs=options.threads, **common
    )
    figures = {
        "logistic": _rounded(logistic.value),
        "logistic_reference": _rounded(logistic.reference),
        "utility_score": useful.score,
        "utility": _rounded(useful.value),
        "utility_reference": _rounded(useful.reference),
        "utility_gap": _rounded(useful.utility_gap),
    }
    covered = metrics.precision_recall(split.train, synthetic, **common)
    for name, result in vars(covered).items():
        figures[name] = _rounded(result.value)
        figures[f"{name}_reference"] = _rounded(result.reference)
    return figures


def _gate_words(gate: GateResult) -> str:
    """Return "passed", or which conditions failed."""
    failed = [check.name for check in gate.checks if not check.passed]
    return f"failed: {', '.join(failed)}" if failed else "passed"


def _errors(split: Split, synthetic: pd.DataFrame, common: dict[str, Any]) -> dict[str, Any]:
    """Return the errors in per cent, with what a holdout scores and the excess."""
    shape = metrics.shape_error(split.train, synthetic, **common)
    trend = metrics.trend_error(split.train, synthetic, **common)
    separate = metrics.trend_error_sdmetrics(split.train, synthetic, **common)
    return {
        "shape_error": _percent(shape.value),
        "shape_reference": _percent(shape.reference),
        "shape_excess": _percent(shape.excess),
        "trend_error": _percent(trend.value),
        "trend_reference": _percent(trend.reference),
        "trend_excess": _percent(trend.excess),
        "trend_sdmetrics": _percent(separate.value),
        "trend_sdmetrics_reference": _percent(separate.reference),
    }


def _judged(result: JudgeResult) -> dict[str, Any]:
    return {
        "judge": result.judge,
        "judge_rows": result.n_rows,
        "auc_holdout": _rounded(result.auc_holdout),
        "auc_holdout_se": _rounded(result.se_holdout),
        "floor": _rounded(result.floor),
        "auc_train": _rounded(result.auc_train),
        "auc_gap": _rounded(result.gap),
        "auc_gap_se": _rounded(result.se_gap),
        "verdict": result.verdict,
    }


def _copied(result: CopyingResult) -> dict[str, Any]:
    return {
        "dcr_share": _rounded(result.dcr_share.value),
        "dcr_share_se": _rounded(result.dcr_share.se),
        "dcr_ties": _rounded(result.dcr_share.tie_share),
        "near_copy_excess": _rounded(result.near_copy_excess.value),
        "near_copy_excess_se": _rounded(result.near_copy_excess.se),
        "singleton_excess": _rounded(result.singleton_excess.value),
        "singleton_excess_se": _rounded(result.singleton_excess.se),
        "exact_copies": _rounded(result.exact_copies.value),
        "exact_copies_reference": _rounded(result.exact_copies.reference),
        "verbatim": _rounded(result.verbatim_values.value),
        "verbatim_reference": _rounded(result.verbatim_values.reference),
    }


def _form(split: Split, synthetic: pd.DataFrame) -> dict[str, Any]:
    """Count columns that leave the range or the levels of train, and changed dtypes."""
    broken = []
    for name, kind in split.kinds.items():
        real, fake = split.train[name], synthetic[name]
        if kind == "continuous":
            broken.append(not fake.between(real.min(), real.max()).all())
        else:
            broken.append(not set(fake.unique()) <= set(real.unique()))
    changed = sum(split.train[name].dtype != synthetic[name].dtype for name in split.kinds)
    return {"broken_columns": int(np.sum(broken)), "changed_dtypes": int(changed)}


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 3)


def _rounded(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(value, 4)
