"""A sampler as JSON-able values and arrays, and back."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tabgan.networks import (
    Discriminator,
    Generator,
    Inputs,
    LevelChoices,
    RowGenerator,
    build_network,
)
from tabgan.sampling import NormalMaps, Sampler


def sampler_to_state(sampler: Sampler) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Sizes of the networks, and their weights on the CPU."""
    generator = sampler.model.generator
    state = {
        "noise_dim": generator.noise_dim,
        "generator_layers": list(generator.layers),
        "conditional": generator.from_condition is not None,
        "refiner_layers": None if sampler.refiner is None else list(sampler.refiner.layers),
        "logit_factor": sampler.logit_factor,
    }
    modules: dict[str, nn.Module] = {
        "generator": generator,
        "inputs": sampler.model.inputs,
        "maps": sampler.maps,
    }
    if sampler.refiner is not None:
        modules["refiner"] = sampler.refiner
    arrays = {
        f"{name}.{key}": value.detach().cpu().numpy()
        for name, module in modules.items()
        for key, value in module.state_dict().items()
    }
    return state, arrays


def sampler_from_state(
    state: dict[str, Any], arrays: dict[str, np.ndarray], layout: Any, device: torch.device
) -> Sampler:
    """Rebuild a sampler on `device`; bad weights raise KeyError or RuntimeError."""
    rng = torch.Generator().manual_seed(0)  # these weights are all replaced
    inputs = Inputs(layout)
    n_condition = inputs.n_inputs + inputs.n_columns if state["conditional"] else 0
    sizes = state["noise_dim"], n_condition, layout.n_levels, layout.n_normal_parts
    generator = build_network(lambda: Generator(*sizes, tuple(state["generator_layers"])), rng)
    choices = LevelChoices([part.n_levels for part in layout.level_parts])
    model = RowGenerator(inputs, choices, generator)
    maps = NormalMaps(layout.n_normal_parts)
    refiner = None
    if state["refiner_layers"] is not None:
        layers = tuple(state["refiner_layers"])
        refiner = build_network(lambda: Discriminator(inputs.n_inputs, layers), rng)
        _load(refiner, "refiner.", arrays)
        refiner.to(device)
    _load(generator, "generator.", arrays)
    _load(inputs, "inputs.", arrays)
    _load(maps, "maps.", arrays)
    factor = float(state["logit_factor"])
    return Sampler(model.to(device), maps.to(device), layout, refiner, factor)


def _load(module: nn.Module, prefix: str, arrays: dict[str, np.ndarray]) -> None:
    weights: dict[str, Tensor] = {
        name.removeprefix(prefix): torch.as_tensor(array)
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
    module.load_state_dict(weights)
