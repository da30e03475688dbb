"""An autoencoder as discriminator: the energy of a row is the error of its reconstruction."""

import torch.nn.functional as F
from torch import Tensor, nn

from tabgan.networks.blocks import ResidualBlock, trunk_width

_LEAST_ENCODING = 8


class EnergyDiscriminator(nn.Module):
    """Give rows an energy each, lower for rows that look real.

    The encoding of a wide row is a quarter of it, so that not every row can be reconstructed. Below
    eight numbers it would be too narrow for its directions to mean anything; what cannot be
    reconstructed is then left to the margin.

    **Shape**: ``(n_rows, n_inputs)`` -> ``(n_rows,)``, the mean squared error over the inputs.
    """

    def __init__(self, n_inputs: int, layers: tuple[int, ...]) -> None:
        super().__init__()
        self.layers = layers
        width = trunk_width(layers)
        encoding = min(width, max(_LEAST_ENCODING, n_inputs // 4))
        self.input = nn.Linear(n_inputs, width)
        self.blocks = nn.Sequential(*(ResidualBlock(width, h, normalise=False) for h in layers))
        self.to_encoding = nn.Linear(width, encoding)
        self.from_encoding = nn.Linear(encoding, width)
        self.output = nn.Linear(width, n_inputs)

    def encode(self, rows: Tensor) -> Tensor:
        """Encodings (n_rows, width of the encoding) of rows."""
        return self.to_encoding(F.silu(self.blocks(self.input(rows))))

    def energy(self, rows: Tensor, encodings: Tensor) -> Tensor:
        """Energies (n_rows,) of rows with these encodings."""
        reconstruction = self.output(F.silu(self.from_encoding(encodings)))
        return (reconstruction - rows).square().mean(1)

    def forward(self, rows: Tensor) -> Tensor:
        return self.energy(rows, self.encode(rows))
