"""An objective is data: which pair of losses, which penalties, how many discriminator steps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from tabgan.objectives.pairs import relativistic_discriminator_loss, relativistic_generator_loss
from tabgan.objectives.penalties import zero_centred_gradient

PairLoss = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Penalty:
    """A term added to the discriminator's loss.

    Parameters
    ----------
    function : callable
        ``(scores, rows) -> values``, one value per row.
    on : {"real", "fake", "both"}
        Which rows it is computed on. An objective uses either "both" or the two others, since rows
        of both kinds are scored in one pass.
    weight : float
        Its weight at the first step; it multiplies the mean over the rows.
    final_weight : float
        Its weight from the middle of training on; in between it changes linearly.
    """

    function: Callable[[Tensor, Tensor], Tensor]
    on: Literal["real", "fake", "both"]
    weight: float
    final_weight: float

    def weight_at(self, progress: float) -> float:
        """Weight when the share `progress`, in [0, 1], of the training is done."""
        return self.weight + (self.final_weight - self.weight) * min(1.0, 2 * progress)


@dataclass(frozen=True)
class Objective:
    """What the two players minimise.

    Parameters
    ----------
    name : str
        How it is called in ``TabularGAN(objective=...)``.
    discriminator_loss, generator_loss : callable
        ``(real_scores, fake_scores) -> values``, one value per row.
    penalties : tuple of Penalty, default=()
        Terms added to the discriminator's loss.
    discriminator_steps : int, default=1
        Discriminator steps for each generator step.

    Examples
    --------
    >>> from tabgan.objectives import OBJECTIVES
    >>> OBJECTIVES["relativistic"].discriminator_steps
    1
    """

    name: str
    discriminator_loss: PairLoss
    generator_loss: PairLoss
    penalties: tuple[Penalty, ...] = ()
    discriminator_steps: int = 1


#: Objectives by name. R1 and R2 of weight gamma / 2 each are one penalty of weight gamma on the
#: mean over both kinds of rows; gamma falls from 5 to 0.5.
OBJECTIVES = {
    "relativistic": Objective(
        name="relativistic",
        discriminator_loss=relativistic_discriminator_loss,
        generator_loss=relativistic_generator_loss,
        penalties=(Penalty(zero_centred_gradient, on="both", weight=5.0, final_weight=0.5),),
    ),
}
