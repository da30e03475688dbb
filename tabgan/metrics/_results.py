"""What a metric returns: a figure, and all that is needed to read it."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

import numpy as np

__all__ = ["NORMAL_95", "ErrorResult", "MetricResult", "plain"]

# Standard errors on either side of a figure that make its normal two-sided 95 % interval.
NORMAL_95 = 1.959963984540054

Direction = Literal["lower", "higher", "reference"]


@dataclass(frozen=True, kw_only=True)
class MetricResult:
    """A figure with its range, its direction and what an unseen real table scores.

    Attributes
    ----------
    name : str
        Name of the metric, the same as that of the function.
    value : float
        The figure. NaN where the tables do not define it.
    range : tuple of two floats
        Smallest and largest value there is.
    direction : {"lower", "higher", "reference"}
        Which way is better. "reference": the nearer to `reference` the better, on either side.
    reference : float or None
        What an independent real table scores: measured on the holdout where one was given, known
        in closed form for some metrics, None otherwise.
    """

    name: str
    value: float
    range: tuple[float, float]
    direction: Direction
    reference: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON types.

        Returns
        -------
        result : dict
            NaN becomes None, a mapping by column becomes a list of ``{"column": ..., "value":
            ...}``, so that names of any type survive as text.
        """
        return {field.name: plain(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True, kw_only=True)
class ErrorResult(MetricResult):
    """An error averaged over columns or over pairs of columns.

    Attributes
    ----------
    parts : mapping
        The error of each column, or of each pair of columns (a tuple of two names).
    excess : float or None
        Error of the synthetic table against the holdout minus that of the real table against the
        holdout, all of equal size: 0 is what a fresh real sample reaches on average. Below 0 is no
        virtue. None without a holdout.
    """

    parts: Mapping[Any, float]
    excess: float | None = None


def plain(value: Any) -> Any:
    """Turn numbers, tuples, mappings and results into what JSON can hold."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | bool | int):
        return value
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value) and not value:
            return {}
        return [{"column": _plain_name(key), "value": plain(part)} for key, part in value.items()]
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(part) for part in value]
    return str(value)


def _plain_name(name: Hashable) -> Any:
    """Return a column's name, or a pair of names, as JSON types."""
    if isinstance(name, tuple):
        return [_plain_name(part) for part in name]
    if isinstance(name, np.generic):
        name = name.item()
    return name if isinstance(name, str | bool | int) else str(name)
