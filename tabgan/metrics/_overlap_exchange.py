"""What the overlap of some rows is when the labels of all rows are exchanged at random."""

import numpy as np
from scipy.sparse import csr_array

from tabgan.metrics._overlap_counts import OverlapCounts

__all__ = ["exchanged_overlaps"]

# Cells of the arrays of one chunk of exchanges.
CHUNK_CELLS = 20_000_000


def exchanged_overlaps(
    found: OverlapCounts,
    regions: list[np.ndarray],
    n_exchanges: int,
    generator: np.random.Generator,
) -> np.ndarray:
    """Return the mean overlaps of the rows of some regions, for random labels.

    Parameters
    ----------
    found : OverlapCounts
        Of two tables of equal size.
    regions : list of arrays of shape (n_rows,), bool
        Which rows, the first table's first, lie in each region.
    n_exchanges : int
    generator : Generator

    Returns
    -------
    overlaps : array of shape (n_exchanges, n_regions)
    """
    n, m = found.sizes
    places, n_points = np.concatenate(found.places), len(found.search.n_rows)
    # The first holds all rows; each turns a value a row into sums at the points.
    sums = [_point_sums(places, np.ones(n + m, bool), n_points)]
    sums += [_point_sums(places, inside, n_points) for inside in regions]
    chunk = max(1, CHUNK_CELLS // (n_points * len(sums)))
    parts = []
    for start in range(0, n_exchanges, chunk):
        shape = (min(chunk, n_exchanges - start), n + m)
        labels = generator.permuted(np.broadcast_to(np.arange(n + m) >= n, shape), axis=1)
        parts.append(_cross_weights(found, sums, labels.T.astype(np.float64)))
    sizes = np.array([np.count_nonzero(inside) for inside in regions])
    return (n + m - 1) / (m * sizes) * np.concatenate(parts)


def _point_sums(places: np.ndarray, inside: np.ndarray, n_points: int) -> csr_array:
    rows = np.flatnonzero(inside)
    return csr_array((np.ones(len(rows)), (places[rows], rows)), shape=(n_points, len(places)))


def _cross_weights(found: OverlapCounts, sums: list[csr_array], labels: np.ndarray) -> np.ndarray:
    """Return the weight that the rows of each region give to the other label."""
    n_rows = found.search.n_rows
    marked = [total @ labels for total in sums]
    counts = [total.sum(axis=1)[:, None] for total in sums]
    weights = np.zeros((labels.shape[1], len(sums) - 1))
    for links, gives, _ in found.weighted_links():
        first, last = links.queries[0], links.queries[-1] + 1
        ends = np.searchsorted(links.queries, np.arange(first, last + 1))
        given = csr_array((gives, links.points, ends), shape=(last - first, len(n_rows)))
        to_marked = given @ marked[0]
        to_others = (given @ n_rows)[:, None] - to_marked
        for region, (ours, size) in enumerate(zip(marked[1:], counts[1:], strict=True)):
            own = ours[first:last]
            weights[:, region] += ((size[first:last] - own) * to_marked).sum(axis=0)
            weights[:, region] += (own * to_others).sum(axis=0)
    return weights
