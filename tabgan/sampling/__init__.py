"""From a trained generator to rows: calibration, frozen maps, refinement, blocks, conditions."""

from tabgan.sampling.calibration import NormalMaps, calibrate_levels
from tabgan.sampling.conditions import ConditionalSampler
from tabgan.sampling.raking import balanced_pick, inclusion_probabilities, rake
from tabgan.sampling.refinement import RefinerSettings, train_refiner
from tabgan.sampling.sampler import Sampler

__all__ = [
    "ConditionalSampler",
    "NormalMaps",
    "RefinerSettings",
    "Sampler",
    "balanced_pick",
    "calibrate_levels",
    "inclusion_probabilities",
    "rake",
    "train_refiner",
]
