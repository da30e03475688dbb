"""Exact search of nearest real rows, in blocks, never quadratic in memory.

Distances are whole numbers, so ties are ties: a numeric column gives the difference of mid-ranks,
a differing level, or a missing cell against a known one, gives `unit`, the distance of the whole
range of ranks.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from joblib import effective_n_jobs

from tabgan.metrics._columns import EncodedTable

__all__ = ["Nearest", "RankSpace", "nearest_rows", "rank_space", "smallest_distances"]

# Synthetic rows of a block; real rows of a strip of it, so that a strip stays in the cache.
BLOCK_ROWS = 32
STRIP_ROWS = 4096


@dataclass(frozen=True)
class Points:
    """Rows of one table in the space of ranks.

    Attributes
    ----------
    ranks : array of shape (n_numeric, n_rows), int32
        Twice the mid-rank in the pool; 0 for a missing cell.
    codes : array of shape (n_categories, n_rows), int32
        Levels, and for each numeric column with missing cells whether the cell is missing.
    known : dict of int to array of shape (n_rows,), bool
        For each such column, by its position in `ranks`, whether the cell is known.
    """

    ranks: np.ndarray
    codes: np.ndarray
    known: dict[int, np.ndarray]

    @property
    def n_rows(self) -> int:
        return self.ranks.shape[1]


@dataclass(frozen=True)
class RankSpace:
    """L1 distance on mid-ranks in a pool of real rows; a category mismatch counts 1.

    Attributes
    ----------
    pooled : tuple of arrays
        The sorted known values of every numeric column of the pool.
    gaps : tuple of int
        Numeric columns with missing cells in some table.
    unit : int
        The whole number that stands for distance 1.
    """

    pooled: tuple[np.ndarray, ...]
    gaps: tuple[int, ...]
    unit: int

    def points(self, table: EncodedTable) -> Points:
        """Return the rows of a table as points."""
        ranks = np.zeros((len(self.pooled), len(table)), np.int32)
        for position, ranked in enumerate(self.pooled):
            column = table.numbers[:, position]
            known = ~np.isnan(column)
            below = np.searchsorted(ranked, column[known], side="left")
            not_above = np.searchsorted(ranked, column[known], side="right")
            # Ranks among the known values are stretched to the whole range.
            stretch = self.unit / max(2 * len(ranked), 1)
            ranks[position, known] = np.rint((below + not_above) * stretch)
        cells = {position: ~np.isnan(table.numbers[:, position]) for position in self.gaps}
        codes = [*table.levels.T, *cells.values()]
        stacked = np.array(codes, np.int32) if codes else np.empty((0, len(table)), np.int32)
        return Points(ranks, stacked, cells)


@dataclass(frozen=True)
class Nearest:
    """What a search of the real rows nearest to each query row found.

    Attributes
    ----------
    distances : tuple of arrays of shape (n_queries,), int64
        Smallest distance to each of the searched tables.
    nearest : array of shape (n_queries,)
        Position in the pool of all searched tables of one nearest row.
    weights : array of shape (n_pooled,)
        Share of the query rows whose nearest row of the pool is this one; tied rows share equally.
    """

    distances: tuple[np.ndarray, ...]
    nearest: np.ndarray
    weights: np.ndarray


def rank_space(pool: Sequence[EncodedTable], others: Sequence[EncodedTable] = ()) -> RankSpace:
    """Return the space whose ranks are those of the pool of real rows."""
    numbers = np.concatenate([table.numbers for table in pool])
    tables = [numbers, *(table.numbers for table in others)]
    gaps = np.any([np.isnan(table).any(axis=0) for table in tables], axis=0)
    pooled = tuple(np.sort(column[~np.isnan(column)]) for column in numbers.T)
    return RankSpace(pooled, tuple(np.flatnonzero(gaps).tolist()), 2 * len(numbers))


def nearest_rows(
    queries: Points, tables: Sequence[Points], unit: int, n_jobs: int | None = None
) -> Nearest:
    """Search each of the tables, whole, for the rows nearest to each query."""
    pool = Points(
        np.concatenate([table.ranks for table in tables], axis=1),
        _smallest_type(np.concatenate([table.codes for table in tables], axis=1), queries.codes),
        {i: np.concatenate([table.known[i] for table in tables]) for i in queries.known},
    )
    queries = Points(queries.ranks, queries.codes.astype(pool.codes.dtype), queries.known)
    ends = np.cumsum([table.n_rows for table in tables])
    blocks = range(0, queries.n_rows, BLOCK_ROWS)
    workers = effective_n_jobs(n_jobs)
    with ThreadPoolExecutor(workers) as executor:
        parts = list(
            executor.map(
                lambda worker: _search_blocks(queries, pool, ends, unit, blocks[worker::workers]),
                range(workers),
            )
        )
    distances = np.zeros((len(tables), queries.n_rows), np.int64)
    nearest = np.zeros(queries.n_rows, np.int64)
    weights = np.zeros(pool.n_rows)
    for part_distances, part_nearest, part_weights in parts:
        distances += part_distances
        nearest += part_nearest
        weights += part_weights
    return Nearest(tuple(distances), nearest, weights / queries.n_rows)


def smallest_distances(
    queries: Points, table: Points, unit: int, n_smallest: int, n_jobs: int | None = None
) -> np.ndarray:
    """Return the distances of each query to the rows nearest to it, the smallest first.

    Returns
    -------
    distances : array of shape (n_queries, n_smallest), int64
    """
    codes = _smallest_type(table.codes, queries.codes)
    table = Points(table.ranks, codes, table.known)
    queries = Points(queries.ranks, queries.codes.astype(codes.dtype), queries.known)
    distances = np.zeros((queries.n_rows, n_smallest), np.int64)

    def search(start: int) -> None:
        rows = slice(start, min(start + BLOCK_ROWS, queries.n_rows))
        block = _block_distances(queries, table, rows, unit)
        block.partition(n_smallest - 1, axis=1)
        distances[rows] = np.sort(block[:, :n_smallest], axis=1)

    with ThreadPoolExecutor(effective_n_jobs(n_jobs)) as executor:
        list(executor.map(search, range(0, queries.n_rows, BLOCK_ROWS)))
    return distances


def _smallest_type(codes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return codes in the narrowest type that holds them: bytes are compared four times faster."""
    largest = max(codes.max(initial=0), others.max(initial=0))
    return codes.astype(np.min_scalar_type(largest))


def _search_blocks(
    queries: Points, pool: Points, ends: np.ndarray, unit: int, starts: Sequence[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Search for some blocks of the queries; the rows of other blocks are left at 0."""
    distances = np.zeros((len(ends), queries.n_rows), np.int64)
    nearest = np.zeros(queries.n_rows, np.int64)
    weights = np.zeros(pool.n_rows)
    table_starts = np.concatenate([[0], ends[:-1]])
    for start in starts:
        rows = slice(start, min(start + BLOCK_ROWS, queries.n_rows))
        block = _block_distances(queries, pool, rows, unit)
        distances[:, rows] = np.minimum.reduceat(block, table_starts, axis=1).T
        nearest[rows] = block.argmin(axis=1)
        query, tied = np.nonzero(block == distances[:, rows].min(axis=0)[:, None])
        weights += np.bincount(tied, 1.0 / np.bincount(query)[query], minlength=pool.n_rows)
    return distances, nearest, weights


def _block_distances(queries: Points, pool: Points, rows: slice, unit: int) -> np.ndarray:
    """Return the distances of a block of queries to the whole pool."""
    ranks, codes = queries.ranks[:, rows], queries.codes[:, rows]
    n_rows = ranks.shape[1]
    kind: type = np.int32 if unit * (len(ranks) + len(codes)) < 2**31 else np.int64
    count_kind = np.uint8 if len(codes) < 256 else np.int32
    result: np.ndarray = np.empty((n_rows, pool.n_rows), kind)
    for start in range(0, pool.n_rows, STRIP_ROWS):
        strip = slice(start, min(start + STRIP_ROWS, pool.n_rows))
        mismatches = np.zeros((n_rows, strip.stop - strip.start), count_kind)
        for query, real in zip(codes, pool.codes[:, strip], strict=True):
            mismatches += query[:, None] != real
        total: np.ndarray = mismatches.astype(kind)
        total *= unit
        difference = np.empty(total.shape, np.int32)
        for position, query in enumerate(ranks):
            np.subtract(query[:, None], pool.ranks[position, strip], out=difference)
            if position in pool.known:
                # Where a cell is missing the code speaks, not the rank.
                difference *= queries.known[position][rows, None]
                difference *= pool.known[position][strip]
            total += np.abs(difference, out=difference)
        result[:, strip] = total
    return result
