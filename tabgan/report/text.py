"""The report as plain text for a terminal."""

import shutil
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["render_text"]

# Sections whose figures a terminal shows; the page has the rest.
MAX_WIDTH = 100
HEAD = ("", "value", "95 % interval", "holdout", "verdict")


def render_text(summary: Mapping[str, Any]) -> str:
    """Return a summary as text: the answers first, then all figures, then what limits them."""
    width = min(shutil.get_terminal_size((MAX_WIDTH, 24)).columns, MAX_WIDTH)
    sections = {section["id"]: section for section in summary["sections"]}
    lines = [_title(summary), "=" * min(len(_title(summary)), width), ""]
    lines += _answers(sections["overview"], width)
    widths = _widths(summary)
    for section in summary["sections"][1:]:
        lines += ["", *_section(section, widths, width)]
    return "\n".join(line.rstrip() for line in lines)


def _title(summary: Mapping[str, Any]) -> str:
    sizes = summary["tables"]
    parts = [f"{sizes['synthetic']['rows']:,} synthetic rows"]
    parts.append(f"{sizes['train']['rows']:,} real ones")
    holdout = sizes["holdout"]
    parts.append(f"{holdout['rows']:,} unseen" if holdout else "no holdout")
    return f"Synthetic table: {', '.join(parts)}, {sizes['train']['columns']} columns"


def _answers(overview: Mapping[str, Any], width: int) -> Iterator[str]:
    """Yield the three answers, and the notes."""
    for figure in overview["figures"]:
        head = f"{figure['label']:<10}{figure['verdict'].upper():<18}"
        yield from _wrap(figure["meaning"], width, first=head, rest=" " * len(head))
    if overview["notes"]:
        yield ""
    for note in overview["notes"]:
        yield from _wrap(note, width, first="- ", rest="  ")
    for table in overview["tables"]:
        if table["id"] == "differences":
            yield ""
            for row in table["rows"]:
                yield from _wrap(_difference(row), width, first="! ", rest="  ")


def _difference(row: Mapping[str, Any]) -> str:
    cells = "" if row["cells"] is None else f" ({row['cells']:,} cells, {row['share']:.1%})"
    return f"{row['column']}: {row['problem']}{cells}"


def _section(section: Mapping[str, Any], widths: tuple[int, ...], width: int) -> Iterator[str]:
    """Yield the figures and notes of one section."""
    state = "" if section["state"] == "ok" else f" ({section['state']})"
    head = f"{section['title']}{state}"
    if section["figures"]:
        rest = zip(HEAD[1:], widths[1:], strict=True)
        yield "  ".join([head.ljust(widths[0]), *(word.rjust(size) for word, size in rest)])
    else:
        yield head
    for figure in section["figures"]:
        cells = _cells(figure)
        rest = zip(cells[1:], widths[1:], strict=True)
        yield "  ".join([cells[0].ljust(widths[0]), *(cell.rjust(size) for cell, size in rest)])
    for note in section["notes"]:
        yield from _wrap(note, width, first="  - ", rest="    ")


def _widths(summary: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the widths of the columns, the same in all sections."""
    rows = [_cells(figure) for section in summary["sections"][1:] for figure in section["figures"]]
    rows.append(HEAD)
    return tuple(max(map(len, column)) for column in zip(*rows, strict=True))


def _cells(figure: Mapping[str, Any]) -> tuple[str, ...]:
    unit = {"": "", "%": " %", "points": " pt", "nats": " nats"}[figure["unit"]]
    low, high = _number(figure["low"]), _number(figure["high"])
    return (
        f"  {figure['label']}",
        f"{_number(figure['value'])}{unit}",
        f"{low} to {high}" if low != "-" and high != "-" else "",
        "" if figure["reference"] is None else f"{_number(figure['reference'])}{unit}",
        "" if figure["verdict"] == "not judged" else figure["verdict"],
    )


def _number(value: float | None) -> str:
    """Return a number as a person reads it."""
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def _wrap(text: str, width: int, *, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()), width, initial_indent=first, subsequent_indent=rest
    )
