"""Tables of known law for the tests of metrics."""

import numpy as np
import pandas as pd

KINDS = {
    "size": "continuous",
    "age": "integer",
    "day": "datetime",
    "colour": "categorical",
    "open": "boolean",
    "same": "constant",
}
NUMERIC = {"size": "continuous", "age": "integer"}


def mixed_table(n_rows: int, seed: int, *, missing: bool = False) -> pd.DataFrame:
    """Return columns of every kind, tied to one another, some with missing cells."""
    generator = np.random.default_rng(seed)
    size = generator.normal(size=n_rows)
    age = np.round(40 + 10 * size + 3 * generator.normal(size=n_rows)).astype(int)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 300, n_rows), "D")
    colour = np.where(age > 45, "red", np.where(generator.random(n_rows) < 0.5, "blue", "green"))
    table = pd.DataFrame(
        {
            "size": size.round(3),
            "age": age,
            "day": day,
            "colour": colour,
            "open": size > generator.normal(size=n_rows),
            "same": "x",
        }
    )
    if missing:
        for name in ("size", "age", "day", "colour", "open"):
            table[name] = table[name].astype(object).mask(generator.random(n_rows) < 0.2)
        table["size"] = table["size"].astype(float)
        table["day"] = pd.to_datetime(table["day"])
    return table


def shuffled(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the table with each column shuffled by itself."""
    generator = np.random.default_rng(seed)
    orders = {name: generator.permutation(len(table)) for name in table.columns}
    return pd.DataFrame({name: table[name].to_numpy()[rows] for name, rows in orders.items()})


def normal_table(n_rows: int, seed: int, n_columns: int = 4) -> pd.DataFrame:
    """Return correlated normal columns."""
    generator = np.random.default_rng(seed)
    common = generator.normal(size=(n_rows, 1))
    values = common + 0.5 * generator.normal(size=(n_rows, n_columns))
    return pd.DataFrame(values, columns=[f"x{i}" for i in range(n_columns)])


def continuous(table: pd.DataFrame) -> dict:
    """Return the schema that calls every column continuous."""
    return dict.fromkeys(table.columns, "continuous")
