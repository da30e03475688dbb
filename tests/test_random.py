"""Named children of one seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabgan._random import child_generator, child_seed, root_seed
from tabgan.exceptions import InvalidParameterError

NAMES = st.lists(st.one_of(st.text(max_size=5), st.integers(0, 9)), max_size=3)


@given(st.integers(0, 2**70))
def test_an_integer_is_its_own_root(seed: int) -> None:
    assert root_seed(seed) == seed


def test_numpy_integers_count_as_integers() -> None:
    assert root_seed(np.int64(5)) == 5
    assert type(root_seed(np.int64(5))) is int


@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState])
def test_a_generator_gives_a_repeatable_draw_and_advances(make: type) -> None:
    generator = make(3)
    first, second = root_seed(generator), root_seed(generator)
    assert first == root_seed(make(3))
    assert first != second
    assert 0 <= first < 2**63


@pytest.mark.parametrize("value", [-1, 1.5, "0", True, [1], np.random])
def test_anything_else_is_refused_with_its_value(value: object) -> None:
    with pytest.raises(InvalidParameterError, match="random_state must be None, an integer"):
        root_seed(value)


@given(st.integers(0, 2**64), NAMES, NAMES)
def test_different_paths_have_different_seeds(seed: int, names: list, others: list) -> None:
    assert (child_seed(seed, *names) == child_seed(seed, *others)) == (names == others)


def test_a_child_seed_never_changes_between_releases() -> None:
    assert child_seed(0, "sample", 1) == 2141813358635515265
    assert child_seed(1, "sample", 1) != child_seed(0, "sample", 1)
    assert child_seed(0, "1") != child_seed(0, 1)


def test_children_are_independent() -> None:
    draws = np.stack([child_generator(9, "noise", i).normal(size=2000) for i in range(20)])
    correlations = np.corrcoef(draws)[np.triu_indices(20, 1)]
    # 190 correlations of standard error 1 / sqrt(2000): five of them is beyond any chance.
    assert np.abs(correlations).max() < 5 / np.sqrt(2000)


def test_the_global_state_is_neither_read_nor_set() -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    root_seed(None)
    child_generator(0, "noise").normal()
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
