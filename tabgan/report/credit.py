"""Likeness that was reached by copying rows is no merit."""

import math
from dataclasses import replace

from tabgan.exceptions import TabganError
from tabgan.metrics import CopyShare, MetricResult
from tabgan.report.context import Context
from tabgan.report.pieces import Figure, Section, finite
from tabgan.report.verdicts import (
    COPYING_LIMITS,
    NORMAL_95,
    THRESHOLDS,
    Verdict,
    rate_copies,
    rate_privacy,
    worst,
)

__all__ = ["WITHOUT_HOLDOUT", "copying_figures", "copying_verdict", "withdraw_credit"]

NOT_CREDITED = (
    'Fidelity is not credited: copies rows. Verdicts that would be good say "copying found" '
    "instead; see the section on privacy."
)
WITHOUT_HOLDOUT = (
    "Against training rows: optimistic. No holdout was given, so one random half of the real rows "
    "stands in for unseen rows and the other for seen ones; a table that copies rows looks perfect "
    "here."
)
OPTIMISTIC = "Against training rows: optimistic, since no holdout was given; see the overview."
MEANINGS = {
    "dcr_share": (
        "Share of synthetic rows whose closest real row is one that the generator saw; half is "
        "what rows score that copy nothing."
    ),
    "near_copy_excess": (
        "How many more of 100 synthetic rows lie very near to a seen row than to an unseen one."
    ),
    "singleton_excess": (
        "How many more of 100 synthetic rows agree, but for one column, with a seen row that is "
        "unique than with an unseen one."
    ),
    "exact_copies": (
        "Synthetic rows equal to a seen row in every column; the reference is the share of unseen "
        "real rows that are."
    ),
}


def copying_figures(context: Context) -> list[Figure]:
    """Return the figures that tell copying, with their verdicts."""
    copies = context.copying
    share = copies.dcr_share
    return [
        Figure.rated(
            THRESHOLDS["dcr_share"],
            rule=rate_privacy,
            name="dcr_share",
            label="Closer to seen rows",
            meaning=MEANINGS["dcr_share"],
            value=share.value,
            low=share.value - NORMAL_95 * share.se,
            high=share.value + NORMAL_95 * share.se,
            reference=0.5,
        ),
        _exact(context, copies.exact_copies),
        _excess("near_copy_excess", "Near copies, excess", copies.near_copy_excess),
        _excess("singleton_excess", "Singled-out rows, excess", copies.singleton_excess),
    ]


def copying_verdict(context: Context) -> Verdict:
    """Return the verdict on copying; it cannot be judged without a holdout."""
    if not context.has_holdout:
        return "not judged"
    try:
        return worst(figure.verdict for figure in copying_figures(context))
    except TabganError:
        return "not judged"


def withdraw_credit(context: Context, section: Section) -> None:
    """Replace "good" where copying was found, and say that figures are optimistic."""
    if not context.has_holdout:
        section.note(OPTIMISTIC)
    if copying_verdict(context) != "copying found":
        return
    if any(figure.verdict == "good" for figure in section.figures):
        section.note(NOT_CREDITED)
        section.figures = [
            replace(figure, verdict="copying found") if figure.verdict == "good" else figure
            for figure in section.figures
        ]


def _excess(name: str, label: str, found: CopyShare) -> Figure:
    """Return a figure that counts copies beyond those of unseen rows."""
    return Figure(
        name=name,
        label=label,
        meaning=MEANINGS[name],
        value=finite(found.value, 100),
        low=finite(found.value - NORMAL_95 * found.se, 100),
        high=finite(found.value + NORMAL_95 * found.se, 100),
        reference=0.0,
        bad=100 * COPYING_LIMITS[name],
        verdict=rate_copies(found.value, found.se, COPYING_LIMITS[name]),
        unit="%",
    )


def _exact(context: Context, found: MetricResult) -> Figure:
    """Return the share of exact copies beside that of the holdout."""
    value, reference = found.value, found.reference or 0.0
    n_rows = len(context.synthetic), len(context.holdout)
    # One row more and less in each share, so that an error is never 0.
    error = math.sqrt(sum(_variance(p, n) for p, n in zip((value, reference), n_rows, strict=True)))
    return Figure(
        name="exact_copies",
        label="Exact copies",
        meaning=MEANINGS["exact_copies"],
        value=finite(value, 100),
        low=finite(max(value - NORMAL_95 * math.sqrt(_variance(value, n_rows[0])), 0.0), 100),
        high=finite(min(value + NORMAL_95 * math.sqrt(_variance(value, n_rows[0])), 1.0), 100),
        reference=finite(reference, 100),
        bad=100 * (reference + COPYING_LIMITS["exact_copies"]),
        verdict=rate_copies(value - reference, error, COPYING_LIMITS["exact_copies"]),
        unit="%",
    )


def _variance(share: float, n_rows: int) -> float:
    """Return the variance of a share, with one row more on either side (Agresti and Coull)."""
    moved = (share * n_rows + 1) / (n_rows + 2)
    return moved * (1 - moved) / n_rows
