"""The networks and what they see: inputs, level choices, generator, discriminators, encoder.

They know no objective.
"""

from tabgan.networks.autoencoder import Decoder, Encoder
from tabgan.networks.blocks import (
    Discriminator,
    DiscriminatorEnsemble,
    Generator,
    ResidualBlock,
)
from tabgan.networks.energy import EnergyDiscriminator
from tabgan.networks.initialisation import build_network, network_without_storage
from tabgan.networks.inputs import Inputs
from tabgan.networks.levels import LevelChoices
from tabgan.networks.rows import GivenColumns, RowGenerator

__all__ = [
    "Decoder",
    "Discriminator",
    "DiscriminatorEnsemble",
    "Encoder",
    "EnergyDiscriminator",
    "Generator",
    "GivenColumns",
    "Inputs",
    "LevelChoices",
    "ResidualBlock",
    "RowGenerator",
    "build_network",
    "network_without_storage",
]
