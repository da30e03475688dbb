"""Encoder and decoder: shapes, the prior of a condition, and noise that becomes deviates."""

import torch

from tabgan.networks import Decoder, Encoder, build_network


def _decoder(n_condition: int = 5) -> Decoder:
    rng = torch.Generator().manual_seed(0)
    decoder = build_network(lambda: Decoder(3, n_condition, 4, 2, (8,)), rng)
    decoder.start_from(torch.full((4,), 0.5))
    return decoder


def test_the_encoder_gives_means_and_bounded_log_variances():
    rng = torch.Generator().manual_seed(0)
    encoder = build_network(lambda: Encoder(6, 3, (8,)), rng)
    means, log_variances = encoder(1e6 * torch.randn(10, 6, generator=rng))
    assert means.shape == log_variances.shape == (10, 3)
    assert log_variances.min() >= -8 and log_variances.max() <= 8


def test_rows_that_are_given_nothing_have_the_standard_prior():
    decoder, like = _decoder(), torch.zeros(4, 3)
    condition = torch.zeros(4, 5)
    condition[2:, -1] = 1  # the mask of one given column
    for prior in decoder.latent_prior(like, condition):
        assert (prior[:2] == 0).all() and (prior[2:] != 0).any()
    for prior in decoder.latent_prior(like, None):
        assert (prior == 0).all()


def test_the_last_noise_is_the_deviate_of_each_normal_in_its_standard_deviations():
    decoder = _decoder(0)
    with torch.no_grad():
        decoder.log_deviations.copy_(torch.tensor([0.5, -1.0]))
    latent = torch.randn(6, 3, generator=torch.Generator().manual_seed(1))
    mean_logits, means = decoder.decode(latent, None)
    logits, normals = decoder(torch.cat([latent, torch.ones(6, 2)], dim=1))
    torch.testing.assert_close(logits, mean_logits)
    deviations = torch.tensor([0.5, -1.0]).exp().expand(6, 2)
    torch.testing.assert_close(normals - means, deviations)


def test_a_decoder_has_as_much_noise_as_it_reads():
    assert _decoder().noise_dim == 3 + 2
    assert _decoder()(torch.zeros(1, 5), torch.ones(1, 5))[0].shape == (1, 4)
