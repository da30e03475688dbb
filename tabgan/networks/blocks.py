"""Residual blocks and the two multilayer perceptrons made of them."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Add a two-layer perceptron of the (normalised) input to the input.

    **Shape**: ``(n_rows, width)`` -> ``(n_rows, width)``.
    """

    def __init__(self, width: int, hidden: int, *, normalise: bool) -> None:
        super().__init__()
        self.normalise = nn.LayerNorm(width) if normalise else nn.Identity()
        self.widen = nn.Linear(width, hidden)
        self.narrow = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.narrow(F.silu(self.widen(self.normalise(x))))


def trunk_width(layers: tuple[int, ...]) -> int:
    """Width of the residual stream between blocks of these hidden widths: half of the widest."""
    return max(8, max(layers) // 2)


class Generator(nn.Module):
    """Turn noise and a condition into logits of all levels and one number per normal part.

    Parameters
    ----------
    noise_dim : int
        Width of the noise.
    n_condition_inputs : int
        Width of the condition input (given inputs, then the mask of given columns); 0 for a
        generator without conditions.
    n_levels, n_normals : int
        Widths of the two outputs.
    layers : tuple of int
        Hidden width of each residual block; the stream between them is half as wide as the widest.

    Notes
    -----
    **Shape**: noise ``(n_rows, noise_dim)``, condition ``(n_rows, n_condition_inputs)`` or None (no
    column given) -> logits ``(n_rows, n_levels)``, normals ``(n_rows, n_normals)``.
    """

    def __init__(
        self,
        noise_dim: int,
        n_condition_inputs: int,
        n_levels: int,
        n_normals: int,
        layers: tuple[int, ...],
    ) -> None:
        super().__init__()
        self.noise_dim, self.n_levels, self.n_normals = noise_dim, n_levels, n_normals
        self.layers = layers
        width = trunk_width(layers)
        self.from_noise = nn.Linear(noise_dim, width)
        self.from_condition = (
            nn.Linear(n_condition_inputs, width, bias=False) if n_condition_inputs else None
        )
        self.blocks = nn.Sequential(*(ResidualBlock(width, h, normalise=True) for h in layers))
        self.normalise = nn.LayerNorm(width)
        self.output = nn.Linear(width, n_levels + n_normals)

    @staticmethod
    def bound(normals: Tensor) -> Tensor:
        """Bring numbers that are coded linearly into [-1, 1]."""
        return normals.tanh()

    def forward(self, noise: Tensor, condition: Tensor | None = None) -> tuple[Tensor, Tensor]:
        x = self.from_noise(noise)
        if condition is not None and self.from_condition is not None:
            x = x + self.from_condition(condition)
        output = self.output(self.normalise(self.blocks(x)))
        return output[:, : self.n_levels], output[:, self.n_levels :]

    @torch.no_grad()
    def start_from(self, frequencies: Tensor) -> None:
        """Set the output biases to the log-frequencies: training starts from the margins."""
        self.output.bias.zero_()
        self.output.bias[: self.n_levels] = frequencies.clamp_min(1e-6).log()


class Discriminator(nn.Module):
    """Score rows: one real number each, higher for rows that look real.

    There is no normalisation across or within rows: the gradient penalties that train it act on
    single rows, and layer normalisation would hide the scale of the inputs from them.

    **Shape**: ``(n_rows, n_inputs)`` -> ``(n_rows,)``.
    """

    def __init__(self, n_inputs: int, layers: tuple[int, ...]) -> None:
        super().__init__()
        self.layers = layers
        width = trunk_width(layers)
        self.input = nn.Linear(n_inputs, width)
        self.blocks = nn.Sequential(*(ResidualBlock(width, h, normalise=False) for h in layers))
        self.output = nn.Linear(width, 1)

    def forward(self, rows: Tensor) -> Tensor:
        return self.output(F.silu(self.blocks(self.input(rows)))).squeeze(-1)


class DiscriminatorEnsemble(nn.Module):
    """Discriminators of the same sizes and different first weights; the score is their mean.

    **Shape**: ``(n_rows, n_inputs)`` -> ``(n_rows,)``.

    References
    ----------
    B. Lakshminarayanan, A. Pritzel, C. Blundell (2017). Simple and scalable predictive uncertainty
    estimation using deep ensembles. arXiv:1612.01474. They average probabilities, we logits.
    """

    def __init__(self, n_members: int, n_inputs: int, layers: tuple[int, ...]) -> None:
        super().__init__()
        self.layers = layers
        self.members = nn.ModuleList(Discriminator(n_inputs, layers) for _ in range(n_members))

    def forward(self, rows: Tensor) -> Tensor:
        return torch.stack([member(rows) for member in self.members]).mean(0)
