"""Build networks with weights from a given generator, leaving torch's global random state alone."""

import warnings
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def network_without_storage(make: Callable[[], Network]) -> Network:
    """Construct a network whose weights have shapes and no values yet."""
    with warnings.catch_warnings(), torch.device("meta"):
        # A table of constants has layers of width zero.
        warnings.filterwarnings("ignore", "Initializing zero-element tensors")
        return make()


def build_network(make: Callable[[], Network], generator: torch.Generator) -> Network:
    """Construct a network of linear layers and layer norms and draw its weights from `generator`.

    Linear layers get torch's usual uniform initialisation, U(-1/sqrt(fan_in), 1/sqrt(fan_in)), for
    weights and biases. The network is constructed without storage first: torch's own constructors
    would draw from the global generator.
    """
    network = network_without_storage(make).to_empty(device="cpu")
    for module in network.modules():
        if isinstance(module, nn.Linear):
            bound = max(1, module.in_features) ** -0.5
            with torch.no_grad():
                module.weight.uniform_(-bound, bound, generator=generator)
                if module.bias is not None:
                    module.bias.uniform_(-bound, bound, generator=generator)
        elif isinstance(module, nn.LayerNorm):
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)
    return network
