"""Rows under conditions, in fixed blocks as free ones are.

Rows that share their condition are a *group*. There are two ways to the rows of a group:

* *selection*, where the condition is frequent enough: free rows are drawn and kept with the
  probability that their noise gives to the condition, with levels only of those that it allows;
* *completion*, otherwise: a value is drawn for each column of which only a set is known, and given
  these, the generator writes the other columns.

Either makes several candidates a row, and the refiner's weights alone pick among them.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from tabgan._random import child_generator, child_seed
from tabgan.exceptions import InvalidParameterError
from tabgan.networks import GivenColumns
from tabgan.preprocessing.allowed import Allowed
from tabgan.preprocessing.conditions import Conditions
from tabgan.preprocessing.layout import Codes
from tabgan.sampling.allowed_codes import AllowedCodes, exactly
from tabgan.sampling.dealing import Dealer, joint_counts, whole_counts
from tabgan.sampling.raking import balanced_pick, inclusion_probabilities
from tabgan.sampling.sampler import CANDIDATES, NETWORK_ROWS, Sampler

#: Rows of the first block, so that a few rows are quick, and of the longest; each is as long as all
#: before it.
FIRST_BLOCK, BLOCK = 256, 2048
#: Free rows from which the frequency of a condition is estimated.
FREQUENCY_ROWS = 16_384
#: Free rows that are drawn for each row of a group that is selected: at most, and at most as long
#: as there are two candidates a row.
MOST_DRAWS, USUAL_DRAWS = 256, 128
#: Candidates a row from which on selection is better than completion.
LEAST_CANDIDATES = 1.5
#: Groups up to which frequencies are estimated; where there are more, all are completed.
MOST_GROUPS = 256
#: How much rarer than independent columns conditions must be together to count as unseen.
LEAST_LIFT = 0.1
#: Most combinations of values for which counts are wanted.
MOST_COMBINATIONS = 4096
#: Draws of noise from which the value of a column is drawn before the others are completed.
VALUE_DRAWS = 32


class ConditionalSampler:
    """Draws codes under conditions.

    Parameters
    ----------
    sampler : Sampler
        Of free rows.
    conditions : Conditions
    n_samples : int
        Rows in all for a mapping, rows of each condition for a table.
    seed : int

    Attributes
    ----------
    n_rows : int
        Rows in all.
    """

    def __init__(self, sampler: Sampler, conditions: Conditions, n_samples: int, seed: int) -> None:
        self.sampler, self.conditions, self.seed = sampler, conditions, seed
        self.n_samples = n_samples
        self.n_rows = n_samples if conditions.is_mapping else n_samples * len(conditions)
        self._given = _DeviceCodes(sampler, conditions)
        self._condition = np.arange(len(conditions))
        self._open = [self._codes(c.column, _by_option(c.sets)) for c in conditions.open_sets]
        which = [each.which for each in conditions.open_sets]
        self._which = np.array(which, np.int64).reshape(len(which), len(conditions)).T
        self._dealer = self._deal() if conditions.counted else None

    @cached_property
    def shares(self) -> np.ndarray:
        """Share of free rows that meet the condition of each group, as estimated, (n_groups,).

        Zeros for more than `MOST_GROUPS` groups.
        """
        total = np.zeros(len(self._condition))
        if not self._asked:
            return total
        for chance, scores in self._free_rows("frequency"):
            for group, asked in enumerate(self._asked):
                total[group] += float(_probability(asked, chance, scores).double().sum())
        return total / FREQUENCY_ROWS

    @cached_property
    def _asked(self) -> list[list[tuple[AllowedCodes, int]]]:
        """What is asked of each group; empty for more than `MOST_GROUPS` groups."""
        n_groups = len(self._condition)
        return [self._asked_of(g) for g in range(n_groups)] if n_groups <= MOST_GROUPS else []

    def blocks(self, *, refine: bool) -> Iterator[tuple[Codes, np.ndarray]]:
        """Blocks of codes, and the condition of each row; the last may have rows too many."""
        start = number = 0
        while start < self.n_rows:
            size = min(BLOCK, max(FIRST_BLOCK, start))
            if self._dealer is not None:
                size = min(size, self.n_rows - start)
                groups = self._dealer.deal(size)
            elif self.conditions.is_mapping:
                groups = np.zeros(size, np.int64)
            else:
                size = min(size, self.n_rows - start)
                groups = np.arange(start, start + size) // self.n_samples
            yield self._block(number, groups, refine=refine), self._condition[groups]
            start, number = start + size, number + 1

    @torch.inference_mode()
    def _block(self, number: int, groups: np.ndarray, *, refine: bool) -> Codes:
        """The codes of one block, whose rows belong to these groups."""
        weigh = refine and self.sampler.refiner is not None
        rng = torch.Generator(self.sampler.device)
        rng.manual_seed(child_seed(self.seed, "conditional block", number))
        picks = child_generator(self.seed, "conditional pick", number)
        layout = self.sampler.layout
        levels = np.zeros((len(groups), layout.n_level_parts), np.int32)
        normals = np.zeros((len(groups), layout.n_normal_parts), np.float32)
        left = np.ones(len(groups), bool)
        for group in np.unique(groups).tolist():
            if self.is_selected(group):
                rows = np.flatnonzero(groups == group)
                selected = self._select(group, len(rows), rng, picks, weigh=weigh)
                rows = rows[: len(selected)]
                levels[rows], normals[rows] = selected
                left[rows] = False
        if left.any():
            levels[left], normals[left] = self._complete(groups[left], rng, weigh=weigh)
        return Codes(levels, normals)

    def is_selected(self, group: int) -> bool:
        """Whether enough free rows meet the condition of a group."""
        return bool(self.shares[group] * MOST_DRAWS >= LEAST_CANDIDATES)

    def _codes(self, column: int, sets: list[Allowed]) -> AllowedCodes:
        return AllowedCodes(column, sets, self.sampler.layout, self.sampler.device)

    # Groups.

    def _deal(self) -> Dealer:
        """Make a group of each combination of values that are counted, and deal rows to them."""
        sets = self.conditions.open_sets
        counted = [i for i in range(len(sets)) if sets[i].sets[0].shares is not None]
        margins = [_margin(sets[i].sets[0].shares, self.n_samples) for i in counted]
        sizes = [len(margin) for margin in margins]
        if int(np.prod(sizes)) > MOST_COMBINATIONS:
            raise InvalidParameterError(
                f"Counts or shares are wanted for {int(np.prod(sizes)):,} combinations of values; "
                f"name at most {MOST_COMBINATIONS:,}."
            )
        rng = child_generator(self.seed, "deal")
        joint = self._option_frequencies(counted) if len(counted) > 1 else np.ones(sizes)
        counts = joint_counts(joint, margins, rng)
        combinations = np.argwhere(counts)
        self._condition = np.zeros(len(combinations), np.int64)
        self._which = np.repeat(self._which[:1], len(combinations), axis=0)
        self._which[:, counted] = combinations
        return Dealer(counts[counts > 0], rng)

    def _option_frequencies(self, counted: list[int]) -> np.ndarray:
        """How often free rows have each combination of the values that are counted."""
        total: Tensor | float = 0.0
        for chance, scores in self._free_rows("options"):
            joint = torch.ones(len(chance), 1, device=chance.device)
            for i in counted:
                each = self._open[i].probabilities(chance, scores)
                joint = (joint.unsqueeze(2) * each.unsqueeze(1)).flatten(1)
            total = total + joint.double().sum(0).cpu()
        return np.asarray(total).reshape([self._open[i].n_sets for i in counted])

    def _asked_of(self, group: int) -> list[tuple[AllowedCodes, int]]:
        """Everything that is asked of a group: codes of a column, and which set of them."""
        condition = int(self._condition[group])
        asked = [
            (codes, which)
            for codes, which in zip(self._open, self._which[group].tolist(), strict=True)
            if which >= 0
        ]
        given = self.conditions.given.take([condition])
        for column in np.flatnonzero(self.conditions.mask[condition]).tolist():
            asked.append((self._codes(column, [exactly(given, column, self.sampler.layout)]), 0))
        return asked

    def is_unseen(self, least_share: float) -> np.ndarray:
        """Whether hardly any refined free row meets all that is asked of each group.

        That is, fewer than the least share of them, or fewer than `LEAST_LIFT` times as many as if
        the columns were independent. Empty for more than `MOST_GROUPS` groups.

        Returns
        -------
        ndarray of shape (n_groups,), bool
        """
        both, apart = np.zeros(len(self._asked)), np.ones(len(self._asked))
        rows = list(self._weighed_rows())
        for group, asked in enumerate(self._asked):
            both[group] = _mean_probability(asked, rows)
            for each in asked:
                apart[group] *= _mean_probability([each], rows)
        return (both < least_share) | (both < LEAST_LIFT * apart)

    def unseen_pairs(self, least_share: float) -> np.ndarray:
        """Pairs of given levels that hardly any refined free row has together, as `is_unseen` says.

        Returns
        -------
        ndarray of shape (n_pairs, 3), int64
            The condition and the two columns, in the order of the conditions.
        """
        layout, given = self.sampler.layout, self.conditions.given
        joint = np.zeros((layout.n_levels, layout.n_levels))
        total = 0.0
        for levels, _, weights in self._weighed_rows():
            joint += ((levels * weights[:, None]).T @ levels).cpu().numpy()
            total += float(weights.sum())
        joint /= total
        single = np.diag(joint)
        is_rare = (joint < least_share) | (joint < LEAST_LIFT * np.outer(single, single))
        flat, mask = given.levels + layout.level_offsets[:-1], self.conditions.mask
        found = [np.zeros((0, 3), np.int64)]
        for j, second in enumerate(layout.level_parts):
            for i, first in enumerate(layout.level_parts[:j]):
                both = mask[:, first.column] & mask[:, second.column]
                rows = np.flatnonzero(both & is_rare[flat[:, i], flat[:, j]])
                columns = np.broadcast_to([first.column, second.column], (len(rows), 2))
                found.append(np.column_stack([rows, columns]))
        pairs = np.concatenate(found)
        return pairs[np.argsort(pairs[:, 0], kind="stable")]

    @torch.inference_mode()
    def _weighed_rows(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """One-hot levels, scores and refiner's weights of free rows, a few thousand at a time."""
        rng = torch.Generator(self.sampler.device).manual_seed(child_seed(self.seed, "seen"))
        model = self.sampler.model
        for _ in range(FREQUENCY_ROWS // NETWORK_ROWS):
            levels, raw = model.draw_rows(NETWORK_ROWS, rng)
            scores = self.sampler.maps(raw)
            weights = torch.ones(len(levels), device=levels.device)
            if self.sampler.refiner is not None:
                gated = scores * model.inputs.open_gates(levels)
                weights = self.sampler.log_ratios(levels, gated).exp()
            yield model.inputs.one_hot(levels), scores, weights

    @torch.inference_mode()
    def _free_rows(self, name: str) -> Iterator[tuple[Tensor, Tensor]]:
        """Probabilities of levels and standard scores of free rows, a few thousand at a time."""
        rng = torch.Generator(self.sampler.device).manual_seed(child_seed(self.seed, name))
        for _ in range(FREQUENCY_ROWS // NETWORK_ROWS):
            logits, raw = self.sampler.model.outputs(NETWORK_ROWS, rng)
            yield self.sampler.model.choices.softmax(logits), self.sampler.maps(raw)

    # Selection.

    def _select(
        self,
        group: int,
        n_rows: int,
        rng: torch.Generator,
        picks: np.random.Generator,
        *,
        weigh: bool,
    ) -> Codes:
        """Rows of a group from free ones that meet its condition; too few if luck has it so."""
        n_candidates = min(CANDIDATES, max(2.0, USUAL_DRAWS * self.shares[group]))
        wanted = int(n_rows * (n_candidates if weigh else 1))
        most = n_rows * MOST_DRAWS
        kept: list[tuple[Tensor, Tensor]] = []
        n_drawn = n_kept = 0
        while n_kept < wanted and n_drawn < most:
            expected = int(1.1 * (wanted - n_kept) / self.shares[group]) + 64
            n_pool = min(NETWORK_ROWS, most - n_drawn, expected)
            kept.append(self._matching_rows(self._asked[group], n_pool, rng))
            n_drawn, n_kept = n_drawn + n_pool, n_kept + len(kept[-1][0])
        levels = torch.cat([rows for rows, _ in kept])[:wanted]
        scores = torch.cat([rows for _, rows in kept])[:wanted]
        self._given.copy(levels, scores, np.full(len(levels), self._condition[group]))
        codes, ratios = self._finished(levels, scores, weigh=weigh)
        if len(codes) <= n_rows:
            return codes
        weights = np.exp(ratios)
        chosen = inclusion_probabilities(weights / weights.sum(), n_rows)
        return codes.take(balanced_pick(chosen, [], picks))

    def _matching_rows(
        self, asked: list[tuple[AllowedCodes, int]], n_pool: int, rng: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Levels and scores of those of `n_pool` free rows that meet everything asked."""
        model = self.sampler.model
        logits, raw = model.outputs(n_pool, rng)
        chance, scores = model.choices.softmax(logits), self.sampler.maps(raw)
        probability = _probability(asked, chance, scores)
        is_kept = torch.rand(n_pool, generator=rng, device=logits.device) < probability
        levels = model.choices.draw(logits[is_kept], rng)
        scores, chance = scores[is_kept], chance[is_kept]
        for codes, which in asked:
            codes.draw(levels, scores, chance, levels.new_full((len(levels),), which), rng)
        return levels, scores

    # Completion.

    def _complete(self, groups: np.ndarray, rng: torch.Generator, *, weigh: bool) -> Codes:
        """One row for each of `groups`, written by the generator given the other columns."""
        n_candidates = CANDIDATES if weigh else 1
        n_rows = NETWORK_ROWS // VALUE_DRAWS
        parts, ratios = [], []
        for start in range(0, len(groups), n_rows):
            own = groups[start : start + n_rows]
            levels, normals, mask = self._given.of(self._condition[own])
            self._draw_values(levels, normals, mask, self._which[own], rng)
            given = _repeat(levels, normals, mask, n_candidates)
            codes, ratio = self._finished(*self._completed(given, rng), weigh=weigh)
            parts.append(codes)
            ratios.append(ratio)
        # The refiner has learnt on free rows: of completed ones it can tell which are implausible,
        # but not which are too rare.
        weights = np.minimum(np.concatenate(ratios), 0.0).reshape(len(groups), n_candidates)
        uniform = torch.rand(weights.shape, generator=rng, device=rng.device).cpu().double().numpy()
        # The largest of log-weights plus Gumbel noise is a draw in proportion to the weights.
        best = np.argmax(weights - np.log(-np.log(uniform.clip(1e-12, 1 - 1e-12))), axis=1)
        return Codes.concatenate(parts).take(np.arange(len(groups)) * n_candidates + best)

    @torch.inference_mode()
    def level_chances(self, column: int, n_draws: int) -> np.ndarray:
        """Mean probability of each level of a column over noise, under each condition.

        Parameters
        ----------
        column : int
            A column with levels that is not given; a set of it is what the levels are limited to.
        n_draws : int

        Returns
        -------
        ndarray of shape (n_conditions, n_levels), float64
        """
        codes = self._codes(column, [Allowed.of_levels([0])])
        assert codes.level_part is not None
        span = slice(*self.sampler.layout.level_offsets[codes.level_part :][:2])
        rng = torch.Generator(self.sampler.device).manual_seed(child_seed(self.seed, "chances"))
        own = [i for i, each in enumerate(self._open) if each.column == column]
        found = []
        for start in range(0, len(self.conditions), NETWORK_ROWS):
            rows = np.arange(start, min(start + NETWORK_ROWS, len(self.conditions)))
            which = self._which[rows]
            which[:, own] = -1
            total: Tensor | float = 0.0
            for _ in range(n_draws):
                levels, normals, mask = self._given.of(self._condition[rows])
                self._draw_values(levels, normals, mask, which, rng)
                logits, _ = self._outputs((levels, normals, mask), rng)
                total = total + self.sampler.model.choices.softmax(logits)[:, span].double()
            chances = torch.as_tensor(total).cpu().numpy() / n_draws
            for i in own:
                chances *= self._open[i].allows(chances.shape[1], self._which[rows, i])
            found.append(chances)
        return np.concatenate(found)

    def _draw_values(
        self, levels: Tensor, normals: Tensor, mask: Tensor, which: np.ndarray, rng: torch.Generator
    ) -> None:
        """Draw the columns of which only a set is known, and mark them as given, in place.

        One such column and nothing given: from the margin of the training rows. Otherwise from the
        generator given the rest: of several draws of noise one is taken in proportion to the
        probability that it gives to all the sets, then a code of each set.
        """
        sets = torch.as_tensor(which, device=levels.device)
        if not sets.shape[1] or not (sets >= 0).any():
            return
        if sets.shape[1] == 1 and not mask.any():
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
        is_level, is_normal = self._given.by_part(mask)
        drawn = self.sampler.model.choices.draw(logits, rng)
        scores = self.sampler.maps(raw)
        return torch.where(is_level, levels, drawn), torch.where(is_normal, normals, scores)

    def _finished(self, levels: Tensor, scores: Tensor, *, weigh: bool) -> tuple[Codes, np.ndarray]:
        """Codes, and their log-density ratios if wanted, else zeros."""
        scores = scores * self.sampler.model.inputs.open_gates(levels)
        codes = Codes(levels.to(torch.int32).cpu().numpy(), scores.cpu().numpy())
        if not weigh:
            return codes, np.zeros(len(codes))
        blocks = zip(levels.split(NETWORK_ROWS), scores.split(NETWORK_ROWS), strict=True)
        ratios = [self.sampler.log_ratios(*block).cpu() for block in blocks]
        return codes, torch.cat(ratios).double().numpy() if ratios else np.zeros(0)


class _DeviceCodes:
    """The given codes of all conditions, on the device."""

    def __init__(self, sampler: Sampler, conditions: Conditions) -> None:
        device, layout = sampler.device, sampler.layout
        self.levels = torch.as_tensor(conditions.given.levels, device=device)
        self.normals = torch.as_tensor(conditions.given.normals, device=device)
        self.mask = torch.as_tensor(conditions.mask, device=device)
        self._level_columns = [part.column for part in layout.level_parts]
        self._normal_columns = [part.column for part in layout.normal_parts]

    def of(self, conditions: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        """Levels, normals and mask, as new tensors, of some conditions."""
        rows = torch.as_tensor(conditions, device=self.levels.device)
        return self.levels[rows].long(), self.normals[rows].clone(), self.mask[rows].float()

    def by_part(self, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Whether each level part and each normal part belongs to a given column."""
        is_given = mask.bool()
        return is_given[:, self._level_columns], is_given[:, self._normal_columns]

    def copy(self, levels: Tensor, scores: Tensor, conditions: np.ndarray) -> None:
        """Write the given codes over drawn ones, in place."""
        own_levels, own_normals, mask = self.of(conditions)
        is_level, is_normal = self.by_part(mask)
        levels.copy_(torch.where(is_level, own_levels, levels))
        scores.copy_(torch.where(is_normal, own_normals, scores))


def _by_option(sets: tuple[Allowed, ...]) -> list[Allowed]:
    """The sets, or one for each value that is counted."""
    first = sets[0]
    if first.shares is None:
        return list(sets)
    return [first.take(first.options == option) for option in range(len(first.shares))]


def _margin(shares: np.ndarray | None, n_rows: int) -> np.ndarray:
    """Counts as they are, shares as counts."""
    assert shares is not None
    return shares if shares.dtype.kind == "i" else whole_counts(shares, n_rows)


def _probability(asked: list[tuple[AllowedCodes, int]], chance: Tensor, scores: Tensor) -> Tensor:
    """Probability (n_rows,) of everything that is asked, given the noise of each row."""
    probability = chance.new_ones(len(scores))
    for codes, which in asked:
        probability = probability * codes.probabilities(chance, scores)[:, which]
    return probability


def _mean_probability(
    asked: list[tuple[AllowedCodes, int]], rows: list[tuple[Tensor, Tensor, Tensor]]
) -> float:
    """Weighted share of rows that have everything that is asked."""
    met = sum(
        float((_probability(asked, levels, s) * weights).sum()) for levels, s, weights in rows
    )
    return met / sum(float(weights.sum()) for _, _, weights in rows)


def _repeat(
    levels: Tensor, normals: Tensor, mask: Tensor, n_times: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Each row `n_times`, next to each other."""
    return (
        levels.repeat_interleave(n_times, 0),
        normals.repeat_interleave(n_times, 0),
        mask.repeat_interleave(n_times, 0),
    )
