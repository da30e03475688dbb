"""What a column can be: one frozen dataclass for each kind."""

import dataclasses
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from tabgan.exceptions import SchemaError

__all__ = [
    "KINDS",
    "Boolean",
    "Categorical",
    "Column",
    "Constant",
    "Continuous",
    "Datetime",
    "Identifier",
    "Integer",
    "Quantity",
    "Resolution",
]

Resolution = Literal["D", "h", "min", "s", "ms", "us", "ns"]
_MARKERS = ("nan", "none", "nat", "na")
_RESOLUTIONS = ("D", "h", "min", "s", "ms", "us", "ns")


@dataclass(frozen=True, kw_only=True)
class Column:
    """What all kinds share. A field that is None is learned from the table.

    Parameters
    ----------
    dtype : str, optional
        The pandas dtype as text, such as ``"int64"``, ``"str"`` or ``"category[str]"``: what
        generated tables have.
    missing : bool, optional
        Whether cells can be missing.
    missing_marker : {"nan", "none", "nat", "na"}, optional
        What a missing cell holds: NaN, None, NaT or ``pandas.NA``.
    text_form : str, optional
        How numbers or dates are written in a text column, such as ``"#,##0"`` or
        ``"DD/MM/YYYY"``; None for other columns.
    derived_from : hashable, optional
        Name of the column of which this one is a function: it is looked up, not modelled. None: not
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
        low, high = getattr(self, "low", None), getattr(self, "high", None)
        if low is not None and high is not None and not low <= high:
            raise SchemaError(f"low={low!r} lies above high={high!r}; swap or drop one of them.")

    def replace(self, **changes: Any) -> "Column":
        """Return a copy with some fields changed."""
        return dataclasses.replace(self, **changes)


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
    """

    kind: ClassVar[str] = "integer"

    low: int | None = None
    high: int | None = None
    step: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.step is not None and self.step < 1:
            raise SchemaError(f"step={self.step!r} must be a whole number of at least 1.")


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
    """

    kind: ClassVar[str] = "categorical"

    levels: tuple[Hashable, ...] | None = None
    ordered: bool | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.levels is not None and not isinstance(self.levels, tuple):
            object.__setattr__(self, "levels", tuple(self.levels))


@dataclass(frozen=True, kw_only=True)
class Datetime(Quantity):
    """A date or an instant; see :class:`Quantity` for its ties to others.

    Parameters
    ----------
    low, high : pandas.Timestamp, optional
        Bounds, as in :class:`Continuous`.
    resolution : {"D", "h", "min", "s", "ms", "us", "ns"}, optional
        Coarsest unit in which all values are whole.
    """

    kind: ClassVar[str] = "datetime"

    low: Any = None
    high: Any = None
    resolution: Resolution | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.resolution is not None and self.resolution not in _RESOLUTIONS:
            raise SchemaError(
                f"resolution={self.resolution!r} is none of {', '.join(_RESOLUTIONS)}."
            )


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
    """A name of the row, such as a key: not modelled, but made up anew in the same form.

    Parameters
    ----------
    form : str, optional
        ``"counter:1"`` counts on from 1; ``"pattern:Aa9"`` makes up unique texts, where ``A`` is a
        capital, ``a`` a small letter, ``9`` a digit, and any other character stands for itself.
    """

    kind: ClassVar[str] = "identifier"

    form: str | None = None


KINDS: dict[str, type[Column]] = {
    column.kind: column
    for column in (Continuous, Integer, Boolean, Categorical, Datetime, Constant, Identifier)
}
"""The kinds by name."""
