"""Excess errors: their value, and whether their intervals are as wide as they say."""

import numpy as np
import pandas as pd
import pytest

from tabgan.exceptions import InvalidParameterError
from tabgan.metrics import shape_error, shape_excess, trend_error, trend_excess
from tests.metrics.made_tables import KINDS, mixed_table

EXCESSES = [(shape_excess, shape_error), (trend_excess, trend_error)]


@pytest.mark.parametrize(("excess", "error"), EXCESSES)
@pytest.mark.parametrize("missing", [False, True])
def test_the_excess_is_the_error_beyond_that_of_seen_rows(excess, error, missing: bool) -> None:
    real, fake, unseen = (mixed_table(200, seed, missing=missing) for seed in range(3))
    found = excess(real, fake, holdout=unseen, schema=KINDS, random_state=0)
    assert found.n_rows == 200
    # The edges of the bins are those of the real table in both, so that the pairs of numbers and
    # the columns alone can be compared with the error called on the unseen rows.
    if error is shape_error:
        expected = [error(unseen, table, schema=KINDS).value for table in (fake, real)]
        assert found.value == pytest.approx(expected[0] - expected[1])
    else:
        whole = error(real, fake, holdout=unseen, schema=KINDS, random_state=0)
        assert found.value == pytest.approx(whole.excess)


@pytest.mark.slow
@pytest.mark.parametrize(("excess", "error"), EXCESSES)
def test_the_standard_error_is_the_spread_over_samples(excess, error) -> None:
    found = []
    for seed in range(60):
        real, fake, unseen = (mixed_table(400, 3 * seed + part) for part in range(3))
        fake["size"] += 0.3
        fake["open"] = ~fake["open"]
        found.append(excess(real, fake, holdout=unseen, schema=KINDS, random_state=seed))
    spread = np.std([result.value for result in found], ddof=1)
    stated = np.sqrt(np.mean([result.se**2 for result in found]))
    # An absolute value near 0 has a standard deviation of sqrt(1 - 2 / pi), .60, of that which its
    # slope tells the jackknife, so that intervals may be too wide, by up to 1 / .60. The spread of
    # 60 values has a relative error of 1 / sqrt(2 * 59), about .09: four of them on either side.
    assert (1 - 0.36) * spread < stated < (1 + 0.36) / 0.60 * spread


@pytest.mark.parametrize(("excess", "error"), EXCESSES)
def test_columns_can_be_limited_and_few_rows_have_no_interval(excess, error) -> None:
    real, fake, unseen = (mixed_table(30, seed) for seed in range(3))
    found = excess(real, fake, holdout=unseen, schema=KINDS, random_state=0, max_columns=3)
    assert found.n_columns == 3
    short = excess(real[:19], fake, holdout=unseen, schema=KINDS, random_state=0)
    assert short.n_rows == 19
    assert np.isnan([short.low, short.high, short.se]).all()
    assert short.to_dict()["low"] is None
    with pytest.raises(InvalidParameterError, match=r"'max_columns'.* Got 0"):
        excess(real, fake, holdout=unseen, schema=KINDS, max_columns=0)
    with pytest.raises(InvalidParameterError, match=r"'holdout'.* Got None"):
        excess(real, fake, holdout=None, schema=KINDS)


def test_a_single_column_has_no_pair() -> None:
    table = pd.DataFrame({"x": np.arange(40.0)})
    found = trend_excess(table, table, holdout=table, schema={"x": "continuous"})
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)
