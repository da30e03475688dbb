"""Where do synthetic and real rows mix least? Regions found on some rows and tested on others."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan._params import RANDOM_STATE, Interval, check_parameters
from tabgan._random import child_generator, child_seed, root_seed
from tabgan.metrics._columns import EncodedTable, EncodedTables, encode_tables
from tabgan.metrics._jackknife import N_GROUPS
from tabgan.metrics._overlap_arms import estimate
from tabgan.metrics._overlap_counts import OverlapCounts, count_overlap, null_variance
from tabgan.metrics._overlap_exchange import exchanged_overlaps
from tabgan.metrics._overlap_rows import draw_rows, overlap_size
from tabgan.metrics._overlap_space import OverlapSpace, overlap_space
from tabgan.metrics._overlap_tree import RegionCondition, RegionTree, fit_region_tree
from tabgan.metrics._results import plain

__all__ = ["OverlapRegion", "RegionCondition", "RegionsResult", "least_mixed_regions"]

MAX_LEAVES = 8
# A region holds at least this share of the rows on which it is found, and as many rows.
MIN_SHARE = 0.02
MIN_ROWS = 30
N_EXCHANGES = 999

CONSTRAINTS: dict[str, list] = {
    "n_neighbors": [Interval(int, 1)],
    "max_rows": [Interval(int, 2)],
    "max_regions": [Interval(int, 1, MAX_LEAVES)],
    "level": [Interval(float, 0, 1, closed="neither")],
    "n_jobs": [None, Interval(int)],
    "random_state": RANDOM_STATE,
}


@dataclass(frozen=True, kw_only=True)
class OverlapRegion:
    """A region of the columns where real and synthetic rows mix less than equal tables would.

    Attributes
    ----------
    description : str
        Its columns in words, such as "age > 41.5 and workclass in {Private}".
    conditions : tuple of RegionCondition
        The same, to be read by a program. Empty: all rows.
    n_rows, n_real, n_synthetic : int
        Tested rows that lie in the region, of both tables and of either.
    synthetic_share : float
        Share of the synthetic ones; 1/2 is expected.
    overlap : float
        Mean overlap of these rows; 1 is expected.
    se : float
        Standard deviation of `overlap` under equal distributions, exact given the rows.
    low, high : float
        Two-sided 95 % interval of `overlap`, by the jackknife.
    p_value : float
        Chance that any of the regions tested is so many `se` below 1 under equal distributions,
        from random exchanges of the labels; 1/1000 at least.
    found_overlap : float
        Mean overlap of the rows on which it was found. Lower by selection: do not report it.
    """

    description: str
    conditions: tuple[RegionCondition, ...]
    n_rows: int
    n_real: int
    n_synthetic: int
    synthetic_share: float
    overlap: float
    se: float
    low: float
    high: float
    p_value: float
    found_overlap: float


@dataclass(frozen=True, kw_only=True)
class RegionsResult:
    """The regions of least mixing that stood the test.

    Attributes
    ----------
    regions : tuple of OverlapRegion
        Those whose `p_value` is at most `level`, the least mixed one first.
    n_tested : int
        Regions that were found and tested.
    level : float
        Chance of naming any region of two equal tables.
    n_rows : int
        Rows of each table on which regions were tested; as many others found them.
    is_optimistic : bool
        Whether there was no holdout: regions where rows are copied mix well.
    """

    regions: tuple[OverlapRegion, ...]
    n_tested: int
    level: float
    n_rows: int
    is_optimistic: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON types."""
        return {name: plain(value) for name, value in vars(self).items()}


def least_mixed_regions(
    real: Any,
    synthetic: Any,
    *,
    holdout: Any = None,
    schema: Any = None,
    n_neighbors: int = 10,
    max_rows: int = 10_000,
    max_regions: int = 5,
    level: float = 0.05,
    random_state: Any = None,
    n_jobs: int | None = None,
) -> RegionsResult:
    """Find the regions of the columns where synthetic and unseen real rows mix least.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
        The rows that the generator saw; they fix the space, as in :func:`neighbor_overlap`.
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
    holdout : DataFrame, array or None, default=None
        Real rows that the generator never saw. Without them `real` takes their place, and the
        result is marked as optimistic.
    schema : Schema, mapping of column to kind, or None, default=None
    n_neighbors : int, default=10
        Neighbours k of a row, 1 or more.
    max_rows : int, default=10_000
        Use at most this many rows of each table, 2 or more: half to find and half to test.
    max_regions : int, default=5
        Test at most this many regions, 1 to 8.
    level : float, default=0.05
        Chance of naming any region although the tables are equal, above 0 and below 1.
    random_state : int, Generator or None, default=None
        Draws the rows and the halves.
    n_jobs : int or None, default=None
        Threads. None means 1, -1 all cores.

    Returns
    -------
    result : RegionsResult
        No region is a good sign, and no proof.

    Raises
    ------
    TableError
        If a table has fewer than 2 k + 2 rows.

    Notes
    -----
    The neighbours of each half are searched in that half alone, so that the two share nothing. On
    one half a regression tree of at most 8 leaves, each of at least 2 % of the rows, is fitted to
    the overlaps of single rows. Its leaves of the lowest means, if below 1, are tested on the other
    half: there the mean overlap of the region's rows has expectation 1 and a known variance if
    labels are exchangeable. Its distribution is skewed, so the chance is that of 999 exchanges of
    the labels, each of which gives the lowest standardised overlap of all regions.

    References
    ----------
    Westfall & Young (1993), "Resampling-Based Multiple Testing", Wiley, for the minimum over tests.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import least_mixed_regions
    >>> values = np.random.default_rng(0).uniform(size=(3000, 2))
    >>> real, other = pd.DataFrame(values[:1500]), pd.DataFrame(values[1500:])
    >>> holed = other[~((other[0] > 0.7) & (other[1] > 0.5))]
    >>> kinds = {0: "continuous", 1: "continuous"}
    >>> result = least_mixed_regions(real, holed, schema=kinds, random_state=0)
    >>> result.regions[0].overlap < 0.5, result.regions[0].synthetic_share < 0.2
    (True, True)
    """
    check_parameters("least_mixed_regions", locals(), CONSTRAINTS)
    encoded = encode_tables(
        schema, same_decimals=True, real=real, synthetic=synthetic, holdout=holdout
    )
    first = "real" if holdout is None else "holdout"
    names = (first, "synthetic")
    size = overlap_size(encoded, names, max_rows, 2 * (n_neighbors + 1), "least_mixed_regions")
    seed = root_seed(random_state)
    space = overlap_space(encoded["real"], tuple(encoded.tables.values()))
    halves = _draw_halves(encoded, names, size // 2, seed)
    finding, testing = (_Half.search(half, space, seed, n_neighbors, n_jobs) for half in halves)
    scores = np.concatenate([finding.found.scores(side) for side in (0, 1)])
    tree = fit_region_tree(
        encoded,
        finding.rows,
        scores,
        max_leaves=MAX_LEAVES,
        min_rows=max(MIN_ROWS, math.ceil(MIN_SHARE * len(scores))),
        seed=child_seed(seed, "tree"),
    )
    tested = _test_leaves(tree, finding, testing, max_regions, child_generator(seed, "exchanges"))
    regions = [region for region in tested if region.p_value <= level]
    return RegionsResult(
        regions=tuple(sorted(regions, key=lambda region: region.overlap)),
        n_tested=len(tested),
        level=level,
        n_rows=size // 2,
        is_optimistic=holdout is None,
    )


@dataclass(frozen=True)
class _Half:
    """Rows of both tables, the first table's first, and their neighbours among themselves."""

    rows: EncodedTable
    found: OverlapCounts

    @classmethod
    def search(
        cls,
        tables: tuple[EncodedTable, EncodedTable],
        space: OverlapSpace,
        seed: int,
        n_neighbors: int,
        n_jobs: int | None,
    ) -> "_Half":
        first, second = (space.points(table) for table in tables)
        groups = tuple(
            draw_rows(len(grid), len(grid), seed, f"groups of side {side}").groups
            for side, grid in enumerate((first, second))
        )
        found = count_overlap(first, second, (groups[0], groups[1]), n_neighbors, n_jobs)
        stacked = EncodedTable(
            np.concatenate([table.numbers for table in tables]),
            np.concatenate([table.levels for table in tables]),
        )
        return cls(stacked, found)

    def overlaps(self, inside: np.ndarray) -> np.ndarray:
        """Return the mean overlap of some rows, with each group left out and at last with none."""
        groups = np.concatenate(self.found.groups)
        means = []
        for left_out in range(N_GROUPS + 1):
            scores = np.concatenate([self.found.scores(side, left_out) for side in (0, 1)])
            means.append(scores[inside & (groups != left_out)].mean())
        return np.array(means)

    def standard_error(self, inside: np.ndarray) -> float:
        """Return the standard deviation of the mean overlap of some rows, labels exchanged."""
        n, m = self.found.sizes
        places = np.concatenate(self.found.places)[inside]
        chosen = np.bincount(places, minlength=len(self.found.search.n_rows))
        return (n + m - 1) / (m * len(places)) * math.sqrt(null_variance(self.found, chosen))


def _draw_halves(
    encoded: EncodedTables, names: tuple[str, str], size: int, seed: int
) -> list[tuple[EncodedTable, EncodedTable]]:
    """Return two disjoint draws of `size` rows of each of two tables."""
    orders = [
        child_generator(seed, "halves", name).permutation(len(encoded[name])) for name in names
    ]
    halves = []
    for start in (0, size):
        first, second = (
            encoded[name].take(order[start : start + size])
            for name, order in zip(names, orders, strict=True)
        )
        halves.append((first, second))
    return halves


def _test_leaves(
    tree: RegionTree,
    finding: _Half,
    testing: _Half,
    max_regions: int,
    generator: np.random.Generator,
) -> list[OverlapRegion]:
    """Test the leaves in which the rows that made the tree mix least."""
    found_scores = np.concatenate([finding.found.scores(side) for side in (0, 1)])
    found_leaves, leaves = tree.leaves(finding.rows), tree.leaves(testing.rows)
    means = {leaf: found_scores[found_leaves == leaf].mean() for leaf in np.unique(found_leaves)}
    lowest = sorted((leaf for leaf in means if means[leaf] < 1.0), key=lambda leaf: means[leaf])
    tested = {leaf: leaves == leaf for leaf in lowest[:max_regions]}
    tested = {leaf: inside for leaf, inside in tested.items() if inside.sum() >= MIN_ROWS}
    if not tested:
        return []
    found = [testing.overlaps(inside) for inside in tested.values()]
    errors = np.array([testing.standard_error(inside) for inside in tested.values()])
    chances = _chances(testing, list(tested.values()), found, errors, generator)
    return [
        _region(tree.conditions(leaf), inside, testing, overlaps, float(error), chance, means[leaf])
        for (leaf, inside), overlaps, error, chance in zip(
            tested.items(), found, errors, chances, strict=True
        )
    ]


def _chances(
    testing: _Half,
    regions: list[np.ndarray],
    found: list[np.ndarray],
    errors: np.ndarray,
    generator: np.random.Generator,
) -> list[float]:
    """Return how often any region is, for random labels, as far below 1 as each one is."""
    scale = np.where(errors > 0, errors, np.inf)
    exchanged = exchanged_overlaps(testing.found, regions, N_EXCHANGES, generator)
    lowest = ((exchanged - 1.0) / scale).min(axis=1)
    observed = (np.array([overlaps[-1] for overlaps in found]) - 1.0) / scale
    # Equal labels may give sums that differ by rounding.
    as_low = (lowest[:, None] <= observed + 1e-9).sum(axis=0)
    return ((1 + as_low) / (N_EXCHANGES + 1)).tolist()


def _region(
    conditions: tuple[RegionCondition, ...],
    inside: np.ndarray,
    testing: _Half,
    overlaps: np.ndarray,
    error: float,
    chance: float,
    found_overlap: float,
) -> OverlapRegion:
    """Return a region with all its figures."""
    n_first = testing.found.sizes[0]
    n_real, n_synthetic = int(inside[:n_first].sum()), int(inside[n_first:].sum())
    whole = estimate(overlaps)
    return OverlapRegion(
        description=" and ".join(condition.text for condition in conditions) or "all rows",
        conditions=conditions,
        n_rows=n_real + n_synthetic,
        n_real=n_real,
        n_synthetic=n_synthetic,
        synthetic_share=n_synthetic / (n_real + n_synthetic),
        overlap=whole.value,
        se=error,
        low=max(whole.low, 0.0),
        high=whole.high,
        p_value=chance,
        found_overlap=float(found_overlap),
    )
