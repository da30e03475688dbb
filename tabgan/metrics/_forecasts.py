"""Models trained on one table, scored on the rows of another, with any of these left out."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import r2_score

from tabgan._random import child_seed
from tabgan.metrics._jackknife import N_GROUPS
from tabgan.metrics._prediction import Problem, Rows, area
from tabgan.metrics._trees import MAX_HISTOGRAM_LEVELS

__all__ = ["Forecast", "forecast", "merit_lost"]

_SEED_LIMIT = 2**31 - 1
_LARGEST = 1e300


@dataclass(frozen=True)
class Forecast:
    """What a model says of the rows that it is tested on.

    Attributes
    ----------
    target : array of shape (n_rows,)
    predicted : array of shape (n_rows,) or (n_rows, n_classes)
    classes : array of shape (n_classes,) or None
        Codes of the classes that the model knows, None for a numeric target.
    scale : float
        What a numeric target was divided by.
    """

    target: np.ndarray
    predicted: np.ndarray
    classes: np.ndarray | None
    scale: float = 1.0

    @property
    def chance(self) -> float:
        """Score of a model that knows nothing."""
        return 0.0 if self.classes is None else 0.5

    @property
    def error(self) -> float | None:
        """Root of the mean squared error, for a numeric target."""
        if self.classes is not None:
            return None
        return self.scale * math.sqrt(float(np.mean((self.target - self.predicted) ** 2)))

    def score(self, rows: Any = slice(None)) -> float:
        """Return the area, or R squared, on some of the rows."""
        target, predicted = self.target[rows], self.predicted[rows]
        if self.classes is None:
            return float(r2_score(target, predicted)) if len(target) > 1 else math.nan
        return area(target, predicted, self.classes) if len(self.classes) > 1 else self.chance

    def scores_left_out(self, groups: np.ndarray) -> np.ndarray:
        """Return the scores with each group of rows left out."""
        return np.array([self.score(groups != group) for group in range(N_GROUPS)])


def forecast(problem: Problem, rows: Rows, seed: int, **settings: Any) -> Forecast:
    """Train histogram gradient boosting on rows and test it on the problem's holdout."""
    test = problem.tables["holdout"]
    is_classification = problem.task == "classification"
    if is_classification and len(np.unique(rows.target)) < 2:
        return Forecast(test.target, np.ones((len(test), 1)), np.unique(rows.target))
    kind = HistGradientBoostingClassifier if is_classification else HistGradientBoostingRegressor
    is_level = [size <= MAX_HISTOGRAM_LEVELS for size in problem.n_levels]
    model = kind(
        early_stopping=False,
        categorical_features=np.array([False] * rows.numbers.shape[1] + is_level),
        random_state=child_seed(seed, "utility") % _SEED_LIMIT,
        **settings,
    )
    # A number that no training row knows tells nothing, and cannot be cut into bins.
    is_unknown = np.isnan(rows.numbers).all(axis=0)
    model.fit(_matrix(rows, is_unknown), rows.target)
    matrix = _matrix(test, is_unknown)
    if is_classification:
        return Forecast(test.target, model.predict_proba(matrix), model.classes_)
    return Forecast(test.target, model.predict(matrix), None, problem.scale)


def merit_lost(theirs: Any, ours: Any, chance: float) -> Any:
    """Return the share of the real model's merit that the other lacks, NaN where it has none."""
    merit = np.asarray(theirs) - chance
    return (np.asarray(theirs) - ours) / np.where(merit > 0, merit, np.nan)


def _matrix(rows: Rows, is_unknown: np.ndarray) -> np.ndarray:
    """Return the features as one matrix: numbers, those that are unknown being 0, then levels."""
    # The middle of two larger numbers may have no float.
    numbers = rows.numbers.clip(-_LARGEST, _LARGEST)
    return np.hstack([np.where(is_unknown, 0.0, numbers), rows.levels])
