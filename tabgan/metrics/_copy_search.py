"""The search of real rows behind the figures of copying."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan._random import child_generator, root_seed
from tabgan.exceptions import InvalidParameterError
from tabgan.metrics._columns import EncodedTable, EncodedTables, encode_tables
from tabgan.metrics._nearest import Nearest, Points, nearest_rows, rank_space

__all__ = ["CopySearch", "RealTables", "part_sizes", "some_rows"]

# More parts than these would cost more than they find.
MAX_PARTS = 5
# A real table longer than the holdout by less than this is one part.
_HARDLY_LONGER = 0.1


@dataclass(frozen=True)
class RealTables:
    """The tables in one form, and the real ones as parts of equal size.

    `parts` are disjoint parts of the rows that the generator saw, each as large as `holdout`.
    """

    encoded: EncodedTables
    parts: tuple[EncodedTable, ...]
    holdout: EncodedTable
    seed: int

    @classmethod
    def encode(
        cls, real: Any, synthetic: Any, holdout: Any, schema: Any, random_state: Any, caller: str
    ) -> "RealTables":
        if holdout is None:
            raise InvalidParameterError(
                f"The 'holdout' parameter of {caller} must be a table of real rows that the "
                "generator never saw. Got None instead. Without one, copying cannot be judged."
            )
        encoded = encode_tables(
            schema, same_decimals=True, real=real, synthetic=synthetic, holdout=holdout
        )
        seed = root_seed(random_state)
        n_parts, size = part_sizes(len(encoded["real"]), len(encoded["holdout"]))
        seen = some_rows(encoded["real"], n_parts * size, seed, "real")
        rows = np.split(np.arange(n_parts * size), n_parts)
        parts = tuple(seen.take(part) for part in rows) if n_parts > 1 else (seen,)
        return cls(encoded, parts, some_rows(encoded["holdout"], size, seed, "holdout"), seed)

    @property
    def size(self) -> int:
        """Rows of the holdout in use, and of each part of the seen rows."""
        return len(self.holdout)


def part_sizes(n_real: int, n_holdout: int) -> tuple[int, int]:
    """Return into how many parts the seen rows are cut, and the rows of each and of the holdout."""
    n_parts = min(max(math.ceil(n_real / n_holdout - _HARDLY_LONGER), 1), MAX_PARTS)
    return n_parts, min(n_real // n_parts, n_holdout)


@dataclass(frozen=True)
class CopySearch:
    """The real rows nearest to the synthetic ones, and what a further search needs.

    `found` holds one search for each part of the seen rows, of that part and of the holdout. `seen`
    is the first part. `unseen` are the rows of the holdout, no more than synthetic ones may be
    looked up, from whose distances the threshold of near copies is taken.
    """

    tables: RealTables
    synthetic: EncodedTable
    found: tuple[Nearest, ...]
    seen: Points
    unseen: Points
    unit: int

    @classmethod
    def run(cls, tables: RealTables, max_synthetic: int | None, n_jobs: int | None) -> "CopySearch":
        if max_synthetic is not None and max_synthetic < 1:
            raise InvalidParameterError(
                "The 'max_synthetic' parameter must be None or an integer of 1 or more. Got "
                f"{max_synthetic!r} instead."
            )
        synthetic = some_rows(tables.encoded["synthetic"], max_synthetic, tables.seed, "synthetic")
        space = rank_space([*tables.parts, tables.holdout], [synthetic])
        parts = [space.points(part) for part in tables.parts]
        queries, holdout = space.points(synthetic), space.points(tables.holdout)
        found = tuple(nearest_rows(queries, (part, holdout), space.unit, n_jobs) for part in parts)
        unseen = some_rows(tables.holdout, max_synthetic, tables.seed, "threshold")
        return cls(tables, synthetic, found, parts[0], space.points(unseen), space.unit)


def some_rows(table: EncodedTable, size: int | None, seed: int, name: str) -> EncodedTable:
    """Return `size` random rows, or the table itself if it has no more."""
    if size is None or len(table) <= size:
        return table
    return table.take(child_generator(seed, "rows", name).permutation(len(table))[:size])
