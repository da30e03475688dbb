"""Training: how the generator came to be, if it is known."""

from collections.abc import Mapping, Sequence
from typing import Any

from tabgan.report.context import Context
from tabgan.report.pieces import Figure, Section, column, finite, table

__all__ = ["fill_training"]

LABELS = {
    "generator_loss": "Generator loss",
    "discriminator_loss": "Discriminator loss",
    "value": "V(D, G)",
    "d_real": "D(x)",
    "d_fake": "D(G(z))",
    "validation_error": "Error on held-out rows",
}
GAME = ("value", "d_real", "d_fake")
SKIPPED = ("step", "seconds")
MOST_POINTS = 400


def fill_training(context: Context, section: Section) -> None:
    """Fill the section."""
    history = getattr(context.estimator, "history_", None)
    if not history:
        section.state = "absent"
        section.note(
            "No fitted estimator was given, or it recorded no step."
            if context.estimator is None
            else f"The {type(context.estimator).__name__} given holds no history of its training."
        )
        return
    judged = [record for record in history if _known(record.get("validation_error"))]
    best = min(judged, key=lambda record: record["validation_error"]) if judged else None
    section.figures += _figures(context.estimator, history, best)
    section.tables.append(_facts(context.estimator, history))
    for id, title, names in _pictures(history):
        section.plots.append(_plot(id, title, names, history, best))


def _known(value: Any) -> bool:
    return finite(value) is not None


def _figures(estimator: Any, history: Sequence[Mapping], best: Mapping | None) -> list[Figure]:
    steps = float(getattr(estimator, "n_iter_", history[-1]["step"]))
    figures = [
        Figure(
            name="steps",
            label="Steps",
            meaning="Updates of the generator.",
            value=steps,
            direction="reference",
        )
    ]
    if best is not None:
        figures.append(
            Figure(
                name="validation_error",
                label="Least error on held-out rows",
                meaning=f"Shape plus trend error, reached at step {best['step']:,}.",
                value=finite(best["validation_error"]),
            )
        )
    return figures


def _facts(estimator: Any, history: Sequence[Mapping]) -> dict[str, Any]:
    facts = {
        "Estimator": type(estimator).__name__,
        "Ended by": str(getattr(estimator, "stop_reason_", "")).replace("_", " "),
        "Seconds": f"{history[-1].get('seconds', 0.0):.1f}",
    }
    rows = [{"name": name, "value": value} for name, value in facts.items() if value]
    columns = (column("name", "What", "text"), column("value", "Value", "text"))
    return table("training", "The training", columns, rows)


def _pictures(history: Sequence[Mapping]) -> list[tuple[str, str, list[str]]]:
    """Return which series share a picture: those of the players, and errors on held-out rows."""
    names = [name for name in dict.fromkeys(n for r in history for n in r) if name not in SKIPPED]
    numbers = [name for name in names if any(_is_number(r.get(name)) for r in history)]
    errors = [name for name in numbers if "error" in name]
    game = [name for name in numbers if name in GAME]
    losses = [name for name in numbers if name not in [*errors, *game]]
    groups = [
        ("losses", "What the two players scored", losses),
        ("game", "The game; at its end V is -log 4 = -1.386 and D is 1/2", game),
        ("errors", "Error on held-out rows", errors),
    ]
    return [group for group in groups if group[2]]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plot(
    id: str, title: str, names: list[str], history: Sequence[Mapping], best: Mapping | None
) -> dict[str, Any]:
    records = [record for record in history if any(name in record for name in names)]
    records = records[:: -(-len(records) // MOST_POINTS)]
    series = [
        {
            "label": LABELS.get(name, name.replace("_", " ")),
            "values": [finite(record.get(name)) for record in records],
        }
        for name in names
    ]
    ends = "; ".join(
        f"{line['label']} ends at {line['values'][-1]:.4g}"
        for line in series
        if line["values"][-1] is not None
    )
    return {
        "kind": "training",
        "id": f"training-{id}",
        "title": title,
        "alt": f"{len(records)} records over {records[-1]['step']:,} steps. {ends}.",
        "steps": [record["step"] for record in records],
        "series": series,
        "best_step": None if best is None else best["step"],
    }
