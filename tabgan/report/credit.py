"""Likeness that was reached by copying rows is no merit."""

import math
from dataclasses import replace

from scipy.stats import t

from tabgan.metrics import CopyShare
from tabgan.metrics._jackknife import N_GROUPS
from tabgan.metrics._results import NORMAL_95
from tabgan.report.context import Context
from tabgan.report.pieces import COMPUTATION_ERRORS, Figure, Section, finite, interval, interval_of
from tabgan.report.verdicts import (
    COPYING_LIMITS,
    GAP_LIMIT,
    OVERLAP_LIMIT,
    THRESHOLDS,
    Verdict,
    rate_copies,
    rate_excess,
    rate_gap,
    rate_holdout_copies,
    rate_overlap,
    rate_privacy,
    worst,
)

__all__ = [
    "FOLLOWS_HOLDOUT",
    "NOT_CREDITED",
    "WITHOUT_HOLDOUT",
    "copying_figures",
    "copying_verdict",
    "credited",
    "follows_holdout",
    "gap_figures",
    "overlap_figures",
    "share_figures",
    "withdraw_credit",
]

NOT_CREDITED = (
    'Fidelity is not credited: copies rows. Verdicts that would be good say "copying found" '
    "instead; see the section on privacy."
)
NOT_EXCLUDED = (
    "Fidelity is not credited: copying of rows is not excluded, see the overview. A good figure "
    "here may have been reached by copies."
)
FOLLOWS_HOLDOUT = (
    "The synthetic rows repeat, or surely follow, the holdout and not the rows that the generator "
    "saw: are the two tables swapped, or was the generator fitted on the holdout? Then no likeness "
    "counts."
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
    "near_copies": (
        "Synthetic rows very near to one of as many seen rows as there are unseen ones; the "
        "reference is the share that is as near to an unseen one."
    ),
    "singletons": (
        "Synthetic rows that agree, but for one column, with a unique one of as many seen rows as "
        "there are unseen ones; the reference is the share that does with an unseen one."
    ),
    "exact_copies": (
        "Synthetic rows equal to a seen row in every column; the reference is the share of unseen "
        "real rows that are."
    ),
    "exact_holdout_copies": (
        "Synthetic rows equal to an unseen row in every column; the reference is the share of seen "
        "real rows that are. More: the holdout was copied."
    ),
}


def copying_figures(context: Context) -> list[Figure]:
    """Return the figures of the search for copies, with their verdicts."""
    copies = context.copying
    share = copies.dcr_share
    exact = copies.exact_copies
    n_rows = len(context.synthetic)
    of_seen = exact.value, exact.reference or 0.0
    of_unseen = exact.holdout_value or 0.0, exact.holdout_reference or 0.0
    return [
        Figure.rated(
            THRESHOLDS["dcr_share"],
            rule=rate_privacy,
            name="dcr_share",
            label="Closer to seen rows",
            meaning=MEANINGS["dcr_share"],
            **interval(share.value, share.se),
            reference=0.5,
        ),
        _exact("exact_copies", "Exact copies", of_seen, n_rows, len(context.holdout)),
        _excess("near_copy_excess", "Near copies, excess", copies.near_copy_excess),
        _excess("singleton_excess", "Singled-out rows, excess", copies.singleton_excess),
        _exact(
            "exact_holdout_copies",
            "Exact copies of the holdout",
            of_unseen,
            n_rows,
            len(context.tables.real),
        ),
    ]


def share_figures(context: Context) -> list[Figure]:
    """Return the shares that the excesses are made of."""
    copies = context.copying
    return [
        _share("near_copies", "Near copies", copies.near_copy_excess),
        _share("singletons", "Singled-out rows", copies.singleton_excess),
    ]


def gap_figures(context: Context) -> list[Figure]:
    """Return the gap of the trees' areas against unseen and seen rows."""
    fields = interval(context.judged.gap, context.judged.se_gap)
    rated = rate_gap(fields["value"], fields["low"], fields["high"], GAP_LIMIT)
    return [
        Figure(
            name="auc_gap",
            label="Pull of the seen rows",
            meaning=(
                "Area against unseen minus that against seen rows; 0 without copying, above 0.02 "
                "likeness does not count."
            ),
            **fields,
            reference=0.0,
            good=GAP_LIMIT,
            verdict=rated if context.has_holdout else "not judged",
            direction="reference",
        )
    ]


def overlap_figures(context: Context) -> list[Figure]:
    """Return how much better synthetic rows mix with unseen and with seen rows than real ones."""
    found = context.overlap
    if found.excess is None or found.floor is None:
        return []
    # Both arms hold the seen rows, so that their errors do not add up to more than this.
    error = math.hypot(found.seen.jackknife_se, found.floor.jackknife_se)
    width = float(t.ppf(0.975, N_GROUPS - 1)) * error
    beyond = found.seen.value - found.floor.value
    of_seen = {"value": beyond, "low": beyond - width, "high": beyond + width}
    labels = {
        "overlap_excess": (
            "Overlap beyond that of real rows",
            "The overlap minus that of seen with unseen real rows, paired; surely above 0.03 it is "
            "a sign of copies.",
            interval_of(found.excess),
        ),
        "overlap_seen_excess": (
            "Overlap with seen rows, beyond that of real rows",
            "The overlap of synthetic with seen rows minus that of seen with unseen ones; surely "
            "above 0.03 it is a sign of copies.",
            {name: finite(number) for name, number in of_seen.items()},
        ),
    }
    return [
        Figure(
            name=name,
            label=label,
            meaning=meaning,
            **fields,
            reference=0.0,
            good=OVERLAP_LIMIT,
            verdict=rate_overlap(*fields.values()) if context.has_holdout else "not judged",
            direction="reference",
        )
        for name, (label, meaning, fields) in labels.items()
    ]


def copying_verdict(context: Context) -> Verdict:
    """Return the verdict on copying; it cannot be judged without a holdout."""
    if not context.has_holdout:
        return "not judged"
    return worst(figure.verdict for figure in _all_figures(context))


def credited(context: Context, verdict: Verdict) -> Verdict:
    """Return a verdict on likeness, "good" only where copying is excluded."""
    if verdict != "good":
        return verdict
    if not context.has_holdout:
        return "good, optimistic"
    return "good" if copying_verdict(context) == "no copying found" else "not credited"


def follows_holdout(context: Context) -> bool:
    """Return whether the holdout was copied and not the rows that were seen."""
    if not context.has_holdout:
        return False
    return any(
        figure.verdict == "look"
        and (
            figure.name == "exact_holdout_copies"
            or (figure.high is not None and figure.high < (figure.reference or 0.0))
        )
        for figure in _all_figures(context)
    )


def withdraw_credit(context: Context, section: Section) -> None:
    """Replace "good" where copying was found, and say what its verdicts are worth."""
    if not context.has_holdout:
        section.note(OPTIMISTIC)
        return
    copying = copying_verdict(context)
    if copying == "no copying found" or not any(f.verdict == "good" for f in section.figures):
        return
    if copying != "copying found":
        section.note(NOT_EXCLUDED)
        return
    section.note(NOT_CREDITED)
    section.figures = [
        replace(figure, verdict="copying found") if figure.verdict == "good" else figure
        for figure in section.figures
    ]


def _all_figures(context: Context) -> list[Figure]:
    """Return all figures that tell copying; none if the search for copies failed."""
    figures: list[Figure] = []
    for part in (copying_figures, gap_figures, overlap_figures):
        try:
            figures += part(context)
        except COMPUTATION_ERRORS:
            if part is copying_figures:
                return []
    return figures


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
        verdict=rate_excess(found.value, found.se, COPYING_LIMITS[name]),
        unit="%",
    )


def _share(name: str, label: str, found: CopyShare) -> Figure:
    """Return the share that an excess is made of, beside that of the holdout."""
    width = NORMAL_95 * math.sqrt(_variance(found.share_real, found.n_synthetic))
    return Figure(
        name=name,
        label=label,
        meaning=MEANINGS[name],
        value=finite(found.share_real, 100),
        low=finite(max(found.share_real - width, 0.0), 100),
        high=finite(min(found.share_real + width, 1.0), 100),
        reference=finite(found.share_holdout, 100),
        direction="reference",
        unit="%",
    )


def _exact(
    name: str, label: str, shares: tuple[float, float], n_rows: int, n_reference: int
) -> Figure:
    """Return the share of exact copies beside that of the other real table."""
    value, expected = shares
    error = math.sqrt(_variance(value, n_rows))
    # One row more and less in each share, so that an error is never 0.
    of_both = math.hypot(error, math.sqrt(_variance(expected, n_reference)))
    rule = rate_copies if name == "exact_copies" else rate_holdout_copies
    return Figure(
        name=name,
        label=label,
        meaning=MEANINGS[name],
        value=finite(value, 100),
        low=finite(max(value - NORMAL_95 * error, 0.0), 100),
        high=finite(min(value + NORMAL_95 * error, 1.0), 100),
        reference=finite(expected, 100),
        bad=100 * (expected + COPYING_LIMITS["exact_copies"]),
        verdict=rule(value - expected, of_both, COPYING_LIMITS["exact_copies"]),
        unit="%",
    )


def _variance(share: float, n_rows: int) -> float:
    """Return the variance of a share, with one row more on either side (Agresti and Coull)."""
    moved = (share * n_rows + 1) / (n_rows + 2)
    return moved * (1 - moved) / n_rows
