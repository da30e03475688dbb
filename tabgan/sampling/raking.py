"""Weights on a pool of candidates: raked to known margins, then turned into an exact pick."""

import numpy as np

#: Sweeps over all margins, and the factor by which one adjustment may change a weight.
SWEEPS, LARGEST_FACTOR = 30, 10.0
#: Sweeps in which the picked rows themselves are balanced, and the least wanted number of rows of a
#: cell that takes part.
BALANCING_SWEEPS, LEAST_BALANCED = 8, 5


def rake(
    weights: np.ndarray, margins: list[tuple[np.ndarray, np.ndarray]], largest: float
) -> np.ndarray:
    """Scale weights until the weighted share of every cell of every margin is as wanted.

    Parameters
    ----------
    weights : array of shape (n_candidates,)
        Positive weights; only their ratios matter.
    margins : list of (cells, shares)
        The cell of each candidate, of shape (n_candidates,), and the wanted share of each cell, of
        shape (n_cells,).
    largest : float
        Largest share of the total that one weight may have.

    Returns
    -------
    array of shape (n_candidates,)
        Weights with sum 1.

    References
    ----------
    W. E. Deming, F. F. Stephan (1940). On a least squares adjustment of a sampled frequency table
    when the expected marginal totals are known. Annals of Mathematical Statistics 11(4). We bound
    each factor by 10 and each weight by `largest`, so margins that the pool cannot reach are
    approached only.

    Examples
    --------
    >>> import numpy as np
    >>> cells, shares = np.array([0, 0, 0, 1]), np.array([0.5, 0.5])
    >>> rake(np.ones(4), [(cells, shares)], largest=1.0).round(3)
    array([0.167, 0.167, 0.167, 0.5  ])
    """
    weights = weights / weights.sum()
    for _ in range(SWEEPS):
        largest_change = 0.0
        for cells, shares in margins:
            present = np.bincount(cells, weights, minlength=len(shares))
            factors = np.divide(shares, present, out=np.ones(len(shares)), where=present > 0)
            weights = weights * np.clip(factors, 1 / LARGEST_FACTOR, LARGEST_FACTOR)[cells]
            largest_change = max(largest_change, float(np.abs(factors - 1)[shares > 0].max()))
        weights = np.minimum(weights / weights.sum(), largest)
        weights = weights / weights.sum()
        if largest_change < 1e-4:
            break
    return weights


def inclusion_probabilities(weights: np.ndarray, n_picked: int) -> np.ndarray:
    """Probabilities proportional to the weights, none above 1, with sum `n_picked` exactly.

    Examples
    --------
    >>> import numpy as np
    >>> inclusion_probabilities(np.array([8.0, 1.0, 1.0]), 2)
    array([1. , 0.5, 0.5])
    """
    if n_picked >= len(weights):
        return np.ones(len(weights))
    order = np.argsort(-weights, kind="stable")
    ordered = weights[order]
    tail = np.cumsum(ordered[::-1])[::-1]  # sum of this weight and all smaller ones
    # The k largest are certain when what is left for the others would push the next one above 1.
    certain = np.arange(len(weights))
    exceeds = (n_picked - certain) * ordered >= tail
    n_certain = n_picked if exceeds.all() else min(int(np.argmin(exceeds)), n_picked)
    probabilities = np.empty(len(weights))
    probabilities[order[:n_certain]] = 1.0
    rest = order[n_certain:]
    probabilities[rest] = 0.0
    if n_certain < n_picked:
        probabilities[rest] = (n_picked - n_certain) * weights[rest] / tail[n_certain]
    return probabilities


def balanced_pick(
    probabilities: np.ndarray,
    margins: list[tuple[np.ndarray, np.ndarray]],
    rng: np.random.Generator,
) -> np.ndarray:
    """Pick rows without replacement, with given probabilities and margins as wanted.

    Parameters
    ----------
    probabilities : array of shape (n_candidates,)
        Inclusion probabilities; their sum is the number of rows picked.
    margins : list of (cells, shares)
        As in `rake`.
    rng : Generator
        Source of the pick.

    Returns
    -------
    array of int of shape (n_picked,)
        Indices of the picked rows, in random order.

    Notes
    -----
    Pareto sampling [1]_ picks the rows with the smallest keys ``odds(u) / odds(p)``, u uniform; row
    i is picked with probability ``probabilities[i]`` up to terms of the order of one over
    ``sum p (1 - p)``. Its margins are right on average; ours
    are then made right in the sample itself: the uniforms stay, and the odds of each cell in turn
    are multiplied by the wanted over the picked number of its rows, until counts agree to a row or
    so. Cells that are to have fewer than five rows stay random. This is stratification along all
    margins at once.

    References
    ----------
    .. [1] B. Rosén (1997). On sampling with probability proportional to size. Journal of
       Statistical Planning and Inference 62(2).

    Examples
    --------
    >>> import numpy as np
    >>> sorted(balanced_pick(np.array([1.0, 0.5, 0.5]), [], np.random.default_rng(0)).tolist())[0]
    0
    """
    n_picked = round(float(probabilities.sum()))
    if n_picked >= len(probabilities):
        return rng.permutation(len(probabilities))
    uniform = rng.random(len(probabilities))
    odds = np.divide(
        probabilities,
        1 - probabilities,
        out=np.full(len(probabilities), np.inf),
        where=probabilities < 1,
    )
    keys = np.full(len(odds), np.inf)
    np.divide(uniform / (1 - uniform), odds, out=keys, where=odds > 0)
    picked = _smallest(keys, n_picked)
    for _ in range(BALANCING_SWEEPS):
        largest_gap = 0.0
        for cells, shares in margins:
            wanted = n_picked * shares
            counts = np.bincount(cells[picked], minlength=len(shares))
            settled = (wanted < LEAST_BALANCED) | (np.abs(counts - wanted) < 1)
            if settled.all():
                continue
            largest_gap = max(largest_gap, float(np.abs(counts - wanted)[~settled].max()))
            factors = np.where(settled, 1.0, wanted / np.maximum(counts, 1))
            keys = keys / np.clip(factors, 0.5, 2.0)[cells]
            picked = _smallest(keys, n_picked)
        if largest_gap < 1.5:
            break
    return rng.permutation(picked)


def _smallest(keys: np.ndarray, n_picked: int) -> np.ndarray:
    return np.sort(np.argpartition(keys, n_picked - 1)[:n_picked])
