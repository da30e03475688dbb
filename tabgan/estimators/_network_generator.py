"""What the estimators that train networks share: the steps of a fit, and refined samples."""

import warnings
from collections.abc import Callable
from typing import Any, Self

import numpy as np
import pandas as pd
import torch

from tabgan._random import child_generator, root_seed
from tabgan.estimators import _building as building
from tabgan.estimators import _settings as settings
from tabgan.estimators._persistence import sampler_from_state, sampler_to_state
from tabgan.estimators._reading import RowReading
from tabgan.estimators._sampling import RowSampling
from tabgan.exceptions import TrainingWarning
from tabgan.preprocessing import Codes, Layout, TableTransformer
from tabgan.preprocessing.input_kind import InputKind
from tabgan.sampling import Sampler
from tabgan.training import ProgressBar, TrainingState, train


class NetworkGenerator(RowSampling, RowReading):
    """Base of the estimators that train networks on encoded rows.

    A subclass says what its parameters may be, and how training starts.
    """

    _table_parameters = ("schema", "number_coding", "min_level_count")
    #: Parameters that fix the sizes of the network that samples.
    _size_parameters: tuple[str, ...]
    _plain_attributes = ("seed", "n_sample_calls", "history", "n_iter", "stop_reason")

    def _start(
        self, layout: Layout, codes: Codes, seed: int, device: torch.device
    ) -> tuple[TrainingState, Callable[[float], dict[str, torch.Tensor]]]:
        """The state before the first step, and the step."""
        raise NotImplementedError

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn a table.

        Parameters
        ----------
        X : DataFrame of pandas or polars, pyarrow Table, or array of shape (n_rows, n_columns)
            The table, the target column included.
        y : ignored
            Present for scikit-learn's sake; put the target into `X`.

        Returns
        -------
        Self
            This estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of range.
        TableError, SchemaError
            If the table cannot be used, or does not hold what the schema says.
        TrainingError
            If a loss became infinite before there was anything to keep.

        Notes
        -----
        Ctrl-C, and losses that diverge, end training with a warning and keep the best model so far.
        An error leaves what an earlier fit had learnt.
        """
        self._check_parameters()
        device = settings.choose_device(self.device)
        input_kind, table = InputKind.open(X)
        seed = root_seed(self.random_state)
        transformer = self._fit_transformer(table, seed)
        codes = transformer.encode(table, generator=child_generator(seed, "ties"))
        holds_out = settings.uses_validation(self.early_stopping, len(codes))
        split = building.split_codes(codes, self.validation_fraction if holds_out else 0.0, seed)
        state = self._train(transformer, split, seed, device)
        sampler = self._make_sampler(state, transformer, split, seed)
        self._keep_table(input_kind, table, transformer, sampler, seed)
        self.history_ = state.history
        self.n_iter_ = max(1, state.step)
        self.stop_reason_ = state.stop_reason
        return self

    def _fit_transformer(self, table: pd.DataFrame, seed: int) -> TableTransformer:
        """Learn how columns are encoded, or keep what an earlier fit learnt."""
        if self.warm_start and hasattr(self, "transformer_"):
            return self.transformer_
        return super()._fit_transformer(table, seed)

    def _train(
        self,
        transformer: TableTransformer,
        split: building.Split,
        seed: int,
        device: torch.device,
    ) -> TrainingState:
        """Build the networks, or take an earlier fit's, and train them."""
        layout = transformer.layout_
        state, step = self._start(layout, split.train, seed, device)
        state.transformer = transformer
        if self.warm_start and hasattr(self, "sampler_"):
            building.take_weights(state, self.sampler_.model, self._size_parameters)
        callbacks = building.validation_callbacks(
            state, layout, split, int(self.n_iter_no_change), seed
        )
        callbacks.extend(self.callbacks or ())
        if self.verbose:  # last, so that a resumed fit shows where it stands
            callbacks.append(ProgressBar())
        train(
            state,
            step,
            learning_rate=self.learning_rate,
            averaging=self.averaging,
            max_time=self.max_time,
            callbacks=callbacks,
        )
        return state

    def _make_sampler(
        self,
        state: TrainingState,
        transformer: TableTransformer,
        split: building.Split,
        seed: int,
    ) -> Sampler:
        """Calibrate, freeze the maps and train the refiner."""
        sampler = building.make_sampler(state.averaged_model(), transformer.layout_)
        try:
            if self.calibrate:
                building.calibrate_sampler(sampler, seed)
            if self.refine and state.stop_reason != "interrupted":
                building.add_refiner(sampler, split, seed)
        except KeyboardInterrupt:
            state.stop_reason = "interrupted"
            warnings.warn(
                "The fit was interrupted after training, during calibration and refinement; the "
                "model is kept without a refiner. Fit again for a better one.",
                TrainingWarning,
                stacklevel=3,
            )
        return sampler

    def _sampler_to_state(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        return sampler_to_state(self.sampler_)

    @classmethod
    def _sampler_from_state(
        cls, state: dict[str, Any], arrays: dict[str, np.ndarray], layout: Layout, device: str
    ) -> Sampler:
        return sampler_from_state(state, arrays, layout, settings.choose_device(device))
