"""The rules by which figures are called good or bad."""

import math

import pytest

from tabgan.report.verdicts import (
    THRESHOLDS,
    Threshold,
    rate,
    rate_copies,
    rate_excess,
    rate_gap,
    rate_holdout_copies,
    rate_overlap,
    rate_privacy,
    worst,
)

LOWER = Threshold(1.0, 5.0)
HIGHER = Threshold(0.95, 0.70)


@pytest.mark.parametrize(
    ("value", "half_width", "expected"),
    [
        (0.0, 1.0, "good"),
        (0.0, 1.01, "look"),
        (3.0, 4.0, "look"),
        (3.0, 4.01, "too little data"),
        (6.0, 1.0, "bad"),
        (6.0, 1.01, "look"),
        # An interval that is wide but lies on one side of all is no matter of too little data.
        (-9.0, 9.5, "good"),
        (20.0, 9.0, "bad"),
    ],
)
def test_a_lower_figure_is_rated_by_both_ends(
    value: float, half_width: float, expected: str
) -> None:
    assert rate(value, value - half_width, value + half_width, LOWER) == expected
    # A figure that is better if higher is the mirror image.
    mirrored = Threshold(-LOWER.good, -LOWER.bad)
    assert rate(-value, -value - half_width, -value + half_width, mirrored) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.95, 1.0, "good"),
        (0.94, 1.0, "look"),
        (0.60, 0.70, "bad"),
        (0.60, 0.71, "look"),
        (0.4, 1.0, "too little data"),
    ],
)
def test_a_higher_figure_is_rated_by_both_ends(low: float, high: float, expected: str) -> None:
    assert rate((low + high) / 2, low, high, HIGHER) == expected


def test_a_figure_without_an_interval_is_not_judged() -> None:
    assert rate(None, None, None, LOWER) == "not judged"
    assert rate(0.0, None, None, LOWER) == "not judged"
    assert rate(0.0, math.nan, math.nan, LOWER) == "not judged"


def test_privacy_has_no_good() -> None:
    threshold = THRESHOLDS["dcr_share"]
    assert rate_privacy(0.5, 0.49, 0.51, threshold) == "no copying found"
    assert rate_privacy(0.6, 0.56, 0.64, threshold) == "copying found"
    assert rate_privacy(0.51, 0.49, 0.53, threshold) == "look"
    assert rate_privacy(0.5, 0.4, 0.6, threshold) == "too little data"


def test_rows_that_follow_the_holdout_are_looked_at() -> None:
    threshold = THRESHOLDS["dcr_share"]
    assert rate_privacy(0.44, 0.431, 0.449, threshold) == "look"
    assert rate_privacy(0.44, 0.43, 0.45, threshold) == "no copying found"
    assert rate_excess(-0.05, 0.004, 0.005) == "look"
    assert rate_excess(-0.05, 0.02, 0.005) == "too little data"
    assert rate_excess(-0.004, 0.0001, 0.005) == "no copying found"
    assert rate_excess(0.05, 0.004, 0.005) == "copying found"
    # Fewer rows equal to seen ones than in the holdout: no sign of anything.
    assert rate_copies(-0.05, 0.004, 0.005) == "no copying found"
    assert rate_holdout_copies(0.05, 0.004, 0.005) == "look"
    assert rate_holdout_copies(0.0, 0.004, 0.005) == "no copying found"


def test_the_pull_of_seen_rows_is_rated_by_its_interval() -> None:
    assert rate_gap(0.01, 0.0, 0.02, 0.02) == "no copying found"
    assert rate_gap(0.01, 0.0, 0.021, 0.02) == "look"
    assert rate_gap(0.0, -0.021, 0.021, 0.02) == "too little data"
    # Three standard errors are 1.53 half-widths.
    assert rate_gap(0.031, 0.011, 0.051, 0.02) == "copying found"
    assert rate_gap(0.030, 0.010, 0.050, 0.02) == "look"
    assert rate_gap(-0.031, -0.051, -0.011, 0.02) == "look"
    assert rate_gap(0.019, 0.018, 0.020, 0.02) == "no copying found"
    assert rate_gap(None, None, None, 0.02) == "not judged"


def test_mixing_beyond_that_of_real_rows_is_looked_at() -> None:
    assert rate_overlap(0.05, 0.031, 0.07) == "look"
    assert rate_overlap(0.05, 0.03, 0.07) == "no copying found"
    assert rate_overlap(-0.3, -0.32, -0.28) == "no copying found"
    assert rate_overlap(0.0, -0.11, 0.11) == "too little data"
    assert rate_overlap(None, None, None) == "not judged"


def test_copies_are_found_if_they_are_many_and_no_chance() -> None:
    assert rate_copies(0.05, 0.004, 0.005) == "copying found"
    assert rate_copies(0.004, 0.0001, 0.005) == "no copying found"
    assert rate_copies(0.01, 0.005, 0.005) == "no copying found"
    assert rate_copies(0.016, 0.0055, 0.005) == "look"
    assert rate_copies(0.0, 0.02, 0.005) == "too little data"
    assert rate_copies(math.nan, 0.02, 0.005) == "not judged"


def test_the_thresholds_are_the_documented_ones() -> None:
    values = {name: (limit.good, limit.bad) for name, limit in THRESHOLDS.items()}
    assert values == {
        "shape_excess": (1.0, 5.0),
        "trend_excess": (2.0, 6.0),
        "association_kept": (0.95, 0.70),
        "auc_holdout": (0.60, 0.80),
        "overlap": (0.95, 0.85),
        "utility_gap": (0.05, 0.20),
        "dcr_share": (0.52, 0.55),
    }


def test_the_worst_verdict_counts() -> None:
    assert worst(["good", "look", "bad"]) == "bad"
    assert worst(["good", "too little data"]) == "too little data"
    assert worst(["good", "not judged"]) == "not judged"
    assert worst(["good", "good"]) == "good"
    assert worst(["no copying found", "copying found", "bad"]) == "copying found"
    assert worst([]) == "not judged"
