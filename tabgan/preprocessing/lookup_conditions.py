"""Conditions on derived columns: what they ask of the columns that these are looked up from."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing.relations import Lookup

__all__ = ["Demand", "demands_of", "raise_looked_up"]


def raise_looked_up(name: Hashable, roots: list[Hashable], place: str = "") -> NoReturn:
    """Refuse a condition on a column that is a function of two, of which none is given."""
    first, second = map(repr, roots)
    raise InvalidParameterError(
        f"Column {name!r} is looked up from {first} and {second} together, so it can be asked for "
        f"only where one of them is given a single value{place}. Give one, or fit with a schema in "
        f"which {name!r} is not derived."
    )


@dataclass(frozen=True)
class Demand:
    """What cells of a derived column ask of one of its roots.

    Parameters
    ----------
    root : hashable
        Name of the root.
    names : tuple of hashable
        Of the derived column, and of the other root, where that is given.
    keys : ndarray of shape (n_conditions,), int64
        Number of what is asked in each row; -1 for nothing.
    levels : ndarray of shape (n_given_levels, n_root_levels), int32
        Level of the derived column by the level of the other root and of this one.
    n_levels : int
        Levels of the derived column.
    """

    root: Hashable
    names: tuple[Hashable, ...]
    keys: np.ndarray
    levels: np.ndarray
    n_levels: int

    def allows(self, keys: np.ndarray) -> np.ndarray:
        """Return whether each level of the root meets each key, (n_keys, n_root_levels)."""
        given, wanted = np.divmod(keys, self.n_levels)
        return np.asarray((self.levels[given] == wanted[:, None]) | (keys[:, None] < 0))


def demands_of(
    lookup: Lookup, roots: list[Hashable], wanted: np.ndarray, given: list[np.ndarray]
) -> list[Demand]:
    """Return what cells of a derived column ask of its roots.

    Parameters
    ----------
    lookup : Lookup
    roots : list of hashable
        Names of its roots.
    wanted : ndarray of shape (n_conditions,), int64
        Level that each row asks for; -1 for none.
    given : list of ndarray of shape (n_conditions,), int64
        Level that each row gives of each root; -1 for none. Of two, one is given where a level is
        asked for.
    """
    name, n_levels = lookup.coder.name, lookup.coder.n_levels
    if len(roots) == 1:
        return [Demand(roots[0], (name,), wanted, lookup.levels[None], n_levels)]
    found = []
    is_open = wanted >= 0
    for other, table in ((0, lookup.levels), (1, lookup.levels.T)):
        asked = is_open & (given[other] >= 0)
        keys = np.where(asked, given[other] * n_levels + wanted, -1)
        found.append(Demand(roots[1 - other], (roots[other], name), keys, table, n_levels))
        is_open = is_open & ~asked
    return found
