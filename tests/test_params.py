"""Constraints on parameters."""

import math

import numpy as np
import pytest

from tabgan._params import (
    RANDOM_STATE,
    InstanceOf,
    Interval,
    Options,
    SequenceOf,
    check_parameters,
)
from tabgan.exceptions import InvalidParameterError

ACCEPTED = [
    (Interval(int, 1), 1),
    (Interval(int, 1), np.int32(7)),
    (Interval(float, 0, 1), 0),
    (Interval(float, 0, 1), np.float32(0.5)),
    (Interval(float, 0, 1, closed="right"), 1.0),
    (Options({"auto", "cpu"}), "auto"),
    (Options(["auto"]), np.str_("auto")),
    (Options([None]), None),
    (InstanceOf(bool), True),
    (InstanceOf(bool), np.True_),
    (InstanceOf(int), np.int64(3)),
    (InstanceOf(str, dict), {}),
    (SequenceOf(Interval(int, 1)), ()),
    (SequenceOf(Interval(int, 1), min_length=1), [3, np.int64(4)]),
]
REFUSED = [
    (Interval(int, 1), 0),
    (Interval(int, 1), 1.0),
    (Interval(int, 0), True),
    (Interval(int, 0), None),
    (Interval(float, 0, 1), math.nan),
    (Interval(float, 0, 1), "0.5"),
    (Interval(float, 0, 1, closed="right"), 0.0),
    (Interval(float, 0, 1, closed="neither"), 1.0),
    (Options({"auto"}), "Auto"),
    (Options([1]), True),
    (Options([None]), 0),
    (InstanceOf(int), True),
    (InstanceOf(str), 1),
    (Interval(float, 0), math.inf),
    (SequenceOf(Interval(int, 1)), [1, 0]),
    (SequenceOf(Interval(int, 1), min_length=1), ()),
    (SequenceOf(Interval(int, 1)), 3),
    (SequenceOf("a"), "a"),
]


@pytest.mark.parametrize(("constraint", "value"), ACCEPTED)
def test_values_inside_a_constraint_are_accepted(constraint: object, value: object) -> None:
    assert constraint.is_satisfied_by(value)
    check_parameters("Sampler", {"n": value}, {"n": [constraint]})


@pytest.mark.parametrize(("constraint", "value"), REFUSED)
def test_values_outside_a_constraint_are_refused(constraint: object, value: object) -> None:
    assert not constraint.is_satisfied_by(value)
    with pytest.raises(InvalidParameterError, match="The 'n' parameter of Sampler must be"):
        check_parameters("Sampler", {"n": value}, {"n": [constraint]})


def test_the_message_names_owner_parameter_range_and_value() -> None:
    constraints = {"max_steps": [Interval(int, 1), "auto", None]}
    with pytest.raises(InvalidParameterError) as caught:
        check_parameters("TabularGAN", {"max_steps": -3}, constraints)
    assert str(caught.value) == (
        "The 'max_steps' parameter of TabularGAN must be an integer in [1, inf), 'auto' or None. "
        "Got -3 instead."
    )


def test_a_misspelt_option_is_answered_with_the_nearest() -> None:
    with pytest.raises(InvalidParameterError, match="Did you mean 'relativistic'"):
        check_parameters(
            "T", {"objective": "relativistc"}, {"objective": [Options(["relativistic"])]}
        )


def test_a_long_value_is_shown_in_one_short_line() -> None:
    with pytest.raises(InvalidParameterError) as caught:
        check_parameters("T", {"n": np.zeros((100, 100))}, {"n": [Interval(int, 1)]})
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


def test_parameters_without_constraints_are_passed_over() -> None:
    check_parameters("T", {"callbacks": object()}, {})


@pytest.mark.parametrize("value", [None, 0, np.int64(1), np.random.default_rng(0)])
def test_every_seed_that_the_package_takes_meets_the_constraint(value: object) -> None:
    check_parameters("T", {"random_state": value}, {"random_state": RANDOM_STATE})


def test_constraints_print_as_a_phrase() -> None:
    assert str(Interval(float, None, 0)) == "a number in (-inf, 0]"
    assert str(InstanceOf(int, str)) == "an int or a str"
    assert str(Options([1, None])) == "one of 1, None"
    assert str(SequenceOf(Interval(int, 1), min_length=2)).startswith(
        "a list or tuple of 2 or more"
    )
