"""From neighbours to overlap: tie-fair weights, shares of the other table, and their errors.

Everything is counted at distinct points. A row gives each of its nearer rows the weight 1/k, and
the rows that tie for the last places share what is left; k is the number of neighbours.
"""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from joblib import effective_n_jobs
from scipy.sparse import csr_array
from scipy.stats import hypergeom

from tabgan.metrics._jackknife import N_GROUPS
from tabgan.metrics._overlap_search import Links, NeighborSearch, neighbor_search
from tabgan.metrics._overlap_space import Grid

__all__ = ["OverlapCounts", "count_overlap", "null_variance"]

# Links of a point that are kept for the exact error; a block with more, on average, is searched
# again.
KEPT_LINKS = 500


@dataclass(frozen=True)
class BlockCounts:
    """What the neighbours of the points of one block are.

    Side 0 is the first table's, side 1 the second's.

    Attributes
    ----------
    shares : array of shape (2, n_points, n_groups + 1)
        Share of the other table among the k neighbours of a row of each side, with each group of
        rows left out, and at last with none.
    near_others, tied_others : array of shape (2, n_points)
        Rows of the other table that are nearer than the k-th neighbour, and that tie with it.
    n_tied, n_places : array of shape (n_points,)
        All rows that tie with the k-th neighbour, and how many of them are among the k.
    limits : array of shape (n_points,), int64
        Distance of the k-th neighbour.
    links : Links or None
        Pairs within the limits; None if there are too many to keep.
    """

    shares: np.ndarray
    near_others: np.ndarray
    tied_others: np.ndarray
    n_tied: np.ndarray
    n_places: np.ndarray
    limits: np.ndarray
    links: Links | None


@dataclass(frozen=True)
class OverlapCounts:
    """Neighbours of two tables among the rows of both.

    Attributes
    ----------
    n_neighbors : int
    places : tuple of two arrays
        The distinct point of each row of either table.
    groups : tuple of two arrays
        The group of each row, for the jackknife.
    search : NeighborSearch
    counts : BlockCounts
        Of all points; `links` is None.
    links : tuple of Links or None
        By block.
    """

    n_neighbors: int
    places: tuple[np.ndarray, np.ndarray]
    groups: tuple[np.ndarray, np.ndarray]
    search: NeighborSearch
    counts: BlockCounts
    links: tuple[Links | None, ...]

    @property
    def sizes(self) -> tuple[int, int]:
        """Rows of either table."""
        return len(self.places[0]), len(self.places[1])

    def scores(self, side: int, left_out: int = N_GROUPS) -> np.ndarray:
        """Return the overlap of each row of one table; rows of the group left out have no meaning.

        Returns
        -------
        scores : array of shape (n_rows,)
            (N - 1) / (rows of the other table) times the share of the other table's rows.
        """
        n_left = [int(np.count_nonzero(groups != left_out)) for groups in self.groups]
        shares = self.counts.shares[side, self.places[side], left_out]
        return (n_left[0] + n_left[1] - 1) / max(n_left[1 - side], 1) * shares

    def overlaps(self) -> np.ndarray:
        """Return the means over each table and over both, whole and with each group left out.

        Returns
        -------
        overlaps : array of shape (n_groups + 1, 3)
            The last row is that of all rows; the columns are O_R, O_S and O.
        """
        means = np.empty((N_GROUPS + 1, 3))
        for left_out in range(N_GROUPS + 1):
            for side in (0, 1):
                stays = self.groups[side] != left_out
                means[left_out, side] = self.scores(side, left_out)[stays].mean()
        means[:, 2] = means[:, :2].mean(axis=1)
        return means

    def share_distribution(self, side: int) -> np.ndarray:
        """Return how many of the k neighbours are of the other table, ties broken in all ways.

        Returns
        -------
        shares : array of shape (k + 1,)
            Share of the rows of this table with 0, 1, ... k neighbours of the other one.
        """
        counts, k = self.counts, self.n_neighbors
        rows = np.bincount(self.places[side], minlength=len(counts.n_tied))
        state = np.stack(
            [counts.near_others[side], counts.tied_others[side], counts.n_tied, counts.n_places]
        )
        kinds, kind = np.unique(state, axis=1, return_inverse=True)
        weights = np.bincount(kind.reshape(-1), weights=rows, minlength=kinds.shape[1])
        # Points that no row of this table holds count one tied row too few, itself.
        held = weights > 0
        near, tied_others, tied, drawn = kinds[:, held, None]
        chances = hypergeom.pmf(np.arange(k + 1) - near, tied, tied_others, drawn)
        return weights[held] @ chances / rows.sum()

    def expected_distribution(self, side: int) -> np.ndarray:
        """Return what :meth:`share_distribution` is on average under equal distributions."""
        n_all, k = sum(self.sizes), self.n_neighbors
        return hypergeom.pmf(np.arange(k + 1), n_all - 1, self.sizes[1 - side], k)

    def standard_error(self) -> float:
        """Return the standard deviation of O under equal distributions, exact given the points."""
        n, m = self.sizes
        variance = null_variance(self, self.search.n_rows)
        return (n + m - 1) / (2 * n * m) * math.sqrt(variance)

    def weighted_links(self) -> Iterator[tuple[Links, np.ndarray, np.ndarray]]:
        """Yield pairs of points, the weights from the first to the second, and those back."""
        limits, n_tied, n_places = (
            getattr(self.counts, name) for name in ("limits", "n_tied", "n_places")
        )
        tied_weight = n_places / (self.n_neighbors * n_tied)
        for start, kept in zip(self.search.starts, self.links, strict=True):
            links = _within(self.search.links(start), limits) if kept is None else kept
            weights = []
            for ends in (links.queries, links.points):
                weight = np.where(links.distances < limits[ends], 1.0 / self.n_neighbors, 0.0)
                weights.append(np.where(links.distances == limits[ends], tied_weight[ends], weight))
            yield links, weights[0], weights[1]


def count_overlap(
    first: Grid,
    second: Grid,
    groups: tuple[np.ndarray, np.ndarray],
    n_neighbors: int,
    n_jobs: int | None = None,
) -> OverlapCounts:
    """Search the neighbours of all rows of two tables, and count those of the other table.

    For the jackknife at least twice the neighbours are looked at, so that k are left when a group
    is taken away.
    """
    grid, places = first.join(second).distinct()
    members = np.zeros((len(grid), 2 * N_GROUPS), np.int64)
    cells = np.concatenate([groups[0], groups[1] + N_GROUPS])
    np.add.at(members, (places, cells), 1)
    search = neighbor_search(grid, members.sum(axis=1), 2 * n_neighbors)
    with ThreadPoolExecutor(effective_n_jobs(n_jobs)) as executor:
        blocks = list(
            executor.map(
                lambda start: _count_block(search.links(start), members, n_neighbors), search.starts
            )
        )
    return OverlapCounts(
        n_neighbors,
        (places[: len(first)], places[len(first) :]),
        groups,
        search,
        _join(blocks),
        tuple(block.links for block in blocks),
    )


def _join(blocks: list[BlockCounts]) -> BlockCounts:
    """Return the counts of all points, without their links."""

    def joined(name: str, axis: int) -> np.ndarray:
        return np.concatenate([getattr(block, name) for block in blocks], axis=axis)

    return BlockCounts(
        shares=joined("shares", 1),
        near_others=joined("near_others", 1),
        tied_others=joined("tied_others", 1),
        n_tied=joined("n_tied", 0),
        n_places=joined("n_places", 0),
        limits=joined("limits", 0),
        links=None,
    )


def null_variance(found: OverlapCounts, chosen: np.ndarray) -> float:
    """Return the variance of the weight that chosen rows give the other table, labels exchanged.

    Parameters
    ----------
    found : OverlapCounts
    chosen : array of shape (n_points,)
        Chosen rows at each point. All rows give the variance of C.

    Notes
    -----
    Exact, given the points and the sizes n and m of the tables: with w_ij the sum of the weights
    that i gives j and j gives i, if chosen, W their total, s_i = sum_j w_ij, D = sum s_i^2 and
    Q = sum_{i<j} w_ij^2, it is (P1 / 2) D + P2 (W^2 - D + Q) - (P1 W)^2, where P1 is the chance
    that two rows are of different tables, and P2 that two pairs of four rows both are.
    """
    n_rows = found.search.n_rows.astype(float)
    chosen = chosen.astype(float)
    received, own = np.zeros(len(n_rows)), np.zeros(len(n_rows))
    q = 0.0
    for links, gives, gets in found.weighted_links():
        ours, theirs = chosen[links.queries], chosen[links.points]
        received += np.bincount(links.points, ours * gives, minlength=len(n_rows))
        is_own = links.queries == links.points
        own[links.queries[is_own]] = gives[is_own]
        q += float(ours @ (n_rows[links.points] * gives**2 + theirs * gives * gets))
    # A row is no neighbour of its own.
    q -= 2.0 * float(chosen @ own**2)
    d = float(chosen @ (1.0 + received - own) ** 2 + (n_rows - chosen) @ received**2)
    return _exchange_variance(float(chosen.sum()), d, q, *found.sizes)


def _exchange_variance(weight: float, d: float, q: float, n: int, m: int) -> float:
    """Return the variance of :func:`null_variance` from its sums."""
    total = n + m
    p1 = 2 * n * m / (total * (total - 1))
    p2 = 4 * n * (n - 1) * m * (m - 1) / (total * (total - 1) * (total - 2) * (total - 3))
    return max(p1 / 2 * d + p2 * (weight**2 - d + q) - (p1 * weight) ** 2, 0.0)


def _within(links: Links, limits: np.ndarray) -> Links:
    return links.take(links.distances <= limits[links.queries])


def _count_block(links: Links, members: np.ndarray, k: int) -> BlockCounts:
    """Count the neighbours of the points of one block."""
    first = int(links.queries[0])
    places = links.queries - first
    is_query = np.append(True, np.diff(places) > 0)
    level_starts = np.flatnonzero(is_query | np.append(True, np.diff(links.distances) != 0))
    level_queries = places[level_starts]
    query_starts = np.flatnonzero(is_query[level_starts])
    rows, others = _level_rows(links, level_starts, query_starts, members)
    # Rows nearer than a level, and how many of the k places are left for it.
    reached = np.cumsum(others, axis=0)
    reached -= (reached - others)[query_starts][level_queries]
    nearer = reached - others
    wanted = np.minimum(np.maximum.reduceat(reached, query_starts, axis=0), k)
    wanted = np.maximum(wanted, 1)[level_queries]
    taken = np.clip(wanted - nearer, 0, others)
    weights = taken / (wanted * np.maximum(others, 1))
    shares = np.add.reduceat(weights[:, None] * rows, query_starts, axis=0)
    # Without anything left out: which level holds the k-th neighbour.
    is_last = (nearer[:, -1] < k) & (reached[:, -1] >= k)
    is_near = reached[:, -1] < k
    whole = rows[:, ::-1, -1]
    limits = links.distances[level_starts[is_last]]
    inside = links.take(links.distances <= limits[places])
    return BlockCounts(
        shares=shares[:, ::-1].transpose(1, 0, 2),
        near_others=np.add.reduceat(whole * is_near[:, None], query_starts, axis=0).T,
        tied_others=whole[is_last].T,
        n_tied=others[is_last, -1],
        n_places=taken[is_last, -1],
        limits=limits,
        links=inside if len(inside.queries) <= KEPT_LINKS * len(query_starts) else None,
    )


def _level_rows(
    links: Links, level_starts: np.ndarray, query_starts: np.ndarray, members: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows at each distance from each query point, with each group left out and none.

    Returns
    -------
    rows : array of shape (n_levels, 2, n_groups + 1)
        By table.
    others : array of shape (n_levels, n_groups + 1)
        Of both tables, without the row that asks.
    """
    ends = np.append(level_starts, len(links.points))
    shape = (len(level_starts), len(members))
    picked = csr_array((np.ones(len(links.points), np.int64), links.points, ends), shape=shape)
    grouped = (picked @ members).reshape(-1, 2, N_GROUPS)
    total = grouped.sum(axis=2, keepdims=True)
    rows = np.concatenate([total - grouped, total], axis=2)
    others = rows.sum(axis=1)
    others[query_starts] -= 1
    return rows, others
