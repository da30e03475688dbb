"""What the "auto" parameters become for a table of a given size, and which device is used."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from tabgan._params import RANDOM_STATE, InstanceOf, Interval, Options, SequenceOf
from tabgan.exceptions import InvalidParameterError
from tabgan.objectives import OBJECTIVES, Objective
from tabgan.preprocessing import NUMBER_CODINGS
from tabgan.schema import Schema
from tabgan.training import Callback

#: Inputs up to which the moment term has its full weight; the noise of its gradient grows with
#: their number.
_MOMENT_INPUTS = 500
_MOMENT_WEIGHT = 0.002
#: Rows from which "auto" holds some out for early stopping.
_VALIDATION_ROWS = 2000
#: Rows below which a table is short: fewer steps and stronger penalties.
_SHORT_TABLE = 5000

#: What each parameter of `TabularGAN` may be.
PARAMETER_CONSTRAINTS: dict[str, list] = {
    "objective": [Options(OBJECTIVES), InstanceOf(Objective)],
    "schema": [None, InstanceOf(Schema, Mapping)],
    "number_coding": [Options(NUMBER_CODINGS)],
    "min_level_count": [Interval(int, 1)],
    "max_steps": ["auto", Interval(int, 1)],
    "max_time": [None, Interval(float, 0, closed="neither")],
    "batch_size": ["auto", Interval(int, 2)],
    "learning_rate": [Interval(float, 0, closed="neither")],
    "optimizer": [Options(["adam", "sgd"])],
    "noise_dim": [Interval(int, 1)],
    "generator_layers": [SequenceOf(Interval(int, 1), min_length=1)],
    "discriminator_layers": [SequenceOf(Interval(int, 1), min_length=1)],
    "discriminator_steps": [None, Interval(int, 1)],
    "conditional": [InstanceOf(bool)],
    "column_masking": [InstanceOf(bool)],
    "moment_weight": ["auto", Interval(float, 0)],
    "averaging": [Interval(float, 0, 1, closed="left")],
    "calibrate": [InstanceOf(bool)],
    "refine": [InstanceOf(bool)],
    "early_stopping": ["auto", InstanceOf(bool)],
    "validation_fraction": [Interval(float, 0, 1, closed="neither")],
    "n_iter_no_change": [Interval(int, 1)],
    "warm_start": [InstanceOf(bool)],
    "epsilon": [None],
    "delta": [None],
    "device": [InstanceOf(str)],
    "random_state": RANDOM_STATE,
    "callbacks": [None, SequenceOf(InstanceOf(Callback))],
    "verbose": [InstanceOf(bool), Interval(int, 0)],
}

#: Before the name of an objective of the user's own in a saved model.
_CUSTOM = "custom: "
#: Parameters of `TabularGAN.original`.
ORIGINAL: dict[str, Any] = {
    "objective": "minimax",
    "discriminator_steps": 1,
    "optimizer": "sgd",
    "learning_rate": 0.05,
    "conditional": False,
    "column_masking": False,
    "moment_weight": 0,
    "averaging": 0,
    "early_stopping": False,
    "calibrate": False,
    "refine": False,
}


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
    optimizer: str = "adam"


def plan_training(estimator: Any, n_rows: int, n_columns: int) -> TrainingPlan:
    """The plan of `estimator` for `n_rows` training rows of `n_columns` modelled columns."""
    objective = suit_penalties(find_objective(estimator.objective), n_rows)
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
        generator_layers=tuple(int(width) for width in estimator.generator_layers),
        discriminator_layers=tuple(int(width) for width in estimator.discriminator_layers),
        conditional=bool(estimator.conditional),
        column_masking=bool(estimator.column_masking),
        moment_weight=None if moment_weight == "auto" else float(moment_weight),
        n_iter_no_change=int(estimator.n_iter_no_change),
        optimizer=str(estimator.optimizer),
    )


def find_objective(objective: str | Objective) -> Objective:
    """The objective of this name, or the one given, whose losses are tried."""
    if isinstance(objective, Objective):
        objective.check_losses()
        return objective
    return OBJECTIVES[objective]


def refuse_named_custom(objective: Any) -> None:
    """Say what to do with the name that a loaded model has for an objective of the user's own."""
    if isinstance(objective, str) and objective.startswith(_CUSTOM):
        raise InvalidParameterError(
            f"This model was trained with an objective of your own, {objective!r}, and its file "
            "holds no function. Hand it in again, set_params(objective=...), to fit again."
        )


def describe_objective(objective: str | Objective) -> str:
    """The name of an objective; one that is not in `OBJECTIVES` says that it is custom."""
    if isinstance(objective, str) or OBJECTIVES.get(objective.name) == objective:
        return objective if isinstance(objective, str) else objective.name
    return f"{_CUSTOM}{objective.name}"


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
    """Generator steps: 400 up to 100 rows, 4,000 for 5,000, at most 4,500."""
    if max_steps != "auto":
        return int(max_steps)
    if n_rows < _SHORT_TABLE:
        return int(max(400, 50 * round(80 * (n_rows / _SHORT_TABLE) ** 0.6)))
    return int(min(4500, 50 * round(80 * (n_rows / _SHORT_TABLE) ** 0.25)))


def suit_penalties(objective: Objective, n_rows: int) -> Objective:
    """Let penalties fall less for tables of under 5,000 rows, which are soon learnt by heart."""
    factor = max(1.0, (_SHORT_TABLE / n_rows) ** 0.75)
    penalties = tuple(
        replace(
            term, final_weight=max(term.final_weight, min(term.weight, factor * term.final_weight))
        )
        for term in objective.penalties
    )
    return replace(objective, penalties=penalties)


def choose_moment_weight(moment_weight: float | None, n_inputs: int) -> float:
    """Weight of the moment term: 0.002 up to 500 inputs, then in inverse proportion to them."""
    if moment_weight is None:
        return _MOMENT_WEIGHT * min(1.0, _MOMENT_INPUTS / max(1, n_inputs))
    return moment_weight


def uses_validation(early_stopping: bool | str, n_rows: int) -> bool:
    """Whether rows are held out: "auto" means from 2,000 rows on."""
    return n_rows >= _VALIDATION_ROWS if early_stopping == "auto" else bool(early_stopping)
