"""The two networks of a variational autoencoder; its decoder serves wherever a generator does."""

import torch
from torch import Tensor, nn

from tabgan.networks.blocks import Generator, ResidualBlock, trunk_width

#: Bounds on the logarithms of standard deviations and variances, which keep both finite.
LEAST_LOG_SCALE, LARGEST_LOG_VARIANCE = -4.0, 8.0


class Encoder(nn.Module):
    """Turn a row into the mean and the log-variance of its latent vector.

    Parameters
    ----------
    n_inputs : int
        Width of the input: a row's inputs and, if conditional, the mask of given columns.
    latent_dim : int
        Width of the latent vector.
    layers : tuple of int
        Hidden width of each residual block; the stream between them is half as wide as the widest.

    Notes
    -----
    **Shape**: ``(n_rows, n_inputs)`` -> means and log-variances ``(n_rows, latent_dim)``.
    """

    def __init__(self, n_inputs: int, latent_dim: int, layers: tuple[int, ...]) -> None:
        super().__init__()
        width = trunk_width(layers)
        self.input = nn.Linear(n_inputs, width)
        self.blocks = nn.Sequential(*(ResidualBlock(width, h, normalise=True) for h in layers))
        self.normalise = nn.LayerNorm(width)
        self.output = nn.Linear(width, 2 * latent_dim)

    def forward(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        output = self.output(self.normalise(self.blocks(self.input(rows))))
        means, log_variances = output.chunk(2, dim=1)
        return means, log_variances.clamp(2 * LEAST_LOG_SCALE, LARGEST_LOG_VARIANCE)


class ConditionalPrior(nn.Module):
    """Turn a condition into the mean and the log-variance of the latent vectors that suit it.

    Rows that are given no column have the standard Gaussian: zeros.

    **Shape**: ``(n_rows, n_condition_inputs)`` -> means and log-variances ``(n_rows, latent_dim)``.
    """

    def __init__(self, n_condition_inputs: int, latent_dim: int, layers: tuple[int, ...]) -> None:
        super().__init__()
        self.encoder = Encoder(n_condition_inputs, latent_dim, layers)

    def forward(self, condition: Tensor) -> tuple[Tensor, Tensor]:
        # The mask of given columns is part of the condition, so only an empty one is all zeros.
        is_given = (condition != 0).any(dim=1, keepdim=True)
        means, log_variances = self.encoder(condition)
        return means * is_given, log_variances * is_given


class Decoder(Generator):
    """A generator whose normals are Gaussian around their means, one learned variance for each.

    Its noise is a latent vector, standardised under the prior of the condition, and one more
    deviate for each normal.

    Parameters
    ----------
    latent_dim : int
        Width of the latent vector.
    n_condition_inputs, n_levels, n_normals, layers
        As for `Generator`.

    Notes
    -----
    **Shape**: noise ``(n_rows, latent_dim + n_normals)``, condition as for `Generator` -> logits
    ``(n_rows, n_levels)``, normals ``(n_rows, n_normals)``.
    """

    def __init__(
        self,
        latent_dim: int,
        n_condition_inputs: int,
        n_levels: int,
        n_normals: int,
        layers: tuple[int, ...],
    ) -> None:
        super().__init__(latent_dim, n_condition_inputs, n_levels, n_normals, layers)
        self.latent_dim, self.noise_dim = latent_dim, latent_dim + n_normals
        self.prior = (
            ConditionalPrior(n_condition_inputs, latent_dim, layers) if n_condition_inputs else None
        )
        self.log_deviations = nn.Parameter(torch.zeros(n_normals))

    @property
    def log_scales(self) -> Tensor:
        """Logarithm of the standard deviation of each normal, (n_normals,)."""
        return self.log_deviations.clamp_min(LEAST_LOG_SCALE)

    @staticmethod
    def bound(normals: Tensor) -> Tensor:
        """Cut numbers that are coded linearly off at -1 and 1: they are Gaussian around means."""
        return normals.clamp(-1, 1)

    def forward(self, noise: Tensor, condition: Tensor | None = None) -> tuple[Tensor, Tensor]:
        latent, deviates = noise.split([self.latent_dim, self.n_normals], dim=1)
        means, log_variances = self.latent_prior(latent, condition)
        latent = means + (log_variances / 2).exp() * latent
        logits, normals = self.decode(latent, condition)
        return logits, normals + self.log_scales.exp() * deviates

    def decode(self, latent: Tensor, condition: Tensor | None) -> tuple[Tensor, Tensor]:
        """Logits (n_rows, n_levels) and mean normals (n_rows, n_normals) of latent vectors."""
        return super().forward(latent, condition)

    def latent_prior(self, like: Tensor, condition: Tensor | None) -> tuple[Tensor, Tensor]:
        """Means and log-variances of latent vectors under a condition, shaped like `like`."""
        if condition is None or self.prior is None:
            return torch.zeros_like(like), torch.zeros_like(like)
        return self.prior(condition)

    @torch.no_grad()
    def start_from(self, frequencies: Tensor) -> None:
        """Start from the margins, and from standard deviations of 1."""
        super().start_from(frequencies)
        self.log_deviations.zero_()
