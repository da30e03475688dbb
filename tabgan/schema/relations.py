"""Which columns are functions of another, and the evidence for it."""

from collections.abc import Collection, Hashable

import pandas as pd

from tabgan.schema.container import Schema

__all__ = ["check_relations", "find_relations"]


def find_relations(
    frame: pd.DataFrame, schema: Schema, *, fixed: Collection[Hashable] = ()
) -> dict[Hashable, Hashable]:
    """Return the columns to derive, each with the column it is a function of."""
    return {}


def check_relations(frame: pd.DataFrame, schema: Schema) -> None:
    """Refuse declared relations that do not hold."""
