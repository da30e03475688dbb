"""A table with every relation between columns, and a check that rows keep all of them."""

import numpy as np
import pandas as pd

COUNTRY = {"Oslo": "Norway", "Bergen": "Norway", "Nice": "France", "Faro": None}
MONTH = pd.Timedelta("30D")


def draw_related(n_rows: int = 600, seed: int = 0) -> pd.DataFrame:
    """Trips: dates with their days, fields, an order and copies; sums and equality; a function."""
    rng = np.random.default_rng(seed)
    pickup = pd.Series(
        pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 100 * 86400, n_rows), "s")
    )
    fare, tip = rng.gamma(2, 10, n_rows).round(2), rng.gamma(2, 2, n_rows).round(2)
    tip = np.where(rng.random(n_rows) < 0.1, np.nan, tip)
    total = (fare + tip + rng.choice([0, 2.5], n_rows)).round(2)
    paid = np.where(rng.random(n_rows) < 0.4, total, rng.gamma(3, 10, n_rows).round(2))
    city = rng.choice(list(COUNTRY), n_rows, p=[0.5, 0.3, 0.18, 0.02])
    table = pd.DataFrame(
        {
            "date": pickup.dt.normalize(),
            "pickup": pickup,
            "dropoff": pickup + pd.to_timedelta(rng.integers(60, 4000, n_rows), "s"),
            "hour": pickup.dt.hour,
            "weekday": pickup.dt.day_of_week.astype("Int8"),
            "written": pickup.dt.strftime("%d.%m.%Y %H:%M:%S"),
            "due": pickup + MONTH,
            "fare": fare,
            "tip": pd.array(tip, "Float64"),
            "total": total,
            "paid": np.where(np.isnan(total), np.nan, paid),
            "price": fare,
            "city": city,
        }
    )
    table["tip"] = table["tip"].mask(np.isnan(tip))
    table["country"] = pd.Series([COUNTRY[each] for each in city], dtype=object)
    return table


def assert_related(sample: pd.DataFrame) -> None:
    """Every relation, dtype and missing marker of the table in every row."""
    pd.testing.assert_series_equal(sample.dtypes, draw_related(10).dtypes)
    pickup = sample["pickup"]
    assert sample["date"].equals(pickup.dt.normalize())
    assert (sample["dropoff"] >= pickup).all()
    assert (sample["hour"] == pickup.dt.hour).all()
    assert (sample["weekday"] == pickup.dt.day_of_week).all()
    assert (sample["written"] == pickup.dt.strftime("%d.%m.%Y %H:%M:%S")).all()
    assert (sample["due"] - pickup == MONTH).all()
    assert (sample["price"] == sample["fare"]).all()
    tip, total = sample["tip"], sample["total"]
    assert total.isna().equals(tip.isna())
    fees = (total - sample["fare"] - tip.astype(float)).round(2)
    assert fees.dropna().isin([0.0, 2.5]).all()
    assert all(cell is pd.NA for cell in tip[tip.isna()])
    assert sample["country"].tolist() == [COUNTRY[city] for city in sample["city"]]
