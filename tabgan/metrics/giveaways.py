"""Which columns give synthetic rows away to the judge?"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm
from sklearn.model_selection import StratifiedKFold

from tabgan._random import child_generator, child_seed, root_seed
from tabgan.exceptions import InvalidParameterError, TableError
from tabgan.metrics._columns import EncodedTable, EncodedTables, encode_tables
from tabgan.metrics._delong import mean_variance, placements
from tabgan.metrics._results import NORMAL_95, MetricResult
from tabgan.metrics._trees import Features, fit_judge, judge_features, judge_matrix

__all__ = ["ColumnGiveaway", "Giveaways", "giveaways"]

MAX_ROWS = 5_000
LEVEL = 0.05
_SEED_LIMIT = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class ColumnGiveaway:
    """How much the judge relies on one column.

    Attributes
    ----------
    column : hashable
        Its name.
    value : float
        Loss of area if the column is permuted among the rows that the judge was not trained on.
    low, high : float
        Two-sided 95 % interval.
    lower_bound : float
        One-sided bound at .05 over the number of columns, by which the column is named.
    holdout_value : float
        The loss in the run of two real tables.
    named : bool
        Whether the column gives the table away.
    """

    column: Any
    value: float
    low: float
    high: float
    lower_bound: float
    holdout_value: float
    named: bool


@dataclass(frozen=True, kw_only=True)
class Giveaways(MetricResult):
    """What the judge relies on.

    Attributes
    ----------
    se, reference_se : float
        Standard errors of the areas of the two runs, DeLong's within folds: `value`, unseen real
        rows against synthetic ones, and `floor`.
    floor : float
        Area of the run of two real tables. Equal to `reference`, which is None without a holdout.
    threshold : float
        The largest loss of any column in the run of two real tables, at least 0.
    parts : tuple of ColumnGiveaway
        One a column, in the order of the table.
    named : tuple
        Names of the columns that give the table away, the worst first.
    n_rows : int
        Rows of each table in use.
    """

    se: float
    reference_se: float
    floor: float
    threshold: float
    parts: tuple[ColumnGiveaway, ...]
    named: tuple[Any, ...]
    n_rows: int


def giveaways(
    real: Any,
    synthetic: Any,
    *,
    schema: Any = None,
    holdout: Any = None,
    random_state: Any = None,
    max_rows: int | None = MAX_ROWS,
    n_folds: int = 5,
    n_jobs: int | None = None,
) -> Giveaways:
    """Find the columns by which boosted trees tell synthetic rows from unseen real ones.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
        The rows that the generator saw.
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
    schema : Schema, mapping of column to kind, or None, default=None
        Numeric columns are given to the trees as numbers, others as native categories.
    holdout : DataFrame, array or None, default=None
        Real rows that the generator never saw. Without them one random half of `real` takes their
        place and the other half that of `real`: a copy of `real` goes unnoticed then.
    random_state : int, Generator or None, default=None
        Draws rows, folds and permutations, and seeds the trees.
    max_rows : int or None, default=5000
        Use at most this many rows of each table, as many of each as the smallest has. None means
        all.
    n_folds : int, default=5
    n_jobs : int or None, default=None
        Threads. None means 1, -1 all cores.

    Returns
    -------
    result : Giveaways
        `value` is the area under the ROC curve of unseen real against synthetic rows, `reference`
        that of unseen against seen real rows.

    Raises
    ------
    InvalidParameterError
        If `max_rows` is less than 10 or `n_folds` less than 2.
    TableError
        If a table has fewer than two rows a fold.
    MissingDependencyError
        If XGBoost is not installed: ``pip install "tabular-gan[judge]"``.

    Notes
    -----
    The judge is the "quick" one of :func:`tabgan.metrics.judge`. In each fold a column's cells are
    permuted among the rows that it was not trained on; the loss is the area before minus the area
    after, mean over folds. Its variance is that of the paired differences of the placements, as
    DeLong's. A column is named if its lower bound exceeds the largest loss of the run of two real
    tables, and the area exceeds 1/2 by more than 2 standard errors. A broken tie between two
    columns names both, or the one that the trees happen to use.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import giveaways
    >>> generator = np.random.default_rng(0)
    >>> real, holdout, synthetic = (
    ...     pd.DataFrame(generator.normal(size=(200, 2)), columns=["a", "b"]) for _ in range(3))
    >>> kinds = {"a": "continuous", "b": "continuous"}
    >>> giveaways(real, synthetic.assign(b=synthetic["b"] + 3), holdout=holdout, schema=kinds,
    ...     random_state=0).named
    ('b',)
    """
    if max_rows is not None and max_rows < 10:
        raise InvalidParameterError(
            f"The 'max_rows' parameter must be None or an integer of 10 or more. Got {max_rows!r} "
            "instead."
        )
    if n_folds < 2:
        raise InvalidParameterError(
            f"The 'n_folds' parameter must be an integer of 2 or more. Got {n_folds!r} instead."
        )
    encoded = encode_tables(
        schema, same_decimals=True, real=real, synthetic=synthetic, holdout=holdout
    )
    return find_giveaways(encoded, root_seed(random_state), max_rows, n_folds, n_jobs)


def find_giveaways(
    encoded: EncodedTables, seed: int, max_rows: int | None, n_folds: int, n_jobs: int | None
) -> Giveaways:
    seen, fake, unseen = _tables(encoded, seed, max_rows, n_folds)
    features, has_holdout = judge_features(encoded), "holdout" in encoded.tables
    run, floor = (
        _Run.of((unseen, other), features, n_folds, seed, n_jobs) for other in (fake, seen)
    )
    threshold = float(max(floor.losses.max(), 0.0))
    bounds = run.losses - float(norm.isf(LEVEL / len(run.losses))) * run.errors
    is_named = (bounds > threshold) & (run.area > 0.5 + 2 * run.area_error)
    width = NORMAL_95 * run.errors
    names = (*encoded.numeric, *encoded.categorical)
    parts = {
        column: ColumnGiveaway(
            column=column,
            value=float(run.losses[i]),
            low=float(run.losses[i] - width[i]),
            high=float(run.losses[i] + width[i]),
            lower_bound=float(bounds[i]),
            holdout_value=float(floor.losses[i]),
            named=bool(is_named[i]),
        )
        for i, column in enumerate(names)
    }
    worst = sorted(parts.values(), key=lambda part: -part.value)
    return Giveaways(
        name="giveaways",
        value=run.area,
        range=(0.0, 1.0),
        direction="reference",
        reference=floor.area if has_holdout else None,
        se=run.area_error,
        reference_se=floor.area_error,
        floor=floor.area,
        threshold=threshold,
        parts=tuple(parts[column] for column in encoded.columns),
        named=tuple(part.column for part in worst if part.named),
        n_rows=len(seen),
    )


def _tables(
    encoded: EncodedTables, seed: int, max_rows: int | None, n_folds: int
) -> tuple[EncodedTable, EncodedTable, EncodedTable]:
    """Return equally many random rows: seen, synthetic, and unseen ones or what stands for them."""
    mixed = {
        name: table.take(child_generator(seed, "rows", name).permutation(len(table)))
        for name, table in encoded.tables.items()
    }
    if "holdout" not in mixed:
        middle = len(mixed["real"]) // 2
        mixed["holdout"] = mixed["real"].take(np.arange(middle, 2 * middle))
        mixed["real"] = mixed["real"].take(np.arange(middle))
    size = min(len(table) for table in mixed.values())
    if size < 2 * n_folds:
        raise TableError(
            f"giveaways needs at least {2 * n_folds} rows of each table for {n_folds} folds, and "
            f"twice as many real ones without a holdout. The smallest part has {size}."
        )
    rows = np.arange(size if max_rows is None else min(size, max_rows))
    return mixed["real"].take(rows), mixed["synthetic"].take(rows), mixed["holdout"].take(rows)


@dataclass(frozen=True)
class _Run:
    """The area of the judge on two tables, and what each column's permutation takes from it."""

    area: float
    area_error: float
    losses: np.ndarray
    errors: np.ndarray

    @classmethod
    def of(
        cls,
        pair: tuple[EncodedTable, EncodedTable],
        features: Features,
        n_folds: int,
        seed: int,
        n_jobs: int | None,
    ) -> "_Run":
        """Judge two tables of equal size, the first being positive."""
        matrix, labels = judge_matrix(pair), np.repeat([1, 0], len(pair[0]))
        tree_seed = child_seed(seed, "judge") % _SEED_LIMIT
        folds = StratifiedKFold(n_folds, shuffle=True, random_state=tree_seed)
        generator = child_generator(seed, "permutations")
        found = []
        for train, test in folds.split(matrix, labels):
            model = fit_judge("quick", matrix[train], labels[train], features, tree_seed, n_jobs)
            found.append(_fold(model, matrix[test], labels[test] == 1, generator))
        areas, variances, losses, loss_variances = (
            np.array(part) for part in zip(*found, strict=True)
        )
        return cls(
            float(areas.mean()),
            math.sqrt(float(variances.sum())) / n_folds,
            losses.mean(axis=0),
            np.sqrt(loss_variances.sum(axis=0)) / n_folds,
        )


def _fold(
    model: Any, matrix: np.ndarray, is_positive: np.ndarray, generator: np.random.Generator
) -> tuple[float, float, list[float], list[float]]:
    """Return the area of a fold and its variance, and each column's loss and its variance."""
    scores = model.predict_proba(matrix)[:, 1]
    before = placements(scores[is_positive], scores[~is_positive])
    losses, variances = [], []
    for column in range(matrix.shape[1]):
        permuted = matrix.copy()
        permuted[:, column] = generator.permutation(matrix[:, column])
        scores = model.predict_proba(permuted)[:, 1]
        after = placements(scores[is_positive], scores[~is_positive])
        losses.append(before.auc - after.auc)
        variances.append(
            mean_variance(before.positives - after.positives)
            + mean_variance(before.negatives - after.negatives)
        )
    return before.auc, before.variance, losses, variances
