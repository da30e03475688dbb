"""Colours of all pictures: one for real and one for synthetic rows, light and dark.

The colours of tables are those of Okabe and Ito's palette, which readers with any kind of colour
blindness tell apart. Signed numbers run from purple over the paper to green.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tabgan.exceptions import InvalidParameterError

__all__ = ["PALETTES", "SHADES", "Palette", "contrast", "mix", "palette", "readable_on", "shades"]

SHADES = 10
"""Steps from the middle of a scale of colours to its end."""


@dataclass(frozen=True, kw_only=True)
class Palette:
    """The colours of one theme, as ``#rrggbb``.

    Attributes
    ----------
    paper, ink, muted, rule : str
        Background, text, less important text, thin lines.
    real, synthetic, holdout, expected : str
        One colour for each table, and for what chance gives.
    negative, middle, positive : str
        Ends and middle of signed numbers.
    most : str
        The end of the scale of shares, which begins at `middle`.
    undefined : str
        Cells without a value.
    """

    paper: str
    ink: str
    muted: str
    rule: str
    real: str
    synthetic: str
    holdout: str
    expected: str
    negative: str
    middle: str
    positive: str
    most: str
    undefined: str


PALETTES = {
    "light": Palette(
        paper="#ffffff",
        ink="#1b1f24",
        muted="#57606a",
        rule="#d5dae0",
        real="#0072b2",
        synthetic="#d55e00",
        holdout="#00775a",
        expected="#57606a",
        negative="#6a2579",
        middle="#f1f2f4",
        positive="#17692f",
        most="#24324f",
        undefined="#c9ced6",
    ),
    "dark": Palette(
        paper="#14181d",
        ink="#e6e9ee",
        muted="#a4adb8",
        rule="#363d46",
        real="#56b4e9",
        synthetic="#f0a030",
        holdout="#3fd0a4",
        expected="#a4adb8",
        negative="#d6a0ea",
        middle="#20262d",
        positive="#7ddc97",
        most="#dbe5f7",
        undefined="#4a525d",
    ),
}


def palette(theme: str) -> Palette:
    """Return the colours of a theme, "light" or "dark"."""
    if theme not in PALETTES:
        raise InvalidParameterError(
            f"The 'theme' parameter must be 'light' or 'dark'. Got {theme!r} instead."
        )
    return PALETTES[theme]


def mix(first: str, second: str, share: float) -> str:
    """Return the colour that lies this share of the way from the first to the second."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in pairs)


def shades(middle: str, end: str) -> list[str]:
    """Return the colours from a middle to an end, `SHADES` + 1 of them."""
    return [mix(middle, end, step / SHADES) for step in range(SHADES + 1)]


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it, 1 to 21.

    References
    ----------
    W3C, "Web Content Accessibility Guidelines (WCAG) 2.2", 2023: contrast ratio.
    """
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def readable_on(colour: str) -> str:
    """Return black or white, whichever stands out more: always by a contrast above 4.5."""
    return max(("#ffffff", "#000000"), key=lambda text: contrast(text, colour))


def _channels(colour: str) -> Sequence[int]:
    return tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))


def _luminance(colour: str) -> float:
    parts = [value / 255 for value in _channels(colour)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
