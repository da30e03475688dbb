"""What is asked of the rows of a sample, as codes, and how it comes back after decoding."""

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing.allowed import Allowed, Bounds
from tabgan.preprocessing.column import ColumnCoder
from tabgan.preprocessing.computed_sets import ComputedSets
from tabgan.preprocessing.given_cells import (
    decode_numbers,
    numeric_coder,
)
from tabgan.preprocessing.layout import Codes
from tabgan.preprocessing.level_blocks import LevelLimits
from tabgan.preprocessing.table_coder import Given, TableCoder
from tabgan.schema.cells import replace_columns

__all__ = ["ColumnSets", "Conditions", "GivenTied", "Limited", "Restored"]

#: Most combinations of values for which counts are wanted.
MOST_COMBINATIONS = 4096


@dataclass(frozen=True)
class ColumnSets:
    """What one column may have in each row.

    Parameters
    ----------
    column : int
        Position in ``layout.columns``.
    sets : tuple of Allowed
    which : ndarray of shape (n_conditions,), int64
        The set of each row; -1 where anything is allowed.
    """

    column: int
    sets: tuple[Allowed, ...]
    which: np.ndarray


@dataclass(frozen=True)
class Restored:
    """How cells of a column with a normal part come back exactly as they were asked for.

    Parameters
    ----------
    position : int
        Position of the column in the table.
    coder : ColumnCoder
    level_part : int or None
    normal_part : int
    bounds : Bounds or None
        The same for all rows; None if `numbers` are given.
    numbers, is_given : ndarray of shape (n_conditions,), or None
        The numbers that the rows are given, and whether they are.
    """

    position: int
    coder: ColumnCoder
    level_part: int | None
    normal_part: int
    bounds: Bounds | None = None
    numbers: np.ndarray | None = None
    is_given: np.ndarray | None = None

    def restore(self, column: pd.Series, codes: Codes, rows: np.ndarray) -> pd.Series:
        """The decoded column with the cells that were asked for."""
        is_changed = np.ones(len(codes), bool)
        if self.level_part is not None:
            is_changed = codes.levels[:, self.level_part] >= self.coder.coder.first_cluster
        if self.numbers is not None and self.is_given is not None:
            is_changed = is_changed & self.is_given[rows]
            numbers = self.numbers[rows[is_changed]]
        else:
            assert self.bounds is not None
            scores = codes.normals[is_changed, self.normal_part]
            clusters = None
            if self.level_part is not None:
                levels = codes.levels[is_changed, self.level_part]
                clusters = levels - self.coder.coder.first_cluster
            decoded = numeric_coder(self.coder).decode_normals(scores, clusters)
            numbers = self.bounds.restore(decoded)
        if not is_changed.any():
            return column
        cells = column.array.copy()
        cells[is_changed] = decode_numbers(self.coder, numbers)
        return pd.Series(cells, dtype=column.dtype, index=column.index, name=column.name)


@dataclass(frozen=True)
class Limited:
    """Levels that are asked of a column with blocks, from which rows get one of their own.

    Parameters
    ----------
    position : int
        Position of the column in the table.
    sets : tuple of ndarray of int
        Levels of the column.
    which : ndarray of shape (n_conditions,), int64
        The set of each condition; -1 where any level is allowed.
    counted : int or None
        If values are counted, the index of the column among the sets of the conditions: a row has
        the set of the value that is dealt to it.
    """

    position: int
    sets: tuple[np.ndarray, ...]
    which: np.ndarray
    counted: int | None = None


@dataclass(frozen=True)
class GivenTied:
    """Cells that are given of a column of which a remainder is modelled.

    Parameters
    ----------
    position : int
        Position of the column in the table.
    cells : array of shape (n_conditions,), of the column's dtype
    is_given : ndarray of shape (n_conditions,), bool
    """

    position: int
    cells: Any
    is_given: np.ndarray


@dataclass(frozen=True)
class Conditions:
    """What is asked of the rows of a sample, as codes.

    Parameters
    ----------
    given : Codes
        One row for each condition; only the columns of the mask count.
    mask : ndarray of shape (n_conditions, n_columns), bool
        Columns of which the codes are given; none of a mapping, which has sets alone.
    sets : tuple of ColumnSets
        Columns of which the codes lie in a set, maybe of a single code.
    restored : tuple of Restored
        Columns whose cells are set to what was asked for after decoding.
    is_mapping : bool
        Whether one condition holds for all rows.
    totals : tuple of (hashable, int)
        The columns of which counts are wanted, and the sum of these.
    limited : tuple of Limited
        Columns with blocks of which certain levels are asked.
    coder : TableCoder or None
        By whose ties other columns follow those that are restored.
    tied : tuple of GivenTied
    computed : tuple of ComputedSets
        What is asked of columns that are computed from others.
    """

    given: Codes
    mask: np.ndarray
    sets: tuple[ColumnSets, ...]
    restored: tuple[Restored, ...]
    is_mapping: bool
    totals: tuple[tuple[Hashable, int], ...] = ()
    limited: tuple[Limited, ...] = ()
    coder: TableCoder | None = None
    tied: tuple[GivenTied, ...] = ()
    computed: tuple[ComputedSets, ...] = ()

    def __len__(self) -> int:
        return len(self.given)

    @property
    def shares(self) -> tuple[np.ndarray | None, ...]:
        """Counts or shares that are wanted of the sets and the computed sets; None for the rest."""
        return *(each.sets[0].shares for each in self.sets), *(e.shares for e in self.computed)

    @property
    def is_counted(self) -> bool:
        """Whether counts or shares are wanted of any column."""
        return any(each is not None for each in self.shares)

    def check_counts(self, n_samples: int) -> None:
        """Refuse counts that do not sum to the number of rows, and too many combinations."""
        for name, total in self.totals:
            if total != n_samples:
                raise InvalidParameterError(
                    f"The counts of column {name!r} sum to {total}, and n_samples is {n_samples}; "
                    "change one of them, or give shares as floats."
                )
        n_combinations = math.prod([len(each) for each in self.shares if each is not None])
        if n_combinations > MOST_COMBINATIONS:
            raise InvalidParameterError(
                f"Counts or shares are wanted for {n_combinations:,} combinations of values; name "
                f"at most {MOST_COMBINATIONS:,}."
            )

    def level_limits(
        self, rows: np.ndarray, dealt: np.ndarray | None = None
    ) -> dict[int, LevelLimits]:
        """To which levels columns with blocks are limited, by their position in the table.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int64
            The condition of each row.
        dealt : ndarray of shape (n_rows, n_sets), int64, optional
            The value that is dealt to each row, where values are counted.
        """
        found = {}
        for each in self.limited:
            which = each.which[rows]
            if each.counted is not None and dealt is not None:
                which = dealt[:, each.counted]
            found[each.position] = LevelLimits(each.sets, which)
        return found

    def meets(self, codes: Codes, rows: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Whether rows, once decoded, have what is asked of computed columns.

        Parameters
        ----------
        codes : Codes
        rows : ndarray of shape (n_rows,), int64
            The condition of each row.
        which : ndarray of shape (n_rows, n_computed), int64
            The set of each column that counts; -1 where anything is allowed.

        Returns
        -------
        ndarray of shape (n_rows,), bool
        """

        def restore(columns: dict[int, pd.Series]) -> dict[int, pd.Series]:
            return columns | {
                each.position: each.restore(columns[each.position], codes, rows)
                for each in self.restored
                if each.position in columns
            }

        columns = self._computed_columns(codes, restore, self._given_tied(rows))
        is_met = np.ones(len(codes), bool)
        for i, each in enumerate(self.computed):
            is_met &= each.holds(columns[each.position], which[:, i])
        return is_met

    def computed_options(self, codes: Codes) -> list[np.ndarray]:
        """Of each computed column, which of its sets free rows have, (n_rows, n_sets), bool."""
        columns = self._computed_columns(codes, lambda columns: columns, {})
        return [each.options(columns[each.position]) for each in self.computed]

    def _computed_columns(
        self,
        codes: Codes,
        restore: Callable[[dict[int, pd.Series]], dict[int, pd.Series]],
        given: Given,
    ) -> dict[int, pd.Series]:
        """The computed columns of which something is asked, by position."""
        assert self.coder is not None
        positions = [each.position for each in self.computed]
        return self.coder.computed_columns(codes, positions, restore, given)

    def _given_tied(self, rows: np.ndarray) -> Given:
        return {each.position: (each.is_given[rows], each.cells[rows]) for each in self.tied}

    def restore(self, table: pd.DataFrame, codes: Codes, rows: np.ndarray) -> pd.DataFrame:
        """A decoded table with the cells that were asked for.

        Parameters
        ----------
        table : DataFrame
        codes : Codes
            From which it was decoded.
        rows : ndarray of shape (n_rows,), int64
            The condition of each row.
        """
        restored = {
            each.position: each.restore(table.iloc[:, each.position], codes, rows)
            for each in self.restored
        }
        joined = replace_columns(table, restored)
        if self.coder is None or not (self.coder.ties or self.coder.calendars):
            return joined
        return self.coder.recomplete(joined, codes, self._given_tied(rows))
