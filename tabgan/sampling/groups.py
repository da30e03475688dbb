"""Rows that share their condition: groups, each with what is given to it and what it may have."""

from dataclasses import dataclass, replace

import numpy as np

from tabgan.preprocessing.allowed import Allowed
from tabgan.preprocessing.conditions import Conditions
from tabgan.preprocessing.layout import Codes, Layout

#: Columns and, of each, sets of codes.
OpenSets = list[tuple[int, list[Allowed]]]


@dataclass(frozen=True)
class Groups:
    """What is asked of each group.

    Parameters
    ----------
    given : Codes
        One row for each group; only the columns of the mask count.
    mask : ndarray of shape (n_groups, n_columns), bool
        Columns of which the codes are given.
    which : ndarray of shape (n_groups, n_sets), int64
        For each column of which only a set is known, the set that counts; -1 for none.
    computed : ndarray of shape (n_groups, n_computed), int64
        The same for columns that are computed from others.
    conditions : ndarray of shape (n_groups,), int64
        A condition of each group.
    """

    given: Codes
    mask: np.ndarray
    which: np.ndarray
    computed: np.ndarray
    conditions: np.ndarray

    def __len__(self) -> int:
        return len(self.given)

    def take(self, groups: np.ndarray) -> "Groups":
        """Some of the groups."""
        return Groups(
            self.given.take(groups),
            self.mask[groups],
            self.which[groups],
            self.computed[groups],
            self.conditions[groups],
        )


def distinct_groups(conditions: Conditions, layout: Layout) -> tuple[Groups, np.ndarray]:
    """Join equal conditions; return the groups, and the group (n_conditions,) of each condition."""
    groups = Groups(
        conditions.given,
        conditions.mask,
        _columns([each.which for each in conditions.sets], len(conditions)),
        _columns([each.which for each in conditions.computed], len(conditions)),
        np.arange(len(conditions)),
    )
    mask, (levels, normals) = groups.mask, groups.given
    has_level = mask[:, [part.column for part in layout.level_parts]]
    has_normal = mask[:, [part.column for part in layout.normal_parts]]
    keys = [has_level * (levels + 1), has_normal * normals.view(np.int32), mask, groups.which]
    keys.append(groups.computed)
    if conditions.computed and (conditions.restored or conditions.tied):
        keys.append(groups.conditions[:, None])  # numbers that have the same codes may differ
    _, first, group_of = np.unique(
        np.column_stack(keys).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    return groups.take(first), group_of.ravel()


def give_single_codes(groups: Groups, open_sets: OpenSets, layout: Layout) -> Groups:
    """Turn sets of a single code into given columns."""
    levels, normals = groups.given.levels.copy(), groups.given.normals.copy()
    mask, which = groups.mask.copy(), groups.which.copy()
    for i, (column, sets) in enumerate(open_sets):
        is_single = np.array([*(each.is_single for each in sets), False])
        rows = np.flatnonzero(is_single[which[:, i]])  # the last for -1
        own = [sets[number] for number in which[rows, i].tolist()]
        level_part, normal_part = layout.parts_of(column)
        if level_part is not None:
            levels[rows, level_part] = [int(each.levels[0]) for each in own]
        if normal_part is not None:
            normals[rows, normal_part] = [float(each.scores[0]) for each in own]
        mask[rows, column], which[rows, i] = True, -1
    return replace(groups, given=Codes(levels, normals), mask=mask, which=which)


def _columns(parts: list[np.ndarray], n_rows: int) -> np.ndarray:
    """Arrays of shape (n_rows,) beside one another, int64; none of them too."""
    return np.array(parts, np.int64).reshape(len(parts), n_rows).T
