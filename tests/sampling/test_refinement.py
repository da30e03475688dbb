"""The refiner estimates a density ratio and improves a pool."""

import numpy as np
import pytest
import torch
from scipy.stats import norm

from tabgan.networks import (
    DiscriminatorEnsemble,
    Generator,
    Inputs,
    LevelChoices,
    RowGenerator,
    build_network,
)
from tabgan.preprocessing.layout import NORMAL_GRID, Codes, Layout, LevelPart, NormalPart
from tabgan.sampling import NormalMaps, RefinerSettings, Sampler, train_refiner
from tabgan.training import TrainingRows

LEVELS = LevelPart(0, 2, np.array([0.5, 0.5]), None)
LAYOUT = Layout(
    ("side", "value"), (LEVELS,), (NormalPart(1, None, NORMAL_GRID.astype(np.float32)[None]),)
)


def _rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _codes(n_rows: int, shift: float, seed: int) -> Codes:
    """A fair coin, and a normal whose mean is +-shift by the coin."""
    rng = np.random.default_rng(seed)
    side = rng.integers(0, 2, n_rows)
    value = shift * (2 * side - 1) + np.sqrt(1 - shift**2) * rng.standard_normal(n_rows)
    return Codes(side[:, None].astype(np.int32), value[:, None].astype(np.float32))


@pytest.fixture(scope="module", name="refined")
def _refined() -> Sampler:
    """A sampler of independent columns, refined towards a shift of 0.6."""
    inputs = Inputs(LAYOUT)
    generator = build_network(lambda: Generator(2, 0, 2, 1, (8,)), _rng(0))
    with torch.no_grad():  # the normal is the first noise, the coin is fair
        for weight in generator.parameters():
            weight.zero_()
    sampler = Sampler(_IndependentRows(inputs, LevelChoices([2]), generator), NormalMaps(1), LAYOUT)
    real = [TrainingRows(_codes(n, 0.6, s), inputs) for n, s in ((6000, 1), (2000, 2))]
    pool = [TrainingRows(_codes(n, 0.0, s), inputs) for n, s in ((12_000, 3), (4000, 4))]
    refiner = build_network(lambda: DiscriminatorEnsemble(2, inputs.n_inputs, (64,)), _rng(5))
    sampler.logit_factor = train_refiner(
        refiner,
        real[0],
        real[1].all_inputs(),
        pool[0],
        pool[1].all_inputs(),
        _rng(6),
        RefinerSettings(max_steps=600, batch_size=256),
    )
    sampler.refiner = refiner
    return sampler


class _IndependentRows(RowGenerator):
    """Independent columns of exactly the wanted margins."""

    def draw_rows(self, n_rows, rng):
        return torch.randint(2, (n_rows, 1), generator=rng), torch.randn(n_rows, 1, generator=rng)


def test_logits_follow_the_log_density_ratio(refined):
    side = np.repeat([0, 1], 41)
    z = np.tile(np.linspace(-2, 2, 41), 2)
    rows = TrainingRows(
        Codes(side[:, None].astype(np.int32), z[:, None].astype(np.float32)), refined.model.inputs
    )
    with torch.no_grad():
        logits = refined.logit_factor * refined.refiner(rows.all_inputs()).numpy()
    truth = norm.logpdf(z, 0.6 * (2 * side - 1), 0.8) - norm.logpdf(z)
    assert np.corrcoef(logits, truth)[0, 1] > 0.97
    assert np.abs(logits - truth).mean() < 0.25


def test_refined_rows_have_the_dependence_that_the_generator_lacks(refined):
    def mean_shift(refine: bool) -> float:
        codes = next(refined.blocks(0, refine=refine))
        return float((codes.normals[:, 0] * (2 * codes.levels[:, 0] - 1)).mean())

    assert abs(mean_shift(refine=False)) < 4.5 / np.sqrt(1024)
    assert mean_shift(refine=True) == pytest.approx(0.6, abs=0.08)


def test_refined_margins_stay_those_of_the_layout(refined):
    codes = next(refined.blocks(0, refine=True))
    assert codes.levels.mean() == pytest.approx(0.5, abs=4.5 * 0.5 / np.sqrt(1024))
    cells = np.bincount((norm.cdf(codes.normals[:, 0]) * 20).astype(int), minlength=20) / 1024
    assert cells == pytest.approx(0.05, abs=4.5 * np.sqrt(0.05 / 1024))


def test_the_factor_takes_back_over_confidence():
    inputs = Inputs(LAYOUT)
    same = [TrainingRows(_codes(n, 0.3, s), inputs) for n, s in ((60, 1), (2000, 2))]
    pool = [TrainingRows(_codes(n, 0.3, s), inputs) for n, s in ((60, 3), (2000, 4))]
    refiner = build_network(lambda: DiscriminatorEnsemble(2, inputs.n_inputs, (64,)), _rng(5))
    factor = train_refiner(
        refiner,
        same[0],
        same[1].all_inputs(),
        pool[0],
        pool[1].all_inputs(),
        _rng(6),
        RefinerSettings(max_steps=200, batch_size=60, dropout=0.0, evaluate_every=200),
    )
    assert factor < 0.3
