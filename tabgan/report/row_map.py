"""The map of real and synthetic rows, and the overlap in it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from tabgan import metrics
from tabgan.report.context import Context
from tabgan.report.pieces import Figure, Section, column, finite, interval_of, table
from tabgan.report.plane import lay_out

__all__ = ["add_map", "arm_table"]

# Of each of the three tables. Two of them are drawn, all of them.
MAP_ROWS = 1_500
TOOLTIP_COLUMNS = 5
TOOLTIP_LETTERS = 24
# The pairs of tables that are compared, with the words for them.
PAIRS = (
    ("holdout", "synthetic", "unseen and synthetic"),
    ("holdout", "real", "unseen and seen: the floor"),
    ("real", "synthetic", "seen and synthetic"),
)
COLUMNS = (
    column("pair", "Rows compared", "text"),
    column("value", "Overlap"),
    column("low", "from"),
    column("high", "to"),
    column("se", "Standard error if equal"),
)


def add_map(context: Context, section: Section) -> None:
    """Lay some rows out in a plane, draw them, and measure the overlap there, too."""
    size = min(MAP_ROWS, len(context.train), len(context.unseen), len(context.synthetic))
    rows = context.cut(size)
    places = lay_out(
        context.train,
        rows,
        kinds=context.tables.kinds,
        n_neighbors=context.n_neighbors,
        seed=context.seed,
    )
    arms = {
        words: metrics.overlap_of_points(
            places[first],
            places[second],
            n_neighbors=context.n_neighbors,
            random_state=context.seed,
        )
        for first, second, words in PAIRS
    }
    headline, floor, _ = arms.values()
    section.figures.append(
        Figure(
            name="overlap_map",
            label="Overlap in the map",
            meaning="The same on the coordinates of the map; the picture can flatter.",
            **interval_of(headline),
            reference=finite(floor.value),
            direction="reference",
        )
    )
    section.note(
        f"The map lays out {size:,} rows of each table together, by UMAP with "
        f"{context.n_neighbors} neighbours. Distances between far points of it mean nothing."
    )
    section.tables.append(arm_table("map-overlap", "Overlap in the map", arms))
    section.plots.append(_plot(context, rows, places, headline))


def arm_table(id: str, title: str, arms: dict[str, metrics.OverlapArm]) -> dict[str, Any]:
    """Return the overlaps of several pairs of tables as a table."""
    rows = [
        {"pair": words, **interval_of(arm), "se": finite(arm.se)} for words, arm in arms.items()
    ]
    return table(id, title, COLUMNS, rows, "The standard error tests that the overlap is 1.")


def _plot(
    context: Context,
    rows: dict[str, pd.DataFrame],
    places: dict[str, np.ndarray],
    arm: metrics.OverlapArm,
) -> dict[str, Any]:
    real, synthetic = places["holdout"], places["synthetic"]
    points = np.concatenate([real, synthetic]).round(3)
    overlaps = np.empty(len(points))
    overlaps[arm.real_rows] = arm.real_overlaps
    overlaps[len(real) + arm.synthetic_rows] = arm.synthetic_overlaps
    return {
        "kind": "map",
        "id": "map",
        "title": "Map of real and synthetic rows",
        "alt": (
            f"UMAP of {len(real):,} real and {len(synthetic):,} synthetic rows; overlap of the "
            f"{context.n_neighbors} nearest neighbours in the plane {arm.value:.3f} "
            f"({arm.low:.3f} to {arm.high:.3f}), 1 is fully mixed."
        ),
        "x": points[:, 0],
        "y": points[:, 1],
        "role": ["real"] * len(real) + ["synthetic"] * len(synthetic),
        # A page that is passed on must not show anybody's row.
        "tooltip": ["real row"] * len(real) + _tooltips(context, rows["synthetic"]),
        "overlap": overlaps.round(3),
    }


def _tooltips(context: Context, rows: pd.DataFrame) -> list[str]:
    """Say what is in a row, of its first columns."""
    names = list(rows.columns)[:TOOLTIP_COLUMNS]
    columns = [_texts(rows[name], context.tables.kinds[name]) for name in names]
    return [
        ", ".join(f"{name}: {cell}" for name, cell in zip(names, cells, strict=True))
        for cells in zip(*columns, strict=True)
    ]


def _texts(series: pd.Series, kind: str) -> list[str]:
    """Return cells as short texts."""
    if kind == "datetime":
        series = pd.to_datetime(series, unit="us").dt.strftime("%Y-%m-%d")
    cells: Sequence[Any] = series.astype(object).where(series.notna(), "missing").tolist()
    return [f"{x:.6g}" if isinstance(x, float) else str(x)[:TOOLTIP_LETTERS] for x in cells]
