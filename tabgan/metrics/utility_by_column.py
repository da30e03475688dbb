"""Is every column predicted as well after training on synthetic rows? On a budget."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from threadpoolctl import threadpool_limits

from tabgan._random import child_generator, root_seed
from tabgan.exceptions import InvalidParameterError, TableError
from tabgan.metrics._columns import EncodedTables, encode_tables
from tabgan.metrics._forecasts import Forecast, forecast, merit_lost
from tabgan.metrics._jackknife import (
    N_GROUPS,
    jackknife_groups,
    jackknife_interval,
    jackknife_variance,
)
from tabgan.metrics._prediction import Problem, Rows, find_known, problem_of
from tabgan.metrics._results import MetricResult

__all__ = ["ColumnUtility", "UtilityByColumn", "utility_by_column"]

MAX_ROWS = 5_000
MAX_COLUMNS = 20
MAX_CLASSES = 10
RARE = 0.01
MIN_ROWS = 2 * N_GROUPS
SETTINGS = {"max_iter": 40, "max_leaf_nodes": 8}


@dataclass(frozen=True, kw_only=True)
class ColumnUtility:
    """How well one column is predicted from all others.

    Attributes
    ----------
    column : hashable
        Its name.
    score : {"auc", "r2"}
        What `value` and `reference` are: the area under the ROC curve (several classes: mean of one
        against the rest), or R squared for a numeric column.
    value, reference : float
        Score on unseen real rows of the model trained on synthetic rows, and on real ones.
    gap : float
        Share of the real model's merit that is lost, 0 is best. NaN where that model is not surely
        better than chance: there is nothing to lose.
    low, high : float
        Two-sided 95 % interval of `gap` over the rows tested on.
    n_rows, n_test_rows : int
        Rows that each model was trained on, and rows tested on.
    """

    column: Hashable
    score: str
    value: float
    reference: float
    gap: float
    low: float
    high: float
    n_rows: int
    n_test_rows: int


@dataclass(frozen=True, kw_only=True)
class UtilityByColumn(MetricResult):
    """Utility for each column in turn.

    Attributes
    ----------
    low, high : float
        Two-sided 95 % interval of `value` over the rows tested on.
    parts : tuple of ColumnUtility
        In the order of the table.
    skipped : mapping of column to str
        Why a column has no part.
    """

    low: float
    high: float
    parts: tuple[ColumnUtility, ...]
    skipped: Mapping[Hashable, str]


def utility_by_column(
    real: Any,
    synthetic: Any,
    *,
    holdout: Any,
    schema: Any = None,
    random_state: Any = None,
    max_rows: int | None = MAX_ROWS,
    max_columns: int | None = MAX_COLUMNS,
    n_jobs: int | None = None,
) -> UtilityByColumn:
    """Train on synthetic rows and test on unseen real ones, with each column as the target in turn.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
        Models of the same kind trained on it give the references.
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
    holdout : DataFrame or array
        Unseen real rows to test on.
    schema : Schema, mapping of column to kind, or None, default=None
    random_state : int, Generator or None, default=None
        Draws rows and columns, and seeds the models.
    max_rows : int or None, default=5000
        Train and test on at most this many rows. None means all.
    max_columns : int or None, default=20
        Predict at most this many columns, drawn at random from more; the others are `skipped`. None
        means all.
    n_jobs : int or None, default=None
        Threads. None means 1, -1 all cores.

    Returns
    -------
    result : UtilityByColumn
        `value` is the share of the merit that is lost over all columns that real rows can predict:
        0 is best and what a fresh real sample reaches on average, 1 is no better than chance. NaN
        if none can be predicted.

    Raises
    ------
    InvalidParameterError
        If there is no holdout, or a limit is less than 1.
    TableError
        If only one column is in use.

    Notes
    -----
    The models are histogram gradient boosting with 40 trees of 8 leaves a class, smaller than those
    of :func:`tabgan.metrics.utility`. Levels beyond the 9 most frequent, and of less than 1 % of
    the real rows, are one class, joined with the rarest other if still that rare. With a the real
    models' scores, b the synthetic ones' and c chance (1/2 for an area, 0 for R squared): value =
    sum(a - b) / sum(a - c) over the columns whose a exceeds c by more than 2 standard errors.
    Intervals leave out each of 20 groups of the tested rows in turn, given the models: they do not
    tell how another sample would fare.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import utility_by_column
    >>> x = np.linspace(-1, 1, 300)
    >>> table = pd.DataFrame({"x": x, "positive": x > 0, "same": 1.0})
    >>> kinds = {"x": "continuous", "positive": "boolean", "same": "constant"}
    >>> result = utility_by_column(table, table, holdout=table, schema=kinds, random_state=0)
    >>> [part.column for part in result.parts], result.value
    (['x', 'positive'], 0.0)
    >>> result.skipped
    {'same': 'it has one value only in the real table'}
    """
    for name, limit in (("max_rows", max_rows), ("max_columns", max_columns)):
        if limit is not None and limit < 1:
            raise InvalidParameterError(
                f"The {name!r} parameter must be None or an integer of 1 or more. Got {limit!r} "
                "instead."
            )
    if holdout is None:
        raise InvalidParameterError(
            "The 'holdout' parameter of utility_by_column must be a table of unseen real rows to "
            "test on. Got None instead."
        )
    encoded = encode_tables(schema, real=real, synthetic=synthetic, holdout=holdout)
    if len(encoded.columns) < 2:
        raise TableError(
            f"utility_by_column needs two or more columns in use. Got {list(encoded.columns)!r}."
        )
    seed, threads = root_seed(random_state), effective_n_jobs(n_jobs)
    with threadpool_limits(limits=threads, user_api="openmp"):
        return find_utility_by_column(encoded, seed, max_rows, max_columns)


def find_utility_by_column(
    encoded: EncodedTables, seed: int, max_rows: int | None, max_columns: int | None
) -> UtilityByColumn:
    skipped: dict[Hashable, str] = {}
    fits = []
    drawn = child_generator(seed, "columns").permutation(len(encoded.columns))[:max_columns]
    for place, column in enumerate(encoded.columns):
        if place not in drawn:
            skipped[column] = f"it is not among the {len(drawn)} columns drawn"
            continue
        problem = _problem(encoded, column, seed, max_rows)
        if isinstance(problem, str):
            skipped[column] = problem
        else:
            fits.append(_Fit.of(problem, column, seed))
    counted = [fit for fit in fits if fit.has_merit]
    value = low = high = math.nan
    if counted:
        lost = np.sum([fit.real_scores - fit.scores for fit in counted], axis=0)
        merit = np.sum([fit.real_scores - fit.chance for fit in counted], axis=0)
        value = float(lost[-1] / merit[-1])
        low, high = jackknife_interval(value, lost[:-1] / merit[:-1])
    return UtilityByColumn(
        name="utility_by_column",
        value=value,
        range=(-math.inf, math.inf),
        direction="lower",
        reference=0.0,
        low=low,
        high=high,
        parts=tuple(fit.part for fit in fits),
        skipped=skipped,
    )


@dataclass(frozen=True)
class _Target:
    """A column to predict, and the groups of the rows tested on."""

    problem: Problem
    groups: np.ndarray


@dataclass(frozen=True)
class _Fit:
    """The scores of both models of a column, with each group left out and last of all rows."""

    column: Hashable
    score: str
    chance: float
    scores: np.ndarray
    real_scores: np.ndarray
    n_rows: int
    n_test_rows: int

    @classmethod
    def of(cls, target: _Target, column: Hashable, seed: int) -> "_Fit":
        """Train and test both models."""
        tables = target.problem.tables
        ours, theirs = (
            forecast(target.problem, tables[name], seed, **SETTINGS)
            for name in ("synthetic", "real")
        )
        return cls(
            column,
            "r2" if ours.classes is None else "auc",
            ours.chance,
            _scores(ours, target.groups),
            _scores(theirs, target.groups),
            len(tables["real"]),
            len(tables["holdout"]),
        )

    @property
    def has_merit(self) -> bool:
        """Whether the real model is surely better than chance."""
        error = math.sqrt(float(jackknife_variance(self.real_scores[:-1])))
        return bool(self.real_scores[-1] - self.chance > 2 * error)

    @property
    def part(self) -> ColumnUtility:
        """The scores as a result."""
        gap = low = high = math.nan
        if self.has_merit:
            gaps = merit_lost(self.real_scores, self.scores, self.chance)
            gap, (low, high) = float(gaps[-1]), jackknife_interval(float(gaps[-1]), gaps[:-1])
        return ColumnUtility(
            column=self.column,
            score=self.score,
            value=float(self.scores[-1]),
            reference=float(self.real_scores[-1]),
            gap=gap,
            low=low,
            high=high,
            n_rows=self.n_rows,
            n_test_rows=self.n_test_rows,
        )


def _scores(model: Forecast, groups: np.ndarray) -> np.ndarray:
    """Return the scores with each group left out, and last of all rows."""
    return np.append(model.scores_left_out(groups), model.score())


def _problem(
    encoded: EncodedTables, column: Hashable, seed: int, max_rows: int | None
) -> _Target | str:
    """Return a column as a target of few classes and rows, or why it cannot be one."""
    known = {name: find_known(encoded, name, column) for name in encoded.tables}
    for name, places in known.items():
        if len(places) < (MIN_ROWS if name == "holdout" else 2):
            return f"it is known in {len(places)} row(s) of the {name} table"
    problem = problem_of(encoded, column)
    classes = {name: rows.target for name, rows in problem.tables.items()}
    if problem.task == "classification":
        classes = _merge_rare(classes)
    for name in ("real", "holdout"):
        if len(np.unique(problem.tables[name].target)) < 2:
            return f"it has one value only in the {name} table"
        if len(np.unique(classes[name])) < 2:
            return f"one level makes up nearly all of the {name} table"
    size = min(len(known["real"]), len(known["synthetic"]))
    limits = {"real": size, "synthetic": size, "holdout": len(known["holdout"])}
    tables, drawn = {}, {}
    for name, rows in problem.tables.items():
        # One order for all columns, so that they are tested on the same rows.
        order = child_generator(seed, "rows", name).permutation(len(encoded[name]))
        limit = limits[name] if max_rows is None else min(limits[name], max_rows)
        drawn[name] = np.searchsorted(known[name], order[np.isin(order, known[name])][:limit])
        tables[name] = Rows(rows.numbers, rows.levels, classes[name]).take(drawn[name])
    groups = jackknife_groups(len(encoded["holdout"]), child_generator(seed, "groups"))
    return _Target(
        Problem(problem.task, problem.n_levels, tables),
        groups[known["holdout"][drawn["holdout"]]],
    )


def _merge_rare(classes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the classes with all levels but the frequent real ones merged into one."""
    size = 1 + max(int(codes.max()) for codes in classes.values())
    shares = np.bincount(classes["real"], minlength=size) / len(classes["real"])
    order = np.argsort(-shares, kind="stable")
    # One class is left for all others.
    kept = order[shares[order] >= RARE][: MAX_CLASSES - 1]
    is_rare = 1 - shares[kept].sum() < RARE
    merged = np.full(size, max(len(kept) - is_rare, 0))
    merged[kept] = np.arange(len(kept))
    return {name: merged[codes] for name, codes in classes.items()}
