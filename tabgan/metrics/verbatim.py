"""Numbers of the real table that occur in the synthetic one digit by digit."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan._random import root_seed
from tabgan.exceptions import InvalidParameterError
from tabgan.metrics._columns import EncodedTables, encode_tables
from tabgan.metrics._copy_search import some_rows
from tabgan.metrics._results import MetricResult
from tabgan.metrics._row_keys import unique_keys

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
    """

    parts: Mapping[Hashable, float]
    parts_holdout: Mapping[Hashable, float]
    n_rows: int


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
    for position, column in enumerate(encoded.numeric):
        known = encoded["real"].numbers[:, position]
        known = known[~np.isnan(known)]
        once = unique_keys(known)
        if len(once) and len(once) >= min_unique_share * len(known):
            for name in others:
                parts[name][column] = float(np.isin(once, cut[name].numbers[:, position]).mean())
    means = {n: float(np.mean(list(p.values()))) if p else math.nan for n, p in parts.items()}
    return VerbatimValues(
        name="verbatim_values",
        value=means["synthetic"],
        range=(0.0, 1.0),
        direction="lower",
        reference=means["holdout"] if "holdout" in others else None,
        parts=parts["synthetic"],
        parts_holdout=parts["holdout"],
        n_rows=size,
    )
