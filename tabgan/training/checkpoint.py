"""Checkpoints: the whole state of training on disk, from which a later fit goes on."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tabgan._atomic import check_writable
from tabgan.archive import arrays_below, read_archive, write_archive
from tabgan.exceptions import CheckpointError, InvalidParameterError
from tabgan.training.callbacks import Callback
from tabgan.training.history import RECORD_EVERY, TrainingState

_FORMAT = "tabgan-checkpoint"


class Checkpoint(Callback):
    """Save the state of training now and then, and go on from it if the file is there.

    Parameters
    ----------
    path : str or path-like
        The file. Each save replaces it, completely or not at all.
    every : int, default=500
        Steps between two saves, a multiple of 50. The last state is always saved.
    resume : bool, default=True
        Whether a fit goes on from an existing file. False starts from the beginning and replaces
        it.

    Notes
    -----
    A checkpoint holds both networks, the averaged and the best weights, the optimizers, the random
    state and the history; it holds no row, only a digest of the table. A fit that goes on from it,
    on the same table and with the same parameters, gives the very weights that an uninterrupted fit
    would have given on the same machine; this needs an int as `random_state`. With another table,
    seed or other parameters it is refused. After Ctrl-C the last regular save stands. A finished
    checkpoint is read and training ends at once.

    Examples
    --------
    >>> from tabgan.training import Checkpoint
    >>> callbacks = [Checkpoint("adult.checkpoint")]
    """

    def __init__(
        self, path: str | os.PathLike[str], *, every: int = 500, resume: bool = True
    ) -> None:
        self.path, self.every, self.resume = path, every, resume

    def on_train_begin(self, state: TrainingState) -> None:
        _check_every(self.every)
        _check_path(self.path)
        if self.resume and Path(self.path).exists():
            restore(state, self.path)

    def on_record(self, state: TrainingState) -> None:
        if state.step % self.every == 0 and not state.stop_reason:
            save(state, self.path)

    def on_train_end(self, state: TrainingState) -> None:
        # An interrupt may have come in the middle of a step, which could not be repeated.
        if state.stop_reason not in ("diverged", "interrupted"):
            save(state, self.path)


def _check_every(every: int) -> None:
    if not isinstance(every, int) or every < RECORD_EVERY or every % RECORD_EVERY:
        raise InvalidParameterError(
            f"The 'every' parameter of Checkpoint must be a multiple of {RECORD_EVERY}. "
            f"Got {every!r} instead."
        )


def _check_path(path: str | os.PathLike[str]) -> None:
    try:
        check_writable(path)
    except OSError as error:
        raise CheckpointError(
            f"Cannot write the checkpoint {os.fspath(path)!r}: {error.strerror or error}. Give a "
            "path in a folder that exists and that you may write to."
        ) from error


def save(state: TrainingState, path: str | os.PathLike[str]) -> None:
    """Write `state` to a file."""
    arrays = {"rng": state.rng.get_state().numpy()}
    for name, network in _networks(state).items():
        arrays |= _to_arrays(name, network.state_dict())
    for i, optimizer in enumerate(state.optimizers):
        for j, moments in optimizer.state_dict()["state"].items():
            arrays |= _to_arrays(f"optimizer{i}.{j}", moments)
    if state.best_weights is not None:
        arrays |= _to_arrays("best", state.best_weights)
    manifest = {
        "format": _FORMAT,
        "fingerprint": state.fingerprint,
        "step": state.step,
        "seconds": state.seconds,
        "history": state.history,
        "stop_reason": state.stop_reason,
        "best_step": state.best_step,
        "best_error": None if np.isinf(state.best_error) else state.best_error,
        "n_evaluations_without_gain": state.n_evaluations_without_gain,
    }
    write_archive(path, manifest, arrays)


def restore(state: TrainingState, path: str | os.PathLike[str]) -> None:
    """Read what `save` wrote into `state`, which was built from the same table and parameters."""
    manifest, arrays = read_archive(path, expected_format=_FORMAT)
    _check_fingerprint(manifest.get("fingerprint"), state.fingerprint, path)
    try:
        for name, network in _networks(state).items():
            network.load_state_dict(_from_arrays(name, arrays))
        for i, optimizer in enumerate(state.optimizers):
            content = optimizer.state_dict()
            n_weights = len(content["param_groups"][0]["params"])
            moments = [_from_arrays(f"optimizer{i}.{j}", arrays) for j in range(n_weights)]
            content["state"] = {j: values for j, values in enumerate(moments) if values}
            optimizer.load_state_dict(content)
        state.rng.set_state(torch.as_tensor(arrays["rng"]))
        state.best_weights = _from_arrays("best", arrays) or None
        state.step, state.seconds = int(manifest["step"]), float(manifest["seconds"])
        state.history = list(manifest["history"])
        state.stop_reason = str(manifest["stop_reason"])
        state.best_step, best_error = int(manifest["best_step"]), manifest["best_error"]
        state.best_error = float("inf") if best_error is None else float(best_error)
        state.n_evaluations_without_gain = int(manifest["n_evaluations_without_gain"])
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"The checkpoint {os.fspath(path)!r} is damaged ({error}). Delete it, or pass "
            "resume=False to start again."
        ) from error


def _check_fingerprint(saved: Any, wanted: dict[str, Any], path: str | os.PathLike[str]) -> None:
    saved = saved if isinstance(saved, dict) else {}
    differing = [name for name, value in wanted.items() if saved.get(name) != value]
    if differing:
        name = differing[0]
        raise CheckpointError(
            f"The checkpoint {os.fspath(path)!r} belongs to another fit: its {name} is "
            f"{saved.get(name)!r}, this one's {wanted[name]!r}. Fit with the same table and "
            "parameters, use another path, or pass resume=False to start again."
        )


def _networks(state: TrainingState) -> dict[str, nn.Module]:
    networks = {
        "generator": state.model.generator,
        "averaged": state.averaged,
        "discriminator": state.discriminator,
        "encoder": state.encoder,
    }
    return {name: network for name, network in networks.items() if network is not None}


def _to_arrays(prefix: str, tensors: dict[str, Any]) -> dict[str, np.ndarray]:
    return {
        f"{prefix}.{name}": torch.as_tensor(value).detach().cpu().numpy()
        for name, value in tensors.items()
    }


def _from_arrays(prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, Tensor]:
    own = arrays_below(f"{prefix}.", arrays)
    return {name: torch.as_tensor(array) for name, array in own.items()}
