"""One small picture a column: the shares of its cells in both tables."""

import math
from itertools import pairwise
from typing import Any

from tabgan.plots._spikes import spike_of
from tabgan.report.drawings.elements import Drawing, Markup, Panel, picture, shorten, tag
from tabgan.report.drawings.outlines import TABLES, histogram_outline, number_axis
from tabgan.report.drawings.scales import Scale, format_number, format_share

__all__ = ["draw_marginals"]

_WIDTH, _HEIGHT, _MARGIN = 260, 132, 10
_LABEL_ROOM, _VALUE_ROOM = 96, 40
# More levels than this stand side by side, with their names below, so that panels are alike high.
_MOST_ROWS, _NAME_ROOM = 6, 60


def draw_marginals(plot: dict[str, Any]) -> Drawing:
    """Draw histograms of numeric columns and paired bars of levels."""
    panels = [_panel(panel) for panel in plot["panels"]]
    has_holdout = any(panel.get("holdout") for panel in plot["panels"])
    legend = [(name, word) for name, word in TABLES if name != "holdout" or has_holdout]
    return Drawing(layout="grid", panels=panels, legend=legend)


def _panel(panel: dict[str, Any]) -> Panel:
    has_edges = panel["numeric"] and panel.get("edges") and len(panel["edges"]) > 1
    if has_edges:
        svg = _histogram(panel)
    else:
        svg = _rows(panel) if len(panel["real"]) <= _MOST_ROWS else _bars(panel)
    return Panel(svg=svg, caption=panel["column"], note=_missing(panel))


def _missing(panel: dict[str, Any]) -> str:
    missing = panel.get("missing") or {}
    real, synthetic = missing.get("real"), missing.get("synthetic")
    if not real and not synthetic:
        return ""
    return f"missing: {format_share(real)} real, {format_share(synthetic)} synthetic"


def _label(panel: dict[str, Any]) -> str:
    """Say how far the shares are apart, in all and at most."""
    gaps = [abs(a - b) for a, b in zip(panel["real"], panel["synthetic"], strict=True)]
    if not gaps:
        return f"{panel['column']}: no cells"
    worst = gaps.index(max(gaps))
    return (
        f"{panel['column']}: real and synthetic shares differ by {format_share(sum(gaps) / 2)} in "
        f"all, most in {_cell_name(panel, worst)}: {format_share(panel['real'][worst])} real, "
        f"{format_share(panel['synthetic'][worst])} synthetic"
    )


def _cell_name(panel: dict[str, Any], cell: int) -> str:
    labels, edges = panel.get("tick_labels"), panel.get("edges")
    if edges and len(edges) == len(panel["real"]) + 1:
        names = labels if labels and len(labels) == len(edges) else list(map(format_number, edges))
        return f"{names[cell]} to {names[cell + 1]}"
    return str(labels[cell]) if labels and cell < len(labels) else f"cell {cell + 1}"


def _histogram(panel: dict[str, Any]) -> Markup:
    edges = _finite(panel["edges"])
    x = Scale(edges[0], edges[-1], _MARGIN, _WIDTH - _MARGIN)
    widths = _widths(edges)
    densities = {
        name: [share / width for share, width in zip(panel[name], widths, strict=True)]
        for name, _ in TABLES
        if panel.get(name)
    }
    highest = max((max(values, default=0.0) for values in densities.values()), default=0.0)
    spike = spike_of(list(densities.values()))
    y = Scale(0.0, spike[1] if spike else highest or 1.0, _HEIGHT - 22, 6)
    shapes = []
    for name in ("real", "holdout", "synthetic"):
        if name in densities:
            shapes.append(histogram_outline(edges, densities[name], x, y, name, name == "real"))
    hits = [
        tag(
            "rect",
            tag("title", _cell_title(panel, cell)),
            x=x(edges[cell]),
            y=4,
            width=max(x(edges[cell + 1]) - x(edges[cell]), 1.0),
            height=_HEIGHT - 26,
            class_="hit",
        )
        for cell in range(len(edges) - 1)
    ]
    labels = panel.get("tick_labels")
    dates = labels if labels and len(labels) == len(edges) else None
    axis = number_axis(x, _HEIGHT - 22, names=dates)
    if spike:
        shapes.append(_spike_text(panel, spike[0], x))
    return picture(_WIDTH, _HEIGHT, *shapes, axis, *hits, label=_label(panel))


def _spike_text(panel: dict[str, Any], cell: int, x: Scale) -> Markup:
    """Say what a cell holds that leaves the picture at its top."""
    edges = _finite(panel["edges"])
    place = x((edges[cell] + edges[cell + 1]) / 2)
    is_left = place < _WIDTH / 2
    shares = f"{format_share(panel['real'][cell])}, {format_share(panel['synthetic'][cell])}"
    return tag(
        "text",
        f"\u2191 {shares}" if is_left else f"{shares} \u2191",
        x=place + (5 if is_left else -5),
        y=14,
        font_size=10,
        class_="halo" if is_left else "halo end",
    )


def _cell_title(panel: dict[str, Any], cell: int) -> str:
    shares = ", ".join(
        f"{word.lower()} {format_share(panel[name][cell])}"
        for name, word in TABLES
        if panel.get(name)
    )
    return f"{_cell_name(panel, cell)}: {shares}"


def _finite(edges: list[float | None]) -> list[float]:
    """Replace open outer edges by the inner edge beside them."""
    closed = [edge for edge in edges if edge is not None and math.isfinite(edge)] or [0.0]
    first = edges[0] if edges[0] is not None and math.isfinite(edges[0]) else closed[0]
    last = edges[-1] if edges[-1] is not None and math.isfinite(edges[-1]) else closed[-1]
    inner = [closed[0] if edge is None else edge for edge in edges[1:-1]]
    return [first, *inner, last]


def _widths(edges: list[float]) -> list[float]:
    """Return the widths of cells relative to the whole; one that has none gets a hundredth."""
    whole = edges[-1] - edges[0]
    if not whole > 0 or not math.isfinite(whole):
        return [1.0] * (len(edges) - 1)
    return [max((high - low) / whole, 0.01) for low, high in pairwise(edges)]


def _rows(panel: dict[str, Any]) -> Markup:
    """Draw a few levels below each other."""
    n_cells, row = len(panel["real"]), 22.0
    x = Scale(0.0, _largest(panel), _LABEL_ROOM, _WIDTH - _VALUE_ROOM)
    shapes = [_bar_row(panel, cell, x, 4 + row * cell, row) for cell in range(n_cells)]
    return picture(_WIDTH, max(row * n_cells + 8, 24), *shapes, label=_label(panel))


def _largest(panel: dict[str, Any]) -> float:
    return max((s for name, _ in TABLES for s in panel.get(name) or []), default=0.0) or 1.0


def _bars(panel: dict[str, Any]) -> Markup:
    """Draw many levels side by side."""
    n_cells, bottom = len(panel["real"]), _HEIGHT - 14.0
    y = Scale(0.0, _largest(panel), bottom, 16.0)
    step = (_WIDTH - 2 * _MARGIN - 12) / n_cells
    size = min(step, 10.0)
    shapes = [tag("text", format_share(y.high), x=_MARGIN, y=10, font_size=10, class_="muted")]
    for cell in range(n_cells):
        left = _MARGIN + 12 + step * cell
        name = shorten(_cell_name(panel, cell), size, _NAME_ROOM)
        turned = f"translate({left + step / 2 + 3:.1f} {bottom + 8:.1f}) rotate(-55)"
        shapes.append(
            tag(
                "g",
                tag("title", _cell_title(panel, cell)),
                *_bar_pair(panel, cell, y, left, 0.42 * step),
                tag("text", name, transform=turned, font_size=size, class_="end"),
            )
        )
    shapes.append(tag("path", d=f"M{_MARGIN} {bottom}H{_WIDTH - _MARGIN}", class_="axis"))
    return picture(_WIDTH, bottom + _NAME_ROOM, *shapes, label=_label(panel))


def _bar_pair(panel: dict[str, Any], cell: int, y: Scale, left: float, wide: float) -> list[Markup]:
    bars = []
    for name, x in (("real", left), ("synthetic", left + wide)):
        top = y(panel[name][cell])
        size = {"width": wide, "height": y.start - top}
        bars.append(tag("rect", x=x, y=top, **size, class_=f"bar {name}"))
    if panel.get("holdout"):
        path = f"M{left:.1f} {y(panel['holdout'][cell]):.1f}h{2 * wide:.1f}"
        bars.append(tag("path", d=path, class_="line holdout"))
    return bars


def _bar_row(panel: dict[str, Any], cell: int, x: Scale, top: float, row: float) -> Markup:
    size, thick = min(row - 2.5, 11.0), (row - 3) / 2
    bars = [
        tag("rect", x=x.start, y=y, width=x(panel[name][cell]) - x.start, height=thick, class_=kind)
        for name, y, kind in (
            ("real", top, "bar real"),
            ("synthetic", top + thick, "bar synthetic"),
        )
    ]
    if panel.get("holdout"):
        place = x(panel["holdout"][cell])
        bars.append(tag("path", d=f"M{place:.1f} {top:.1f}v{2 * thick:.1f}", class_="line holdout"))
    name = _cell_name(panel, cell)
    label = tag(
        "text",
        shorten(name, size, _LABEL_ROOM - 8),
        x=_LABEL_ROOM - 5,
        y=top + row / 2 + size / 3 - 1,
        class_="end",
        font_size=size,
    )
    largest = max(panel["real"][cell], panel["synthetic"][cell])
    value = tag(
        "text",
        format_share(panel["synthetic"][cell]),
        x=x(largest) + 4,
        y=top + row / 2 + size / 3 - 1,
        class_="muted",
        font_size=size - 1,
    )
    return tag("g", tag("title", _cell_title(panel, cell)), *bars, label, value)
