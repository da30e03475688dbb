"""What all displays share: axes to draw on, colours, and the way into a notebook."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tabgan._optional import require
from tabgan.exceptions import InvalidParameterError
from tabgan.plots._style import Palette, palette
from tabgan.plots._text import drawn_text

__all__ = ["Display", "interval_rows", "outline", "plots_of", "require_matplotlib"]

SECTIONS = {
    "correlation": "correlations",
    "detection": "detection",
    "distances": "privacy",
    "marginals": "columns",
    "overlap": "neighbors",
    "training": "training",
}
"""The section of a report that holds a kind of plot, or says why there is none."""


def require_matplotlib(module: str) -> Any:
    """Import a module of matplotlib, or say how to install it."""
    return require(module, extra="report", purpose="A display")


def plots_of(report: Any, kind: str) -> Iterator[dict[str, Any]]:
    """Yield the plots of a kind in a report's summary."""
    for section in report.to_dict()["sections"]:
        yield from (plot for plot in section["plots"] if plot["kind"] == kind)


class Display:
    """A picture made from numbers; a base of all displays.

    A figure that a display makes itself belongs to no global list of figures, so that it is freed
    with the display. A notebook shows it as the value of its cell.
    """

    figure_: Any
    axes_: np.ndarray
    ax_: Any
    _is_own: bool = False

    @classmethod
    def _first_plot(cls, report: Any, kind: str) -> dict[str, Any]:
        """Return the first plot of a kind, or say that the report has none."""
        for plot in plots_of(report, kind):
            return plot
        notes = " ".join(
            note
            for section in report.to_dict()["sections"]
            if section["id"] == SECTIONS[kind]
            for note in section["notes"]
        )
        raise InvalidParameterError(
            f"The 'report' parameter of {cls.__name__}.from_report has no plot of the kind "
            f"{kind!r}. {notes}".strip()
        )

    def _choose_pictures(
        self,
        name: str,
        chosen: Sequence[str] | None,
        there: Sequence[str],
        *,
        ax: Any,
        single: str,
        hint: str = "",
    ) -> Sequence[str]:
        """Return the pictures asked for; with None that for axes given singly, or all there are."""
        if chosen is None:
            is_single = ax is not None and np.size(np.array(ax, dtype=object)) == 1
            chosen = [single] if is_single else list(there)
        if not chosen or not set(chosen) <= set(there):
            raise InvalidParameterError(
                f"The {name!r} parameter of {type(self).__name__}.plot must name one or more of "
                f"{', '.join(map(repr, there))}{hint}. Got {list(chosen)!r} instead."
            )
        return chosen

    def _start(
        self, ax: Any, n_axes: int, theme: str, *, size: tuple[float, float], n_across: int = 4
    ) -> Palette:
        """Set `figure_`, `axes_` and `ax_`: the axes given, or new ones of this size in inches."""
        colours = palette(theme)
        if ax is None:
            n_across = max(min(n_axes, n_across), 1)
            n_down = max(-(-n_axes // n_across), 1)
            figure_type = require_matplotlib("matplotlib.figure").Figure
            self.figure_ = figure_type(
                figsize=(size[0] * n_across, size[1] * n_down),
                layout="constrained",
                facecolor=colours.paper,
            )
            grid = self.figure_.subplots(n_down, n_across, squeeze=False).ravel()
            for unused in grid[n_axes:]:
                unused.remove()
            axes = grid[:n_axes]
        else:
            axes = np.ravel(np.array(ax, dtype=object))
            if len(axes) != n_axes:
                raise InvalidParameterError(
                    f"The 'ax' parameter of {type(self).__name__}.plot must hold {n_axes} axes, "
                    f"one for each picture. Got {len(axes)} instead."
                )
            self.figure_ = axes[0].figure
        self._is_own = ax is None
        self.axes_, self.ax_ = axes, axes[0] if len(axes) else None
        return colours

    def _finish(self, colours: Palette, *, has_legend: bool = True) -> None:
        """Give axes of our own the colours of the theme; axes of the caller keep theirs."""
        for axes in self.axes_:
            handles, labels = axes.get_legend_handles_labels()
            if handles and has_legend:
                legend = axes.legend(handles, labels, frameon=False, fontsize="small")
                for text in legend.get_texts() if self._is_own else ():
                    text.set_color(colours.ink)
            if not self._is_own:
                continue
            axes.set_facecolor(colours.paper)
            axes.tick_params(colors=colours.muted, labelcolor=colours.ink, labelsize="small")
            for text in (axes.title, axes.xaxis.label, axes.yaxis.label):
                text.set_color(colours.ink)
            for side, spine in axes.spines.items():
                spine.set_color(colours.muted)
                spine.set_visible(side in ("left", "bottom"))

    def _repr_png_(self) -> bytes | None:
        """Return the picture for a notebook, unless its figure is shown by pyplot already."""
        if not self._is_own:
            return None
        target = io.BytesIO()
        self.figure_.savefig(target, format="png", dpi=110)
        return target.getvalue()


def outline(axes: Any, edges: Any, shares: Any, colour: str, **options: Any) -> Any:
    """Draw the steps of a histogram and return their artist."""
    return axes.stairs(shares, edges, color=colour, linewidth=1.6, **options)


def interval_rows(axes: Any, rows: Sequence[Mapping[str, Any]], colours: Sequence[str]) -> None:
    """Draw each row's value as a point with its interval, the first row on top."""
    places = np.arange(len(rows))[::-1]
    for place, row, colour in zip(places, rows, colours, strict=True):
        if row["value"] is None:
            continue
        low, high = (row["value"] if row[end] is None else row[end] for end in ("low", "high"))
        axes.plot([low, high], [place, place], color=colour, linewidth=2)
        axes.plot([row["value"]], [place], "o", color=colour, markersize=6)
    axes.set_yticks(places, [drawn_text(row["label"]) for row in rows])
    axes.set_ylim(-0.6, len(rows) - 0.4)
