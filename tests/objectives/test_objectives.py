"""Laws that every objective obeys, and closed forms of single losses."""

import math
from dataclasses import replace
from itertools import combinations

import pytest
import torch

from tabgan.exceptions import InvalidParameterError
from tabgan.metrics import js_divergence
from tabgan.objectives import (
    OBJECTIVES,
    EnergyMargin,
    Objective,
    Penalty,
    WeightClipping,
    moment_loss,
    pulling_away,
    sampled_moment_loss,
    second_moments,
    unit_gradient,
    zero_centred_gradient,
)


def _scores(seed: int, n_rows: int = 6) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n_rows, generator=generator, dtype=torch.float64)


def _losses(name: str):
    return OBJECTIVES[name].discriminator_loss, OBJECTIVES[name].generator_loss


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("real, fake", [(1e4, -1e4), (-1e4, 1e4), (1e4, 1e4), (0.0, 0.0)])
def test_losses_and_their_gradients_are_finite_for_extreme_scores(name, real, fake):
    for loss in _losses(name):
        scores = torch.full((3,), real), torch.full((3,), fake)
        values = loss(*(score.requires_grad_() for score in scores))
        assert values.shape == (3,) and values.isfinite().all()
        gradients = torch.autograd.grad(values.sum(), scores, allow_unused=True)
        assert all(g.isfinite().all() for g in gradients if g is not None)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_gradients_of_losses_agree_with_numeric_ones(name):
    real, fake = _scores(0).requires_grad_(), _scores(1).requires_grad_()
    for loss in _losses(name):
        assert torch.autograd.gradcheck(loss, (real, fake))


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("size", [0.1, 50.0, 1e4])
def test_the_discriminator_gains_by_separating_and_the_generator_by_passing_as_real(name, size):
    discriminator_loss, generator_loss = _losses(name)
    towards_real = -size if OBJECTIVES[name].discriminator == "energy" else size
    step = torch.full((1,), towards_real)
    assert discriminator_loss(step, -step) < discriminator_loss(-step, step)
    assert generator_loss(step, step) < generator_loss(step, -step)


# Two cells that real rows fall into with probabilities P and generated ones with Q.
P, Q = torch.tensor([0.7, 0.3]).double(), torch.tensor([0.4, 0.6]).double()
MARGIN = OBJECTIVES["energy"].discriminator_loss.margin
# Best scores of the two cells, where they lie within the bounds; None where only their difference
# matters, which is given then.
BEST_SCORES = {
    "relativistic": (None, math.log(0.7 * 0.6 / (0.3 * 0.4))),
    "minimax": (math.log(0.7 / 0.4), math.log(0.3 / 0.6)),
    "non-saturating": (math.log(0.7 / 0.4), math.log(0.3 / 0.6)),
    "least-squares": (0.7 / 1.1, 0.3 / 0.9),
    "hinge": (1.0, -1.0),
    "wasserstein": (3.0, -3.0),
    "wasserstein-gp": (3.0, -3.0),
    "energy": (0.0, MARGIN),
}


def _expected_loss(loss, scores: torch.Tensor, p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    """Mean of a loss over independent real and generated rows with these scores of the cells."""
    real, fake = (grid.flatten() for grid in torch.meshgrid(scores, scores, indexing="ij"))
    return (torch.outer(p, q).flatten() * loss(real, fake)).sum()


def _best_scores(name: str, p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    """Scores within [-3, 3], or from 0 for energies, of the least discriminator loss, on a grid."""
    energy = OBJECTIVES[name].discriminator == "energy"
    grid = torch.linspace(0 if energy else -3, 3, 601, dtype=torch.float64)
    loss = OBJECTIVES[name].discriminator_loss
    first, second = grid[:, None, None], grid[None, :, None]
    cells = [first.expand(601, 601, 1), second.expand(601, 601, 1)]
    total = sum(
        p[i] * q[j] * loss(cells[i].reshape(-1), cells[j].reshape(-1))
        for i in range(2)
        for j in range(2)
    )
    best = int(total.argmin())
    return torch.stack([grid[best // 601], grid[best % 601]])


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_best_discriminator_of_a_known_pair_is_the_closed_form(name):
    best, (first, second) = _best_scores(name, P, Q), BEST_SCORES[name]
    if first is None:
        assert float(best[0] - best[1]) == pytest.approx(second, abs=0.02)
    else:
        assert best.tolist() == pytest.approx([first, second], abs=0.011)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_best_generator_against_the_best_discriminator_moves_towards_the_real_rows(name):
    scores = _best_scores(name, P, Q)
    q = Q.clone().requires_grad_()
    _expected_loss(OBJECTIVES[name].generator_loss, scores, P, q).backward()
    assert q.grad[0] < q.grad[1]  # less loss by more rows in the cell that lacks them


@pytest.mark.parametrize("name", OBJECTIVES)
def test_neither_player_gains_where_the_distributions_agree_and_scores_are_equal(name):
    level = {"least-squares": 0.5, "energy": MARGIN / 2}.get(name, 0.0)
    scores = torch.full((2,), level, dtype=torch.float64).requires_grad_()
    loss = _expected_loss(OBJECTIVES[name].discriminator_loss, scores, P, P)
    (slope,) = torch.autograd.grad(loss, scores)
    torch.testing.assert_close(slope, torch.zeros(2, dtype=torch.float64))
    q = P.clone().requires_grad_()
    _expected_loss(OBJECTIVES[name].generator_loss, scores.detach(), P, q).backward()
    assert q.grad[0] == pytest.approx(float(q.grad[1]))


@pytest.mark.parametrize("name", ["minimax", "non-saturating"])
def test_the_value_of_the_best_discriminator_is_twice_jensen_shannon_minus_log_four(name):
    scores = (P / Q).log()
    value = -_expected_loss(OBJECTIVES[name].discriminator_loss, scores, P, Q)
    divergence = js_divergence(P.numpy(), Q.numpy())
    assert (float(value) + math.log(4)) / 2 == pytest.approx(divergence)


def test_saturating_and_not_saturating_generators_differ_in_slope_where_d_is_sure():
    scores = torch.tensor([-20.0, 0.0]).requires_grad_()
    slopes = {}
    for name in ("minimax", "non-saturating"):
        loss = OBJECTIVES[name].generator_loss(torch.zeros(2), scores)
        (slopes[name],) = torch.autograd.grad(loss.sum(), scores)
    assert slopes["minimax"].tolist() == pytest.approx([0, -0.5], abs=1e-8)
    assert slopes["non-saturating"].tolist() == pytest.approx([-1, -0.5], abs=1e-8)


def test_pulling_away_is_the_term_of_the_paper():
    encodings = torch.stack([_scores(seed) for seed in range(4)])
    expected = sum(
        torch.cosine_similarity(encodings[i], encodings[j], dim=0) ** 2
        for i in range(4)
        for j in range(4)
        if i != j
    ) / (4 * 3)
    torch.testing.assert_close(pulling_away(encodings).mean(), expected)
    assert torch.autograd.gradcheck(pulling_away, (encodings.requires_grad_(),))


@pytest.mark.parametrize("shape, limit", [((6,), 0.5), ((2, 3), 0.5 / math.sqrt(3)), ((6, 1), 0.5)])
def test_clipping_bounds_every_weight_by_its_layer_and_changes_no_other(shape, limit):
    weights = [_scores(0).reshape(shape), _scores(1).reshape(shape)]
    expected = [weight.clamp(-limit, limit) for weight in weights]
    WeightClipping(0.5)(weights)
    for weight, clipped in zip(weights, expected, strict=True):
        torch.testing.assert_close(weight, clipped, rtol=1e-12, atol=0)
        assert clipped.abs().max() == limit


def test_the_unit_gradient_penalty_is_zero_at_slope_one_and_finite_at_slope_zero():
    rows = torch.stack([_scores(3), _scores(4)]).requires_grad_()
    direction = torch.ones(6, dtype=torch.float64) / math.sqrt(6)
    torch.testing.assert_close(
        unit_gradient(rows @ direction, rows), torch.zeros(2).double(), atol=1e-9, rtol=0
    )
    flat = torch.zeros_like(rows).requires_grad_()
    penalty = unit_gradient(flat.square().sum(1), flat)
    (slope,) = torch.autograd.grad(penalty.sum(), flat)
    assert penalty.tolist() == pytest.approx([1, 1], abs=1e-5)
    assert slope.isfinite().all()


@pytest.mark.parametrize("value", [-1.0, 0.0, "a", float("nan")])
def test_bounds_that_bound_nothing_are_refused_when_they_are_made(value):
    with pytest.raises(InvalidParameterError, match="'limit' parameter of WeightClipping"):
        WeightClipping(value)
    with pytest.raises(InvalidParameterError, match="'margin' parameter of EnergyMargin"):
        EnergyMargin(value)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"on": "fakes"}, "'on' parameter of Penalty .*Did you mean 'fake'"),
        ({"weight": -5.0}, "'weight' parameter of Penalty"),
        ({"final_weight": "1"}, "'final_weight' parameter of Penalty"),
        ({"function": None}, "'function' parameter of Penalty"),
    ],
)
def test_impossible_penalties_are_refused_when_they_are_made(change, message):
    possible = {"function": zero_centred_gradient, "on": "real", "weight": 1.0, "final_weight": 1.0}
    with pytest.raises(InvalidParameterError, match=message):
        Penalty(**{**possible, **change})


@pytest.mark.parametrize("on", ["real", "both", "between"])
def test_clipping_with_a_gradient_penalty_is_refused(on):
    penalty = Penalty(zero_centred_gradient, on=on, weight=1.0, final_weight=1.0)
    with pytest.raises(InvalidParameterError, match="'wasserstein' clips weights and has 1"):
        replace(OBJECTIVES["wasserstein"], penalties=(penalty,))


def test_penalties_on_both_and_on_one_kind_of_rows_are_refused():
    one, both = (
        Penalty(zero_centred_gradient, on=on, weight=1.0, final_weight=1.0)
        for on in ("real", "both")
    )
    with pytest.raises(InvalidParameterError, match="penalties on 'both', 'real' rows"):
        replace(OBJECTIVES["hinge"], penalties=(one, both))


@pytest.mark.parametrize(
    "change, message",
    [
        ({"discriminator": "scorer"}, "makes no encodings"),
        ({"scores_are_logits": True}, "whose scores are energies"),
        ({"discriminator": "enrgy"}, "Did you mean 'energy'"),
        ({"discriminator_steps": 0}, "'discriminator_steps' parameter of Objective"),
        ({"generator_loss": 3}, "'generator_loss' parameter of Objective .* Got 3"),
    ],
)
def test_members_that_do_not_go_together_are_refused(change, message):
    with pytest.raises(InvalidParameterError, match=message):
        replace(OBJECTIVES["energy"], **change)


def test_a_loss_that_takes_the_mean_itself_is_refused():
    mean = Objective("mine", lambda r, f: (f - r).mean(), lambda r, f: -f)
    with pytest.raises(InvalidParameterError, match=r"discriminator_loss of .*'mine'.*Got \(\)"):
        mean.check_losses()


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
