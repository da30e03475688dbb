"""Whether boosted trees tell synthetic rows from real ones, and by which columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tabgan.metrics import giveaways, judge
from tabgan.metrics._results import NORMAL_95
from tabgan.plots._display import Display, interval_rows
from tabgan.plots._style import Palette
from tabgan.plots._text import drawn_text

__all__ = ["DetectionDisplay"]

MOST_BARS = 20


class DetectionDisplay(Display):
    """Areas under the ROC curve of the judge, and the importance of the columns.

    Parameters
    ----------
    arms : sequence of mapping
        The areas, each with "label", "value", "low" and "high".
    importance : sequence of mapping
        One a column: "column", "value", "low", "high" and "named", whether it gives the table away.
    threshold : float or None, default=None
        The largest importance of any column among real rows.

    Attributes
    ----------
    ax_, axes_, figure_ : Axes, array of Axes, Figure
        The first of the axes, all of them, and their figure, after :meth:`plot`.

    Examples
    --------
    >>> from tabgan.plots import DetectionDisplay
    >>> arm = {"label": "unseen and synthetic", "value": 0.6, "low": 0.58, "high": 0.62}
    >>> DetectionDisplay(arms=[arm], importance=[]).pictures
    ('arms',)
    """

    def __init__(
        self,
        *,
        arms: Sequence[Mapping[str, Any]],
        importance: Sequence[Mapping[str, Any]],
        threshold: float | None = None,
    ) -> None:
        self.arms = arms
        self.importance = importance
        self.threshold = threshold

    @classmethod
    def from_report(cls, report: Any) -> "DetectionDisplay":
        """Take the judge's figures of a report.

        Parameters
        ----------
        report : SyntheticReport

        Returns
        -------
        display : DetectionDisplay
        """
        plot = cls._first_plot(report, "detection")
        return cls(**{name: plot[name] for name in ("arms", "importance", "threshold")})

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
    ) -> "DetectionDisplay":
        """Ask the judge; see :func:`tabgan.metrics.judge` and :func:`tabgan.metrics.giveaways`.

        Parameters
        ----------
        real, synthetic : DataFrame or array
        holdout : DataFrame or array
        schema : Schema, mapping of column to kind, or None, default=None
        random_state : int, Generator or None, default=None
        n_jobs : int or None, default=None

        Returns
        -------
        display : DetectionDisplay
        """
        options = {
            "holdout": holdout, "schema": schema, "random_state": random_state, "n_jobs": n_jobs
        }  # fmt: skip
        judged = judge(real, synthetic, **options)
        found = giveaways(real, synthetic, **options)
        arms = [
            _arm("unseen and synthetic", judged.auc_holdout, judged.se_holdout),
            _arm("unseen and seen: the floor", judged.floor, judged.se_floor),
            _arm("seen and synthetic", judged.auc_train, judged.se_train),
        ]
        names = ("column", "value", "low", "high", "named")
        importance = [{name: getattr(part, name) for name in names} for part in found.parts]
        return cls(arms=arms, importance=importance, threshold=found.threshold)

    @property
    def pictures(self) -> tuple[str, ...]:
        """The pictures that there are numbers for."""
        return ("arms", "importance") if len(self.importance) else ("arms",)

    def plot(
        self, ax: Any = None, *, pictures: Sequence[str] | None = None, theme: str = "light"
    ) -> "DetectionDisplay":
        """Draw the pictures.

        Parameters
        ----------
        ax : Axes, sequence of Axes, or None, default=None
            One for each picture. None makes a figure.
        pictures : sequence of {"arms", "importance"} or None, default=None
            None: the areas on axes given singly, else all that there are.
        theme : {"light", "dark"}, default="light"

        Returns
        -------
        display : DetectionDisplay
            Itself.
        """
        there = self.pictures
        pictures = self._choose_pictures("pictures", pictures, there, ax=ax, single=there[0])
        colours = self._start(ax, len(pictures), theme, size=(5.4, 4.2))
        draw = {"arms": self._draw_arms, "importance": self._draw_importance}
        for axes, name in zip(self.axes_, pictures, strict=True):
            draw[name](axes, colours)
        self._finish(colours)
        return self

    def _draw_arms(self, axes: Any, colours: Palette) -> None:
        interval_rows(axes, self.arms, [colours.muted] * len(self.arms))
        axes.axvline(0.5, color=colours.ink, linestyle=":", linewidth=1)
        axes.set_xlabel("area under the ROC curve (.5 = cannot tell)")
        axes.set_title("The judge, with 95 % intervals", fontsize="medium")

    def _draw_importance(self, axes: Any, colours: Palette) -> None:
        rows = sorted(self.importance, key=lambda row: (not row["named"], -(row["value"] or 0.0)))
        rows = rows[:MOST_BARS]
        places = np.arange(len(rows))
        values = np.array([row["value"] or 0.0 for row in rows])
        ends = [
            [abs(value - row[end]) if row[end] is not None else 0.0
             for row, value in zip(rows, values, strict=True)]
            for end in ("low", "high")
        ]  # fmt: skip
        tones = [colours.synthetic if row["named"] else colours.muted for row in rows]
        axes.barh(places, values, color=tones, xerr=ends, ecolor=colours.ink, height=0.7)
        marks = [" (gives it away)" if row["named"] else "" for row in rows]
        names = [drawn_text(row["column"]) + mark for row, mark in zip(rows, marks, strict=True)]
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        if self.threshold is not None:
            line = {"color": colours.ink, "linestyle": ":", "linewidth": 1}
            axes.axvline(self.threshold, label="largest of the holdout", **line)
        axes.set_xlabel("loss of area when the column is shuffled")
        axes.set_title("What gives it away", fontsize="medium")


def _arm(label: str, value: float, se: float) -> dict[str, Any]:
    half = NORMAL_95 * se
    return {"label": label, "value": value, "low": value - half, "high": value + half}
