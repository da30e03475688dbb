"""Rules on numbers that the schema and the preprocessing share."""

from typing import Any

import numpy as np

__all__ = [
    "UNITS",
    "find_decimals",
    "find_step",
    "has_level_per_value",
    "integer_limits",
    "is_spike",
    "lies_on_grid",
    "shared_bounds",
    "stored_in",
]

UNITS = {
    "Y": "Y",
    "Q": "3M",
    "M": "M",
    "W": "W",
    "D": "D",
    "h": "h",
    "min": "m",
    "s": "s",
    "ms": "ms",
    "us": "us",
    "ns": "ns",
}
"""NumPy's name of each resolution, from coarse to fine."""

MAX_LEVELS = 64
FEW_LEVELS = 10
ROWS_PER_LEVEL = 5
SPIKE_ROWS = 10
SPIKE_SHARE = 1 / 96
BOUND_ROWS = 10
BOUND_SHARE = 0.01
DECIMALS = range(-6, 9)


def has_level_per_value(n_values: int, n_distinct: int) -> bool:
    """Tell whether a number column is coded with one level for each distinct value.

    So it is with up to 10 distinct values, and with up to 64 that occur five times on average.

    Examples
    --------
    >>> has_level_per_value(100, 10), has_level_per_value(100, 30), has_level_per_value(1000, 64)
    (True, False, True)
    """
    if n_distinct <= FEW_LEVELS:
        return True
    return n_distinct <= MAX_LEVELS and n_values >= ROWS_PER_LEVEL * n_distinct


def is_spike(counts: np.ndarray) -> np.ndarray:
    """Tell which values of a number column are spikes, given the rows that hold each.

    A spike is held by at least 10 rows and one in 96.

    Examples
    --------
    >>> is_spike(np.array([9, 10, 900])).tolist(), is_spike(np.array([10, 1000])).tolist()
    ([False, True, True], [False, True])
    """
    return counts >= max(SPIKE_ROWS, SPIKE_SHARE * counts.sum())


def stored_in(dtype: Any) -> str:
    """Return "float16" or "float32" for a dtype of that precision, nullable or not, else "".

    Examples
    --------
    >>> stored_in("Float32"), stored_in("int32")
    ('float32', '')
    """
    name = str(dtype).lower()
    return name if name in ("float16", "float32") else ""


def integer_limits(dtype: Any) -> tuple[int, int] | None:
    """Return the least and the greatest number of an integer dtype, nullable or not; else None.

    Examples
    --------
    >>> integer_limits("UInt8"), integer_limits("int16[pyarrow]"), integer_limits("float64")
    ((0, 255), (-32768, 32767), None)
    """
    try:
        limits = np.iinfo(str(dtype).lower().split("[")[0])
    except (TypeError, ValueError):
        return None
    return int(limits.min), int(limits.max)


def find_decimals(distinct: np.ndarray, *, stored: str = "") -> int | None:
    """Return the coarsest decimal grid that holds all values: digits after the point, or None.

    Parameters
    ----------
    distinct : ndarray, float64
    stored : {"", "float16", "float32"}, default=""
        Precision in which the values were stored; full if empty.

    Examples
    --------
    >>> import numpy as np
    >>> find_decimals(np.array([0.5, 1.25])), find_decimals(np.array([300.0, 1200.0]))
    (2, -2)
    >>> find_decimals(np.array([np.pi])) is None
    True
    """
    precision = float(np.finfo(stored or "float64").eps)
    for decimals in DECIMALS:
        parts = (distinct[:50], distinct)
        if all(lies_on_grid(part, decimals, precision).all() for part in parts):
            return decimals
    return None


def lies_on_grid(values: np.ndarray, decimals: int, precision: float) -> np.ndarray:
    """Tell which values equal their rounding up to a few units in the last place."""
    tolerance = np.minimum(4 * precision * np.abs(values), 0.01 * 10.0**-decimals)
    with np.errstate(over="ignore"):  # of values near the largest float, which lie on no fine grid
        return np.abs(np.round(values, decimals) - values) <= tolerance


def find_step(distinct: np.ndarray) -> int:
    """Return the greatest whole number of which all values are multiples; 1 for few values."""
    if len(distinct) <= FEW_LEVELS:
        return 1
    return max(1, int(np.gcd.reduce(distinct)))


def shared_bounds(distinct: np.ndarray, counts: np.ndarray) -> tuple[Any, Any]:
    """Return natural bounds of sorted numbers or instants, None for a side that has none.

    An extreme is a bound if at least 10 rows and 1 % of the rows share it; else 0 is one if no
    value lies beyond. Anything else would be the value of a few single rows, and is not kept.

    Examples
    --------
    >>> import numpy as np
    >>> shared_bounds(np.array([17, 40, 90]), np.array([1, 500, 30]))
    (0, 90)
    """
    if len(distinct) == 0:
        return None, None
    enough = max(BOUND_ROWS, BOUND_SHARE * counts.sum())
    low = distinct[0] if counts[0] >= enough else None
    high = distinct[-1] if counts[-1] >= enough else None
    if distinct.dtype.kind == "M":
        return low, high
    zero = distinct.dtype.type(0)
    if low is None and distinct[0] >= 0:
        low = zero
    if high is None and distinct[-1] <= 0:
        high = zero
    return None if low is None else low.item(), None if high is None else high.item()
