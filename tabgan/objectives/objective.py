"""An objective is data: a pair of losses, what holds the discriminator back, and its steps."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, cast

import torch
from torch import Tensor

from tabgan._params import InstanceOf, Interval, Options, SequenceOf, check_parameters
from tabgan.exceptions import InvalidParameterError
from tabgan.objectives.penalties import WeightClipping

PairLoss = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Penalty:
    """A term added to the discriminator's loss.

    Parameters
    ----------
    function : callable
        ``(scores, rows) -> values``, one value per row; the weights are at least 0.
    on : {"real", "fake", "both", "between"}
        Which rows it is computed on; "between" are random points on the lines from generated to
        real rows. An objective uses "both", or "real" and "fake", not all three, since rows of both
        kinds are scored in one pass.
    weight : float
        Its weight at the first step; it multiplies the mean over the rows.
    final_weight : float
        Its weight from the middle of training on; in between it changes linearly.
    """

    function: Callable[[Tensor, Tensor], Tensor]
    on: Literal["real", "fake", "both", "between"]
    weight: float
    final_weight: float

    def __post_init__(self) -> None:
        check_parameters("Penalty", vars(self), _PENALTY_CONSTRAINTS)

    def weight_at(self, progress: float) -> float:
        """Weight when the share `progress`, in [0, 1], of the training is done."""
        return self.weight + (self.final_weight - self.weight) * min(1.0, 2 * progress)


@dataclass(frozen=True)
class EncodingPenalty:
    """A term added to the generator's loss, of the encodings that an energy discriminator makes.

    Parameters
    ----------
    function : callable
        ``encodings -> values``, one value per row.
    weight : float
        It multiplies the mean over the rows.
    """

    function: Callable[[Tensor], Tensor]
    weight: float

    def __post_init__(self) -> None:
        check_parameters("EncodingPenalty", vars(self), _PENALTY_CONSTRAINTS)


@dataclass(frozen=True)
class Objective:
    """What the two players minimise.

    Parameters
    ----------
    name : str
        How it is called in messages and saved models.
    discriminator_loss, generator_loss : callable
        ``(real_scores, fake_scores) -> values``: two tensors of shape (n_rows,) in, one value per
        row out.
    penalties : tuple of Penalty, default=()
        Terms added to the discriminator's loss.
    encoding_penalty : EncodingPenalty or None, default=None
        Term added to the generator's loss; for an energy discriminator only.
    after_step : callable or None, default=None
        Called with the discriminator's weights after each of its steps, to change them in place.
    discriminator : {"scorer", "energy"}, default="scorer"
        A network with one output, or an autoencoder whose score is the error of its reconstruction.
    discriminator_steps : int, default=1
        Discriminator steps for each generator step.
    scores_are_logits : bool, default=False
        Whether the sigmoid of a score is D(x), the probability that the row is real. Training then
        records V(D, G), D(x) and D(G(z)).

    Raises
    ------
    InvalidParameterError
        If the members do not go together.

    Examples
    --------
    A loss of one's own, for ``TabularGAN(objective=logistic)``:

    >>> import torch.nn.functional as F
    >>> from tabgan.objectives import OBJECTIVES, Objective
    >>> logistic = Objective(
    ...     "logistic",
    ...     lambda real, fake: F.softplus(-real) + F.softplus(fake),
    ...     lambda real, fake: F.softplus(-fake) + F.softplus(real),
    ... )

    A change of a known one:

    >>> from dataclasses import replace
    >>> faster = replace(OBJECTIVES["wasserstein-gp"], discriminator_steps=2)
    """

    name: str
    discriminator_loss: PairLoss
    generator_loss: PairLoss
    penalties: tuple[Penalty, ...] = ()
    encoding_penalty: EncodingPenalty | None = None
    after_step: Callable[[Iterable[Tensor]], None] | None = None
    discriminator: Literal["scorer", "energy"] = "scorer"
    discriminator_steps: int = 1
    scores_are_logits: bool = False

    def __post_init__(self) -> None:
        check_parameters("Objective", vars(self), _CONSTRAINTS)
        where = f"The objective {self.name!r}"
        kinds: set[str] = {term.on for term in self.penalties}
        if isinstance(self.after_step, WeightClipping) and self.penalties:
            raise InvalidParameterError(
                f"{where} clips weights and has {len(self.penalties)} gradient penalties: each "
                "bounds the slope of the discriminator in its own way. Leave out after_step or "
                "penalties."
            )
        if "both" in kinds and kinds & {"real", "fake"}:
            raise InvalidParameterError(
                f"{where} has penalties on {_listed(kinds)} rows. Use 'both' alone, or 'real' and "
                "'fake' with a weight of their own each."
            )
        if self.discriminator == "energy" and self.scores_are_logits:
            raise InvalidParameterError(
                f"{where} has scores_are_logits=True and discriminator='energy', whose scores are "
                "energies. Leave one of them out."
            )
        if self.encoding_penalty is not None and self.discriminator != "energy":
            raise InvalidParameterError(
                f"{where} has an encoding_penalty and discriminator={self.discriminator!r}, which "
                "makes no encodings. Use discriminator='energy' with it."
            )

    def check_losses(self) -> None:
        """Try both losses on a few scores.

        Raises
        ------
        InvalidParameterError
            If a loss fails, or does not return one value per row.
        """
        for name in ("discriminator_loss", "generator_loss"):
            try:
                values = getattr(self, name)(torch.zeros(3), torch.zeros(3))
            except Exception as error:
                raise InvalidParameterError(
                    f"The {name} of the objective {self.name!r} fails on two tensors of 3 scores, "
                    f"real and fake: {type(error).__name__}: {error}"
                ) from error
            if not isinstance(values, Tensor) or values.shape != (3,):
                got = tuple(values.shape) if isinstance(values, Tensor) else type(values).__name__
                raise InvalidParameterError(
                    f"The {name} of the objective {self.name!r} must return one value per row: for "
                    f"3 real and 3 fake scores a tensor of shape (3,). Got {got} instead. Leave "
                    "the mean over the rows to the training."
                )


_FUNCTION: Any = InstanceOf(cast(type, Callable))
_PENALTY_CONSTRAINTS: dict[str, list] = {
    "function": [_FUNCTION],
    "on": [Options(["real", "fake", "both", "between"])],
    "weight": [Interval(float, 0)],
    "final_weight": [Interval(float, 0)],
}
_CONSTRAINTS: dict[str, list] = {
    "name": [InstanceOf(str)],
    "discriminator_loss": [_FUNCTION],
    "generator_loss": [_FUNCTION],
    "penalties": [SequenceOf(InstanceOf(Penalty))],
    "encoding_penalty": [None, InstanceOf(EncodingPenalty)],
    "after_step": [None, _FUNCTION],
    "discriminator": [Options(["scorer", "energy"])],
    "discriminator_steps": [Interval(int, 1)],
    "scores_are_logits": [InstanceOf(bool)],
}


def _listed(kinds: set[str]) -> str:
    return ", ".join(repr(kind) for kind in sorted(kinds))
