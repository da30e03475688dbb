"""From numbers to places on a picture, and to the text beside them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["DASH", "Scale", "decimals_of", "format_number", "format_share", "known", "ticks"]

DASH = "\u2013"
"""What stands where there is no number."""


@dataclass(frozen=True)
class Scale:
    """A line from the numbers `low` to `high` onto the places `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a number; numbers outside are drawn at the border."""
        if self.high <= self.low:
            return (self.start + self.end) / 2
        # Both ends divided first: their difference may be larger than the largest float.
        share = (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def known(values: Iterable[float | None]) -> list[float]:
    """Return the numbers among the values, without None and NaN."""
    return [value for value in values if value is not None and math.isfinite(value)]


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Return round numbers between two numbers, at most `count` + 1."""
    spread = high / 2 - low / 2
    if not spread > 0 or not math.isfinite(spread):
        return [low]
    raw = spread / count * 2
    power = 10.0 ** math.floor(math.log10(raw)) if raw > 1e-300 else 1e-300
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10, 20) if factor * power >= raw)
    first, last = math.ceil(low / step), math.floor(high / step)
    # Beyond 2^53 steps from 0 the multiples of a step are no longer told apart.
    if last - first > 2 * count or abs(first) > 2**53:
        return [low, high]
    return [number * step for number in range(first, last + 1)] or [low]


def format_number(value: float | None, digits: int = 3, decimals: int | None = None) -> str:
    """Return a number with so many significant digits, or so many decimals, or a dash."""
    if value is None or not math.isfinite(value):
        return DASH
    if decimals is not None and abs(value) < 1e12:
        written = f"{value:,.{max(decimals, 0)}f}"
        return written.removeprefix("-") if not written.strip("-0.") else written
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude >= 15 or magnitude < -4:
        return f"{value:.{digits - 1}e}"
    decimals = max(digits - 1 - magnitude, 0)
    written = f"{value:,.{decimals}f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def decimals_of(low: float | None, high: float | None) -> int | None:
    """Return how many decimals an interval bears: two digits of its half-width."""
    if low is None or high is None or not 0 < abs(high - low) < math.inf:
        return None
    magnitude = math.floor(math.log10(abs(high - low) / 2))
    return 1 - magnitude if -6 < magnitude < 2 else None


def format_share(value: float | None) -> str:
    """Return a share in per cent, or a dash."""
    if value is None or not math.isfinite(value):
        return DASH
    per_cent = 100 * value
    decimals = 2 if 0 < abs(per_cent) < 1 else 1
    written = f"{per_cent:,.{decimals}f}".rstrip("0").rstrip(".")
    return f"{written if written.strip('-') != '0' else '0'} %"
