"""What training remembers: the state that callbacks see, and the record of its scalars."""

import copy
import time
from dataclasses import dataclass, field
from typing import Any

import torch

from tabgan.networks import (
    Discriminator,
    Encoder,
    EnergyDiscriminator,
    Generator,
    RowGenerator,
)
from tabgan.preprocessing import TableTransformer

#: Steps between two records of the scalars, the only moments at which the device is waited for.
RECORD_EVERY = 50


@dataclass
class TrainingState:
    """Everything that changes while training, in one place that callbacks may read.

    Attributes
    ----------
    model : RowGenerator
        The generator being trained, with its inputs.
    averaged : Generator
        Exponential moving average of its weights: what is kept at the end.
    discriminator : Discriminator, EnergyDiscriminator or None
        The opponent, where there is one.
    optimizers : tuple of torch.optim.Optimizer
        Of the generator and of the other network.
    rng : torch.Generator
        The generator of all random numbers of the loop.
    max_steps : int
        Steps planned.
    fingerprint : dict
        What a checkpoint must agree on to be resumed.
    step : int
        Generator steps done.
    seconds : float
        Time spent, resumed runs included.
    history : list of dict
        One record every few steps, each with its ``"step"``, ``"seconds"`` and scalars.
    best_weights : dict or None
        Weights of the averaged generator with the least validation error, or the last known to be
        finite.
    best_step : int
        The step they are from.
    best_error : float
        That validation error; infinite without validation.
    n_evaluations_without_gain : int
        Evaluations since then.
    encoder : Encoder or None
        The other network of a variational autoencoder.
    transformer : TableTransformer or None
        From tables to codes and back, where an estimator trains.
    stop_reason : str
        Why training ended: "max_steps", "max_time", "early_stopping", "callback", "interrupted" or
        "diverged".
    """

    model: RowGenerator
    averaged: Generator
    discriminator: Discriminator | EnergyDiscriminator | None
    optimizers: tuple[torch.optim.Optimizer, torch.optim.Optimizer]
    rng: torch.Generator
    max_steps: int
    fingerprint: dict[str, Any] = field(default_factory=dict)
    step: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)
    best_weights: dict[str, torch.Tensor] | None = None
    best_step: int = 0
    best_error: float = float("inf")
    n_evaluations_without_gain: int = 0
    encoder: Encoder | None = None
    transformer: TableTransformer | None = None
    stop_reason: str = ""

    def averaged_model(self) -> RowGenerator:
        """The generator with averaged weights, sharing inputs and choices with `model`."""
        return RowGenerator(self.model.inputs, self.model.choices, self.averaged)

    def keep_weights(self) -> None:
        """Remember the averaged weights as the ones to return to."""
        self.best_weights = copy.deepcopy(self.averaged.state_dict())
        self.best_step = self.step


class Stopwatch:
    """Seconds since it was made, on top of seconds spent before."""

    def __init__(self, already: float) -> None:
        self._start = time.monotonic() - already

    def seconds(self) -> float:
        """Elapsed seconds."""
        return time.monotonic() - self._start
