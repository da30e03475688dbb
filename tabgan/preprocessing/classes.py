"""The levels of a column as classes, whether they are modelled or looked up."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing.condition_reading import check_names
from tabgan.preprocessing.level_blocks import LevelBlocks, LevelLimits
from tabgan.preprocessing.table_coder import TableCoder

__all__ = ["Classes", "read_classes"]


@dataclass(frozen=True)
class Classes:
    """Classes by which rows can be told apart.

    Parameters
    ----------
    values : Index of shape (n_classes,)
        The levels, as the column has them.
    column, position : int
        Position in ``layout.columns``, and in the table, of the column whose levels decide.
    of_level : ndarray of shape (n_levels,), int
        The class that each level of that column means; n_classes or more for none.
    n_part_levels : int
        Number of levels of its level part.
    blocks : LevelBlocks or None
        How its levels are put together there.
    """

    values: pd.Index
    column: int
    position: int
    of_level: np.ndarray
    n_part_levels: int
    blocks: LevelBlocks | None

    def chances(self, part_chances: np.ndarray, limits: LevelLimits | None) -> np.ndarray:
        """Probability of each class, (n_rows, n_classes), given those of the part's levels.

        Parameters
        ----------
        part_chances : ndarray of shape (n_rows, n_part_levels)
        limits : LevelLimits or None
            Levels to which a column with blocks is limited in each row.
        """
        if limits is None or self.blocks is None:
            return part_chances @ self._indicators(np.arange(len(self.of_level)))
        chances = np.zeros((len(part_chances), len(self.values)))
        for number in np.unique(limits.which).tolist():
            rows = limits.which == number
            levels = np.arange(len(self.of_level)) if number < 0 else limits.sets[number]
            chances[rows] = part_chances[rows] @ self._indicators(levels)
        return chances

    def _indicators(self, levels: np.ndarray) -> np.ndarray:
        """Share of each class in the rows of each level of the part that have these levels."""
        found = np.zeros((self.n_part_levels, len(self.values)))
        part_levels, shares = levels, np.ones(len(levels))
        if self.blocks is not None:
            part_levels, shares = self.blocks.block_of[levels], self.blocks.shares[levels]
            shares = shares / np.bincount(part_levels, shares)[part_levels]
        is_class = self.of_level[levels] < len(self.values)
        places = part_levels[is_class], self.of_level[levels[is_class]]
        np.add.at(found, places, shares[is_class])
        return found


def read_classes(
    coder: TableCoder, name: Hashable, *, dropped: Collection[Hashable] = ()
) -> Classes:
    """Return the classes of a column; InvalidParameterError if it has none, or is dropped."""
    check_names(coder, [name], dropped)
    position = coder.positions[name]
    if position in coder.calendars:
        date = coder.schema[name].computed_from
        raise InvalidParameterError(
            f"Column {name!r} is computed from {date!r}, a field of which it is, and so no choice "
            "among levels; classify by another column, or fit with a schema in which "
            f"{name!r} has no calendar_of."
        )
    own, lookup = coder.coders[position], coder.lookups.get(position)
    n_values = own.coder.n_values
    if own.has_normal or n_values < 2 or position in coder.ties:
        raise InvalidParameterError(
            f"Column {name!r} is {own.column.kind} and no choice among levels, so there is nothing "
            "to classify by; name a column of a few values, such as a category."
        )
    if lookup is not None and len(lookup.roots) > 1:
        first, second = (coder.coders[root].name for root in lookup.roots)
        raise InvalidParameterError(
            f"Column {name!r} is looked up from {first!r} and {second!r} together, so there is "
            f"nothing to classify by; fit with a schema in which {name!r} is not derived."
        )
    position = position if lookup is None else lookup.roots[0]
    root = coder.coders[position]
    of_level = np.arange(root.n_levels) if lookup is None else lookup.levels
    levels = own.decode(np.arange(n_values, dtype=np.int32), None, rows=np.arange(n_values))
    values = pd.Index(levels, tupleize_cols=False)
    column = coder.layout.columns.index(root.name)
    return Classes(values, column, position, of_level, root.n_part_levels, root.blocks)
