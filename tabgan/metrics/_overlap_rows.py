"""Which rows of each table the overlap looks at: a few draws, in groups for the jackknife."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tabgan._random import child_generator
from tabgan.exceptions import TableError
from tabgan.metrics._columns import EncodedTables
from tabgan.metrics._jackknife import N_GROUPS

__all__ = ["DrawnRows", "draw_rows", "overlap_size"]


@dataclass(frozen=True)
class DrawnRows:
    """Some rows of one table, in random order, and the group of each."""

    rows: np.ndarray
    groups: np.ndarray


def draw_rows(n_rows: int, size: int, seed: int, name: str, draw: int | str = 0) -> DrawnRows:
    """Draw `size` rows without replacement.

    Every row of the table has one group, the same in all draws, so that leaving a group out means
    the same rows everywhere. A draw takes equally many of each group. Since the groups are random,
    every set of rows is as likely as any other.
    """
    order = child_generator(seed, "groups", name).permutation(n_rows)
    generator = child_generator(seed, "rows", name, draw)
    rows, groups = np.empty(size, np.int64), np.arange(size) % N_GROUPS
    for group in range(min(N_GROUPS, size)):
        members = order[group::N_GROUPS]
        wanted = groups == group
        rows[wanted] = generator.permutation(members)[: np.count_nonzero(wanted)]
    shuffle = generator.permutation(size)
    return DrawnRows(rows[shuffle], groups[shuffle])


def overlap_size(
    encoded: EncodedTables, names: Sequence[str], max_rows: int, min_rows: int, caller: str
) -> int:
    """Return how many rows of each table are used, or say that there are too few."""
    size = min(max_rows, *(len(encoded[name]) for name in names))
    if size < min_rows:
        raise TableError(
            f"{caller} needs at least {min_rows} rows of each table. The smallest has {size}. Give "
            "more rows, or a smaller 'n_neighbors'."
        )
    return size
