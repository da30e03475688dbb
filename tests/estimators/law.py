"""A table whose conditional laws are known, with every kind of column."""

from typing import Any

import numpy as np
import pandas as pd

from tabgan import MISSING, Between

ZONES = {"north": 0.4, "south": 0.3, "west": 0.2, "far": 0.1}
REGION = {"north": "inner", "south": "inner", "west": "outer", "far": "outer"}
START = pd.Timestamp("2020-01-01")


def draw_law(n_rows: int, seed: int) -> pd.DataFrame:
    """Independent rows: most columns depend on the zone, `value` also on `paid` and `tag`."""
    rng = np.random.default_rng(seed)
    zone = rng.choice(list(ZONES), n_rows, p=list(ZONES.values()))
    place = np.array([list(ZONES).index(each) for each in zone])
    paid = rng.random(n_rows) < np.array([0.8, 0.4, 0.2, 0.5])[place]
    # "gold" never occurs in the north.
    grade = np.where(rng.random(n_rows) < 0.4, "tin", np.where(place == 0, "iron", "gold"))
    is_rare = rng.random(n_rows) < 0.01
    value = np.array([0.0, 1.5, 3.0, 1.0])[place] + paid + is_rare + rng.standard_normal(n_rows)
    is_missing = rng.random(n_rows) < np.where(paid, 0.05, 0.3)
    days = np.array([100, 300, 500, 300])[place] + rng.normal(0, 80, n_rows)
    return pd.DataFrame(
        {
            "zone": zone,
            "region": pd.Series(zone).map(REGION),
            "paid": paid,
            "grade": grade,
            "size": rng.binomial(400, np.array([0.3, 0.5, 0.6, 0.5])[place]),
            "value": np.where(is_missing, np.nan, value.round(3)),
            "since": START + pd.to_timedelta(days.round(), "D").round("D"),
            "tag": np.where(is_rare, "rare", "usual"),
            "fee": np.where(
                rng.random(n_rows) < 0.3,
                0.0,
                np.exp(np.array([0, 1, 2, 1])[place] + value / 4).round(2),
            ),
        }
    )


def binned(column: pd.Series, reference: pd.Series) -> np.ndarray:
    """Codes of cells: categories as they are, numbers and dates by the deciles of `reference`."""
    if column.dtype.kind not in "fiM":
        return column.astype(str).to_numpy()
    edges = np.unique(_numbers(reference.dropna()).quantile(np.arange(1, 10) / 10))
    return np.where(column.isna(), -1, np.searchsorted(edges, _numbers(column)))


def _numbers(column: pd.Series) -> pd.Series:
    return (
        (column - START).dt.days.astype(float) if column.dtype.kind == "M" else column.astype(float)
    )


def total_variation(
    sample: pd.Series, reference: pd.Series, n_learned: float = np.inf
) -> tuple[float, float]:
    """Total variation between two columns, and the most that chance explains at three errors.

    With `n_learned` the chance that these rows, from which a model knows the law, deviate counts.
    """
    counts = [pd.Series(binned(each, reference)).value_counts() for each in (sample, reference)]
    shares = [each / each.sum() for each in counts]
    distance = 0.5 * shares[0].sub(shares[1], fill_value=0).abs().sum()
    spread = shares[1] * (1 - shares[1]) * (1 / len(sample) + 1 / len(reference) + 1 / n_learned)
    # A mean of absolute normals, and three standard deviations of their sum.
    return float(distance), float(
        0.5 * (np.sqrt(2 / np.pi) * np.sqrt(spread).sum() + 3 * np.sqrt(0.4 * spread.sum()))
    )


def meeting(table: pd.DataFrame, conditions: dict[str, Any]) -> pd.DataFrame:
    """The rows that meet conditions."""
    is_met = np.ones(len(table), bool)
    for name, wanted in conditions.items():
        column = table[name]
        if isinstance(wanted, Between):
            ends = [pd.Timestamp(e) if isinstance(e, str) else e for e in (wanted.low, wanted.high)]
            is_met &= True if ends[0] is None else column >= ends[0]
            is_met &= True if ends[1] is None else column <= ends[1]
            continue
        wanted = pd.Timestamp(wanted) if name == "since" and isinstance(wanted, str) else wanted
        values = list(wanted) if isinstance(wanted, list | set) else [wanted]
        is_other = [value for value in values if value is not MISSING]
        is_met &= column.isin(is_other) | (column.isna() if len(is_other) < len(values) else False)
    return table[is_met]
