"""The distribution of every column, real and synthetic."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from tabgan.exceptions import InvalidParameterError
from tabgan.metrics import ColumnMarginal, column_marginals
from tabgan.plots._display import Display, outline
from tabgan.plots._spikes import spike_of
from tabgan.plots._style import Palette
from tabgan.plots._text import drawn_text

__all__ = ["MarginalsDisplay"]

MOST_PANELS = 24
MOST_NAMES = 12


class MarginalsDisplay(Display):
    """Histograms of numeric columns and bars of levels, both tables in the same cells.

    Parameters
    ----------
    panels : sequence of mapping
        One a column: "column", "edges" (or None), "tick_labels" (or None), "real", "synthetic",
        "holdout" (or None): the shares of the cells.

    Attributes
    ----------
    ax_, axes_, figure_ : Axes, array of Axes, Figure
        The first of the axes, all of them, and their figure, after :meth:`plot`.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.plots import MarginalsDisplay
    >>> real, synthetic = pd.DataFrame({"c": list("aab")}), pd.DataFrame({"c": list("abb")})
    >>> MarginalsDisplay.from_tables(real, synthetic).panels[0]["tick_labels"]
    ['a', 'b']
    """

    def __init__(self, *, panels: Sequence[Mapping[str, Any]]) -> None:
        self.panels = panels

    @classmethod
    def from_report(cls, report: Any) -> "MarginalsDisplay":
        """Take the columns of a report.

        Parameters
        ----------
        report : SyntheticReport

        Returns
        -------
        display : MarginalsDisplay
        """
        return cls(panels=cls._first_plot(report, "marginals")["panels"])

    @classmethod
    def from_tables(
        cls, real: Any, synthetic: Any, *, holdout: Any = None, schema: Any = None
    ) -> "MarginalsDisplay":
        """Count the columns; see :func:`tabgan.metrics.column_marginals`.

        Parameters
        ----------
        real, synthetic : DataFrame or array
        holdout : DataFrame, array or None, default=None
        schema : Schema, mapping of column to kind, or None, default=None

        Returns
        -------
        display : MarginalsDisplay
        """
        found = column_marginals(real, synthetic, holdout=holdout, schema=schema)
        return cls(panels=[_panel(name, part) for name, part in found.columns.items()])

    def plot(
        self,
        ax: Any = None,
        *,
        columns: Sequence[Hashable] | None = None,
        theme: str = "light",
    ) -> "MarginalsDisplay":
        """Draw the columns.

        Parameters
        ----------
        ax : Axes, sequence of Axes, or None, default=None
            One for each column. None makes a figure.
        columns : sequence of hashable or None, default=None
            The columns to draw. None: the first 24, or as many as there are axes.
        theme : {"light", "dark"}, default="light"

        Returns
        -------
        display : MarginalsDisplay
            Itself.
        """
        count = MOST_PANELS if ax is None else np.size(np.array(ax, dtype=object))
        panels = self._chosen(columns) if columns is not None else list(self.panels)[:count]
        colours = self._start(ax, len(panels), theme, size=(3.2, 2.6))
        for axes, panel in zip(self.axes_, panels, strict=True):
            _draw(axes, panel, colours)
            axes.set_title(drawn_text(panel["column"]), fontsize="medium")
        self._finish(colours, has_legend=False)
        if len(panels):
            self.ax_.legend(frameon=False, fontsize="small", labelcolor="linecolor")
        return self

    def _chosen(self, columns: Sequence[Hashable]) -> list[Mapping[str, Any]]:
        by_name = {str(panel["column"]): panel for panel in self.panels}
        unknown = [name for name in columns if str(name) not in by_name]
        if unknown or not columns:
            raise InvalidParameterError(
                "The 'columns' parameter of MarginalsDisplay.plot must name columns of the "
                f"display, such as {', '.join(map(repr, list(by_name)[:5]))}. Got "
                f"{(unknown or list(columns))!r} instead."
            )
        return [by_name[str(name)] for name in columns]


def _panel(name: Hashable, part: ColumnMarginal) -> dict[str, Any]:
    return {
        "column": name,
        "numeric": part.is_numeric,
        "edges": None if part.edges is None else list(part.edges),
        "tick_labels": None if part.labels is None else list(part.labels),
        "real": part.real,
        "synthetic": part.synthetic,
        "holdout": part.holdout,
    }


def _draw(axes: Any, panel: Mapping[str, Any], colours: Palette) -> None:
    if panel["edges"] is None:
        _draw_levels(axes, panel, colours)
        return
    edges = np.array(panel["edges"], dtype=float)
    widths = np.maximum(np.diff(edges), 0.01 * (edges[-1] - edges[0]) or 1.0)
    densities = {name: np.array(panel[name], dtype=float) / widths for name in _series(panel)}
    for name, options in _series(panel).items():
        outline(axes, edges, densities[name], getattr(colours, name), **options)
    axes.set_yticks([])
    spike = spike_of(list(densities.values()))
    if spike is not None:
        cell, limit = spike
        axes.set_ylim(0, limit)
        told = f" \u2191 {panel['real'][cell]:.1%}, {panel['synthetic'][cell]:.1%}"
        place = (edges[cell] + edges[cell + 1]) / 2
        is_left = place < (edges[0] + edges[-1]) / 2
        options = {"ha": "left" if is_left else "right", "va": "top", "fontsize": "small"}
        axes.text(place, 0.97 * limit, told, color=colours.muted, **options)
    labels = panel["tick_labels"]
    if labels and len(labels) == len(edges):
        axes.set_xticks([edges[0], edges[-1]], [labels[0], labels[-1]])


def _draw_levels(axes: Any, panel: Mapping[str, Any], colours: Palette) -> None:
    places = np.arange(len(panel["real"]))
    for name, shift in (("real", -0.2), ("synthetic", 0.2)):
        options = {"height": 0.4, "color": getattr(colours, name), "label": name.capitalize()}
        axes.barh(places + shift, panel[name], **options)
    if panel.get("holdout"):
        axes.plot(panel["holdout"], places, "|", color=colours.holdout, label="Holdout")
    # Names of many levels are thinned, as small as they are.
    shown = slice(None, None, -(-len(places) // MOST_NAMES) or 1)
    names = [drawn_text(label, 18) for label in panel["tick_labels"]]
    axes.set_yticks(places[shown], names[shown])
    axes.invert_yaxis()


def _series(panel: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the tables to draw, with how their outlines look."""
    series: dict[str, dict[str, Any]] = {"real": {"label": "Real"}}
    if panel.get("holdout"):
        series["holdout"] = {"label": "Holdout", "linestyle": "--"}
    return {**series, "synthetic": {"label": "Synthetic"}}
