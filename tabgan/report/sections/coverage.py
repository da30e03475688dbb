"""Coverage: are synthetic rows plausible, and are all regions of the real table covered?"""

from tabgan import metrics
from tabgan.report.context import COVERAGE_ROWS, Context
from tabgan.report.credit import withdraw_credit
from tabgan.report.pieces import Figure, Section, finite, interval_of

__all__ = ["fill_coverage"]

FIGURES = (
    ("alpha_precision", "Alpha-precision", "Synthetic rows lie as near to the real centre.", "%"),
    (
        "beta_recall",
        "Beta-recall",
        "Real rows have a synthetic row as near as their nearest real one; about half is right, "
        "more is copying.",
        "%",
    ),
    (
        "coverage",
        "Coverage",
        "Real rows with a synthetic row among their five nearest neighbours; read both sides.",
        "%",
    ),
    ("density", "Density", "How many real neighbourhoods a synthetic row lies in, 1 expected.", ""),
)


def fill_coverage(context: Context, section: Section) -> None:
    """Fill the section."""
    size = min(COVERAGE_ROWS, context.max_rows)
    with section.attempt("Precision and recall"):
        found = context.measure_even(metrics.precision_recall, max_rows=size)
        for name, label, meaning, unit in FIGURES:
            part = getattr(found, name)
            scale = 100.0 if unit == "%" else 1.0
            section.figures.append(
                Figure(
                    name=name,
                    label=label,
                    meaning=meaning,
                    **interval_of(part, scale),
                    reference=finite(part.reference, scale),
                    direction=part.direction,
                    unit="%" if unit == "%" else "",
                )
            )
        section.note(
            f"On {found.coverage.n_rows:,} rows of each table. More than the reference is no merit "
            "but a sign of copies, so these figures have no verdict."
        )
    with section.attempt("The authenticity"):
        new = context.measure(metrics.authenticity, max_rows=size)
        section.figures.append(
            Figure(
                name="authenticity",
                label="Authenticity",
                meaning="Synthetic rows farther from a seen row than that row's nearest seen one.",
                **interval_of(new, 100),
                reference=finite(new.reference, 100),
                direction="reference",
                unit="%",
            )
        )
    withdraw_credit(context, section)
