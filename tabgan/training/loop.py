"""The training loop. It knows steps, a clock and callbacks; it knows no loss."""

import math
import warnings
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from tabgan.exceptions import TrainingError, TrainingWarning
from tabgan.networks import Generator
from tabgan.training.callbacks import Callback
from tabgan.training.history import RECORD_EVERY, Stopwatch, TrainingState

#: Steps over which the learning rate rises from zero.
WARM_UP = 50
#: Share of the learning rate that is left at the end of the cosine.
FINAL_RATE = 0.05


def train(
    state: TrainingState,
    step: Callable[[float], dict[str, Tensor]],  # of the share done; gives named scalars
    *,
    learning_rate: float,  # at its peak, of every network
    averaging: float,  # decay of the moving average of the generator's weights
    max_time: float | None,  # seconds, or None
    callbacks: Sequence[Callback],
) -> None:
    """Train `state` in place until its steps, the time limit, a callback or Ctrl-C end it."""
    for callback in callbacks:
        callback.on_train_begin(state)
    watch = Stopwatch(state.seconds)
    sums: dict[str, Tensor] = {}
    progress = _progress(state, max_time)

    try:
        while progress < 1 and not state.stop_reason:
            # Update the networks.
            _set_learning_rate(state, learning_rate * _rate_at(state.step, progress))
            scalars = step(progress)
            state.step += 1
            _average(state.averaged, state.model.generator, averaging, state.step)

            # Record, which waits for the device.
            sums = {name: sums.get(name, 0.0) + value for name, value in scalars.items()}
            state.seconds = watch.seconds()
            progress = _progress(state, max_time)
            if progress >= 1:
                state.stop_reason = "max_steps" if state.step >= state.max_steps else "max_time"
            if state.step % RECORD_EVERY == 0 or progress >= 1:
                n_steps = (state.step - 1) % RECORD_EVERY + 1
                record = {name: float(value) / n_steps for name, value in sums.items()}
                sums = {}
                if not _is_finite(state, record):
                    _stop_diverged(state, record)
                    break
                if state.best_error == math.inf:
                    state.keep_weights()
                state.history.append({"step": state.step, "seconds": state.seconds, **record})
                stops = [callback.on_record(state) for callback in callbacks]
                if any(stops):
                    state.stop_reason = state.stop_reason or "callback"
    except KeyboardInterrupt:
        state.stop_reason = "interrupted"
        warnings.warn(
            f"Training was interrupted after {state.step} of {state.max_steps} steps; the model "
            "fitted so far is kept. Fit again for a better one.",
            TrainingWarning,
            stacklevel=4,
        )

    for callback in callbacks:
        callback.on_train_end(state)

    # The best weights, if somebody judged them, else the last that are finite.
    is_judged = math.isfinite(state.best_error)
    if state.best_weights is not None and (is_judged or not _is_finite(state, {})):
        state.averaged.load_state_dict(state.best_weights)


def _progress(state: TrainingState, max_time: float | None) -> float:
    done = state.step / state.max_steps if state.max_steps else 1.0
    return done if max_time is None else max(done, state.seconds / max_time)


def _rate_at(step: int, progress: float) -> float:
    """Cosine decay from 1 to `FINAL_RATE`, after a linear warm-up."""
    cosine = FINAL_RATE + (1 - FINAL_RATE) * (1 + math.cos(math.pi * min(1.0, progress))) / 2
    return cosine * min(1.0, (step + 1) / WARM_UP)


def _set_learning_rate(state: TrainingState, rate: float) -> None:
    for optimizer in state.optimizers:
        for group in optimizer.param_groups:
            group["lr"] = rate


@torch.no_grad()
def _average(averaged: Generator, current: Generator, decay: float, step: int) -> None:
    """Move the average towards the current weights; early steps are forgotten faster."""
    decay = min(decay, step / (step + 9))
    for average, weight in zip(averaged.parameters(), current.parameters(), strict=True):
        average.lerp_(weight, 1 - decay)


def _is_finite(state: TrainingState, record: dict[str, float]) -> bool:
    """Whether the scalars of a record and the averaged weights are all finite."""
    weights = state.averaged.parameters()
    return all(map(math.isfinite, record.values())) and all(
        bool(weight.isfinite().all()) for weight in weights
    )


def _stop_diverged(state: TrainingState, record: dict[str, float]) -> None:
    """Say that training diverged and which weights are kept, or that there are none."""
    broken = ((name, value) for name, value in record.items() if not math.isfinite(value))
    name, value = next(broken, ("a weight", math.nan))
    advice = "Lower learning_rate (a third of it, say) or raise batch_size, and fit again."
    if state.best_weights is None:
        raise TrainingError(f"{name} became {value} within the first {state.step} steps. {advice}")
    state.stop_reason = "diverged"
    warnings.warn(
        f"{name} became {value} by step {state.step}; the weights of step {state.best_step} are "
        f"kept. {advice}",
        TrainingWarning,
        stacklevel=5,
    )
