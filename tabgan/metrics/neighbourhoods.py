"""Are synthetic rows plausible, and are all regions of the real table covered?"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan._random import child_generator, root_seed
from tabgan.exceptions import InvalidParameterError, TableError
from tabgan.metrics._columns import EncodedTable, EncodedTables, encode_tables
from tabgan.metrics._euclidean import (
    TOLERANCE,
    Crossing,
    Points,
    cross,
    distances_to_mean,
    min_max_points,
    nearest_by_group,
    own_neighbours,
    own_radii,
)
from tabgan.metrics._jackknife import N_GROUPS, jackknife_groups, jackknife_interval
from tabgan.metrics._results import MetricResult, plain

__all__ = [
    "PrecisionRecall",
    "PrecisionRecallResult",
    "alpha_precision",
    "beta_recall",
    "coverage",
    "density",
    "precision_recall",
]

N_LEVELS = 30
N_NEIGHBOURS = 5
MIN_ROWS = N_NEIGHBOURS + 1


@dataclass(frozen=True, kw_only=True)
class PrecisionRecall(MetricResult):
    """A figure of plausibility or coverage.

    Attributes
    ----------
    n_rows : int
        Rows of each table in use.
    n_reference_rows : int or None
        Rows of each table behind `reference`, if measured on a holdout.
    expected : float or None
        Closed-form expectation under equal distributions without ties, where there is one.
    low, high : float or None
        Two-sided 95 % interval, by the jackknife that leaves out each of 20 groups of rows of both
        tables; nearest neighbours jump, so that it is up to twice as wide as it need be. None for
        the density, and for fewer than 40 rows.
    """

    n_rows: int
    n_reference_rows: int | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class PrecisionRecallResult:
    """All four figures, from one search.

    Attributes
    ----------
    alpha_precision, beta_recall, coverage, density : PrecisionRecall
        See the functions of the same names.
    """

    alpha_precision: PrecisionRecall
    beta_recall: PrecisionRecall
    coverage: PrecisionRecall
    density: PrecisionRecall

    def to_dict(self) -> dict[str, Any]:
        """Return the results as plain JSON types, by name."""
        return {name: plain(result) for name, result in vars(self).items()}


def precision_recall(
    real: Any,
    synthetic: Any,
    *,
    schema: Any = None,
    holdout: Any = None,
    random_state: Any = None,
    max_rows: int | None = None,
) -> PrecisionRecallResult:
    """Measure plausibility and coverage of synthetic rows by their neighbours.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
        Of the larger table a random part as large as the smaller is used.
    schema : Schema, mapping of column to kind, or None, default=None
        Numeric columns are scaled to 0..1 over `real`, others are one-hot, the distance is
        Euclidean. A missing number lies at 0, with a coordinate that says so.
    holdout : DataFrame, array or None, default=None
        Unseen real rows. The same figures of `holdout` against `real`, both of equal size and not
        more than above, give the references. Read both sides: more than the reference is copying.
    random_state : int, Generator or None, default=None
        Draws the rows in use.
    max_rows : int or None, default=None
        Use at most this many rows of each table: time grows with the square. None means all.

    Returns
    -------
    result : PrecisionRecallResult
        See :func:`alpha_precision`, :func:`beta_recall`, :func:`coverage`, :func:`density`.

    Raises
    ------
    TableError
        If a table has fewer than 6 rows.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import precision_recall
    >>> generator = np.random.default_rng(0)
    >>> real, synthetic = (pd.DataFrame({"x": generator.normal(size=500)}) for _ in range(2))
    >>> result = precision_recall(real, synthetic, schema={"x": "continuous"}, random_state=0)
    >>> result.alpha_precision.value > 0.9, 0.4 < result.beta_recall.value < 0.6
    (True, True)
    """
    encoded = encode_tables(schema, real=real, synthetic=synthetic, holdout=holdout)
    if max_rows is not None and max_rows < MIN_ROWS:
        raise InvalidParameterError(
            f"The 'max_rows' parameter must be None or an integer of {MIN_ROWS} or more. Got "
            f"{max_rows!r} instead."
        )
    seed = root_seed(random_state)
    size = min(len(encoded["real"]), len(encoded["synthetic"]), max_rows or len(encoded["real"]))
    figures = _figures(encoded, "synthetic", size, seed)
    ends = _intervals(encoded, figures, size, seed)
    if holdout is None:
        references, reference_size = {}, None
    else:
        reference_size = min(size, len(encoded["holdout"]))
        references = _figures(encoded, "holdout", reference_size, seed)
    expected = {"coverage": _expected_coverage(size), "density": 1.0}
    results = {
        name: PrecisionRecall(
            name=name,
            value=value,
            range=(0.0, float("inf") if name == "density" else 1.0),
            direction="higher" if name == "alpha_precision" else "reference",
            reference=references.get(name, expected.get(name)),
            n_rows=size,
            n_reference_rows=reference_size,
            expected=expected.get(name),
            low=ends[name][0] if name in ends else None,
            high=ends[name][1] if name in ends else None,
        )
        for name, value in figures.items()
    }
    return PrecisionRecallResult(**results)


def alpha_precision(real: Any, synthetic: Any, **options: Any) -> PrecisionRecall:
    """Measure whether synthetic rows lie as near to the real centre as real rows do.

    Parameters
    ----------
    real, synthetic
        Tables.
    **options
        As for :func:`precision_recall`.

    Returns
    -------
    result : PrecisionRecall
        `value` of at most 1 (best), slightly below 0 at the worst.

    Notes
    -----
    With r_a the quantile a of the real distances to the real mean and P_a the share of synthetic
    rows within r_a of it: 1 - sum |a - P_a| / sum a over 30 levels a from 0 to 1. The "naive"
    version of synthcity.

    References
    ----------
    Alaa, van Breugel, Saveliev & van der Schaar (2022), "How Faithful is your Synthetic Data?
    Sample-level Metrics for Evaluating and Auditing Generative Models", arXiv 2102.08921.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import alpha_precision
    >>> table = pd.DataFrame({"x": [float(i) ** 2 for i in range(300)]})
    >>> alpha_precision(table, table, schema={"x": "continuous"}).value > 0.95
    True
    """
    return precision_recall(real, synthetic, **options).alpha_precision


def beta_recall(real: Any, synthetic: Any, **options: Any) -> PrecisionRecall:
    """Measure whether real rows have synthetic rows as near as their nearest real one.

    Parameters
    ----------
    real, synthetic
        Tables.
    **options
        As for :func:`precision_recall`.

    Returns
    -------
    result : PrecisionRecall
        `value` of at most 1. About 1/2 for a fresh real sample of continuous columns, more where
        rows tie; well above the reference is copying.

    Notes
    -----
    Real row i is covered at level b if its nearest synthetic row is no farther than its nearest
    other real row, and lies within the quantile b of the distances of all those nearest synthetic
    rows to the synthetic mean. With B_b the share covered: 1 - sum |b - B_b| / sum b over 30 levels
    b from 0 to 1. The "naive" version of synthcity; see :func:`alpha_precision` for the paper.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import beta_recall
    >>> table = pd.DataFrame({"x": [float(i) ** 2 for i in range(300)]})
    >>> beta_recall(table, table, schema={"x": "continuous"}).value > 0.95
    True
    """
    return precision_recall(real, synthetic, **options).beta_recall


def coverage(real: Any, synthetic: Any, **options: Any) -> PrecisionRecall:
    """Measure the share of real rows that have a synthetic row among their five nearest.

    Parameters
    ----------
    real, synthetic
        Tables.
    **options
        As for :func:`precision_recall`.

    Returns
    -------
    result : PrecisionRecall
        `value` in 0 to 1; `expected` is its expectation under equal distributions.

    Notes
    -----
    A real row is covered if a synthetic row lies no farther than its fifth nearest other real row.
    With n rows of each the expectation is 1 - prod_{r=1..5} (n - r) / (2 n - r), about .97.

    References
    ----------
    Naeem, Oh, Uh, Choi & Yoo (2020), "Reliable Fidelity and Diversity Metrics for Generative
    Models", arXiv 2002.09797.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import coverage
    >>> table = pd.DataFrame({"x": [float(i) for i in range(30)]})
    >>> coverage(table, table.iloc[:15], schema={"x": "continuous"}, random_state=0).n_rows
    15
    """
    return precision_recall(real, synthetic, **options).coverage


def density(real: Any, synthetic: Any, **options: Any) -> PrecisionRecall:
    """Measure how densely synthetic rows lie where real rows do.

    Parameters
    ----------
    real, synthetic
        Tables.
    **options
        As for :func:`precision_recall`.

    Returns
    -------
    result : PrecisionRecall
        `value` from 0, 1 in expectation under equal distributions; below: implausible rows.

    Notes
    -----
    Number of pairs of a synthetic row and a real row whose fifth nearest other real row is no
    nearer, over 5 times the number of synthetic rows. Rows that tie lift it above 1; compare with
    the holdout. See :func:`coverage` for the paper.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import density
    >>> real = pd.DataFrame({"x": [float(i) for i in range(30)]})
    >>> density(real, real + 1000, schema={"x": "continuous"}, random_state=0).value
    0.0
    """
    return precision_recall(real, synthetic, **options).density


def _intervals(
    encoded: EncodedTables, figures: dict[str, float], size: int, seed: int
) -> dict[str, tuple[float, float]]:
    """Return the intervals of the figures that have one."""
    if size < 2 * N_GROUPS:
        return {}
    scale = _rows(encoded, "real", size, seed)
    real, points = (
        min_max_points(encoded, scale, _rows(encoded, name, size, seed))
        for name in ("real", "synthetic")
    )
    groups = (
        jackknife_groups(size, child_generator(seed, "groups", name))
        for name in ("real", "synthetic")
    )
    left_out = _left_out(real, points, *groups)
    ends = {name: jackknife_interval(figures[name], values) for name, values in left_out.items()}
    return {name: (low, min(high, 1.0)) for name, (low, high) in ends.items()}


def _left_out(
    real: Points, points: Points, real_groups: np.ndarray, groups: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the figures with each group of rows of both tables left out.

    Nothing is searched anew: a group's rows are taken out of lists twice as long as needed.
    """
    own, own_distances = own_neighbours(real, 2 * N_NEIGHBOURS)
    nearest, distances = nearest_by_group(real, points, groups)
    found: dict[str, list[float]] = {"alpha_precision": [], "beta_recall": [], "coverage": []}
    for group in range(N_GROUPS):
        kept, kept_points = real_groups != group, np.flatnonzero(groups != group)
        radii = [_radii(own_distances, real_groups[own] != group, r) for r in (1, N_NEIGHBOURS)]
        left = np.where(np.arange(N_GROUPS) == group, np.inf, distances)
        closest = left.argmin(axis=1)
        smallest = np.take_along_axis(left, closest[:, None], axis=1)[:, 0]
        places = np.searchsorted(kept_points, nearest[np.arange(len(real)), closest])
        crossing = Crossing(
            places[kept], smallest[kept], (smallest <= radii[1] + TOLERANCE)[kept], np.zeros(0)
        )
        others = points.take(kept_points)
        found["alpha_precision"].append(_alpha(real.take(np.flatnonzero(kept)), others))
        found["beta_recall"].append(_beta(others, crossing, radii[0][kept]))
        found["coverage"].append(float(crossing.covered.mean()))
    return {name: np.array(values) for name, values in found.items()}


def _radii(distances: np.ndarray, is_kept: np.ndarray, rank: int) -> np.ndarray:
    """Return the distance of the r-th neighbour kept, of the last one if there are fewer."""
    is_last = np.zeros_like(is_kept)
    is_last[:, -1] = True
    place = ((is_kept.cumsum(axis=1) >= rank) | is_last).argmax(axis=1)
    return np.take_along_axis(distances, place[:, None], axis=1)[:, 0]


def _figures(encoded: EncodedTables, other: str, size: int, seed: int) -> dict[str, float]:
    """Return the four figures of `size` rows of a table against as many real ones."""
    if size < MIN_ROWS:
        raise TableError(
            f"precision_recall needs at least {MIN_ROWS} rows of each table. The smallest has "
            f"{size}."
        )
    scale = _rows(encoded, "real", size, seed)
    real = min_max_points(encoded, scale, scale)
    points = min_max_points(encoded, scale, _rows(encoded, other, size, seed))
    nearest_radii, radii = own_radii(real, (1, N_NEIGHBOURS))
    crossing = cross(real, points, radii)
    return {
        "alpha_precision": _alpha(real, points),
        "beta_recall": _beta(points, crossing, nearest_radii),
        "coverage": float(crossing.covered.mean()),
        "density": float(crossing.counts.sum() / (N_NEIGHBOURS * size)),
    }


def _rows(encoded: EncodedTables, name: str, size: int, seed: int) -> EncodedTable:
    """Return random rows of a table, or the table if it has no more."""
    table = encoded[name]
    if len(table) == size:
        return table
    return table.take(child_generator(seed, "rows", name).permutation(len(table))[:size])


def _alpha(real: Points, points: Points) -> float:
    """Return alpha-precision; see :func:`alpha_precision`."""
    levels = np.linspace(0.0, 1.0, N_LEVELS)
    radii = np.quantile(distances_to_mean(real, real), levels)
    inside = np.sort(distances_to_mean(points, real))
    shares = np.searchsorted(inside, radii, side="right") / len(points)
    return float(1.0 - np.abs(levels - shares).sum() / levels.sum())


def _beta(points: Points, crossing: Crossing, nearest_radii: np.ndarray) -> float:
    """Return beta-recall; see :func:`beta_recall`."""
    levels = np.linspace(0.0, 1.0, N_LEVELS)
    closest = distances_to_mean(points, points)[crossing.nearest]
    covered = np.sort(closest[crossing.distances <= nearest_radii])
    shares = np.searchsorted(covered, np.quantile(closest, levels), side="right") / len(closest)
    return float(1.0 - np.abs(levels - shares).sum() / levels.sum())


def _expected_coverage(size: int) -> float:
    """Return the expectation of the coverage of n real rows by as many of the same distribution."""
    ranks = np.arange(1, N_NEIGHBOURS + 1)
    return float(1.0 - np.prod((size - ranks) / (2 * size - ranks)))
