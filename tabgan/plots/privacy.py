"""How far synthetic rows are from the rows that the generator saw."""

from typing import Any

from tabgan.metrics import closest_distances
from tabgan.plots._display import Display, outline

__all__ = ["PrivacyDisplay"]


class PrivacyDisplay(Display):
    """Distances to the closest seen row, of synthetic rows and of unseen real ones.

    Synthetic rows that are nearer than unseen real ones are a sign of copies.

    Parameters
    ----------
    edges : array-like of shape (n_cells + 1,)
        Edges of the cells of distances.
    synthetic, holdout : array-like of shape (n_cells,)
        Share of the rows in each cell.
    title_x : str, default="distance to the closest seen row"

    Attributes
    ----------
    ax_, axes_, figure_ : Axes, array of Axes, Figure
        The axes, an array of them, and their figure, after :meth:`plot`.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.plots import PrivacyDisplay
    >>> real, holdout = (
    ...     pd.DataFrame({"x": np.random.default_rng(seed).normal(size=50)}) for seed in range(2))
    >>> display = PrivacyDisplay.from_tables(real, real, holdout=holdout, random_state=0)
    >>> display.synthetic[0]
    1.0
    """

    def __init__(
        self,
        *,
        edges: Any,
        synthetic: Any,
        holdout: Any,
        title_x: str = "distance to the closest seen row",
    ) -> None:
        self.edges = edges
        self.synthetic = synthetic
        self.holdout = holdout
        self.title_x = title_x

    @classmethod
    def from_report(cls, report: Any) -> "PrivacyDisplay":
        """Take the distances of a report.

        Parameters
        ----------
        report : SyntheticReport

        Returns
        -------
        display : PrivacyDisplay
        """
        plot = cls._first_plot(report, "distances")
        return cls(**{name: plot[name] for name in ("edges", "synthetic", "holdout", "title_x")})

    @classmethod
    def from_tables(
        cls,
        real: Any,
        synthetic: Any,
        *,
        holdout: Any,
        schema: Any = None,
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> "PrivacyDisplay":
        """Measure the distances; see :func:`tabgan.metrics.closest_distances`.

        Parameters
        ----------
        real, synthetic : DataFrame or array
        holdout : DataFrame or array
        schema : Schema, mapping of column to kind, or None, default=None
        random_state : int, Generator or None, default=None
        n_jobs : int or None, default=None

        Returns
        -------
        display : PrivacyDisplay
        """
        found = closest_distances(
            real,
            synthetic,
            holdout=holdout,
            schema=schema,
            random_state=random_state,
            n_jobs=n_jobs,
        )
        return cls(edges=found.edges, synthetic=found.shares, holdout=found.holdout_shares)

    def plot(self, ax: Any = None, *, theme: str = "light") -> "PrivacyDisplay":
        """Draw the distances.

        Parameters
        ----------
        ax : Axes or None, default=None
            None makes a figure.
        theme : {"light", "dark"}, default="light"

        Returns
        -------
        display : PrivacyDisplay
            Itself.
        """
        colours = self._start(ax, 1, theme, size=(5.6, 4.0))
        options = {"label": "Holdout", "linestyle": "--"}
        outline(self.ax_, self.edges, self.holdout, colours.holdout, **options)
        outline(self.ax_, self.edges, self.synthetic, colours.synthetic, label="Synthetic")
        self.ax_.set_xlabel(self.title_x)
        self.ax_.set_ylabel("share of rows")
        self._finish(colours)
        return self
