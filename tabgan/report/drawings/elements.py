"""Elements of SVG as text, in which everything that is not markup is escaped."""

import unicodedata
from dataclasses import dataclass, field
from html import escape
from typing import Any

__all__ = ["Drawing", "Markup", "Panel", "picture", "shorten", "tag", "text_width"]

# The width of a letter, as a share of the font size: a mean over the letters of sans-serif fonts.
_LETTER, _WIDE_LETTER = 0.56, 1.0


class Markup(str):
    """Text that is markup already; templates with autoescape leave it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return the markup, as template engines ask for it."""
        return str(self)


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One picture of a drawing: its markup, and the texts beside it, not escaped yet."""

    svg: Markup
    caption: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The pictures of one plot, how they are laid out, and the legend that they share.

    `layout` is a class of the style sheet, `legend` pairs a class with a word, `extra` says which
    controls the template adds, `told` is the JSON from which the script makes its tooltips.
    """

    layout: str
    panels: list[Panel]
    legend: list[tuple[str, str]] = field(default_factory=list)
    extra: str = ""
    told: str | None = None


def tag(name: str, *children: Any, **attributes: Any) -> Markup:
    """Return an element; children and attributes are escaped unless they are markup.

    ``class_`` and ``stroke_width`` become ``class`` and ``stroke-width``; attributes that are None
    are left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_attribute(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(c if isinstance(c, Markup) else escape(str(c)) for c in children)
    return Markup(f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>")


def _attribute(value: Any) -> str:
    if isinstance(value, float):
        written = f"{value:.1f}".removesuffix(".0")
        return "0" if written == "-0" else written
    return str(value)


def picture(
    width: float, height: float, *children: Any, label: str = "", class_: str | None = None
) -> Markup:
    """Return an ``svg`` element; without a label it is hidden from screen readers."""
    described = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    return tag(
        "svg",
        *children,
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        class_=class_,
        **described,
    )


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is in a sans-serif font of this size."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return size * (_LETTER * (len(text) - wide) + _WIDE_LETTER * wide)


def shorten(text: str, size: float, room: float) -> str:
    """Cut the middle out of a text that is wider than its room."""
    if text_width(text, size) <= room:
        return text
    keep = len(text)
    while keep > 2 and text_width(text[:keep], size) + size > room:
        keep -= 1
    # Names of one family often differ at their ends.
    tail = keep // 2
    return f"{text[: keep - tail]}…{text[len(text) - tail :] if tail else ''}"
