"""The variational autoencoder, with the interface of `TabularGAN`."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import torch

from tabgan.estimators import _autoencoder as autoencoder
from tabgan.estimators._network_generator import NetworkGenerator
from tabgan.preprocessing import Codes, Layout
from tabgan.schema import Column, Schema
from tabgan.training import Callback, TrainingState


class TabularVAE(NetworkGenerator):
    """Learn a table with a variational autoencoder, and draw new rows like its own.

    It has the preprocessing, the samples, the refinement and the file format of `TabularGAN`, and
    learns by likelihood instead of by an opponent: an encoder turns each row into a distribution of
    latent vectors, a decoder turns latent vectors into distributions of rows [1]_.

    Parameters
    ----------
    beta : float, default=0.5
        Weight of the divergence of the latent vectors from the prior, above 0 [2]_. 1 is the
        evidence lower bound itself; less favours the reconstruction of single rows. It rises from 0
        over the first tenth of the training.
    latent_dim : int, default=32
        Width of the latent vectors.
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
        Training steps. "auto" takes between 400 and 4,500, more for longer tables.
    max_time : float or None, default=None
        Seconds after which training ends; the learning rate is lowered towards that end too. With a
        clock, two fits with the same seed may differ.
    batch_size : int or "auto", default="auto"
        Rows of a batch. "auto" is 250, or fewer for tables that are shorter.
    learning_rate : float, default=2e-3
        Peak rate of Adam; it warms up over 50 steps and falls to 5 % on a cosine.
    encoder_layers, decoder_layers : sequence of int, default=(256, 256)
        Hidden width of each residual block. The stream between blocks is half as wide as the
        widest.
    conditional : bool, default=True
        Whether the decoder also learns to complete rows of which some columns are given.
    averaging : float, default=0.995
        Decay, in [0, 1), of the moving average of the decoder's weights, from which samples are
        drawn.
    calibrate : bool, default=True
        Whether, after training, level frequencies are shifted onto those of the table.
    refine : bool, default=True
        Whether a refiner is trained, and samples are picked from a larger pool by the density ratio
        that it estimates. A call of `sample` may switch it off.
    early_stopping : bool or "auto", default="auto"
        Whether to hold out rows, judge samples on them every 250 steps, keep the best weights and
        stop when they no longer improve. "auto" does so from 2,000 rows on.
    validation_fraction : float, default=0.1
        Share of the rows to hold out, in (0, 1); at most 5,000 rows are.
    n_iter_no_change : int, default=10
        Evaluations without improvement after which training stops.
    warm_start : bool, default=False
        Whether a second `fit` goes on from the decoder and the schema of the first. The encoder
        starts anew.
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
        Every 50 steps the "loss", in nats a row, with its parts "surprise" (minus the
        log-likelihood of a row given its latent vector) and "divergence", and validation errors
        where rows were held out.
    n_iter_ : int
        Training steps done.
    stop_reason_ : str
        "max_steps", "max_time", "early_stopping", "callback", "interrupted" or "diverged".
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Their names, when all are strings.

    See Also
    --------
    tabgan.TabularGAN : The adversarial estimator.
    tabgan.load : Read a saved estimator.

    Notes
    -----
    A row is levels and normals. Given a latent vector they are independent: each choice of levels
    has soft-max probabilities, and each normal is Gaussian with a mean of its own and a variance
    that is learnt for the column; it counts only in rows whose level says so. Where some columns
    are given, encoder and decoder see which, the decoder sees their values, only the other columns
    are predicted, and the latent vectors have a Gaussian prior that a network makes of what is
    given [3]_. Samples draw a latent vector from the prior, then levels and normals from the
    decoder's distributions.

    References
    ----------
    .. [1] D. P. Kingma, M. Welling (2014). Auto-encoding variational Bayes. arXiv:1312.6114.
    .. [2] I. Higgins et al. (2017). beta-VAE: learning basic visual concepts with a constrained
       variational framework. International Conference on Learning Representations.
    .. [3] O. Ivanov, M. Figurnov, D. Vetrov (2019). Variational autoencoder with arbitrary
       conditioning. arXiv:1806.02382.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from tabgan import TabularVAE
    >>> rng = np.random.default_rng(0)
    >>> cities = rng.choice(["Bern", "Oslo"], 200)
    >>> table = pd.DataFrame({"age": rng.integers(18, 90, 200), "city": cities})
    >>> model = TabularVAE(max_steps=50, random_state=0).fit(table)
    >>> model.sample(3).dtypes.equals(table.dtypes)
    True
    """

    _allowed_parameters = autoencoder.PARAMETER_CONSTRAINTS
    _size_parameters = ("latent_dim", "decoder_layers", "conditional")

    def __init__(
        self,
        beta: float = 0.5,
        latent_dim: int = 32,
        *,
        schema: Schema | Mapping[Hashable, str | Column] | None = None,
        number_coding: str = "clusters",
        min_level_count: int = 1,
        max_steps: int | str = "auto",
        max_time: float | None = None,
        batch_size: int | str = "auto",
        learning_rate: float = 2e-3,
        encoder_layers: Sequence[int] = (256, 256),
        decoder_layers: Sequence[int] = (256, 256),
        conditional: bool = True,
        averaging: float = 0.995,
        calibrate: bool = True,
        refine: bool = True,
        early_stopping: bool | str = "auto",
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        warm_start: bool = False,
        device: str = "auto",
        random_state: Any = None,
        callbacks: Sequence[Callback] | None = None,
        verbose: int = 0,
    ) -> None:
        self.beta = beta
        self.latent_dim = latent_dim
        self.schema = schema
        self.number_coding = number_coding
        self.min_level_count = min_level_count
        self.max_steps = max_steps
        self.max_time = max_time
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.encoder_layers = encoder_layers
        self.decoder_layers = decoder_layers
        self.conditional = conditional
        self.averaging = averaging
        self.calibrate = calibrate
        self.refine = refine
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.warm_start = warm_start
        self.device = device
        self.random_state = random_state
        self.callbacks = callbacks
        self.verbose = verbose

    def _start(
        self, layout: Layout, codes: Codes, seed: int, device: torch.device
    ) -> tuple[TrainingState, Callable[[float], dict[str, torch.Tensor]]]:
        """The state before the first step, and the variational step."""
        plan = autoencoder.plan_training(self, len(codes), layout.n_columns)
        return autoencoder.start_training(layout, codes, plan, seed, device)
