"""A table whose conditional laws are known, with every kind of column."""

import numpy as np
import pandas as pd

ZONES = {"north": 0.45, "south": 0.34, "west": 0.2, "far": 0.01}
REGION = {"north": "inner", "south": "inner", "west": "outer", "far": "outer"}
START = pd.Timestamp("2020-01-01")


def draw_law(n_rows: int, seed: int) -> pd.DataFrame:
    """Independent rows: all columns depend on the zone, `value` on `paid` too."""
    rng = np.random.default_rng(seed)
    zone = rng.choice(list(ZONES), n_rows, p=list(ZONES.values()))
    place = np.array([list(ZONES).index(each) for each in zone])
    paid = rng.random(n_rows) < np.array([0.8, 0.4, 0.2, 0.5])[place]
    # "gold" never occurs in the north.
    grade = np.where(rng.random(n_rows) < 0.4, "tin", np.where(place == 0, "iron", "gold"))
    value = np.array([0.0, 1.5, 3.0, 1.0])[place] + paid + rng.standard_normal(n_rows)
    is_missing = rng.random(n_rows) < np.where(paid, 0.05, 0.3)
    days = np.array([100, 300, 500, 300])[place] + rng.normal(0, 80, n_rows)
    return pd.DataFrame(
        {
            "zone": zone,
            "region": pd.Series(zone).map(REGION),
            "paid": paid,
            "grade": grade,
            "size": rng.binomial(400, np.array([0.3, 0.5, 0.6, 0.4])[place]),
            "value": np.where(is_missing, np.nan, value.round(3)),
            "since": START + pd.to_timedelta(days.round(), "D").round("D"),
            "fee": np.where(rng.random(n_rows) < 0.3, 0.0, np.exp(place + value / 4).round(2)),
        }
    )


def binned(column: pd.Series, reference: pd.Series) -> np.ndarray:
    """Codes of cells: categories as they are, numbers and dates by the deciles of `reference`."""
    if column.dtype.kind in "fiM":
        edges = np.unique(
            np.quantile(
                reference.dropna().astype("int64" if column.dtype.kind == "M" else float),
                np.arange(1, 10) / 10,
            )
        )
        numbers = column.astype("int64" if column.dtype.kind == "M" else float).to_numpy()
        return np.where(column.isna(), -1, np.searchsorted(edges, numbers))
    return column.astype(str).to_numpy()


def total_variation(sample: pd.Series, reference: pd.Series) -> tuple[float, float]:
    """Total variation between two columns, and the most that chance explains at three errors."""
    counts = [pd.Series(binned(each, reference)).value_counts() for each in (sample, reference)]
    shares = [each / each.sum() for each in counts]
    distance = 0.5 * shares[0].sub(shares[1], fill_value=0).abs().sum()
    spread = shares[1] * (1 - shares[1]) * (1 / len(sample) + 1 / len(reference))
    # A mean of absolute normals, and three standard deviations of their sum.
    return float(distance), float(
        0.5 * (np.sqrt(2 / np.pi) * np.sqrt(spread).sum() + 3 * np.sqrt(0.4 * spread.sum()))
    )
