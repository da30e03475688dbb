"""All columns of a table there and back: their coders, lookups and the layout of their parts."""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from tabgan._random import child_seed, uniforms
from tabgan.archive import arrays_below
from tabgan.exceptions import ArchiveError, SchemaError
from tabgan.preprocessing.calendar_evidence import are_evident
from tabgan.preprocessing.calendars import CalendarField, calendar_fields
from tabgan.preprocessing.column import ColumnCoder, fit_column
from tabgan.preprocessing.layout import Codes, Layout
from tabgan.preprocessing.level_blocks import LevelLimits, draw_levels
from tabgan.preprocessing.parts import check_layout, make_layout
from tabgan.preprocessing.relations import Lookup, fit_lookup
from tabgan.preprocessing.state import coders_from_state, coders_to_state
from tabgan.preprocessing.ties import TiedColumn, tied_columns
from tabgan.schema import Categorical, Column, Schema
from tabgan.schema.cells import replace_columns

__all__ = ["Given", "TableCoder"]

#: Most rows that are looked at for what phases of the calendar have to do with other columns.
_EVIDENCE_ROWS = 20_000

Given = dict[int, tuple[np.ndarray, Any]]
"""By position of a tied column: which of its cells are given, and an array that holds them."""


@dataclass(frozen=True)
class TableCoder:
    """Code the columns of a table.

    Parameters
    ----------
    schema : Schema
        A complete one.
    coders : tuple of ColumnCoder
        One for each column, in the order of the schema.
    lookups : dict of int to Lookup
        Those of derived columns, by the column's position.
    layout : Layout
        Of the parts of the other columns.
    ties : dict of int to TiedColumn
        Those of columns that are tied to others, by the column's position; each after those that it
        is tied to. The coder of such a column may be that of a remainder.
    calendars : dict of int to CalendarField
        Columns that are a field of a date, by their position.
    """

    schema: Schema
    coders: tuple[ColumnCoder, ...]
    lookups: dict[int, Lookup]
    layout: Layout
    ties: dict[int, TiedColumn]
    calendars: dict[int, CalendarField]

    @cached_property
    def positions(self) -> dict[Hashable, int]:
        """Position of each column in the table."""
        return {name: position for position, name in enumerate(self.schema)}

    @classmethod
    def fit(cls, frame: pd.DataFrame, schema: Schema, *, coding: str = "clusters") -> "TableCoder":
        """Learn the coder of each column, the lookups and the layout.

        `coding` is that of numbers; see :class:`~tabgan.preprocessing.TableTransformer`.
        """
        roots = {root for column in schema.values() for root in column.roots(schema)}
        ties, calendars = _ties(schema), calendar_fields(schema)

        def fit_one(position: int, coding: str) -> tuple[ColumnCoder, np.ndarray]:
            name, column = columns[position]
            is_computed = column.derived_from is not None or position in calendars
            is_looked_up = name in roots or is_computed
            if position in ties and not is_looked_up:
                coder, counts = ties[position].fit(frame, coding=coding)
            else:
                all_levels = True if is_looked_up else None
                coder, counts = fit_column(
                    frame[name], column, all_levels=all_levels, coding=coding
                )
            return coder if is_computed else coder.with_blocks(counts), counts

        columns = list(schema.items())
        fitted = [fit_one(position, coding) for position in range(len(columns))]
        coder = cls._of_coders(frame, schema, fitted, ties, calendars)
        calendar_free = coder._calendar_free(frame)
        if not calendar_free:
            return coder
        for position in calendar_free:
            fitted[position] = fit_one(position, "valleys")
        return cls._of_coders(frame, schema, fitted, ties, calendars)

    @classmethod
    def _of_coders(
        cls,
        frame: pd.DataFrame,
        schema: Schema,
        fitted: Sequence[tuple[ColumnCoder, np.ndarray]],
        ties: dict[int, TiedColumn],
        calendars: dict[int, CalendarField],
    ) -> "TableCoder":
        """Learn the lookups and the layout, given coders and the rows of each of their levels."""
        coders = [coder for coder, _ in fitted]
        lookups = _fit_lookups(frame, schema, coders)
        modelled = _modelled(coders, {*lookups, *calendars})
        counts = [level_counts for _, level_counts in fitted]
        layout = make_layout([(coders[i], counts[i]) for i in modelled], len(frame))
        return cls(schema, tuple(coders), lookups, layout, ties, calendars)

    def _calendar_free(self, frame: pd.DataFrame) -> list[int]:
        """Return the positions of columns whose phases have nothing to do with the calendar."""
        columns = self.layout.columns
        phases = {
            position: coder.phases
            for position, coder in enumerate(self.coders)
            if coder.phases is not None and coder.name in columns
        }
        if not phases:
            return []
        rows = np.unique(np.linspace(0, len(frame) - 1, _EVIDENCE_ROWS).astype(np.int64))
        codes = self.encode(frame.iloc[rows], None)
        return [
            position
            for position, own in phases.items()
            if not are_evident(own, columns.index(self.coders[position].name), codes, self.layout)
        ]

    def encode(self, frame: pd.DataFrame, generator: np.random.Generator | None) -> Codes:
        """Return the codes of a table that has the columns of the schema."""
        levels = np.zeros((len(frame), self.layout.n_level_parts), np.int32, order="F")
        normals = np.zeros((len(frame), self.layout.n_normal_parts), np.float32, order="F")
        used: dict[int, np.ndarray] = {}
        for position, level_part, normal_part in self.parts():
            coder = self.coders[position]
            if position in self.ties:
                tied = self.ties[position]
                used[position], column_normals = tied.encode(frame, coder, generator)
            else:
                used[position], column_normals = coder.encode(frame[coder.name], generator)
            if level_part is not None:
                levels[:, level_part] = coder.to_part(used[position])
            if normal_part is not None:
                normals[:, normal_part] = column_normals
        for lookup in self.lookups.values():
            names = [self.coders[root].name for root in lookup.roots]
            lookup.check(frame[lookup.coder.name], [used[root] for root in lookup.roots], names)
        for calendar in self.calendars.values():
            calendar.check(frame)
        return Codes(np.ascontiguousarray(levels), np.ascontiguousarray(normals))

    def follow(self, frame: pd.DataFrame, changed: Mapping[Hashable, np.ndarray]) -> pd.DataFrame:
        """Return a table in which derived columns are what their roots say, in some rows.

        `changed` tells which cells of columns had protected levels, which were replaced.
        """
        series = {}
        for lookup in self.lookups.values():
            name, roots = lookup.coder.name, [self.coders[root] for root in lookup.roots]
            names = [name, *(root.name for root in roots)]
            cells = [changed[each] for each in names if each in changed]
            if cells:
                rows = np.flatnonzero(np.any(cells, axis=0))
                levels = [root.encode(frame[root.name].iloc[rows])[0] for root in roots]
                series[frame.columns.get_loc(name)] = lookup.put_into(frame[name], levels, rows)
        return replace_columns(frame, series)

    def decode(
        self,
        codes: Codes,
        *,
        first_row: int,
        key: int,
        limits: Mapping[int, LevelLimits] | None = None,
    ) -> pd.DataFrame:
        """Return the table of codes.

        Identifiers, and the levels that rows have within blocks, follow from the number of the row
        and the key. `limits` say which levels a column may have, by its position in the table.
        """
        rows = np.arange(first_row, first_row + len(codes))
        columns, used = self._decode_parts(codes, rows, key, limits, range(len(self.coders)))
        self._complete(columns, used, {})
        frame = pd.DataFrame(columns, index=pd.RangeIndex(len(codes)), copy=False)
        frame.columns = pd.Index(list(self.schema), tupleize_cols=False)
        return frame

    def computed_columns(
        self,
        codes: Codes,
        positions: Collection[int],
        restore: Callable[[dict[int, pd.Series]], dict[int, pd.Series]],
        given: Given,
    ) -> dict[int, pd.Series]:
        """Return some columns without blocks, and those that they are computed from, by position.

        What is decoded goes through `restore` before ties and fields of dates are computed. Where
        cells of a tied column are given, these are kept.
        """
        needed = self.needed(positions)
        rows = np.arange(len(codes))
        columns, used = self._decode_parts(codes, rows, 0, None, needed)
        columns = restore(columns)
        self._complete(columns, used, given)
        return columns

    def needed(self, positions: Collection[int]) -> set[int]:
        """Return the positions of some columns, and of all that they are computed from."""
        found: set[int] = set()
        waiting = set(positions)
        while waiting:
            position = waiting.pop()
            found.add(position)
            if position in self.ties:
                waiting |= {self.positions[name] for name in self.ties[position].tie.signs}
            if position in self.lookups:
                waiting.update(self.lookups[position].roots)
            if position in self.calendars:
                waiting.add(self.calendars[position].root)
            waiting -= found
        return found

    def _decode_parts(
        self,
        codes: Codes,
        rows: np.ndarray,
        key: int,
        limits: Mapping[int, LevelLimits] | None,
        needed: Collection[int],
    ) -> tuple[dict[int, pd.Series], dict[int, np.ndarray]]:
        """Return what is modelled or looked up of the needed columns, in order, and their levels.

        In the place of fields of dates, which are computed in the end, stands anything.
        """
        arrays: dict[int, Any] = {}
        used: dict[int, np.ndarray] = {}
        for position, level_part, normal_part in self.parts():
            if position not in needed:
                continue
            coder = self.coders[position]
            levels = None if level_part is None else codes.levels[:, level_part]
            normals = None if normal_part is None else codes.normals[:, normal_part]
            if coder.blocks is not None and levels is not None:
                deviates = uniforms(rows, child_seed(key, "levels", position))
                limit = None if limits is None else limits.get(position)
                levels = draw_levels(coder.blocks, levels, deviates, limit)
            used[position] = np.zeros(len(codes), np.int32) if levels is None else levels
            arrays[position] = coder.decode(levels, normals, rows=rows, key=key)
        for position, lookup in self.lookups.items():
            if position in needed:
                arrays[position] = lookup.decode([used[root] for root in lookup.roots], rows)
        arrays |= {position: rows for position in self.calendars if position in needed}
        # A Series states its dtype; pandas would look into a bare object array, and find text.
        columns = {
            position: pd.Series(array, dtype=array.dtype, copy=False)
            for position, array in sorted(arrays.items())
        }
        return columns, used

    def recomplete(self, frame: pd.DataFrame, codes: Codes, given: Given) -> pd.DataFrame:
        """Return a decoded table in which tied columns follow the others, which were changed.

        Where cells of a tied column are given, these are kept.
        """
        columns = {position: frame.iloc[:, position] for position in range(frame.shape[1])}
        used: dict[int, np.ndarray] = {}
        rows = np.arange(len(codes))
        for position, level_part, normal_part in self.parts():
            if position not in self.ties:
                continue
            levels = None if level_part is None else codes.levels[:, level_part]
            used[position] = np.zeros(len(codes), np.int32) if levels is None else levels
            if self.ties[position].tie.has_remainder:
                normals = None if normal_part is None else codes.normals[:, normal_part]
                rest = self.coders[position].decode(levels, normals, rows=rows)
                columns[position] = pd.Series(rest, copy=False)
        self._complete(columns, used, given)
        completed = pd.DataFrame(columns, index=frame.index, copy=False)
        return completed.set_axis(frame.columns, axis=1)

    def _complete(
        self, columns: dict[int, pd.Series], used: dict[int, np.ndarray], given: Given
    ) -> None:
        """Put tied columns in the place of what is modelled of them, and fields beside dates."""
        self._complete_ties(columns, used, given)
        for position, calendar in self.calendars.items():
            if position not in columns:
                continue
            array = calendar.decode(columns[calendar.root])
            columns[position] = pd.Series(array, dtype=array.dtype, copy=False)

    def _complete_ties(
        self, columns: dict[int, pd.Series], used: dict[int, np.ndarray], given: Given
    ) -> None:
        if not self.ties:
            return
        names = list(self.schema)
        by_name = {names[position]: column for position, column in columns.items()}
        for position, tied in self.ties.items():
            if position not in columns:
                continue
            array = tied.complete(
                self.coders[position], used[position], columns[position].array, by_name
            )
            if position in given:
                is_given, cells = given[position]
                array = array.copy()  # that of some dtypes cannot be written to
                array[is_given] = cells[is_given]
            columns[position] = pd.Series(array, dtype=array.dtype, copy=False)
            by_name[tied.tie.name] = columns[position]

    def parts(self) -> Iterator[tuple[int, int | None, int | None]]:
        """Yield position, level part and normal part of each column that is not looked up."""
        level_part = normal_part = 0
        for position, coder in enumerate(self.coders):
            if position in self.lookups or position in self.calendars:
                continue
            has_levels, has_normal = coder.n_levels > 1, coder.has_normal
            yield (
                position,
                level_part if has_levels else None,
                normal_part if has_normal else None,
            )
            level_part, normal_part = level_part + has_levels, normal_part + has_normal

    def to_state(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return JSON-able values and arrays; the inverse of :meth:`from_state`."""
        coders, coder_arrays = coders_to_state(self.coders)
        layout, layout_arrays = self.layout.to_state()
        state = {
            "schema": self.schema.to_dict(),
            "coders": coders,
            "lookups": [[position, *lookup.roots] for position, lookup in self.lookups.items()],
            "layout": layout,
        }
        arrays = {f"coders.{name}": array for name, array in coder_arrays.items()}
        arrays |= {f"layout.{name}": array for name, array in layout_arrays.items()}
        arrays |= {f"lookups.{i}": lookup.levels for i, lookup in self.lookups.items()}
        arrays |= {
            f"lookups.{i}.known": lookup.is_known.astype(np.uint8)
            for i, lookup in self.lookups.items()
            if len(lookup.roots) > 1
        }
        return state, arrays

    @classmethod
    def from_state(cls, state: dict[str, Any], arrays: dict[str, np.ndarray]) -> "TableCoder":
        """Return the coder of a state; ArchiveError if it describes none."""
        try:
            return cls._from_state(state, arrays)
        except (
            KeyError,
            IndexError,
            TypeError,
            ValueError,
            AttributeError,
            OverflowError,
        ) as error:
            if isinstance(error, ArchiveError):
                raise
            raise ArchiveError(
                f"The archive describes no table transformer ({type(error).__name__}: {error}); it "
                "is damaged, or no archive of tabgan. Save the model anew."
            ) from error

    @classmethod
    def _from_state(cls, state: dict[str, Any], arrays: dict[str, np.ndarray]) -> "TableCoder":
        schema = Schema.from_dict(state["schema"])
        coders = coders_from_state(state["coders"], arrays_below("coders.", arrays), schema)
        lookups = {
            int(position): _lookup_from_state(position, roots, coders, arrays)
            for position, *roots in state["lookups"]
        }
        ties, calendars = _ties(schema), calendar_fields(schema)
        layout = Layout.from_state(state["layout"], arrays_below("layout.", arrays))
        check_layout(layout, [coders[i] for i in _modelled(coders, {*lookups, *calendars})])
        for lookup in lookups.values():
            if lookups.keys() & {*lookup.roots}:
                raise SchemaError("a derived column is derived from a derived column")
            lookup.check_sizes(tuple(coders[root].n_levels for root in lookup.roots))
        for position, tied in ties.items():
            tied.check_coder(coders[position])
        return cls(schema, tuple(coders), lookups, layout, ties, calendars)


def _ties(schema: Schema) -> dict[int, TiedColumn]:
    """Return the tied columns by position, each after those that it is tied to."""
    positions = {name: position for position, name in enumerate(schema)}
    return {positions[tied.tie.name]: tied for tied in tied_columns(schema)}


def _fit_lookups(
    frame: pd.DataFrame, schema: Schema, coders: list[ColumnCoder]
) -> dict[int, Lookup]:
    """Return the lookup of each derived column, by the column's position."""
    positions = {name: position for position, name in enumerate(schema)}
    lookups: dict[int, Lookup] = {}
    levels: dict[int, np.ndarray] = {}
    for name, column in schema.items():
        roots = tuple(positions[root] for root in column.roots(schema))
        if not roots:
            continue
        for root in roots:
            if root not in levels:
                levels[root] = coders[root].encode(frame[coders[root].name])[0]
        lookups[positions[name]] = fit_lookup(
            frame[name],
            coders[positions[name]],
            roots,
            [levels[root] for root in roots],
            tuple(coders[root].n_levels for root in roots),
            min_pair_count=max(_least_count(coders[i].column) for i in (positions[name], *roots)),
        )
    return lookups


def _least_count(column: Column) -> int:
    """Return how many rows a level has that is not protected."""
    least = column.min_level_count if isinstance(column, Categorical) else None
    return least or 1


def _lookup_from_state(
    position: int, roots: list[int], coders: list[ColumnCoder], arrays: dict[str, np.ndarray]
) -> Lookup:
    """Return a lookup from its place in the state, and its arrays."""
    levels = arrays[f"lookups.{position}"]
    is_known = np.ones(levels.shape, bool)
    if len(roots) > 1:
        is_known = arrays[f"lookups.{position}.known"].astype(bool)
    return Lookup(coders[position], tuple(map(int, roots)), levels, is_known)


def _modelled(coders: list[ColumnCoder], computed: Collection[int]) -> list[int]:
    """Return the positions of the columns that have parts, given those that are computed."""
    return [i for i, coder in enumerate(coders) if i not in computed and coder.is_modelled]
