"""What a column can be: one frozen dataclass for each kind."""

import dataclasses
from collections.abc import Container, Hashable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from tabgan.exceptions import SchemaError
from tabgan.schema.identifiers import read_form
from tabgan.schema.patterns import read_patterns
from tabgan.schema.texts import TEXT_FORMS, TextForm

__all__ = [
    "CALENDAR_FIELDS",
    "KINDS",
    "SILENT_KINDS",
    "Boolean",
    "Categorical",
    "Column",
    "Constant",
    "Continuous",
    "Datetime",
    "Dropped",
    "Duration",
    "Identifier",
    "Integer",
    "Quantity",
    "Resolution",
    "Text",
]

Resolution = Literal["Y", "Q", "M", "W", "D", "h", "min", "s", "ms", "us", "ns"]
CALENDAR_FIELDS = (
    "year",
    "quarter",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "weekday",
    "isoweekday",
    "isoweek",
    "dayofyear",
)
"""Fields of a date, as pandas names them; "isoweek" and "isoweekday" count from 1, as ISO 8601."""

_RELATION_FIELDS = (
    "derived_from",
    "calendar_of",
    "calendar_field",
    "same_as",
    "plus",
    "minus",
    "at_least",
)
_MARKERS = ("nan", "none", "nat", "na")
_CLOCK = ("D", "h", "min", "s", "ms", "us", "ns")
_CALENDAR = ("Y", "Q", "M", "W")


@dataclass(frozen=True, kw_only=True)
class Column:
    """What all kinds share. A field that is None is learned from the table.

    Parameters
    ----------
    dtype : str, optional
        The pandas dtype as text, such as ``"int64"``, ``"str"`` or ``"category[str]"``: what
        generated tables have. For objects that are modelled as what they are, their type stands
        behind: ``"object[date]"``, ``"object[time]"``, ``"object[decimal]"``.
    missing : bool, optional
        Whether cells can be missing.
    missing_marker : {"nan", "none", "nat", "na"}, optional
        What a missing cell holds: NaN, None, NaT or ``pandas.NA``. A column of objects that mixes
        several gets the most frequent.
    text_form : str, optional
        How numbers or dates are written in a text column, such as ``"#,##0"`` or
        ``"DD/MM/YYYY"``; None for other columns.
    derived_from : hashable, or list or tuple of two, optional
        Name of the column, or of the two columns, of which this one is a function: it is looked up,
        not modelled. A tuple that is itself the name of a column stands for that column. None: not
        derived.
    """

    kind: ClassVar[str] = ""

    dtype: str | None = None
    missing: bool | None = None
    missing_marker: Literal["nan", "none", "nat", "na"] | None = None
    text_form: str | None = None
    derived_from: Hashable | None = None

    def __post_init__(self) -> None:
        if self.missing_marker is not None and self.missing_marker not in _MARKERS:
            raise SchemaError(
                f"missing_marker={self.missing_marker!r} is none of {', '.join(_MARKERS)}."
            )
        if isinstance(self.derived_from, list | tuple):
            object.__setattr__(self, "derived_from", tuple(self.derived_from))
            if not self.derived_from or any(isinstance(name, list) for name in self.derived_from):
                raise SchemaError(
                    f"derived_from={self.derived_from!r} must be the name of a column or a list of "
                    "two names."
                )
        low, high = getattr(self, "low", None), getattr(self, "high", None)
        if low is not None and high is not None and not low <= high:
            raise SchemaError(f"low={low!r} lies above high={high!r}; swap or drop one of them.")

    @property
    def computed_from(self) -> Hashable | None:
        """Name of the date that the column is a field of; None if it is none."""
        return None

    def roots(self, names: Container[Hashable]) -> tuple[Hashable, ...]:
        """Return the names of the columns that the column is looked up from; none if it is not.

        Parameters
        ----------
        names : container of hashable
            Names of all columns, such as a :class:`Schema`.

        Examples
        --------
        >>> column = Categorical(derived_from=["product", "region"])
        >>> column.roots(["product", "region"]), column.roots([("product", "region")])
        (('product', 'region'), (('product', 'region'),))
        """
        if self.derived_from is None:
            return ()
        is_several = isinstance(self.derived_from, tuple) and self.derived_from not in names
        return self.derived_from if is_several else (self.derived_from,)  # type: ignore[return-value]

    @property
    def relation(self) -> dict[str, Any]:
        """Fields that say how the column follows from others, as far as they are set."""
        fields = {name: getattr(self, name, None) for name in _RELATION_FIELDS}
        return {name: value for name, value in fields.items() if value is not None}

    def terms(self, names: Container[Hashable]) -> tuple[Hashable, ...]:
        """Return the names of the columns from which it follows; `names` are those of all."""
        relation = self.relation
        single = ("calendar_of", "same_as", "at_least")
        terms = [relation[field] for field in single if field in relation]
        sums = (*relation.get("plus", ()), *relation.get("minus", ()))
        return (*self.roots(names), *terms, *sums)

    def replace(self, **changes: Any) -> "Column":
        """Return a copy with some fields changed."""
        return dataclasses.replace(self, **changes)

    def without_relation(self) -> "Column":
        """Return a copy that follows from no other column."""
        return self.replace(**dict.fromkeys(self.relation))


@dataclass(frozen=True, kw_only=True)
class Quantity(Column):
    """What numbers and dates share: ties to other columns of that kind. At most one is given.

    Parameters
    ----------
    same_as : hashable, optional
        Name of a column whose cell this one often holds too. Such cells are modelled as "equal";
        nothing is promised of the others.
    plus, minus : tuple of hashable, optional
        Names of columns. The column is the sum of `plus`, less the sum of `minus`, and a remainder,
        which is modelled in its stead. A date has one date as `plus` and no `minus`.
    at_least : hashable, optional
        Name of a column below which this one never lies: the difference is modelled in its stead.
    """

    same_as: Hashable | None = None
    plus: tuple[Hashable, ...] | None = None
    minus: tuple[Hashable, ...] | None = None
    at_least: Hashable | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for field in ("plus", "minus"):
            names = getattr(self, field)
            if names is not None:
                names = tuple(names) if isinstance(names, list | tuple) else (names,)
                object.__setattr__(self, field, names or None)
        is_sum = self.plus is not None or self.minus is not None
        ties = [self.derived_from is not None, self.same_as is not None, is_sum]
        if sum([*ties, self.at_least is not None]) > 1:
            raise SchemaError(
                "A column has one of derived_from, same_as, plus and minus, or at_least; leave the "
                "others out."
            )


@dataclass(frozen=True, kw_only=True)
class Continuous(Quantity):
    """A real number; see :class:`Quantity` for its ties to others.

    Parameters
    ----------
    low, high : float, optional
        Bounds that no value passes. A learned bound is only ever a natural one: 0 for a column
        without negative (positive) values, or an extreme that many rows share; a bound that one
        row alone reaches is not kept.
    decimals : int, optional
        Digits after the decimal point; negative for multiples of 10, 100, ...; None once learned
        means that the values lie on no decimal grid.
    """

    kind: ClassVar[str] = "continuous"

    low: float | None = None
    high: float | None = None
    decimals: int | None = None


@dataclass(frozen=True, kw_only=True)
class Integer(Quantity):
    """A whole number, whatever its dtype; see :class:`Quantity` for its ties to others.

    Parameters
    ----------
    low, high : int, optional
        Bounds, as in :class:`Continuous`.
    step : int, optional
        Every value is a multiple of it: 1000 for salaries in round thousands.
    calendar_of : hashable, optional
        Name of a date of which the column is a field: it is computed, not modelled.
    calendar_field : str, optional
        Which: "year", "quarter", "month", "day", "hour", "minute", "second", "weekday" (Monday is
        0), "isoweekday" (1), "isoweek" or "dayofyear".
    """

    kind: ClassVar[str] = "integer"

    low: int | None = None
    high: int | None = None
    step: int | None = None
    calendar_of: Hashable | None = None
    calendar_field: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.calendar_of is None) != (self.calendar_field is None):
            raise SchemaError("calendar_of and calendar_field go together; give both or neither.")
        if self.calendar_field not in (None, *CALENDAR_FIELDS):
            raise SchemaError(
                f"calendar_field={self.calendar_field!r} is none of {', '.join(CALENDAR_FIELDS)}."
            )
        if self.step is not None and self.step < 1:
            raise SchemaError(f"step={self.step!r} must be a whole number of at least 1.")

    @property
    def computed_from(self) -> Hashable | None:
        return self.calendar_of


@dataclass(frozen=True, kw_only=True)
class Boolean(Column):
    """True or False, also written 1 or 0."""

    kind: ClassVar[str] = "boolean"


@dataclass(frozen=True, kw_only=True)
class Categorical(Column):
    """One of a list of values of any hashable type.

    Parameters
    ----------
    levels : tuple of hashable, optional
        The values, in the order of the dtype's categories where it has them, else sorted.
    ordered : bool, optional
        Whether the levels have an order that matters.
    min_level_count : int, optional
        Levels of fewer rows are *protected*: they never leave in a release, be it a sample, a saved
        model or the schema. None or 1: all levels are kept, those of a single row too.
    rare : {"merge", "redraw"}, optional
        What becomes of the cells of protected levels, before anything else is learned. "merge", the
        default for text without an order: they get one level of their own. "redraw": each gets the
        value of another row at random, which changes rows; so it also is where all protected levels
        together have fewer rows than `min_level_count`.
    merged_level : hashable, optional
        The level into which they are merged; learned, "other" or, if that is taken, "(other)".
    has_rare : bool, optional
        Learned: whether fit found levels that it protects. If so, later values that are none of the
        levels are treated like them, since their names are kept nowhere, and a sample cannot be
        asked for them; if not, they are errors.

    Notes
    -----
    Columns that are derived from one with protected levels follow it in every row. A derived value
    that only rows of protected levels held leaves too: it becomes a merged level of the column's
    own, or the most frequent value that is left.
    """

    kind: ClassVar[str] = "categorical"

    levels: tuple[Hashable, ...] | None = None
    ordered: bool | None = None
    min_level_count: int | None = None
    rare: Literal["merge", "redraw"] | None = None
    merged_level: Hashable | None = None
    has_rare: bool | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        least = self.min_level_count
        if least is not None and (not isinstance(least, int) or least < 1):
            raise SchemaError(f"min_level_count={least!r} must be a whole number of at least 1.")
        if self.rare not in (None, "merge", "redraw"):
            raise SchemaError(f"rare={self.rare!r} is none of 'merge', 'redraw'.")
        if self.levels is not None and not isinstance(self.levels, tuple):
            object.__setattr__(self, "levels", tuple(self.levels))


@dataclass(frozen=True, kw_only=True)
class Datetime(Quantity):
    """A date, an instant or a period; see :class:`Quantity` for its ties to others.

    Parameters
    ----------
    low, high : pandas.Timestamp, optional
        Bounds, as in :class:`Continuous`; :class:`pandas.Period` for a column of periods.
    resolution : {"Y", "Q", "M", "W", "D", "h", "min", "s", "ms", "us", "ns"}, optional
        Coarsest unit in which all values are whole, from days on; that of their frequency for
        periods.
    """

    kind: ClassVar[str] = "datetime"

    low: Any = None
    high: Any = None
    resolution: Resolution | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_resolution(self.resolution, _CALENDAR + _CLOCK)


@dataclass(frozen=True, kw_only=True)
class Duration(Column):
    """A length of time, or a time of day: the time since midnight.

    Parameters
    ----------
    low, high : pandas.Timedelta, optional
        Bounds, as in :class:`Continuous`: 0 for lengths that are never negative.
    resolution : {"D", "h", "min", "s", "ms", "us", "ns"}, optional
        Coarsest unit in which all values are whole.
    """

    kind: ClassVar[str] = "duration"

    low: Any = None
    high: Any = None
    resolution: Resolution | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_resolution(self.resolution, _CLOCK)


def _check_resolution(resolution: str | None, known: tuple[str, ...]) -> None:
    if resolution is not None and resolution not in known:
        raise SchemaError(f"resolution={resolution!r} is none of {', '.join(known)}.")


@dataclass(frozen=True, kw_only=True)
class Constant(Column):
    """The same value in every row; missing in every row if `value` is None.

    Parameters
    ----------
    value : hashable, optional
        The value.
    """

    kind: ClassVar[str] = "constant"

    value: Hashable | None = None


@dataclass(frozen=True, kw_only=True)
class Identifier(Column):
    """A name of the row, such as a key: not modelled, but made up anew in the same form, unique.

    A made-up key is none of the table's where the form has room for it, which takes about twice the
    square of the number of rows divided by its logarithm: 300,000 values for 1,000 rows. Where it
    has fewer, keys coincide as often as chance has it, and a counter goes through the same numbers.

    Parameters
    ----------
    form : str, optional
        ``"counter:1"`` counts on from 1. ``"range:1000..9999"`` takes whole numbers out of a range.
        ``"pattern:AA-999"`` makes texts, where ``A`` is a capital, ``a`` a small letter, ``9`` a
        digit, and most other characters stand for themselves; see :mod:`tabgan.schema.patterns`.
        ``"hex:40"`` or ``"HEX:40"`` makes hexadecimal texts of a length; ``"uuid"``,
        ``"uuid:upper"``, ``"uuid:plain"``, ``"uuid:upper-plain"`` and ``"uuid:object"`` make UUIDs
        of version 4, as texts with small letters, with capitals, without dashes, or as
        ``uuid.UUID``.
    """

    kind: ClassVar[str] = "identifier"

    form: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.form is not None:
            read_form(self.form)


@dataclass(frozen=True, kw_only=True)
class Text(Column):
    """Text that belongs to a single row, such as a name or a remark: not modelled, but made up.

    Every cell is made up for itself, so that a text that several rows share is not shared in a
    sample. Names and words are invented, and stand in no dictionary.

    Parameters
    ----------
    form : {"name", "email", "phone", "url", "code", "words"}, optional
        What the texts are. E-mail and web addresses are those of ``example.org``, ``example.com``
        and ``example.net``, which belong to nobody. A telephone number is made up digit by digit,
        and may be somebody's.
    pattern : str, optional
        How telephone numbers and codes are written, as in :class:`Identifier`; for names one of
        ``"First Last"``, ``"Last, First"``, and the same in capitals.
    n_words : int, optional
        Number of words of a typical running text; half to one and a half times as many are made.
    """

    kind: ClassVar[str] = "text"

    form: TextForm | None = None
    pattern: str | None = None
    n_words: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.form is not None and self.form not in TEXT_FORMS:
            raise SchemaError(f"form={self.form!r} is none of {', '.join(TEXT_FORMS)}.")
        if self.n_words is not None and self.n_words < 1:
            raise SchemaError(f"n_words={self.n_words!r} must be a whole number of at least 1.")
        if self.pattern is not None and self.form in ("phone", "code"):
            read_patterns(self.pattern)


@dataclass(frozen=True, kw_only=True)
class Dropped(Column):
    """Left out: a sample lacks the column, and nothing of it is learned."""

    kind: ClassVar[str] = "dropped"


SILENT_KINDS = frozenset({"identifier", "text", "dropped"})
"""Kinds of columns whose cells are made up or left out, so that they say nothing of others."""

KINDS: dict[str, type[Column]] = {
    column.kind: column
    for column in (
        Continuous,
        Integer,
        Boolean,
        Categorical,
        Datetime,
        Duration,
        Constant,
        Identifier,
        Text,
        Dropped,
    )
}
"""The kinds by name."""
