"""Constraints on parameters, as data.

An estimator holds a dict from parameter to the constraints it may meet, and checks it once at the
start of ``fit``. A plain value in the list of constraints, such as None or "auto", stands for
itself.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

import numpy as np

from tabgan.exceptions import InvalidParameterError

__all__ = [
    "ABOVE_ZERO",
    "RANDOM_STATE",
    "InstanceOf",
    "Interval",
    "Options",
    "SequenceOf",
    "check_parameters",
]


def _as_python(value: Any) -> Any:
    """Turn a NumPy scalar into the Python object of its type."""
    return value.item() if isinstance(value, np.generic) else value


@dataclass(frozen=True)
class Interval:
    """Numbers of one type between two ends.

    Parameters
    ----------
    type : int or float
        ``int`` takes integers only, ``float`` any real number. A bool is neither, NaN and
        infinity never lie inside.
    low, high : number or None
        None is no end.
    closed : {"both", "left", "right", "neither"}, default="both"
        Which ends belong to the interval.

    Examples
    --------
    >>> print(Interval(float, 0, 1, closed="left"))
    a number in [0, 1)
    >>> Interval(int, 1).is_satisfied_by(True)
    False
    """

    type: type
    low: float | None = None
    high: float | None = None
    closed: Literal["both", "left", "right", "neither"] = "both"

    def is_satisfied_by(self, value: Any) -> bool:
        """Return whether `value` is a number of this type inside the interval."""
        number = _as_python(value)
        allowed = (int,) if self.type is int else (int, float)
        if isinstance(number, bool) or not isinstance(number, allowed):
            return False
        if isinstance(number, float) and not math.isfinite(number):
            return False
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        above = number >= low if self.closed in ("both", "left") else number > low
        below = number <= high if self.closed in ("both", "right") else number < high
        return above and below

    def __str__(self) -> str:
        noun = "an integer" if self.type is int else "a number"
        opening = "[" if self.low is not None and self.closed in ("both", "left") else "("
        closing = "]" if self.high is not None and self.closed in ("both", "right") else ")"
        low = "-inf" if self.low is None else self.low
        high = "inf" if self.high is None else self.high
        return f"{noun} in {opening}{low}, {high}{closing}"


@dataclass(frozen=True)
class Options:
    """One of a few values.

    Parameters
    ----------
    values : iterable
        The values allowed.

    Examples
    --------
    >>> print(Options(["auto", "cpu"]))
    one of 'auto', 'cpu'
    """

    values: tuple

    def __init__(self, values: Any) -> None:
        ordered = sorted(values, key=repr) if isinstance(values, set | frozenset) else values
        object.__setattr__(self, "values", tuple(ordered))

    def is_satisfied_by(self, value: Any) -> bool:
        """Return whether `value` is one of the values, and of the same type."""
        plain = _as_python(value)
        return any(type(plain) is type(option) and plain == option for option in self.values)

    def __str__(self) -> str:
        listed = ", ".join(repr(value) for value in self.values)
        return listed if len(self.values) == 1 else f"one of {listed}"


@dataclass(frozen=True)
class InstanceOf:
    """An object of one of a few types.

    Parameters
    ----------
    *types : type
        NumPy scalars count as their Python types, and a bool is no int.

    Examples
    --------
    >>> print(InstanceOf(str, dict))
    a str or a dict
    """

    types: tuple[type, ...]

    def __init__(self, *types: type) -> None:
        object.__setattr__(self, "types", types)

    def is_satisfied_by(self, value: Any) -> bool:
        """Return whether `value` is an instance of one of the types."""
        plain = _as_python(value)
        if isinstance(plain, bool) and bool not in self.types:
            return object in self.types
        return isinstance(plain, self.types)

    def __str__(self) -> str:
        return " or ".join(f"{_article(kind.__name__)} {kind.__name__}" for kind in self.types)


@dataclass(frozen=True)
class SequenceOf:
    """A list or tuple whose members all meet one constraint.

    Parameters
    ----------
    member : constraint
        What each member must be.
    min_length : int, default=0
        Fewest members.

    Examples
    --------
    >>> print(SequenceOf(Interval(int, 1), min_length=1))
    a list or tuple, not empty, each member an integer in [1, inf)
    """

    member: Any
    min_length: int = 0

    def is_satisfied_by(self, value: Any) -> bool:
        """Return whether `value` is long enough and each member meets the constraint."""
        if not isinstance(value, list | tuple) or len(value) < self.min_length:
            return False
        return all(_as_constraint(self.member).is_satisfied_by(member) for member in value)

    def __str__(self) -> str:
        length = {0: "", 1: ", not empty"}.get(self.min_length, f" of {self.min_length} or more")
        return f"a list or tuple{length}, each member {_as_constraint(self.member)}"


ABOVE_ZERO = Interval(float, 0, closed="neither")
RANDOM_STATE: list = [
    None,
    Interval(int, 0),
    InstanceOf(np.random.Generator, np.random.RandomState),
]


def check_parameters(
    owner_name: str, parameters: Mapping[str, Any], constraints: Mapping[str, Sequence[Any]]
) -> None:
    """Check every parameter that has constraints; the others are passed over.

    Parameters
    ----------
    owner_name : str
        Whose parameters they are, for the message.
    parameters : mapping
        Values by name.
    constraints : mapping
        Lists of constraints by name; a value must meet one of its list.

    Raises
    ------
    InvalidParameterError
        At the first parameter that meets none of its constraints.

    Examples
    --------
    >>> check_parameters("Sampler", {"n": 0}, {"n": [Interval(int, 1), "auto"]})
    Traceback (most recent call last):
    ...
    tabgan.exceptions.InvalidParameterError: The 'n' parameter of Sampler must be an integer in
    [1, inf) or 'auto'. Got 0 instead.
    """
    for name, value in parameters.items():
        allowed = [_as_constraint(constraint) for constraint in constraints.get(name, ())]
        if not allowed or any(constraint.is_satisfied_by(value) for constraint in allowed):
            continue
        raise InvalidParameterError(
            f"The {name!r} parameter of {owner_name} must be {_join(allowed)}. "
            f"Got {_shorten(value)} instead.{_suggestion(value, allowed)}"
        )


def _as_constraint(constraint: Any) -> Any:
    """Let a plain value stand for itself."""
    return constraint if hasattr(constraint, "is_satisfied_by") else Options([constraint])


def _join(allowed: Sequence[Any]) -> str:
    """Join descriptions with commas and a final "or"."""
    *head, last = [str(constraint) for constraint in allowed]
    return f"{', '.join(head)} or {last}" if head else last


def _shorten(value: Any, limit: int = 80) -> str:
    """Show a value in one short line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= limit else f"{text[:limit]}..."


def _suggestion(value: Any, allowed: Sequence[Any]) -> str:
    """Offer the nearest option to a misspelt one."""
    options = [option for c in allowed if isinstance(c, Options) for option in c.values]
    words = [option for option in options if isinstance(option, str)]
    close = get_close_matches(value, words, n=1) if isinstance(value, str) else []
    return f" Did you mean {close[0]!r}?" if close else ""


def _article(noun: str) -> str:
    return "an" if noun[:1].lower() in "aeiou" else "a"
