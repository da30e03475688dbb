"""Missing cells: a wrapper that gives them a level of their own.

Missingness is modelled like any other choice, jointly with the other columns.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["MissingCoder"]


@dataclass(frozen=True)
class MissingCoder:
    """Put a level for missing cells between the levels with a value and those of clusters.

    Parameters
    ----------
    inner : coder
        Coder of the cells that are not missing.
    has_missing : bool
        Whether cells were missing at fit.
    """

    inner: Any
    has_missing: bool

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
        """Number of levels, with those for missing and for clusters."""
        return self.n_values + self.has_missing + self.n_clusters

    @property
    def first_cluster(self) -> int:
        """Level of the first cluster."""
        return self.n_values + self.has_missing

    def encode(
        self, values: Any, missing: np.ndarray, generator: np.random.Generator | None = None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Return levels and normal scores of all cells, given the values of those not missing."""
        inner_levels, inner_normals = self.inner.encode(values, generator)
        levels = np.full(len(missing), self.n_values, np.int32)
        if self.has_missing:
            inner_levels = inner_levels + (inner_levels >= self.n_values)
        levels[~missing] = inner_levels
        if not self.has_normal:
            return levels, None
        normals = np.zeros(len(missing), np.float32)
        normals[~missing] = inner_normals
        return levels, normals

    def count(self, inner_counts: np.ndarray, n_missing: int) -> np.ndarray:
        """Return the rows of each level, given those of the inner coder's levels."""
        if not self.has_missing:
            return inner_counts
        return np.insert(inner_counts, self.n_values, n_missing)
