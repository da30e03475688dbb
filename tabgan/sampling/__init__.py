"""From a trained generator to rows: calibration, frozen maps, refinement, fixed blocks."""

from tabgan.sampling.calibration import NormalMaps, calibrate_levels
from tabgan.sampling.raking import inclusion_probabilities, rake, systematic_pick
from tabgan.sampling.refinement import RefinerSettings, train_refiner
from tabgan.sampling.sampler import Sampler

__all__ = [
    "NormalMaps",
    "RefinerSettings",
    "Sampler",
    "calibrate_levels",
    "inclusion_probabilities",
    "rake",
    "systematic_pick",
    "train_refiner",
]
