"""Codes that a condition allows one column, on the device: how probable, and drawn from."""

import numpy as np
import torch
from torch import Tensor

from tabgan.preprocessing.allowed import Allowed
from tabgan.preprocessing.layout import Codes, Layout

#: Half width, in normal scores, of the neighbourhood in which a number counts as met: a single
#: number is met with probability zero.
NEAR = 0.1


class AllowedCodes:
    """Sets of codes of one column.

    Parameters
    ----------
    column : int
        Position in ``layout.columns``.
    sets : sequence of Allowed
    layout : Layout
    device : torch.device
    """

    def __init__(
        self, column: int, sets: list[Allowed], layout: Layout, device: torch.device
    ) -> None:
        self.column, self.n_sets = column, len(sets)
        self.level_part, self.normal_part = layout.parts_of(column)
        has_score = self.normal_part is not None
        self.is_linear = has_score and bool(layout.are_linear[self.normal_part])
        levels = np.concatenate([each.levels for each in sets])
        low = np.concatenate([each.low for each in sets])
        high = np.concatenate([each.high for each in sets])
        scores = np.concatenate([each.scores for each in sets])
        owners = np.repeat(np.arange(len(sets)), [len(each) for each in sets])
        weights = np.concatenate(
            [np.ones(len(each)) if each.weights is None else each.weights for each in sets]
        )
        frequencies = np.ones(len(levels))
        offset = 0
        if self.level_part is not None:
            frequencies = layout.level_parts[self.level_part].frequencies[levels]
            offset = int(layout.level_offsets[self.level_part])

        def put(values: np.ndarray, dtype: torch.dtype) -> Tensor:
            return torch.as_tensor(values, dtype=dtype, device=device)

        self.levels, self.owners = put(levels, torch.int64), put(owners, torch.int64)
        self.low, self.high = put(low, torch.float32), put(high, torch.float32)
        self.near_low = put(np.fmin(low, scores - NEAR), torch.float32)
        self.near_high = put(np.fmax(high, scores + NEAR), torch.float32)
        self._frequencies = put(weights * frequencies, torch.float32)
        self._weights, self._flat = put(weights, torch.float32), self.levels + offset

    def probabilities(self, chance: Tensor, scores: Tensor) -> Tensor:
        """Probability of each set, (n_rows, n_sets), given those of all levels and the scores."""
        each = self._atoms(chance, scores)
        return each.new_zeros(len(each), self.n_sets).index_add_(1, self.owners, each)

    def _atoms(self, chance: Tensor, scores: Tensor) -> Tensor:
        """Probability of each atom, (n_rows, n_atoms)."""
        ones = torch.ones(len(scores), len(self.levels), device=scores.device)
        each = ones if self.level_part is None else chance.index_select(1, self._flat)
        each = each * self._weights
        if self.normal_part is None:
            return each
        score = scores[:, self.normal_part, None]
        return each * ((score >= self.near_low) & (score <= self.near_high))

    def margins(self) -> Tensor:
        """Share of the training rows that each atom has, (n_atoms,), none of them zero."""
        normal = torch.special.ndtr(self.near_high) - torch.special.ndtr(self.near_low)
        return (self._frequencies * normal).clamp_min(1e-12)

    def allows(self, n_levels: int, which: np.ndarray) -> np.ndarray:
        """Share of each level that the set of each row has, (n_rows, n_levels); -1 has all."""
        table = np.zeros((self.n_sets + 1, n_levels))
        table[self.owners.cpu().numpy(), self.levels.cpu().numpy()] = self._weights.cpu().numpy()
        table[-1] = 1.0
        return table[which]

    def draw(
        self,
        levels: Tensor,
        scores: Tensor,
        chance: Tensor | None,
        which: Tensor,
        rng: torch.Generator,
    ) -> None:
        """Draw an atom of the set of each row, and write it into levels and scores, in place.

        Parameters
        ----------
        levels : tensor of shape (n_rows, n_level_parts), int64
        scores : tensor of shape (n_rows, n_normal_parts)
            A score that lies in the range of its atom is left.
        chance : tensor of shape (n_rows, n_levels), or None
            Probabilities of the levels; None draws from the margin of the training rows.
        which : tensor of shape (n_rows,), int64
            The set of each row; rows of -1 are left as they are.
        rng : torch.Generator
        """
        rows = torch.nonzero(which >= 0).squeeze(1)
        if not len(rows):
            return
        is_own = self.owners == which[rows, None]
        weights = self.margins() * is_own
        if chance is not None:
            own = self._atoms(chance[rows], scores[rows]) * is_own
            weights = torch.where(own.sum(1, keepdim=True) > 1e-12, own, weights)
        atoms = torch.multinomial(weights, 1, generator=rng).squeeze(1)
        if self.level_part is not None:
            levels[rows, self.level_part] = self.levels[atoms]
        if self.normal_part is not None:
            kept = None if chance is None else scores[rows, self.normal_part]
            low, high = self.low[atoms], self.high[atoms]
            scores[rows, self.normal_part] = _within(low, high, kept, rng)


def _within(low: Tensor, high: Tensor, kept: Tensor | None, rng: torch.Generator) -> Tensor:
    """Scores that lie in the ranges, and normal draws from the ranges in place of the others."""
    left, right = (torch.special.ndtr(end.double()) for end in (low, high))
    share = torch.rand(len(low), generator=rng, device=low.device, dtype=torch.float64)
    position = left + (right - left) * share
    drawn = torch.special.ndtri(position.clamp(1e-7, 1 - 1e-7)).float()
    drawn = torch.minimum(torch.maximum(drawn, low), high)
    if kept is None:
        return drawn
    return torch.where((kept >= low) & (kept <= high), kept, drawn)


def exactly(given: Codes, column: int, layout: Layout) -> Allowed:
    """What the first row of codes has in a column, as the only thing allowed."""
    level_part, normal_part = layout.parts_of(column)
    level = 0 if level_part is None else int(given.levels[0, level_part])
    if normal_part is None or not layout.open_gates(given.levels[:1])[0, normal_part]:
        return Allowed.of_levels([level])
    return Allowed.of_score(level, float(given.normals[0, normal_part]))
