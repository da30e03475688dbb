"""Are synthetic rows new, or nearer to a real row than real rows are to one another?"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan._random import child_generator, root_seed
from tabgan.exceptions import InvalidParameterError, TableError
from tabgan.metrics._columns import EncodedTables, encode_tables
from tabgan.metrics._euclidean import TOLERANCE, cross, min_max_points, own_radii
from tabgan.metrics._results import NORMAL_95, MetricResult

__all__ = ["AuthenticityResult", "authenticity"]

MIN_ROWS = 2


@dataclass(frozen=True, kw_only=True)
class AuthenticityResult(MetricResult):
    """Share of synthetic rows that are farther from a real row than real rows are.

    Attributes
    ----------
    low, high : float
        Two-sided 95 % interval of `value`, given the real rows in use.
    reference_low, reference_high : float or None
        The same for `reference`.
    n_rows : int
        Rows of each table in use.
    """

    low: float
    high: float
    reference_low: float | None
    reference_high: float | None
    n_rows: int


def authenticity(
    real: Any,
    synthetic: Any,
    *,
    schema: Any = None,
    holdout: Any = None,
    random_state: Any = None,
    max_rows: int | None = None,
) -> AuthenticityResult:
    """Measure the share of synthetic rows that do not sit closer to a real row than real rows do.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
        The rows that the generator saw.
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
        As many rows of every table as the smallest has are used.
    schema : Schema, mapping of column to kind, or None, default=None
        Numeric columns are scaled to 0..1 over `real`, others are one-hot, the distance is
        Euclidean. A missing number lies at 0, with a coordinate that says so.
    holdout : DataFrame, array or None, default=None
        Real rows that the generator never saw; their share is the reference.
    random_state : int, Generator or None, default=None
        Draws the rows in use.
    max_rows : int or None, default=None
        Use at most this many rows of each table: time grows with the square. None means all.

    Returns
    -------
    result : AuthenticityResult
        `value` in 0 to 1. Less than the reference is copying; more means rows that lie off the real
        ones.

    Raises
    ------
    TableError
        If a table has fewer than 2 rows.

    Notes
    -----
    A synthetic row is authentic if its distance to its nearest real row is larger than that real
    row's distance to its nearest other real row. Rows that tie are not. The interval is that of a
    mean in which synthetic rows with one nearest real row count as one observation. A part of the
    real rows hides copies of the rest, so that a figure of few rows can only be milder.

    References
    ----------
    Alaa, van Breugel, Saveliev & van der Schaar (2022), "How Faithful is your Synthetic Data?
    Sample-level Metrics for Evaluating and Auditing Generative Models", arXiv 2102.08921.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import authenticity
    >>> real = pd.DataFrame({"x": [0.0, 1.0, 3.0, 7.0]})
    >>> synthetic = pd.DataFrame({"x": [0.5, 1.0, 5.5, 20.0]})
    >>> authenticity(real, synthetic, schema={"x": "continuous"}).value
    0.25
    """
    if max_rows is not None and max_rows < MIN_ROWS:
        raise InvalidParameterError(
            f"The 'max_rows' parameter must be None or an integer of {MIN_ROWS} or more. Got "
            f"{max_rows!r} instead."
        )
    return find_authenticity(
        encode_tables(schema, real=real, synthetic=synthetic, holdout=holdout),
        root_seed(random_state),
        max_rows,
    )


def find_authenticity(
    encoded: EncodedTables, seed: int, max_rows: int | None
) -> AuthenticityResult:
    size = min(len(table) for table in encoded.tables.values())
    if size < MIN_ROWS:
        raise TableError(
            f"authenticity needs at least {MIN_ROWS} rows of each table. The smallest has {size}."
        )
    size = size if max_rows is None else min(size, max_rows)
    rows = {
        name: table.take(child_generator(seed, "rows", name).permutation(len(table))[:size])
        for name, table in encoded.tables.items()
    }
    points = {name: min_max_points(encoded, rows["real"], table) for name, table in rows.items()}
    radii = own_radii(points["real"], (1,))[0]
    shares = {}
    for name in list(rows)[1:]:
        crossing = cross(points[name], points["real"], np.zeros(size))
        is_new = crossing.distances > radii[crossing.nearest] + TOLERANCE
        shares[name] = _share(is_new, crossing.nearest)
    value, low, high = shares["synthetic"]
    reference = shares.get("holdout", (None, None, None))
    return AuthenticityResult(
        name="authenticity",
        value=value,
        range=(0.0, 1.0),
        direction="reference",
        reference=reference[0],
        low=low,
        high=high,
        reference_low=reference[1],
        reference_high=reference[2],
        n_rows=size,
    )


def _share(is_new: np.ndarray, clusters: np.ndarray) -> tuple[float, float, float]:
    """Return a share and its interval; rows of one cluster are one observation."""
    share = float(is_new.mean())
    _, members = np.unique(clusters, return_inverse=True)
    sums = np.bincount(members, weights=is_new - share)
    width = NORMAL_95 * math.sqrt(float((sums**2).sum())) / len(is_new)
    return share, max(share - width, 0.0), min(share + width, 1.0)
