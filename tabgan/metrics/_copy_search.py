"""The search of real rows behind the figures of copying."""

from dataclasses import dataclass
from typing import Any

from tabgan._random import child_generator, root_seed
from tabgan.exceptions import InvalidParameterError
from tabgan.metrics._columns import EncodedTable, EncodedTables, encode_tables
from tabgan.metrics._nearest import Nearest, Points, nearest_rows, rank_space

__all__ = ["CopySearch", "RealTables", "some_rows"]


@dataclass(frozen=True)
class RealTables:
    """The tables in one form, the two real ones also cut to equal size."""

    encoded: EncodedTables
    real: EncodedTable
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
        size = min(len(encoded["real"]), len(encoded["holdout"]))
        seen, unseen = (some_rows(encoded[n], size, seed, n) for n in ("real", "holdout"))
        return cls(encoded, seen, unseen, seed)


@dataclass(frozen=True)
class CopySearch:
    """The real rows nearest to the synthetic ones, and what a further search needs.

    `unseen` are the rows of the holdout, no more than synthetic ones may be looked up, from whose
    distances the threshold of near copies is taken.
    """

    tables: RealTables
    synthetic: EncodedTable
    found: Nearest
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
        space = rank_space([tables.real, tables.holdout], [synthetic])
        points = (space.points(tables.real), space.points(tables.holdout))
        found = nearest_rows(space.points(synthetic), points, space.unit, n_jobs)
        unseen = some_rows(tables.holdout, max_synthetic, tables.seed, "threshold")
        return cls(tables, synthetic, found, points[0], space.points(unseen), space.unit)


def some_rows(table: EncodedTable, size: int | None, seed: int, name: str) -> EncodedTable:
    """Return `size` random rows, or the table itself if it has no more."""
    if size is None or len(table) <= size:
        return table
    return table.take(child_generator(seed, "rows", name).permutation(len(table))[:size])
