"""How real and synthetic rows lie among each other: the map, and the neighbours row by row."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tabgan.metrics import neighbor_overlap
from tabgan.plots._display import Display, interval_rows, outline, plots_of
from tabgan.plots._style import Palette

__all__ = ["NeighborOverlapDisplay"]

PICTURES = ("map", "rows", "arms")


class NeighborOverlapDisplay(Display):
    """The map of both tables, the neighbours of each row over what chance gives, and the overlaps.

    Parameters
    ----------
    arms : sequence of mapping
        The overlaps, each with "label", "value", "low" and "high".
    share_values : array-like of shape (k + 1,)
        Possible shares of a row's neighbours that are of the other table: 0, 1/k, ... 1.
    observed_real, observed_synthetic : array-like of shape (k + 1,)
        Share of the rows of either table with each of them.
    expected : array-like of shape (k + 1,)
        The same on average under equal distributions.
    x, y : array-like of shape (n_points,) or None, default=None
        Where the map has the rows. None: no map.
    role : sequence of {"real", "synthetic"} or None, default=None
        Which table a point is of.

    Attributes
    ----------
    ax_, axes_, figure_ : Axes, array of Axes, Figure
        The first of the axes, all of them, and their figure, after :meth:`plot`.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.plots import NeighborOverlapDisplay
    >>> real, synthetic = (
    ...     pd.DataFrame({"x": np.random.default_rng(seed).normal(size=100)}) for seed in range(2))
    >>> display = NeighborOverlapDisplay.from_tables(real, synthetic, random_state=0)
    >>> len(display.share_values), display.pictures
    (11, ('rows', 'arms'))
    """

    def __init__(
        self,
        *,
        arms: Sequence[Mapping[str, Any]],
        share_values: Any,
        observed_real: Any,
        observed_synthetic: Any,
        expected: Any,
        x: Any = None,
        y: Any = None,
        role: Any = None,
    ) -> None:
        self.arms = arms
        self.share_values = share_values
        self.observed_real = observed_real
        self.observed_synthetic = observed_synthetic
        self.expected = expected
        self.x = x
        self.y = y
        self.role = role

    @classmethod
    def from_report(cls, report: Any) -> "NeighborOverlapDisplay":
        """Take the map and the overlaps of a report.

        Parameters
        ----------
        report : SyntheticReport

        Returns
        -------
        display : NeighborOverlapDisplay
        """
        plot = cls._first_plot(report, "overlap")
        points: Mapping[str, Any] = next(plots_of(report, "map"), {})
        names = ("arms", "share_values", "observed_real", "observed_synthetic", "expected")
        return cls(
            **{name: plot[name] for name in names},
            x=points.get("x"),
            y=points.get("y"),
            role=points.get("role"),
        )

    @classmethod
    def from_tables(
        cls,
        real: Any,
        synthetic: Any,
        *,
        holdout: Any = None,
        schema: Any = None,
        n_neighbors: int = 10,
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> "NeighborOverlapDisplay":
        """Measure the overlaps; see :func:`tabgan.metrics.neighbor_overlap`.

        A report is what lays out the map, so there is none.

        Parameters
        ----------
        real, synthetic : DataFrame or array
        holdout : DataFrame, array or None, default=None
        schema : Schema, mapping of column to kind, or None, default=None
        n_neighbors : int, default=10
        random_state : int, Generator or None, default=None
        n_jobs : int or None, default=None

        Returns
        -------
        display : NeighborOverlapDisplay
        """
        found = neighbor_overlap(
            real,
            synthetic,
            holdout=holdout,
            schema=schema,
            n_neighbors=n_neighbors,
            random_state=random_state,
            n_jobs=n_jobs,
        )
        named = [("seen and synthetic", found.seen)]
        if found.floor is not None:
            named.insert(0, ("unseen and seen: the floor", found.floor))
            named.insert(0, ("unseen and synthetic", found.headline))
        return cls(
            arms=[
                {"label": label, "value": arm.value, "low": arm.low, "high": arm.high}
                for label, arm in named
            ],
            share_values=found.headline.share_values,
            observed_real=found.headline.observed_real,
            observed_synthetic=found.headline.observed_synthetic,
            expected=found.headline.expected_real,
        )

    @property
    def pictures(self) -> tuple[str, ...]:
        """The pictures that there are numbers for."""
        return PICTURES if self.x is not None and len(self.x) else PICTURES[1:]

    def plot(
        self, ax: Any = None, *, pictures: Sequence[str] | None = None, theme: str = "light"
    ) -> "NeighborOverlapDisplay":
        """Draw the pictures.

        Parameters
        ----------
        ax : Axes, sequence of Axes, or None, default=None
            One for each picture. None makes a figure.
        pictures : sequence of {"map", "rows", "arms"} or None, default=None
            None: the first that there is on axes given singly, else all.
        theme : {"light", "dark"}, default="light"

        Returns
        -------
        display : NeighborOverlapDisplay
            Itself.
        """
        hint = "; the map needs a display made from a report"
        there = self.pictures
        pictures = self._choose_pictures(
            "pictures", pictures, there, ax=ax, single=there[0], hint=hint
        )
        colours = self._start(ax, len(pictures), theme, size=(4.8, 4.2))
        draw = {"map": self._draw_map, "rows": self._draw_rows, "arms": self._draw_arms}
        for axes, name in zip(self.axes_, pictures, strict=True):
            draw[name](axes, colours)
        self._finish(colours)
        return self

    def _draw_map(self, axes: Any, colours: Palette) -> None:
        x, y = np.array(self.x, dtype=float), np.array(self.y, dtype=float)
        role = np.array(self.role)
        # In one order of all rows and not table by table, or the second would hide the first.
        order = np.argsort(np.concatenate([_ranks(role == name) for name in ("real", "synthetic")]))
        places = np.concatenate([np.flatnonzero(role == n) for n in ("real", "synthetic")])[order]
        named = {"real": colours.real, "synthetic": colours.synthetic}
        painted = [named[str(name)] for name in role[places]]
        axes.scatter(x[places], y[places], s=7, c=painted, alpha=0.6, linewidths=0)
        for name, colour in named.items():
            axes.scatter([], [], s=18, c=colour, label=name.capitalize())
        axes.set_aspect("equal", adjustable="datalim")
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title("Map of the rows", fontsize="medium")

    def _draw_rows(self, axes: Any, colours: Palette) -> None:
        values = np.array(self.share_values, dtype=float)
        half = (values[1] - values[0]) / 2 if len(values) > 1 else 0.5
        edges = np.append(values - half, values[-1] + half)
        outline(axes, edges, self.observed_real, colours.real, label="Real")
        outline(axes, edges, self.observed_synthetic, colours.synthetic, label="Synthetic")
        options = {"label": "Expected by chance", "linestyle": "--"}
        outline(axes, edges, self.expected, colours.expected, **options)
        axes.set_xlabel("share of neighbours from the other table")
        axes.set_ylabel("share of rows")
        axes.set_title("Neighbours, row by row", fontsize="medium")

    def _draw_arms(self, axes: Any, colours: Palette) -> None:
        interval_rows(axes, self.arms, [colours.muted] * len(self.arms))
        axes.axvline(1.0, color=colours.ink, linestyle=":", linewidth=1)
        axes.set_xlabel("overlap (1 = fully mixed)")
        axes.set_title("Overlap, with 95 % intervals", fontsize="medium")


def _ranks(chosen: np.ndarray) -> np.ndarray:
    """Return the chosen rows' ranks among themselves, between 0 and 1."""
    count = int(chosen.sum())
    return (np.arange(count) + 0.5) / max(count, 1)
