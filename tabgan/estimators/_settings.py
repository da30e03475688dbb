"""What the "auto" parameters become for a table of a given size, and which device is used."""

from dataclasses import dataclass, replace
from typing import Any

import torch

from tabgan.exceptions import InvalidParameterError
from tabgan.objectives import OBJECTIVES, Objective

#: Inputs up to which the moment term has its full weight; the noise of its gradient grows with
#: their number.
_MOMENT_INPUTS = 500
_MOMENT_WEIGHT = 0.002
#: Rows from which "auto" holds some out for early stopping.
_VALIDATION_ROWS = 2000


@dataclass(frozen=True)
class TrainingPlan:
    """The parameters of an estimator that training needs, none of them "auto"."""

    objective: Objective
    max_steps: int
    batch_size: int
    learning_rate: float
    noise_dim: int
    generator_layers: tuple[int, ...]
    discriminator_layers: tuple[int, ...]
    conditional: bool
    column_masking: bool
    moment_weight: float | None  # None: choose by the number of inputs
    n_iter_no_change: int


def plan_training(estimator: Any, n_rows: int, n_columns: int) -> TrainingPlan:
    """The plan of `estimator` for `n_rows` training rows of `n_columns` modelled columns."""
    objective = OBJECTIVES[estimator.objective]
    if estimator.discriminator_steps is not None:
        objective = replace(objective, discriminator_steps=int(estimator.discriminator_steps))
    moment_weight = estimator.moment_weight
    return TrainingPlan(
        objective=objective,
        # A table of constants has nothing to learn.
        max_steps=choose_max_steps(estimator.max_steps, n_rows) if n_columns else 0,
        batch_size=choose_batch_size(estimator.batch_size, n_rows),
        learning_rate=float(estimator.learning_rate),
        noise_dim=int(estimator.noise_dim),
        generator_layers=tuple(estimator.generator_layers),
        discriminator_layers=tuple(estimator.discriminator_layers),
        conditional=estimator.conditional,
        column_masking=estimator.column_masking,
        moment_weight=None if moment_weight == "auto" else float(moment_weight),
        n_iter_no_change=int(estimator.n_iter_no_change),
    )


def choose_device(device: str) -> torch.device:
    """The named device, or the fastest that is there.

    Raises
    ------
    InvalidParameterError
        If torch does not know the name or the device is not available.
    """
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        chosen = torch.device(device)
        torch.empty(0, device=chosen)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise InvalidParameterError(
            f"The device {device!r} cannot be used here ({reason}). "
            'Use device="cpu", or "auto" for the fastest that is available.'
        ) from error
    return chosen


def choose_batch_size(batch_size: int | str, n_rows: int) -> int:
    """Rows of each kind in a batch: 250, fewer only for tables shorter than that."""
    if batch_size == "auto":
        return min(250, max(64, n_rows))
    return int(batch_size)


def choose_max_steps(max_steps: int | str, n_rows: int) -> int:
    """Generator steps: about 1,400 for 150 rows, 5,000 for 10,000, at most 5,500."""
    if max_steps == "auto":
        return int(min(5500, max(800, 50 * round(100 * (n_rows / 10_000) ** 0.3))))
    return int(max_steps)


def choose_moment_weight(moment_weight: float | None, n_inputs: int) -> float:
    """Weight of the moment term: 0.002 up to 500 inputs, then in inverse proportion to them."""
    if moment_weight is None:
        return _MOMENT_WEIGHT * min(1.0, _MOMENT_INPUTS / max(1, n_inputs))
    return moment_weight


def uses_validation(early_stopping: bool | str, n_rows: int) -> bool:
    """Whether rows are held out: "auto" means from 2,000 rows on."""
    return n_rows >= _VALIDATION_ROWS if early_stopping == "auto" else bool(early_stopping)
