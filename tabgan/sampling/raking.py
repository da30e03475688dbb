"""Weights on a pool of candidates: raked to known margins, then turned into an exact pick."""

import numpy as np

#: Sweeps over all margins, and the factor by which one adjustment may change a weight.
SWEEPS, LARGEST_FACTOR = 30, 10.0


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
        for cells, shares in margins:
            present = np.bincount(cells, weights, minlength=len(shares))
            factors = np.divide(shares, present, out=np.ones(len(shares)), where=present > 0)
            weights = weights * np.clip(factors, 1 / LARGEST_FACTOR, LARGEST_FACTOR)[cells]
        weights = np.minimum(weights / weights.sum(), largest)
        weights = weights / weights.sum()
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
    n_certain = min(int(np.argmin(exceeds)), n_picked)
    probabilities = np.empty(len(weights))
    probabilities[order[:n_certain]] = 1.0
    rest = order[n_certain:]
    probabilities[rest] = (n_picked - n_certain) * weights[rest] / tail[n_certain]
    return probabilities


def systematic_pick(probabilities: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pick rows without replacement, row i with its probability; their sum is the number picked.

    Examples
    --------
    >>> import numpy as np
    >>> sorted(systematic_pick(np.array([1.0, 0.5, 0.5]), np.random.default_rng(0)).tolist())[0]
    0
    """
    order = rng.permutation(len(probabilities))
    n_picked = round(float(probabilities.sum()))
    reached = np.cumsum(probabilities[order])
    reached *= n_picked / reached[-1]  # rounding must not lose the last row
    marks = rng.random() + np.arange(n_picked)
    return order[np.searchsorted(reached, np.minimum(marks, reached[-1] * (1 - 1e-12)), "right")]
