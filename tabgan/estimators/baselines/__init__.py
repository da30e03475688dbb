"""Simple generators to compare with and to teach by: the interface of `TabularGAN`, no network."""

from tabgan.estimators.baselines.cart import SequentialCART
from tabgan.estimators.baselines.copula import GaussianCopula
from tabgan.estimators.baselines.independent import IndependentColumns
from tabgan.estimators.baselines.naive_bayes import NaiveBayes

__all__ = ["GaussianCopula", "IndependentColumns", "NaiveBayes", "SequentialCART"]
