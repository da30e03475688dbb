"""Conditions as users write them, on several columns at once, as codes.

A mapping asks the same of every row; a table asks something of each row. Either becomes given codes
with a mask of columns, and for columns of which only a set is known, the codes that are allowed.
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing.allowed import Allowed, Bounds, allow
from tabgan.preprocessing.column import ColumnCoder
from tabgan.preprocessing.computed_reading import ComputedReader
from tabgan.preprocessing.computed_sets import ComputedSets, both_wanted
from tabgan.preprocessing.conditions import ColumnSets, Conditions, GivenTied, Limited, Restored
from tabgan.preprocessing.copies import fill_from_copies, find_copies
from tabgan.preprocessing.given_cells import GivenCells, encode_given, is_numeric
from tabgan.preprocessing.layout import Codes
from tabgan.preprocessing.lookup_conditions import Demand, demands_of, raise_looked_up
from tabgan.preprocessing.reach import Reach
from tabgan.preprocessing.relations import Lookup
from tabgan.preprocessing.table_coder import TableCoder
from tabgan.preprocessing.tied_conditions import TiedReader
from tabgan.preprocessing.ties import TiedColumn
from tabgan.preprocessing.wanted import Between
from tabgan.schema import Identifier, Text, as_frame, is_frame

__all__ = ["check_names", "read_conditions"]


def read_conditions(
    coder: TableCoder,
    conditions: Any,
    *,
    strict: bool = True,
    dropped: Collection[Hashable] = (),
) -> Conditions:
    """Return conditions as codes, or say why no row can meet them.

    Parameters
    ----------
    coder : TableCoder
    conditions : mapping or DataFrame
        See :meth:`tabgan.TabularGAN.sample`.
    strict : bool, default=True
        Whether numbers in a table that lie beside the known ones are refused.
    dropped : collection of hashable, default=()
        Columns that the schema leaves out.
    """
    is_table = is_frame(conditions)
    conditions = as_frame(conditions) if is_table else conditions
    if not is_table and not isinstance(conditions, Mapping):
        raise InvalidParameterError(
            "The 'conditions' parameter of sample must be a mapping of column to value, or a "
            f"DataFrame of partial rows. Got a {type(conditions).__name__} instead."
        )
    if not len(conditions) or (is_table and not conditions.shape[1]):
        raise InvalidParameterError(
            "The 'conditions' parameter of sample names nothing; leave it out to sample freely."
        )
    check_names(coder, list(conditions), dropped)
    if is_table:
        return _TableReader(coder, conditions, strict=strict).read()
    return _MappingReader(coder, conditions).read()


def check_names(
    coder: TableCoder, names: list[Hashable], dropped: Collection[Hashable] = ()
) -> None:
    """Refuse columns that samples lack, or that nothing can be said of."""
    if len(set(names)) < len(names):
        raise InvalidParameterError("The table of conditions has a column twice; drop one of them.")
    for name in names:
        if name in dropped:
            raise InvalidParameterError(
                f"The schema drops column {name!r}, so nothing is known of it; leave it out, or "
                "fit with a schema in which it has another kind than 'dropped'."
            )
        if name not in coder.schema:
            known = {str(each): each for each in coder.schema}
            close = get_close_matches(str(name), list(known), n=1)
            hint = f" Did you mean {known[close[0]]!r}?" if close else ""
            raise InvalidParameterError(f"The fitted table has no column {name!r}.{hint}")
        if isinstance(coder.schema[name], Identifier | Text):
            what = "an identifier" if isinstance(coder.schema[name], Identifier) else "text"
            raise InvalidParameterError(
                f"Column {name!r} is {what}: it is made up anew and tied to no other, so "
                "nothing can be asked of it. Drop it from the conditions and set it afterwards."
            )


class _Reader:
    """What both ways of writing conditions share: who owns which code."""

    def __init__(self, coder: TableCoder) -> None:
        self.coder = coder
        self.column_of = {name: i for i, name in enumerate(coder.layout.columns)}
        self.parts = {position: (level, normal) for position, level, normal in coder.parts()}
        self.copies = find_copies(coder)
        self.computer = ComputedReader(coder)

    def column_coder(self, name: Hashable) -> ColumnCoder:
        return self.coder.coders[self.coder.positions[name]]

    def lookup(self, name: Hashable) -> Lookup | None:
        return self.coder.lookups.get(self.coder.positions[name])

    def tie(self, name: Hashable) -> TiedColumn | None:
        """How a column is tied, if a remainder is modelled instead of it."""
        tied = self.coder.ties.get(self.coder.positions[name])
        return tied if tied is not None and tied.tie.has_remainder else None

    def roots(self, lookup: Lookup) -> list[Hashable]:
        return [self.coder.coders[root].name for root in lookup.roots]

    def empty(self, n_conditions: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Levels, normals and mask of conditions that give nothing."""
        layout = self.coder.layout
        return (
            np.zeros((n_conditions, layout.n_level_parts), np.int32),
            np.zeros((n_conditions, layout.n_normal_parts), np.float32),
            np.zeros((n_conditions, layout.n_columns), bool),
        )

    def restored(self, name: Hashable, **how: Any) -> Restored:
        level_part, normal_part = self.parts[self.coder.positions[name]]
        assert normal_part is not None
        return Restored(
            self.coder.positions[name], self.column_coder(name), level_part, normal_part, **how
        )


class _MappingReader(_Reader):
    """Reads a mapping of column to what is asked of it."""

    def __init__(self, coder: TableCoder, conditions: Mapping[Hashable, Any]) -> None:
        super().__init__(coder)
        self.conditions = conditions
        self.allowed: dict[Hashable, tuple[Allowed, Hashable]] = {}
        self.computed: list[ComputedSets] = []
        self.restored_ones: list[Restored] = []
        self.totals: list[tuple[Hashable, int]] = []
        self.asked: dict[Hashable, tuple[Any, Hashable]] = {}

    def read(self) -> Conditions:
        self.asked = self._without_copies()
        # One root of a column that is a function of two must be settled before it.
        for name in sorted(self.asked, key=self._has_two_roots):
            wanted, asker = self.asked[name]
            try:
                self._add(name, wanted)
            except InvalidParameterError as error:
                if asker == name:
                    raise
                raise InvalidParameterError(
                    f"Column {asker!r} lies at a fixed distance from {name!r}. {error}"
                ) from error
        levels, normals, mask = self.empty(1)
        sets: list[ColumnSets] = []
        limited = []
        for owner, (codes, _) in self.allowed.items():
            first, blocks = np.zeros(1, np.int64), self.column_coder(owner).blocks
            if blocks is not None:
                own = tuple(each.levels for each in codes.by_option())
                counted = None if codes.shares is None else len(sets)
                limited.append(Limited(self.coder.positions[owner], own, first, counted))
            sets.append(ColumnSets(self.column_of[owner], (codes.in_blocks(blocks),), first))
        return Conditions(
            Codes(levels, normals),
            mask,
            tuple(sets),
            tuple(self.restored_ones),
            True,
            tuple(self.totals),
            tuple(limited),
            self.coder,
            computed=tuple(self.computed),
        )

    def _without_copies(self) -> dict[Hashable, tuple[Any, Hashable]]:
        """What is asked of each column, and by which: of copies it is asked of the others."""
        found: dict[Hashable, tuple[Any, Hashable]] = {}
        for asker, asked in self.conditions.items():
            name, wanted = asker, asked
            while (copy := self.copies.get(name)) and not copy.asks_missing(wanted):
                if name in self.column_of:
                    self._add_codes(name, Allowed.of_levels([0]))  # whatever is not missing
                name, wanted = copy.other, copy.of_other(wanted)
            if name in found:
                names = (found[name][1], asker)
                own = self.column_coder(name), self.coder.schema[name]
                wanted = both_wanted(*own, found[name][0], wanted, names)
            found[name] = wanted, asker
        return found

    def _add(self, name: Hashable, wanted: Any) -> None:
        """Add what is asked of a column, as codes, or as what is computed."""
        if self.tie(name) is not None or self.computer.is_field(name):
            self._add_computed(name, wanted)
            return
        coder = self.column_coder(name)
        codes, bounds = allow(coder, wanted)
        if isinstance(wanted, Between) and coder.coder.has_equal and self.computer.can_read(name):
            # Of the cells that are equal to those of another column some lie within.
            codes = codes.with_level(coder.coder.equal_level)
            self.computed.append(self.computer.read(name, wanted))
        self._add_codes(name, codes, bounds)

    def _add_codes(self, name: Hashable, codes: Allowed, bounds: Bounds | None = None) -> None:
        self._add_total(name, codes.shares)
        owner, names, codes = self._of_owner(name, codes)
        if owner not in self.column_of:
            return  # a constant, which is what was asked for
        if bounds is not None:
            self.restored_ones.append(self.restored(name, bounds=bounds))
        if owner in self.allowed:
            codes = _both(codes, self.allowed[owner][0], (*names, self.allowed[owner][1]))
        self.allowed[owner] = codes, name

    def _add_total(self, name: Hashable, shares: np.ndarray | None) -> None:
        if shares is not None and shares.dtype.kind == "i":
            self.totals.append((name, int(shares.sum())))

    def _add_computed(self, name: Hashable, wanted: Any) -> None:
        computed = self.computer.read(name, wanted)
        self._add_total(name, computed.shares)
        self.computed.append(computed)
        tied = self.tie(name)
        if tied is None:
            return
        reach = Reach(self.coder)
        reach.check(name, computed.sets, wanted)
        (other, *rest) = tied.tie.signs
        if not rest and tied.tie.signs[other] == 1 and self._is_free_number(other):
            between = reach.of_term(name, computed.sets)
            if between is not None:
                self._add_codes(other, *allow(self.column_coder(other), between))

    def _is_free_number(self, name: Hashable) -> bool:
        """Whether a column is modelled as it is, has no blocks, and nothing is asked of it."""
        is_tied = self.coder.positions[name] in self.coder.ties or self.lookup(name) is not None
        coder = self.column_coder(name)
        is_asked = name in self.asked or name in self.allowed
        is_free = name in self.column_of and not is_tied and not is_asked
        return is_free and is_numeric(coder) and coder.blocks is None

    def _has_two_roots(self, name: Hashable) -> bool:
        lookup = self.lookup(name)
        return lookup is not None and len(lookup.roots) > 1

    def _of_owner(
        self, name: Hashable, codes: Allowed
    ) -> tuple[Hashable, tuple[Hashable, ...], Allowed]:
        """Of which column codes are allowed, by which columns, and which.

        A derived column asks something of its root, or of one of two where the other is settled.
        """
        lookup = self.lookup(name)
        if lookup is None:
            return name, (name,), codes
        roots = self.roots(lookup)
        if len(roots) == 1:
            return roots[0], (name,), _of_root(codes, lookup.levels)
        for other, table in ((0, lookup.levels), (1, lookup.levels.T)):
            levels = np.arange(len(table))
            if roots[other] in self.allowed:
                levels = self.allowed[roots[other]][0].levels
            if len(levels) == 1:
                names = roots[other], name
                free = Allowed.of_levels(np.arange(table.shape[1]))
                return (
                    roots[1 - other],
                    names,
                    _both(_of_root(codes, table[levels[0]]), free, names),
                )
        raise_looked_up(name, roots)


def _of_root(codes: Allowed, levels: np.ndarray) -> Allowed:
    """What a derived column may have, as levels of a root, by the level that goes with each."""
    found = [np.flatnonzero(levels == level) for level in codes.levels]
    options = np.repeat(codes.options, [len(each) for each in found])
    return replace(Allowed.of_levels(np.concatenate(found)), options=options, shares=codes.shares)


def _both(first: Allowed, second: Allowed, names: tuple[Hashable, ...]) -> Allowed:
    """What both allow of one column."""
    words = f"{', '.join(map(repr, names[:-1]))} and {names[-1]!r}"
    if first.shares is not None and second.shares is not None:
        raise InvalidParameterError(
            f"Columns {words} depend on each other, so counts or shares can be given for one of "
            "them only."
        )
    if second.shares is not None:
        first, second = second, first
    both = first.take(np.isin(first.levels, second.levels))
    lost = np.zeros(0) if both.shares is None else np.delete(both.shares, np.unique(both.options))
    if not len(both) or lost.any():
        raise InvalidParameterError(
            f"The conditions on columns {words} contradict each other: they depend on each other, "
            f"and no row of the fitted table had {'both' if len(names) == 2 else 'all'}. Drop one "
            "of them."
        )
    return both


class _TableReader(_Reader):
    """Reads a table of partial rows, in which None and NaN mean "not given"."""

    def __init__(self, coder: TableCoder, conditions: pd.DataFrame, *, strict: bool) -> None:
        super().__init__(coder)
        self.conditions, self.strict = fill_from_copies(self.copies, conditions), strict
        self.missing = self._missing_sets()

    def read(self) -> Conditions:
        levels, normals, mask = self.empty(len(self.conditions))
        restored: list[Restored] = []
        tied: list[GivenTied] = []
        own_levels: dict[Hashable, np.ndarray] = {}
        derived: list[tuple[Hashable, Lookup]] = []
        for name in filter(self._has_codes, self.conditions.columns):
            lookup = self.lookup(name)
            if lookup is not None:
                derived.append((name, lookup))
                continue
            is_given = ~np.asarray(self.conditions[name].isna())
            given = self._read_column(name, is_given, restored, tied)
            if name not in self.column_of:
                continue
            level_part, normal_part = self.parts[self.coder.positions[name]]
            mask[:, self.column_of[name]] = is_given
            own_levels[name] = np.full(len(is_given), -1, np.int64)
            own_levels[name][is_given] = given.levels
            if level_part is not None:
                levels[is_given, level_part] = self.column_coder(name).to_part(given.levels)
            if normal_part is not None and given.numbers is not None:
                normals[is_given, normal_part] = given.normals * given.is_continuous
        found = self._sets_of_roots(derived, own_levels)
        limited = self._limited(own_levels, found)
        sets = [self._in_blocks(root, each) for root, each in found.items()]
        return Conditions(
            Codes(levels, normals),
            mask,
            tuple(sets),
            tuple(restored),
            False,
            limited=limited,
            coder=self.coder,
            tied=tuple(tied),
            computed=tuple(filter(None, [*self.missing, *self._field_sets()])),
        )

    def _read_column(
        self,
        name: Hashable,
        is_given: np.ndarray,
        restored: list[Restored],
        tied: list[GivenTied],
    ) -> GivenCells:
        """Encode the given cells of a column, and add how they come back to one of the lists."""
        tie = self.tie(name)
        if tie is not None:
            reader = TiedReader(tie, self.conditions)
            tied.append(GivenTied(self.coder.positions[name], reader.own_cells(), is_given))
            return reader.encode(self.column_coder(name), strict=self.strict)
        given = self._encode(name, self.conditions[name][is_given])
        if given.numbers is not None and name in self.column_of:
            numbers = np.zeros(len(is_given), given.numbers.dtype)
            numbers[is_given] = given.numbers
            restored.append(self.restored(name, numbers=numbers, is_given=is_given))
        return given

    def _missing_sets(self) -> list[ComputedSets | None]:
        """What cells ask that must be missing as a term is; they are emptied."""
        found = []
        for name in self.conditions.columns:
            if self.tie(name) is not None:
                sets, self.conditions = self.computer.read_missing(name, self.conditions)
                found.append(sets)
        return found

    def _has_codes(self, name: Hashable) -> bool:
        return not self.computer.is_field(name)

    def _field_sets(self) -> list[ComputedSets | None]:
        """What is asked of fields of dates."""
        return [
            self.computer.read_field(name, self.conditions, strict=self.strict)
            for name in self.conditions.columns
            if self.computer.is_field(name)
        ]

    def _encode(self, name: Hashable, cells: pd.Series) -> GivenCells:
        return encode_given(self.column_coder(name), cells, strict=self.strict)

    def _in_blocks(self, root: Hashable, sets: ColumnSets) -> ColumnSets:
        """Sets of the levels of a column as sets of those of its level part."""
        blocks = self.column_coder(root).blocks
        return replace(sets, sets=tuple(each.in_blocks(blocks) for each in sets.sets))

    def _limited(
        self, own_levels: dict[Hashable, np.ndarray], found: dict[Hashable, ColumnSets]
    ) -> tuple[Limited, ...]:
        """What is asked of columns with blocks, in their own levels."""
        limited = []
        for name in self.coder.layout.columns:
            if self.column_coder(name).blocks is None or not (name in own_levels or name in found):
                continue
            free = np.full(len(self.conditions), -1, np.int64)
            own, derived = own_levels.get(name, free), found.get(name)
            given, which = np.unique(own, return_inverse=True)
            sets = [given[i : i + 1] for i in range(len(given))]
            if derived is not None:
                which = np.where(own < 0, len(given) + derived.which, which)
                sets += [each.levels for each in derived.sets]
            is_free = (own < 0) if derived is None else (own < 0) & (derived.which < 0)
            position = self.coder.positions[name]
            limited.append(Limited(position, tuple(sets), np.where(is_free, -1, which)))
        return tuple(limited)

    def _given_levels(self, root: Hashable, own_levels: dict[Hashable, np.ndarray]) -> np.ndarray:
        """Levels that rows give of a root, -1 for none; one that never varies is always given."""
        default = 0 if self.column_coder(root).n_levels == 1 else -1
        return own_levels.get(root, np.full(len(self.conditions), default, np.int64))

    def _demands(
        self, name: Hashable, lookup: Lookup, own_levels: dict[Hashable, np.ndarray]
    ) -> list[Demand]:
        """What the cells of a derived column ask of its roots."""
        cells, roots = self.conditions[name], self.roots(lookup)
        is_given = ~np.asarray(cells.isna())
        wanted = np.full(len(cells), -1, np.int64)
        wanted[is_given] = self._encode(name, cells[is_given]).levels
        given = [self._given_levels(root, own_levels) for root in roots]
        is_open = is_given & np.all([levels < 0 for levels in given], axis=0)
        if len(roots) > 1 and is_open.any():
            row = cells.index[int(np.argmax(is_open))]
            raise_looked_up(name, roots, f", which row {row!r} of the conditions does not")
        return demands_of(lookup, roots, wanted, given)

    def _sets_of_roots(
        self, derived: list[tuple[Hashable, Lookup]], own_levels: dict[Hashable, np.ndarray]
    ) -> dict[Hashable, ColumnSets]:
        """What derived columns leave of each of their roots that is not given."""
        asked: dict[Hashable, list[Demand]] = {}
        for name, lookup in derived:
            for demand in self._demands(name, lookup, own_levels):
                asked.setdefault(demand.root, []).append(demand)
        found = {
            root: self._derived_sets(root, demands, own_levels) for root, demands in asked.items()
        }
        return {root: sets for root, sets in found.items() if sets is not None}

    def _derived_sets(
        self, root: Hashable, asked: list[Demand], own_levels: dict[Hashable, np.ndarray]
    ) -> ColumnSets | None:
        """What derived columns leave of `root`, after a check against given cells."""
        wanted = np.stack([demand.keys for demand in asked], axis=1)
        combinations, which = np.unique(wanted, axis=0, return_inverse=True)
        which = which.ravel().astype(np.int64)
        is_allowed: Any = np.all(
            [demand.allows(combinations[:, i]) for i, demand in enumerate(asked)], axis=0
        )
        root_levels = self._given_levels(root, own_levels)
        is_root_given = root_levels >= 0
        is_broken: np.ndarray = is_root_given & ~is_allowed[which, root_levels]
        is_broken |= ~np.take(is_allowed.any(axis=1), which)
        if np.any(is_broken):
            row = self.conditions.index[int(np.argmax(is_broken))]
            names = dict.fromkeys([root, *(name for demand in asked for name in demand.names)])
            raise InvalidParameterError(
                f"Row {row!r} of the conditions contradicts itself in columns "
                f"{', '.join(map(repr, names))}, which depend on each other: no row of the fitted "
                "table had this. Leave one of the cells out."
            )
        which[is_root_given | np.take((combinations < 0).all(axis=1), which)] = -1
        if (which < 0).all():
            return None
        sets = tuple(Allowed.of_levels(np.flatnonzero(each)) for each in is_allowed)
        return ColumnSets(self.column_of[root], sets, which)
