"""The pieces that a section is made of: figures, tables, plots and notes.

They are what :meth:`tabgan.report.SyntheticReport.to_dict` returns, the page and the terminal form
are made from them alone.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from tabgan.exceptions import MissingDependencyError, TabganError
from tabgan.metrics._results import NORMAL_95
from tabgan.report.verdicts import Threshold, Verdict, rate

__all__ = [
    "COMPUTATION_ERRORS",
    "Figure",
    "Section",
    "column",
    "finite",
    "interval",
    "interval_of",
    "table",
]

# What a metric may end with for tables that do not allow it; anything else is a fault of ours.
COMPUTATION_ERRORS = (TabganError, ArithmeticError, ValueError, IndexError, KeyError)

State = Literal["ok", "limited", "absent"]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number with its interval, its reference, its thresholds and its verdict.

    Attributes
    ----------
    name, label, meaning : str
        Key, words beside the number, and one sentence that says what it is.
    value, low, high : float or None
        The figure and its two-sided 95 % interval.
    reference : float or None
        What an independent real table scores.
    good, bad : float or None
        Thresholds of the verdict.
    verdict : str
    direction : {"lower", "higher", "reference"}
    unit : {"", "%", "points", "nats"}
    """

    name: str
    label: str
    meaning: str
    value: float | None
    low: float | None = None
    high: float | None = None
    reference: float | None = None
    good: float | None = None
    bad: float | None = None
    verdict: Verdict = "not judged"
    direction: Literal["lower", "higher", "reference"] = "lower"
    unit: Literal["", "%", "points", "nats"] = ""

    @classmethod
    def rated(cls, threshold: Threshold, *, rule: Any = rate, **fields: Any) -> "Figure":
        """Return a figure with the verdict that its interval and the thresholds give."""
        verdict = rule(fields.get("value"), fields.get("low"), fields.get("high"), threshold)
        return cls(good=threshold.good, bad=threshold.bad, verdict=verdict, **fields)


@dataclass
class Section:
    """One section of a report while it is filled.

    Attributes
    ----------
    id, title : str
    state : {"ok", "limited", "absent"}
        "limited" if something could not be computed, "absent" if the section does not apply; a note
        says why.
    notes : list of str
    figures : list of Figure
    tables, plots : list of dict
    seconds : float
        Time that it took.
    """

    id: str
    title: str
    state: State = "ok"
    notes: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    plots: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def limit(self, note: str) -> None:
        """Say what could not be computed."""
        self.state = "limited"
        self.note(note)

    def note(self, note: str) -> None:
        """Add a note, once."""
        if note not in self.notes:
            self.notes.append(note)

    @contextmanager
    def attempt(self, what: str) -> Iterator[None]:
        """Turn an error into a note that says what could not be computed."""
        try:
            yield
        except MissingDependencyError as error:
            self.limit(f"{what} is left out. {error}")
        except TabganError as error:
            self.limit(f"{what} could not be computed. {' '.join(str(error).split())}")
        except COMPUTATION_ERRORS as error:
            # What a library says may be a page of its own insides.
            self.limit(f"{what} could not be computed for these tables ({type(error).__name__}).")

    def figure(self, name: str) -> Figure | None:
        """Return the figure of this name, if it was computed."""
        return next((figure for figure in self.figures if figure.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """Return the section as JSON types."""
        # The time is no finding: the same tables and seed give the same section.
        names = [name for name in self.__dataclass_fields__ if name != "seconds"]
        content = {name: getattr(self, name) for name in names}
        content["figures"] = [dict(vars(figure)) for figure in self.figures]
        return as_json(content)


def column(key: str, label: str, kind: str = "number") -> dict[str, str]:
    """Describe one column of a table; kinds are text, number, share and verdict."""
    return {"key": key, "label": label, "kind": kind}


def table(
    id: str, title: str, columns: Sequence[Mapping[str, str]], rows: Sequence[Any], note: str = ""
) -> dict[str, Any]:
    """Return a table; rows are mappings by the columns' keys."""
    return {"id": id, "title": title, "columns": list(columns), "rows": list(rows), "note": note}


def finite(value: Any, scale: float = 1.0) -> float | None:
    """Return a number as a float, None where it is not defined."""
    if value is None or not math.isfinite(value):
        return None
    return float(value) * scale


def interval(value: float | None, se: float | None, scale: float = 1.0) -> dict[str, Any]:
    """Return the fields of a value and its normal two-sided 95 % interval."""
    shown, error = finite(value, scale), finite(se, scale)
    if shown is None or error is None:
        return {"value": shown, "low": None, "high": None}
    return {"value": shown, "low": shown - NORMAL_95 * error, "high": shown + NORMAL_95 * error}


def interval_of(found: Any, scale: float = 1.0) -> dict[str, Any]:
    """Return the fields of a result that has a `value` and an interval from `low` to `high`."""
    return {name: finite(getattr(found, name), scale) for name in ("value", "low", "high")}


def as_json(value: Any) -> Any:
    """Turn arrays, numpy scalars and undefined numbers into what JSON can hold."""
    if isinstance(value, Mapping):
        return {str(key): as_json(part) for key, part in value.items()}
    if isinstance(value, np.ndarray):
        return as_json(value.tolist())
    if isinstance(value, list | tuple):
        return [as_json(part) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | bool | int) else str(value)
