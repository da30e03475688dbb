"""The boosted trees that judge tables: what they are given, and which of them is used."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

from tabgan._optional import require
from tabgan.exceptions import InvalidParameterError
from tabgan.metrics._columns import EncodedTable, EncodedTables

__all__ = ["JUDGES", "Features", "fit_judge", "judge_features"]

# scikit-learn's histograms hold 255 cells; a column of more levels is given as an ordered one.
MAX_HISTOGRAM_LEVELS = 255
INNER_SHARE = 0.2
_LARGEST = 1e38


@dataclass(frozen=True)
class Features:
    """What a judge must know of the columns besides the matrix: which are levels, and how many."""

    n_numeric: int
    n_levels: tuple[int, ...]

    @property
    def xgboost_types(self) -> list[str]:
        """Kinds of the columns in XGBoost's letters: quantity and category."""
        return ["q"] * self.n_numeric + ["c"] * len(self.n_levels)


Builder = Callable[[Features, int, int], Any]


def judge_features(encoded: EncodedTables) -> Features:
    """Return the description of the matrices that :func:`judge_matrix` makes."""
    return Features(len(encoded.numeric), encoded.n_levels)


def judge_matrix(tables: Sequence[EncodedTable]) -> np.ndarray:
    """Return the rows of the tables, one table after the other, as one float matrix."""
    parts = [np.hstack([table.numbers, table.levels]) for table in tables]
    # The trees read float32; beyond its range all numbers are alike to them.
    return np.clip(np.concatenate(parts), -_LARGEST, _LARGEST).astype(np.float32)


def fit_judge(
    judge: str, matrix: np.ndarray, labels: np.ndarray, features: Features, seed: int, n_jobs: Any
) -> Any:
    """Fit the judge of that name: the best of its candidates on an inner share of the rows."""
    threads = effective_n_jobs(n_jobs)
    builders = JUDGES[judge]
    if len(builders) == 1:
        return _fit(builders[0](features, seed, threads), matrix, labels, threads)
    outer, inner = train_test_split(
        np.arange(len(labels)), test_size=INNER_SHARE, stratify=labels, random_state=seed
    )
    areas = []
    for build in builders:
        model = _fit(build(features, seed, threads), matrix[outer], labels[outer], threads)
        areas.append(roc_auc_score(labels[inner], model.predict_proba(matrix[inner])[:, 1]))
    best = builders[int(np.argmax(areas))]
    return _fit(best(features, seed, threads), matrix, labels, threads)


def check_judge(judge: Any) -> str:
    """Return the name of a judge, or say which there are."""
    if judge not in JUDGES:
        raise InvalidParameterError(
            f"The 'judge' parameter must be one of {sorted(JUDGES)}. Got {judge!r} instead."
        )
    return str(judge)


def _fit(model: Any, matrix: np.ndarray, labels: np.ndarray, threads: int) -> Any:
    """Fit within the given number of threads."""
    with threadpool_limits(limits=threads, user_api="openmp"):
        return model.fit(matrix, labels)


def _xgboost(features: Features, seed: int, threads: int, **settings: Any) -> Any:
    xgboost = require("xgboost", extra="judge", purpose="The boosted-tree judge")
    return xgboost.XGBClassifier(
        tree_method="hist",
        enable_categorical=True,
        feature_types=features.xgboost_types,
        n_jobs=threads,
        random_state=seed,
        **settings,
    )


def _quick(features: Features, seed: int, threads: int) -> Any:
    return _xgboost(features, seed, threads, n_estimators=100, max_depth=6, learning_rate=0.3)


def _deep(features: Features, seed: int, threads: int) -> Any:
    settings = {"n_estimators": 500, "max_depth": 8, "learning_rate": 0.05, "subsample": 0.8}
    return _xgboost(features, seed, threads, **settings)


def _histogram(features: Features, seed: int, threads: int) -> Any:
    levels = [size <= MAX_HISTOGRAM_LEVELS for size in features.n_levels]
    return HistGradientBoostingClassifier(
        max_iter=500,
        learning_rate=0.06,
        max_leaf_nodes=63,
        early_stopping=False,
        categorical_features=np.array([False] * features.n_numeric + levels),
        random_state=seed,
    )


JUDGES: dict[str, tuple[Builder, ...]] = {"quick": (_quick,), "full": (_quick, _histogram, _deep)}
