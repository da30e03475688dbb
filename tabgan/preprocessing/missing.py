"""Missing cells, and cells equal to another column's: a wrapper that gives them levels.

Missingness and equality are modelled like any other choice, jointly with the other columns.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan.schema.cells import Choices

__all__ = ["MissingCoder"]


@dataclass(frozen=True)
class MissingCoder:
    """Put levels for missing and for equal cells between those with a value and those of clusters.

    Parameters
    ----------
    inner : coder
        Coder of the cells that are not missing.
    has_missing : bool
        Whether cells were missing at fit.
    has_equal : bool, default=False
        Whether cells were equal to another column's at fit, and no level of their own.
    """

    inner: Any
    has_missing: bool
    has_equal: bool = False

    @property
    def n_values(self) -> int:
        """Number of levels that have a value."""
        return len(self.inner.level_values)

    @property
    def n_clusters(self) -> int:
        """Number of clusters of continuous values; their levels are the last."""
        return getattr(self.inner, "n_clusters", 0)

    @property
    def has_normal(self) -> bool:
        """Whether some values are continuous."""
        return self.n_clusters > 0

    @property
    def n_levels(self) -> int:
        """Number of levels, with those for missing, equal and clusters."""
        return self.first_cluster + self.n_clusters

    @property
    def first_cluster(self) -> int:
        """Level of the first cluster."""
        return self.n_values + self.has_missing + self.has_equal

    @property
    def equal_level(self) -> int:
        """The level of equal cells, if there is one."""
        return self.n_values + self.has_missing

    def encode(
        self,
        values: Any,
        missing: np.ndarray,
        generator: np.random.Generator | None = None,
        equal: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Return levels and normal scores of all cells, given the values of those not missing."""
        inner_levels, inner_normals = self.inner.encode(values, generator)
        levels = np.full(len(missing), self.n_values, np.int32)
        levels[~missing] = self.shifted(inner_levels)
        is_equal = np.zeros(len(missing), bool)
        if self.has_equal and equal is not None:
            is_equal[~missing] = equal[~missing] & ~self.has_own_level(values, inner_levels)
            levels[is_equal] = self.equal_level
        if not self.has_normal:
            return levels, None
        normals = np.zeros(len(missing), np.float32)
        normals[~missing] = inner_normals
        normals[is_equal] = 0
        return levels, normals

    def shifted(self, inner_levels: np.ndarray) -> np.ndarray:
        """Return the levels that stand for those of the inner coder."""
        return inner_levels + (self.has_missing + self.has_equal) * (inner_levels >= self.n_values)

    def has_own_level(self, values: Any, inner_levels: np.ndarray) -> np.ndarray:
        """Tell which values are those of their levels, and not just near them."""
        known = self.inner.level_values
        if not len(known):
            return np.zeros(len(inner_levels), bool)
        cells = values.distinct[values.codes] if isinstance(values, Choices) else values
        is_level = inner_levels < len(known)
        return is_level & (known[np.minimum(inner_levels, len(known) - 1)] == cells)

    def count(self, inner_counts: np.ndarray, n_missing: int, n_equal: int = 0) -> np.ndarray:
        """Return the rows of each level, given those of the inner coder's levels."""
        own = [n_missing] * self.has_missing + [n_equal] * self.has_equal
        return np.insert(inner_counts, self.n_values, own) if own else inner_counts
