"""Which columns, added or subtracted, leave of another a remainder of few values.

The search works on a few hundred rows and proposes; :mod:`tabgan.schema.tie_search` verifies.
"""

import numpy as np

__all__ = ["find_terms"]

_MOST_ROWS = 500
_LEAST_GAIN = 0.02
_MOST_TERMS = 8
_MOST_CANDIDATES = 40


def find_terms(target: np.ndarray, others: np.ndarray) -> dict[int, int]:
    """Return the sign, 1 or -1, of each of the other columns that is a term of the target.

    From no term, and from the coefficients of least squares rounded to -1, 0 or 1, the terms are
    changed one at a time as long as the entropy of the remainder falls. The better end is returned,
    without the terms that do not lower it. Of more than 40 columns, those that are most correlated
    with the target are tried.

    Parameters
    ----------
    target : ndarray of shape (n_rows,), int64
    others : ndarray of shape (n_rows, n_others), int64

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> fare, tip, fee = rng.integers(0, 5000, (3, 300))
    >>> find_terms(fare + tip + 50 * (fee % 3), np.stack([tip, fee, fare], axis=1))
    {0: 1, 2: 1}
    """
    if not others.size:
        return {}
    picked = np.unique(np.linspace(0, len(target) - 1, _MOST_ROWS).astype(int))
    target, terms = target[picked], others[picked].T
    tried = _most_correlated(target, terms)
    terms = terms[tried]
    starts = [np.zeros(len(terms), int), _rounded_coefficients(target, terms)]
    ends = [_descend(target, terms, start) for start in starts]
    entropy, signs = min(ends, key=lambda end: end[0])
    signs = _without_idle(target, terms, signs, entropy)
    return {int(tried[i]): int(signs[i]) for i in np.flatnonzero(signs)}


def _most_correlated(target: np.ndarray, terms: np.ndarray) -> np.ndarray:
    """Return the positions of the terms to try, in order."""
    if len(terms) <= _MOST_CANDIDATES:
        return np.arange(len(terms))
    centred = terms - terms.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).sum(axis=1)) + 1e-300
    correlations = np.abs(centred @ (target - target.mean())) / spread
    return np.sort(np.argsort(-correlations, kind="stable")[:_MOST_CANDIDATES])


def _rounded_coefficients(target: np.ndarray, terms: np.ndarray) -> np.ndarray:
    """Return the coefficients of least squares, those near -1 or 1 rounded and others zero."""
    centred = terms - terms.mean(axis=1, keepdims=True)
    scale = np.sqrt((centred**2).mean(axis=1)) + 1e-300
    solution = np.linalg.lstsq((centred / scale[:, None]).T, target - target.mean(), rcond=1e-9)
    coefficients = solution[0] / scale
    return np.where((np.abs(coefficients) > 0.5) & (np.abs(coefficients) < 1.5), 1, 0) * np.sign(
        coefficients
    ).astype(int)


def _descend(target: np.ndarray, terms: np.ndarray, signs: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the entropy that single changes of a sign lead to, and the signs."""
    signs = signs.copy()
    rest = target - signs @ terms
    entropy = _entropy(rest)
    while True:
        changes = [
            (_entropy(rest - (sign - signs[i]) * terms[i]), i, sign)
            for i in range(len(terms))
            for sign in (-1, 0, 1)
            if sign != signs[i]
        ]
        lowest, i, sign = min(changes)
        is_full = sign != 0 and signs[i] == 0 and np.count_nonzero(signs) >= _MOST_TERMS
        if lowest > entropy - _LEAST_GAIN or is_full:
            return entropy, signs
        rest = rest - (sign - signs[i]) * terms[i]
        entropy, signs[i] = lowest, sign


def _without_idle(
    target: np.ndarray, terms: np.ndarray, signs: np.ndarray, entropy: float
) -> np.ndarray:
    """Return the signs without terms whose absence leaves the entropy as low."""
    for i in np.flatnonzero(signs):
        fewer = signs.copy()
        fewer[i] = 0
        if _entropy(target - fewer @ terms) <= entropy + 1e-9:
            signs = fewer
    return signs


def _entropy(values: np.ndarray) -> float:
    """Return the entropy of a sample's values, in nats."""
    ordered = np.sort(values)
    ends = np.flatnonzero(np.diff(ordered))
    counts = np.diff(np.concatenate([[-1], ends, [len(ordered) - 1]]))
    return float(np.log(len(values)) - np.sum(counts * np.log(counts)) / len(values))
