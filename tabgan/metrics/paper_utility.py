"""Utility as the papers on tabular diffusion report it, with the quirks of their public code."""

import math
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from joblib import effective_n_jobs

from tabgan._optional import require
from tabgan._random import child_generator, root_seed
from tabgan.exceptions import TableError
from tabgan.metrics._prediction import Problem, Rows, area, prediction_problem
from tabgan.metrics._results import MetricResult

__all__ = ["GridUtility", "utility_grid"]

N_ESTIMATORS = (10, 50, 100)
MAX_DEPTH = (5, 10, 20)
MIN_CHILD_WEIGHT = (1, 10)
GAMMA = (0.0, 1.0)
VALIDATION_PARTS = 9
RANGE_LENGTH = 5.0
LARGE = 1e3
TARGET_LIMITS = (1.0, 20000.0)


@dataclass(frozen=True, kw_only=True)
class GridUtility(MetricResult):
    """The papers' utility.

    Attributes
    ----------
    score : {"auc", "rmse"}
        The area under the ROC curve, or the error of the logarithm of a numeric target.
    settings : dict
        The cell of the grid that was best on the validation rows.
    """

    score: str
    settings: dict[str, float]


def utility_grid(
    real: Any,
    synthetic: Any,
    *,
    target: Hashable,
    holdout: Any,
    schema: Any = None,
    random_state: Any = None,
    with_reference: bool = False,
    n_jobs: int | None = None,
) -> GridUtility:
    """Train XGBoost on synthetic rows as the papers' code does, test on unseen real ones.

    For comparison with published figures only; :func:`tabgan.metrics.utility` is the clean one.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
    target : hashable
        The column to predict from all others: regression if it is numeric, else classification.
    holdout : DataFrame or array
        Unseen real rows to test on.
    schema : Schema, mapping of column to kind, or None, default=None
    random_state : int, Generator or None, default=None
        Draws the validation rows.
    with_reference : bool, default=False
        Whether to do the same with `real` in place of `synthetic`, which doubles the time.
    n_jobs : int or None, default=None
        Threads. None means 1, -1 all cores.

    Returns
    -------
    result : GridUtility
        `value` is the area (higher is better), or the RMSE for a numeric target (lower is better).

    Raises
    ------
    MissingDependencyError
        If XGBoost is not installed: ``pip install "tabular-gan[judge]"``.

    Notes
    -----
    A ninth of the training rows validates; of 36 cells (10, 50 or 100 trees; depth 5, 10 or 20;
    min_child_weight 1 or 10; gamma 0 or 1) the best there is scored on `holdout`. The quirks kept:
    the range of the first numeric column (of the first whose end is not 0, for each end) scales all
    numeric columns, or, if it starts at 0 or above and ends at 1000 or above, all become
    log(max(x, .01)); for a numeric target the training and the test target are log(clip(y, 1,
    20000)) while the validation target is left as it is.

    References
    ----------
    Zhang et al. (2024), "Mixed-Type Tabular Data Synthesis with Score-based Diffusion in Latent
    Space", arXiv 2310.09656.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import utility_grid
    >>> x = np.linspace(-1, 1, 200)
    >>> table = pd.DataFrame({"x": x, "positive": x > 0})
    >>> kinds = {"x": "continuous", "positive": "boolean"}
    >>> utility_grid(table, table, target="positive", holdout=table, schema=kinds,
    ...     random_state=0).value > 0.99
    True
    """
    problem = prediction_problem(
        real, synthetic, target=target, holdout=holdout, schema=schema, caller="utility_grid"
    )
    seed, threads = root_seed(random_state), effective_n_jobs(n_jobs)
    value, settings = _best_cell(problem, problem.tables["synthetic"], seed, threads)
    reference = None
    if with_reference:
        reference, _ = _best_cell(problem, problem.tables["real"], seed, threads)
    is_regression = problem.task == "regression"
    return GridUtility(
        name="utility_grid",
        value=value,
        range=(0.0, math.inf if is_regression else 1.0),
        direction="lower" if is_regression else "higher",
        reference=reference,
        score="rmse" if is_regression else "auc",
        settings=settings,
    )


def _best_cell(
    problem: Problem, rows: Rows, seed: int, threads: int
) -> tuple[float, dict[str, float]]:
    """Return the score on the holdout of the cell that is best on the validation rows."""
    n_validation = len(rows) // VALIDATION_PARTS
    if n_validation < 1 or len(np.unique(rows.target)) < 2:
        raise TableError(
            f"utility_grid needs at least {VALIDATION_PARTS} training rows and two values of the "
            f"target. Got {len(rows)} rows and {len(np.unique(rows.target))} values."
        )
    order = child_generator(seed, "validation").permutation(len(rows))
    scale = _Scale.learn(rows.numbers)
    train, valid = rows.take(order[n_validation:]), rows.take(order[:n_validation])
    test = problem.tables["holdout"]
    matrices = [_features(problem, part, scale) for part in (train, valid, test)]
    is_regression = problem.task == "regression"
    fit = _regression_scores if is_regression else _class_scores
    best: tuple[float, float, dict[str, float]] | None = None
    for settings, model in _models(is_regression, threads):
        for n_trees, on_valid, on_test in fit(model, matrices, (train, valid, test)):
            # A score to be made large, whatever the task.
            merit = -on_valid if is_regression else on_valid
            if best is None or merit > best[0]:
                best = (merit, on_test, {"n_estimators": n_trees, **settings})
    if best is None:
        raise TableError("utility_grid: the validation rows hold one class only; give more rows.")
    return best[1], best[2]


def _models(is_regression: bool, threads: int) -> Iterator[tuple[dict[str, float], Any]]:
    """Yield an unfitted model for each cell, those that differ in the number of trees as one."""
    xgboost = require("xgboost", extra="judge", purpose="utility_grid")
    kind = xgboost.XGBRegressor if is_regression else xgboost.XGBClassifier
    for weight, depth, gamma in product(MIN_CHILD_WEIGHT, MAX_DEPTH, GAMMA):
        settings = {"min_child_weight": weight, "max_depth": depth, "gamma": gamma}
        most = max(N_ESTIMATORS)
        yield settings, kind(n_estimators=most, tree_method="hist", n_jobs=threads, **settings)


def _class_scores(
    model: Any, matrices: list[np.ndarray], parts: tuple[Rows, Rows, Rows]
) -> Iterator[tuple[int, float, float]]:
    """Yield the areas on validation and test rows after each number of trees."""
    train, valid, test = parts
    # XGBoost wants classes without gaps, and the synthetic rows may lack some.
    classes, codes = np.unique(train.target, return_inverse=True)
    if len(classes) < 2:
        return
    model.fit(matrices[0], codes)
    for n_trees in N_ESTIMATORS:
        on_valid, on_test = (
            area(part.target, model.predict_proba(matrix, iteration_range=(0, n_trees)), classes)
            for part, matrix in ((valid, matrices[1]), (test, matrices[2]))
        )
        if not math.isnan(on_valid):
            yield n_trees, on_valid, on_test


def _regression_scores(
    model: Any, matrices: list[np.ndarray], parts: tuple[Rows, Rows, Rows]
) -> Iterator[tuple[int, float, float]]:
    """Yield the errors on validation and test rows after each number of trees."""
    train, valid, test = parts
    model.fit(matrices[0], np.log(np.clip(train.target, *TARGET_LIMITS)))
    for n_trees in N_ESTIMATORS:
        on_valid, on_test = (
            model.predict(matrix, iteration_range=(0, n_trees)) for matrix in matrices[1:]
        )
        logarithm = np.log(np.clip(test.target, *TARGET_LIMITS))
        yield n_trees, _rmse(valid.target, on_valid), _rmse(logarithm, on_test)


def _rmse(target: np.ndarray, predicted: np.ndarray) -> float:
    return math.sqrt(float(np.mean((target - predicted) ** 2)))


@dataclass(frozen=True)
class _Scale:
    """Low and high end that scale each column of the training table, and those of later tables."""

    ends: list[tuple[float, float]]

    @classmethod
    def learn(cls, numbers: np.ndarray) -> "_Scale":
        """Walk the columns; an end stays as it is once it is not 0."""
        low = high = 0.0
        ends = []
        for column in numbers.T:
            known = column[~np.isnan(column)]
            low = low or float(known.min(initial=np.inf) if len(known) else 0.0)
            high = high or float(known.max(initial=-np.inf) if len(known) else 0.0)
            ends.append((low, high))
        return cls(ends)


def _features(problem: Problem, rows: Rows, scale: _Scale) -> np.ndarray:
    """Return scaled numbers and one-hot levels, in the papers' form."""
    parts = []
    is_test = rows is problem.tables["holdout"]
    for position, column in enumerate(rows.numbers.T):
        # Test rows are scaled with the ends that the walk ended with.
        low, high = scale.ends[-1 if is_test else position]
        if low >= 0 and high >= LARGE:
            parts.append(np.log(np.maximum(column, 1e-2)))
        else:
            parts.append((column - low) / ((high - low) or 1.0) * RANGE_LENGTH)
    one_hot = [np.eye(size)[c] for c, size in zip(rows.levels.T, problem.n_levels, strict=True)]
    return np.column_stack([*parts, *one_hot]).astype(np.float32)
