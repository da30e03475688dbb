"""Outlines of histograms and lines over an axis of numbers."""

from collections.abc import Sequence

from tabgan.report.drawings.elements import Markup, shorten, tag, text_width
from tabgan.report.drawings.scales import Scale, format_number, ticks

__all__ = ["TABLES", "histogram_outline", "number_axis", "value_axis"]

TABLES = (("real", "Real"), ("synthetic", "Synthetic"), ("holdout", "Holdout"))
_FONT = 10.0


def histogram_outline(
    edges: Sequence[float],
    heights: Sequence[float],
    x: Scale,
    y: Scale,
    name: str,
    is_filled: bool = False,
) -> Markup:
    """Return the steps of a histogram as one line, on request with the area below."""
    bottom = f"{y(0.0):.1f}"
    path = f"M{x(edges[0]):.1f} {bottom}"
    for height, end in zip(heights, edges[1:], strict=True):
        path += f"V{y(height):.1f}H{x(end):.1f}"
    path += f"V{bottom}"
    shapes = [tag("path", d=path, class_=f"line {name}")]
    if is_filled:
        shapes.insert(0, tag("path", d=path + "z", class_=f"area {name}"))
    return tag("g", *shapes)


def number_axis(
    x: Scale, y: float, names: Sequence[str] | None = None, title: str = "", count: int = 4
) -> Markup:
    """Return a horizontal axis with round numbers, or with the names of both ends."""
    parts = [tag("path", d=f"M{x.start:.1f} {y:.1f}H{x.end:.1f}", class_="axis")]
    if names:
        room = (x.end - x.start) / 2 - 6
        ends = ((x.start, names[0], "start"), (x.end, names[-1], "end"))
        marks = [(place, shorten(str(text), _FONT, room), side) for place, text, side in ends]
    else:
        marks = [(x(at), format_number(at, 4), "middle") for at in ticks(x.low, x.high, count)]
    last_end = float("-inf")
    for place, text, side in marks:
        wide = text_width(text, _FONT)
        start = {"start": place, "middle": place - wide / 2, "end": place - wide}[side]
        # A number that leaves the picture moves inwards; one that hits its neighbour is dropped.
        start = min(max(start, x.start - 8), x.end + 8 - wide)
        parts.append(tag("path", d=f"M{place:.1f} {y:.1f}v4", class_="axis"))
        if start > last_end + 4:
            parts.append(tag("text", text, x=start, y=y + 14, font_size=_FONT, class_="muted"))
            last_end = start + wide
    if title:
        middle = (x.start + x.end) / 2
        parts.append(tag("text", title, x=middle, y=y + 29, font_size=11, class_="middle"))
    return tag("g", *parts)


def value_axis(y: Scale, left: float, right: float, count: int = 3) -> Markup:
    """Return thin horizontal lines at round numbers, with the numbers at their left."""
    parts = []
    for at in ticks(min(y.low, y.high), max(y.low, y.high), count):
        place = y(at)
        parts.append(tag("path", d=f"M{left:.1f} {place:.1f}H{right:.1f}", class_="rule"))
        parts.append(
            tag(
                "text",
                format_number(at, 3),
                x=left - 5,
                y=place + 3.5,
                font_size=_FONT,
                class_="end muted",
            )
        )
    return tag("g", *parts)
