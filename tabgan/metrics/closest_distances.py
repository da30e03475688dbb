"""How near synthetic rows come to the rows that the generator saw, beside unseen real rows."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binom

from tabgan._random import root_seed
from tabgan.exceptions import InvalidParameterError, TableError
from tabgan.metrics._columns import EncodedTables, encode_tables
from tabgan.metrics._copy_search import some_rows
from tabgan.metrics._nearest import rank_space, smallest_distances
from tabgan.metrics._results import MetricResult

__all__ = ["ClosestDistances", "MedianEstimate", "closest_distances"]

MAX_ROWS = 10_000
N_CELLS = 40
# The picture ends at this quantile of all distances, and its last cell takes the rest.
LAST_QUANTILE = 0.995


@dataclass(frozen=True, kw_only=True)
class MedianEstimate:
    """A median with its interval.

    Attributes
    ----------
    value : float
    low, high : float
        Two-sided interval of at least 95 %, from order statistics; NaN for fewer than 6 rows, which
        allow none.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class ClosestDistances(MetricResult):
    """Distances of synthetic and of unseen real rows to the nearest row that the generator saw.

    Attributes
    ----------
    distance, holdout_distance : MedianEstimate
        Median distance of synthetic rows, equal to `value`, and of the holdout's, equal to
        `reference`, in units of a differing level.
    ratio, holdout_ratio : MedianEstimate
        Median of the distance to the nearest seen row over that to the second nearest, 0 to 1. Near
        0: rows sit on single seen rows. Two nearest rows at distance 0 give 1.
    share_zero, holdout_share_zero : float
        Share of rows equal to a seen row.
    edges : tuple of float
        Edges of the cells, from 0 on; the last cell takes what lies beyond.
    shares, holdout_shares : tuple of float
        Share of the rows in each cell.
    n_real, n_synthetic, n_holdout : int
        Rows searched, and rows looked up.
    """

    distance: MedianEstimate
    holdout_distance: MedianEstimate
    ratio: MedianEstimate
    holdout_ratio: MedianEstimate
    share_zero: float
    holdout_share_zero: float
    edges: tuple[float, ...]
    shares: tuple[float, ...]
    holdout_shares: tuple[float, ...]
    n_real: int
    n_synthetic: int
    n_holdout: int


def closest_distances(
    real: Any,
    synthetic: Any,
    *,
    holdout: Any,
    schema: Any = None,
    random_state: Any = None,
    max_rows: int | None = MAX_ROWS,
    n_jobs: int | None = None,
) -> ClosestDistances:
    """Measure the distances of synthetic rows to the closest rows that the generator saw.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
        The rows that the generator saw. All of them are searched: a part would hide copies.
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
    holdout : DataFrame or array
        Real rows that the generator never saw; their distances are the reference.
    schema : Schema, mapping of column to kind, or None, default=None
    random_state : int, Generator or None, default=None
        Draws the rows that are looked up.
    max_rows : int or None, default=10000
        Look up at most this many synthetic, and this many holdout rows. None means all. Time grows
        with their number times that of the real rows.
    n_jobs : int or None, default=None
        Threads. None means 1, -1 all cores.

    Returns
    -------
    result : ClosestDistances
        `value` is the synthetic rows' median distance; well below the reference is copying.

    Raises
    ------
    InvalidParameterError
        If there is no holdout, or `max_rows` is less than 1.
    TableError
        If `real` has fewer than 2 rows.

    Notes
    -----
    The distance is L1 on mid-ranks among the known values of `real` (0 to 1), and 1 for each
    differing level; a missing cell against a value counts 1, tables are rounded to the decimals of
    `real`. Synthetic and unseen rows meet the same seen rows, so that their distances are of one
    law for a generator that does not copy. The intervals are the exact ones of a median, for rows
    drawn independently, given the seen ones.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import closest_distances
    >>> real = pd.DataFrame({"side": list("aabb"), "colour": list("xyxx")})
    >>> kinds = {"side": "categorical", "colour": "categorical"}
    >>> holdout = pd.DataFrame({"side": list("zb"), "colour": list("xz")})
    >>> found = closest_distances(real, real, holdout=holdout, schema=kinds)
    >>> found.value, found.reference, found.share_zero
    (0.0, 1.0, 1.0)
    """
    if holdout is None:
        raise InvalidParameterError(
            "The 'holdout' parameter of closest_distances must be a table of real rows that the "
            "generator never saw. Got None instead. Without one, no distance is near or far."
        )
    if max_rows is not None and max_rows < 1:
        raise InvalidParameterError(
            f"The 'max_rows' parameter must be None or an integer of 1 or more. Got {max_rows!r} "
            "instead."
        )
    encoded = encode_tables(
        schema, same_decimals=True, real=real, synthetic=synthetic, holdout=holdout
    )
    return find_closest_distances(encoded, root_seed(random_state), max_rows, n_jobs)


def find_closest_distances(
    encoded: EncodedTables, seed: int, max_rows: int | None, n_jobs: int | None
) -> ClosestDistances:
    seen = encoded["real"]
    if len(seen) < 2:
        raise TableError(
            f"closest_distances needs at least 2 rows of the real table. Got {len(seen)}."
        )
    rows = {n: some_rows(encoded[n], max_rows, seed, n) for n in ("synthetic", "holdout")}
    space = rank_space([seen], list(rows.values()))
    points = space.points(seen)
    found = {
        name: smallest_distances(space.points(table), points, space.unit, 2, n_jobs) / space.unit
        for name, table in rows.items()
    }
    ours, theirs = (found[name][:, 0] for name in rows)
    edges = _edges(np.concatenate([ours, theirs]))
    medians = [_median(distances) for distances in (ours, theirs)]
    ratios = [_median(_ratios(found[name])) for name in rows]
    return ClosestDistances(
        name="closest_distances",
        value=medians[0].value,
        range=(0.0, math.inf),
        direction="reference",
        reference=medians[1].value,
        distance=medians[0],
        holdout_distance=medians[1],
        ratio=ratios[0],
        holdout_ratio=ratios[1],
        share_zero=float((ours == 0).mean()),
        holdout_share_zero=float((theirs == 0).mean()),
        edges=tuple(edges.tolist()),
        shares=_shares(ours, edges),
        holdout_shares=_shares(theirs, edges),
        n_real=len(seen),
        n_synthetic=len(ours),
        n_holdout=len(theirs),
    )


def _ratios(distances: np.ndarray) -> np.ndarray:
    """Return the nearest over the second nearest distance, 1 where both are 0."""
    nearest, second = distances.T
    return np.divide(nearest, second, out=np.ones(len(nearest)), where=second > 0)


def _median(sample: np.ndarray) -> MedianEstimate:
    """Return the median and its interval between two order statistics."""
    ordered, size = np.sort(sample), len(sample)
    # The median lies below the r-th smallest with probability P(B < r), B binomial (size, 1/2).
    rank = int(binom.ppf(0.025, size, 0.5))
    ends = (ordered[rank - 1], ordered[size - rank]) if rank > 0 else (math.nan, math.nan)
    return MedianEstimate(value=float(np.median(ordered)), low=float(ends[0]), high=float(ends[1]))


def _edges(distances: np.ndarray) -> np.ndarray:
    """Return the edges of cells of equal width from 0 to where hardly a distance lies beyond."""
    last = float(np.quantile(distances, LAST_QUANTILE))
    return np.linspace(0.0, last if last > 0 else 1.0, N_CELLS + 1)


def _shares(distances: np.ndarray, edges: np.ndarray) -> tuple[float, ...]:
    """Return the share of distances in each cell."""
    cells = np.searchsorted(edges, distances, side="right") - 1
    counts = np.bincount(cells.clip(0, N_CELLS - 1), minlength=N_CELLS)
    return tuple((counts / len(distances)).tolist())
