"""Real and known tables in three disjoint parts: seen rows, rows posing as synthetic, a holdout."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from tabgan.datasets import make_known_table
from tests.conftest import read_shared
from tests.metrics.made_tables import KINDS, mixed_table

# As many as the overlap uses, so that one draw of rows is all of them.
N_ROWS = 10_000


def _known() -> tuple[pd.DataFrame, dict]:
    return make_known_table(3 * N_ROWS, random_state=0), {}


def _mixed() -> tuple[pd.DataFrame, dict]:
    return mixed_table(3 * N_ROWS, 0, missing=True), KINDS


def _pairs() -> tuple[pd.DataFrame, dict]:
    generator = np.random.default_rng(0)
    values = generator.normal(size=(3 * N_ROWS, 3))
    others = values + 0.3 * generator.normal(size=values.shape)
    table = pd.DataFrame(np.hstack([values, others]), columns=list("abcxyz")).round(4)
    return table, dict.fromkeys(table.columns, "continuous")


def _adult() -> tuple[pd.DataFrame, dict]:
    tables = [read_shared(f"adult/{name}.csv.gz") for name in ("train", "test")]
    return pd.concat(tables, ignore_index=True), {}


TABLES: dict[str, Callable[[], tuple[pd.DataFrame, dict]]] = {
    "known": _known,
    "mixed": _mixed,
    "pairs": _pairs,
    "adult": _adult,
}


def three_parts(name: str) -> tuple[list[pd.DataFrame], dict]:
    """Return three disjoint random parts of one table, and a schema."""
    table, schema = TABLES[name]()
    order = np.random.default_rng(0).permutation(len(table))
    size = min(len(table) // 3, N_ROWS)
    rows = (order[part * size : (part + 1) * size] for part in range(3))
    return [table.iloc[part].reset_index(drop=True) for part in rows], schema
