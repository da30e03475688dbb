"""Can a linear model tell synthetic rows from real ones?"""

import warnings
from typing import Any

import numpy as np
from scipy.sparse import csr_array, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import RobustScaler

from tabgan._random import child_seed, root_seed
from tabgan.exceptions import TableError
from tabgan.metrics._columns import EncodedTable, EncodedTables, encode_tables
from tabgan.metrics._errors import equal_size_tables
from tabgan.metrics._results import MetricResult

__all__ = ["logistic_c2st"]

N_FOLDS = 3
_SEED_LIMIT = 2**31 - 1


def logistic_c2st(
    real: Any, synthetic: Any, *, schema: Any = None, holdout: Any = None, random_state: Any = None
) -> MetricResult:
    """Measure how far a logistic regression fails to tell synthetic rows from real ones.

    Reported for comparison with published figures. It is blind to ties between columns: a table of
    independently shuffled columns scores about 1. Believe :func:`tabgan.metrics.judge` instead.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
    schema : Schema, mapping of column to kind, or None, default=None
    holdout : DataFrame, array or None, default=None
        Unseen real rows; they give `reference`.
    random_state : int, Generator or None, default=None
        Draws rows and folds.

    Returns
    -------
    result : MetricResult
        `value` in 0 (the rows are told apart) to 1 (they are not).

    Raises
    ------
    TableError
        If a table has fewer than 3 rows, one a fold.

    Notes
    -----
    1 - mean over three stratified folds of (2 max(AUC, 1/2) - 1), on as many rows of each table as
    the smaller has. Numeric columns are scaled by median and quartiles, a missing cell becoming the
    mean and a mark of its own; other columns are one-hot; the regression has scikit-learn's
    defaults, 100 iterations of L-BFGS included, whether or not they converge. This is what
    SDMetrics calls LogisticDetection.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import logistic_c2st
    >>> real = pd.DataFrame({"x": np.arange(90.0)})
    >>> round(logistic_c2st(real, real + 1000, schema={"x": "continuous"}).value, 6)
    0.0
    """
    encoded = encode_tables(schema, real=real, synthetic=synthetic, holdout=holdout)
    seed = root_seed(random_state)
    values = []
    for name in list(encoded.tables)[1:]:
        pair = equal_size_tables(encoded, seed, ("real", name))
        values.append(_indistinguishability(pair, encoded, seed))
    return MetricResult(
        name="logistic_c2st",
        value=values[0],
        range=(0.0, 1.0),
        direction="higher",
        reference=values[1] if holdout is not None else None,
    )


def _indistinguishability(pair: list[EncodedTable], encoded: EncodedTables, seed: int) -> float:
    """Return 1 - mean (2 max(AUC, 1/2) - 1) over the folds."""
    size = len(pair[0])
    if size < N_FOLDS:
        raise TableError(
            f"logistic_c2st needs at least {N_FOLDS} rows of each table. The smallest has {size}."
        )
    matrix, labels = _design(pair, encoded), np.repeat([1, 0], size)
    folds = StratifiedKFold(
        N_FOLDS, shuffle=True, random_state=child_seed(seed, "folds") % _SEED_LIMIT
    )
    gaps = []
    for train, test in folds.split(np.zeros((2 * size, 1)), labels):
        model = LogisticRegression()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(matrix[train], labels[train])
        area = roc_auc_score(labels[test], model.decision_function(matrix[test]))
        gaps.append(2 * max(area, 0.5) - 1)
    return 1.0 - float(np.mean(gaps))


def _design(pair: list[EncodedTable], encoded: EncodedTables) -> csr_array:
    """Return the rows of both tables as one sparse matrix: numbers, marks, one-hot levels."""
    numbers = np.concatenate([table.numbers for table in pair])
    levels = np.concatenate([table.levels for table in pair])
    n_rows = len(levels)
    missing = np.isnan(numbers)
    known = np.where(missing.all(axis=0), 0.0, numbers)
    filled = np.where(np.isnan(known), np.nanmean(known, axis=0) if known.size else 0.0, known)
    if filled.shape[1]:
        filled = RobustScaler().fit_transform(filled)
    parts = [csr_array(filled), csr_array(missing[:, missing.any(axis=0)].astype(float))]
    for column, size in zip(levels.T, encoded.n_levels, strict=True):
        places = (np.ones(n_rows), (np.arange(n_rows), column))
        parts.append(csr_array(places, shape=(n_rows, size)))
    return csr_array(hstack([part for part in parts if part.shape[1]], format="csr"))
