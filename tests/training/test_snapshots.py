"""Snapshots: rows and scores of the two players while they train, without a trace in the model."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tabgan import TabularGAN, TabularVAE
from tabgan.datasets import make_known_table
from tabgan.exceptions import InvalidParameterError
from tabgan.objectives import OBJECTIVES
from tabgan.schema import Continuous
from tabgan.training import Callback, Snapshots

TABLE = make_known_table(600, random_state=0)
FAST = {
    "max_steps": 100,
    "generator_layers": (16,),
    "discriminator_layers": (16,),
    "refine": False,
    "random_state": 0,
}


def _fit(*callbacks: Callback, **settings: object) -> TabularGAN:
    return TabularGAN(**{**FAST, **settings}, callbacks=callbacks).fit(TABLE)


def test_training_is_not_disturbed() -> None:
    with_snapshots = _fit(Snapshots(TABLE.head(9), random_state=1)).sample(50)
    pd.testing.assert_frame_equal(with_snapshots, _fit().sample(50))


def test_rows_look_like_the_table_and_repeat() -> None:
    first, second = (Snapshots(n_rows=40, random_state=1) for _ in range(2))
    _fit(first)
    _fit(second)
    assert [shot.step for shot in first.snapshots_] == [0, 50, 100]
    for shot, other in zip(first.snapshots_, second.snapshots_, strict=True):
        assert shot.rows.dtypes.equals(TABLE.dtypes)
        assert len(shot.rows) == 40
        assert shot.scores is None
        pd.testing.assert_frame_equal(shot.rows, other.rows)
    assert not first.snapshots_[0].rows.equals(first.snapshots_[2].rows)


def test_the_last_rows_are_the_sampled_law_where_nothing_follows_training() -> None:
    snapshots = Snapshots(n_rows=4000, steps=[100], random_state=1)
    model = _fit(snapshots, averaging=0, calibrate=False, early_stopping=False)
    kept, sampled = snapshots.snapshots_[0].rows, model.sample(4000)
    for column in ("height", "weight"):
        deciles = (frame[column].quantile(np.arange(1, 10) / 10) for frame in (kept, sampled))
        assert np.abs(np.subtract(*deciles)).max() < 0.25 * TABLE[column].std()


@pytest.mark.parametrize("conditional", [True, False])
def test_scores_are_those_of_the_discriminator_in_play(conditional: bool) -> None:
    # Against a generator that holds still, whose columns are not tied as those of the table.
    x = np.linspace(-1, 1, 600)
    table, mirrored = pd.DataFrame({"x": x, "y": x}), pd.DataFrame({"x": x, "y": -x})
    snapshots = Snapshots(pd.concat([table, mirrored]), n_rows=1, steps=[100], random_state=0)
    pair = OBJECTIVES["non-saturating"]
    still = replace(pair, name="still", generator_loss=lambda real, fake: 0 * fake)
    untied = {"x": Continuous(), "y": Continuous()}  # though one is a copy of the other
    settings = {**FAST, "objective": still, "moment_weight": 0, "learning_rate": 1e-2}
    settings["schema"] = untied
    TabularGAN(**settings, conditional=conditional, callbacks=[snapshots]).fit(table)
    scores = snapshots.snapshots_[0].scores
    assert scores is not None
    assert scores.shape == (1200,)
    assert scores[:600].mean() > scores[600:].mean() + 0.1


def test_a_second_fit_begins_anew() -> None:
    snapshots = Snapshots(steps=[0], n_rows=3, random_state=0)
    _fit(snapshots)
    _fit(snapshots)
    assert len(snapshots.snapshots_) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": [0, 75]}, "multiples of 50 only. Got 75"),
        ({"steps": [-50]}, "Got -50"),
        ({"n_rows": 0}, "n_rows"),
    ],
)
def test_what_cannot_be_kept_is_refused_before_training(
    settings: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        _fit(Snapshots(**settings))


def test_a_model_without_discriminator_scores_nothing() -> None:
    snapshots = Snapshots(n_rows=5, steps=[50], random_state=0)
    TabularVAE(max_steps=50, random_state=0, callbacks=[snapshots]).fit(TABLE)
    assert snapshots.snapshots_[0].rows.shape == (5, 5)
    with pytest.raises(InvalidParameterError, match="trains no discriminator"):
        TabularVAE(max_steps=50, callbacks=[Snapshots(TABLE.head(2))]).fit(TABLE)
