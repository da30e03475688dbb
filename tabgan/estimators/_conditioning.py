"""Conditions on a sample: read, checked against the model, and warned about."""

import warnings
from typing import Any

import numpy as np

from tabgan.exceptions import ConditionWarning, InvalidParameterError
from tabgan.preprocessing import Conditions, TableTransformer
from tabgan.sampling import ConditionalSampler, Sampler

#: Expected number of rows of the fitted table below which conditions count as never seen together.
_SEEN_ROWS = 0.5


def read_sample_conditions(
    sampler: Sampler, transformer: TableTransformer, conditions: Any, n_samples: int
) -> Conditions:
    """What is asked of the rows of a sample, or an error before any work."""
    read = transformer.encode_conditions(conditions)
    read.check_counts(n_samples)
    if not sampler.model.is_conditional:
        raise InvalidParameterError(
            "This model was fitted with conditional=False, so it cannot fill in what free rows "
            "leave open; fit with conditional=True, the default, to sample under conditions."
        )
    return read


def make_conditional_sampler(
    sampler: Sampler,
    transformer: TableTransformer,
    conditions: Conditions,
    n_samples: int,
    seed: int,
) -> ConditionalSampler:
    """The sampler of rows under `conditions`, and a warning if they are hardly ever met."""
    conditional = ConditionalSampler(sampler, conditions, n_samples, seed)
    _warn_of_unseen(conditional, transformer)
    return conditional


def _warn_of_unseen(sampler: ConditionalSampler, transformer: TableTransformer) -> None:
    """Name conditions that are so rare together that the fitted table has hardly had a row."""
    least_share = _SEEN_ROWS / (transformer.schema_.n_rows or 1_000_000)
    if sampler.conditions.is_mapping:
        names = [transformer.layout_.columns[each.column] for each in sampler.conditions.sets]
        if len(names) < 2:
            return
        is_unseen = sampler.is_unseen(least_share)
        if is_unseen.any() and not is_unseen.all():
            what = f"{int(is_unseen.sum())} of {len(is_unseen)} combinations of values in"
        elif is_unseen.any():
            what = "The conditions on"
        else:
            return
        listed = ", ".join(repr(name) for name in names)
        message = f"{what} columns {listed}"
    else:
        pairs = sampler.unseen_pairs(least_share)
        if not len(pairs):
            return
        row, first, second = pairs[0]
        message = (
            f"{len(np.unique(pairs[:, 0]))} row(s) of the conditions, the first in position {row}, "
            f"give columns {transformer.layout_.columns[first]!r} and "
            f"{transformer.layout_.columns[second]!r} values that"
        )
    warnings.warn(
        f"{message} hardly ever occur together in the fitted table, by the model's own estimate; "
        "the rows are a best effort, with nothing to learn them from.",
        ConditionWarning,
        stacklevel=5,
    )
