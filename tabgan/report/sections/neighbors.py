"""Neighbours: do synthetic rows lie among unseen real ones?"""

from typing import Any

from tabgan import metrics
from tabgan.report.context import Context
from tabgan.report.credit import overlap_figures, withdraw_credit
from tabgan.report.pieces import Figure, Section, column, finite, interval_of, table
from tabgan.report.row_map import add_map, arm_table
from tabgan.report.verdicts import THRESHOLDS

__all__ = ["fill_neighbors"]

SIDES = {
    "real": "Low where real regions are not covered.",
    "synthetic": "Low where synthetic rows are implausible.",
}
REGION_COLUMNS = (
    column("region", "Region", "text"),
    column("rows", "Rows"),
    column("synthetic_share", "Synthetic rows", "share"),
    column("overlap", "Overlap"),
    column("low", "from"),
    column("high", "to"),
    column("p_value", "Chance"),
)


def fill_neighbors(context: Context, section: Section) -> None:
    """Fill the section."""
    with section.attempt("The overlap of the nearest neighbours"):
        found = context.overlap
        section.figures += [*_figures(context, found), *overlap_figures(context)]
        arms = _arms(context, found)
        section.tables.append(arm_table("overlap", "Overlap of the nearest neighbours", arms))
        section.plots.append(_overlap_plot(found, arms))
        section.note(
            f"Overlaps are those of {found.n_rows:,} rows of each table and {found.n_neighbors} "
            "neighbours; 1 is what equal tables score, above 1.03 look for copies. The overlap "
            "sees less than the trees of the section on detection."
        )
    with section.attempt("The map"):
        add_map(context, section)
    with section.attempt("The regions of least mixing"):
        _add_regions(context, section)
    withdraw_credit(context, section)


def _figures(context: Context, found: metrics.NeighborOverlapResult) -> list[Figure]:
    headline = found.headline
    rows = "unseen" if context.has_holdout else "real"
    floor = headline if found.floor is None else found.floor
    sides = (
        ("real", headline.real_side, floor.real_side),
        ("synthetic", headline.synthetic_side, floor.synthetic_side),
    )
    return [
        Figure.rated(
            THRESHOLDS["overlap"],
            name="overlap",
            label=f"Overlap with {rows} rows",
            meaning=(
                f"Mixing of {rows} real and synthetic rows among the nearest neighbours: 1 mixed, "
                "0 apart."
            ),
            **interval_of(headline),
            reference=finite(found.reference),
            direction="higher",
        ),
        *(
            Figure(
                name=f"overlap_{side}_side",
                label=f"Around {side} rows",
                meaning=SIDES[side],
                value=finite(value),
                reference=finite(reference),
                direction="reference",
            )
            for side, value, reference in sides
        ),
    ]


def _arms(context: Context, found: metrics.NeighborOverlapResult) -> dict[str, Any]:
    """Return the pairs of tables with the words for them."""
    arms = {"unseen and synthetic": found.headline, "unseen and seen: the floor": found.floor}
    return {**arms, "seen and synthetic": found.seen}


def _overlap_plot(found: metrics.NeighborOverlapResult, arms: dict[str, Any]) -> dict[str, Any]:
    shown = [
        {"label": words, **interval_of(arm), "se": finite(arm.se)} for words, arm in arms.items()
    ]
    headline = found.headline
    return {
        "kind": "overlap",
        "id": "overlap",
        "title": f"Overlap of the {found.n_neighbors} nearest neighbours",
        "alt": "; ".join(
            f"{words}: {arm.value:.3f} ({arm.low:.3f} to {arm.high:.3f})"
            for words, arm in arms.items()
        ),
        "arms": shown,
        "share_values": headline.share_values,
        "observed_real": headline.observed_real,
        "observed_synthetic": headline.observed_synthetic,
        "expected": headline.expected_real,
    }


def _add_regions(context: Context, section: Section) -> None:
    """Name the regions where real and synthetic rows mix least."""
    found = context.measure(
        metrics.least_mixed_regions,
        max_rows=min(context.max_rows, 10_000),
        n_neighbors=context.n_neighbors,
        n_jobs=context.search_jobs,
    )
    rows = [
        {
            "region": region.description,
            "rows": region.n_rows,
            "synthetic_share": region.synthetic_share,
            "overlap": region.overlap,
            "low": region.low,
            "high": region.high,
            "p_value": region.p_value,
        }
        for region in found.regions
    ]
    if not rows:
        section.note(
            f"No region of bad mixing stood the test: {found.n_tested} were found on one half of "
            "the rows and tested on the other."
        )
        return
    note = (
        f"Found on {found.n_rows:,} rows of each table and tested on as many others; half of the "
        "rows of a region should be synthetic."
    )
    section.tables.append(table("regions", "Where rows mix least", REGION_COLUMNS, rows, note))
