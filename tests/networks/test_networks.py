"""Generator, discriminator and rows."""

import pytest
import torch

from tabgan.networks import (
    Discriminator,
    DiscriminatorEnsemble,
    Generator,
    GivenColumns,
    Inputs,
    LevelChoices,
    RowGenerator,
    build_network,
)
from tests.encoded import small_codes, small_layout


def _rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _model() -> RowGenerator:
    layout = small_layout()
    inputs = Inputs(layout)
    n_condition = inputs.n_inputs + inputs.n_columns
    generator = build_network(lambda: Generator(4, n_condition, 6, 2, (16, 16)), _rng())
    return RowGenerator(inputs, LevelChoices([3, 3]), generator)


def test_building_networks_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    build_network(lambda: Generator(4, 5, 6, 2, (16, 16)), _rng())
    build_network(lambda: Discriminator(9, (16,)), _rng())
    assert torch.equal(before, torch.get_rng_state())


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    one, same, other = (build_network(lambda: Discriminator(9, (16,)), _rng(s)) for s in (0, 0, 1))
    assert torch.equal(one.input.weight, same.input.weight)
    assert not torch.equal(one.input.weight, other.input.weight)


@pytest.mark.parametrize("network", ["generator", "discriminator"])
def test_every_weight_gets_a_gradient(network):
    if network == "generator":
        module = build_network(lambda: Generator(4, 5, 6, 2, (16, 8)), _rng())
        output = torch.cat(module(torch.randn(7, 4, generator=_rng()), torch.ones(7, 5)), 1)
    else:
        module = build_network(lambda: Discriminator(9, (16, 8)), _rng())
        output = module(torch.randn(7, 9, generator=_rng()))
    output.square().sum().backward()
    for name, weight in module.named_parameters():
        assert weight.grad is not None and weight.grad.abs().sum() > 0, name


def test_the_score_of_a_row_does_not_depend_on_the_other_rows():
    module = build_network(lambda: Discriminator(9, (16,)), _rng())
    rows = torch.randn(5, 9, generator=_rng(1))
    torch.testing.assert_close(module(rows)[2:3], module(rows[2:3]))


def test_a_generator_starts_from_the_given_frequencies():
    module = build_network(lambda: Generator(4, 0, 3, 0, (16,)), _rng())
    frequencies = torch.tensor([0.7, 0.2, 0.1])
    module.start_from(frequencies)
    torch.testing.assert_close(torch.softmax(module.output.bias, 0), frequencies)


@pytest.mark.parametrize("column", range(3))
def test_given_columns_are_copied_through_at_every_position(column):
    model, codes = _model(), small_codes(30)
    levels = model.inputs.one_hot(torch.as_tensor(codes.levels).long())
    normals = torch.as_tensor(codes.normals)
    mask = torch.zeros(30, 3)
    mask[:, column] = 1
    given = GivenColumns(levels, normals, mask)
    drawn_levels, drawn_normals = model.relaxed_rows(30, _rng(1), given)
    of_level = model.inputs.column_of_level == column
    of_normal = model.inputs.column_of_normal == column
    torch.testing.assert_close(drawn_levels[:, of_level], levels[:, of_level])
    torch.testing.assert_close(drawn_normals[:, of_normal], normals[:, of_normal])
    assert not torch.allclose(drawn_levels[:, ~of_level], levels[:, ~of_level])


def test_giving_no_column_is_the_same_as_no_condition():
    model = _model()
    nothing = GivenColumns(torch.zeros(9, 6), torch.zeros(9, 2), torch.zeros(9, 3))
    with_mask = model.relaxed_rows(9, _rng(1), nothing)
    without = model.relaxed_rows(9, _rng(1))
    for one, other in zip(with_mask, without, strict=True):
        torch.testing.assert_close(one, other)


def test_an_ensemble_scores_the_mean_of_members_that_differ():
    ensemble = build_network(lambda: DiscriminatorEnsemble(3, 9, (16,)), _rng())
    rows = torch.randn(5, 9, generator=_rng())
    scores = torch.stack([member(rows) for member in ensemble.members])
    torch.testing.assert_close(ensemble(rows), scores.mean(0))
    assert (scores.std(0) > 0).all()
