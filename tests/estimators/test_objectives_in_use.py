"""Every objective in the estimator: training, records, archives, refusals; the original algorithm.

The laws of the losses themselves are in tests/objectives.
"""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from scipy import stats
from sklearn.base import clone

import tabgan
from tabgan import TabularGAN
from tabgan.datasets import make_known_table
from tabgan.exceptions import InvalidParameterError
from tabgan.networks import Discriminator, EnergyDiscriminator, build_network
from tabgan.objectives import OBJECTIVES, Objective, Penalty, zero_centred_gradient
from tabgan.training import Callback, Checkpoint

SMALL = {"noise_dim": 8, "generator_layers": (32,), "discriminator_layers": (32,)}
QUICK = {"max_steps": 50, "batch_size": 64, "random_state": 0, "device": "cpu", **SMALL}
BARE = {
    "conditional": False,
    "column_masking": False,
    "moment_weight": 0,
    "averaging": 0,
    "calibrate": False,
    "refine": False,
    "early_stopping": False,
}
OWN = Objective("own", lambda real, fake: F.softplus(fake - real), lambda real, fake: -fake)


class _KeepState(Callback):
    def on_train_end(self, state):
        self.state = state


@pytest.mark.parametrize("recipe", [{}, BARE], ids=["whole recipe", "adversarial part alone"])
@pytest.mark.parametrize("name", OBJECTIVES)
def test_every_objective_trains_and_samples(name, recipe):
    table = make_known_table(300, random_state=0)
    model = TabularGAN(name, **QUICK, **recipe).fit(table)
    sample = model.sample(200)
    assert (sample.dtypes == table.dtypes).all() and len(sample) == 200
    assert all(math.isfinite(value) for record in model.history_ for value in record.values())
    records_the_game = {"value", "d_real", "d_fake"} <= set(model.history_[-1])
    assert records_the_game == OBJECTIVES[name].scores_are_logits


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", OBJECTIVES)
def test_every_objective_moves_the_generated_mean_to_the_real_one(name, seed):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"x": rng.choice(["a", "b"], 400), "y": rng.choice(["c", "d"], 400)})
    table["y"] = np.where(table["x"] == "a", "c", "d")
    table.loc[:7, "y"] = "d"  # else y would be looked up
    # An autoencoder first learns to reconstruct, and then to tell what it must not.
    max_steps = 600 if name == "energy" else 250
    settings = {**QUICK, **BARE, "max_steps": max_steps, "learning_rate": 5e-3, "averaging": 0.95}
    model = TabularGAN(name, **{**settings, "random_state": seed}).fit(table)
    sample = model.sample(1000)
    agrees = (sample["x"] == "a") == (sample["y"] == "c")
    assert agrees.mean() > 0.8  # 0.5 before training


def test_an_objective_of_ones_own_trains_is_cloned_and_named_in_the_archive(tmp_path):
    model = clone(TabularGAN(OWN, **QUICK)).fit(make_known_table(300, random_state=0))
    model.save(tmp_path / "model.tabgan")
    loaded = tabgan.load(tmp_path / "model.tabgan", device="cpu")
    assert loaded.objective == "custom: own"
    pd.testing.assert_frame_equal(loaded.sample(50), model.sample(50))
    with pytest.raises(InvalidParameterError, match=r"'custom: own'.*Hand it in again"):
        loaded.fit(make_known_table(300, random_state=0))


def test_a_changed_objective_does_not_pass_as_the_known_one(tmp_path):
    table = make_known_table(300, random_state=0)
    for objective, name in (
        (OBJECTIVES["hinge"], "hinge"),
        (replace(OBJECTIVES["hinge"], discriminator_steps=2), "custom: hinge"),
    ):
        TabularGAN(objective, **QUICK).fit(table).save(tmp_path / "model.tabgan")
        assert tabgan.load(tmp_path / "model.tabgan", device="cpu").objective == name


def test_the_same_objective_by_name_and_as_an_object_give_the_same_rows():
    table = make_known_table(300, random_state=0)
    samples = [
        TabularGAN(objective, **QUICK).fit(table).sample(50)
        for objective in ("wasserstein-gp", OBJECTIVES["wasserstein-gp"])
    ]
    pd.testing.assert_frame_equal(*samples)


@pytest.mark.parametrize(
    "objective, message",
    [
        ("wasserstien", "Did you mean 'wasserstein'"),
        ("minmax", "Did you mean 'minimax'"),
        (Objective, "or an Objective"),
        (replace(OWN, generator_loss=lambda r, f: f.mean()), r"generator_loss .*'own'.*Got \(\)"),
        (replace(OWN, generator_loss=lambda r: r), r"generator_loss .*'own' fails .*TypeError"),
    ],
)
def test_what_is_no_objective_is_refused_before_the_table_is_looked_at(objective, message):
    with pytest.raises(InvalidParameterError, match=message):
        TabularGAN(objective).fit("no table")


def test_clipping_keeps_every_weight_of_the_discriminator_within_the_limit():
    kept = _KeepState()
    TabularGAN("wasserstein", **QUICK, callbacks=[kept]).fit(make_known_table(200, random_state=0))
    limit = OBJECTIVES["wasserstein"].after_step.limit
    for weight in kept.state.discriminator.parameters():
        n_inputs = weight.shape[1] if weight.ndim > 1 else 1
        assert weight.abs().max() <= limit / math.sqrt(n_inputs) * (1 + 1e-6)
    assert kept.state.discriminator.output.weight.abs().max() > 0.999 * limit / math.sqrt(16)


def test_penalties_on_real_and_fake_rows_apart_make_the_penalty_on_both():
    def on(kind: str) -> Penalty:
        return Penalty(zero_centred_gradient, on=kind, weight=1.0, final_weight=1.0)

    both = replace(OWN, penalties=(replace(on("both"), weight=2.0, final_weight=2.0),))
    apart = replace(OWN, penalties=(on("real"), on("fake")))
    table = make_known_table(200, random_state=0)
    histories = [
        TabularGAN(objective, **QUICK, **BARE).fit(table).history_ for objective in (both, apart)
    ]
    for one, other in zip(*histories, strict=True):
        assert one["penalty"] == pytest.approx(other["penalty"], rel=1e-3)


def test_the_energy_discriminator_reconstructs_what_it_was_taught():
    rng = torch.Generator().manual_seed(0)
    network = build_network(lambda: EnergyDiscriminator(12, (32,)), rng)
    line = torch.linspace(-1, 1, 12)
    rows = torch.randn(256, 1, generator=rng) * line
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    for _ in range(200):
        loss = network(rows).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    off_line = torch.randn(256, 12, generator=rng)
    assert network(rows).shape == (256,)
    assert network(rows).mean() < 0.1 * network(off_line).mean()


def test_a_fit_with_gradient_descent_goes_on_from_its_checkpoint(tmp_path):
    table = make_known_table(200, random_state=0)
    settings = {**QUICK, "max_steps": 150}
    whole = TabularGAN.original(**settings).fit(table)
    path = tmp_path / "fit.checkpoint"

    class Interrupt(Callback):
        def on_record(self, state):
            if state.step == 100:
                raise KeyboardInterrupt

    with pytest.warns(tabgan.exceptions.TrainingWarning):
        TabularGAN.original(**settings, callbacks=[Checkpoint(path, every=50), Interrupt()]).fit(
            table
        )
    resumed = TabularGAN.original(**settings, callbacks=[Checkpoint(path, every=50)]).fit(table)
    pd.testing.assert_frame_equal(resumed.sample(50), whole.sample(50))


def test_the_original_algorithm_leaves_out_what_came_later_and_can_be_changed():
    parameters = TabularGAN.original(discriminator_steps=3, random_state=1).get_params()
    assert {name: parameters[name] for name in BARE} == BARE
    assert (parameters["objective"], parameters["optimizer"]) == ("minimax", "sgd")
    assert (parameters["discriminator_steps"], parameters["random_state"]) == (3, 1)


def test_without_averaging_the_last_weights_are_kept():
    kept = _KeepState()
    TabularGAN.original(**QUICK, callbacks=[kept]).fit(make_known_table(200, random_state=0))
    averaged, last = kept.state.averaged, kept.state.model.generator
    for one, other in zip(averaged.parameters(), last.parameters(), strict=True):
        assert torch.equal(one, other)


def test_without_calibration_generated_numbers_are_left_as_they_are():
    model = TabularGAN.original(**QUICK).fit(make_known_table(200, random_state=0))
    normals = torch.linspace(-3, 3, 50).repeat(model.transformer_.layout_.n_normal_parts, 1).T
    torch.testing.assert_close(model.sampler_.maps(normals), normals, atol=0.02, rtol=0)


def test_the_original_algorithm_reaches_the_equilibrium_of_a_known_distribution():
    # With k = 5 D stays near its best, and V = -log 4 then means that the distributions agree.
    x = np.random.default_rng(0).exponential(size=4000)
    settings = {"max_steps": 800, "batch_size": 128, "random_state": 0, "device": "cpu", **SMALL}
    model = TabularGAN.original(discriminator_steps=5, **settings).fit(pd.DataFrame({"x": x}))
    last = pd.DataFrame(model.history_[-6:]).mean()
    assert (last["value"] + math.log(4)) / 2 == pytest.approx(0, abs=0.003)
    assert last["d_real"] == pytest.approx(0.5, abs=0.01)
    assert last["d_fake"] == pytest.approx(0.5, abs=0.01)
    untrained = TabularGAN.original(**{**settings, "max_steps": 1}).fit(pd.DataFrame({"x": x}))
    before, after = (stats.kstest(m.sample(4000)["x"], "expon") for m in (untrained, model))
    assert after.statistic < 0.06 < 0.15 < before.statistic


def test_the_best_discriminator_is_the_share_of_the_real_density():
    # p = N(1, 1) and q = N(-1, 1): D = p / (p + q) = sigmoid(2 x).
    rng = torch.Generator().manual_seed(0)
    network = build_network(lambda: Discriminator(1, (64,)), rng)
    loss_of = OBJECTIVES["minimax"].discriminator_loss
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 800)
    for _ in range(800):
        real, fake = torch.randn(2, 1000, 1, generator=rng)
        loss = loss_of(network(real + 1), network(fake - 1)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    x = torch.linspace(-3, 3, 61)
    with torch.no_grad():
        found = torch.sigmoid(network(x[:, None]))
        real, fake = torch.randn(2, 200_000, 1, generator=rng)
        value = -float(loss_of(network(real + 1), network(fake - 1)).mean())
    torch.testing.assert_close(found, torch.sigmoid(2 * x), atol=0.03, rtol=0)

    grid = np.linspace(-9, 9, 20_001)
    p, q = stats.norm.pdf(grid, 1), stats.norm.pdf(grid, -1)
    p, q = p / p.sum(), q / q.sum()
    divergence = tabgan.metrics.js_divergence(p, q)
    assert (value + math.log(4)) / 2 == pytest.approx(divergence, abs=0.005)
