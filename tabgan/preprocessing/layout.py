"""Layout and codes: which column owns which part, and the encoded table itself.

A column is one or two parts. A *level part* is a categorical choice: one integer a row. A *normal
part* is one real number a row, the normal score of a continuous value's rank, or, where numbers are
coded linearly, the value itself on a scale from -1 to 1; where a column also has levels (spikes,
missing), the normal counts only in rows whose level says "continuous". A column whose continuous
values fall apart into clusters has a level for each, and ranks within them.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from tabgan.exceptions import SchemaError
from tabgan.schema import decode_value, encode_value

__all__ = [
    "NORMAL_GRID",
    "Codes",
    "Layout",
    "LevelPart",
    "NormalPart",
    "level_scores",
    "scale_down",
]

NORMAL_GRID = np.linspace(-3.6, 3.6, 257)
"""Normal scores at which :attr:`NormalPart.values` tabulates a cluster of a continuous column."""

_SCORE_LIMIT = 8.0


@dataclass(frozen=True)
class LevelPart:
    """One categorical choice.

    Parameters
    ----------
    column : int
        Position of its column in ``layout.columns``.
    n_levels : int
        Number of levels, at least 2.
    frequencies : ndarray of shape (n_levels,), float64
        Share of each level among the training rows; they sum to 1.
    scores : ndarray of shape (n_levels, 2), float32, or None
        Normal score and standardised value of ordered levels; zeros for levels without a value
        (missing, and continuous if it is no cluster among several). None if the levels have no
        order or fewer than three have a value.
    """

    column: int
    n_levels: int
    frequencies: np.ndarray
    scores: np.ndarray | None


@dataclass(frozen=True)
class NormalPart:
    """One real number, standard normal among the training rows in which it counts.

    Parameters
    ----------
    column : int
        Position of its column in ``layout.columns``.
    gate : (int, int) or None
        Index of the level part, and the first of the levels in it under which the normal counts:
        this and those after it are the clusters. None if it counts in every row.
    values : ndarray of shape (n_clusters, 257), float32
        Standardised value of the column at the normal scores :data:`NORMAL_GRID` of each cluster,
        within +-8.
    is_linear : bool, default=False
        Whether it is no normal score but the value itself, on a scale from -1 to 1.
    """

    column: int
    gate: tuple[int, int] | None
    values: np.ndarray
    is_linear: bool = False

    @property
    def n_clusters(self) -> int:
        """Number of levels under which the normal counts, 1 if it always does."""
        return len(self.values)


@dataclass(frozen=True)
class Layout:
    """Which column owns which part; the only owner of offsets.

    Parameters
    ----------
    columns : tuple of hashable
        Names of the modelled columns. A column that needs no choice (constants, identifiers
        without missing cells, derived columns) is not among them.
    level_parts : tuple of LevelPart
    normal_parts : tuple of NormalPart
    """

    columns: tuple[Hashable, ...]
    level_parts: tuple[LevelPart, ...]
    normal_parts: tuple[NormalPart, ...]

    @property
    def frequencies(self) -> np.ndarray:
        """Frequencies of the levels of all level parts side by side; (n_levels,) float64."""
        return np.concatenate([np.zeros(0), *(part.frequencies for part in self.level_parts)])

    @property
    def n_columns(self) -> int:
        """Number of modelled columns."""
        return len(self.columns)

    @property
    def n_level_parts(self) -> int:
        """Number of level parts."""
        return len(self.level_parts)

    @property
    def n_normal_parts(self) -> int:
        """Number of normal parts."""
        return len(self.normal_parts)

    @property
    def are_linear(self) -> np.ndarray:
        """Whether each normal part is coded linearly; (n_normal_parts,) bool."""
        return np.array([part.is_linear for part in self.normal_parts], dtype=bool)

    @property
    def n_levels(self) -> int:
        """Number of levels of all level parts together."""
        return int(self.level_offsets[-1])

    @property
    def level_offsets(self) -> np.ndarray:
        """First one-hot position of each level part, then the total; (n_level_parts + 1,) int64."""
        sizes = [part.n_levels for part in self.level_parts]
        return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)

    def parts_of(self, column: int) -> tuple[int | None, int | None]:
        """Index of the level part and of the normal part of a column; None where it has none."""
        level_parts = [i for i, part in enumerate(self.level_parts) if part.column == column]
        normal_parts = [j for j, part in enumerate(self.normal_parts) if part.column == column]
        return next(iter(level_parts), None), next(iter(normal_parts), None)

    def open_gates(self, levels: np.ndarray) -> np.ndarray:
        """Whether each normal counts, (n_rows, n_normal_parts), in rows of these levels."""
        is_open = np.ones((len(levels), self.n_normal_parts), dtype=bool)
        for j, part in enumerate(self.normal_parts):
            if part.gate is not None:
                is_open[:, j] = levels[:, part.gate[0]] >= part.gate[1]
        return is_open

    def to_state(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the layout as JSON-able values and arrays; the inverse of :meth:`from_state`."""
        state = {
            "columns": [encode_value(name) for name in self.columns],
            "level_columns": [part.column for part in self.level_parts],
            "level_sizes": [part.n_levels for part in self.level_parts],
            "level_scored": [part.scores is not None for part in self.level_parts],
            "normal_columns": [part.column for part in self.normal_parts],
            "normal_gates": [None if p.gate is None else list(p.gate) for p in self.normal_parts],
            "normal_linear": self.are_linear.tolist(),
            "normal_clusters": [part.n_clusters for part in self.normal_parts],
        }
        scores = [part.scores for part in self.level_parts if part.scores is not None]
        values = [part.values for part in self.normal_parts]
        arrays = {
            "frequencies": self.frequencies,
            "scores": np.concatenate([np.zeros((0, 2), np.float32), *scores]),
            "values": np.concatenate([np.zeros((0, len(NORMAL_GRID)), np.float32), *values]),
        }
        return state, arrays

    @classmethod
    def from_state(cls, state: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Layout":
        """Rebuild a layout from what :meth:`to_state` returned."""
        frequencies, scores = arrays["frequencies"], arrays["scores"]
        level_parts, start, scored_start = [], 0, 0
        for column, size, scored in zip(
            state["level_columns"], state["level_sizes"], state["level_scored"], strict=True
        ):
            part_scores = scores[scored_start : scored_start + size] if scored else None
            part_frequencies = frequencies[start : start + size]
            level_parts.append(LevelPart(column, size, part_frequencies, part_scores))
            start, scored_start = start + size, scored_start + (size if scored else 0)
        stops = np.cumsum(np.array(state["normal_clusters"], dtype=np.int64))
        if stops[-1:].sum() != len(arrays["values"]):
            raise ValueError("the tables of values do not fit the clusters")
        values = np.split(arrays["values"], stops)[:-1]
        normal_parts = [
            NormalPart(column, None if gate is None else (gate[0], gate[1]), own, bool(linear))
            for column, gate, own, linear in zip(
                state["normal_columns"],
                state["normal_gates"],
                values,
                state["normal_linear"],
                strict=True,
            )
        ]
        columns = tuple(decode_value(name) for name in state["columns"])
        return cls(columns, tuple(level_parts), tuple(normal_parts))


@dataclass(frozen=True)
class Codes:
    """An encoded table; one row of each array for one row of the table.

    Parameters
    ----------
    levels : ndarray of shape (n_rows, n_level_parts), int32
        Level of each level part.
    normals : ndarray of shape (n_rows, n_normal_parts), float32
        Standard normal scores; 0 where the gate is closed.

    Examples
    --------
    >>> import numpy as np
    >>> codes = Codes(np.array([[0], [1], [1]], np.int32), np.zeros((3, 0), np.float32))
    >>> len(codes), len(codes.take([0, 2])), len(Codes.concatenate([codes, codes]))
    (3, 2, 6)
    """

    levels: np.ndarray
    normals: np.ndarray

    def __post_init__(self) -> None:
        if self.levels.ndim != 2 or self.normals.ndim != 2:
            raise SchemaError(
                f"Codes hold two matrices; got levels of shape {self.levels.shape} and normals of "
                f"shape {self.normals.shape}."
            )
        if len(self.levels) != len(self.normals):
            raise SchemaError(
                f"Codes have {len(self.levels)} rows of levels and {len(self.normals)} rows of "
                "normals; give as many of both."
            )

    def __len__(self) -> int:
        return len(self.levels)

    def __iter__(self) -> Iterator[np.ndarray]:
        """Iterate over the two arrays: ``levels, normals = codes``."""
        return iter((self.levels, self.normals))

    def take(self, rows: Any) -> "Codes":
        """Return the codes of some rows: an index array, a boolean mask or a slice."""
        return Codes(self.levels[rows], self.normals[rows])

    @classmethod
    def concatenate(cls, parts: Sequence["Codes"]) -> "Codes":
        """Return the rows of several codes, one after the other."""
        levels = np.concatenate([part.levels for part in parts])
        return cls(levels, np.concatenate([part.normals for part in parts]))


def level_scores(
    levels: np.ndarray, values: np.ndarray, counts: np.ndarray, n_levels: int
) -> np.ndarray | None:
    """Return normal score of the mid-rank and standardised value of ordered levels.

    Those of `n_levels` levels that have a value are given with these `values`, in increasing order;
    `counts` are the training rows of all. None if fewer than three levels have a value.
    """
    if len(values) < 3:
        return None
    values = scale_down(values)
    shares = counts[levels] / max(1, counts[levels].sum())
    ranks = np.clip(np.cumsum(shares) - shares / 2, 1e-4, 1 - 1e-4)
    centred = values - np.sum(values * shares)
    spread = np.sqrt(np.sum(shares * centred**2)) + 1e-300
    scores = np.zeros((n_levels, 2), np.float32)
    scores[levels, 0] = ndtri(ranks)
    scores[levels, 1] = np.clip(centred / spread, -_SCORE_LIMIT, _SCORE_LIMIT)
    return scores


def scale_down(values: np.ndarray) -> np.ndarray:
    """Divide by the power of two above the largest value, so that no square over- or underflows."""
    _, exponent = np.frexp(np.max(np.abs(values), initial=0.0))
    return np.ldexp(values, -int(exponent))
