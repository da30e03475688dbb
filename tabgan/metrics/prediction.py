"""Do models trained on synthetic rows predict unseen real rows as those trained on real ones do?"""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from joblib import effective_n_jobs
from threadpoolctl import threadpool_limits

from tabgan._random import child_generator, root_seed
from tabgan.metrics._forecasts import Forecast, forecast, merit_lost
from tabgan.metrics._jackknife import N_GROUPS, jackknife_groups, jackknife_interval
from tabgan.metrics._prediction import Problem, Rows, prediction_problem
from tabgan.metrics._results import MetricResult

__all__ = ["UtilityResult", "utility"]

# Two a group of the jackknife.
MIN_TEST_ROWS = 2 * N_GROUPS


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
    gap_low, gap_high : float
        Its two-sided 95 % interval over the rows tested on, given the two models: the jackknife
        that leaves out each of 20 groups of them. NaN for fewer than 40 rows.
    low, high : float
        Two-sided 95 % interval of `value`, over the rows tested on, given the model.
    rmse, rmse_reference : float or None
        Root of the mean squared error of both, for a numeric target.
    n_rows : int
        Rows that each model was trained on.
    """

    score: str
    utility_gap: float
    gap_low: float
    gap_high: float
    low: float
    high: float
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
    with threadpool_limits(limits=effective_n_jobs(n_jobs), user_api="openmp"):
        ours, theirs = (
            forecast(problem, _some(problem, name, size, seed), seed)
            for name in ("synthetic", "real")
        )
    value, reference, chance = ours.score(), theirs.score(), ours.chance
    gap = float(merit_lost(reference, value, chance))
    ends, gap_ends = _intervals(ours, theirs, value, gap, seed)
    is_regression = problem.task == "regression"
    return UtilityResult(
        name="utility",
        value=value,
        range=(-math.inf, 1.0) if is_regression else (0.0, 1.0),
        direction="higher",
        reference=reference,
        score="r2" if is_regression else "auc",
        utility_gap=gap,
        gap_low=gap_ends[0],
        gap_high=gap_ends[1],
        low=ends[0],
        high=ends[1],
        rmse=ours.error,
        rmse_reference=theirs.error,
        n_rows=size,
    )


def _some(problem: Problem, name: str, size: int, seed: int) -> Rows:
    """Return random rows of a table, or the table if it has no more."""
    rows = problem.tables[name]
    if len(rows) == size:
        return rows
    return rows.take(child_generator(seed, "rows", name).permutation(len(rows))[:size])


def _intervals(
    ours: Forecast, theirs: Forecast, value: float, gap: float, seed: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the intervals of the score and of the gap over the rows tested on; NaN for few."""
    n_rows = len(ours.target)
    if n_rows < MIN_TEST_ROWS:
        return (math.nan, math.nan), (math.nan, math.nan)
    groups = jackknife_groups(n_rows, child_generator(seed, "groups"))
    scores = ours.scores_left_out(groups)
    lost = merit_lost(theirs.scores_left_out(groups), scores, ours.chance)
    return jackknife_interval(value, scores), jackknife_interval(gap, lost)
