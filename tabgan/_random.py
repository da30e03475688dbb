"""One seed in, independent named generators out.

Every random number of the package comes from a child of one root seed, found by name. The same seed
and name always give the same numbers, different names give independent ones, and no global random
state is ever read or set.
"""

import hashlib
import json
import secrets
from typing import Any

import numpy as np

from tabgan.exceptions import InvalidParameterError

__all__ = ["child_generator", "child_seed", "root_seed", "scramble", "uniforms"]

_SEED_BITS = 63


def root_seed(random_state: Any) -> int:
    """Turn a ``random_state`` argument into one non-negative integer.

    Parameters
    ----------
    random_state : None, int, numpy.random.Generator or numpy.random.RandomState
        None takes fresh entropy from the operating system. An integer of 0 or more is returned as
        it is. A generator gives one draw, and so advances.

    Returns
    -------
    seed : int
        Of 63 bits at most, unless a longer integer was given.

    Raises
    ------
    InvalidParameterError
        If `random_state` is anything else.

    Examples
    --------
    >>> root_seed(7)
    7
    >>> root_seed(None) != root_seed(None)
    True
    """
    if random_state is None:
        return secrets.randbits(_SEED_BITS)
    is_integer = isinstance(random_state, int | np.integer) and not isinstance(random_state, bool)
    if is_integer and random_state >= 0:
        return int(random_state)
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**_SEED_BITS, dtype=np.uint64))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**_SEED_BITS, dtype=np.uint64))
    raise InvalidParameterError(
        "random_state must be None, an integer of 0 or more, a numpy Generator or a numpy "
        f"RandomState. Got {random_state!r} instead."
    )


def child_seed(seed: int, *names: str | int) -> int:
    """Return the seed of the child of `seed` that bears these names.

    Parameters
    ----------
    seed : int
        A root seed, or the seed of another child.
    *names : str or int
        The path to the child, such as ``"sample", 3``. ``3`` and ``"3"`` are different names.

    Returns
    -------
    seed : int
        63 bits, the same on every machine and in every version of NumPy.

    Examples
    --------
    >>> child_seed(0, "noise") == child_seed(0, "noise")
    True
    >>> child_seed(0, "noise") == child_seed(0, "batches")
    False
    """
    path = json.dumps([name if isinstance(name, str) else int(name) for name in names])
    digest = hashlib.sha256(path.encode("utf-8")).digest()
    words = np.frombuffer(digest, dtype="<u4").tolist()
    state = np.random.SeedSequence(entropy=[seed, *words]).generate_state(1, np.uint64)
    return int(state[0] >> np.uint64(64 - _SEED_BITS))


def child_generator(seed: int, *names: str | int) -> np.random.Generator:
    """Return a NumPy generator seeded by :func:`child_seed`.

    Parameters
    ----------
    seed : int
        A root seed, or the seed of another child.
    *names : str or int
        The path to the child.

    Returns
    -------
    generator : numpy.random.Generator

    Examples
    --------
    >>> first = child_generator(0, "sample", 1).normal(size=2)
    >>> again = child_generator(0, "sample", 1).normal(size=2)
    >>> bool((first == again).all())
    True
    """
    return np.random.default_rng(child_seed(seed, *names))


def scramble(rows: np.ndarray, seed: int) -> np.ndarray:
    """Return a pseudo-random number for each row, which depends on its number and the seed alone.

    Parameters
    ----------
    rows : ndarray of shape (n_rows,), int
        Numbers of the rows.
    seed : int
        Of 63 bits.

    Returns
    -------
    numbers : ndarray of shape (n_rows,), uint64
        By the finaliser of SplitMix64 [1]_.

    References
    ----------
    .. [1] G. L. Steele, D. Lea, C. H. Flood (2014). Fast splittable pseudorandom number generators.
       OOPSLA.

    Examples
    --------
    >>> numbers = scramble(np.arange(4), 0)
    >>> bool((scramble(np.array([2]), 0) == numbers[2]).all()), len(set(numbers.tolist()))
    (True, 4)
    """
    state = rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state += np.uint64(seed)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def uniforms(rows: np.ndarray, seed: int) -> np.ndarray:
    """Return a uniform deviate for each row, which depends on its number and the seed alone.

    Parameters
    ----------
    rows : ndarray of shape (n_rows,), int
        Numbers of the rows.
    seed : int
        Of 63 bits.

    Returns
    -------
    deviates : ndarray of shape (n_rows,), float64
        In [0, 1), of 53 bits.

    Examples
    --------
    >>> deviates = uniforms(np.arange(10_000), 0)
    >>> bool(deviates.min() >= 0), bool(deviates.max() < 1), round(float(deviates.mean()), 1)
    (True, True, 0.5)
    """
    return (scramble(rows, seed) >> np.uint64(11)) * 2.0**-53
