"""Callbacks: everything that happens around training and is not training.

A callback has three hooks. ``on_train_begin(state)`` and ``on_train_end(state)`` run once;
``on_record(state)`` runs every 50 steps, after the scalars of these steps were averaged into
``state.history[-1]``, and stops training by returning True.
"""

from collections.abc import Callable
from typing import Any

from tabgan._progress import tqdm
from tabgan.networks import RowGenerator
from tabgan.training.history import TrainingState


class Callback:
    """Base of all callbacks: three hooks that do nothing.

    Notes
    -----
    Hooks run in the order of the callbacks. They may read everything in the `TrainingState`; the
    newest record is ``state.history[-1]``, to which they may add plain numbers. The networks belong
    to the loop: only `on_train_begin` may change them. `on_train_end` runs before the best weights
    are restored.

    Examples
    --------
    >>> from tabgan.training import Callback
    >>> class StopAtOneMinute(Callback):
    ...     def on_record(self, state):
    ...         return state.seconds > 60
    """

    def on_train_begin(self, state: TrainingState) -> None:
        """Run before the first step; may change the state, as resuming does."""

    def on_record(self, state: TrainingState) -> bool | None:
        """Run after each record; return True to stop training."""

    def on_train_end(self, state: TrainingState) -> None:
        """Run after the last step, also when training was interrupted."""


class ProgressBar(Callback):
    """A progress bar with the losses and the validation error."""

    def __init__(self) -> None:
        self._bar: Any = None

    def on_train_begin(self, state: TrainingState) -> None:
        self._bar = tqdm(total=state.max_steps, initial=state.step, unit="step", desc="fit")

    def on_record(self, state: TrainingState) -> None:
        record = state.history[-1]
        names = {
            "discriminator_loss": "D",
            "generator_loss": "G",
            "loss": "loss",
            "validation_error": "error",
        }
        shown = {short: f"{record[name]:.3f}" for name, short in names.items() if name in record}
        self._bar.set_postfix(shown, refresh=False)
        self._bar.update(state.step - self._bar.n)

    def on_train_end(self, state: TrainingState) -> None:
        self._bar.update(state.step - self._bar.n)
        self._bar.close()
        self._bar = None


class Validation(Callback):
    """Judge the averaged generator on held-out rows, keep its best weights, stop when it stalls.

    Parameters
    ----------
    error : callable
        ``error(model) -> float``: a data metric of a sample of the model against rows it was not
        trained on.
    every : int
        Steps between two evaluations, a multiple of 50.
    n_iter_no_change : int
        Evaluations without a new least error after which training stops.
    """

    def __init__(
        self, error: Callable[[RowGenerator], float], *, every: int, n_iter_no_change: int
    ) -> None:
        self.error, self.every, self.n_iter_no_change = error, every, n_iter_no_change

    def on_record(self, state: TrainingState) -> bool:
        if state.step % self.every and not state.stop_reason:
            return False
        error = self.error(state.averaged_model())
        state.history[-1]["validation_error"] = error
        if error < state.best_error:
            state.best_error = error
            state.n_evaluations_without_gain = 0
            state.keep_weights()
        else:
            state.n_evaluations_without_gain += 1
        stops = state.n_evaluations_without_gain >= self.n_iter_no_change
        if stops:
            state.stop_reason = state.stop_reason or "early_stopping"
        return stops
