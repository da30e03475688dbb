"""The delete-a-group jackknife: how far a figure moves when a twentieth of the rows is left out.

Unlike the bootstrap it repeats no row, and so holds for figures that repeated rows would spoil.
"""

import math

import numpy as np
from scipy.stats import t

__all__ = ["N_GROUPS", "jackknife_groups", "jackknife_interval", "jackknife_variance"]

N_GROUPS = 20


def jackknife_groups(n_rows: int, generator: np.random.Generator) -> np.ndarray:
    """Return a random group for each row, 0 to 19, all as large as can be alike."""
    return generator.permutation(np.arange(n_rows) % N_GROUPS)


def jackknife_variance(left_out: np.ndarray) -> np.ndarray:
    """Return the variance of figures from their values with each group left out (first axis)."""
    n_groups = len(left_out)
    deviations = left_out - left_out.mean(axis=0)
    return (n_groups - 1) / n_groups * (deviations**2).sum(axis=0)


def jackknife_interval(value: float, left_out: np.ndarray) -> tuple[float, float]:
    """Return the two-sided 95 % interval of a figure, by Student's t."""
    error = math.sqrt(float(jackknife_variance(left_out)))
    width = float(t.ppf(0.975, len(left_out) - 1)) * error
    return value - width, value + width
