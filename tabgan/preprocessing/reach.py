"""How far the values of a tied column reach, from those of its terms and of its remainder."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing.column import ColumnCoder
from tabgan.preprocessing.computed_sets import NumberSet, as_wanted
from tabgan.preprocessing.given_cells import decode_numbers, numeric_coder
from tabgan.preprocessing.table_coder import TableCoder
from tabgan.preprocessing.wanted import Between

__all__ = ["Reach"]


class Reach:
    """Extreme values that columns of numbers and dates can have in a sampled row.

    Parameters
    ----------
    coder : TableCoder
    """

    def __init__(self, coder: TableCoder) -> None:
        self._coder = coder

    def ends(self, name: Hashable) -> pd.Series:
        """The least and the largest cell of a column, of its dtype."""
        position = self._coder.positions[name]
        tied, coder = self._coder.ties.get(position), self._coder.coders[position]
        if tied is not None and tied.tie.has_remainder:
            return pd.Series(tied.to_array(self._ticks(name), np.zeros(2, bool)))
        own = _cells(coder, 1)
        if tied is None:
            return own
        (other,) = tied.tie.signs
        ticks = [tied.unit.read(own, tied.column)[0]]
        ticks.append(tied.unit.read(self.ends(other), tied.schema[other])[0])
        low, high = np.min(ticks), np.max(ticks)
        return pd.Series(tied.to_array(np.array([low, high]), np.zeros(2, bool)))

    def _ticks(self, name: Hashable) -> np.ndarray:
        """The ends of a column that has a remainder, in ticks of its unit."""
        tied, ends = self._coder.ties[self._coder.positions[name]], self._rest(name)
        for other, sign in tied.tie.signs.items():
            numbers = tied.unit.read(self.ends(other), tied.schema[other])[0]
            ends = ends + sign * numbers[::sign]
        return ends

    def _rest(self, name: Hashable) -> np.ndarray:
        """The ends of the remainder of a column."""
        return _known_ends(self._coder.coders[self._coder.positions[name]])

    def check(self, name: Hashable, sets: Sequence[NumberSet], wanted: Any) -> None:
        """Refuse sets of numbers that a tied column cannot reach; InvalidParameterError."""
        low, high = self._ticks(name)
        for each in sets:
            is_reached = (each.high >= low) & (each.low <= high)
            if not is_reached.any() and not each.has_missing:
                ends = [str(end) for end in self.ends(name)]
                raise InvalidParameterError(
                    f"Column {name!r} can reach from about {ends[0]} to {ends[1]}, and the "
                    f"condition asks for {wanted!r}; ask for something within."
                )

    def of_term(self, name: Hashable, sets: Sequence[NumberSet]) -> Between | None:
        """Where the only term of a column must lie for the column to lie in one of the sets.

        None if nothing follows, or if that is at the very end of what is known of the term.
        """
        if any(each.has_missing for each in sets):
            return None
        tied, rest = self._coder.ties[self._coder.positions[name]], self._rest(name)
        (other,) = tied.tie.signs
        coder = self._coder.coders[self._coder.positions[other]]
        outer, inner = (
            tied.unit.read(_cells(coder, steps), tied.schema[other])[0] for steps in (1, -1)
        )
        low = min(each.low.min() for each in sets) - rest[1]
        high = max(each.high.max() for each in sets) - rest[0]
        is_all, is_end = low <= outer[0] and high >= outer[1], low > inner[1] or high < inner[0]
        if is_all or is_end:
            return None
        ends = np.clip([low, high], *outer).astype(outer.dtype)
        return Between(*(as_wanted(end, tied.unit) for end in tied.unit.to_values(ends)))


def _cells(coder: ColumnCoder, steps: int) -> pd.Series:
    """The least and the largest cell of a column, each moved out by so many steps of its grid."""
    return pd.Series(decode_numbers(coder, _known_ends(coder, steps)))


def _known_ends(coder: ColumnCoder, steps: int = 1) -> np.ndarray:
    """The least and the largest number of a column, each moved out by so many steps of its grid."""
    numeric = numeric_coder(coder)
    low, high = numeric.known_range
    ends = np.array([low - steps * numeric.grid, high + steps * numeric.grid])
    return np.rint(ends).astype(np.int64) if numeric.level_values.dtype.kind in "iu" else ends
