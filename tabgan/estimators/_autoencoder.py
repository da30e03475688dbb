"""What `TabularVAE` trains: its parameters, its plan for a table, encoder and decoder."""

import copy
from dataclasses import asdict, dataclass
from typing import Any

import torch

from tabgan._params import Interval
from tabgan._random import child_seed
from tabgan.estimators import _building as building
from tabgan.estimators import _settings as settings
from tabgan.networks import Decoder, Encoder, build_network
from tabgan.preprocessing import Codes, Layout
from tabgan.training import TrainingRows, TrainingState, VariationalSettings, VariationalStep

#: Adam's usual decay rates: nothing here plays against anything.
_BETAS = (0.9, 0.999)
_WIDTHS = settings.PARAMETER_CONSTRAINTS["generator_layers"]
_SHARED = (
    "schema",
    "number_coding",
    "min_level_count",
    "max_steps",
    "max_time",
    "batch_size",
    "learning_rate",
    "conditional",
    "averaging",
    "calibrate",
    "refine",
    "early_stopping",
    "validation_fraction",
    "n_iter_no_change",
    "warm_start",
    "device",
    "random_state",
    "callbacks",
    "verbose",
)

#: What each parameter of `TabularVAE` may be.
PARAMETER_CONSTRAINTS: dict[str, list] = {
    "beta": [Interval(float, 0, closed="neither")],
    "latent_dim": [Interval(int, 1)],
    "encoder_layers": _WIDTHS,
    "decoder_layers": _WIDTHS,
    **{name: settings.PARAMETER_CONSTRAINTS[name] for name in _SHARED},
}


@dataclass(frozen=True)
class AutoencoderPlan:
    """The parameters of an estimator that training needs, none of them "auto"."""

    beta: float
    latent_dim: int
    max_steps: int
    batch_size: int
    learning_rate: float
    encoder_layers: tuple[int, ...]
    decoder_layers: tuple[int, ...]
    conditional: bool


def plan_training(estimator: Any, n_rows: int, n_columns: int) -> AutoencoderPlan:
    """The plan of `estimator` for `n_rows` training rows of `n_columns` modelled columns."""
    return AutoencoderPlan(
        beta=float(estimator.beta),
        latent_dim=int(estimator.latent_dim),
        # A table of constants has nothing to learn.
        max_steps=settings.choose_max_steps(estimator.max_steps, n_rows) if n_columns else 0,
        batch_size=settings.choose_batch_size(estimator.batch_size, n_rows),
        learning_rate=float(estimator.learning_rate),
        encoder_layers=tuple(int(width) for width in estimator.encoder_layers),
        decoder_layers=tuple(int(width) for width in estimator.decoder_layers),
        conditional=bool(estimator.conditional),
    )


def start_training(
    layout: Layout, codes: Codes, plan: AutoencoderPlan, seed: int, device: torch.device
) -> tuple[TrainingState, VariationalStep]:
    """The state before the first step, and the step."""
    sizes = plan.latent_dim, plan.decoder_layers
    model = building.build_row_generator(
        layout, Decoder, *sizes, conditional=plan.conditional, seed=seed
    ).to(device)
    rows = TrainingRows(codes, model.inputs)
    model.inputs.centre(rows.input_mean())
    width = model.inputs.n_inputs + model.inputs.n_columns * plan.conditional
    encoder = build_network(
        lambda: Encoder(width, plan.latent_dim, plan.encoder_layers),
        torch.Generator().manual_seed(child_seed(seed, "init", "encoder")),
    ).to(device)
    optimizers = (
        building.make_adam(model.generator, plan.learning_rate, _BETAS, device),
        building.make_adam(encoder, plan.learning_rate, _BETAS, device),
    )
    state = TrainingState(
        model=model,
        averaged=copy.deepcopy(model.generator),
        discriminator=None,
        optimizers=optimizers,
        rng=building.device_generator(seed, device, "train"),
        max_steps=plan.max_steps,
        fingerprint=building.fingerprint(layout, codes, asdict(plan), seed),
        encoder=encoder,
    )
    step_settings = VariationalSettings(plan.batch_size, plan.beta, plan.conditional)
    return state, VariationalStep(model, encoder, rows, optimizers, step_settings, state.rng)
