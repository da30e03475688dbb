"""How far apart two distributions are: divergences of probabilities, distance of samples."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from tabgan.exceptions import InvalidParameterError
from tabgan.metrics._columns import EncodedTables, encode_tables
from tabgan.metrics._results import MetricResult

__all__ = [
    "ColumnDivergence",
    "ColumnDivergences",
    "column_divergences",
    "cross_entropy",
    "js_divergence",
    "kl_divergence",
    "wasserstein_distance",
]

N_BINS = 20
PSEUDO_COUNT = 0.5
SUM_TOLERANCE = 1e-6


@dataclass(frozen=True, kw_only=True)
class ColumnDivergence:
    """The divergences of one column, in nats.

    Attributes
    ----------
    kl, js : float
        Kullback-Leibler divergence of the synthetic column from the real one, and Jensen-Shannon
        divergence of the two.
    expected_kl, expected_js : float
        What two samples of one distribution, as long as these, score on average.
    n_cells : int
        Cells that hold any row of the two tables.
    holdout_kl, holdout_js, holdout_expected_kl, holdout_expected_js : float or None
        The same with the holdout in the synthetic table's place.
    """

    kl: float
    js: float
    expected_kl: float
    expected_js: float
    n_cells: int
    holdout_kl: float | None = None
    holdout_js: float | None = None
    holdout_expected_kl: float | None = None
    holdout_expected_js: float | None = None


@dataclass(frozen=True, kw_only=True)
class ColumnDivergences(MetricResult):
    """Divergences of every column.

    Attributes
    ----------
    parts : mapping of column to ColumnDivergence
        `value` is the mean of their `js`, `reference` that of their `holdout_js`.
    excess : float
        Mean of `js` - `expected_js`: about 0 for a fresh real sample of any size.
    holdout_excess : float or None
        The same for the holdout.
    """

    parts: Mapping[Hashable, ColumnDivergence]
    excess: float
    holdout_excess: float | None = None


def column_divergences(
    real: Any, synthetic: Any, *, schema: Any = None, holdout: Any = None, random_state: Any = None
) -> ColumnDivergences:
    """Measure the Kullback-Leibler and Jensen-Shannon divergence of every column.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
        It chooses the cells, and is P in KL(P, Q).
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
    schema : Schema, mapping of column to kind, or None, default=None
        Kinds "continuous", "integer", "datetime" and "duration" are numeric, the others are
        categorical, identifiers and text are left out. Columns not named are inferred from `real`.
    holdout : DataFrame, array or None, default=None
        Real rows that the generator never saw. The same divergences of it give the reference.
    random_state : int, Generator or None, default=None
        Not used: nothing is drawn.

    Returns
    -------
    result : ColumnDivergences
        `value` in 0 (best) to ln 2, the mean Jensen-Shannon divergence in nats.

    Notes
    -----
    The cells of a numeric column are 20 bins of equal real mass with open ends (where values tie
    fewer, and one for each value so frequent that it would fill a bin); those of another column are
    the levels of `real`, and one for all levels that it lacks. A missing cell is a cell of its own.
    Only the K cells count that hold a row of either table. Half a row is added to each in both
    (Jeffreys), so that the divergences are finite. For two samples of one distribution, of n and m
    rows, large beside K, E[KL] is about (K - 1) / 2 (1/n + 1/m) and E[JS] about
    (K - 1) / 8 (1/n + 1/m). SciPy's ``jensenshannon`` is the square root of JS.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import column_divergences
    >>> real = pd.DataFrame({"side": list("aabb") * 25})
    >>> synthetic = pd.DataFrame({"side": list("aaab") * 25})
    >>> part = column_divergences(real, synthetic, schema={"side": "categorical"}).parts["side"]
    >>> round(part.kl, 3), round(part.js, 3), part.expected_js
    (0.141, 0.033, 0.0025)
    """
    return find_column_divergences(
        encode_tables(schema, real=real, synthetic=synthetic, holdout=holdout)
    )


def find_column_divergences(encoded: EncodedTables) -> ColumnDivergences:
    has_holdout = "holdout" in encoded.tables
    parts = {}
    for column in encoded.columns:
        counts = _cell_counts(encoded, column)
        kl, js, n_cells, spread = _divergences(counts["real"], counts["synthetic"])
        unseen = _divergences(counts["real"], counts["holdout"]) if has_holdout else None
        parts[column] = ColumnDivergence(
            kl=kl,
            js=js,
            expected_kl=spread / 2,
            expected_js=spread / 8,
            n_cells=n_cells,
            holdout_kl=None if unseen is None else unseen[0],
            holdout_js=None if unseen is None else unseen[1],
            holdout_expected_kl=None if unseen is None else unseen[3] / 2,
            holdout_expected_js=None if unseen is None else unseen[3] / 8,
        )
    mean = float(np.mean([part.js for part in parts.values()]))
    expected = float(np.mean([part.expected_js for part in parts.values()]))
    reference = holdout_excess = None
    if has_holdout:
        reference = float(np.mean([part.holdout_js for part in parts.values()]))
        holdout_excess = reference - float(
            np.mean([part.holdout_expected_js for part in parts.values()])
        )
    return ColumnDivergences(
        name="column_divergences",
        value=mean,
        range=(0.0, math.log(2)),
        direction="lower",
        reference=reference,
        parts=parts,
        excess=mean - expected,
        holdout_excess=holdout_excess,
    )


def kl_divergence(p: Any, q: Any) -> float:
    """Return the Kullback-Leibler divergence sum p ln(p / q), in nats.

    Parameters
    ----------
    p, q : array-like of shape (n_cells,)
        Probabilities: not negative, each with the sum 1.

    Returns
    -------
    divergence : float
        From 0 (equal) up; infinite where q is 0 and p is not.

    Raises
    ------
    InvalidParameterError
        If `p` or `q` is no vector of probabilities, or their lengths differ.

    Examples
    --------
    >>> from tabgan.metrics import kl_divergence
    >>> round(kl_divergence([0.5, 0.5], [0.75, 0.25]), 4)
    0.1438
    """
    return cross_entropy(p, q) - cross_entropy(p, p)


def js_divergence(p: Any, q: Any) -> float:
    """Return the Jensen-Shannon divergence: the mean divergence of p and q from their mean.

    Parameters
    ----------
    p, q : array-like of shape (n_cells,)
        Probabilities: not negative, each with the sum 1.

    Returns
    -------
    divergence : float
        In nats, 0 (equal) to ln 2 (no cell in common).

    Raises
    ------
    InvalidParameterError
        If `p` or `q` is no vector of probabilities, or their lengths differ.

    Examples
    --------
    >>> from tabgan.metrics import js_divergence
    >>> round(js_divergence([1.0, 0.0], [0.0, 1.0]), 4)
    0.6931
    """
    p, q = _probabilities(p, q)
    middle = (p + q) / 2
    return (kl_divergence(p, middle) + kl_divergence(q, middle)) / 2


def cross_entropy(p: Any, q: Any) -> float:
    """Return the cross-entropy - sum p ln q, in nats: the entropy of p if both are equal.

    Parameters
    ----------
    p, q : array-like of shape (n_cells,)
        Probabilities: not negative, each with the sum 1.

    Returns
    -------
    entropy : float
        From 0 up; infinite where q is 0 and p is not.

    Raises
    ------
    InvalidParameterError
        If `p` or `q` is no vector of probabilities, or their lengths differ.

    Examples
    --------
    >>> from tabgan.metrics import cross_entropy
    >>> round(cross_entropy([0.5, 0.5], [0.75, 0.25]), 4)
    0.837
    """
    p, q = _probabilities(p, q)
    occurs = p > 0
    if (q[occurs] == 0).any():
        return math.inf
    return -float(p[occurs] @ np.log(q[occurs]))


def wasserstein_distance(first: Any, second: Any) -> float:
    """Return the mean distance by which one sample must be moved to become the other.

    Parameters
    ----------
    first, second : array-like of shape (n_values,)
        Finite numbers, in any order and of any count.

    Returns
    -------
    distance : float
        The integral of |F - G|, in the unit of the values; 0 if equal.

    Raises
    ------
    InvalidParameterError
        If a sample is empty, has two dimensions, or holds missing or infinite values.

    Examples
    --------
    >>> from tabgan.metrics import wasserstein_distance
    >>> wasserstein_distance([1.0, 2.0, 3.0], [2.0, 3.0, 4.0])
    1.0
    """
    samples = []
    for name, sample in (("first", first), ("second", second)):
        array = np.asarray(sample, dtype=np.float64)
        if array.ndim != 1 or not len(array) or not np.isfinite(array).all():
            raise InvalidParameterError(
                f"The {name!r} parameter of wasserstein_distance must be a sample of one or more "
                f"finite numbers. Got {sample!r} instead; leave out missing values."
            )
        samples.append(array)
    return float(stats.wasserstein_distance(*samples))


def _probabilities(p: Any, q: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return both as arrays, or say what is wrong with them."""
    arrays = []
    for name, vector in (("p", p), ("q", q)):
        array = np.asarray(vector, dtype=np.float64)
        is_vector = array.ndim == 1 and len(array) and np.isfinite(array).all()
        if not is_vector or (array < 0).any() or abs(array.sum() - 1) > SUM_TOLERANCE:
            raise InvalidParameterError(
                f"The {name!r} parameter must be a vector of probabilities whose sum is 1. Got "
                f"{vector!r} instead; divide counts by their sum."
            )
        arrays.append(array)
    if len(arrays[0]) != len(arrays[1]):
        raise InvalidParameterError(
            "The 'p' and 'q' parameters must be of one length. Got "
            f"{len(arrays[0])} and {len(arrays[1])} probabilities instead."
        )
    return arrays[0], arrays[1]


def _cell_counts(encoded: EncodedTables, column: Hashable) -> dict[str, np.ndarray]:
    """Return how many rows of each table lie in each cell of a column."""
    if column in encoded.numeric:
        place = encoded.numeric.index(column)
        numbers = {name: table.numbers[:, place] for name, table in encoded.tables.items()}
        real = numbers["real"]
        known = real[~np.isnan(real)]
        inner = _equal_mass_cuts(known)
        cells = {
            name: np.where(np.isnan(x), len(inner) + 1, np.searchsorted(inner, x, side="right"))
            for name, x in numbers.items()
        }
        return {name: np.bincount(x, minlength=len(inner) + 2) for name, x in cells.items()}
    place = encoded.categorical.index(column)
    size = encoded.n_levels[place]
    counts = {
        name: np.bincount(table.levels[:, place], minlength=size)
        for name, table in encoded.tables.items()
    }
    is_unseen = counts["real"] == 0
    if encoded.has_missing[place]:
        is_unseen[-1] = False
    return {
        name: np.append(count[~is_unseen], count[is_unseen].sum()) for name, count in counts.items()
    }


def _equal_mass_cuts(known: np.ndarray) -> np.ndarray:
    """Return the inner edges of the bins of equal mass.

    A value so frequent that it would fill a bin is a bin of its own, or a spike at the end of the
    values would share its bin with all that is rarer.
    """
    if not len(known):
        return np.empty(0)
    cuts, counts = np.unique(np.quantile(known, np.arange(1, N_BINS) / N_BINS), return_counts=True)
    return np.union1d(cuts, np.nextafter(cuts[counts > 1], np.inf))


def _divergences(first: np.ndarray, second: np.ndarray) -> tuple[float, float, int, float]:
    """Return KL, JS, the number of cells K and (K - 1) (1/n + 1/m) of two vectors of counts."""
    occurs = (first + second) > 0
    n_cells = int(occurs.sum())
    smoothed = (count[occurs] + PSEUDO_COUNT for count in (first, second))
    p, q = (count / count.sum() for count in smoothed)
    spread = (n_cells - 1) * (1 / float(first.sum()) + 1 / float(second.sum()))
    return max(kl_divergence(p, q), 0.0), max(js_divergence(p, q), 0.0), n_cells, spread
