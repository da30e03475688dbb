"""Rows under conditions, in fixed blocks as free ones are.

Rows that share their condition are a *group*. There are three ways to its rows:

* *selection*, where the condition is frequent enough: free rows are drawn and kept with the
  probability that their noise gives to the condition, with levels only of those that it allows;
* *selection from a pool* that all groups of a table of conditions share (see `pooling`);
* *completion*, otherwise: a value is drawn for each column of which only a set is known, and given
  these, the generator writes the other columns.

Each makes several candidates a row, and the refiner's weights alone pick among them.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from tabgan._random import child_generator, child_seed
from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing.allowed import Allowed
from tabgan.preprocessing.conditions import Conditions
from tabgan.preprocessing.layout import Codes
from tabgan.sampling.allowed_codes import AllowedCodes, exactly
from tabgan.sampling.completion import Completer, finished_rows
from tabgan.sampling.dealing import Dealer, joint_counts, whole_counts
from tabgan.sampling.pooling import SharedPool
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
        self._condition = np.arange(len(conditions))
        self._open = [self._codes(c.column, _by_option(c.sets)) for c in conditions.open_sets]
        self._completer = Completer(sampler, conditions, self._open)
        which = [each.which for each in conditions.open_sets]
        self._which = np.array(which, np.int64).reshape(len(which), len(conditions)).T
        self._dealer = self._deal() if conditions.counted else None

    def level_chances(self, column: int, n_draws: int) -> np.ndarray:
        """Mean probability (n_conditions, n_levels) of each level of a column under each condition.

        `n_draws` draws of noise are averaged; the column must not be given.
        """
        rng = torch.Generator(self.sampler.device).manual_seed(child_seed(self.seed, "chances"))
        return self._completer.level_chances(self._which, column, n_draws, rng)

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
            size = min(BLOCK, self.n_rows - start)
            if self._dealer is not None:
                groups = self._dealer.deal(size)
            elif not self.conditions.is_mapping:
                groups = np.arange(start, start + size) // self.n_samples
            else:  # whole blocks, so that the first rows do not depend on how many are wanted
                size = min(BLOCK, max(FIRST_BLOCK, start))
                groups = np.zeros(size, np.int64)
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
        if left.any() and not self.conditions.is_mapping:
            rows, codes = self._pooled(np.flatnonzero(left), groups, rng, weigh=weigh)
            levels[rows], normals[rows] = codes
            left[rows] = False
        if left.any():
            own = groups[left]
            which, condition = self._which[own], self._condition[own]
            levels[left], normals[left] = self._completer.rows(condition, which, rng, weigh=weigh)
        return Codes(levels, normals)

    def _pooled(
        self, rows: np.ndarray, groups: np.ndarray, rng: torch.Generator, *, weigh: bool
    ) -> tuple[np.ndarray, Codes]:
        """Those of `rows` for whose conditions a pool of free rows is enough, and their codes."""
        pool = SharedPool(self.sampler, self._completer.given, self._open, rng)
        own = groups[rows]
        found, codes = pool.rows(self._condition[own], self._which[own], rng, weigh=weigh)
        return rows[found], codes

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
        self._completer.given.copy(levels, scores, np.full(len(levels), self._condition[group]))
        codes, ratios = finished_rows(self.sampler, levels, scores, weigh=weigh)
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
