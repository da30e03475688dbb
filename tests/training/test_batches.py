"""Rows on the device, masks and conditions."""

import numpy as np
import pytest
import torch

from tabgan.networks import Inputs
from tabgan.training import TrainingRows
from tabgan.training.batches import (
    FULL_ROWS,
    GIVEN_ROWS,
    LEAST_KEPT,
    column_mask,
    free_rows,
    random_given,
)
from tests.encoded import small_codes, small_layout


def _rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_batches_are_rows_of_the_table():
    codes = small_codes(20)
    rows = TrainingRows(codes, Inputs(small_layout()))
    levels, normals = rows.draw(200, _rng())
    drawn = {(*one_hot, *z) for one_hot, z in zip(levels.tolist(), normals.tolist(), strict=True)}
    whole = rows.inputs.one_hot(torch.as_tensor(codes.levels).long()).tolist()
    assert drawn == {(*o, *z) for o, z in zip(whole, codes.normals.tolist(), strict=True)}


def test_mean_and_moments_are_those_of_all_rows_at_once():
    codes = small_codes(20_000)
    rows = TrainingRows(codes, Inputs(small_layout()))
    inputs = rows.all_inputs().double()
    torch.testing.assert_close(rows.input_mean().double(), inputs.mean(0), atol=1e-5, rtol=1e-4)
    extended = torch.cat([inputs, inputs.new_ones(len(inputs), 1)], 1)
    expected = extended.T @ extended / len(inputs)
    torch.testing.assert_close(rows.second_moments().double(), expected, atol=1e-4, rtol=1e-3)


def test_masks_keep_some_rows_whole_and_others_in_part():
    n_rows, n_columns = 40_000, 12
    mask = column_mask(n_rows, n_columns, _rng())
    assert set(mask.unique().tolist()) == {0.0, 1.0}
    # E[keep^12] for keep uniform on [0, 1], floored at LEAST_KEPT, is close to 1 / 13.
    expected = FULL_ROWS + (1 - FULL_ROWS) / (n_columns + 1)
    share = float(mask.all(1).float().mean())
    assert share == pytest.approx(expected, abs=4.5 * np.sqrt(0.25 / n_rows))
    kept = FULL_ROWS + (1 - FULL_ROWS) * (0.5 + LEAST_KEPT**2 / 2)
    assert float(mask.mean()) == pytest.approx(kept, abs=0.01)


def test_the_last_rows_of_a_batch_are_given_columns_and_the_first_none():
    n_rows = 20_000
    given = random_given(torch.zeros(n_rows, 6), torch.zeros(n_rows, 2), 12, _rng())
    n_free = free_rows(n_rows)
    assert n_free == n_rows * (1 - GIVEN_ROWS)
    assert (given.mask[:n_free] == 0).all()
    # Each column with probability u, u uniform: the number of given columns is uniform on 0..12.
    counts = np.bincount(given.mask[n_free:].sum(1).long(), minlength=13) / (n_rows - n_free)
    assert counts == pytest.approx(1 / 13, abs=4.5 * np.sqrt(1 / 13 / (n_rows - n_free)))
