"""The terms of the evidence lower bound against closed forms and numeric gradients."""

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from tabgan.objectives import gaussian_kl, gaussian_surprise, negative_elbo


def _numbers(seed: int, *shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def test_the_divergence_is_that_of_torch_and_zero_for_the_prior_itself():
    tensors = [_numbers(seed, 6, 3) for seed in range(4)]
    own, prior = (Normal(tensors[i], (tensors[i + 1] / 2).exp()) for i in (0, 2))
    torch.testing.assert_close(gaussian_kl(*tensors), kl_divergence(own, prior).sum(1))
    assert gaussian_kl(*tensors[:2], *tensors[:2]).tolist() == [0] * 6


def test_the_surprise_is_minus_the_log_density():
    values, means, log_scales = _numbers(0, 6, 3), _numbers(1, 6, 3), _numbers(2, 3)
    expected = -Normal(means, log_scales.exp()).log_prob(values)
    torch.testing.assert_close(gaussian_surprise(values, means, log_scales), expected)


def test_the_surprise_is_least_at_the_standard_deviation_of_the_residuals():
    values = _numbers(0, 1000, 1)
    log_scale = values.square().mean().sqrt().log().reshape(1).requires_grad_()
    surprise = gaussian_surprise(values, torch.zeros_like(values), log_scale).mean()
    (slope,) = torch.autograd.grad(surprise, log_scale)
    assert slope.item() == pytest.approx(0, abs=1e-12)


def test_gradients_agree_with_numeric_ones():
    inputs = [_numbers(seed, 4, 2).requires_grad_() for seed in range(4)]
    assert torch.autograd.gradcheck(gaussian_kl, inputs)
    means = inputs[0]
    scales = _numbers(2, 2).requires_grad_()
    values = _numbers(3, 4, 2)
    assert torch.autograd.gradcheck(lambda m, s: gaussian_surprise(values, m, s), (means, scales))


def test_the_bound_lies_below_the_likelihood_and_meets_it_at_the_posterior():
    # x = z + e with standard normal z and e: p(x) is N(0, 2), p(z | x) is N(x / 2, 1 / 2).
    x = torch.tensor([[0.7]], dtype=torch.float64)
    likelihood = Normal(torch.zeros(()), torch.tensor(2.0).sqrt()).log_prob(x).item()
    deviates = _numbers(0, 200_000, 1)

    def bound(mean: float, variance: float) -> tuple[float, float]:
        latent = mean + variance**0.5 * deviates
        surprise = gaussian_surprise(x.expand_as(latent), latent, torch.zeros(1))
        log_variance = torch.full((1, 1), variance, dtype=torch.float64).log()
        zero = torch.zeros_like(log_variance)
        divergence = gaussian_kl(torch.full_like(zero, mean), log_variance, zero, zero)
        values = -negative_elbo(surprise.sum(1), divergence, 1.0)
        return values.mean().item(), (values.std() / len(values) ** 0.5).item()

    at_posterior, error = bound(0.35, 0.5)
    assert abs(at_posterior - likelihood) < 4 * error
    for mean, variance in ((0.0, 0.5), (0.35, 1.0), (0.35, 0.2)):
        elsewhere, error = bound(mean, variance)
        assert elsewhere < likelihood - 4 * error
