"""Number and identifier coders: what becomes a level, what a normal, what is made up."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from tabgan.exceptions import SchemaError
from tabgan.preprocessing.datetime import DatetimeCoder
from tabgan.preprocessing.identifiers import make_identifiers
from tabgan.preprocessing.numeric import NumericCoder

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("values", "n_levels", "has_normal"),
    [
        (np.arange(10.0), 10, False),
        (np.arange(11.0), 0, True),
        (np.repeat(np.arange(11.0), 5), 11, False),
        (np.repeat(np.arange(64.0), 5), 64, False),
        (np.repeat(np.arange(65.0), 9), 0, True),
        (np.repeat(np.arange(65.0), 10), 65, False),
        (np.concatenate([np.zeros(500), RNG.normal(size=500)]), 1, True),
        (np.concatenate([np.zeros(9), RNG.normal(size=500)]), 0, True),
        (np.concatenate([np.repeat(np.arange(80.0), 10), [99.5, 100.5, 101.5, 102.5]]), 80, False),
    ],
)
def test_frequent_values_are_levels_and_the_rest_a_normal(
    values: np.ndarray, n_levels: int, has_normal: bool
) -> None:
    coder, counts = NumericCoder.fit(values)
    assert (len(coder.level_values), coder.has_normal) == (n_levels, has_normal)
    assert counts.sum() == len(values)
    levels, _ = coder.encode(values)
    np.testing.assert_array_equal(np.bincount(levels, minlength=len(counts)), counts)


def test_a_few_rare_values_take_the_nearest_level_and_are_not_kept() -> None:
    values = np.concatenate([np.repeat(np.arange(80.0), 10), [79.4, 1234.5]])
    coder, _ = NumericCoder.fit(values)
    assert 1234.5 not in coder.level_values
    levels, _ = coder.encode(np.array([79.4, 1234.5, -5.0, 3.5, 3.6]))
    assert coder.level_values[levels].tolist() == [79.0, 79.0, 0.0, 4.0, 4.0]


def test_all_levels_can_be_asked_for() -> None:
    coder, _ = NumericCoder.fit(RNG.normal(size=500), all_levels=True)
    assert (len(coder.level_values), coder.has_normal) == (500, False)


def test_values_are_rounded_to_their_grid_and_kept_within_bounds() -> None:
    values = RNG.normal(size=2000).round(2)
    coder, _ = NumericCoder.fit(values, decimals=2, grid=0.01, low=-1.0, high=1.5)
    decoded = coder.decode_normals(RNG.normal(size=1000))
    np.testing.assert_array_equal(decoded, decoded.round(2))
    assert (decoded.min(), decoded.max()) == (-1.0, 1.5)
    steps, _ = NumericCoder.fit(RNG.integers(0, 10**6, 2000) * 250, grid=250.0)
    decoded = steps.decode_normals(RNG.normal(size=1000))
    assert decoded.dtype == np.int64
    assert np.all(decoded % 250 == 0)


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
def test_the_largest_integers_do_not_overflow(dtype: type) -> None:
    top = np.iinfo(dtype).max
    values = (top - np.arange(0, 5000, 7).astype(dtype)).astype(dtype)
    coder, _ = NumericCoder.fit(values, grid=1.0)
    decoded = coder.decode_normals(np.linspace(-5, 5, 100))
    assert decoded.dtype == dtype
    assert decoded.min() >= values.min() - 2048


@pytest.mark.parametrize("step", [1, 7, 90])
def test_dates_keep_the_rhythm_they_have(step: int) -> None:
    start = np.datetime64("2019-03-05")
    values = start + step * RNG.integers(0, 500, 2000)
    coder, _ = DatetimeCoder.fit(values, unit="D")
    decoded = coder.decode_normals(RNG.normal(size=1000))
    assert np.all((decoded - start).astype(int) % step == 0)
    assert values.min() <= decoded.min()
    assert decoded.max() <= values.max()


def test_the_epoch_of_instants_is_no_cell() -> None:
    values = np.datetime64("2019-03-05T01:02:03") + RNG.integers(0, 10**8, 2000)
    coder, _ = DatetimeCoder.fit(values, unit="s")
    assert str(np.datetime64(coder.epoch, "s")).endswith("-01-01T00:00:00")


@given(
    pattern=st.text(st.sampled_from("Aa9-_ X"), min_size=1, max_size=30),
    key=st.integers(0, 2**62),
    first_row=st.integers(0, 10**7),
)
def test_made_up_texts_are_unique_and_of_the_pattern(
    pattern: str, key: int, first_row: int
) -> None:
    rows = first_row + np.arange(500)
    made = make_identifiers(f"pattern:{pattern}", rows, key)
    assert len(set(made)) == 500
    classes = {"A": str.isupper, "a": str.islower, "9": str.isdigit}
    if len(made[0]) == len(pattern):
        for place, character in zip(pattern, made[0], strict=True):
            assert classes[place](character) if place in classes else character == place


def test_made_up_texts_follow_from_row_and_key() -> None:
    rows = np.arange(1000)
    whole = make_identifiers("pattern:AAAA-99999999-aaaaaaaa", rows, 3)
    part = make_identifiers("pattern:AAAA-99999999-aaaaaaaa", rows[700:], 3)
    np.testing.assert_array_equal(whole[700:], part)
    assert not np.any(whole == make_identifiers("pattern:AAAA-99999999-aaaaaaaa", rows, 4))


@pytest.mark.parametrize("form", ["", "counter", "counter:x", "pattern:", "A9"])
def test_an_unknown_form_is_refused(form: str) -> None:
    with pytest.raises(SchemaError, match="give one such as 'counter:1'"):
        make_identifiers(form, np.arange(3), 0)


def test_multiples_beyond_the_floats_stay_multiples_within_the_bounds() -> None:
    step = 1_000_000_007
    values = RNG.integers(10**9, 9 * 10**9, 2000) * step
    low, high = int(values.min()), int(values.max())
    coder, _ = NumericCoder.fit(values, grid=float(step), low=low, high=high)
    decoded = coder.decode_normals(RNG.normal(0, 4, 1000))
    assert decoded.dtype == np.int64
    assert np.all(decoded % step == 0)
    assert low <= decoded.min() <= decoded.max() <= high


def test_the_ends_of_64_bits_do_not_overflow() -> None:
    for dtype in (np.int64, np.uint64):
        limits = np.iinfo(dtype)
        ends = np.repeat(np.array([limits.min, limits.max], dtype), 40)
        values = np.append(ends, RNG.integers(limits.min, limits.max, 400, dtype=dtype))
        coder, _ = NumericCoder.fit(values, grid=1.0, low=-(10**30), high=10**30)
        assert coder.level_values.tolist() == [limits.min, limits.max]
        decoded = coder.decode_normals(np.linspace(-9, 9, 101))
        assert np.all(np.diff(decoded.astype(object)) >= 0)
