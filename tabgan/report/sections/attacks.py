"""Attacks: their place is kept."""

from tabgan.report.context import Context
from tabgan.report.pieces import Section

__all__ = ["fill_attacks"]


def fill_attacks(context: Context, section: Section) -> None:
    """Say that there is nothing."""
    section.state = "absent"
    section.note(
        "Attacks (membership inference, singling out, linkability, attribute inference) are not "
        "part of this version. That copying was not found does not mean that they would fail."
    )
