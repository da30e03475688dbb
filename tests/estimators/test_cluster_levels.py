"""Estimators on a table whose numbers fall apart into clusters."""

import numpy as np
import pandas as pd
import pytest

from tabgan import Between, TabularGAN, TabularVAE, load
from tabgan.estimators import GaussianCopula, IndependentColumns, NaiveBayes, SequentialCART

N_ROWS = 3000
SMALL = {"max_steps": 20, "refine": False, "random_state": 0, "device": "cpu"}


def _table() -> pd.DataFrame:
    """Clusters at 0, 10 and 20 that decide a category, with holes and a spike at 5."""
    rng = np.random.default_rng(0)
    cluster = rng.choice(3, N_ROWS, p=[0.2, 0.3, 0.5])
    x = 10.0 * cluster + rng.normal(size=N_ROWS)
    x[rng.random(N_ROWS) < 0.1] = 5.0
    x[rng.random(N_ROWS) < 0.1] = np.nan
    return pd.DataFrame({"x": x, "y": np.array(["a", "b", "c"])[cluster]})


TABLE = _table()


def _shares(x: pd.Series) -> np.ndarray:
    """Shares of holes, of the spike and of the clusters."""
    clusters = np.searchsorted([4.99, 5.01, 15], x) + 1
    clusters[x.isna()] = 0
    return np.bincount(clusters, minlength=5) / len(x)


@pytest.mark.parametrize(
    "baseline",
    [
        IndependentColumns(random_state=0),
        GaussianCopula(random_state=0),
        SequentialCART(random_state=0),
        NaiveBayes(target="x", random_state=0),
        NaiveBayes(target="y", random_state=0),
    ],
    ids=lambda baseline: repr(baseline).split(",")[0],
)
def test_baselines_draw_clusters_as_often_as_they_occur(baseline):
    sample = baseline.fit(TABLE).sample(20_000)
    np.testing.assert_allclose(_shares(sample["x"]), _shares(TABLE["x"]), atol=0.015)
    distances = np.abs(sample["x"].dropna().to_numpy()[:, None] - [0, 5, 10, 20]).min(axis=1)
    assert distances.max() < 4.5
    if isinstance(baseline, SequentialCART | NaiveBayes):
        assert (sample["y"][sample["x"] > 15] == "c").mean() > 0.95


@pytest.mark.parametrize("kind", [TabularGAN, TabularVAE])
def test_networks_draw_clusters_as_often_as_they_occur_also_when_loaded(kind, tmp_path):
    model = kind(**SMALL).fit(TABLE)
    sample = model.sample(2000, random_state=1)
    np.testing.assert_allclose(_shares(sample["x"]), _shares(TABLE["x"]), atol=0.05)
    model.save(tmp_path / "model.tabgan")
    again = load(tmp_path / "model.tabgan").sample(2000, random_state=1)
    pd.testing.assert_frame_equal(again, sample)


@pytest.mark.parametrize("interval", [(-1.0, 11.0), (9.5, 10.5), (14.0, 16.0), (None, 5.0)])
def test_intervals_over_clusters_are_met(interval):
    model = TabularGAN(**SMALL, calibrate=False).fit(TABLE)
    wanted = Between(*interval)
    x = model.sample(300, conditions={"x": wanted}, random_state=0)["x"]
    assert x.between(-np.inf if interval[0] is None else interval[0], interval[1]).all()
    partial = pd.DataFrame({"x": [0.5, 10.25, 5.0, 20.125]})
    back = model.sample(2, conditions=partial, random_state=0)["x"]
    assert back.tolist() == np.repeat(partial["x"], 2).tolist()
