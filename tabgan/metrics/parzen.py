"""The Parzen window: likelihood of real rows under Gaussian kernels on generated ones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import logsumexp

from tabgan.exceptions import InvalidParameterError

__all__ = ["ParzenLikelihood", "parzen_log_densities", "parzen_log_likelihood"]

#: Rows of the matrix of distances that are held at a time.
_BLOCK = 500
#: Bandwidths that are tried: those of the paper's evaluation.
_BANDWIDTHS = tuple(np.logspace(-1, 0, 10).tolist())
#: First rows of the validation table that choose the bandwidth.
_VALIDATION_ROWS = 1000


@dataclass(frozen=True, kw_only=True)
class ParzenLikelihood:
    """The mean log-likelihood of real rows under a Parzen window, in nats.

    Attributes
    ----------
    value : float
        Mean over the test rows; higher is better.
    se : float
        Standard error of this mean, over the test rows alone.
    bandwidth : float
        Standard deviation of the kernels that was used.
    bandwidths : tuple of float
        Those that were tried.
    validation_values : tuple of float
        Mean log-likelihood of the validation rows for each of them.
    n_rows, n_kernels : int
        Test rows, and generated rows.
    """

    value: float
    se: float
    bandwidth: float
    bandwidths: tuple[float, ...]
    validation_values: tuple[float, ...]
    n_rows: int
    n_kernels: int


def parzen_log_likelihood(
    test: Any, synthetic: Any, *, validation: Any, bandwidths: Sequence[float] | None = None
) -> ParzenLikelihood:
    """Measure the likelihood of test rows under Gaussian kernels on synthetic rows.

    Parameters
    ----------
    test : DataFrame or array of shape (n_rows, n_columns)
        Real rows that the generator never saw: finite numbers on one common scale.
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
        Centres of the kernels.
    validation : DataFrame or array of shape (n_validation, n_columns)
        Other unseen real rows; the first 1,000 of them choose the bandwidth.
    bandwidths : sequence of float or None, default=None
        Standard deviations to choose from, above 0, in the unit of the columns. None takes ten from
        0.1 to 1, equally far apart on the logarithmic scale.

    Returns
    -------
    result : ParzenLikelihood

    Raises
    ------
    InvalidParameterError
        If a table holds anything but finite numbers, the tables differ in their columns, or a
        bandwidth is not above 0.

    Notes
    -----
    The log-density of a row x is that of ``parzen_log_densities``; the bandwidth is the one with
    the largest mean over the validation rows. This is the evaluation of the first paper on
    adversarial nets [1]_, with 10,000 synthetic rows and pixels in [0, 1]. The measure is a weak
    one in many dimensions [2]_: it rewards the centres of clusters more than real rows, so never
    read it without what real rows score as `synthetic`.

    References
    ----------
    .. [1] I. Goodfellow et al. (2014). Generative adversarial nets. arXiv:1406.2661, section 5.
    .. [2] L. Theis, A. van den Oord, M. Bethge (2016). A note on the evaluation of generative
       models. arXiv:1511.01844.

    Examples
    --------
    >>> import numpy as np
    >>> from tabgan.metrics import parzen_log_likelihood
    >>> test, validation, synthetic = np.random.default_rng(0).normal(size=(3, 500, 2))
    >>> result = parzen_log_likelihood(test, synthetic, validation=validation)
    >>> round(result.value, 1), round(result.bandwidth, 2)
    (-2.8, 0.46)
    """
    tables = _check_tables(test=test, synthetic=synthetic, validation=validation)
    tried = tuple(_check_bandwidth(b) for b in (_BANDWIDTHS if bandwidths is None else bandwidths))
    if not tried:
        raise InvalidParameterError("The 'bandwidths' parameter must hold one or more numbers.")
    chosen_on = tables["validation"][:_VALIDATION_ROWS]
    means = _log_densities(chosen_on, tables["synthetic"], tried).mean(axis=1)
    bandwidth = tried[int(np.argmax(means))]
    densities = _log_densities(tables["test"], tables["synthetic"], (bandwidth,))[0]
    n_rows = len(densities)
    return ParzenLikelihood(
        value=float(densities.mean()),
        se=float(densities.std() / math.sqrt(n_rows)),
        bandwidth=bandwidth,
        bandwidths=tried,
        validation_values=tuple(means.tolist()),
        n_rows=n_rows,
        n_kernels=len(tables["synthetic"]),
    )


def parzen_log_densities(rows: Any, centres: Any, bandwidth: float) -> np.ndarray:
    """Return the log-density of each row under a mean of Gaussian kernels.

    Parameters
    ----------
    rows : DataFrame or array of shape (n_rows, n_columns)
        Finite numbers.
    centres : DataFrame or array of shape (n_kernels, n_columns)
        Where the kernels stand.
    bandwidth : float
        Standard deviation s of each kernel in every direction, above 0.

    Returns
    -------
    densities : ndarray of shape (n_rows,), float64
        In nats: ``log mean_j exp(-|x - c_j|^2 / (2 s^2)) - d log(s sqrt(2 pi))``, d the number of
        columns.

    Raises
    ------
    InvalidParameterError
        If a table holds anything but finite numbers, the tables differ in their columns, or the
        bandwidth is not above 0.

    Examples
    --------
    >>> from tabgan.metrics import parzen_log_densities
    >>> parzen_log_densities([[0.0], [1.0]], [[0.0]], 1.0).round(4)
    array([-0.9189, -1.4189])
    """
    tables = _check_tables(rows=rows, centres=centres)
    return _log_densities(tables["rows"], tables["centres"], (_check_bandwidth(bandwidth),))[0]


def _log_densities(
    rows: np.ndarray, centres: np.ndarray, bandwidths: tuple[float, ...]
) -> np.ndarray:
    """Log-densities (n_bandwidths, n_rows), in blocks, from squared distances in float64."""
    densities = np.empty((len(bandwidths), len(rows)))
    centre_norms = np.einsum("ij,ij->i", centres, centres)
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        norms = np.einsum("ij,ij->i", block, block)
        squares = np.maximum(norms[:, None] + centre_norms - 2 * block @ centres.T, 0)
        for i, bandwidth in enumerate(bandwidths):
            exponents = squares / (-2 * bandwidth**2)
            densities[i, start : start + _BLOCK] = logsumexp(exponents, axis=1)
    spreads = np.log(bandwidths) + math.log(2 * math.pi) / 2
    return densities - math.log(len(centres)) - rows.shape[1] * spreads[:, None]


def _check_tables(**tables: Any) -> dict[str, np.ndarray]:
    """Return all as float64 matrices of one width, or say what is wrong with them."""
    checked: dict[str, np.ndarray] = {}
    for name, table in tables.items():
        try:
            matrix = np.asarray(table, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidParameterError(
                f"The {name!r} parameter must be a table of numbers ({error}); leave other columns "
                "out."
            ) from error
        if matrix.ndim != 2 or not matrix.size or not np.isfinite(matrix).all():
            raise InvalidParameterError(
                f"The {name!r} parameter must be a table of finite numbers with at least one row. "
                f"Got one of shape {matrix.shape} instead; leave out missing values."
            )
        first, width = next(iter(checked.items()), (name, matrix))
        if matrix.shape[1] != width.shape[1]:
            raise InvalidParameterError(
                f"The {name!r} parameter has {matrix.shape[1]} columns and {first!r} has "
                f"{width.shape[1]}; give tables of the same columns."
            )
        checked[name] = matrix
    return checked


def _check_bandwidth(bandwidth: float) -> float:
    is_number = isinstance(bandwidth, int | float | np.number) and not isinstance(bandwidth, bool)
    if not is_number or not 0 < float(bandwidth) < math.inf:
        raise InvalidParameterError(
            f"A bandwidth must be a number above 0. Got {bandwidth!r} instead."
        )
    return float(bandwidth)
