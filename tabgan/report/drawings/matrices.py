"""Matrices as fields of colour: associations of all columns, and shares of pairs of cells."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from tabgan.plots._style import SHADES
from tabgan.report.drawings.elements import (
    Drawing,
    Markup,
    Panel,
    picture,
    shorten,
    tag,
    text_width,
)
from tabgan.report.drawings.scales import DASH, format_number, format_share, known

__all__ = ["draw_correlation", "draw_pairs"]

Matrix = Sequence[Sequence[float | None]]

_WIDTH, _LABEL_ROOM, _TOP_ROOM, _RIGHT_ROOM = 340.0, 84.0, 66.0, 28.0
_FIELD = _WIDTH - _LABEL_ROOM - _RIGHT_ROOM
_SMALLEST_LABEL, _LARGEST_LABEL = 9.0, 11.0
_MANY_COLUMNS = 40
_DIFFERENCES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


def draw_correlation(plot: dict[str, Any]) -> Drawing:
    """Draw the associations in both tables and their difference, side by side."""
    real, synthetic = plot["real"], plot["synthetic"]
    difference = [
        [None if None in (a, b) else b - a for a, b in zip(*rows, strict=True)]
        for rows in zip(real, synthetic, strict=True)
    ]
    sizes = [abs(value) for value in known(value for row in difference for value in row)]
    reach = next((step for step in _DIFFERENCES if step >= max(sizes, default=0.0)), 2.0)
    columns = plot["columns"]
    panels = [
        _association_panel("Real", real, columns, 1.0),
        _association_panel("Synthetic", synthetic, columns, 1.0),
        _association_panel("Synthetic minus real", difference, columns, reach),
    ]
    told = {"columns": columns, "real": _rounded(real), "synthetic": _rounded(synthetic)}
    return Drawing(layout="three", panels=panels, extra="enlarge", told=json.dumps(told))


def _rounded(matrix: Matrix) -> list[list[float | None]]:
    return [[None if value is None else round(value, 2) for value in row] for row in matrix]


def _association_panel(name: str, matrix: Matrix, columns: list[str], reach: float) -> Panel:
    values = known(matrix[i][j] for i in range(len(columns)) for j in range(i))
    mean = sum(map(abs, values)) / len(values) if values else None
    label = (
        f"{name}: {len(columns)} x {len(columns)} associations, mean size {format_number(mean)}, "
        f"from {format_number(min(values, default=None))} to "
        f"{format_number(max(values, default=None))}"
    )
    cell = _FIELD / max(len(columns), 1)
    height = _TOP_ROOM + cell * len(columns)
    field = shaded_field(matrix, reach, signed=True)
    place = f"translate({_LABEL_ROOM:.0f} {_TOP_ROOM:.0f}) scale({cell:.5g})"
    placed = tag("g", field, transform=place, class_="field")
    svg = picture(
        _WIDTH,
        height + 34,
        placed,
        *_numbers(matrix, cell, reach),
        *_names(columns, cell),
        _signed_key(height + 10, reach),
        label=label,
        class_="matrix many" if len(columns) > _MANY_COLUMNS else "matrix",
    )
    return Panel(svg=svg, caption=name)


def shaded_field(matrix: Matrix, reach: float, *, signed: bool) -> Markup:
    """Return the cells as one path a shade, in units of one cell, row by row."""
    runs: dict[str, list[str]] = {}
    for row, values in enumerate(matrix):
        start = 0
        shades = [_shade(value, reach, signed) for value in values]
        for column, shade in enumerate(shades):
            if column + 1 == len(shades) or shades[column + 1] != shade:
                wide = column + 1 - start
                runs.setdefault(shade, []).append(f"M{start} {row}h{wide}v1h-{wide}z")
                start = column + 1
    return tag("g", *(tag("path", d="".join(runs[s]), class_=s) for s in sorted(runs)))


def _shade(value: float | None, reach: float, signed: bool) -> str:
    if value is None or not math.isfinite(value):
        return "undefined"
    step = round(SHADES * min(max(value / reach, -1.0), 1.0)) if reach > 0 else 0
    if not signed:
        return f"shade s{abs(step)}"
    return f"shade {'n' if step < 0 else 'p'}{abs(step)}"


def _numbers(matrix: Matrix, cell: float, reach: float) -> list[Markup]:
    """Write the values into the cells where they are large enough."""
    size = min(cell * 0.34, 12.0)
    if size < 6.5:
        return []
    return [
        tag(
            "text",
            _cell_text(value),
            x=_LABEL_ROOM + (column + 0.5) * cell,
            y=_TOP_ROOM + (row + 0.5) * cell + size / 3,
            font_size=size,
            class_=f"middle {_text_class(_shade(value, reach, True))}",
        )
        for row, values in enumerate(matrix)
        for column, value in enumerate(values)
    ]


def _cell_text(value: float | None) -> str:
    """Return a number between -2 and 2 in few letters."""
    if value is None:
        return DASH
    written = f"{value:.2f}"
    return "0" if not written.strip("-0.") else written.replace("0.", ".", 1)


def _text_class(shade: str) -> str:
    """Return the class of a text that is read on a shade."""
    return f"on-{shade.removeprefix('shade ')}" if shade.startswith("shade") else ""


def _names(columns: list[str], cell: float) -> list[Markup]:
    """Label rows and columns, every one if there is room; the rest shows in an enlarged matrix."""
    every = max(1, math.ceil(_SMALLEST_LABEL / cell))
    size = min(max(cell * 0.8, _SMALLEST_LABEL), _LARGEST_LABEL)
    labels = []
    for number, name in enumerate(columns):
        is_fine = number % every != 0
        # An enlarged matrix has all labels, so that all are as small as a cell.
        classes = "fine" if is_fine else ("coarse" if every > 1 else "")
        sizes = [min(size, cell * 0.92)] if is_fine else [size]
        if classes == "coarse":
            sizes.append(min(size, cell * 0.92))
        for order, font in enumerate(sizes):
            kind = "fine" if is_fine or order else classes
            labels += _name_pair(name, number, cell, font, kind)
    return labels


def _name_pair(name: str, number: int, cell: float, size: float, kind: str) -> list[Markup]:
    place = (number + 0.5) * cell
    x, y = _LABEL_ROOM + place + size / 3, _TOP_ROOM - 4
    text = shorten(name, size, _LABEL_ROOM - 8)
    upright = shorten(name, size, _TOP_ROOM + 14)
    return [
        tag(
            "text",
            text,
            x=_LABEL_ROOM - 4,
            y=_TOP_ROOM + place + size / 3,
            font_size=size,
            class_=f"end {kind}".strip(),
        ),
        tag(
            "text",
            upright,
            transform=f"translate({x:.1f} {y:.1f}) rotate(-55)",
            font_size=size,
            class_=kind or None,
        ),
    ]


def _signed_key(top: float, reach: float) -> Markup:
    """Return the scale of colours, with its ends."""
    left, right, step = _LABEL_ROOM, _LABEL_ROOM + _FIELD, _FIELD / (2 * SHADES + 1)
    boxes = [
        tag(
            "rect",
            x=left + (shade + SHADES) * step,
            y=top,
            width=step + 0.3,
            height=8,
            class_=f"shade {'n' if shade < 0 else 'p'}{abs(shade)}",
        )
        for shade in range(-SHADES, SHADES + 1)
    ]
    ends = [
        tag("text", text, x=place, y=top + 19, font_size=10, class_=f"{side} muted")
        for text, place, side in (
            (format_number(-reach), left, "start"),
            ("0", (left + right) / 2, "middle"),
            (f"+{format_number(reach)}", right, "end"),
        )
    ]
    return tag("g", *boxes, *ends)


def draw_pairs(plot: dict[str, Any]) -> Drawing:
    """Draw the cell shares of pairs of columns, real beside synthetic, in the same shades."""
    panels = []
    for pair in plot["panels"]:
        shares = (v for table in ("real", "synthetic") for row in pair[table] for v in row)
        highest = max(known(shares), default=0.0)
        names = (pair["x"], pair["y"])
        error = f"error {format_share(pair['error'])}" if pair.get("error") is not None else ""
        svg = _pair_picture(pair, highest, f"{names[0]} and {names[1]}: {error}")
        panels.append(Panel(svg=svg, caption=f"{names[0]} × {names[1]}", note=error))  # noqa: RUF001
    return Drawing(layout="pairs", panels=panels)


def _pair_picture(pair: dict[str, Any], highest: float, label: str) -> Markup:
    side, room, top, gap = 118.0, 82.0, 18.0, 12.0
    bottom = top + side
    x_marks = [(share, shorten(text, 10, 58)) for share, text in _axis_marks(pair, "x", side, 12.0)]
    below = 12 + 0.82 * max((text_width(text, 10) for _, text in x_marks), default=0.0)
    parts = []
    for number, (table, word) in enumerate((("real", "Real"), ("synthetic", "Synthetic"))):
        left = room + number * (side + gap)
        # The rows of a table are the cells of x, which runs to the right; numbers of y run upwards.
        cells = [list(row) for row in zip(*pair[table], strict=True)]
        cells = cells[::-1] if pair.get("y_edges") else cells
        wide, high = side / max(len(cells[0]), 1), side / max(len(cells), 1)
        place = f"translate({left:.1f} {top:.1f}) scale({wide:.5g} {high:.5g})"
        parts.append(tag("g", shaded_field(cells, highest, signed=False), transform=place))
        middle = left + side / 2
        parts.append(tag("text", word, x=middle, y=12, font_size=11, class_="middle"))
        for share, text in x_marks:
            x = left + share * side + 3
            turned = f"translate({x:.1f} {bottom + 7:.1f}) rotate(-55)"
            parts.append(tag("text", text, transform=turned, font_size=10, class_="end"))
    for share, text in _axis_marks(pair, "y", side, 11.0):
        y = (bottom - share * side if pair.get("y_edges") else top + share * side) + 3.5
        text = shorten(text, 10, room - 6)
        parts.append(tag("text", text, x=room - 5, y=y, font_size=10, class_="end"))
    return picture(room + 2 * side + gap + 6, bottom + below, *parts, label=label, class_="matrix")


def _axis_marks(
    pair: dict[str, Any], axis: str, side: float, least: float
) -> Iterator[tuple[float, str]]:
    """Yield where along an axis which text stands: edges at edges, levels beside their cells."""
    rows = pair["real"]
    count = max(len(rows) if axis == "x" else len(rows[0]), 1)
    labels, edges = pair.get(f"{axis}_labels"), pair.get(f"{axis}_edges")
    names = [str(name) for name in labels or ()] or list(map(format_number, edges or ()))
    shift = 0.0 if edges else 0.5
    for number in range(0, len(names), max(1, math.ceil(least * count / side))):
        yield min((number + shift) / count, 1.0), names[number]
