"""What users write in conditions beside plain values: missing cells, and intervals."""

from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

import pandas as pd

from tabgan.exceptions import InvalidParameterError

__all__ = ["MISSING", "Between", "Missing"]


class Missing(Enum):
    """The type of `tabgan.MISSING`, which asks for a missing cell."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "tabgan.MISSING"


MISSING: Literal[Missing.MISSING] = Missing.MISSING
"""Asks for a missing cell, where None and NaN in a table of conditions mean "not given"."""


@dataclass(frozen=True)
class Between:
    """A condition: a number, date, time or ordered level between two ends, both included.

    Parameters
    ----------
    low, high : number, date, duration, time of day, text of one of these, or None
        The ends; None leaves one side open.

    Raises
    ------
    InvalidParameterError
        If both ends are None, or `low` lies above `high`.

    Examples
    --------
    >>> import tabgan
    >>> tabgan.Between(30, 40)
    Between(low=30, high=40)
    >>> tabgan.Between("2020-01-01", None).high is None
    True
    """

    low: Any
    high: Any

    def __post_init__(self) -> None:
        ends = [end for end in (self.low, self.high) if end is not None]
        if not ends or any(not pd.api.types.is_scalar(end) or pd.isna(end) for end in ends):
            raise InvalidParameterError(
                "Between needs a number, a date or a time as one end at least, and None or another "
                f"as the other. Got {self.low!r} and {self.high!r} instead."
            )
        try:
            is_empty = len(ends) == 2 and bool(self.low > self.high)
        except TypeError:
            return  # such as a number and its text; compared when the column is known
        if is_empty and not isinstance(self.low, str):
            raise InvalidParameterError(f"No value lies in {self!r}; swap its ends.")
