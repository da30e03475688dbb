"""What was recorded while a generator was trained."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tabgan.exceptions import InvalidParameterError
from tabgan.plots._display import Display, plots_of
from tabgan.plots._text import drawn_text

__all__ = ["TrainingDisplay"]

# The series of the minimax game.
GAME = {"value": "V(D, G)", "d_real": "D(x)", "d_fake": "D(G(z))"}
# One dash a series, so that lines are told apart without their colours.
DASHES = ("-", "--", ":", "-.")


class TrainingDisplay(Display):
    """Losses and errors over the steps of a training, one picture for each group of series.

    Parameters
    ----------
    groups : sequence of mapping
        Each with "title", "steps", "series" (mappings with "label" and "values", None where nothing
        was recorded) and "best_step" (or None).

    Attributes
    ----------
    ax_, axes_, figure_ : Axes, array of Axes, Figure
        The first of the axes, all of them, and their figure, after :meth:`plot`.

    Examples
    --------
    >>> from tabgan.plots import TrainingDisplay
    >>> history = [{"step": 50, "generator_loss": 0.7}, {"step": 100, "generator_loss": 0.6}]
    >>> TrainingDisplay.from_history(history).groups[0]["series"]
    [{'label': 'generator loss', 'values': [0.7, 0.6]}]
    """

    def __init__(self, *, groups: Sequence[Mapping[str, Any]]) -> None:
        self.groups = groups

    @classmethod
    def from_report(cls, report: Any) -> "TrainingDisplay":
        """Take the training of a report that was given a fitted estimator.

        Parameters
        ----------
        report : SyntheticReport

        Returns
        -------
        display : TrainingDisplay
        """
        cls._first_plot(report, "training")
        return cls(groups=list(plots_of(report, "training")))

    @classmethod
    def from_history(cls, history: Sequence[Mapping[str, Any]]) -> "TrainingDisplay":
        """Take the record of a fitted estimator, its ``history_``.

        Parameters
        ----------
        history : sequence of mapping
            Records, each with its "step" and numbers by name.

        Returns
        -------
        display : TrainingDisplay
        """
        if not history:
            raise InvalidParameterError(
                "The 'history' parameter of TrainingDisplay.from_history must hold one record or "
                f"more, such as the history_ of a fitted estimator. Got {history!r} instead."
            )
        names = dict.fromkeys(name for record in history for name in record)
        numbers = [name for name in names if name not in ("step", "seconds")]
        series = [
            {
                "label": GAME.get(name, name.replace("_", " ")),
                "values": [_number(record.get(name)) for record in history],
            }
            for name in numbers
        ]
        series = [line for line in series if any(v is not None for v in line["values"])]
        errors = [line for line in series if "error" in str(line["label"])]
        game = [line for line in series if line["label"] in GAME.values()]
        others = [line for line in series if line not in [*errors, *game]]
        steps = [record["step"] for record in history]
        named = (
            ("What the two players scored", others),
            ("The game; at its end V is -log 4 = -1.386 and D is 1/2", game),
            ("Errors on held-out rows", errors),
        )
        return cls(
            groups=[
                {"title": title, "steps": steps, "series": lines, "best_step": None}
                for title, lines in named
                if lines
            ]
        )

    def plot(self, ax: Any = None, *, theme: str = "light") -> "TrainingDisplay":
        """Draw the series.

        Parameters
        ----------
        ax : Axes, sequence of Axes, or None, default=None
            One for each group; the first group alone on axes given singly. None makes a figure.
        theme : {"light", "dark"}, default="light"

        Returns
        -------
        display : TrainingDisplay
            Itself.
        """
        count = len(self.groups) if ax is None else np.size(np.array(ax, dtype=object))
        groups = list(self.groups)[:count]
        colours = self._start(ax, len(groups), theme, size=(5.4, 4.0))
        tones = (colours.ink, colours.holdout, colours.negative, colours.muted)
        for axes, group in zip(self.axes_, groups, strict=True):
            for number, line in enumerate(group["series"]):
                values = np.array(line["values"], dtype=float)
                known = ~np.isnan(values)
                axes.plot(
                    np.array(group["steps"])[known],
                    values[known],
                    color=tones[number % len(tones)],
                    linestyle=DASHES[number % len(DASHES)],
                    label=drawn_text(line["label"]),
                )
            if group["best_step"] is not None:
                style = {"color": colours.muted, "linewidth": 1, "label": "step kept"}
                axes.axvline(group["best_step"], **style)
            axes.set_xlabel("step")
            axes.set_title(drawn_text(group["title"], 60), fontsize="medium")
        self._finish(colours)
        return self


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and np.isfinite(value) else None
