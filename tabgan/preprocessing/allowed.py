"""What a condition leaves one column: the codes that it may have.

A column that is one of a set of values, or lies in an interval, may have certain levels, and where
its level is "continuous" or a cluster, certain ranges of normal scores. One such pair is an *atom*.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing.column import ColumnCoder, read_cells
from tabgan.preprocessing.given_cells import (
    UNREADABLE,
    as_objects,
    encode_given,
    in_spans,
    in_zone,
    is_numeric,
    numeric_coder,
    raise_beyond,
    raise_unknown,
    read_date,
    refuse_other_kinds,
    written,
)
from tabgan.preprocessing.level_blocks import LevelBlocks
from tabgan.preprocessing.text import TextCoder
from tabgan.preprocessing.wanted import MISSING, Between, Missing
from tabgan.schema import Categorical, Datetime, Duration
from tabgan.schema.text_forms import parse_texts

__all__ = ["Allowed", "Bounds", "allow", "as_values", "check_shares"]

_ENDS = ("low", "high", "scores")
#: Most rows that counts may sum to.
_MOST_ROWS = 2**62
#: Share of the range that stands for a single number of a column without a grid.
_NARROW = 1e-3


@dataclass(frozen=True)
class Allowed:
    """Codes that a column may have.

    Parameters
    ----------
    levels : ndarray of shape (n_atoms,), int64
        Level of each atom; 0 for a column without a level part.
    low, high : ndarray of shape (n_atoms,), float64
        Range of its normal score; infinite where the level has none.
    scores : ndarray of shape (n_atoms,), float64
        The normal score of a single number, 0 where the level has none, NaN for an interval.
    options : ndarray of shape (n_atoms,), int64
        Which of the values that were asked for it stands for.
    shares : ndarray of shape (n_options,), or None
        How many rows are to have each: int64 counts, or float64 shares with sum 1. None: as the
        model has it.
    weights : ndarray of shape (n_atoms,), or None
        Share that each atom has of the rows of its level. None: all of them.
    """

    levels: np.ndarray
    low: np.ndarray
    high: np.ndarray
    scores: np.ndarray
    options: np.ndarray
    shares: np.ndarray | None = None
    weights: np.ndarray | None = None

    @classmethod
    def of_levels(cls, levels: Any) -> "Allowed":
        """Levels without a normal score, all of one option."""
        levels = np.asarray(levels, np.int64)
        ends, zeros = np.full(len(levels), np.inf), np.zeros(len(levels))
        return cls(levels, -ends, ends, zeros, zeros.astype(np.int64))

    @classmethod
    def of_score(cls, level: int, score: float) -> "Allowed":
        """The single number that has a normal score."""
        return replace(cls.of_levels([level]), **dict.fromkeys(_ENDS, np.array([score])))

    def __len__(self) -> int:
        return len(self.levels)

    @property
    def is_single(self) -> bool:
        """Whether there is one code only."""
        return len(self) == 1 and not np.isnan(self.scores[0])

    def take(self, atoms: Any) -> "Allowed":
        """Some of the atoms: an index array or a mask."""
        names = ["levels", *_ENDS, "options"] + ["weights"] * (self.weights is not None)
        return replace(self, **{name: getattr(self, name)[atoms] for name in names})

    def with_level(self, level: int) -> "Allowed":
        """These and one more level, without a normal score, of no counted value."""
        other = Allowed.of_levels([level])
        names = ["levels", *_ENDS, "options"]
        joined = {name: np.append(getattr(self, name), getattr(other, name)) for name in names}
        return replace(self, **joined)

    def by_option(self) -> "list[Allowed]":
        """Itself, or where values are counted, what stands for each of them."""
        if self.shares is None:
            return [self]
        return [self.take(self.options == option) for option in range(len(self.shares))]

    def in_blocks(self, blocks: LevelBlocks | None) -> "Allowed":
        """The same in levels of the level part: of each value that is counted, its blocks."""
        if blocks is None:
            return self
        options = np.zeros_like(self.options) if self.shares is None else self.options
        keys = options * blocks.n_blocks + blocks.block_of[self.levels]
        distinct, which = np.unique(keys, return_inverse=True)
        options, levels = np.divmod(distinct, blocks.n_blocks)
        weights = np.bincount(which, blocks.shares[self.levels])
        joined = Allowed.of_levels(levels)
        return replace(joined, options=options, shares=self.shares, weights=weights)


@dataclass(frozen=True)
class Bounds:
    """Numbers that decoded cells of a column are moved to, if rounding has led beside them.

    Parameters
    ----------
    low, high : number
        Ends of an interval.
    values : ndarray or None
        If not None, the nearest of these is taken instead.
    """

    low: Any
    high: Any
    values: np.ndarray | None = None

    def restore(self, numbers: np.ndarray) -> np.ndarray:
        """The numbers that are asked for and nearest to these."""
        if self.values is None:
            if numbers.dtype.kind == "f":
                return np.clip(numbers, self.low, self.high)
            return np.clip(numbers, math.ceil(self.low), math.floor(self.high))
        right = np.searchsorted(self.values, numbers).clip(0, len(self.values) - 1)
        left = np.maximum(right - 1, 0)
        is_left = np.abs(numbers - self.values[left]) < np.abs(self.values[right] - numbers)
        return self.values[np.where(is_left, left, right)]


def allow(coder: ColumnCoder, wanted: Any) -> tuple[Allowed, Bounds | None]:
    """What `wanted` leaves a column.

    Parameters
    ----------
    coder : ColumnCoder
    wanted : value, set or list of values, Between, mapping of value to count or share, or MISSING

    Returns
    -------
    allowed : Allowed
    bounds : Bounds or None
        For columns with a normal part.

    Raises
    ------
    InvalidParameterError
        If the column can have no such value.
    """
    if isinstance(wanted, Between):
        return _allow_interval(coder, wanted)
    if isinstance(wanted, Mapping):
        shares = check_shares(coder, wanted)
        allowed, bounds = _allow_values(coder, list(wanted))
        return replace(allowed, shares=shares), bounds
    values = as_values(coder, wanted)
    return _allow_values(coder, values)


def as_values(coder: ColumnCoder, wanted: Any) -> list[Any]:
    """The values of a set, or the one that is given."""
    is_level = isinstance(wanted, tuple) and wanted in set(
        getattr(coder.column, "levels", ()) or ()
    )
    if isinstance(wanted, str | bytes | Missing) or is_level or not isinstance(wanted, Iterable):
        return [wanted]
    if isinstance(wanted, pd.DataFrame):
        raise InvalidParameterError(
            f"The condition on column {coder.name!r} is a table; give a value, a set of values, "
            "tabgan.Between(low, high), or {value: share}."
        )
    try:
        values = list(dict.fromkeys(wanted))
    except TypeError as error:
        raise InvalidParameterError(
            f"The condition on column {coder.name!r} holds a value that has no hash ({error}); a "
            "value is one thing such as a text or a number."
        ) from error
    values = sorted(values, key=repr) if isinstance(wanted, set | frozenset) else values
    if not values:
        raise InvalidParameterError(
            f"The condition on column {coder.name!r} is an empty set, which no row can meet; name "
            "at least one value, or leave the column out."
        )
    return values


def _allow_values(coder: ColumnCoder, values: list[Any]) -> tuple[Allowed, Bounds | None]:
    cells = pd.Series(as_objects(values), dtype=object, name=coder.name)
    if any(value is not MISSING and _is_missing(value) for value in values):
        raise InvalidParameterError(
            f"The condition on column {coder.name!r} holds a missing value; ask for missing cells "
            "with tabgan.MISSING, or leave the column out if anything is allowed."
        )
    given = encode_given(coder, cells)
    low = np.where(given.is_continuous, given.normals, -np.inf).astype(np.float64)
    high = np.where(given.is_continuous, given.normals, np.inf).astype(np.float64)
    scores = np.where(given.is_continuous, given.normals, 0.0).astype(np.float64)
    allowed = Allowed(given.levels.astype(np.int64), low, high, scores, np.arange(len(values)))
    if given.numbers is None:
        return allowed, None
    numeric = numeric_coder(coder)
    for atom in np.flatnonzero(given.is_continuous):
        cluster = int(given.levels[atom]) - coder.coder.first_cluster
        value_map = numeric.value_maps[cluster]
        place = float(numeric.clusters.places(given.numbers[[atom]], cluster)[0])
        half = (numeric.grid or _NARROW * (value_map.values[-1] - value_map.values[0])) / 2
        ends = value_map.score_range(place - half, place + half)
        if ends[0] < ends[1]:
            low[atom], high[atom] = ends
    continuous = np.unique(given.numbers[given.is_continuous])
    bounds = Bounds(None, None, continuous) if len(continuous) else None
    return allowed, bounds


def _is_missing(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def check_shares(coder: ColumnCoder, wanted: Mapping) -> np.ndarray:
    """Counts as int64, or shares with sum 1 as float64."""
    numbers = list(wanted.values())
    are_numbers = all(
        isinstance(n, int | float | np.integer | np.floating) and not isinstance(n, bool)
        for n in numbers
    )
    are_counts = are_numbers and all(isinstance(n, int | np.integer) for n in numbers)
    are_shares = are_numbers and all(isinstance(n, float | np.floating) for n in numbers)
    if not (numbers and (are_counts or are_shares)) or not all(n >= 0 for n in numbers):
        raise InvalidParameterError(
            f"The condition on column {coder.name!r} must give either a count (an int) or a share "
            f"(a float) of at least 0 for each value. Got {dict(wanted)!r} instead."
        )
    if are_counts:
        if sum(numbers) > _MOST_ROWS:
            raise InvalidParameterError(
                f"The counts of column {coder.name!r} sum to {sum(numbers):,}, more rows than a "
                "sample can have; lower them, or give shares as floats."
            )
        return np.array(numbers, np.int64)
    shares = np.array(numbers, np.float64)
    if not abs(shares.sum() - 1) < 1e-6:
        raise InvalidParameterError(
            f"The shares of column {coder.name!r} sum to {shares.sum():.6g}; they must sum to 1. "
            "For counts give ints."
        )
    return shares / shares.sum()


def _allow_interval(coder: ColumnCoder, between: Between) -> tuple[Allowed, Bounds | None]:
    if not is_numeric(coder):
        return _allow_ordered_levels(coder, between), None
    numeric = numeric_coder(coder)
    low = -np.inf if between.low is None else _end(coder, between.low, is_low=True)
    high = np.inf if between.high is None else _end(coder, between.high, is_low=False)
    if low > high:
        grid = f" Its values are multiples of {numeric.grid:g}." if numeric.grid else ""
        raise InvalidParameterError(f"No value of column {coder.name!r} lies in {between!r}.{grid}")
    known_low, known_high = numeric.known_range
    if high < known_low or low > known_high:
        raise_beyond(coder, between)
    allowed = Allowed.of_levels(
        np.flatnonzero((numeric.level_values >= low) & (numeric.level_values <= high))
    )
    if not numeric.value_maps:
        if not len(allowed):
            raise_unknown(coder, between, written(coder.coder.inner, numeric.level_values).tolist())
        return allowed, None
    ends = np.array([numeric.score_range(low, high, k) for k in range(numeric.n_clusters)])
    clusters = np.flatnonzero(ends[:, 0] < ends[:, 1])
    if not len(allowed) and not numeric.has_places(low, high):
        raise InvalidParameterError(
            f"No value of column {coder.name!r} lies in {between!r}: the column has a gap there, "
            "such as a night or a weekend. Ask for a wider interval."
        )
    if not len(clusters) and not len(allowed):
        # Between two neighbouring knots or clusters: what is nearest, moved into the interval.
        clusters = numeric.clusters.clusters_of(
            np.array([(max(low, known_low) + min(high, known_high)) / 2])
        )
    allowed = Allowed(
        np.append(allowed.levels, coder.coder.first_cluster + clusters),
        np.append(allowed.low, ends[clusters].min(axis=1)),
        np.append(allowed.high, ends[clusters].max(axis=1)),
        np.append(allowed.scores, np.full(len(clusters), np.nan)),
        np.zeros(len(allowed) + len(clusters), np.int64),
    )
    return allowed, Bounds(max(low, known_low), min(high, known_high))


def _end(coder: ColumnCoder, end: Any, *, is_low: bool) -> float:
    """One end of an interval as a number of the column's coder, moved inwards onto its grid."""
    inner, numeric = coder.coder.inner, numeric_coder(coder)
    try:
        refuse_other_kinds(end)
        if isinstance(coder.column, Datetime | Duration):
            number = _date_end(coder, end, is_low=is_low)
        elif isinstance(inner, TextCoder):
            is_text = isinstance(end, str)
            written_end = np.array([end], dtype=object)
            number = float(parse_texts(written_end, inner.form)[0] if is_text else end)
        else:
            number = float(read_cells(pd.Series([end]), np.zeros(1, bool), coder.column)[0])
    except (*UNREADABLE, IndexError) as error:
        raise InvalidParameterError(
            f"The end {end!r} of the interval for column {coder.name!r}, of kind "
            f"{coder.column.kind}, cannot be read ({error.__cause__ or error})."
        ) from error
    if not numeric.grid:
        return number
    rounded = (
        np.ceil(number / numeric.grid - 1e-9) if is_low else np.floor(number / numeric.grid + 1e-9)
    )
    return float(rounded * numeric.grid)


def _date_end(coder: ColumnCoder, end: Any, *, is_low: bool) -> float:
    inner = coder.coder.inner
    if isinstance(inner, TextCoder):
        instant, inner = read_date(end, inner.form), inner.inner
    else:
        ends = pd.Series([end], dtype=object)
        ends = in_spans(ends) if inner.is_span else in_zone(ends, coder.column)
        instant = read_cells(ends, np.zeros(1, bool), coder.column)[0]
    ticks = instant.astype(inner.dtype)
    is_cut = is_low and ticks < instant  # a date in the middle of a tick
    return float(ticks.astype(np.int64) - inner.epoch + is_cut)


def _allow_ordered_levels(coder: ColumnCoder, between: Between) -> Allowed:
    inner = coder.coder.inner
    if not (isinstance(coder.column, Categorical) and inner.is_ordered):
        raise InvalidParameterError(
            f"Column {coder.name!r} is {coder.column.kind} and has no order, so no value lies in "
            f"{between!r}; name the values that are allowed, as in [first, second]."
        )
    known = inner.level_values.tolist()
    ends = [0, len(known) - 1]
    for side, end in enumerate((between.low, between.high)):
        if end is not None:
            if end not in known:
                raise_unknown(coder, end, known)
            ends[side] = known.index(end)
    if ends[0] > ends[1]:
        raise InvalidParameterError(f"No value of column {coder.name!r} lies in {between!r}.")
    return Allowed.of_levels(np.arange(ends[0], ends[1] + 1))
