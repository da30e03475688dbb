"""Exact level margins and frozen distribution functions."""

import numpy as np
import pytest
import torch

from tabgan.networks import Generator, Inputs, LevelChoices, RowGenerator, build_network
from tabgan.sampling import NormalMaps, Sampler, calibrate_levels
from tests.encoded import small_layout


def _rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(name="model")
def _model() -> RowGenerator:
    """A generator with random weights, whose margins and normals are therefore wrong."""
    generator = build_network(lambda: Generator(4, 0, 6, 2, (32,)), _rng(0))
    with torch.no_grad():
        generator.output.weight.mul_(3)
    return RowGenerator(Inputs(small_layout()), LevelChoices([3, 3]), generator)


FREQUENCIES = torch.tensor([0.5, 0.3, 0.2, 0.1, 0.1, 0.8])


def _shares(model: RowGenerator, n_rows: int) -> np.ndarray:
    with torch.no_grad():
        levels, _ = model.draw_rows(n_rows, _rng(9))
    return np.concatenate([np.bincount(levels[:, i], minlength=3) for i in range(2)]) / n_rows


def test_calibrated_margins_are_those_of_the_table_within_sampling_error(model):
    n_rows = 40_000
    expected = FREQUENCIES.numpy()
    # The calibration itself drew 20,000 rows in its last round.
    error = np.sqrt(expected * (1 - expected) * (1 / n_rows + 1 / 20_000))
    assert (np.abs(_shares(model, n_rows) - expected) > 4.5 * error).any()
    calibrate_levels(model, FREQUENCIES, _rng(1))
    assert (np.abs(_shares(model, n_rows) - expected) < 4.5 * error).all()


def test_mapped_normals_are_standard_normal_where_their_gate_is_open(model):
    maps = NormalMaps(2)
    maps.learn(model, _rng(2))
    with torch.no_grad():
        levels, normals = model.draw_rows(40_000, _rng(3))
    scores = maps(normals)
    is_open = model.inputs.open_gates(levels)
    for j in range(2):
        values = scores[is_open[:, j], j].numpy()
        # Kolmogorov-Smirnov at a level of about 1e-5, both samples counted.
        ranks = (np.arange(len(values)) + 0.5) / len(values)
        share = torch.special.ndtr(torch.as_tensor(np.sort(values))).numpy()
        distance = np.abs(share - ranks).max()
        n_learnt = 60_000 * len(values) / 40_000
        assert distance < 2.5 * np.sqrt(1 / len(values) + 1 / n_learnt)


def test_maps_are_monotone_and_finite_beyond_what_was_seen(model):
    maps = NormalMaps(2)
    maps.learn(model, _rng(2))
    grid = torch.linspace(-1e3, 1e3, 10_001).repeat(2, 1).T
    scores = maps(grid)
    assert scores.isfinite().all()
    assert (scores.diff(dim=0) >= 0).all()


def test_blocks_hold_levels_of_the_layout_and_zero_normals_behind_closed_gates(model):
    sampler = Sampler(model, NormalMaps(2), small_layout())
    codes = next(sampler.blocks(0, refine=True))
    assert codes.levels.dtype == np.int32 and codes.normals.dtype == np.float32
    assert set(np.unique(codes.levels)) <= {0, 1, 2}
    assert (codes.normals[codes.levels[:, 1] != 2, 0] == 0).all()
