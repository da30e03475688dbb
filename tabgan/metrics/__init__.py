"""Figures of a synthetic table beside those of an unseen real one.

Every metric is a function ``metric(real, synthetic, *, schema=None, holdout=None,
random_state=None)`` that returns a frozen result: the value, its range, its direction, its
reference (what a holdout scores) and the detail behind it.
"""

from tabgan.metrics._results import ErrorResult, MetricResult
from tabgan.metrics.associations import trend_error, trend_error_sdmetrics
from tabgan.metrics.copies import (
    CopyingResult,
    CopyShare,
    DcrShare,
    VerbatimValues,
    copying,
    dcr_share,
    exact_copies,
    near_copy_excess,
    singleton_excess,
    verbatim_values,
)
from tabgan.metrics.judging import JudgeResult, JudgeSummary, judge, summarize_judgements, tree_auc
from tabgan.metrics.margins import shape_error

__all__ = [
    "CopyShare",
    "CopyingResult",
    "DcrShare",
    "ErrorResult",
    "JudgeResult",
    "JudgeSummary",
    "MetricResult",
    "VerbatimValues",
    "copying",
    "dcr_share",
    "exact_copies",
    "judge",
    "near_copy_excess",
    "shape_error",
    "singleton_excess",
    "summarize_judgements",
    "tree_auc",
    "trend_error",
    "trend_error_sdmetrics",
    "verbatim_values",
]
