"""The objectives that have a name, in one plain dict."""

from tabgan.objectives import critics, pairs
from tabgan.objectives.energies import EnergyMargin, energy_generator_loss, pulling_away
from tabgan.objectives.objective import EncodingPenalty, Objective, Penalty
from tabgan.objectives.penalties import WeightClipping, unit_gradient, zero_centred_gradient

#: R1 and R2 of weight gamma / 2 each are one penalty of weight gamma on the mean over both kinds of
#: rows; gamma falls from 5 to 0.5.
_GRADIENTS_AT_ROWS = Penalty(zero_centred_gradient, on="both", weight=5.0, final_weight=0.5)

#: Objectives by name.
OBJECTIVES = {
    objective.name: objective
    for objective in (
        Objective(
            name="relativistic",
            discriminator_loss=pairs.relativistic_discriminator_loss,
            generator_loss=pairs.relativistic_generator_loss,
            penalties=(_GRADIENTS_AT_ROWS,),
        ),
        Objective(
            name="minimax",
            discriminator_loss=pairs.cross_entropy_discriminator_loss,
            generator_loss=pairs.minimax_generator_loss,
            scores_are_logits=True,
        ),
        Objective(
            name="non-saturating",
            discriminator_loss=pairs.cross_entropy_discriminator_loss,
            generator_loss=pairs.non_saturating_generator_loss,
            scores_are_logits=True,
        ),
        Objective(
            name="least-squares",
            discriminator_loss=critics.least_squares_discriminator_loss,
            generator_loss=critics.least_squares_generator_loss,
        ),
        Objective(
            name="hinge",
            discriminator_loss=critics.hinge_discriminator_loss,
            generator_loss=critics.wasserstein_generator_loss,
        ),
        Objective(
            name="wasserstein",
            discriminator_loss=critics.wasserstein_discriminator_loss,
            generator_loss=critics.wasserstein_generator_loss,
            after_step=WeightClipping(0.2),
            discriminator_steps=5,
        ),
        Objective(
            name="wasserstein-gp",
            discriminator_loss=critics.wasserstein_discriminator_loss,
            generator_loss=critics.wasserstein_generator_loss,
            penalties=(Penalty(unit_gradient, on="between", weight=10.0, final_weight=10.0),),
            discriminator_steps=5,
        ),
        Objective(
            name="energy",
            discriminator_loss=EnergyMargin(0.5),
            generator_loss=energy_generator_loss,
            encoding_penalty=EncodingPenalty(pulling_away, weight=0.1),
            discriminator="energy",
            discriminator_steps=3,
        ),
    )
}
