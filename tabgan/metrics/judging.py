"""Can boosted trees tell synthetic rows from unseen real ones?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm, t
from sklearn.model_selection import StratifiedKFold

from tabgan._random import child_seed, root_seed
from tabgan.exceptions import InvalidParameterError, TableError
from tabgan.metrics._columns import EncodedTable, encode_tables
from tabgan.metrics._delong import Placements, mean_variance, placements
from tabgan.metrics._errors import equal_size_tables
from tabgan.metrics._results import MetricResult
from tabgan.metrics._trees import (
    Features,
    check_judge,
    fit_judge,
    judge_features,
    judge_matrix,
)

__all__ = ["JudgeResult", "JudgeSummary", "judge", "summarize_judgements", "tree_auc"]

CANNOT_TELL = 0.52
HARDLY = 0.55
CONFIDENCE = 0.95
_SEED_LIMIT = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class JudgeResult(MetricResult):
    """Areas under the ROC curve of one judge on one synthetic table.

    Attributes
    ----------
    judge : str
        "quick" or "full". Figures of different judges cannot be compared.
    n_rows : int
        Rows of each table in use. The areas grow with it, so it belongs beside each of them.
    n_folds : int
        Folds of which the areas are means.
    auc_holdout : float
        Unseen real rows against synthetic ones: the headline, equal to `value`.
    floor : float
        Unseen real rows against the rows that the generator saw: what a perfect table scores.
    auc_train : float
        The rows that the generator saw against synthetic ones.
    se_holdout, se_floor, se_train : float
        Standard errors (DeLong within folds) given the fit and the sample.
    gap : float
        `auc_holdout` - `auc_train`: above 0 the synthetic rows are nearer to the seen rows.
    se_gap : float
        Its standard error, paired over the synthetic rows.
    """

    judge: str
    n_rows: int
    n_folds: int
    auc_holdout: float
    floor: float
    auc_train: float
    se_holdout: float
    se_floor: float
    se_train: float
    gap: float
    se_gap: float

    @property
    def upper(self) -> float:
        """Upper one-sided 95 % bound of `auc_holdout`, for this one fit and sample."""
        return self.auc_holdout + float(norm.ppf(CONFIDENCE)) * self.se_holdout

    @property
    def verdict(self) -> str:
        """What the upper bound allows to say: "cannot tell", "hardly" or "tells"."""
        return verdict(self.upper)


@dataclass(frozen=True, kw_only=True)
class JudgeSummary(MetricResult):
    """The judge's figures over several fits.

    Attributes
    ----------
    judge : str
        "quick" or "full".
    n_rows : int
        Rows of each table in use, the smallest number over the fits.
    n_fits : int
    floor, auc_train, gap : float
        Means over the fits; see :class:`JudgeResult`.
    se : float
        Standard error of the mean `auc_holdout`: spread of the fits and DeLong's variance.
    upper : float
        Upper one-sided 95 % bound, Student's t with one degree of freedom less than fits.
    gap_upper : float
        The same bound of `gap`.
    verdict : str
        "cannot tell" if `upper` is at most .52, "hardly" if at most .55, else "tells".
    """

    judge: str
    n_rows: int
    n_fits: int
    floor: float
    auc_train: float
    gap: float
    se: float
    upper: float
    gap_upper: float
    verdict: str


def judge(
    real: Any,
    synthetic: Any,
    *,
    holdout: Any,
    schema: Any = None,
    random_state: Any = None,
    judge: str = "quick",
    n_folds: int = 5,
    n_jobs: int | None = None,
) -> JudgeResult:
    """Let boosted trees tell synthetic rows from unseen real ones.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
        The rows that the generator saw.
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
    holdout : DataFrame or array
        Real rows that the generator never saw. Without them use :func:`tree_auc`, and know that a
        copy of `real` would win there.
    schema : Schema, mapping of column to kind, or None, default=None
        Numeric columns are given to the trees as numbers, others as native categories.
    random_state : int, Generator or None, default=None
        Draws rows, folds and the trees' seed.
    judge : {"quick", "full"}, default="quick"
        "quick": XGBoost, 100 trees of depth 6, learning rate .3. "full": the best of that one,
        histogram gradient boosting (500 iterations, learning rate .06, 63 leaves) and XGBoost (500
        trees of depth 8, learning rate .05, subsample .8), chosen on an inner 20 % of each training
        part, fitted again on all of that part and scored on the outer fold.
    n_folds : int, default=5
    n_jobs : int or None, default=None
        Threads. None means 1, -1 all cores.

    Returns
    -------
    result : JudgeResult
        `value` in 0 to 1, the area with `holdout` as the positive class; the nearer to `floor`,
        about .5, the better. 1 means that the trees always tell.

    Raises
    ------
    MissingDependencyError
        If XGBoost is not installed: ``pip install "tabular-gan[judge]"``.

    Notes
    -----
    As many rows of each table as the smallest has, in random order; the same stratified folds for
    all three pairs of tables; dtypes, decimals and missing markers of `real` forced on all. The
    area is the mean over folds, its variance the mean of DeLong's within folds over `n_folds`.
    Under equality an area has a standard deviation of about sqrt(1 / (6 n_rows)).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import judge
    >>> generator = np.random.default_rng(0)
    >>> real, holdout = (pd.DataFrame(generator.normal(size=(200, 2))) for _ in range(2))
    >>> result = judge(real, holdout + 3, holdout=holdout, schema={0: "continuous",
    ...     1: "continuous"}, random_state=0)
    >>> result.auc_holdout > 0.99, abs(result.floor - 0.5) < 0.15
    (True, True)
    """
    check_judge(judge)
    if holdout is None:
        raise InvalidParameterError(
            "The 'holdout' parameter of judge must be a table of real rows that the generator "
            "never saw. Got None instead. Without one, tree_auc compares with the rows it saw."
        )
    encoded = encode_tables(
        schema, same_decimals=True, real=real, synthetic=synthetic, holdout=holdout
    )
    seed = root_seed(random_state)
    train, fake, unseen = equal_size_tables(encoded, seed)
    features = judge_features(encoded)
    pairs = {"holdout": (unseen, fake), "floor": (unseen, train), "train": (train, fake)}
    arms = {
        name: _Arm(_placements(judge, pair, features, n_folds, seed, n_jobs))
        for name, pair in pairs.items()
    }
    return JudgeResult(
        name="judge",
        value=arms["holdout"].auc,
        range=(0.0, 1.0),
        direction="reference",
        reference=arms["floor"].auc,
        judge=judge,
        n_rows=len(train),
        n_folds=n_folds,
        auc_holdout=arms["holdout"].auc,
        floor=arms["floor"].auc,
        auc_train=arms["train"].auc,
        se_holdout=arms["holdout"].standard_error,
        se_floor=arms["floor"].standard_error,
        se_train=arms["train"].standard_error,
        gap=arms["holdout"].auc - arms["train"].auc,
        se_gap=_paired_standard_error(arms["holdout"], arms["train"]),
    )


def tree_auc(
    real: Any,
    synthetic: Any,
    *,
    schema: Any = None,
    holdout: Any = None,
    random_state: Any = None,
    judge: str = "quick",
    n_folds: int = 5,
    n_jobs: int | None = None,
) -> MetricResult:
    """Let boosted trees tell synthetic rows from the real ones given, seen by the generator or not.

    A table that copies its rows from `real` wins here; :func:`judge` is the fair question. See
    there for the parameters.

    Returns
    -------
    result : MetricResult
        `value` in 0 to 1, .5 if the trees cannot tell. `reference` is the area of `real` against
        `holdout`.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import tree_auc
    >>> real = pd.DataFrame({"x": np.arange(100.0)})
    >>> tree_auc(real, real + 1000, schema={"x": "continuous"}, random_state=0).value > 0.95
    True
    """
    check_judge(judge)
    encoded = encode_tables(
        schema, same_decimals=True, real=real, synthetic=synthetic, holdout=holdout
    )
    seed = root_seed(random_state)
    first, *others = equal_size_tables(encoded, seed, tuple(encoded.tables))
    features = judge_features(encoded)
    areas = [
        _Arm(_placements(judge, (first, other), features, n_folds, seed, n_jobs)).auc
        for other in others
    ]
    return MetricResult(
        name="tree_auc",
        value=areas[0],
        range=(0.0, 1.0),
        direction="reference",
        reference=areas[1] if holdout is not None else None,
    )


def summarize_judgements(results: Sequence[JudgeResult], *, n_directions: int = 2) -> JudgeSummary:
    """Sum up the judge's figures over several fits.

    Parameters
    ----------
    results : sequence of JudgeResult
        One a fit, one sample each, of the same judge.
    n_directions : {1, 2}, default=2
        2 if fits were made on both halves of the table in turn, so that the holdouts make up the
        whole table; 1 if all fits share one holdout.

    Returns
    -------
    summary : JudgeSummary

    Notes
    -----
    SE^2 = s^2 / F + mean DeLong variance / `n_directions`, with s^2 the variance between the F
    fits; the bound uses Student's t with F - 1 degrees of freedom. With one fit s^2 is unknown:
    the bound is the normal one of that fit and says nothing of other fits.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import judge, summarize_judgements
    >>> generator = np.random.default_rng(0)
    >>> tables = [pd.DataFrame({"x": generator.normal(size=300)}) for _ in range(4)]
    >>> fits = [judge(tables[0], table, holdout=tables[1], schema={"x": "continuous"},
    ...     random_state=0) for table in tables[2:]]
    >>> summary = summarize_judgements(fits, n_directions=1)
    >>> summary.n_fits, summary.upper > summary.value
    (2, True)
    """
    if not results or len({result.judge for result in results}) > 1:
        raise InvalidParameterError(
            "The 'results' parameter of summarize_judgements must hold one or more results of one "
            f"judge. Got judges {[result.judge for result in results]!r} instead."
        )
    areas = [result.auc_holdout for result in results]
    gaps = [result.gap for result in results]
    se = fits_standard_error(areas, [result.se_holdout for result in results], n_directions)
    upper = upper_bound(areas, [result.se_holdout for result in results], n_directions)
    return JudgeSummary(
        name="judge",
        value=float(np.mean(areas)),
        range=(0.0, 1.0),
        direction="reference",
        reference=float(np.mean([result.floor for result in results])),
        judge=results[0].judge,
        n_rows=min(result.n_rows for result in results),
        n_fits=len(results),
        floor=float(np.mean([result.floor for result in results])),
        auc_train=float(np.mean([result.auc_train for result in results])),
        gap=float(np.mean(gaps)),
        se=se,
        upper=upper,
        gap_upper=upper_bound(gaps, [result.se_gap for result in results], n_directions),
        verdict=verdict(upper),
    )


def verdict(upper: float) -> str:
    """Return the words that an upper bound of the area allows."""
    if upper <= CANNOT_TELL:
        return "cannot tell"
    return "hardly" if upper <= HARDLY else "tells"


def fits_standard_error(
    values: Sequence[float], standard_errors: Sequence[float], n_directions: int
) -> float:
    """Return the standard error of the mean over fits; see :func:`summarize_judgements`."""
    if n_directions not in (1, 2):
        raise InvalidParameterError(
            f"The 'n_directions' parameter must be 1 or 2. Got {n_directions!r} instead."
        )
    within = float(np.mean(np.square(standard_errors))) / min(n_directions, len(values))
    between = float(np.var(values, ddof=1)) / len(values) if len(values) > 1 else 0.0
    return math.sqrt(between + within)


def upper_bound(
    values: Sequence[float], standard_errors: Sequence[float], n_directions: int
) -> float:
    """Return the upper one-sided 95 % bound of the mean over fits."""
    factor = t.ppf(CONFIDENCE, len(values) - 1) if len(values) > 1 else norm.ppf(CONFIDENCE)
    error = fits_standard_error(values, standard_errors, n_directions)
    return float(np.mean(values)) + float(factor) * error


@dataclass(frozen=True)
class _Arm:
    """The judge on one pair of tables: one set of placements a fold."""

    folds: list[Placements]

    @property
    def auc(self) -> float:
        return float(np.mean([fold.auc for fold in self.folds]))

    @property
    def standard_error(self) -> float:
        return math.sqrt(sum(fold.variance for fold in self.folds)) / len(self.folds)


def _placements(
    judge: str,
    pair: tuple[EncodedTable, EncodedTable],
    features: Features,
    n_folds: int,
    seed: int,
    n_jobs: int | None,
) -> list[Placements]:
    """Return each fold's placements of out-of-fold scores, the first table being positive."""
    size = len(pair[0])
    if n_folds < 2 or size < 2 * n_folds:
        raise TableError(
            f"The judge needs at least {2 * max(n_folds, 2)} rows of each table for {n_folds} "
            f"folds. The smallest table has {size}: give more rows, or 2 folds or more but fewer."
        )
    seed = child_seed(seed, "judge") % _SEED_LIMIT
    matrix = judge_matrix(pair)
    labels = np.repeat([1, 0], size)
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    result = []
    for train, test in folds.split(np.zeros((2 * size, 1)), labels):
        model = fit_judge(judge, matrix[train], labels[train], features, seed, n_jobs)
        scores = model.predict_proba(matrix[test])[:, 1]
        result.append(placements(scores[labels[test] == 1], scores[labels[test] == 0]))
    return result


def _paired_standard_error(first: _Arm, second: _Arm) -> float:
    """Return the standard error of the difference of two arms with the same synthetic rows."""
    variance = 0.0
    for one, other in zip(first.folds, second.folds, strict=True):
        variance += mean_variance(one.positives) + mean_variance(other.positives)
        variance += mean_variance(one.negatives - other.negatives)
    return math.sqrt(variance) / len(first.folds)
