"""Pictures of the game while it is played: generated rows, and what the discriminator thinks."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch

from tabgan._params import RANDOM_STATE, Interval, check_parameters
from tabgan._random import child_seed, root_seed
from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing import Codes
from tabgan.training.batches import TrainingRows
from tabgan.training.callbacks import Callback
from tabgan.training.history import RECORD_EVERY, TrainingState


@dataclass(frozen=True)
class Snapshot:
    """The two players at one moment.

    Attributes
    ----------
    step : int
        Generator steps done.
    rows : DataFrame of shape (n_rows, n_columns)
        Rows of the generator as it is, with its current weights and not their average.
    scores : ndarray of shape (n_scored,) or None
        The discriminator's scores of the rows that it was asked about; None if there are none.
    """

    step: int
    rows: pd.DataFrame
    scores: np.ndarray | None


class Snapshots(Callback):
    """Keep, at chosen steps, generated rows and the discriminator's scores of given rows.

    Parameters
    ----------
    X : DataFrame or array of shape (n_scored, n_columns) or None, default=None
        Rows to score, such as a grid, with the columns of the fitted table. None scores nothing.
    n_rows : int, default=1000
        Rows that the generator draws each time, at least 1.
    steps : collection of int or None, default=None
        The steps to keep: 0 and multiples of 50. None keeps every one of these.
    random_state : int, RandomState, Generator or None, default=None
        Seed of the noise. All snapshots draw the same noise, so that from one to the next rows move
        and do not jump.

    Attributes
    ----------
    snapshots_ : list of Snapshot
        In the order of the steps; begun anew with each fit.

    Raises
    ------
    InvalidParameterError
        If `steps` holds a step that is never recorded, or rows are to be scored and there is no
        discriminator, when training begins.

    Notes
    -----
    Training is not disturbed: the same seed gives the same model with and without snapshots. Every
    column is shown to the discriminator, and none is said to be given. The scores are logits, so
    that ``1 / (1 + exp(-scores))`` is D(x), only if the objective says so (``scores_are_logits``).

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from tabgan import TabularGAN
    >>> from tabgan.training import Snapshots
    >>> table = pd.DataFrame({"x": np.random.default_rng(0).normal(size=500)})
    >>> snapshots = Snapshots(table.head(3), n_rows=10, steps=[0, 100], random_state=0)
    >>> model = TabularGAN(max_steps=100, random_state=0, callbacks=[snapshots]).fit(table)
    >>> [(shot.step, shot.rows.shape, shot.scores.shape) for shot in snapshots.snapshots_]
    [(0, (10, 1), (3,)), (100, (10, 1), (3,))]
    """

    def __init__(
        self,
        X: Any = None,
        *,
        n_rows: int = 1000,
        steps: Collection[int] | None = None,
        random_state: Any = None,
    ) -> None:
        self.X, self.n_rows, self.steps, self.random_state = X, n_rows, steps, random_state

    def on_train_begin(self, state: TrainingState) -> None:
        self._check(state)
        assert state.transformer is not None
        self._codes = None if self.X is None else state.transformer.encode(self.X)
        self._seed = child_seed(root_seed(self.random_state), "snapshots")
        self.snapshots_: list[Snapshot] = []
        self._keep(state)

    def on_record(self, state: TrainingState) -> None:
        self._keep(state)

    def _check(self, state: TrainingState) -> None:
        check_parameters(
            "Snapshots",
            {"n_rows": self.n_rows, "random_state": self.random_state},
            {"n_rows": [Interval(int, 1)], "random_state": RANDOM_STATE},
        )
        for step in self.steps if self.steps is not None else ():
            if step < 0 or step % RECORD_EVERY:
                raise InvalidParameterError(
                    f"The 'steps' parameter of Snapshots must hold 0 and multiples of "
                    f"{RECORD_EVERY} only. Got {step!r} among them."
                )
        if self.X is not None and state.discriminator is None:
            raise InvalidParameterError(
                "Snapshots was given rows to score, and this estimator trains no discriminator. "
                "Leave out the parameter 'X'."
            )

    def _keep(self, state: TrainingState) -> None:
        if self.steps is None or state.step in self.steps:
            scores = None if self._codes is None else _scores(state, self._codes)
            rows = _rows(state, self.n_rows, self._seed)
            self.snapshots_.append(Snapshot(state.step, rows, scores))


@torch.no_grad()
def _rows(state: TrainingState, n_rows: int, seed: int) -> pd.DataFrame:
    """Rows of the generator's current weights, decoded; always from the same noise."""
    assert state.transformer is not None
    rng = torch.Generator(state.rng.device).manual_seed(seed)
    levels, normals = state.model.draw_rows(n_rows, rng)
    normals = normals * state.model.inputs.open_gates(levels)
    codes = Codes(levels=levels.to(torch.int32).cpu().numpy(), normals=normals.cpu().numpy())
    return state.transformer.decode(codes)


@torch.no_grad()
def _scores(state: TrainingState, codes: Codes) -> np.ndarray:
    """The discriminator's scores of whole rows, none of whose columns is given."""
    assert state.discriminator is not None
    inputs = state.model.inputs
    rows = TrainingRows(codes, inputs).all_inputs()
    shown = rows.new_ones(len(rows), inputs.n_columns)
    given = [torch.zeros_like(shown)] if state.model.is_conditional else []
    return state.discriminator(torch.cat([rows, shown, *given], dim=1)).cpu().numpy()
