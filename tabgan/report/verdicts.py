"""When a figure is called good, when bad, and when the rows are too few to say.

The thresholds are starting values, shown beside every verdict, so that a reader may disagree. A
verdict looks at the whole interval and never at the figure alone.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tabgan.metrics._results import NORMAL_95

__all__ = [
    "COPYING_LIMITS",
    "GAP_LIMIT",
    "OVERLAP_LIMIT",
    "THRESHOLDS",
    "Threshold",
    "rate",
    "rate_copies",
    "rate_excess",
    "rate_gap",
    "rate_holdout_copies",
    "rate_overlap",
    "rate_privacy",
    "worst",
]

Verdict = Literal[
    "good",
    "good, optimistic",
    "not credited",
    "look",
    "bad",
    "too little data",
    "copying found",
    "no copying found",
    "not judged",
]


@dataclass(frozen=True)
class Threshold:
    """The two thresholds of a figure.

    Attributes
    ----------
    good, bad : float
        "good" needs the whole interval on the good side of the first, "bad" the whole of it on the
        bad side of the second.
    """

    good: float
    bad: float

    @property
    def width(self) -> float:
        """Distance of the two: an interval with a larger half-width settles nothing."""
        return abs(self.bad - self.good)


THRESHOLDS = {
    "shape_excess": Threshold(1.0, 5.0),
    "trend_excess": Threshold(2.0, 6.0),
    "association_kept": Threshold(0.95, 0.70),
    "auc_holdout": Threshold(0.60, 0.80),
    "overlap": Threshold(0.95, 0.85),
    "utility_gap": Threshold(0.05, 0.20),
    "dcr_share": Threshold(0.52, 0.55),
}
"""Thresholds by figure; errors in points, the others as they are."""

COPYING_LIMITS = {"near_copy_excess": 0.005, "singleton_excess": 0.002, "exact_copies": 0.005}
"""Excess over unseen rows above which a share of copied rows is copying, if it is no chance."""

GAP_LIMIT = 0.02
"""Area against unseen rows minus that against seen ones above which seen rows were copied."""

OVERLAP_LIMIT = 0.03
"""Overlap beyond that of unseen with seen rows above which copies must be looked for."""

# An upper end below this: the synthetic rows follow the holdout, as copies of seen rows would be
# above the mirror image of it.
_FOLLOWS_HOLDOUT = 0.45
# Standard errors above 0 that tell copying from chance. Three kinds of copies are looked for, and a
# false alarm takes all credit away: one such alarm in about 700 figures.
_SIGNIFICANT = 3.0
# Copies of one row in twenty must be visible, or the table is too short to look for copies.
_VISIBLE_SHARE = 0.05
_SEVERITY: tuple[Verdict, ...] = (
    "copying found",
    "bad",
    "look",
    "too little data",
    "not judged",
    "not credited",
    "good, optimistic",
    "no copying found",
    "good",
)


def rate(
    value: float | None, low: float | None, high: float | None, threshold: Threshold
) -> Verdict:
    """Rate a figure by its two-sided 95 % interval.

    "good" if the interval ends before the good threshold, "bad" if it begins after the bad one,
    "too little data" if its half-width exceeds the distance of the two, else "look". A figure
    without an interval is not judged.
    """
    if value is None or low is None or high is None:
        return "not judged"
    if not all(map(math.isfinite, (value, low, high))):
        return "not judged"
    sign = 1.0 if threshold.bad > threshold.good else -1.0
    best, worst_end = sorted((sign * low, sign * high))
    if worst_end <= sign * threshold.good:
        return "good"
    if best >= sign * threshold.bad:
        return "bad"
    return "too little data" if (worst_end - best) / 2 > threshold.width else "look"


def rate_privacy(
    value: float | None, low: float | None, high: float | None, threshold: Threshold
) -> Verdict:
    """Rate the share of rows closer to seen rows: what would be good is that no copying was found.

    "look" if the whole interval is below .45: then the rows follow the holdout.
    """
    verdict = rate(value, low, high, threshold)
    if verdict == "good" and high is not None and high < _FOLLOWS_HOLDOUT:
        return "look"
    words: dict[Verdict, Verdict] = {"good": "no copying found", "bad": "copying found"}
    return words.get(verdict, verdict)


def rate_copies(excess: float | None, se: float | None, limit: float) -> Verdict:
    """Rate how many more rows repeat seen rows than unseen ones.

    "copying found" if the excess is above `limit` and three standard errors above 0; "too little
    data" if not even copies of one row in twenty would be three standard errors above 0; "look" if
    the whole 95 % interval is above `limit` all the same; else "no copying found".
    """
    if excess is None or se is None or not (math.isfinite(excess) and math.isfinite(se)):
        return "not judged"
    if excess > limit and excess > _SIGNIFICANT * se:
        return "copying found"
    if _SIGNIFICANT * se > _VISIBLE_SHARE:
        return "too little data"
    return "look" if excess - NORMAL_95 * se > limit else "no copying found"


def rate_excess(excess: float | None, se: float | None, limit: float) -> Verdict:
    """Rate how many more synthetic rows are copies of seen rows than of unseen ones.

    As :func:`rate_copies`, and "look" if there are as surely fewer: then unseen rows were copied.
    """
    if excess is None or se is None:
        return "not judged"
    is_reversed = rate_copies(-excess, se, limit) == "copying found"
    return "look" if is_reversed else rate_copies(excess, se, limit)


def rate_holdout_copies(excess: float | None, se: float | None, limit: float) -> Verdict:
    """Rate how many more synthetic rows repeat unseen rows than seen rows do.

    "look" where :func:`rate_copies` would find copying: the generator saw the holdout, or the
    tables are swapped.
    """
    verdict = rate_copies(excess, se, limit)
    return "look" if verdict == "copying found" else verdict


def rate_gap(gap: float | None, low: float | None, high: float | None, limit: float) -> Verdict:
    """Rate how much better trees tell unseen from synthetic rows than seen from synthetic ones.

    "copying found" if the gap is above `limit` and three standard errors above 0; "look" if it is
    as surely below 0; "no copying found" if the 95 % interval ends before `limit`; "too little
    data" if its half-width exceeds `limit`; else "look".
    """
    if gap is None or low is None or high is None:
        return "not judged"
    half_width = (high - low) / 2
    if abs(gap) > limit and abs(gap) > _SIGNIFICANT / NORMAL_95 * half_width:
        return "copying found" if gap > 0 else "look"
    if high <= limit:
        return "no copying found"
    return "too little data" if half_width > limit else "look"


def rate_overlap(excess: float | None, low: float | None, high: float | None) -> Verdict:
    """Rate an overlap beyond that of real rows: rows that mix better than real ones are suspect.

    "look" if the whole 95 % interval is above .03; "too little data" if its half-width exceeds the
    distance of the two thresholds of an overlap; else "no copying found".
    """
    if excess is None or low is None or high is None:
        return "not judged"
    if low > OVERLAP_LIMIT:
        return "look"
    is_wide = (high - low) / 2 > THRESHOLDS["overlap"].width
    return "too little data" if is_wide else "no copying found"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the most severe verdict, "not judged" where there is none."""
    return min(verdicts, key=_SEVERITY.index, default="not judged")
