"""The terms of the evidence lower bound of a variational autoencoder, with its sign turned."""

import math

import torch
from torch import Tensor


def gaussian_kl(
    means: Tensor, log_variances: Tensor, prior_means: Tensor, prior_log_variances: Tensor
) -> Tensor:
    """Kullback-Leibler divergence of one diagonal Gaussian from another, one value a row.

    Parameters
    ----------
    means, log_variances : tensor of shape (n_rows, latent_dim)
        Of each row's Gaussian.
    prior_means, prior_log_variances : tensor of shape (n_rows, latent_dim)
        Of the Gaussian from which it diverges; zeros for the standard one.

    Returns
    -------
    tensor of shape (n_rows,)
        In nats, 0 or more: half the sum of ``(s^2 + (m - m0)^2) / s0^2 - 1 - log(s^2 / s0^2)``; for
        the standard Gaussian that of [1]_, appendix B.

    References
    ----------
    .. [1] D. P. Kingma, M. Welling (2014). Auto-encoding variational Bayes. arXiv:1312.6114.

    Examples
    --------
    >>> import torch
    >>> zeros = torch.zeros(1, 2)
    >>> gaussian_kl(torch.tensor([[0.0, 2.0]]), zeros, zeros, zeros)
    tensor([2.])
    """
    log_ratio = log_variances - prior_log_variances
    distance = (means - prior_means).square() * torch.exp(-prior_log_variances)
    return (log_ratio.exp() + distance - 1 - log_ratio).sum(1) / 2


def gaussian_surprise(values: Tensor, means: Tensor, log_scales: Tensor) -> Tensor:
    """Minus the log-density of each value under its Gaussian.

    Parameters
    ----------
    values, means : tensor of shape (n_rows, n_normals)
    log_scales : tensor of shape (n_normals,)
        Logarithms of the standard deviations.

    Returns
    -------
    tensor of shape (n_rows, n_normals)
        In nats.

    Examples
    --------
    >>> import torch
    >>> gaussian_surprise(torch.ones(1, 1), torch.ones(1, 1), torch.zeros(1))
    tensor([[0.9189]])
    """
    deviates = (values - means) * torch.exp(-log_scales)
    return deviates.square() / 2 + log_scales + math.log(2 * math.pi) / 2


def negative_elbo(surprise: Tensor, divergence: Tensor, beta: float) -> Tensor:
    """Minus the evidence lower bound, the divergence weighted, one value a row.

    Parameters
    ----------
    surprise : tensor of shape (n_rows,)
        Minus the log-likelihood of each row given a draw of its latent vector.
    divergence : tensor of shape (n_rows,)
        `gaussian_kl` of the latent vector.
    beta : float
        Weight: 1 is the bound itself [1]_, more draws the latent vectors to the prior and to
        independence [2]_, less favours reconstruction.

    Returns
    -------
    tensor of shape (n_rows,)

    References
    ----------
    .. [1] D. P. Kingma, M. Welling (2014). Auto-encoding variational Bayes. arXiv:1312.6114,
       equation 10.
    .. [2] I. Higgins et al. (2017). beta-VAE: learning basic visual concepts with a constrained
       variational framework. International Conference on Learning Representations, equation 4.

    Examples
    --------
    >>> import torch
    >>> negative_elbo(torch.tensor([3.0]), torch.tensor([2.0]), 0.5)
    tensor([4.])
    """
    return surprise + beta * divergence
