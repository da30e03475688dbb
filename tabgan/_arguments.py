"""Types of command-line arguments: each reads a text, or says what it should have been."""

from argparse import ArgumentTypeError

__all__ = ["condition", "count", "override", "seconds", "seed", "steps"]


def count(text: str) -> int:
    """Read an integer of 1 or more."""
    return _integer(text, 1)


def seed(text: str) -> int:
    """Read an integer of 0 or more."""
    return _integer(text, 0)


def steps(text: str) -> int | str:
    """Read "auto" or an integer of 1 or more."""
    return text if text == "auto" else _integer(text, 1)


def seconds(text: str) -> float:
    """Read a positive number."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ArgumentTypeError(f"{text!r} is no positive number of seconds")
    return number


def override(text: str) -> tuple[str, str]:
    """Read NAME=KIND; the name itself may hold an equals sign."""
    name, equals, kind = text.rpartition("=")
    if not equals or not name or not kind:
        raise ArgumentTypeError(f"{text!r} is not of the form NAME=KIND")
    return name, kind


def condition(text: str) -> tuple[str, str]:
    """Read NAME=VALUE; the value itself may hold an equals sign."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name, value


def _integer(text: str, low: int) -> int:
    """Read an integer of `low` or more."""
    try:
        number = int(text)
    except ValueError:
        number = low - 1
    if number < low:
        raise ArgumentTypeError(f"{text!r} is no whole number of {low} or more")
    return number
