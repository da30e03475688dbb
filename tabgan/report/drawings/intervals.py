"""Figures with their intervals: gauges beside verdicts, arms of a metric, importances."""

from collections.abc import Sequence
from typing import Any

from tabgan.report.drawings.elements import Markup, picture, shorten, tag
from tabgan.report.drawings.outlines import number_axis
from tabgan.report.drawings.scales import Scale, decimals_of, format_number, known

__all__ = ["draw_gauge", "interval_rows"]

_WIDTH = 340.0


def draw_gauge(figure: dict[str, Any]) -> Markup | None:
    """Draw a figure, its interval, its reference and its thresholds on one line.

    The zones of good and bad are told apart by height as well as by colour.
    """
    value, good, bad = figure["value"], figure["good"], figure["bad"]
    if value is None or bad is None:
        return None
    x = Scale(*_reach(figure), 4.0, 156.0)
    bad_is_high = good is None or bad > good
    zones = [_zone(x, bad, bad_is_high, "bad", 9.0)]
    if good is not None:
        zones.append(_zone(x, good, not bad_is_high, "good", 5.0))
    edges = [edge for edge in (good, bad) if edge is not None]
    marks = [tag("path", d=f"M{x(edge):.1f} 11v13", class_="threshold") for edge in edges]
    if figure["low"] is not None and figure["high"] is not None:
        path = f"M{x(figure['low']):.1f} 8H{x(figure['high']):.1f}"
        marks.append(tag("path", d=path, class_="interval"))
    if figure["reference"] is not None:
        path = f"M{x(figure['reference']):.1f} 3l4 5-4 5-4-5z"
        marks.append(tag("path", d=path, class_="reference"))
    marks.append(tag("circle", cx=x(value), cy=8.0, r=4.0, class_="value"))
    baseline = tag("path", d=f"M{x.start} 22H{x.end}", class_="axis")
    return picture(160, 26, baseline, *zones, *marks, class_="gauge")


def _zone(x: Scale, edge: float, is_above: bool, name: str, height: float) -> Markup:
    left, right = sorted((x(edge), x.end if is_above else x.start))
    return tag("rect", x=left, y=22 - height, width=right - left, height=height,
               class_=f"zone {name}")  # fmt: skip


def _reach(figure: dict[str, Any]) -> tuple[float, float]:
    """Return the ends of the line: all that is drawn, with the thresholds well inside."""
    edges = known(figure[key] for key in ("good", "bad"))
    shown = edges + known(figure[key] for key in ("value", "low", "high", "reference"))
    span = max(edges) - min(edges) or abs(edges[0]) or max(shown) - min(shown) or 1.0
    # An interval far wider than the thresholds' distance would press them onto one place.
    centre = sum(edges) / len(edges)
    low, high = max(min(shown), centre - 4 * span), min(max(shown), centre + 4 * span)
    return low - 0.6 * span, high + 0.6 * span


def interval_rows(
    rows: Sequence[dict[str, Any]],
    *,
    label: str,
    marks: Sequence[tuple[float, str]] = (),
    from_zero: bool = False,
    width: float = _WIDTH,
) -> Markup:
    """Draw a line of text and an interval for each row, over a common axis.

    `rows` hold "label", "value", "low", "high" and on request "class"; `marks` are vertical lines
    with a name.
    """
    numbers = known(row.get(key) for row in rows for key in ("value", "low", "high"))
    numbers += [place for place, _ in marks] + ([0.0] if from_zero else [])
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    pad = 0.06 * (high - low) or 0.05
    x = Scale(low if from_zero and low >= 0 else low - pad, high + pad, 8.0, width - 8.0)
    top, step = (20.0 if marks else 6.0), 31.0
    bottom = top + step * len(rows) + 4
    parts = []
    for place, name in marks:
        parts.append(tag("path", d=f"M{x(place):.1f} {top - 4:.1f}V{bottom:.1f}", class_="mark"))
        side = "end" if x(place) > width * 0.6 else "start"
        parts.append(tag("text", name, x=x(place), y=11, font_size=10, class_=f"{side} muted"))
    for number, row in enumerate(rows):
        parts.append(_interval_row(row, x, top + step * number, from_zero))
    return picture(width, bottom + 20, *parts, number_axis(x, bottom), label=label)


def _interval_row(row: dict[str, Any], x: Scale, top: float, from_zero: bool) -> Markup:
    value, low, high = row.get("value"), row.get("low"), row.get("high")
    decimals = decimals_of(low, high)
    written = format_number(value, decimals=decimals)
    if low is not None and high is not None:
        ends = [format_number(end, decimals=decimals) for end in (low, high)]
        written += f" ({ends[0]} to {ends[1]})"
    kind = row.get("class", "plain")
    strong = " strong" if row.get("named") else ""
    room = x.end - x.start - 6.2 * len(written)
    parts = [
        tag("title", row["label"]),
        tag(
            "text",
            shorten(row["label"], 11, room),
            x=x.start,
            y=top + 11,
            font_size=11,
            class_="halo" + strong,
        ),
        tag("text", written, x=x.end, y=top + 11, font_size=10, class_="end muted halo"),
    ]
    y = top + 20
    if from_zero and value is not None:
        left, right = sorted((x(0.0), x(value)))
        bar = {"x": left, "y": y - 4, "width": max(right - left, 0.5), "height": 8}
        parts.append(tag("rect", **bar, class_=f"bar {kind}"))
    if low is not None and high is not None:
        path = f"M{x(low):.1f} {y:.1f}H{x(high):.1f}"
        parts.append(tag("path", d=path, class_=f"interval {kind}"))
    if value is not None and not from_zero:
        parts.append(tag("circle", cx=x(value), cy=y, r=4.5, class_=f"dot {kind}"))
    return tag("g", *parts)
