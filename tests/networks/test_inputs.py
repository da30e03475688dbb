"""What the discriminator sees of a batch of codes."""

import numpy as np
import pytest
import torch

from tabgan.networks import Inputs
from tabgan.networks.inputs import INPUTS_PER_NORMAL, STEP_KNOTS
from tabgan.preprocessing.layout import NORMAL_GRID, Layout, NormalPart
from tests.encoded import clustered_layout, small_codes, small_layout


@pytest.fixture(name="inputs")
def _inputs() -> Inputs:
    return Inputs(small_layout())


def _tensors(n_rows: int = 50) -> tuple[torch.Tensor, torch.Tensor]:
    codes = small_codes(n_rows)
    return torch.as_tensor(codes.levels).long(), torch.as_tensor(codes.normals)


def test_every_input_is_owned_by_the_column_it_speaks_of(inputs):
    levels, normals = _tensors()
    before = inputs(inputs.one_hot(levels), normals)
    changed_levels, changed_normals = levels.clone(), normals.clone()
    for column in range(inputs.n_columns):
        levels, normals = changed_levels.clone(), changed_normals.clone()
        if column == 0:
            levels[:, 0] = (levels[:, 0] + 1) % 3
        elif column == 1:
            levels[:, 1] = (levels[:, 1] + 1) % 3
        else:
            normals[:, 1] += 1
        after = inputs(inputs.one_hot(levels), normals)
        changed = (after != before).any(0)
        assert changed.any()
        assert set(inputs.column_of_input[changed].tolist()) == {column}


def test_level_inputs_are_indicators_over_their_standard_deviation(inputs):
    levels, normals = _tensors()
    rows = inputs(inputs.one_hot(levels), normals)
    expected = (levels[:, 0] == 0).float() / np.sqrt(0.5 * 0.5 + 0.02)
    torch.testing.assert_close(rows[:, 0], expected)


def test_ordered_levels_add_their_scores(inputs):
    levels, normals = _tensors()
    rows = inputs(inputs.one_hot(levels), normals)
    table = torch.tensor([[-1.0, -2.0], [1.0, 2.0], [0.0, 0.0]])
    torch.testing.assert_close(rows[:, 6:8], table[levels[:, 1]])


def test_normal_inputs_are_the_formulas_and_vanish_when_the_gate_is_closed(inputs):
    levels, normals = _tensors()
    rows = inputs(inputs.one_hot(levels), normals)[:, 8 : 8 + INPUTS_PER_NORMAL]
    z = normals[:, 0].double()
    steps = torch.tanh(6 * (z[:, None] - torch.as_tensor(STEP_KNOTS)))
    expected = torch.cat([z[:, None], torch.tanh(z)[:, None], steps], dim=1)
    is_open = levels[:, 1] == 2
    torch.testing.assert_close(rows[is_open].double(), expected[is_open], atol=2e-4, rtol=0)
    assert (rows[~is_open] == 0).all()


def test_centring_gives_the_training_rows_mean_zero(inputs):
    levels, normals = _tensors()
    inputs.centre(inputs(inputs.one_hot(levels), normals).mean(0))
    rows = inputs(inputs.one_hot(levels), normals)
    torch.testing.assert_close(rows.mean(0), torch.zeros(inputs.n_inputs), atol=1e-5, rtol=0)


def test_gradients_agree_with_numeric_ones():
    inputs = Inputs(small_layout()).double()
    _, normals = _tensors(3)
    soft = torch.softmax(torch.randn(3, 6, generator=torch.Generator().manual_seed(0)).double(), 1)
    soft.requires_grad_()
    normals = normals.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda a, b: inputs(a, b), (soft, normals), atol=1e-4)


@pytest.mark.parametrize("empty", ["levels", "normals"])
def test_a_table_may_lack_either_kind_of_part(empty):
    layout = small_layout()
    if empty == "levels":
        height = NormalPart(0, None, layout.normal_parts[1].values)
        layout = Layout(("height",), (), (height,))
    else:
        layout = Layout(("city",), layout.level_parts[:1], ())
    inputs = Inputs(layout)
    levels = torch.zeros(4, layout.n_level_parts, dtype=torch.int64)
    rows = inputs(inputs.one_hot(levels), torch.zeros(4, layout.n_normal_parts))
    assert rows.shape == (4, inputs.n_inputs)
    assert inputs.open_gates(levels).shape == (4, layout.n_normal_parts)


def test_a_linear_number_is_one_input_and_keeps_its_bounds():
    values = np.tanh(NORMAL_GRID).astype(np.float32)[None]
    parts = (NormalPart(0, None, values, is_linear=True), NormalPart(1, None, values))
    inputs = Inputs(Layout(("grey", "height"), (), parts))
    normals = torch.tensor([[0.5, 0.5], [-3.0, -3.0]])
    rows = inputs(torch.zeros(2, 0), normals)
    assert rows.shape == (2, INPUTS_PER_NORMAL + 1)
    assert inputs.column_of_input.tolist() == [1] * INPUTS_PER_NORMAL + [0]
    torch.testing.assert_close(rows[:, -1], normals[:, 0])
    alone = Inputs(Layout(("height",), (), (NormalPart(0, None, values),)))
    torch.testing.assert_close(rows[:, :-1], alone(torch.zeros(2, 0), normals[:, 1:]))
    bent = inputs.with_bounds(normals, torch.tanh)
    torch.testing.assert_close(bent, torch.stack([normals[:, 0].tanh(), normals[:, 1]], dim=1))


def test_a_normal_has_the_value_of_the_cluster_that_its_row_is_in():
    inputs = Inputs(clustered_layout())
    levels = torch.arange(5)[:, None]
    normals = torch.tensor([[0.5, -1.0]]).repeat(5, 1)
    is_open = torch.tensor([[False, True]] * 2 + [[True, True]] * 3)
    assert torch.equal(inputs.open_gates(levels), is_open)
    one_hot = inputs.one_hot(levels)
    assert torch.equal(inputs.opened(one_hot), is_open.float())
    rows = inputs(one_hot, normals)[:, -2 * INPUTS_PER_NORMAL :]
    place, height = rows.split(INPUTS_PER_NORMAL, dim=1)
    z = torch.tensor(0.5)
    expected = torch.stack([z.tanh() - 3, z.tanh(), 2 * z.tanh() + 5])
    torch.testing.assert_close(place[2:, 1], expected, atol=1e-3, rtol=0)
    steps = torch.tanh(6 * (z - torch.as_tensor(STEP_KNOTS, dtype=torch.float32)))
    torch.testing.assert_close(place[2:, 2:], steps.repeat(3, 1))
    assert (place[:2] == 0).all()
    assert (height == height[0]).all()


def test_gradients_of_clusters_agree_with_numeric_ones():
    inputs = Inputs(clustered_layout()).double()
    generator = torch.Generator().manual_seed(0)
    soft = torch.softmax(torch.randn(3, 5, generator=generator).double(), 1).requires_grad_()
    normals = torch.randn(3, 2, generator=generator).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda a, b: inputs(a, b), (soft, normals), atol=1e-4)


def test_one_cluster_and_several_follow_the_same_formulas():
    layout = small_layout()
    several = Inputs(layout)
    several.has_clusters = True
    levels, normals = _tensors()
    one_hot = several.one_hot(levels)
    torch.testing.assert_close(several(one_hot, normals), Inputs(layout)(one_hot, normals))
