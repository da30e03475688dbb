"""Rows of which some columns are given, completed by the generator."""

import numpy as np
import torch
from torch import Tensor

from tabgan.networks import GivenColumns
from tabgan.preprocessing.layout import Codes
from tabgan.sampling.allowed_codes import AllowedCodes
from tabgan.sampling.groups import Groups
from tabgan.sampling.sampler import CANDIDATES, NETWORK_ROWS, Sampler

#: Draws of noise from which the value of a column is drawn before the others are completed.
VALUE_DRAWS = 32


class Completer:
    """Completes rows.

    Parameters
    ----------
    sampler : Sampler
    groups : Groups
    open_codes : list of AllowedCodes
        Sets of the columns of which only a set is known.
    """

    def __init__(self, sampler: Sampler, groups: Groups, open_codes: list[AllowedCodes]) -> None:
        self.sampler, self._groups, self._open = sampler, groups, open_codes
        self.given = DeviceCodes(sampler, groups)

    def rows(self, groups: np.ndarray, rng: torch.Generator, *, weigh: bool) -> Codes:
        """One row for each of `groups`, which may repeat."""
        n_candidates = CANDIDATES if weigh else 1
        n_rows = NETWORK_ROWS // VALUE_DRAWS
        parts, ratios = [], []
        for start in range(0, len(groups), n_rows):
            own = groups[start : start + n_rows]
            levels, normals, mask = self.given.of(own)
            self._draw_values(levels, normals, mask, self._groups.which[own], rng)
            given = _repeat(levels, normals, mask, n_candidates)
            completed = self._completed(given, rng)
            codes, ratio = finished_rows(self.sampler, *completed, weigh=weigh)
            parts.append(codes)
            ratios.append(ratio)
        # The refiner has learnt on free rows: of completed ones it can tell which are implausible,
        # but not which are too rare.
        keys = gumbel_keys(np.minimum(np.concatenate(ratios), 0.0), rng)
        best = np.argmax(keys.reshape(len(groups), n_candidates), axis=1)
        return Codes.concatenate(parts).take(np.arange(len(groups)) * n_candidates + best)

    @torch.inference_mode()
    def level_chances(self, column: int, n_draws: int, rng: torch.Generator) -> np.ndarray:
        """Mean probability of each level of a column over noise, in each group.

        Parameters
        ----------
        column : int
            A column with levels. A set of it is what they are limited to; where it is given, the
            given level has the probability 1.
        n_draws : int
        rng : torch.Generator

        Returns
        -------
        ndarray of shape (n_groups, n_levels), float64
        """
        layout, groups = self.sampler.layout, self._groups
        part, _ = layout.parts_of(column)
        assert part is not None
        span = slice(*layout.level_offsets[part : part + 2])
        own = [i for i, each in enumerate(self._open) if each.column == column]
        found = np.eye(layout.level_parts[part].n_levels)[groups.given.levels[:, part]]
        is_open = np.flatnonzero(~groups.mask[:, column])
        for start in range(0, len(is_open), NETWORK_ROWS):
            rows = is_open[start : start + NETWORK_ROWS]
            others = groups.which[rows]
            others[:, own] = -1
            total: Tensor | float = 0.0
            for _ in range(n_draws):
                levels, normals, mask = self.given.of(rows)
                self._draw_values(levels, normals, mask, others, rng)
                logits, _ = self._outputs((levels, normals, mask), rng)
                total = total + self.sampler.model.choices.softmax(logits)[:, span].double()
            chances = torch.as_tensor(total).cpu().numpy() / n_draws
            for i in own:
                chances *= self._open[i].allows(chances.shape[1], groups.which[rows, i])
            found[rows] = chances
        return found

    def _draw_values(
        self, levels: Tensor, normals: Tensor, mask: Tensor, which: np.ndarray, rng: torch.Generator
    ) -> None:
        """Draw the columns of which only a set is known, and mark them as given, in place.

        One such column and nothing given: from the margin of the training rows, unless it is coded
        linearly, so that its margin is not known. Otherwise from the
        generator given the rest: of several draws of noise one is taken in proportion to the
        probability that it gives to all the sets, then a code of each set.
        """
        sets = torch.as_tensor(which, device=levels.device)
        if not sets.shape[1] or not (sets >= 0).any():
            return
        is_margin_known = not any(codes.is_linear for codes in self._open)
        if is_margin_known and sets.shape[1] == 1 and not mask.any():
            self._open[0].draw(levels, normals, None, sets[:, 0], rng)
        else:
            chance, scores = self._likely_noise(levels, normals, mask, sets, rng)
            for i, codes in enumerate(self._open):
                if codes.normal_part is not None:
                    is_open = sets[:, i] >= 0
                    normals[is_open, codes.normal_part] = scores[is_open, codes.normal_part]
                codes.draw(levels, normals, chance, sets[:, i], rng)
        for i, codes in enumerate(self._open):
            mask[sets[:, i] >= 0, codes.column] = 1.0
        normals.mul_(self.sampler.model.inputs.open_gates(levels))

    def _likely_noise(
        self, levels: Tensor, normals: Tensor, mask: Tensor, sets: Tensor, rng: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Probabilities of levels and scores under one draw of noise for each row."""
        n_rows = len(levels)
        logits, raw = self._outputs(_repeat(levels, normals, mask, VALUE_DRAWS), rng)
        chance, scores = self.sampler.model.choices.softmax(logits), self.sampler.maps(raw)
        weights = chance.new_ones(len(chance))
        for i, codes in enumerate(self._open):
            own = sets[:, i].repeat_interleave(VALUE_DRAWS)
            each = codes.probabilities(chance, scores).gather(1, own.clamp_min(0)[:, None])
            weights = weights * torch.where(own >= 0, each.squeeze(1), 1.0)
        weights = weights.reshape(n_rows, VALUE_DRAWS) + 1e-12
        drawn = torch.multinomial(weights, 1, generator=rng).squeeze(1)
        chosen = torch.arange(n_rows, device=drawn.device) * VALUE_DRAWS + drawn
        return chance[chosen], scores[chosen]

    def _outputs(
        self, given: tuple[Tensor, Tensor, Tensor], rng: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Logits and raw normals of the generator, given integer levels, normals and a mask."""
        levels, normals, mask = given
        columns = GivenColumns(self.sampler.model.inputs.one_hot(levels), normals, mask)
        return self.sampler.model.outputs(len(levels), rng, columns)

    def _completed(
        self, given: tuple[Tensor, Tensor, Tensor], rng: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Levels and scores of whole rows, the given ones copied through."""
        levels, normals, mask = given
        logits, raw = self._outputs(given, rng)
        is_level, is_normal = self.given.by_part(mask)
        drawn = self.sampler.model.choices.draw(logits, rng)
        scores = self.sampler.maps(raw)
        return torch.where(is_level, levels, drawn), torch.where(is_normal, normals, scores)


def finished_rows(
    sampler: Sampler, levels: Tensor, scores: Tensor, *, weigh: bool
) -> tuple[Codes, np.ndarray]:
    """Codes, and their log-density ratios if wanted, else zeros."""
    scores = scores * sampler.model.inputs.open_gates(levels)
    codes = Codes(levels.to(torch.int32).cpu().numpy(), scores.cpu().numpy())
    if not weigh:
        return codes, np.zeros(len(codes))
    blocks = zip(levels.split(NETWORK_ROWS), scores.split(NETWORK_ROWS), strict=True)
    ratios = [sampler.log_ratios(*block).cpu() for block in blocks]
    return codes, torch.cat(ratios).double().numpy() if ratios else np.zeros(0)


def gumbel_keys(log_weights: np.ndarray, rng: torch.Generator) -> np.ndarray:
    """Log-weights plus Gumbel noise: the largest is a draw in proportion to the weights."""
    uniform = torch.rand(log_weights.shape, generator=rng, device=rng.device).cpu().double().numpy()
    return log_weights - np.log(-np.log(uniform.clip(1e-12, 1 - 1e-12)))


class DeviceCodes:
    """The given codes of all groups, on the device."""

    def __init__(self, sampler: Sampler, groups: Groups) -> None:
        device, layout = sampler.device, sampler.layout
        self.levels = torch.as_tensor(groups.given.levels, device=device)
        self.normals = torch.as_tensor(groups.given.normals, device=device)
        self.mask = torch.as_tensor(groups.mask, device=device)
        self._level_columns = [part.column for part in layout.level_parts]
        self._normal_columns = [part.column for part in layout.normal_parts]

    def of(self, groups: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        """Levels, normals and mask, as new tensors, of some groups."""
        rows = torch.as_tensor(groups, device=self.levels.device)
        return self.levels[rows].long(), self.normals[rows].clone(), self.mask[rows].float()

    def by_part(self, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Whether each level part and each normal part belongs to a given column."""
        is_given = mask.bool()
        return is_given[:, self._level_columns], is_given[:, self._normal_columns]

    def copy(self, levels: Tensor, scores: Tensor, groups: np.ndarray) -> None:
        """Write the given codes over drawn ones, in place."""
        own_levels, own_normals, mask = self.of(groups)
        is_level, is_normal = self.by_part(mask)
        levels.copy_(torch.where(is_level, own_levels, levels))
        scores.copy_(torch.where(is_normal, own_normals, scores))


def _repeat(
    levels: Tensor, normals: Tensor, mask: Tensor, n_times: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Each row `n_times`, next to each other."""
    return (
        levels.repeat_interleave(n_times, 0),
        normals.repeat_interleave(n_times, 0),
        mask.repeat_interleave(n_times, 0),
    )
