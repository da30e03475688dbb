"""Do models trained on synthetic rows predict unseen real rows as those trained on real ones do?"""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import r2_score
from threadpoolctl import threadpool_limits

from tabgan._random import child_generator, child_seed, root_seed
from tabgan.metrics._prediction import Problem, Rows, area, prediction_problem
from tabgan.metrics._results import MetricResult
from tabgan.metrics._trees import MAX_HISTOGRAM_LEVELS

__all__ = ["UtilityResult", "utility"]

_SEED_LIMIT = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class UtilityResult(MetricResult):
    """Score on unseen real rows of a model trained on synthetic ones.

    Attributes
    ----------
    score : {"auc", "r2"}
        What `value` and `reference` are: the area under the ROC curve for a categorical target (for
        several classes the mean of one against the rest), R squared for a numeric one.
    utility_gap : float
        Share of the real model's merit that is lost: (reference - value) / (reference - 1/2) for an
        area, (reference - value) / reference for R squared. 0 is best. NaN where the real model has
        no merit.
    rmse, rmse_reference : float or None
        Root of the mean squared error of both, for a numeric target.
    n_rows : int
        Rows that each model was trained on.
    """

    score: str
    utility_gap: float
    rmse: float | None
    rmse_reference: float | None
    n_rows: int


def utility(
    real: Any,
    synthetic: Any,
    *,
    target: Hashable,
    holdout: Any,
    schema: Any = None,
    random_state: Any = None,
    n_jobs: int | None = None,
) -> UtilityResult:
    """Train on synthetic rows, test on unseen real ones.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
        A model of the same kind trained on it gives `reference`.
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
    target : hashable
        The column to predict from all others: regression if it is numeric, else classification.
    holdout : DataFrame or array
        Unseen real rows to test on.
    schema : Schema, mapping of column to kind, or None, default=None
    random_state : int, Generator or None, default=None
        Draws the rows of the larger training table, and seeds the model.
    n_jobs : int or None, default=None
        Threads. None means 1, -1 all cores.

    Returns
    -------
    result : UtilityResult
        `value` is the synthetic model's score, `reference` that of the real one trained on as many
        rows.

    Notes
    -----
    The model is scikit-learn's histogram gradient boosting with its defaults, without early
    stopping; levels are native categories up to 255 of them.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import utility
    >>> x = np.linspace(-1, 1, 300)
    >>> table = pd.DataFrame({"x": x, "positive": x > 0})
    >>> kinds = {"x": "continuous", "positive": "boolean"}
    >>> noise = table.assign(positive=np.arange(300) % 2 == 0)
    >>> result = utility(table, noise, target="positive", holdout=table, schema=kinds,
    ...     random_state=0)
    >>> result.reference, result.utility_gap > 0.5
    (1.0, True)
    """
    problem = prediction_problem(
        real, synthetic, target=target, holdout=holdout, schema=schema, caller="utility"
    )
    seed = root_seed(random_state)
    size = min(len(problem.tables[name]) for name in ("real", "synthetic"))
    score = _area_of if problem.task == "classification" else _fit_of
    threads = effective_n_jobs(n_jobs)
    with threadpool_limits(limits=threads, user_api="openmp"):
        ours, error = score(problem, _some(problem, "synthetic", size, seed), seed)
        theirs, real_error = score(problem, _some(problem, "real", size, seed), seed)
    chance = 0.5 if problem.task == "classification" else 0.0
    return UtilityResult(
        name="utility",
        value=ours,
        range=(0.0, 1.0) if problem.task == "classification" else (-math.inf, 1.0),
        direction="higher",
        reference=theirs,
        score="auc" if problem.task == "classification" else "r2",
        utility_gap=(theirs - ours) / (theirs - chance) if theirs > chance else math.nan,
        rmse=error,
        rmse_reference=real_error,
        n_rows=size,
    )


def _some(problem: Problem, name: str, size: int, seed: int) -> Rows:
    """Return random rows of a table, or the table if it has no more."""
    rows = problem.tables[name]
    if len(rows) == size:
        return rows
    return rows.take(child_generator(seed, "rows", name).permutation(len(rows))[:size])


def _area_of(problem: Problem, rows: Rows, seed: int) -> tuple[float, None]:
    """Return the area on the holdout of a classifier trained on the rows; 1/2 if of one class."""
    test = problem.tables["holdout"]
    if len(np.unique(rows.target)) < 2:
        return 0.5, None
    model = HistGradientBoostingClassifier(**_settings(problem, seed))
    model.fit(_matrix(rows), rows.target)
    return area(test.target, model.predict_proba(_matrix(test)), model.classes_), None


def _fit_of(problem: Problem, rows: Rows, seed: int) -> tuple[float, float]:
    """Return R squared and RMSE on the holdout of a regressor trained on the rows."""
    test = problem.tables["holdout"]
    model = HistGradientBoostingRegressor(**_settings(problem, seed))
    predicted = model.fit(_matrix(rows), rows.target).predict(_matrix(test))
    error = math.sqrt(float(np.mean((test.target - predicted) ** 2)))
    return float(r2_score(test.target, predicted)) if len(test) > 1 else math.nan, error


def _settings(problem: Problem, seed: int) -> dict[str, Any]:
    """Return the settings of the model."""
    n_numeric = problem.tables["real"].numbers.shape[1]
    is_level = [size <= MAX_HISTOGRAM_LEVELS for size in problem.n_levels]
    return {
        "early_stopping": False,
        "categorical_features": np.array([False] * n_numeric + is_level),
        "random_state": child_seed(seed, "utility") % _SEED_LIMIT,
    }


def _matrix(rows: Rows) -> np.ndarray:
    """Return the features as one matrix: numbers, then levels."""
    return np.hstack([rows.numbers, rows.levels])
