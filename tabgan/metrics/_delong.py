"""The area under the ROC curve and its variance, from placements."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Placements", "placements"]


@dataclass(frozen=True)
class Placements:
    """How each row's score lies among the scores of the other class.

    Attributes
    ----------
    positives : array of shape (n_positive,)
        Share of the negative scores below each positive one, ties counted half.
    negatives : array of shape (n_negative,)
        Share of the positive scores above each negative one, ties counted half.
    """

    positives: np.ndarray
    negatives: np.ndarray

    @property
    def auc(self) -> float:
        """Probability that a positive scores above a negative one, ties counted half."""
        return float(self.positives.mean())

    @property
    def variance(self) -> float:
        """DeLong's variance of the area."""
        return mean_variance(self.positives) + mean_variance(self.negatives)


def placements(positive_scores: np.ndarray, negative_scores: np.ndarray) -> Placements:
    """Return the placements of two classes' scores.

    References
    ----------
    DeLong, DeLong & Clarke-Pearson (1988), "Comparing the areas under two or more correlated
    receiver operating characteristic curves: a nonparametric approach", Biometrics 44.
    """
    return Placements(
        _share_below(positive_scores, negative_scores),
        1.0 - _share_below(negative_scores, positive_scores),
    )


def mean_variance(sample: np.ndarray) -> float:
    """Return the variance of the mean of a sample, NaN for a single value."""
    if len(sample) < 2:
        return float("nan")
    return float(sample.var(ddof=1) / len(sample))


def _share_below(scores: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the share of `others` below each of `scores`, ties counted half."""
    ranked = np.sort(others)
    below = np.searchsorted(ranked, scores, side="left")
    not_above = np.searchsorted(ranked, scores, side="right")
    return (below + not_above) / (2 * len(ranked))
