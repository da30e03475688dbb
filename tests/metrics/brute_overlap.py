"""The overlap of the nearest neighbours, row by row, straight from its definition."""

import numpy as np


def brute_distances(train, rows):
    """Return all distances in the space that `train` fixes: both are encoded tables."""
    total = np.zeros((len(rows), len(rows)))
    for column, reference in zip(rows.numbers.T, train.numbers.T, strict=True):
        total += _number_gaps(column, reference) / max(_mean(reference, reference), 0.1)
    for column, reference in zip(rows.levels.T, train.levels.T, strict=True):
        n = len(reference)
        differing = (reference[:, None] != reference).sum() / (n * (n - 1))
        total += (column[:, None] != column) / max(differing, 0.1)
    return total


def _number_gaps(column, reference):
    known = reference[~np.isnan(reference)]
    ranks = [np.nan if np.isnan(x) else ((known < x).sum() + (known <= x).sum()) for x in column]
    ranks = np.array(ranks) / (2 * max(len(known), 1))
    gaps = np.abs(ranks[:, None] - ranks)
    missing = np.isnan(ranks)
    return np.where(np.isnan(gaps), missing[:, None] ^ missing, gaps).astype(float)


def _mean(column, reference):
    n = len(column)
    return _number_gaps(column, reference).sum() / (n * (n - 1))


def brute_weights(distances, k):
    """Return a_ij: the k nearest others of each row; those that tie share the last places."""
    n_rows = len(distances)
    weights = np.zeros((n_rows, n_rows))
    rounded = np.round(distances, 6)
    for i in range(n_rows):
        others = np.delete(np.arange(n_rows), i)
        own = rounded[i, others]
        limit = np.sort(own)[k - 1]
        nearer, tied = own < limit, own == limit
        weights[i, others[nearer]] = 1 / k
        weights[i, others[tied]] = (k - nearer.sum()) / (k * tied.sum())
    return weights


def brute_overlap(weights, labels):
    """Return (O_R, O_S, O) and the overlap of each row; the label of a synthetic row is True."""
    n_rows, m = len(labels), labels.sum()
    n = n_rows - m
    to_other = np.where(labels[:, None] != labels, weights, 0).sum(axis=1)
    scores = (n_rows - 1) / np.where(labels, n, m) * to_other
    sides = scores[~labels].mean(), scores[labels].mean()
    return (*sides, np.mean(sides)), scores
