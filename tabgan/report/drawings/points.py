"""The map: one mark for each row, real rows as circles and synthetic rows as diamonds."""

from typing import Any

from tabgan.report.drawings.elements import Drawing, Markup, Panel, picture, tag
from tabgan.report.drawings.scales import Scale, known

__all__ = ["draw_map"]

_SIDE, _MARGIN, _RADIUS = 520.0, 10.0, 2.6
# A row whose neighbours come from both tables as often as their sizes say has overlap 1.
_OVERLAP_STEPS = (0.25, 0.5, 0.75, 1.25)


def draw_map(plot: dict[str, Any]) -> Drawing:
    """Draw the rows where the map puts them, with what they hold as tooltips."""
    xs, ys = plot["x"], plot["y"]
    # One scale for both axes: distances on the map mean the same in all directions.
    reach = max(_spread(xs), _spread(ys), 1e-300) / 2
    x = Scale(_middle(xs) - reach, _middle(xs) + reach, _MARGIN, _SIDE - _MARGIN)
    y = Scale(_middle(ys) - reach, _middle(ys) + reach, _SIDE - _MARGIN, _MARGIN)
    tooltips = plot.get("tooltip") or [""] * len(xs)
    overlaps = plot.get("overlap") or [None] * len(xs)
    rows = list(zip(xs, ys, plot["role"], overlaps, tooltips, strict=True))
    marks = [
        _mark(x(across), y(up), role, overlap, tooltip)
        for across, up, role, overlap, tooltip in _interleaved(rows)
        if len(known((across, up))) == 2
    ]
    svg = picture(_SIDE, _SIDE, *marks, label=f"{plot['title']}. {plot['alt']}", class_="points")
    legend = [("real mark-circle", "Real"), ("synthetic mark-diamond", "Synthetic")]
    return Drawing(layout="map", panels=[Panel(svg=svg)], legend=legend, extra="map")


def _interleaved(rows: list[tuple]) -> list[tuple]:
    """Order the rows so that no table is painted over the other."""
    counts: dict[str, int] = {}
    ranks = []
    for row in rows:
        counts[row[2]] = counts.get(row[2], 0) + 1
        ranks.append(counts[row[2]])
    shares = [rank / counts[row[2]] for rank, row in zip(ranks, rows, strict=True)]
    return [rows[place] for place in sorted(range(len(rows)), key=lambda place: shares[place])]


def _spread(values: list[float]) -> float:
    numbers = known(values) or [0.0]
    return max(numbers) - min(numbers)


def _middle(values: list[float]) -> float:
    numbers = known(values) or [0.0]
    return (max(numbers) + min(numbers)) / 2


def _mark(x: float, y: float, role: str, overlap: float | None, tooltip: str) -> Markup:
    is_real = role == "real"
    classes = f"{'real' if is_real else 'synthetic'} {_overlap_class(overlap)}"
    title = [tag("title", tooltip)] if tooltip else []
    if is_real:
        return tag("circle", *title, cx=x, cy=y, r=_RADIUS, class_=classes)
    size = _RADIUS * 1.3
    path = f"M{x:.1f} {y - size:.1f}l{size} {size} {-size} {size} {-size} {-size}z"
    return tag("path", *title, d=path, class_=classes)


def _overlap_class(overlap: float | None) -> str:
    if not known([overlap]):
        return "o2"
    assert overlap is not None
    return f"o{sum(overlap > step for step in _OVERLAP_STEPS)}"
