"""Laws that every objective obeys, and closed forms of single losses."""

import math
from itertools import combinations

import pytest
import torch

from tabgan.objectives import (
    OBJECTIVES,
    moment_loss,
    sampled_moment_loss,
    second_moments,
    zero_centred_gradient,
)


def _scores(seed: int, n_rows: int = 6) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n_rows, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_losses_give_one_finite_value_a_row_even_for_extreme_scores(name):
    objective = OBJECTIVES[name]
    for real, fake in ((1e4, -1e4), (-1e4, 1e4), (0.0, 0.0)):
        for loss in (objective.discriminator_loss, objective.generator_loss):
            values = loss(torch.full((3,), real), torch.full((3,), fake))
            assert values.shape == (3,) and values.isfinite().all()


@pytest.mark.parametrize("name", OBJECTIVES)
def test_gradients_of_losses_agree_with_numeric_ones(name):
    objective = OBJECTIVES[name]
    real, fake = _scores(0).requires_grad_(), _scores(1).requires_grad_()
    for loss in (objective.discriminator_loss, objective.generator_loss):
        assert torch.autograd.gradcheck(loss, (real, fake))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_discriminator_gains_by_separating_and_the_generator_by_higher_fake_scores(name):
    objective = OBJECTIVES[name]
    zero, up = torch.zeros(1), torch.full((1,), 0.1)
    assert objective.discriminator_loss(up, zero) < objective.discriminator_loss(zero, zero)
    assert objective.discriminator_loss(zero, up) > objective.discriminator_loss(zero, zero)
    assert objective.generator_loss(zero, up) < objective.generator_loss(zero, zero)


def test_relativistic_losses_are_log_two_where_scores_agree():
    objective = OBJECTIVES["relativistic"]
    for loss in (objective.discriminator_loss, objective.generator_loss):
        assert loss(_scores(0), _scores(0)).tolist() == pytest.approx([math.log(2)] * 6)


def test_the_gradient_penalty_is_the_squared_norm_of_each_row_gradient():
    weight = _scores(2)
    rows = torch.stack([_scores(3), _scores(4)]).requires_grad_()
    penalty = zero_centred_gradient((rows @ weight).square() / 2, rows)
    expected = (rows @ weight).square() * weight.square().sum()
    torch.testing.assert_close(penalty, expected)


def test_the_gradient_penalty_can_be_differentiated_again():
    rows = _scores(3).reshape(2, 3).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda r: zero_centred_gradient(torch.tanh(r).sum(1), r), (rows,)
    )


@pytest.mark.parametrize("progress, expected", [(0.0, 5.0), (0.25, 2.75), (0.5, 0.5), (1.0, 0.5)])
def test_the_penalty_weight_falls_in_the_first_half(progress, expected):
    (penalty,) = OBJECTIVES["relativistic"].penalties
    assert penalty.weight_at(progress) == pytest.approx(expected)


def test_second_moments_hold_the_mean_in_their_last_row():
    rows = _scores(5, 12).reshape(4, 3)
    moments = second_moments(rows)
    torch.testing.assert_close(moments[:3, :3], rows.T @ rows / 4)
    torch.testing.assert_close(moments[3, :3], rows.mean(0))
    assert moments[3, 3] == 1


def test_the_moment_loss_is_an_unbiased_estimate_of_the_squared_distance():
    generator = torch.Generator().manual_seed(0)
    n_batches, n_rows, width = 4000, 20, 2
    target = torch.eye(width + 1, dtype=torch.float64)
    shift = torch.tensor([0.3, 0.0], dtype=torch.float64)
    batches = torch.randn(n_batches, n_rows, width, generator=generator, dtype=torch.float64)
    values = torch.stack([moment_loss(batch + shift, target) for batch in batches])
    truth = target.clone()
    truth[:2, :2] += torch.outer(shift, shift)
    truth[2, :2] = truth[:2, 2] = shift
    distance = (truth - target).square().sum()
    error = values.std() / math.sqrt(n_batches)
    assert abs(values.mean() - distance) < 4 * error
    assert (values < 0).any()


@pytest.mark.parametrize("n_drawn", [2, 3, 5])
def test_the_mean_of_the_sampled_moment_loss_over_all_subsets_is_the_whole_loss(n_drawn):
    n_inputs = 5
    rows, other = _scores(6, 40).reshape(8, n_inputs), _scores(7, 60).reshape(12, n_inputs)
    target = second_moments(other)
    constant = (n_inputs,)
    values = [
        sampled_moment_loss(
            rows[:, list(subset)],
            target[list(subset + constant)][:, list(subset + constant)],
            n_inputs,
        )
        for subset in combinations(range(n_inputs), n_drawn)
    ]
    torch.testing.assert_close(torch.stack(values).mean(), moment_loss(rows, target))
