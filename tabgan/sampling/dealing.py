"""Exact counts: how many rows have each value that was asked for, and which rows."""

import numpy as np

from tabgan.sampling.raking import rake

_TINY = 1e-9


def whole_counts(shares: np.ndarray, n_rows: int) -> np.ndarray:
    """Counts with sum `n_rows` that are nearest to the shares: the largest remainders round up.

    Examples
    --------
    >>> import numpy as np
    >>> whole_counts(np.array([0.25, 0.75]), 10).tolist()
    [3, 7]
    """
    exact = shares * n_rows
    counts = np.floor(exact + _TINY).astype(np.int64)
    order = np.argsort(counts - exact, kind="stable")
    counts[order[: n_rows - int(counts.sum())]] += 1
    return counts


def joint_counts(
    joint: np.ndarray, margins: list[np.ndarray], rng: np.random.Generator
) -> np.ndarray:
    """Whole numbers with exact margins, as near to the ties of `joint` as those allow.

    Parameters
    ----------
    joint : ndarray of shape (n_1, ..., n_k)
        How often the model has each combination.
    margins : list of ndarray of int
        The wanted sums along each axis; all have the same total.
    rng : Generator
        Places the few rows that rounding leaves.

    Returns
    -------
    ndarray of shape (n_1, ..., n_k), int64

    Examples
    --------
    >>> import numpy as np
    >>> margins = [np.array([5, 5]), np.array([2, 8])]
    >>> counts = joint_counts(np.ones((2, 2)), margins, np.random.default_rng(0))
    >>> counts.sum(axis=1).tolist(), counts.sum(axis=0).tolist()
    ([5, 5], [2, 8])
    """
    n_rows = int(margins[0].sum())
    axes = np.indices(joint.shape).reshape(joint.ndim, -1)
    cells = [(axes[k], margin / n_rows) for k, margin in enumerate(margins)]
    weights = rake(joint.ravel() + _TINY * joint.sum() + _TINY, cells, largest=1.0)
    counts = np.floor(weights * n_rows).astype(np.int64).reshape(joint.shape)
    for k, margin in enumerate(margins):
        _lower(counts, k, margin)
    others = [tuple(a for a in range(joint.ndim) if a != k) for k in range(joint.ndim)]
    lacking = [margin - counts.sum(axis=others[k]) for k, margin in enumerate(margins)]
    places = [rng.permutation(np.repeat(np.arange(len(each)), each)) for each in lacking]
    np.add.at(counts, tuple(places), 1)
    return counts


def _lower(counts: np.ndarray, axis: int, margin: np.ndarray) -> None:
    """Take rows away where an axis has more than it should, as where a margin was not reached."""
    for index in range(len(margin)):
        line = np.moveaxis(counts, axis, 0)[index]
        excess = int(line.sum()) - int(margin[index])
        while excess > 0:
            largest = np.unravel_index(int(line.argmax()), line.shape)
            taken = min(excess, int(line[largest]))
            line[largest] -= taken
            excess -= taken


class Dealer:
    """Deals a fixed number of cards of each kind in random order, a hand at a time.

    Parameters
    ----------
    counts : ndarray of shape (n_kinds,), int64
    rng : Generator

    Examples
    --------
    >>> import numpy as np
    >>> dealer = Dealer(np.array([2, 3]), np.random.default_rng(0))
    >>> sorted([*dealer.deal(4).tolist(), *dealer.deal(1).tolist()])
    [0, 0, 1, 1, 1]
    """

    def __init__(self, counts: np.ndarray, rng: np.random.Generator) -> None:
        self.left, self.rng = counts.copy(), rng

    def deal(self, n_cards: int) -> np.ndarray:
        """The kinds of the next cards, int64."""
        hand = self.rng.multivariate_hypergeometric(self.left, n_cards, method="marginals")
        self.left -= hand
        return self.rng.permutation(np.repeat(np.arange(len(hand)), hand))
