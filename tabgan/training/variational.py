"""One variational step: a batch for encoder and decoder together, scalars back."""

from dataclasses import dataclass

import torch
from torch import Tensor

from tabgan.networks import Encoder, GivenColumns, RowGenerator
from tabgan.objectives import gaussian_kl, gaussian_surprise, negative_elbo
from tabgan.training.batches import TrainingRows, random_given

#: Share of the training over which the weight of the divergence rises from zero.
KL_WARM_UP = 0.1


@dataclass(frozen=True)
class VariationalSettings:
    """Numbers that a step needs.

    Parameters
    ----------
    batch_size : int
        Rows of a batch.
    beta : float
        Weight of the divergence after its warm-up.
    conditional : bool
        Whether random subsets of columns are given in a quarter of the rows.
    """

    batch_size: int
    beta: float
    conditional: bool


class VariationalStep:
    """Update encoder and decoder once.

    Parameters
    ----------
    model : RowGenerator
        With a `Decoder` in the generator's place.
    encoder : Encoder
        Its input is the inputs of a row and, for a conditional model, the mask of given columns.
    rows : TrainingRows
        Where rows come from.
    optimizers : tuple of torch.optim.Optimizer
        Of the decoder and of the encoder.
    settings : VariationalSettings
        Batch size and weights.
    rng : torch.Generator
        On the device; feeds batches, masks and latent vectors.
    """

    def __init__(
        self,
        model: RowGenerator,
        encoder: Encoder,
        rows: TrainingRows,
        optimizers: tuple[torch.optim.Optimizer, ...],
        settings: VariationalSettings,
        rng: torch.Generator,
    ) -> None:
        self.model, self.encoder, self.rows = model, encoder, rows
        self.optimizers, self.settings, self.rng = optimizers, settings, rng

    def __call__(self, progress: float) -> dict[str, Tensor]:
        """Do the step; `progress` in [0, 1] is the share of the training that is done."""
        levels, normals = self.rows.draw(self.settings.batch_size, self.rng)
        given = None
        if self.settings.conditional:
            given = random_given(levels, normals, self.model.inputs.n_columns, self.rng)
        means, log_variances = self._encode(levels, normals, given)
        deviates = torch.randn(means.shape, generator=self.rng, device=means.device)
        latent = means + (log_variances / 2).exp() * deviates
        condition = self.model.condition(given)
        surprise = self._surprise(latent, condition, levels, normals, given)
        prior = self.model.generator.latent_prior(latent, condition)
        divergence = gaussian_kl(means, log_variances, *prior)
        beta = self.settings.beta * min(1.0, progress / KL_WARM_UP)
        loss = negative_elbo(surprise, divergence, beta).mean()

        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for optimizer in self.optimizers:
            optimizer.step()
        return {
            "loss": loss.detach(),
            "surprise": surprise.detach().mean(),
            "divergence": divergence.detach().mean(),
        }

    def _encode(
        self, levels: Tensor, normals: Tensor, given: GivenColumns | None
    ) -> tuple[Tensor, Tensor]:
        inputs = self.model.inputs(levels, normals)
        return self.encoder(inputs if given is None else torch.cat([inputs, given.mask], dim=1))

    def _surprise(
        self,
        latent: Tensor,
        condition: Tensor | None,
        levels: Tensor,
        normals: Tensor,
        given: GivenColumns | None,
    ) -> Tensor:
        """Minus the log-likelihood of the columns that are not given, (n_rows,)."""
        decoder, inputs = self.model.generator, self.model.inputs
        logits, means = decoder.decode(latent, condition)
        of_levels = -levels * self.model.choices.log_softmax(logits)
        of_normals = gaussian_surprise(normals, means, decoder.log_scales)
        of_normals = of_normals * inputs.opened(levels)
        if given is not None:
            of_levels = of_levels * (1 - given.mask.index_select(1, inputs.column_of_level))
            of_normals = of_normals * (1 - given.mask.index_select(1, inputs.column_of_normal))
        return of_levels.sum(1) + of_normals.sum(1)
