"""Numbers of the real table that occur in the synthetic one digit by digit."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan._random import child_generator, root_seed
from tabgan.exceptions import InvalidParameterError
from tabgan.metrics._columns import EncodedTables, encode_tables
from tabgan.metrics._copy_search import some_rows
from tabgan.metrics._jackknife import N_GROUPS, jackknife_groups, jackknife_interval
from tabgan.metrics._results import MetricResult

__all__ = ["VerbatimValues", "verbatim_values"]

MIN_UNIQUE_SHARE = 0.2


@dataclass(frozen=True, kw_only=True)
class VerbatimValues(MetricResult):
    """Share of the real table's unique values that occur in the synthetic one.

    Attributes
    ----------
    parts : mapping of column to float
        The share in each column looked at; empty if no column has enough unique values.
    parts_holdout : mapping of column to float
        The same with the holdout in place of the synthetic table.
    n_rows : int
        Rows of the synthetic table, and of the holdout, in use.
    low, high : float
        Two-sided 95 % interval over the seen rows, given the other tables: the jackknife that
        leaves out each of 20 groups of them. NaN where a column has fewer than 20 unique values.
    """

    parts: Mapping[Hashable, float]
    parts_holdout: Mapping[Hashable, float]
    n_rows: int
    low: float
    high: float


def verbatim_values(
    real: Any,
    synthetic: Any,
    *,
    schema: Any = None,
    holdout: Any = None,
    random_state: Any = None,
    min_unique_share: float = MIN_UNIQUE_SHARE,
) -> VerbatimValues:
    """Measure the share of the real table's unique numbers that occur in the synthetic table.

    Parameters
    ----------
    real, synthetic, schema, holdout, random_state
        As for :func:`copying`; `holdout` may be left out.
    min_unique_share : float, default=0.2
        Numeric columns are looked at if at least this share of their known values occur once.

    Returns
    -------
    result : VerbatimValues
        `value` in 0 to 1, the mean over the columns looked at, NaN if there is none. `reference` is
        the same with the holdout in place of the synthetic table, both of equal size: numbers of
        few digits occur again by themselves.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import verbatim_values
    >>> real = pd.DataFrame({"pay": [1200.5, 1300.1, 1400.7, 1400.7]})
    >>> synthetic = pd.DataFrame({"pay": [1200.5, 1200.5, 1250.0, 1300.0]})
    >>> verbatim_values(real, synthetic, schema={"pay": "continuous"}).value
    0.5
    """
    if not 0.0 < min_unique_share <= 1.0:
        raise InvalidParameterError(
            "The 'min_unique_share' parameter must be above 0 and at most 1. Got "
            f"{min_unique_share!r} instead."
        )
    encoded = encode_tables(
        schema, same_decimals=True, real=real, synthetic=synthetic, holdout=holdout
    )
    return find_verbatim_values(encoded, root_seed(random_state), min_unique_share)


def find_verbatim_values(
    encoded: EncodedTables, seed: int, min_unique_share: float
) -> VerbatimValues:
    others = [name for name in ("synthetic", "holdout") if name in encoded.tables]
    size = min(len(encoded[name]) for name in others)
    cut = {name: some_rows(encoded[name], size, seed, name) for name in others}
    parts: dict[str, dict[Hashable, float]] = {"synthetic": {}, "holdout": {}}
    groups = jackknife_groups(len(encoded["real"]), child_generator(seed, "groups"))
    left_out = []
    for position, column in enumerate(encoded.numeric):
        numbers = encoded["real"].numbers[:, position]
        known = np.flatnonzero(~np.isnan(numbers))
        once = known[_occurs_once(numbers[known])]
        if len(once) and len(once) >= min_unique_share * len(known):
            found = {n: np.isin(numbers[once], cut[n].numbers[:, position]) for n in others}
            for name in others:
                parts[name][column] = float(found[name].mean())
            left_out.append(_shares_left_out(found["synthetic"], groups[once]))
    means = {n: float(np.mean(list(p.values()))) if p else math.nan for n, p in parts.items()}
    low, high = math.nan, math.nan
    if left_out:
        low, high = jackknife_interval(means["synthetic"], np.mean(left_out, axis=0))
    return VerbatimValues(
        name="verbatim_values",
        value=means["synthetic"],
        range=(0.0, 1.0),
        direction="lower",
        reference=means["holdout"] if "holdout" in others else None,
        parts=parts["synthetic"],
        parts_holdout=parts["holdout"],
        n_rows=size,
        low=low,
        high=high,
    )


def _occurs_once(numbers: np.ndarray) -> np.ndarray:
    """Return which numbers occur once."""
    _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    return counts[places] == 1


def _shares_left_out(found: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the share of hits with each group of values left out; NaN if there are too few."""
    if len(found) < N_GROUPS:
        return np.full(N_GROUPS, math.nan)
    kept = len(found) - np.bincount(groups, minlength=N_GROUPS)
    hits = found.sum() - np.bincount(groups, weights=found, minlength=N_GROUPS)
    return hits / kept
