"""Utility: do models trained on synthetic rows predict as well as those trained on real ones?"""

from collections.abc import Hashable

from tabgan import metrics
from tabgan.report.context import Context
from tabgan.report.credit import withdraw_credit
from tabgan.report.pieces import Figure, Section, column, finite, interval_of, table
from tabgan.report.verdicts import THRESHOLDS

__all__ = ["fill_utility"]

MOST_TARGETS = 12
SCORES = {"auc": "area under the ROC curve", "r2": "R squared"}
GIVEN_MODELS = "Its interval is that of the rows tested on, given the models."
ROWS = 20_000
COLUMNS = (
    column("target", "Predicted column", "text"),
    column("score", "Score", "text"),
    column("synthetic", "Trained on synthetic rows"),
    column("real", "Trained on real rows"),
    column("gap", "Share of the merit lost", "share"),
    column("low", "from", "share"),
    column("high", "to", "share"),
)


def fill_utility(context: Context, section: Section) -> None:
    """Fill the section."""
    if len(context.tables.kinds) < 2:
        section.limit("One column alone leaves nothing to predict it from.")
    elif context.target is None:
        with section.attempt("The utility"):
            _add_every_column(context, section)
    elif context.target not in context.tables.kinds:
        section.limit(
            f"The target {context.target!r} cannot be predicted: the synthetic table lacks it, or "
            "it is an identifier."
        )
    elif _n_classes(context, context.target) < 2:
        section.limit(
            f"The target {context.target!r} has one class only, or none, in the rows to test on: "
            "there is nothing to predict."
        )
    else:
        with section.attempt("The utility"):
            _add_target(context, section)
    withdraw_credit(context, section)


def _n_classes(context: Context, target: Hashable) -> int:
    """Return how many values the target has in the rows to test on."""
    return int(context.unseen[target].nunique())


def _add_target(context: Context, section: Section) -> None:
    """Add the utility for the target."""
    found = metrics.utility(
        **context.cut(ROWS),
        target=context.target,
        schema=context.tables.kinds,
        random_state=context.seed,
        n_jobs=context.n_jobs,
    )
    section.figures += [
        _gap_figure(found.utility_gap, found.gap_low, found.gap_high, str(context.target)),
        _score_figure(found),
    ]
    section.note(
        f"Gradient boosting, trained on {found.n_rows:,} synthetic or real rows, predicts "
        f"{context.target!r} of real rows that neither model saw. {GIVEN_MODELS}"
    )
    if finite(found.utility_gap) is None:
        section.limit(
            f"The model trained on real rows predicts {context.target!r} no better than chance, so "
            "there is no merit that could be lost."
        )


def _score_figure(found: metrics.UtilityResult) -> Figure:
    """Return the score itself."""
    return Figure(
        name="utility",
        label="Score, " + SCORES[found.score],
        meaning="Of the model trained on synthetic rows; the reference is trained on real ones.",
        **interval_of(found),
        reference=finite(found.reference),
        direction="higher",
    )


def _gap_figure(gap: float, low: float, high: float, of: str) -> Figure:
    return Figure.rated(
        THRESHOLDS["utility_gap"],
        name="utility_gap",
        label="Merit lost",
        meaning=(
            f"Share of the real model's merit beyond chance that is lost by training on synthetic "
            f"rows, predicting {of}; 0 is best."
        ),
        value=finite(gap),
        low=finite(low),
        high=finite(high),
        reference=0.0,
    )


def _add_every_column(context: Context, section: Section) -> None:
    """Add the utility for each column in turn."""
    found = metrics.utility_by_column(
        **context.cut(ROWS),
        schema=context.tables.kinds,
        random_state=context.seed,
        max_columns=MOST_TARGETS,
        n_jobs=context.n_jobs,
    )
    if not found.parts:
        reasons = "; ".join(f"{name}: {why}" for name, why in list(found.skipped.items())[:3])
        section.limit(f"No column can be predicted. {reasons}.")
        return
    section.figures.append(_gap_figure(found.value, found.low, found.high, "each column in turn"))
    rows = [
        {
            "target": str(part.column),
            "score": SCORES[part.score],
            "synthetic": finite(part.value),
            "real": finite(part.reference),
            "gap": finite(part.gap),
            "low": finite(part.low),
            "high": finite(part.high),
        }
        for part in found.parts
    ]
    note = "An empty cell: real rows do not predict the column, so there is no merit to lose."
    section.tables.append(table("targets", "Each column in turn", COLUMNS, rows, note))
    section.note(f"No target was named, so columns were predicted in turn. {GIVEN_MODELS}")
    if found.skipped:
        shown = "; ".join(f"{name} ({why})" for name, why in list(found.skipped.items())[:5])
        rest = len(found.skipped) - 5
        section.note(f"Left out: {shown}{f'; and {rest} more' if rest > 0 else ''}.")
    if finite(found.value) is None:
        section.limit("Real rows predict no column better than chance: no merit could be lost.")
