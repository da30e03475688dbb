"""The Gaussian copula: every margin, and one correlation for each pair of parts."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from tabgan.estimators.baselines._base import Baseline, CodeSampler, levels_at
from tabgan.exceptions import ArchiveError
from tabgan.preprocessing import Codes, Layout
from tabgan.schema import Column, Schema

#: Terms of the Hermite series of a covariance of discrete parts.
_N_TERMS = 16
#: Largest correlation of a pair, and rows of a pair below which it is taken to be 0.
_LARGEST, _LEAST_ROWS = 0.995, 10
#: Infinite ends of an interval of latent normals stand here, where the density is 8e-23.
_FAR = 10.0
_BISECTIONS = 30


@dataclass(frozen=True)
class CopulaSampler(CodeSampler):
    """Draws correlated normals, and cuts them into levels.

    Parameters
    ----------
    layout : Layout
    correlation : array of shape (n_parts, n_parts)
        Of the latent normals: those of the level parts, then those of the normal parts.
    """

    layout: Layout
    correlation: np.ndarray

    @cached_property
    def _factor(self) -> np.ndarray:
        """A root of the correlation matrix, which need not have full rank."""
        values, vectors = np.linalg.eigh(self.correlation)
        return vectors * np.sqrt(np.maximum(values, 0))

    def draw(self, n_rows: int, rng: np.random.Generator) -> Codes:
        latent = rng.standard_normal((n_rows, len(self.correlation))) @ self._factor.T
        n_level_parts = self.layout.n_level_parts
        levels = np.empty((n_rows, n_level_parts), dtype=np.int32)
        for i, part in enumerate(self.layout.level_parts):
            levels[:, i] = levels_at(ndtr(latent[:, i]), part.frequencies)
        return self.codes(levels, latent[:, n_level_parts:])


class GaussianCopula(Baseline):
    """Draw correlated normals, and map each to the distribution of its column.

    The margins are right, and so is the strength of every monotone association between two numbers
    without gaps; what is not monotone, and what only three columns together show, is lost.

    Parameters
    ----------
    schema : None, Schema or mapping of column name to kind or Column, default=None
        What the columns are. None finds out; a mapping overrides the columns that it names.
    random_state : int, RandomState, Generator or None, default=None
        Seed of everything random. With an int, `fit` and the samples drawn after it repeat.

    Attributes
    ----------
    correlation_ : array of shape (n_parts, n_parts)
        Correlations of the latent normals: those of the level parts, then those of the normal
        parts.
    schema_ : Schema
        What the columns were found or declared to be.
    transformer_ : TableTransformer
        From tables to codes and back.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Their names, when all are strings.

    See Also
    --------
    IndependentColumns : No association at all.

    Notes
    -----
    A table has a Gaussian copula if it is a multivariate normal vector with every coordinate mapped
    by a monotone function [1]_. Each part has one latent normal. A normal part is one already. A
    level part is its latent normal cut at the quantiles of its cumulative frequencies; the order of
    its levels is that of the schema, which for categories is arbitrary and then says how the levels
    of two columns can go together.

    The correlation of two parts is estimated over the rows in which both count. Let m be the mean
    of the latent normal in the interval of a row's level (the normal itself for a normal part). In
    normalised Hermite polynomials h_k, with coefficients a_k = E[m h_k(z)], the covariance of two
    such means is ``sum_k a_k b_k r^k`` (Mehler's formula), which is solved for r: exact for two
    normals and for a normal with levels, up to 16 terms for two level parts, where it plays the
    part of the polychoric correlation [2]_. Correlations are at most 0.995. Where a column has
    missing cells or spikes that depend on another one, its rows are a selection, and the
    correlation over them is taken for that over all rows: it comes out too weak. Since pairs are
    estimated one by one the matrix may have negative eigenvalues; they are set to zero and the
    diagonal is made 1 again.

    References
    ----------
    .. [1] H. Joe (2014). Dependence modeling with copulas. Chapman and Hall, section 2.4.
    .. [2] U. Olsson (1979). Maximum likelihood estimation of the polychoric correlation
       coefficient. Psychometrika 44(4).

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from tabgan.estimators import GaussianCopula
    >>> x, noise = np.random.default_rng(0).normal(size=(2, 1000))
    >>> model = GaussianCopula(random_state=0).fit(pd.DataFrame({"x": x, "y": np.exp(x + noise)}))
    >>> model.correlation_.round(1)
    array([[1. , 0.7],
           [0.7, 1. ]])
    """

    def __init__(
        self,
        *,
        schema: Schema | Mapping[Hashable, str | Column] | None = None,
        random_state: Any = None,
    ) -> None:
        self.schema = schema
        self.random_state = random_state

    @property
    def correlation_(self) -> np.ndarray:
        """Correlations of the latent normals, (n_parts, n_parts)."""
        return self.sampler_.correlation

    def _learn(self, codes: Codes, layout: Layout, seed: int) -> CopulaSampler:
        return CopulaSampler(layout, latent_correlation(codes, layout))

    def _sampler_to_state(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        return {}, {"correlation": self.sampler_.correlation}

    @classmethod
    def _sampler_from_state(
        cls, state: dict[str, Any], arrays: dict[str, np.ndarray], layout: Layout, device: str
    ) -> CopulaSampler:
        n_parts = layout.n_level_parts + layout.n_normal_parts
        correlation = arrays["correlation"]
        if correlation.shape != (n_parts, n_parts) or not np.isfinite(correlation).all():
            raise ArchiveError(
                f"The archive's correlations have the shape {correlation.shape} or are not finite, "
                f"and its table has {n_parts} parts. Save the model anew."
            )
        return CopulaSampler(layout, correlation)


def latent_correlation(codes: Codes, layout: Layout) -> np.ndarray:
    """Correlations of the latent normals of all parts, a positive semidefinite matrix."""
    n_levels, n_normals = layout.n_level_parts, layout.n_normal_parts
    means = np.empty((len(codes), n_levels + n_normals))
    coefficients = np.zeros((n_levels + n_normals, _N_TERMS))
    for i, part in enumerate(layout.level_parts):
        table, coefficients[i] = _interval_means(part.frequencies)
        means[:, i] = table[codes.levels[:, i]]
    means[:, n_levels:] = codes.normals
    coefficients[n_levels:, 0] = 1.0
    is_open = np.ones(means.shape)
    is_open[:, n_levels:] = layout.open_gates(codes.levels)
    return _nearest_correlation(_solve(_covariances(means, is_open), coefficients))


def _interval_means(frequencies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of a normal in the interval of each level, and the Hermite coefficients of these."""
    edges = np.concatenate([[0.0], np.cumsum(frequencies)])
    edges = np.clip(ndtri(np.clip(edges / edges[-1], 0, 1)), -_FAR, _FAR)
    density = np.exp(-(edges**2) / 2) / np.sqrt(2 * np.pi)
    means = (density[:-1] - density[1:]) / np.maximum(frequencies, 1e-300)
    coefficients = np.empty(_N_TERMS)
    earlier, polynomial = np.zeros_like(edges), np.ones_like(edges)
    for k in range(1, _N_TERMS + 1):
        # The integral of h_k times the density has the antiderivative -h_{k-1} density / sqrt(k).
        ends = polynomial * density / np.sqrt(k)
        coefficients[k - 1] = means @ (ends[:-1] - ends[1:])
        following = (edges * polynomial - np.sqrt(k - 1) * earlier) / np.sqrt(k)
        earlier, polynomial = polynomial, following
    return means, coefficients


def _covariances(values: np.ndarray, is_open: np.ndarray) -> np.ndarray:
    """Covariance of each pair of columns over the rows in which both are open."""
    values = values * is_open
    n_rows = is_open.T @ is_open
    sums, products = values.T @ is_open, values.T @ values
    counts = np.maximum(n_rows, 1)
    covariances = products / counts - (sums / counts) * (sums / counts).T
    return np.where(n_rows < _LEAST_ROWS, 0.0, covariances)


def _solve(covariances: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    """The correlation at which the Hermite series of each pair takes its covariance."""
    terms = np.stack([np.outer(column, column) for column in coefficients.T])
    low = np.full(covariances.shape, -_LARGEST)
    high = np.full(covariances.shape, _LARGEST)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        value = np.zeros_like(middle)
        for term in terms[::-1]:
            value = (value + term) * middle
        is_below = value < covariances
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    correlation = (low + high) / 2
    np.fill_diagonal(correlation, 1.0)
    return correlation


def _nearest_correlation(matrix: np.ndarray) -> np.ndarray:
    """A correlation matrix: negative eigenvalues become zero, the diagonal becomes 1 again."""
    values, vectors = np.linalg.eigh(matrix)
    if not len(values) or values[0] >= 0:
        return matrix
    clipped = (vectors * np.maximum(values, 0)) @ vectors.T
    scale = np.sqrt(np.diagonal(clipped))
    return clipped / np.outer(scale, scale)
