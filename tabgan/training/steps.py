"""One adversarial step: a batch for the discriminator, one for the generator, scalars back."""

from dataclasses import dataclass

import torch
from torch import Tensor

from tabgan.networks import Discriminator, EnergyDiscriminator, GivenColumns, RowGenerator
from tabgan.objectives import (
    Objective,
    cross_entropy_discriminator_loss,
    moment_loss,
    sampled_moment_loss,
    second_moments,
)
from tabgan.training.batches import TrainingRows, column_mask, free_rows, random_given

#: Inputs of which the moment term looks at one random subset a step.
MOMENT_INPUTS = 700
#: Width up to which the moments of the training rows are computed once and kept.
KEPT_MOMENT_INPUTS = 6000


@dataclass(frozen=True)
class StepSettings:
    """Numbers that a step needs.

    Parameters
    ----------
    batch_size : int
        Rows of each kind in a batch.
    moment_weight : float
        Weight of the moment term; 0 leaves it out.
    column_masking : bool
        Whether the discriminator sees random subsets of columns.
    conditional : bool
        Whether the generator is given random subsets of columns in a quarter of the rows.
    """

    batch_size: int
    moment_weight: float
    column_masking: bool
    conditional: bool


class AdversarialStep:
    """Update both players once.

    Parameters
    ----------
    model : RowGenerator
        The generator being trained.
    discriminator : Discriminator or EnergyDiscriminator
        Its opponent; its input is the masked inputs, the mask of shown columns and, for a
        conditional model, the mask of given ones.
    rows : TrainingRows
        Where real rows come from.
    objective : Objective
        Losses, penalties and the number of discriminator steps.
    optimizers : pair of torch.optim.Optimizer
        Of the generator and of the discriminator.
    settings : StepSettings
        Batch size and switches.
    rng : torch.Generator
        On the device; feeds batches, masks, noise and draws.
    """

    def __init__(
        self,
        model: RowGenerator,
        discriminator: Discriminator | EnergyDiscriminator,
        rows: TrainingRows,
        objective: Objective,
        optimizers: tuple[torch.optim.Optimizer, torch.optim.Optimizer],
        settings: StepSettings,
        rng: torch.Generator,
    ) -> None:
        self.model, self.discriminator, self.rows = model, discriminator, rows
        self.objective, self.settings, self.rng = objective, settings, rng
        self.generator_optimizer, self.discriminator_optimizer = optimizers
        uses_moments = settings.moment_weight > 0
        keeps_moments = uses_moments and model.inputs.n_inputs <= KEPT_MOMENT_INPUTS
        self._moments = rows.second_moments() if keeps_moments else None

    def __call__(self, progress: float) -> dict[str, Tensor]:
        """Do the step; `progress` in [0, 1] is the share of the training that is done."""
        for _ in range(self.objective.discriminator_steps):
            scalars = self._update_discriminator(progress)
        return {**scalars, **self._update_generator()}

    def _update_discriminator(self, progress: float) -> dict[str, Tensor]:
        real, given = self._real_batch()
        with torch.no_grad():
            fake = self.model.relaxed_rows(self.settings.batch_size, self.rng, given)
            mask = self._column_mask()
            real_rows, fake_rows = (self._shown(rows, mask, given) for rows in (real, fake))
        scored = self._rows_to_score(real_rows, fake_rows)
        scores = {kind: self.discriminator(rows) for kind, rows in scored.items()}
        by_player = (
            scores["both"].chunk(2) if "both" in scores else (scores["real"], scores["fake"])
        )
        loss = self.objective.discriminator_loss(*by_player).mean()
        penalty = torch.zeros((), device=loss.device)
        for term in self.objective.penalties:
            values = term.function(scores[term.on], scored[term.on])
            penalty = penalty + term.weight_at(progress) * values.mean()

        self.discriminator_optimizer.zero_grad(set_to_none=True)
        (loss + penalty).backward()
        self.discriminator_optimizer.step()
        if self.objective.after_step is not None:
            self.objective.after_step(self.discriminator.parameters())
        scalars = {"discriminator_loss": loss.detach(), "penalty": penalty.detach()}
        return scalars | (_game(*by_player) if self.objective.scores_are_logits else {})

    def _rows_to_score(self, real_rows: Tensor, fake_rows: Tensor) -> dict[str, Tensor]:
        """Rows that require gradients, by the name that penalties know them by.

        One pass for both kinds where no penalty wants them apart: the kernels are small, and their
        number is what costs.
        """
        kinds = {term.on for term in self.objective.penalties}
        scored = {}
        if "between" in kinds:
            share = torch.rand(len(real_rows), 1, generator=self.rng, device=real_rows.device)
            scored["between"] = torch.lerp(fake_rows, real_rows, share).requires_grad_()
        if kinds & {"real", "fake"}:
            both = {"real": real_rows.requires_grad_(), "fake": fake_rows.requires_grad_()}
        else:
            both = {"both": torch.cat([real_rows, fake_rows]).requires_grad_()}
        return scored | both

    def _update_generator(self) -> dict[str, Tensor]:
        real, given = self._real_batch()
        fake = self.model.relaxed_rows(self.settings.batch_size, self.rng, given)
        mask = self._column_mask()
        inputs = self.model.inputs(*fake)
        with torch.no_grad():
            real_scores = self.discriminator(self._shown(real, mask, given))
        fake_scores, encoding_loss = self._judge(self._masked(inputs, mask, given))
        loss = self.objective.generator_loss(real_scores, fake_scores).mean() + encoding_loss
        # Rows that were given columns say little about pairs: they copy them.
        n_free = self.settings.batch_size if given is None else free_rows(len(inputs))
        moments = self._moment_loss(inputs[:n_free], real)

        self.generator_optimizer.zero_grad(set_to_none=True)
        (loss + self.settings.moment_weight * moments).backward()
        self.generator_optimizer.step()
        gap = real_scores.mean() - fake_scores.detach().mean()
        return {
            "generator_loss": loss.detach(),
            "moment_loss": moments.detach(),
            "score_gap": gap,
        }

    def _judge(self, fake_rows: Tensor) -> tuple[Tensor, Tensor | float]:
        """Scores of generated rows, and the penalty on their encodings, if there is one."""
        penalty = self.objective.encoding_penalty
        if penalty is None or not isinstance(self.discriminator, EnergyDiscriminator):
            return self.discriminator(fake_rows), 0.0
        encodings = self.discriminator.encode(fake_rows)
        values = penalty.function(encodings)
        return self.discriminator.energy(fake_rows, encodings), penalty.weight * values.mean()

    def _real_batch(self) -> tuple[tuple[Tensor, Tensor], GivenColumns | None]:
        levels, normals = self.rows.draw(self.settings.batch_size, self.rng)
        given = None
        if self.settings.conditional:
            given = random_given(levels, normals, self.model.inputs.n_columns, self.rng)
        return (levels, normals), given

    def _column_mask(self) -> Tensor:
        shape = self.settings.batch_size, self.model.inputs.n_columns
        if self.settings.column_masking:
            return column_mask(*shape, self.rng)
        return torch.ones(shape, device=self.rng.device)

    def _shown(
        self, rows: tuple[Tensor, Tensor], mask: Tensor, given: GivenColumns | None
    ) -> Tensor:
        return self._masked(self.model.inputs(*rows), mask, given)

    def _masked(self, inputs: Tensor, mask: Tensor, given: GivenColumns | None) -> Tensor:
        shown = inputs * mask.index_select(1, self.model.inputs.column_of_input)
        return torch.cat([shown, mask] + ([] if given is None else [given.mask]), dim=1)

    def _moment_loss(self, inputs: Tensor, real: tuple[Tensor, Tensor]) -> Tensor:
        """Moment term over at most `MOMENT_INPUTS` random inputs, scaled to all of them."""
        if self.settings.moment_weight == 0:
            return torch.zeros((), device=inputs.device)
        n_inputs = inputs.shape[1]
        if n_inputs <= MOMENT_INPUTS:
            return moment_loss(inputs, self._target_moments(real, None))
        order = torch.randperm(n_inputs, generator=self.rng, device=inputs.device)
        subset = order[:MOMENT_INPUTS]
        return sampled_moment_loss(inputs[:, subset], self._target_moments(real, subset), n_inputs)

    def _target_moments(self, real: tuple[Tensor, Tensor], subset: Tensor | None) -> Tensor:
        if self._moments is None:  # too wide to keep: the moments of this batch stand in
            with torch.no_grad():
                inputs = self.model.inputs(*real)
                return second_moments(inputs if subset is None else inputs[:, subset])
        if subset is None:
            return self._moments
        constant = subset.new_full((1,), len(self._moments) - 1)
        with_constant = torch.cat([subset, constant])
        return self._moments[with_constant[:, None], with_constant]


@torch.no_grad()
def _game(real_logits: Tensor, fake_logits: Tensor) -> dict[str, Tensor]:
    """V(D, G), D(x) and D(G(z)), means over a batch."""
    return {
        "value": -cross_entropy_discriminator_loss(real_logits, fake_logits).mean(),
        "d_real": torch.sigmoid(real_logits).mean(),
        "d_fake": torch.sigmoid(fake_logits).mean(),
    }
