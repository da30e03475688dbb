"""Estimators: what users fit, sample from, save and load."""

from tabgan.estimators.baselines import (
    GaussianCopula,
    IndependentColumns,
    NaiveBayes,
    SequentialCART,
)
from tabgan.estimators.loading import load
from tabgan.estimators.tabular_gan import TabularGAN
from tabgan.estimators.tabular_vae import TabularVAE

__all__ = [
    "GaussianCopula",
    "IndependentColumns",
    "NaiveBayes",
    "SequentialCART",
    "TabularGAN",
    "TabularVAE",
    "load",
]
