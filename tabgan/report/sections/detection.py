"""Detection: can a judge tell synthetic rows from unseen real ones?"""

from typing import Any

from tabgan import metrics
from tabgan.report.context import JUDGE_ROWS, Context
from tabgan.report.credit import gap_figures, withdraw_credit
from tabgan.report.pieces import Figure, Section, column, finite, interval, table
from tabgan.report.verdicts import THRESHOLDS

__all__ = ["fill_detection"]

# More digits of a loss of area than these are noise.
DIGITS = 4
IMPORTANCE_COLUMNS = (
    column("column", "Column", "text"),
    column("value", "Adds to the area"),
    column("low", "from"),
    column("high", "to"),
    column("named", "Gives it away", "text"),
)


def fill_detection(context: Context, section: Section) -> None:
    """Fill the section."""
    cut = context.cut(JUDGE_ROWS)
    options: dict[str, Any] = {
        **cut, "schema": context.tables.kinds, "random_state": context.seed
    }  # fmt: skip
    judged = None
    with section.attempt("The boosted-tree judge"):
        judged = context.judged
        section.figures += [*_figures(context, judged), *gap_figures(context)]
        section.note(
            f"Boosted trees (judge {judged.judge!r}) on {judged.n_rows:,} rows of each table; the "
            "area grows with the number of rows, so compare at equal numbers only."
        )
    with section.attempt("The logistic regression"):
        found = metrics.logistic_c2st(**options | context.cut(min(JUDGE_ROWS, context.even_rows)))
        section.figures.append(
            Figure(
                name="logistic_c2st",
                label="Logistic test",
                meaning=(
                    "1: a linear model cannot tell; for comparison with the literature only, it is "
                    "blind to ties between columns."
                ),
                value=finite(found.value),
                reference=finite(found.reference),
                direction="higher",
            )
        )
    if judged is not None:
        importance = None
        with section.attempt("Which columns give it away"):
            importance = metrics.giveaways(**options, n_jobs=context.n_jobs)
            section.tables.append(_importance_table(importance))
            section.note(f"What gives it away was found on {importance.n_rows:,} rows of each.")
        section.plots.append(_plot(judged, importance))
    withdraw_credit(context, section)


def _figures(context: Context, judged: metrics.JudgeResult) -> list[Figure]:
    rows = "unseen" if context.has_holdout else "held-apart"
    return [
        Figure.rated(
            THRESHOLDS["auc_holdout"],
            name="auc_holdout",
            label=f"Tree AUC ({rows} rows)",
            meaning=f"How well trees tell synthetic from {rows} real rows: .5 by chance, 1 always.",
            **interval(judged.auc_holdout, judged.se_holdout),
            reference=finite(judged.floor),
        ),
        Figure(
            name="auc_floor",
            label="Tree AUC (floor)",
            meaning="The same for seen against unseen real rows: what a perfect table scores.",
            **interval(judged.floor, judged.se_floor),
            direction="reference",
        ),
        Figure(
            name="auc_train",
            label="Tree AUC (seen rows)",
            meaning="The same for synthetic against seen rows; far below the first: copying.",
            **interval(judged.auc_train, judged.se_train),
            reference=finite(judged.floor),
            direction="reference",
        ),
    ]


def _importance_rows(found: metrics.Giveaways) -> list[dict[str, Any]]:
    """Return the columns, the one that adds most first."""
    return [
        {
            "column": str(part.column),
            "value": round(part.value, DIGITS),
            "low": round(part.low, DIGITS),
            "high": round(part.high, DIGITS),
            "named": part.named,
        }
        for part in sorted(found.parts, key=lambda part: -part.value)
    ]


def _importance_table(found: metrics.Giveaways) -> dict[str, Any]:
    rows = [{**row, "named": "yes" if row["named"] else ""} for row in _importance_rows(found)]
    note = (
        "Loss of area if the column is permuted among rows that the judge was not trained on. A "
        "column is named only if this is surely more than the largest loss of the holdout's run."
    )
    return table("giveaways", "What gives it away", IMPORTANCE_COLUMNS, rows, note)


def _plot(judged: metrics.JudgeResult, importance: metrics.Giveaways | None) -> dict[str, Any]:
    arms = []
    for label, value, se in (
        ("unseen and synthetic", judged.auc_holdout, judged.se_holdout),
        ("unseen and seen: the floor", judged.floor, judged.se_floor),
        ("seen and synthetic", judged.auc_train, judged.se_train),
    ):
        arms.append({"label": label, **interval(value, se)})
    rows = [] if importance is None else _importance_rows(importance)
    named = ", ".join(row["column"] for row in rows if row["named"]) or "none"
    areas = "; ".join(f"{arm['label']} {arm['value']:.3f}" for arm in arms)
    return {
        "kind": "detection",
        "id": "detection",
        "title": "Area under the ROC curve of the judge",
        "alt": f"{areas}. Columns that give it away: {named}.",
        "arms": arms,
        "importance": rows,
        "threshold": None if importance is None else finite(importance.threshold),
    }
