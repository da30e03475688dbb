"""Categories and truth values: one level for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan.schema.cells import Choices, find_levels

__all__ = ["BooleanCoder", "CategoricalCoder"]


@dataclass(frozen=True)
class CategoricalCoder:
    """Code each value by its position among the levels that occur.

    Parameters
    ----------
    level_values : ndarray of shape (n_values,), object
        The levels that occur among the training rows, in the schema's order.
    positions : ndarray of shape (n_values,), int
        Their positions among all levels of the schema.
    is_ordered : bool
        Whether their order matters.
    """

    level_values: np.ndarray
    positions: np.ndarray
    is_ordered: bool = False

    @classmethod
    def of_levels(
        cls, levels: Sequence[Any], positions: np.ndarray, is_ordered: bool = False
    ) -> "CategoricalCoder":
        """Return the coder of some of the levels."""
        values = np.empty(len(positions), dtype=object)
        values[:] = [levels[position] for position in positions]
        return cls(values, positions, is_ordered)

    @classmethod
    def fit(
        cls, choices: Choices, *, levels: tuple[Any, ...], is_ordered: bool = False
    ) -> tuple["CategoricalCoder", np.ndarray]:
        """Keep those of the declared levels that occur; return the coder and their counts."""
        order = find_levels(levels, choices.distinct)
        totals = np.zeros(len(levels), np.int64)
        np.add.at(totals, order, np.bincount(choices.codes, minlength=len(choices.distinct)))
        occurring = np.flatnonzero(totals)
        return cls.of_levels(levels, occurring, is_ordered), totals[occurring]

    def encode(
        self, choices: Choices, generator: np.random.Generator | None = None
    ) -> tuple[np.ndarray, None]:
        """Return the levels, int32; -1 for a value that is none of them."""
        levels = find_levels(self.level_values, choices.distinct)
        return levels[choices.codes], None


@dataclass(frozen=True)
class BooleanCoder:
    """Code False and True, as far as they occur.

    Parameters
    ----------
    level_values : ndarray, bool
        Those of False and True that occur.
    """

    level_values: np.ndarray

    @classmethod
    def fit(cls, values: np.ndarray) -> tuple["BooleanCoder", np.ndarray]:
        """Keep the truth values that occur; return the coder and their counts."""
        occurring, counts = np.unique(values, return_counts=True)
        return cls(occurring), counts

    def encode(
        self, values: np.ndarray, generator: np.random.Generator | None = None
    ) -> tuple[np.ndarray, None]:
        """Return the levels, int32; -1 for a value that did not occur."""
        levels = np.searchsorted(self.level_values, values).astype(np.int32)
        return np.where(np.isin(values, self.level_values), levels, np.int32(-1)), None
