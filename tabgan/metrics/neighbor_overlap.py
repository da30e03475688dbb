"""Do synthetic and unseen real rows lie among each other? The k-nearest-neighbour overlap."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan._params import RANDOM_STATE, Interval, check_parameters
from tabgan._random import root_seed
from tabgan.exceptions import TableError
from tabgan.metrics._columns import EncodedTables, encode_tables
from tabgan.metrics._overlap_arms import OverlapArm, OverlapEstimate, estimate, overlap_arm
from tabgan.metrics._overlap_counts import OverlapCounts, count_overlap
from tabgan.metrics._overlap_rows import DrawnRows, draw_rows, overlap_size
from tabgan.metrics._overlap_space import overlap_space, plane_grids
from tabgan.metrics._results import MetricResult

__all__ = [
    "NeighborOverlapResult",
    "OverlapArm",
    "OverlapEstimate",
    "neighbor_overlap",
    "overlap_of_points",
]

CONSTRAINTS: dict[str, list] = {
    "n_neighbors": [Interval(int, 1)],
    "max_rows": [Interval(int, 2)],
    "n_draws": [Interval(int, 1)],
    "n_jobs": [None, Interval(int)],
    "random_state": RANDOM_STATE,
}


@dataclass(frozen=True, kw_only=True)
class NeighborOverlapResult(MetricResult):
    """The overlap of a synthetic table with unseen real rows, and what real rows score.

    Attributes
    ----------
    headline : OverlapArm
        Holdout against synthetic rows; without a holdout, the same as `seen`.
    floor : OverlapArm or None
        Holdout against the rows that the generator saw: what real rows score.
    seen : OverlapArm
        Rows that the generator saw against synthetic ones.
    is_optimistic : bool
        Whether there was no holdout, so that copied rows raise `value`.
    excess : OverlapEstimate or None
        Headline minus floor: `value`, its paired `jackknife_se` and interval `low` to `high`, over
        all draws. 0 on average for a fresh real sample; None without a holdout.
    n_rows : int
        Rows of each table in use.
    n_neighbors : int
    n_draws : int
        Draws behind `excess`: 1 if all tables are used whole.
    """

    headline: OverlapArm
    floor: OverlapArm | None
    seen: OverlapArm
    is_optimistic: bool
    excess: OverlapEstimate | None
    n_rows: int
    n_neighbors: int
    n_draws: int


def neighbor_overlap(
    real: Any,
    synthetic: Any,
    *,
    holdout: Any = None,
    schema: Any = None,
    n_neighbors: int = 10,
    max_rows: int = 10_000,
    n_draws: int = 5,
    random_state: Any = None,
    n_jobs: int | None = None,
) -> NeighborOverlapResult:
    """Measure how well synthetic rows mix with unseen real ones among the nearest neighbours.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
        The rows that the generator saw. They fix the space, from all of them.
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
    holdout : DataFrame, array or None, default=None
        Real rows that the generator never saw. Without them only `real` against `synthetic` is
        measured, which copied rows raise: the result is marked as optimistic.
    schema : Schema, mapping of column to kind, or None, default=None
    n_neighbors : int, default=10
        Neighbours k of a row, 1 or more.
    max_rows : int, default=10_000
        Use at most this many rows of each table, 2 or more; time grows with the square. All tables
        are used with the same number of rows, that of the smallest.
    n_draws : int, default=5
        Draws of rows behind `excess`, 1 or more. The other figures are those of the first draw.
    random_state : int, Generator or None, default=None
        Draws the rows and the groups of the jackknife.
    n_jobs : int or None, default=None
        Threads. None means 1, -1 all cores. The result does not depend on it.

    Returns
    -------
    result : NeighborOverlapResult
        `value` is the overlap O of `headline`, from 0 (apart) to almost 2, about 1 for a fresh real
        sample, the `reference` being that of the floor.

    Raises
    ------
    TableError
        If a table has fewer than k + 1 rows.

    Notes
    -----
    The distance is L1: mid-ranks in `real` for numbers, 1 for a differing level, 1 for a missing
    number against a known one; each column weighs 1 / max(mean absolute difference of two rows of
    `real`, .1). Of the k nearest others of a row those that tie for the last places share them
    equally. With a_ij the weight that row i gives to row j (they add up to 1) and N = n + m rows,
    O = (N - 1) / (2 n m) times the sum of a_ij over all pairs of rows of different tables. Its
    expectation is 1 if labels are exchangeable, whatever ties there are, and its error is known.
    It sees less than boosted trees do: never call a table good from it alone.

    References
    ----------
    Schilling (1986), "Multivariate Two-Sample Tests Based on Nearest Neighbors", Journal of the
    American Statistical Association 81, 799-806, for the statistic without ties.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import neighbor_overlap
    >>> generator = np.random.default_rng(0)
    >>> train, holdout, fresh = (pd.DataFrame(generator.normal(size=(300, 3))) for _ in range(3))
    >>> kinds = dict.fromkeys(range(3), "continuous")
    >>> result = neighbor_overlap(train, fresh, holdout=holdout, schema=kinds, random_state=0)
    >>> abs(result.headline.z) < 3, result.n_rows
    (True, 300)
    >>> apart = neighbor_overlap(train, fresh + 9, holdout=holdout, schema=kinds, random_state=0)
    >>> apart.value < 0.2
    True
    """
    check_parameters("neighbor_overlap", locals(), CONSTRAINTS)
    encoded = encode_tables(
        schema, same_decimals=True, real=real, synthetic=synthetic, holdout=holdout
    )
    size = overlap_size(
        encoded, tuple(encoded.tables), max_rows, n_neighbors + 1, "neighbor_overlap"
    )
    draws = _Draws(encoded, size, root_seed(random_state), n_neighbors, n_jobs)
    seen = draws.arm("real", "synthetic")
    headline, floor, excess, n_used = seen, None, None, 1
    if holdout is not None:
        found = [draws.count(first, second) for first, second in ARMS]
        headline, floor = (
            overlap_arm(counts, draws.rows(names, 0))
            for counts, names in zip(found, ARMS, strict=True)
        )
        n_used = 1 if all(len(table) == size for table in encoded.tables.values()) else n_draws
        excess = draws.excess(found, n_used)
    return NeighborOverlapResult(
        name="neighbor_overlap",
        value=headline.value,
        range=(0.0, 2.0),
        direction="reference",
        reference=1.0 if floor is None else floor.value,
        headline=headline,
        floor=floor,
        seen=seen,
        is_optimistic=holdout is None,
        excess=excess,
        n_rows=size,
        n_neighbors=n_neighbors,
        n_draws=n_used,
    )


def overlap_of_points(
    real_points: Any,
    synthetic_points: Any,
    *,
    n_neighbors: int = 10,
    random_state: Any = None,
    n_jobs: int | None = None,
) -> OverlapArm:
    """Measure the overlap of two sets of points, such as those of a map.

    Parameters
    ----------
    real_points : array of shape (n_real, n_coordinates)
        Finite numbers. The distance is L1 on the coordinates as they are.
    synthetic_points : array of shape (n_synthetic, n_coordinates)
        The numbers of points may differ.
    n_neighbors : int, default=10
        Neighbours k of a point, 1 or more.
    random_state : int, Generator or None, default=None
        Draws the groups of the jackknife.
    n_jobs : int or None, default=None
        Threads. None means 1, -1 all cores.

    Returns
    -------
    result : OverlapArm
        The figures of :func:`neighbor_overlap`. All points are used: `real_rows` counts them.

    Raises
    ------
    TableError
        If these are no points of equally many coordinates, if one is not finite, or if there are
        fewer than k + 1 of a set.

    Examples
    --------
    >>> import numpy as np
    >>> from tabgan.metrics import overlap_of_points
    >>> points = np.random.default_rng(0).normal(size=(400, 2))
    >>> abs(overlap_of_points(points[:200], points[200:], random_state=0).z) < 3
    True
    >>> overlap_of_points(points, points + 100, random_state=0).value
    0.0
    """
    check_parameters("overlap_of_points", locals(), CONSTRAINTS)
    first, second = (np.asarray(points, np.float64) for points in (real_points, synthetic_points))
    _check_points(first, second, n_neighbors + 1)
    seed = root_seed(random_state)
    drawn = (
        draw_rows(len(first), len(first), seed, "real"),
        draw_rows(len(second), len(second), seed, "synthetic"),
    )
    real, synthetic = plane_grids(first, second)
    groups = drawn[0].groups, drawn[1].groups
    found = count_overlap(
        real.take(drawn[0].rows), synthetic.take(drawn[1].rows), groups, n_neighbors, n_jobs
    )
    return overlap_arm(found, drawn)


# Headline and floor.
ARMS = (("holdout", "synthetic"), ("holdout", "real"))


class _Draws:
    """Searches of the rows of one or several draws, all in the same space."""

    def __init__(
        self, encoded: EncodedTables, size: int, seed: int, n_neighbors: int, n_jobs: int | None
    ) -> None:
        self._space = overlap_space(encoded["real"], tuple(encoded.tables.values()))
        self._tables = encoded.tables
        self._size, self._seed = size, seed
        self._n_neighbors, self._n_jobs = n_neighbors, n_jobs

    def rows(self, names: tuple[str, str], draw: int) -> tuple[DrawnRows, DrawnRows]:
        """Return the rows of two tables in a draw."""
        first, second = (
            draw_rows(len(self._tables[name]), self._size, self._seed, name, draw) for name in names
        )
        return first, second

    def count(self, first: str, second: str, draw: int = 0) -> OverlapCounts:
        """Return the neighbours of two tables in a draw."""
        drawn = self.rows((first, second), draw)
        ours = self._space.points(self._tables[first].take(drawn[0].rows))
        theirs = self._space.points(self._tables[second].take(drawn[1].rows))
        groups = drawn[0].groups, drawn[1].groups
        return count_overlap(ours, theirs, groups, self._n_neighbors, self._n_jobs)

    def arm(self, first: str, second: str) -> OverlapArm:
        """Return the figures of two tables in the first draw."""
        return overlap_arm(self.count(first, second), self.rows((first, second), 0))

    def excess(self, found: list[OverlapCounts], n_draws: int) -> OverlapEstimate:
        """Return headline minus floor, as a mean over draws; `found` is the first one's."""
        differences = [found[0].overlaps()[:, 2] - found[1].overlaps()[:, 2]]
        for draw in range(1, n_draws):
            headline, floor = (self.count(*names, draw).overlaps()[:, 2] for names in ARMS)
            differences.append(headline - floor)
        return estimate(np.mean(differences, axis=0))


def _check_points(first: np.ndarray, second: np.ndarray, min_points: int) -> None:
    """Refuse what are no two sets of points."""
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1]:
        raise TableError(
            "Points must be two arrays of shape (n_points, n_coordinates) with equally many "
            f"coordinates. Got the shapes {first.shape} and {second.shape} instead."
        )
    for points, name in ((first, "real"), (second, "synthetic")):
        if len(points) < min_points:
            raise TableError(
                f"overlap_of_points needs at least {min_points} points of each set. The {name} set "
                f"has {len(points)}. Give more points, or a smaller 'n_neighbors'."
            )
        wrong = ~np.isfinite(points).all(axis=1)
        if wrong.any():
            raise TableError(
                f"{int(wrong.sum())} of the {name} points are not finite, the first is "
                f"{points[wrong][0].tolist()!r}. Leave them out."
            )
