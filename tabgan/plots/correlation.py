"""Associations of all pairs of columns, in the real and in the synthetic table."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tabgan.metrics import association_matrices
from tabgan.plots._display import Display, require_matplotlib
from tabgan.plots._style import Palette, readable_on
from tabgan.plots._text import drawn_text

__all__ = ["CorrelationDisplay"]

TITLES = {"real": "Real", "synthetic": "Synthetic", "difference": "Synthetic minus real"}
# Values are written into the cells of matrices up to this size, and names are thinned beyond.
MOST_WRITTEN = 12
MOST_NAMES = 25


class CorrelationDisplay(Display):
    """The association matrices of both tables and their difference, side by side.

    Parameters
    ----------
    columns : sequence of length n_columns
        Names, in the order of the matrices.
    real, synthetic : array-like of shape (n_columns, n_columns)
        Associations between -1 and 1, None or NaN where undefined.
    holdout_difference : float or None, default=None
        Mean absolute difference of a real holdout, named in the title of the difference.

    Attributes
    ----------
    images_ : list of AxesImage
        One a matrix.
    ax_, axes_, figure_ : Axes, array of Axes, Figure
        The first of the axes, all of them, and their figure, after :meth:`plot`.

    Examples
    --------
    >>> from tabgan.plots import CorrelationDisplay
    >>> CorrelationDisplay(columns=["a", "b"], real=[[1, 0.5], [0.5, 1]],
    ...     synthetic=[[1, 0.3], [0.3, 1]]).difference[0, 1].round(3)
    np.float64(-0.2)
    """

    def __init__(
        self,
        *,
        columns: Sequence[Any],
        real: Any,
        synthetic: Any,
        holdout_difference: float | None = None,
    ) -> None:
        self.columns = columns
        self.real = real
        self.synthetic = synthetic
        self.holdout_difference = holdout_difference

    @classmethod
    def from_report(cls, report: Any) -> "CorrelationDisplay":
        """Take the matrices of a report.

        Parameters
        ----------
        report : SyntheticReport

        Returns
        -------
        display : CorrelationDisplay
        """
        plot = cls._first_plot(report, "correlation")
        return cls(
            columns=plot["columns"],
            real=plot["real"],
            synthetic=plot["synthetic"],
            holdout_difference=plot["holdout_difference"],
        )

    @classmethod
    def from_tables(
        cls,
        real: Any,
        synthetic: Any,
        *,
        holdout: Any = None,
        schema: Any = None,
        random_state: Any = None,
    ) -> "CorrelationDisplay":
        """Measure the matrices; see :func:`tabgan.metrics.association_matrices`.

        Parameters
        ----------
        real, synthetic : DataFrame or array
        holdout : DataFrame, array or None, default=None
        schema : Schema, mapping of column to kind, or None, default=None
        random_state : int, Generator or None, default=None

        Returns
        -------
        display : CorrelationDisplay
        """
        found = association_matrices(
            real,
            synthetic,
            holdout=holdout,
            schema=schema,
            random_state=random_state,
            n_worst_pairs=0,
        )
        return cls(
            columns=found.columns,
            real=found.real,
            synthetic=found.synthetic,
            holdout_difference=found.holdout_mean_difference,
        )

    @property
    def difference(self) -> np.ndarray:
        """The synthetic associations minus the real ones, NaN where either is undefined."""
        return np.array(self.synthetic, dtype=float) - np.array(self.real, dtype=float)

    def plot(
        self, ax: Any = None, *, matrices: Sequence[str] | None = None, theme: str = "light"
    ) -> "CorrelationDisplay":
        """Draw the matrices.

        Parameters
        ----------
        ax : Axes, sequence of Axes, or None, default=None
            One for each matrix. None makes a figure.
        matrices : sequence of {"real", "synthetic", "difference"} or None, default=None
            None: the difference on axes given singly, else all three.
        theme : {"light", "dark"}, default="light"

        Returns
        -------
        display : CorrelationDisplay
            Itself.
        """
        matrices = self._choose_pictures(
            "matrices", matrices, list(TITLES), ax=ax, single="difference"
        )
        colours = self._start(ax, len(matrices), theme, size=_size(len(self.columns)))
        self.images_ = [
            self._draw(axes, name, colours) for axes, name in zip(self.axes_, matrices, strict=True)
        ]
        self._finish(colours, has_legend=False)
        for axes in self.axes_ if self._is_own else ():
            axes.tick_params(labelsize=7)
            axes.spines[:].set_visible(False)
        return self

    def _draw(self, axes: Any, name: str, colours: Palette) -> Any:
        matrix = np.array(getattr(self, name), dtype=float)
        reach = 1.0 if name != "difference" else _reach(matrix)
        image = axes.imshow(matrix, cmap=_signed_colours(colours), vmin=-reach, vmax=reach)
        _name_axes(axes, [drawn_text(column, 18) for column in self.columns])
        if name == "difference" and self.holdout_difference is not None:
            told = f"a holdout differs by {self.holdout_difference:.3g} on average"
            axes.set_xlabel(told, fontsize="small")
        axes.set_title(TITLES[name], fontsize="medium")
        if len(matrix) <= MOST_WRITTEN:
            _write_values(axes, image, matrix)
        if self._is_own:
            bar = self.figure_.colorbar(image, ax=axes, shrink=0.6, aspect=30, pad=0.02)
            bar.ax.tick_params(colors=colours.muted, labelcolor=colours.ink, labelsize="small")
            bar.outline.set_visible(False)
        return image


def _size(n_columns: int) -> tuple[float, float]:
    """Return the inches of one matrix, wider than high for the names and the scale of colours."""
    side = 3.2 + 0.06 * min(max(n_columns - 10, 0), 40)
    return side + 1.0, side + 0.9


def _reach(matrix: np.ndarray) -> float:
    largest = float(np.nanmax(np.abs(matrix), initial=0.0))
    return next((step for step in (0.05, 0.1, 0.2, 0.5, 1.0) if step >= largest), 2.0)


def _signed_colours(colours: Palette) -> Any:
    colormap = require_matplotlib("matplotlib.colors").LinearSegmentedColormap
    made = colormap.from_list("signed", [colours.negative, colours.middle, colours.positive])
    return made.with_extremes(bad=colours.undefined)


def _name_axes(axes: Any, names: list[str]) -> None:
    """Name rows and columns, as many as can be read."""
    shown = range(0, len(names), -(-len(names) // MOST_NAMES) or 1)
    texts = [names[place] for place in shown]
    axes.set_xticks(list(shown), texts, rotation=90)
    axes.set_yticks(list(shown), texts)


def _write_values(axes: Any, image: Any, matrix: np.ndarray) -> None:
    to_hex = require_matplotlib("matplotlib.colors").to_hex
    for (row, column), value in np.ndenumerate(matrix):
        if np.isnan(value):
            continue
        colour = readable_on(to_hex(image.to_rgba(value)))
        axes.text(column, row, f"{value:.2f}", ha="center", va="center", color=colour, fontsize=7)
