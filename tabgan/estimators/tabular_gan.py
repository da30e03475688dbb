"""The generator of tables that users meet first."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Self

import torch

from tabgan.estimators import _building as building
from tabgan.estimators import _settings as settings
from tabgan.estimators._network_generator import NetworkGenerator
from tabgan.objectives import Objective
from tabgan.preprocessing import Codes, Layout
from tabgan.schema import Column, Schema
from tabgan.training import Callback, TrainingState


class TabularGAN(NetworkGenerator):
    """Learn a table and draw new rows like its own.

    A generative adversarial network for tables of numbers, categories, dates, truth values and
    missing cells, in any mix. Fit it on a DataFrame as it is; it finds out what each column is, and
    samples come back with the same dtypes, names, column order, precision and missing markers.

    Parameters
    ----------
    objective : str or Objective, default="relativistic"
        What generator and discriminator minimise: "relativistic", "minimax", "non-saturating",
        "least-squares", "hinge", "wasserstein", "wasserstein-gp", "energy", or an
        `tabgan.objectives.Objective` of one's own.
    schema : None, Schema or mapping of column name to kind or Column, default=None
        What the columns are. None finds out; a mapping overrides the columns that it names.
    number_coding : {"clusters", "ranks", "linear"}, default="clusters"
        How numbers are coded: by the normal scores of their ranks, and frequent ones as levels,
        where the others fall apart into clusters by ranks within these; by ranks over all of a
        column; or all on a straight scale, as the grey values of pictures want it. "linear" keeps
        the distances between values, knows no levels, and moves values beyond the mean of the five
        largest (least), or a natural bound, to it.
    min_level_count : int, default=1
        Levels of categorical columns that fewer rows have are protected: they never leave in a
        sample or a saved model, since before anything is learned they are merged into one level
        ("other"), or their rows get a frequent level; see `tabgan.schema.Categorical`. 1 keeps all.
    max_steps : int or "auto", default="auto"
        Generator steps. "auto" takes between 400 and 4,500, more for longer tables.
    max_time : float or None, default=None
        Seconds after which training ends; the learning rate is lowered towards that end too. With a
        clock, two fits with the same seed may differ.
    batch_size : int or "auto", default="auto"
        Rows of each kind, real and generated, in a batch. "auto" is 250, or fewer for tables that
        are shorter.
    learning_rate : float, default=2e-3
        Peak rate of both networks; it warms up over 50 steps and falls to 5 % on a cosine.
    optimizer : {"adam", "sgd"}, default="adam"
        Adam, or gradient descent with a momentum of 0.5, which needs a learning rate of its own.
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
        Whether, after training, level frequencies are shifted onto those of the table, and each
        generated number is put through its own distribution function. False leaves both as the
        generator gives them.
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
        Losses, and validation errors where rows were held out, every 50 steps. Objectives whose
        scores are logits also record "value", that is V(D, G), and "d_real" and "d_fake", the means
        of D(x) and D(G(z)).
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

    _allowed_parameters = settings.PARAMETER_CONSTRAINTS
    _size_parameters = ("noise_dim", "generator_layers", "conditional")

    def __init__(
        self,
        objective: str | Objective = "relativistic",
        *,
        schema: Schema | Mapping[Hashable, str | Column] | None = None,
        number_coding: str = "clusters",
        min_level_count: int = 1,
        max_steps: int | str = "auto",
        max_time: float | None = None,
        batch_size: int | str = "auto",
        learning_rate: float = 2e-3,
        optimizer: str = "adam",
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
        self.number_coding = number_coding
        self.min_level_count = min_level_count
        self.max_steps = max_steps
        self.max_time = max_time
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.optimizer = optimizer
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

    @classmethod
    def original(cls, **overrides: Any) -> Self:
        """Algorithm 1 of the paper that began it, and nothing that came later.

        Parameters
        ----------
        **overrides
            Parameters of `TabularGAN` that take precedence.

        Returns
        -------
        TabularGAN
            Not fitted: ``objective="minimax"``, one discriminator step for each generator step,
            gradient descent with momentum; no conditions, masks, moments, averages, held-out rows,
            calibration or refinement.

        Notes
        -----
        What is not as in [1]_: the networks are those of `TabularGAN`, categories are drawn by
        Gumbel soft-max, since the paper has none, and the learning rate falls on a cosine.
        ``history_`` holds V(D, G) as "value": with D at its best, ``(V + log 4) / 2`` is the
        Jensen-Shannon divergence of the generated from the real distribution, and V is ``-log 4``
        where they agree.

        References
        ----------
        .. [1] I. Goodfellow et al. (2014). Generative adversarial nets. arXiv:1406.2661, algorithm
           1 and theorem 1.

        Examples
        --------
        >>> from tabgan import TabularGAN
        >>> TabularGAN.original(discriminator_steps=2, random_state=0).objective
        'minimax'
        """
        return cls(**{**settings.ORIGINAL, **overrides})

    def _check_parameters(self) -> None:
        settings.refuse_named_custom(self.objective)
        super()._check_parameters()
        settings.find_objective(self.objective)

    def _start(
        self, layout: Layout, codes: Codes, seed: int, device: torch.device
    ) -> tuple[TrainingState, Callable[[float], dict[str, torch.Tensor]]]:
        """The state before the first step, and the adversarial step."""
        plan = settings.plan_training(self, len(codes), layout.n_columns)
        state, rows = building.start_training(layout, codes, plan, seed, device)
        return state, building.make_step(state, rows, plan)
