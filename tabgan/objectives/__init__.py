"""The mathematics of training, as pure functions of tensors.

An *objective* is a pair of adversarial losses (one per player), penalties on the discriminator or a
bound on its weights, the kind of discriminator, and the number of its steps. Losses and penalties
return one value per row and the training step reduces them; the moment loss is the one exception,
since a moment belongs to a batch. Nothing here knows a network: functions receive scores and rows.
Scores are higher for real rows, but for energies, which are lower. A new variant is a pair of
functions and an entry of `OBJECTIVES`, or an `Objective` of one's own handed to an estimator.
"""

from tabgan.objectives.critics import (
    hinge_discriminator_loss,
    least_squares_discriminator_loss,
    least_squares_generator_loss,
    wasserstein_discriminator_loss,
    wasserstein_generator_loss,
)
from tabgan.objectives.energies import EnergyMargin, energy_generator_loss, pulling_away
from tabgan.objectives.moments import moment_loss, sampled_moment_loss, second_moments
from tabgan.objectives.named import OBJECTIVES
from tabgan.objectives.objective import EncodingPenalty, Objective, Penalty
from tabgan.objectives.pairs import (
    cross_entropy_discriminator_loss,
    minimax_generator_loss,
    non_saturating_generator_loss,
    relativistic_discriminator_loss,
    relativistic_generator_loss,
)
from tabgan.objectives.penalties import WeightClipping, unit_gradient, zero_centred_gradient
from tabgan.objectives.variational import gaussian_kl, gaussian_surprise, negative_elbo

__all__ = [
    "OBJECTIVES",
    "EncodingPenalty",
    "EnergyMargin",
    "Objective",
    "Penalty",
    "WeightClipping",
    "cross_entropy_discriminator_loss",
    "energy_generator_loss",
    "gaussian_kl",
    "gaussian_surprise",
    "hinge_discriminator_loss",
    "least_squares_discriminator_loss",
    "least_squares_generator_loss",
    "minimax_generator_loss",
    "moment_loss",
    "negative_elbo",
    "non_saturating_generator_loss",
    "pulling_away",
    "relativistic_discriminator_loss",
    "relativistic_generator_loss",
    "sampled_moment_loss",
    "second_moments",
    "unit_gradient",
    "wasserstein_discriminator_loss",
    "wasserstein_generator_loss",
    "zero_centred_gradient",
]
