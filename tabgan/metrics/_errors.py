"""The frame shared by errors that are means over columns or pairs of columns."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tabgan._random import child_generator, root_seed
from tabgan.metrics._columns import EncodedTable, EncodedTables
from tabgan.metrics._results import ErrorResult

__all__ = ["equal_size_tables", "summarize_errors"]

ErrorFunction = Callable[[EncodedTable, EncodedTable, EncodedTables], Mapping[Any, float]]


def summarize_errors(
    name: str, errors: ErrorFunction, encoded: EncodedTables, random_state: Any
) -> ErrorResult:
    """Return the mean error of synthetic against real, with its reference if there is a holdout."""
    parts = errors(encoded["real"], encoded["synthetic"], encoded)
    reference = excess = None
    if "holdout" in encoded.tables:
        real, synthetic, holdout = equal_size_tables(encoded, random_state)
        reference = _mean(errors(real, holdout, encoded))
        excess = _mean(errors(holdout, synthetic, encoded)) - _mean(errors(holdout, real, encoded))
    return ErrorResult(
        name=name,
        value=_mean(parts),
        range=(0.0, 1.0),
        direction="lower",
        reference=reference,
        parts=parts,
        excess=excess,
    )


def equal_size_tables(
    encoded: EncodedTables,
    random_state: Any,
    names: tuple[str, ...] = ("real", "synthetic", "holdout"),
) -> list[EncodedTable]:
    """Return random rows of each table, in random order, as many as the smallest one has."""
    seed = root_seed(random_state)
    size = min(len(encoded[name]) for name in names)
    return [
        encoded[name].take(
            child_generator(seed, "rows", name).permutation(len(encoded[name]))[:size]
        )
        for name in names
    ]


def _mean(parts: Mapping[Any, float]) -> float:
    """Return the mean of the parts, 0 where there is none (one column has no pair)."""
    return float(np.mean(list(parts.values()))) if parts else 0.0
