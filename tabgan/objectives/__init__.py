"""The mathematics of training, as pure functions of tensors.

An *objective* is a pair of adversarial losses (one per player), penalties on the discriminator, and
the number of discriminator steps. Losses and penalties return one value per row and the training
step reduces them; the moment loss is the one exception, since a moment belongs to a batch. Nothing
here knows a network: functions receive scores and rows. A new variant is a pair of functions and an
entry of `OBJECTIVES`.
"""

from tabgan.objectives.moments import moment_loss, sampled_moment_loss, second_moments
from tabgan.objectives.objective import OBJECTIVES, Objective, Penalty
from tabgan.objectives.pairs import relativistic_discriminator_loss, relativistic_generator_loss
from tabgan.objectives.penalties import zero_centred_gradient
from tabgan.objectives.variational import gaussian_kl, gaussian_surprise, negative_elbo

__all__ = [
    "OBJECTIVES",
    "Objective",
    "Penalty",
    "gaussian_kl",
    "gaussian_surprise",
    "moment_loss",
    "negative_elbo",
    "relativistic_discriminator_loss",
    "relativistic_generator_loss",
    "sampled_moment_loss",
    "second_moments",
    "zero_centred_gradient",
]
