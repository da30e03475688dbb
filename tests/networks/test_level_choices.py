"""Drawing one level a part."""

import numpy as np
import pytest
import torch

from tabgan.networks import LevelChoices

WIDTHS = [[2], [3, 2], [5, 40, 2, 3, 41, 7], [2, 900, 2]]


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("widths", WIDTHS)
def test_softmax_is_that_of_each_part_alone(widths):
    logits = torch.randn(6, sum(widths), generator=_generator())
    probabilities = LevelChoices(widths).softmax(logits)
    for part, expected in zip(probabilities.split(widths, 1), logits.split(widths, 1), strict=True):
        torch.testing.assert_close(part, torch.softmax(expected, 1))


@pytest.mark.parametrize("widths", WIDTHS)
def test_relaxed_draws_are_one_hot_in_every_part(widths):
    logits = torch.randn(20, sum(widths), generator=_generator())
    for part in LevelChoices(widths).relaxed_draw(logits, _generator(1)).split(widths, 1):
        torch.testing.assert_close(part.max(1).values, torch.ones(20))
        torch.testing.assert_close(part.sum(1), torch.ones(20), atol=1e-5, rtol=0)


@pytest.mark.parametrize("widths", WIDTHS)
def test_both_kinds_of_draw_agree_for_the_same_noise(widths):
    choices = LevelChoices(widths)
    logits = torch.randn(20, sum(widths), generator=_generator())
    drawn = choices.draw(logits, _generator(1))
    relaxed = choices.relaxed_draw(logits, _generator(1)).split(widths, 1)
    assert drawn.tolist() == torch.stack([part.argmax(1) for part in relaxed], 1).tolist()


@pytest.mark.parametrize("part", range(3))
def test_levels_are_drawn_with_their_probabilities_in_every_part(part):
    widths, n_rows = [4, 2, 7], 40_000
    probabilities = torch.softmax(torch.randn(sum(widths), generator=_generator(2)), 0)
    by_part = [p / p.sum() for p in probabilities.split(widths)]
    drawn = LevelChoices(widths).draw(torch.cat(by_part).log().repeat(n_rows, 1), _generator(3))
    shares = np.bincount(drawn[:, part], minlength=widths[part]) / n_rows
    expected = by_part[part].numpy()
    error = np.sqrt(expected * (1 - expected) / n_rows)
    assert (np.abs(shares - expected) < 4.5 * error).all()


def test_the_gradient_is_that_of_the_softmax_of_the_noisy_logits():
    choices = LevelChoices([3])
    logits = torch.randn(1, 3, generator=_generator()).requires_grad_()
    weights = torch.tensor([1.0, 2.0, 4.0])
    (choices.relaxed_draw(logits, _generator(1)) * weights).sum().backward()
    noise = -torch.empty(1, 1, 3).exponential_(generator=_generator(1)).log()
    copy = logits.detach().clone().requires_grad_()
    (torch.softmax(copy + noise[0], 1) * weights).sum().backward()
    torch.testing.assert_close(logits.grad, copy.grad)


def test_padding_never_doubles_the_work():
    choices = LevelChoices([2, 3, 50_000, 7, 2])
    padded = sum(getattr(choices, f"index_{b}").numel() for b in range(len(choices._buckets)))
    assert padded <= 2 * choices.n_levels


def test_a_table_without_levels_draws_none():
    choices = LevelChoices([])
    assert choices.draw(torch.zeros(3, 0), _generator()).shape == (3, 0)
    assert choices.relaxed_draw(torch.zeros(3, 0), _generator()).shape == (3, 0)
