"""The Parzen window against closed forms and brute force."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, norm

from tabgan.exceptions import InvalidParameterError
from tabgan.metrics import parzen_log_densities, parzen_log_likelihood


@pytest.mark.parametrize("bandwidth", [0.1, 0.7, 3.0])
def test_one_kernel_is_a_gaussian_density(bandwidth):
    rows = np.random.default_rng(0).normal(size=(20, 3))
    expected = multivariate_normal(np.ones(3), bandwidth**2 * np.eye(3)).logpdf(rows)
    found = parzen_log_densities(rows, np.ones((1, 3)), bandwidth)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_several_kernels_are_the_mean_of_their_densities():
    rng = np.random.default_rng(0)
    rows, centres = rng.normal(size=(1203, 2)), rng.normal(size=(7, 2))
    kernels = norm.pdf(rows[:, None], centres[None], 0.4).prod(axis=2)
    found = parzen_log_densities(rows, centres, 0.4)
    np.testing.assert_allclose(found, np.log(kernels.mean(axis=1)), rtol=1e-9)


def test_densities_of_784_columns_far_from_every_kernel_stay_finite():
    found = parzen_log_densities(np.full((2, 784), 50.0), np.zeros((3, 784)), 0.1)
    expected = -784 * (50.0**2 / 0.02 + np.log(0.1 * np.sqrt(2 * np.pi)))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_the_mean_over_many_kernels_converges_to_the_smoothed_density():
    # Standard normal centres and kernels of deviation s make a normal of variance 1 + s^2.
    centres = np.random.default_rng(0).normal(size=(200_000, 1))
    rows = np.linspace(-2, 2, 9)[:, None]
    expected = norm.logpdf(rows[:, 0], 0, np.sqrt(1 + 0.5**2))
    # The relative error of a mean of n kernels is below 2 / sqrt(n) here; five of these.
    found = parzen_log_densities(rows, centres, 0.5)
    np.testing.assert_allclose(found, expected, atol=10 / np.sqrt(len(centres)))


def test_the_bandwidth_is_the_best_of_the_first_thousand_validation_rows():
    rng = np.random.default_rng(0)
    test, synthetic = rng.normal(size=(2, 300, 2))
    validation = np.concatenate([rng.normal(size=(1000, 2)), np.full((500, 2), 30.0)])
    result = parzen_log_likelihood(test, synthetic, validation=validation)
    means = [
        parzen_log_densities(validation[:1000], synthetic, b).mean() for b in result.bandwidths
    ]
    np.testing.assert_allclose(result.validation_values, means)
    assert result.bandwidth == result.bandwidths[int(np.argmax(means))]
    densities = parzen_log_densities(test, synthetic, result.bandwidth)
    assert result.value == pytest.approx(densities.mean())
    assert result.se == pytest.approx(densities.std() / np.sqrt(300))
    assert (result.n_rows, result.n_kernels) == (300, 300)


def test_the_bandwidths_are_those_of_the_paper_unless_given():
    rows = np.random.default_rng(0).normal(size=(50, 2))
    result = parzen_log_likelihood(rows, rows, validation=rows)
    np.testing.assert_allclose(result.bandwidths, np.logspace(-1, 0, 10))
    assert parzen_log_likelihood(rows, rows, validation=rows, bandwidths=[2]).bandwidth == 2.0


def test_the_order_of_rows_and_kernels_does_not_matter():
    rng = np.random.default_rng(0)
    test, synthetic, validation = rng.normal(size=(3, 40, 3))
    first = parzen_log_likelihood(test, synthetic, validation=validation)
    table = pd.DataFrame(test[::-1])
    second = parzen_log_likelihood(table, synthetic[::-1], validation=validation[::-1])
    assert first.value == pytest.approx(second.value, rel=1e-12)


@pytest.mark.parametrize(
    "change, words",
    [
        ({"test": [[np.nan]]}, "'test' parameter must be a table of finite numbers"),
        ({"synthetic": [[1.0, 2.0]]}, "'synthetic' parameter has 2 columns and 'test' has 1"),
        ({"validation": [["a"]]}, "'validation' parameter must be a table of numbers"),
        ({"synthetic": np.zeros((0, 1))}, r"shape \(0, 1\)"),
        ({"bandwidths": [0.0]}, "above 0. Got 0.0 instead"),
        ({"bandwidths": []}, "one or more numbers"),
    ],
)
def test_bad_input_is_explained(change, words):
    arguments = {"test": [[0.0]], "synthetic": [[0.0]], "validation": [[0.0]], **change}
    with pytest.raises(InvalidParameterError, match=words):
        parzen_log_likelihood(arguments.pop("test"), arguments.pop("synthetic"), **arguments)
