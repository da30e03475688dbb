"""The result of comparing the neighbours of two tables, and how it is made of their counts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from scipy.stats import t

from tabgan.metrics._jackknife import jackknife_variance
from tabgan.metrics._overlap_counts import OverlapCounts
from tabgan.metrics._overlap_rows import DrawnRows
from tabgan.metrics._results import plain

__all__ = ["OverlapArm", "OverlapEstimate", "estimate", "overlap_arm"]

ROW_FIELDS = frozenset({"real_overlaps", "synthetic_overlaps", "real_rows", "synthetic_rows"})


@dataclass(frozen=True, kw_only=True)
class OverlapEstimate:
    """A figure with its jackknife error and two-sided 95 % interval.

    Attributes
    ----------
    value : float
    jackknife_se : float
        From leaving out each of 20 groups of rows.
    low, high : float
        Ends of the interval, by Student's t with 19 degrees of freedom.
    """

    value: float
    jackknife_se: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class OverlapArm:
    """How two tables lie among each other, by the k nearest neighbours of every row.

    Attributes
    ----------
    value : float
        The overlap O, the mean of the two sides. 1 in expectation if both tables are samples of one
        distribution, 0 if they lie apart; more than about 1.03 is a sign of copies.
    real_side, synthetic_side : float
        Means over the rows of the first table (low: its regions are not covered) and of the second
        (low: its rows are implausible).
    se : float
        Standard deviation of O under equal distributions, exact given the rows. It tests O = 1.
    jackknife_se : float
        Standard error of O itself, from leaving out each of 20 groups of rows.
    low, high : float
        Two-sided 95 % interval of O, by the jackknife and Student's t with 19 degrees of freedom.
    n_rows : tuple of two int
        Rows of either table in use.
    n_neighbors : int
    share_values : array of shape (k + 1,)
        0, 1/k, ... 1: possible shares of a row's neighbours that are of the other table.
    observed_real, observed_synthetic : array of shape (k + 1,)
        Share of the rows of either table with each of them; ties are broken in all ways.
    expected_real, expected_synthetic : array of shape (k + 1,)
        The same on average under equal distributions: hypergeometric.
    real_overlaps, synthetic_overlaps : array of shape (n_rows,)
        The overlap of each row, 1 on average under equal distributions. Not part of `to_dict`.
    real_rows, synthetic_rows : array of shape (n_rows,), int
        Positions of these rows in the tables given, ascending. Not part of `to_dict`.
    """

    value: float
    real_side: float
    synthetic_side: float
    se: float
    jackknife_se: float
    low: float
    high: float
    n_rows: tuple[int, int]
    n_neighbors: int
    share_values: np.ndarray
    observed_real: np.ndarray
    observed_synthetic: np.ndarray
    expected_real: np.ndarray
    expected_synthetic: np.ndarray
    real_overlaps: np.ndarray
    synthetic_overlaps: np.ndarray
    real_rows: np.ndarray
    synthetic_rows: np.ndarray

    @property
    def z(self) -> float:
        """Standard deviations from 1, under equal distributions. NaN if O cannot vary."""
        return (self.value - 1.0) / self.se if self.se > 0 else math.nan

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON types, without the arrays that are as long as a table."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: plain(value) for name, value in named.items() if name not in ROW_FIELDS}


def overlap_arm(found: OverlapCounts, drawn: Sequence[DrawnRows]) -> OverlapArm:
    """Return all figures of one comparison."""
    overlaps, k = found.overlaps(), found.n_neighbors
    orders = [np.argsort(own.rows) for own in drawn]
    whole = estimate(overlaps[:, 2])
    return OverlapArm(
        **vars(whole),
        real_side=float(overlaps[-1, 0]),
        synthetic_side=float(overlaps[-1, 1]),
        se=found.standard_error(),
        n_rows=found.sizes,
        n_neighbors=k,
        share_values=np.arange(k + 1) / k,
        observed_real=found.share_distribution(0),
        observed_synthetic=found.share_distribution(1),
        expected_real=found.expected_distribution(0),
        expected_synthetic=found.expected_distribution(1),
        real_overlaps=found.scores(0)[orders[0]],
        synthetic_overlaps=found.scores(1)[orders[1]],
        real_rows=drawn[0].rows[orders[0]],
        synthetic_rows=drawn[1].rows[orders[1]],
    )


def estimate(figures: np.ndarray) -> OverlapEstimate:
    """Return a figure from its values with each group left out, and at last with none."""
    value, error = float(figures[-1]), math.sqrt(float(jackknife_variance(figures[:-1])))
    width = float(t.ppf(0.975, len(figures) - 2)) * error
    return OverlapEstimate(value=value, jackknife_se=error, low=value - width, high=value + width)
