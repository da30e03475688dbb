"""Estimators: what users fit, sample from, save and load."""

from tabgan.estimators.loading import load
from tabgan.estimators.tabular_gan import TabularGAN

__all__ = ["TabularGAN", "load"]
