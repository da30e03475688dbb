"""The generator of tables that users meet first."""

import warnings
from collections.abc import Hashable, Mapping, Sequence
from os import PathLike
from typing import Any, Self

import numpy as np
import pandas as pd
import torch
from sklearn.base import BaseEstimator
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from tabgan._params import (
    check_parameters,
)
from tabgan._random import child_generator, child_seed, root_seed
from tabgan.archive import write_archive
from tabgan.estimators import _building as building
from tabgan.estimators import _settings as settings
from tabgan.estimators._drawing import decoded_blocks, join
from tabgan.estimators._input_kind import InputKind
from tabgan.estimators._persistence import estimator_to_state
from tabgan.estimators._reading import RowReading
from tabgan.estimators._sampling import RowSampling
from tabgan.exceptions import TrainingWarning
from tabgan.metrics import shape_error, trend_error
from tabgan.preprocessing import TableTransformer
from tabgan.sampling import Sampler
from tabgan.schema import Column, Schema
from tabgan.training import Callback, ProgressBar, TrainingState, train

#: Most rows of the sample that `score` draws.
_SCORE_ROWS = 20_000


class TabularGAN(RowSampling, RowReading, BaseEstimator):
    """Learn a table and draw new rows like its own.

    A generative adversarial network for tables of numbers, categories, dates, truth values and
    missing cells, in any mix. Fit it on a DataFrame as it is; it finds out what each column is, and
    samples come back with the same dtypes, names, column order, precision and missing markers.

    Parameters
    ----------
    objective : {"relativistic"}, default="relativistic"
        What generator and discriminator minimise; see `tabgan.objectives`.
    schema : None, Schema or mapping of column name to kind or Column, default=None
        What the columns are. None finds out; a mapping overrides the columns that it names.
    max_steps : int or "auto", default="auto"
        Generator steps. "auto" takes between 400 and 4,500, more for longer tables.
    max_time : float or None, default=None
        Seconds after which training ends; the learning rate is lowered towards that end too. With a
        clock, two fits with the same seed may differ.
    batch_size : int or "auto", default="auto"
        Rows of each kind, real and generated, in a batch. "auto" is 250, or fewer for tables that
        are shorter.
    learning_rate : float, default=2e-3
        Peak rate of Adam for both networks; it warms up over 50 steps and falls to 5 % on a cosine.
    noise_dim : int, default=128
        Width of the generator's noise.
    generator_layers, discriminator_layers : sequence of int, default=(256, 256)
        Hidden width of each residual block. The stream between blocks is half as wide as the
        widest.
    discriminator_steps : int or None, default=None
        Discriminator steps for each generator step. None takes the objective's own.
    conditional : bool, default=True
        Whether the generator also learns to complete rows of which some columns are given.
    column_masking : bool, default=True
        Whether the discriminator sees a random subset of the columns of most rows.
    moment_weight : float or "auto", default="auto"
        Weight of the second-moment term; 0 leaves it out. "auto" is 0.002, less for tables of more
        than 500 inputs.
    averaging : float, default=0.995
        Decay, in [0, 1), of the moving average of the generator's weights, from which samples are
        drawn.
    calibrate : bool, default=True
        Whether, after training, level frequencies are shifted onto those of the table.
    refine : bool, default=True
        Whether a refiner is trained, and samples are picked from a larger pool by the density ratio
        that it estimates. A call of `sample` may switch it off.
    early_stopping : bool or "auto", default="auto"
        Whether to hold out rows, judge the generator on them every 250 steps, keep its best weights
        and stop when they no longer improve. "auto" does so from 2,000 rows on.
    validation_fraction : float, default=0.1
        Share of the rows to hold out, in (0, 1); at most 5,000 rows are.
    n_iter_no_change : int, default=10
        Evaluations without improvement after which training stops.
    warm_start : bool, default=False
        Whether a second `fit` goes on from the weights and the schema of the first.
    epsilon, delta : None, default=None
        Reserved for differential privacy, which this version does not offer: any other value is
        refused.
    device : str, default="auto"
        A torch device. "auto" takes CUDA, else Apple's MPS, else the CPU.
    random_state : int, RandomState, Generator or None, default=None
        Seed of everything random. With an int, `fit` and the samples drawn after it repeat on the
        same machine.
    callbacks : sequence of Callback or None, default=None
        Called before, during and after training; see `tabgan.training`.
    verbose : int, default=0
        From 1 on a progress bar is shown.

    Attributes
    ----------
    schema_ : Schema
        What the columns were found or declared to be.
    transformer_ : TableTransformer
        From tables to codes and back.
    history_ : list of dict
        Losses, and validation errors where rows were held out, every 50 steps.
    n_iter_ : int
        Generator steps done.
    stop_reason_ : str
        "max_steps", "max_time", "early_stopping", "callback", "interrupted" or "diverged".
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Their names, when all are strings.

    See Also
    --------
    tabgan.load : Read a saved estimator.
    tabgan.infer_schema : See what the columns are before fitting.

    Notes
    -----
    A column becomes a choice of levels, a real number, or both [1]_; the adversarial pair is
    relativistic [2]_ with gradient penalties on real and generated rows [3]_; besides, the second
    moments of generated rows are drawn to those of the table, and the discriminator sees random
    subsets of columns. After training, output biases are shifted until level frequencies are right,
    and the distribution function of each generated number is frozen. Samples are picked from eight
    candidates a row by discriminator rejection [4]_, raked to the margins [5]_.

    References
    ----------
    .. [1] I. Goodfellow et al. (2014). Generative adversarial nets. arXiv:1406.2661; for levels, E.
       Jang, S. Gu, B. Poole (2017). Categorical reparameterization with Gumbel-softmax.
       arXiv:1611.01144.
    .. [2] A. Jolicoeur-Martineau (2018). The relativistic discriminator. arXiv:1807.00734.
    .. [3] Y. Huang et al. (2024). The GAN is dead; long live the GAN! A modern GAN baseline.
       arXiv:2501.05441.
    .. [4] S. Azadi et al. (2019). Discriminator rejection sampling. arXiv:1810.06758.
    .. [5] W. E. Deming, F. F. Stephan (1940). On a least squares adjustment of a sampled frequency
       table. Annals of Mathematical Statistics 11(4).

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from tabgan import TabularGAN
    >>> rng = np.random.default_rng(0)
    >>> cities = rng.choice(["Bern", "Oslo"], 200)
    >>> table = pd.DataFrame({"age": rng.integers(18, 90, 200), "city": cities})
    >>> model = TabularGAN(max_steps=50, random_state=0).fit(table)
    >>> model.sample(3).dtypes.equals(table.dtypes)
    True
    """

    def __init__(
        self,
        objective: str = "relativistic",
        *,
        schema: Schema | Mapping[Hashable, str | Column] | None = None,
        max_steps: int | str = "auto",
        max_time: float | None = None,
        batch_size: int | str = "auto",
        learning_rate: float = 2e-3,
        noise_dim: int = 128,
        generator_layers: Sequence[int] = (256, 256),
        discriminator_layers: Sequence[int] = (256, 256),
        discriminator_steps: int | None = None,
        conditional: bool = True,
        column_masking: bool = True,
        moment_weight: float | str = "auto",
        averaging: float = 0.995,
        calibrate: bool = True,
        refine: bool = True,
        early_stopping: bool | str = "auto",
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        warm_start: bool = False,
        epsilon: None = None,
        delta: None = None,
        device: str = "auto",
        random_state: Any = None,
        callbacks: Sequence[Callback] | None = None,
        verbose: int = 0,
    ) -> None:
        self.objective = objective
        self.schema = schema
        self.max_steps = max_steps
        self.max_time = max_time
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.noise_dim = noise_dim
        self.generator_layers = generator_layers
        self.discriminator_layers = discriminator_layers
        self.discriminator_steps = discriminator_steps
        self.conditional = conditional
        self.column_masking = column_masking
        self.moment_weight = moment_weight
        self.averaging = averaging
        self.calibrate = calibrate
        self.refine = refine
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.warm_start = warm_start
        self.epsilon = epsilon
        self.delta = delta
        self.device = device
        self.random_state = random_state
        self.callbacks = callbacks
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn a table.

        Parameters
        ----------
        X : DataFrame or array of shape (n_rows, n_columns)
            The table, the target column included.
        y : ignored
            Present for scikit-learn's sake; put the target into `X`.

        Returns
        -------
        TabularGAN
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
        parameters = self.get_params(deep=False)
        check_parameters("TabularGAN", parameters, settings.PARAMETER_CONSTRAINTS)
        device = settings.choose_device(self.device)
        input_kind, table = InputKind.open(X)
        seed = root_seed(self.random_state)
        transformer = self._fit_transformer(table, seed)
        codes = transformer.encode(table, generator=child_generator(seed, "ties"))
        holds_out = settings.uses_validation(self.early_stopping, len(codes))
        split = building.split_codes(codes, self.validation_fraction if holds_out else 0.0, seed)
        state = self._train(transformer, split, seed, device)
        sampler = self._make_sampler(state, transformer, split, seed)
        self._keep(input_kind, table, transformer, sampler, state, seed)
        return self

    def _fit_transformer(self, table: pd.DataFrame, seed: int) -> TableTransformer:
        """Learn how columns are encoded, or keep what an earlier fit learnt."""
        if self.warm_start and hasattr(self, "transformer_"):
            return self.transformer_
        transformer = TableTransformer(
            schema=self.schema, random_state=child_seed(seed, "identifiers")
        )
        return transformer.fit(table)

    def _train(
        self,
        transformer: TableTransformer,
        split: building.Split,
        seed: int,
        device: torch.device,
    ) -> TrainingState:
        """Build the networks, or take an earlier fit's, and train them."""
        plan = settings.plan_training(self, len(split.train), transformer.layout_.n_columns)
        state, rows = building.start_training(transformer.layout_, split.train, plan, seed, device)
        if self.warm_start and hasattr(self, "sampler_"):
            building.take_weights(state, self.sampler_.model)
        callbacks = building.validation_callbacks(state, transformer.layout_, split, plan, seed)
        callbacks.extend(self.callbacks or ())
        if self.verbose:  # last, so that a resumed fit shows where it stands
            callbacks.append(ProgressBar())
        train(
            state,
            building.make_step(state, rows, plan),
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
            building.calibrate_sampler(sampler, seed, levels=self.calibrate)
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

    def _keep(
        self,
        input_kind: InputKind,
        table: pd.DataFrame,
        transformer: TableTransformer,
        sampler: Sampler,
        state: TrainingState,
        seed: int,
    ) -> None:
        """Set the fitted attributes, all at once, when nothing can fail any more."""
        self.input_kind_ = input_kind
        self.transformer_ = transformer
        self.schema_ = transformer.schema_
        self.sampler_ = sampler
        self.history_ = state.history
        self.n_iter_ = max(1, state.step)
        self.stop_reason_ = state.stop_reason
        self.seed_ = seed
        self.n_sample_calls_ = 0
        self.n_features_in_ = table.shape[1]
        if all(isinstance(name, str) for name in table.columns) and input_kind.is_table:
            self.feature_names_in_ = np.asarray(table.columns, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def score(self, X: Any, y: Any = None) -> float:
        """Minus the sum of shape and trend error of a sample against `X`.

        Parameters
        ----------
        X : DataFrame or array of shape (n_rows, n_columns)
            Real rows, best ones that were not fitted on.
        y : ignored
            Present for scikit-learn's sake.

        Returns
        -------
        float
            At most 0; higher is better. The sample has a fixed seed and as many rows as `X`, at
            most 20,000.
        """
        check_is_fitted(self, "sampler_")
        input_kind, table = InputKind.open(X)
        if not input_kind.is_table:
            validate_data(self, X, reset=False, skip_check_array=True)
        self.transformer_.check_columns(table)
        n_rows = min(len(table), _SCORE_ROWS)
        seed = child_seed(self.seed_, "score")
        blocks = decoded_blocks(self.sampler_, self.transformer_, n_rows, seed, refine=self.refine)
        synthetic = join(list(blocks))
        table = table[list(synthetic.columns)]
        errors = [
            metric(table, synthetic, schema=self.schema_) for metric in (shape_error, trend_error)
        ]
        return -float(sum(error.value for error in errors))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the fitted estimator to one file.

        Parameters
        ----------
        path : str or path-like
            The file. An existing one is replaced completely or not at all.

        Raises
        ------
        NotFittedError
            If the estimator was not fitted.
        ArchiveError
            If the path cannot be written.

        Notes
        -----
        The file is a zip of JSON and plain arrays: weights, smoothed value tables, and the levels
        of columns (categories, and the values of number columns that have few). It holds no row of
        the table, no raw quantile and no pair count. The parameters `callbacks` and `schema` are
        left out; `schema_` is kept.
        """
        check_is_fitted(self, "sampler_")
        manifest, arrays = estimator_to_state(self)
        write_archive(path, manifest, arrays)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        tags.target_tags.required = False
        return tags
