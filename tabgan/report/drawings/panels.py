"""Overlap, detection, distances and training: intervals beside histograms and lines."""

from itertools import pairwise
from typing import Any

from tabgan.report.drawings.elements import Drawing, Markup, Panel, picture, tag
from tabgan.report.drawings.intervals import interval_rows
from tabgan.report.drawings.outlines import histogram_outline, number_axis, value_axis
from tabgan.report.drawings.scales import Scale, format_number, format_share, known

__all__ = ["draw_detection", "draw_distances", "draw_overlap", "draw_training"]

_WIDTH, _HEIGHT, _LEFT = 340.0, 210.0, 46.0
# More bars than this are not compared by eye; the table has all columns.
_MOST_BARS = 25


def draw_overlap(plot: dict[str, Any]) -> Drawing:
    """Draw the overlaps with their intervals, and the rows' shares over what chance gives."""
    label = "; ".join(
        f"{arm['label']}: {format_number(arm['value'])}" for arm in plot["arms"] if arm["label"]
    )
    arms = interval_rows(plot["arms"], label=label, marks=[(1.0, "1 = fully mixed")])
    return Drawing(
        layout="two",
        panels=[
            Panel(svg=arms, caption="Overlap, with 95 % intervals"),
            Panel(svg=_share_histogram(plot), caption="Neighbours from the other table, by row"),
        ],
        legend=[("real", "Real"), ("synthetic", "Synthetic"), ("expected", "Expected by chance")],
    )


def _share_histogram(plot: dict[str, Any]) -> Markup:
    values = plot["share_values"]
    half = (values[1] - values[0]) / 2 if len(values) > 1 else 0.5
    edges = [value - half for value in values] + [values[-1] + half]
    series = {
        "real": plot["observed_real"],
        "synthetic": plot["observed_synthetic"],
        "expected": plot["expected"],
    }
    means = {
        name: sum(share * value for share, value in zip(shares, values, strict=True))
        for name, shares in series.items()
        if shares
    }
    label = "Share of a row's neighbours that come from the other table. Means: " + ", ".join(
        f"{name} {format_share(mean)}" for name, mean in means.items()
    )
    return _histograms(edges, series, "share of neighbours from the other table", label)


def _histograms(
    edges: list[float], series: dict[str, list[float]], title: str, label: str
) -> Markup:
    """Draw outlines over one another; the first is filled."""
    highest = max(known(share for shares in series.values() for share in shares), default=1.0)
    x = Scale(edges[0], edges[-1], _LEFT, _WIDTH - 8)
    y = Scale(0.0, 1.06 * highest or 1.0, _HEIGHT - 40, 8.0)
    shapes = [
        histogram_outline(edges, shares, x, y, name, is_filled=number == 0)
        for number, (name, shares) in enumerate(series.items())
        if shares
    ]
    axes = [value_axis(y, _LEFT, _WIDTH - 8), number_axis(x, _HEIGHT - 40, title=title)]
    return picture(_WIDTH, _HEIGHT, *axes, *shapes, label=label)


def draw_detection(plot: dict[str, Any]) -> Drawing:
    """Draw the areas under the ROC curve, and what each column adds to them."""
    label = "; ".join(f"{arm['label']}: {format_number(arm['value'])}" for arm in plot["arms"])
    panels = [
        Panel(
            svg=interval_rows(plot["arms"], label=label, marks=[(0.5, ".5 = cannot tell")]),
            caption="Area under the ROC curve, with 95 % intervals",
        )
    ]
    rows = sorted(plot["importance"], key=_importance, reverse=True)
    if rows:
        panels.append(_importance_panel(rows, plot.get("threshold")))
    return Drawing(layout="two", panels=panels)


def _importance(row: dict[str, Any]) -> float:
    return row["value"] if row["value"] is not None else float("-inf")


def _importance_panel(rows: list[dict[str, Any]], threshold: float | None) -> Panel:
    shown = [row for row in rows if row["named"]] + [row for row in rows if not row["named"]]
    shown = shown[:_MOST_BARS]
    bars = [
        {
            **row,
            "label": f"{row['column']} (gives it away)" if row["named"] else row["column"],
            "class": "synthetic" if row["named"] else "plain",
        }
        for row in shown
    ]
    label = "Importance of columns: " + ", ".join(
        f"{row['column']} {format_number(row['value'])}" for row in shown[:10]
    )
    marks = [(threshold, "largest of the holdout")] if threshold is not None else []
    left_out = len(rows) - len(shown)
    return Panel(
        svg=interval_rows(bars, label=label, marks=marks, from_zero=True),
        caption="Loss of area when a column is shuffled",
        note=f"{left_out} columns of less importance are not drawn" if left_out else "",
    )


def draw_distances(plot: dict[str, Any]) -> Drawing:
    """Draw how far synthetic rows and holdout rows are from the nearest real row."""
    series = {"holdout": plot["holdout"], "synthetic": plot["synthetic"]}
    edges = plot["edges"]
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    label = f"{plot['title']}. Means: " + ", ".join(
        f"{name} {format_number(sum(s * m for s, m in zip(shares, middles, strict=True)))}"
        for name, shares in series.items()
        if shares
    )
    svg = _histograms(edges, series, plot["title_x"], label)
    legend = [("synthetic", "Synthetic"), ("holdout", "Holdout")]
    return Drawing(layout="one", panels=[Panel(svg=svg)], legend=legend)


def draw_training(plot: dict[str, Any]) -> Drawing:
    """Draw one small picture a series, since losses and fidelity have scales of their own."""
    panels = []
    for series in plot["series"]:
        svg = _series_picture(plot["steps"], series, plot.get("best_step"))
        panels.append(Panel(svg=svg, caption=series["label"]))
    return Drawing(layout="grid", panels=panels)


def _series_picture(steps: list[float], series: dict[str, Any], best: int | None) -> Markup:
    pairs = [(at, v) for at, v in zip(steps, series["values"], strict=True) if known([v])]
    values = [value for _, value in pairs] or [0.0]
    pad = 0.05 * (max(values) - min(values)) or 0.05 * abs(values[0]) or 0.05
    x = Scale(min(steps, default=0), max(steps, default=1), _LEFT, _WIDTH - 8)
    y = Scale(min(values) - pad, max(values) + pad, _HEIGHT - 44, 8.0)
    line = "M" + "L".join(f"{x(at):.1f} {y(value):.1f}" for at, value in pairs)
    parts = [value_axis(y, _LEFT, _WIDTH - 8), number_axis(x, _HEIGHT - 44, title="step")]
    if len(pairs) > 1:
        parts.append(tag("path", d=line, class_="line plain"))
    elif pairs:
        parts.append(tag("circle", cx=x(pairs[0][0]), cy=y(values[0]), r=4, class_="dot plain"))
    label = f"{series['label']}: {format_number(values[0])} first, {format_number(values[-1])} last"
    if best is not None:
        label += f"; the step kept is {best}"
        path = f"M{x(best):.1f} 8V{_HEIGHT - 44:.0f}"
        parts.append(tag("path", tag("title", f"step kept: {best}"), d=path, class_="mark"))
    return picture(_WIDTH, _HEIGHT, *parts, label=label)
