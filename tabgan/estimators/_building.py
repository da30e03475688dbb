"""Put networks, training and calibration together for an encoded table."""

import copy
import hashlib
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from tabgan._random import child_generator, child_seed
from tabgan.estimators._settings import TrainingPlan, choose_moment_weight
from tabgan.exceptions import InvalidParameterError
from tabgan.networks import (
    Discriminator,
    DiscriminatorEnsemble,
    EnergyDiscriminator,
    Generator,
    Inputs,
    RowGenerator,
    build_network,
)
from tabgan.preprocessing.layout import Codes, Layout
from tabgan.sampling import (
    NormalMaps,
    RefinerSettings,
    Sampler,
    calibrate_levels,
    train_refiner,
)
from tabgan.training import (
    AdversarialStep,
    Callback,
    HeldOutError,
    StepSettings,
    TrainingRows,
    TrainingState,
    Validation,
)

#: Adam's decay rates: no momentum, as the two players move against each other.
_BETAS = (0.0, 0.95)
#: Momentum of plain gradient descent.
_MOMENTUM = 0.5
#: Networks by the `discriminator` of an objective.
_DISCRIMINATORS: dict[str, Any] = {"scorer": Discriminator, "energy": EnergyDiscriminator}
#: Steps between two evaluations on held-out rows.
_VALIDATE_EVERY = 250
#: Discriminators in the refiner.
_REFINER_MEMBERS = 6
#: Most rows that are held out, however long the table.
_MOST_HELD_OUT = 5000
#: Held-out rows that a refiner needs.
_LEAST_HELD_OUT = 100
#: Most rows of the pool that the refiner learns from, and of it those that are held out.
_POOL_ROWS, _POOL_HELD_OUT = 131_072, 10_000


@dataclass(frozen=True)
class Split:
    """Codes that train and codes that validate."""

    train: Codes
    held_out: Codes | None


def split_codes(codes: Codes, share: float, seed: int) -> Split:
    """Hold out a share of the rows, at most 5,000; none for a share of 0."""
    n_held_out = min(_MOST_HELD_OUT, round(share * len(codes)), len(codes) - 2)
    if n_held_out <= 0:
        return Split(codes, None)
    order = child_generator(seed, "split").permutation(len(codes))
    held_out, train = np.sort(order[:n_held_out]), np.sort(order[n_held_out:])
    return Split(codes.take(train), codes.take(held_out))


def device_generator(seed: int, device: torch.device, *names: str) -> torch.Generator:
    """The named child generator, on the device."""
    return torch.Generator(device).manual_seed(child_seed(seed, *names))


def level_frequencies(layout: Layout) -> torch.Tensor:
    """Frequencies of all levels side by side, float32."""
    return torch.as_tensor(layout.frequencies, dtype=torch.float32)


def build_row_generator(
    layout: Layout,
    network: type[Generator],
    noise_dim: int,
    layers: tuple[int, ...],
    *,
    conditional: bool,
    seed: int,
) -> RowGenerator:
    """A generator with fresh weights, on the CPU, that starts from the margins."""
    rng = torch.Generator().manual_seed(child_seed(seed, "init", "generator"))
    build = partial(build_network, generator=rng)
    model = RowGenerator.of_layout(
        layout, network, noise_dim, layers, conditional=conditional, build=build
    )
    model.generator.start_from(level_frequencies(layout))
    return model


def build_discriminator(
    inputs: Inputs, plan: TrainingPlan, seed: int
) -> Discriminator | EnergyDiscriminator:
    """A discriminator with fresh weights: inputs, shown columns and, if conditional, given ones."""
    width = inputs.n_inputs + inputs.n_columns * (2 if plan.conditional else 1)
    rng = torch.Generator().manual_seed(child_seed(seed, "init", "discriminator"))
    kind = _DISCRIMINATORS[plan.objective.discriminator]
    return build_network(lambda: kind(width, plan.discriminator_layers), rng)


def make_optimizer(
    network: torch.nn.Module, plan: TrainingPlan, device: torch.device
) -> torch.optim.Optimizer:
    """Adam, or gradient descent with momentum."""
    if plan.optimizer == "sgd":
        return torch.optim.SGD(network.parameters(), lr=plan.learning_rate, momentum=_MOMENTUM)
    return make_adam(network, plan.learning_rate, _BETAS, device)


def make_adam(
    network: torch.nn.Module,
    learning_rate: float,
    betas: tuple[float, float],
    device: torch.device,
) -> torch.optim.Adam:
    """Adam, in one kernel where the device has it."""
    is_fused = device.type in ("cpu", "cuda")
    return torch.optim.Adam(network.parameters(), lr=learning_rate, betas=betas, fused=is_fused)


def start_training(
    layout: Layout, codes: Codes, plan: TrainingPlan, seed: int, device: torch.device
) -> tuple[TrainingState, TrainingRows]:
    """The state before the first step, and the rows on the device."""
    sizes = plan.noise_dim, plan.generator_layers
    model = build_row_generator(
        layout, Generator, *sizes, conditional=plan.conditional, seed=seed
    ).to(device)
    rows = TrainingRows(codes, model.inputs)
    model.inputs.centre(rows.input_mean())
    discriminator = build_discriminator(model.inputs, plan, seed).to(device)
    optimizers = (
        make_optimizer(model.generator, plan, device),
        make_optimizer(discriminator, plan, device),
    )
    state = TrainingState(
        model=model,
        averaged=copy.deepcopy(model.generator),
        discriminator=discriminator,
        optimizers=optimizers,
        rng=device_generator(seed, device, "train"),
        max_steps=plan.max_steps,
        fingerprint=fingerprint(layout, codes, _plain_plan(plan), seed),
    )
    return state, rows


def _plain_plan(plan: TrainingPlan) -> dict[str, Any]:
    """The parameters of a plan, with what can be told of its objective in its place."""
    objective = plan.objective
    terms = [
        f"{getattr(term.function, '__name__', 'function')} on {term.on} rows, weight "
        f"{term.weight:g} to {term.final_weight:g}"
        for term in objective.penalties
    ]
    return {
        **asdict(plan),
        "objective": objective.name,
        "penalties": terms,
        "discriminator": objective.discriminator,
        "discriminator_steps": objective.discriminator_steps,
    }


def fingerprint(
    layout: Layout, codes: Codes, parameters: dict[str, Any], seed: int
) -> dict[str, Any]:
    """What two fits must share for one to go on from the other's checkpoint; it tells no row."""
    digest = hashlib.sha256(codes.levels.tobytes())
    digest.update(codes.normals.tobytes())
    return {
        "columns": [repr(name) for name in layout.columns],
        "level parts": [part.n_levels for part in layout.level_parts],
        "normal parts": [part.column for part in layout.normal_parts],
        "number of training rows": len(codes),
        "digest of the encoded rows": digest.hexdigest(),
        "random_state": seed,
        **{
            name: list(value) if isinstance(value, tuple) else value
            for name, value in parameters.items()
        },
    }


def take_weights(state: TrainingState, model: RowGenerator, parameters: tuple[str, ...]) -> None:
    """Start from the weights of an earlier fit; `parameters` are those that fix their sizes."""
    earlier, own = model.generator.state_dict(), state.model.generator.state_dict()
    if {n: w.shape for n, w in earlier.items()} != {n: w.shape for n, w in own.items()}:
        raise InvalidParameterError(
            "With warm_start=True the networks of the first fit are trained further, and its "
            f"{', '.join(parameters)} cannot change. Set them back, or fit with warm_start=False."
        )
    for network in (state.model.generator, state.averaged):
        network.load_state_dict(model.generator.state_dict())


def validation_callbacks(
    state: TrainingState, layout: Layout, split: Split, n_iter_no_change: int, seed: int
) -> list[Callback]:
    """The callback that judges the generator on held-out rows, if there are any."""
    if split.held_out is None or not layout.n_columns:
        return []
    error = HeldOutError(
        split.held_out, layout, state.model.inputs, seed=child_seed(seed, "validation")
    )
    return [Validation(error, every=_VALIDATE_EVERY, n_iter_no_change=n_iter_no_change)]


def make_step(state: TrainingState, rows: TrainingRows, plan: TrainingPlan) -> AdversarialStep:
    """The step that trains `state` on `rows`."""
    assert state.discriminator is not None
    step_settings = StepSettings(
        batch_size=plan.batch_size,
        moment_weight=choose_moment_weight(plan.moment_weight, state.model.inputs.n_inputs),
        column_masking=plan.column_masking,
        conditional=plan.conditional,
    )
    return AdversarialStep(
        state.model,
        state.discriminator,
        rows,
        plan.objective,
        state.optimizers,
        step_settings,
        state.rng,
    )


def make_sampler(model: RowGenerator, layout: Layout) -> Sampler:
    """A sampler of a trained generator, as it is."""
    maps = NormalMaps(layout.n_normal_parts).to(model.inputs.scale.device)
    return Sampler(model=model, maps=maps, layout=layout)


def calibrate_sampler(sampler: Sampler, seed: int) -> None:
    """Make the level margins exact, and learn and freeze the maps of the normals."""
    device = sampler.model.inputs.scale.device
    rng = device_generator(seed, device, "calibrate")
    calibrate_levels(sampler.model, level_frequencies(sampler.layout).to(device), rng)
    sampler.maps.learn(sampler.model, rng)


def add_refiner(sampler: Sampler, split: Split, seed: int) -> None:
    """Train a refiner against a pool of the sampler and give it to the sampler."""
    inputs = sampler.model.inputs
    if not inputs.n_columns:
        return
    device = inputs.scale.device
    rng = device_generator(seed, device, "refine")
    real = split if split.held_out is not None else split_codes(split.train, 0.1, seed)
    held_out = real.held_out
    # Of fewer rows a ratio cannot be told from noise; samples are then raked only.
    if held_out is None or len(held_out) < _LEAST_HELD_OUT:
        return
    pool = pool_codes(sampler, min(_POOL_ROWS, max(16_384, 6 * len(real.train))), seed)
    n_pool_held_out = min(_POOL_HELD_OUT, len(pool) // 4)
    first, rest = np.arange(n_pool_held_out), np.arange(n_pool_held_out, len(pool))
    sizes = _REFINER_MEMBERS, inputs.n_inputs, refiner_layers(len(real.train))
    refiner = build_network(
        lambda: DiscriminatorEnsemble(*sizes),
        torch.Generator().manual_seed(child_seed(seed, "init", "refiner")),
    ).to(device)
    sampler.logit_factor = train_refiner(
        refiner,
        TrainingRows(real.train, inputs),
        TrainingRows(held_out, inputs).all_inputs(),
        TrainingRows(pool.take(rest), inputs),
        TrainingRows(pool.take(first), inputs).all_inputs(),
        rng,
        refiner_settings(len(real.train)),
    )
    sampler.refiner = refiner


def refiner_layers(n_rows: int) -> tuple[int, int]:
    """Hidden widths of each member: few rows are learnt by heart by wide networks."""
    width = 16 * max(2, min(8, round(n_rows / 4000)))
    return width, width


def refiner_settings(n_rows: int) -> RefinerSettings:
    """Fewer and smaller steps for tables that are soon learnt by heart."""
    max_steps = int(min(1500, max(200, 50 * round(30 * (n_rows / 10_000) ** 0.5))))
    return RefinerSettings(max_steps=max_steps, batch_size=min(500, max(64, n_rows)))


def pool_codes(sampler: Sampler, n_rows: int, seed: int) -> Codes:
    """Unrefined rows of the sampler."""
    blocks, n_drawn = [], 0
    for block in sampler.blocks(child_seed(seed, "pool"), refine=False):
        blocks.append(block)
        n_drawn += len(block)
        if n_drawn >= n_rows:
            return Codes.concatenate(blocks).take(np.arange(n_rows))
    raise AssertionError("blocks are endless")
