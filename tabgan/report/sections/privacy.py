"""Privacy: are rows or values of seen people repeated?"""

from typing import Any

from tabgan import metrics
from tabgan.report.context import Context
from tabgan.report.credit import FOLLOWS_HOLDOUT, copying_figures, follows_holdout, share_figures
from tabgan.report.pieces import Figure, Section, column, finite, interval_of, table

__all__ = ["fill_privacy"]

CANNOT_BE_JUDGED = (
    "Privacy cannot be judged without a holdout: real rows that the generator never saw. Only they "
    "show how near rows come to each other by chance. Keep some real rows apart before fitting and "
    "give them as the holdout."
)
NO_PROOF = (
    "These figures find copying where there is some; that none was found is no proof that nobody "
    'can be recognised. No verdict here says "good".'
)
VERBATIM_COLUMNS = (
    column("column", "Column", "text"),
    column("synthetic", "Seen unique values that recur", "share"),
    column("holdout", "In the holdout", "share"),
)
DISTANCES = {
    "closest_distance": (
        "Distance to the closest seen row, median",
        "In units of a differing level; well below the reference is copying.",
    ),
    "distance_ratio": (
        "Nearest-neighbour distance ratio, median",
        "Distance to the closest seen row over that to the second; near 0: on single rows.",
    ),
}


def fill_privacy(context: Context, section: Section) -> None:
    """Fill the section."""
    if not context.has_holdout:
        section.limit(CANNOT_BE_JUDGED)
        with section.attempt("The share of exact copies"):
            section.figures.append(_exact_without_holdout(context))
        return
    section.note(NO_PROOF)
    with section.attempt("Copying"):
        section.figures += [*copying_figures(context), *share_figures(context)]
        copies = context.copying
        if follows_holdout(context):
            section.note(FOLLOWS_HOLDOUT)
        _note_sizes(context, section)
        _note_same_rows(copies, section)
        section.figures.append(_verbatim_figure(copies))
        if copies.verbatim_values.parts:
            section.tables.append(_verbatim_table(copies))
    with section.attempt("The distances to the closest row"):
        _add_distances(context, section)


def _exact_without_holdout(context: Context) -> Figure:
    found = metrics.exact_copies(
        context.tables.real, context.synthetic, schema=context.tables.kinds
    )
    return Figure(
        name="exact_copies",
        label="Rows equal to a real row",
        meaning="Not judged: how many would be so by chance, only a holdout shows.",
        value=finite(found.value, 100),
        unit="%",
    )


def _note_sizes(context: Context, section: Section) -> None:
    """Say what was searched."""
    share = context.copying.dcr_share
    n_seen = share.n_parts * share.n_real
    section.note(
        f"{n_seen:,} seen and {share.n_real:,} unseen rows were searched for "
        f"{share.n_synthetic:,} synthetic rows; {share.tie_share:.1%} of these are equally near to "
        "both."
    )
    if share.n_parts > 1:
        section.note(
            f"The holdout is smaller than the real table, so {share.n_parts} disjoint parts of "
            "the seen rows were each compared with it: the share of closer rows is their mean, the "
            "excesses are their sum."
        )
    if n_seen < len(context.tables.real):
        section.note(
            f"Of the {len(context.tables.real):,} seen rows {n_seen:,} were searched, at random: "
            "copies of the others are found only as exact copies and by values."
        )


def _note_same_rows(copies: metrics.CopyingResult, section: Section) -> None:
    """Say so if the holdout repeats the seen rows."""
    share = copies.exact_copies.reference
    if share is not None and share > 0.5:
        section.limit(
            f"{share:.0%} of the holdout's rows equal a row of the real table in every column. "
            "Either the columns hold few different rows, or the holdout is no unseen table: then "
            "nothing here can be believed."
        )


def _verbatim_figure(copies: metrics.CopyingResult) -> Figure:
    found = copies.verbatim_values
    return Figure(
        name="verbatim_values",
        label="Verbatim values",
        meaning=(
            "Share of the numbers that occur once in the seen rows and recur in the synthetic "
            "table, mean over columns of mostly unique numbers."
        ),
        **interval_of(found, 100),
        reference=finite(found.reference, 100),
        unit="%",
    )


def _verbatim_table(copies: metrics.CopyingResult) -> dict[str, Any]:
    found = copies.verbatim_values
    rows = [
        {"column": str(name), "synthetic": share, "holdout": found.parts_holdout.get(name)}
        for name, share in found.parts.items()
    ]
    return table("verbatim", "Numbers that occur once", VERBATIM_COLUMNS, rows)


def _add_distances(context: Context, section: Section) -> None:
    """Add the distances to the closest seen row, of synthetic and of unseen rows."""
    found = metrics.closest_distances(
        context.tables.real,
        context.synthetic,
        holdout=context.unseen,
        schema=context.tables.kinds,
        random_state=context.seed,
        # The pictures need fewer rows than the verdict does.
        max_rows=context.looked_up(2 * len(context.tables.real)) // 2,
        n_jobs=context.search_jobs,
    )
    for name, ours, theirs in (
        ("closest_distance", found.distance, found.holdout_distance),
        ("distance_ratio", found.ratio, found.holdout_ratio),
    ):
        section.figures.append(
            Figure(
                name=name,
                label=DISTANCES[name][0],
                meaning=DISTANCES[name][1],
                **interval_of(ours),
                reference=finite(theirs.value),
                direction="reference",
            )
        )
    section.plots.append(
        {
            "kind": "distances",
            "id": "distances",
            "title": "Distance to the closest seen row",
            "alt": (
                f"Median {found.distance.value:.4g} of {found.n_synthetic:,} synthetic rows, "
                f"{found.holdout_distance.value:.4g} of {found.n_holdout:,} unseen real rows."
            ),
            "edges": found.edges,
            "synthetic": found.shares,
            "holdout": found.holdout_shares,
            "title_x": "distance, in units of a differing level",
        }
    )
