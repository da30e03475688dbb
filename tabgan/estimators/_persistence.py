"""Fitted estimators as JSON-able values and arrays, and back."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tabgan._random import root_seed
from tabgan.archive import arrays_below
from tabgan.estimators._settings import describe_objective
from tabgan.networks import (
    Decoder,
    DiscriminatorEnsemble,
    Generator,
    RowGenerator,
    network_without_storage,
)
from tabgan.objectives import Objective
from tabgan.preprocessing import Layout, TableTransformer
from tabgan.preprocessing.input_kind import InputKind
from tabgan.sampling import NormalMaps, Sampler

#: Networks that make rows, by the name that archives give them.
_NETWORKS = {"generator": Generator, "decoder": Decoder}


def estimator_to_state(estimator: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A fitted estimator without its callbacks."""
    transformer, transformer_arrays = estimator.transformer_.to_state()
    sampler, sampler_arrays = estimator._sampler_to_state()
    parameters = estimator.get_params(deep=False)
    left_out = {"schema": None, "callbacks": None, "random_state": estimator.seed_}
    parameters |= {name: left_out[name] for name in left_out.keys() & parameters.keys()}
    manifest = {
        "format": "tabgan-model",
        "estimator": type(estimator).__name__,
        "parameters": {name: _plain(value) for name, value in parameters.items()},
        "input_kind": estimator.input_kind_.to_dict(),
        "transformer": transformer,
        "sampler": sampler,
        **{name: getattr(estimator, f"{name}_") for name in estimator._plain_attributes},
    }
    arrays = {f"transformer.{name}": array for name, array in transformer_arrays.items()}
    return manifest, arrays | {f"sampler.{name}": a for name, a in sampler_arrays.items()}


def estimator_from_state(
    cls: Any, manifest: dict[str, Any], arrays: dict[str, np.ndarray], device: str
) -> Any:
    """Rebuild what `estimator_to_state` took apart."""
    transformer = TableTransformer.from_state(
        manifest["transformer"], arrays_below("transformer.", arrays)
    )
    sampler = cls._sampler_from_state(
        manifest["sampler"],
        arrays_below("sampler.", arrays),
        transformer.layout_,
        device,
    )
    parameters = manifest["parameters"]
    if "device" in parameters:
        parameters = {**parameters, "device": device}
    estimator = cls(**parameters)
    estimator.input_kind_ = InputKind.from_dict(manifest["input_kind"])
    estimator.transformer_ = transformer
    estimator.schema_ = transformer.schema_
    estimator.sampler_ = sampler
    for name in cls._plain_attributes:
        setattr(estimator, f"{name}_", manifest[name])
    root_seed(estimator.seed_)  # refuses what is no seed
    estimator.n_features_in_ = len(transformer.schema_)
    names = list(transformer.schema_)
    if estimator.input_kind_.is_table and all(isinstance(name, str) for name in names):
        estimator.feature_names_in_ = np.asarray(names, dtype=object)
    return estimator


def _plain(value: Any) -> Any:
    """A parameter as plain JSON types."""
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    if isinstance(value, Objective):
        return describe_objective(value)
    return value.item() if isinstance(value, np.generic) else value


def sampler_to_state(sampler: Sampler) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Sizes of the networks, and their weights on the CPU."""
    generator = sampler.model.generator
    is_decoder = isinstance(generator, Decoder)
    state = {
        "network": "decoder" if is_decoder else "generator",
        "noise_dim": generator.latent_dim if is_decoder else generator.noise_dim,
        "generator_layers": list(generator.layers),
        "conditional": generator.from_condition is not None,
        "refiner_layers": None if sampler.refiner is None else list(sampler.refiner.layers),
        "refiner_members": 0 if sampler.refiner is None else len(sampler.refiner.members),
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
    state: dict[str, Any], arrays: dict[str, np.ndarray], layout: Layout, device: torch.device
) -> Sampler:
    """Rebuild a sampler on `device`; bad weights raise KeyError, RuntimeError or ValueError.

    Networks get their storage from the arrays, so that wrong sizes cost no memory.
    """
    _check_counts(state, len(arrays))
    model = RowGenerator.of_layout(
        layout,
        _NETWORKS[state.get("network", "generator")],
        state["noise_dim"],
        tuple(state["generator_layers"]),
        conditional=state["conditional"],
        build=network_without_storage,
    )
    maps = NormalMaps(layout.n_normal_parts)
    refiner = None
    if state["refiner_layers"] is not None:
        layers = tuple(state["refiner_layers"])
        refiner_sizes = state["refiner_members"], model.inputs.n_inputs, layers
        refiner = network_without_storage(lambda: DiscriminatorEnsemble(*refiner_sizes))
        _load(refiner, "refiner.", arrays, assign=True)
        refiner.to(device)
    _load(model.generator, "generator.", arrays, assign=True)
    _load(model.inputs, "inputs.", arrays)
    _load(maps, "maps.", arrays)
    factor = float(state["logit_factor"])
    return Sampler(model.to(device), maps.to(device), layout, refiner, factor)


def _check_counts(state: dict[str, Any], n_arrays: int) -> None:
    """Refuse more layers or members than there are arrays to fill them."""
    counts = {
        "generator_layers": len(state["generator_layers"]),
        "refiner_layers": len(state["refiner_layers"] or ()),
        "refiner_members": state["refiner_members"],
    }
    for name, count in counts.items():
        if count > n_arrays:
            raise ValueError(f"{name} asks for {count} networks or layers in {n_arrays} arrays")


def _load(
    module: nn.Module, prefix: str, arrays: dict[str, np.ndarray], *, assign: bool = False
) -> None:
    weights: dict[str, Tensor] = {
        name: torch.as_tensor(array) for name, array in arrays_below(prefix, arrays).items()
    }
    module.load_state_dict(weights, assign=assign)
