"""Columns of very many levels: rare levels that are alike share one level of the networks.

The frequent levels keep a level of their own. The others, in the order of the schema, in which
codes that begin alike are neighbours, are cut into *blocks* of about as many rows each. Networks
choose the block; which of its levels a row has is drawn when the row is decoded, by their shares of
the block's rows.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

__all__ = ["LevelBlocks", "LevelLimits", "draw_levels"]

#: Most levels that all have a level of their own.
MOST_LEVELS = 256
#: Where there are more, how many keep it, and blocks of the others at most.
KEPT_LEVELS, MOST_BLOCKS = 192, 64


@dataclass(frozen=True)
class LevelBlocks:
    """The block of each level of a column; a level by itself is a block of one.

    Parameters
    ----------
    block_of : ndarray of shape (n_levels,), int32
        The block of each level; blocks are numbered by the mean position of their rows' levels.
    shares : ndarray of shape (n_levels,), float64
        Share of each level in the training rows of its block.

    Examples
    --------
    >>> import numpy as np
    >>> blocks = LevelBlocks(np.array([0, 1, 1], np.int32), np.array([1.0, 0.25, 0.75]))
    >>> blocks.draw(np.array([0, 1, 1]), np.array([0.9, 0.2, 0.3])).tolist()
    [0, 1, 2]
    """

    block_of: np.ndarray
    shares: np.ndarray

    @classmethod
    def fit(cls, counts: np.ndarray, n_values: int) -> "LevelBlocks | None":
        """Put levels into blocks; None for up to 256 of them, which need none.

        Parameters
        ----------
        counts : ndarray of shape (n_levels,), int
            Training rows of each level, none of them zero.
        n_values : int
            How many levels have a value; one after them, for missing cells, stays by itself.
        """
        if n_values <= MOST_LEVELS:
            return None
        groups = np.arange(len(counts))
        rare = np.sort(np.argsort(-counts[:n_values], kind="stable")[KEPT_LEVELS:])
        middles = np.cumsum(counts[rare]) - counts[rare] / 2
        groups[rare] = len(counts) + (middles / counts[rare].sum() * MOST_BLOCKS).astype(np.int64)
        _, block_of = np.unique(groups, return_inverse=True)
        totals = np.bincount(block_of, counts)
        places = np.bincount(block_of, counts * np.arange(len(counts))) / totals
        number = np.empty(len(totals), np.int32)
        number[np.argsort(places, kind="stable")] = np.arange(len(totals))
        return cls(number[block_of], counts / totals[block_of])

    @property
    def n_blocks(self) -> int:
        """Number of blocks."""
        return int(self.block_of.max()) + 1

    @cached_property
    def _sorted_levels(self) -> np.ndarray:
        """All levels, block by block."""
        return np.argsort(self.block_of, kind="stable")

    def check(self, n_levels: int) -> None:
        """Refuse blocks that are not those of so many levels; ValueError."""
        numbers = self.block_of
        is_shaped = numbers.shape == self.shares.shape == (n_levels,) and numbers.dtype.kind == "i"
        if not is_shaped or numbers.min(initial=0) < 0 or numbers.max(initial=0) >= n_levels:
            raise ValueError("blocks of levels do not fit their column")
        sums = np.bincount(self.block_of, self.shares)
        if not (np.all(self.shares >= 0) and np.allclose(sums, 1.0)):
            raise ValueError("the shares of levels in a block do not sum to 1")

    def total(self, values: np.ndarray) -> np.ndarray:
        """Sum of the values of the levels of each block, (n_blocks,)."""
        return np.bincount(self.block_of, values)

    def draw(
        self, blocks: np.ndarray, uniforms: np.ndarray, levels: np.ndarray | None = None
    ) -> np.ndarray:
        """Return a level of each block, drawn by shares with uniform deviates.

        Parameters
        ----------
        blocks : ndarray of shape (n_rows,), int
        uniforms : ndarray of shape (n_rows,), float64
            In [0, 1).
        levels : ndarray of int, optional
            The only levels to draw from; each of `blocks` has one of them.
        """
        if levels is None:
            levels = self._sorted_levels
        else:
            levels = levels[np.argsort(self.block_of[levels], kind="stable")]
        ends = np.concatenate([[0.0], np.cumsum(self.shares[levels])])
        own = self.block_of[levels]
        first, last = (np.searchsorted(own, blocks, side) for side in ("left", "right"))
        wanted = ends[first] + uniforms * (ends[last] - ends[first])
        places = np.searchsorted(ends, wanted, side="right") - 1
        return levels[np.clip(places, first, last - 1)]


@dataclass(frozen=True)
class LevelLimits:
    """Levels to which a column with blocks is limited in each row.

    Parameters
    ----------
    sets : tuple of ndarray of int
        Levels of the column.
    which : ndarray of shape (n_rows,), int64
        The set of each row; -1 where any level is allowed.
    """

    sets: tuple[np.ndarray, ...]
    which: np.ndarray


def draw_levels(
    blocks: LevelBlocks, drawn: np.ndarray, uniforms: np.ndarray, limits: LevelLimits | None = None
) -> np.ndarray:
    """Return a level of the block that was drawn in each row, among those to which it is limited.

    Parameters
    ----------
    blocks : LevelBlocks
    drawn : ndarray of shape (n_rows,), int
        The block of each row.
    uniforms : ndarray of shape (n_rows,), float64
    limits : LevelLimits, optional
    """
    if limits is None:
        return blocks.draw(drawn, uniforms)
    levels = np.empty(len(drawn), np.int64)
    order = np.argsort(limits.which, kind="stable")
    numbers, first = np.unique(limits.which[order], return_index=True)
    for number, rows in zip(numbers.tolist(), np.split(order, first[1:]), strict=True):
        among = None if number < 0 else limits.sets[number]
        levels[rows] = blocks.draw(drawn[rows], uniforms[rows], among)
    return levels
