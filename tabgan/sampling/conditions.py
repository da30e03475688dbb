"""Rows under conditions, in fixed blocks as free ones are.

Rows that share their condition are a *group*. There are three ways to its rows:

* *selection*, where no number is given and the condition is frequent enough: free rows are drawn
  and kept with the probability that their noise gives to the condition, with levels only of those
  that it allows;
* *selection from pools* of free rows that all groups share (see `pooling`), for numbers and for
  what is rarer;
* *completion*, for what hardly any free row meets: a value is drawn for each column of which only a
  set is known, and given these, the generator writes the other columns.

Each makes several candidates a row, and the refiner's weights alone pick among them.
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import combinations
from typing import NoReturn

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
from tabgan.sampling.groups import distinct_groups, give_single_codes
from tabgan.sampling.pooling import FEWEST_ROWS, POOL_ROWS, SharedPool
from tabgan.sampling.raking import balanced_pick, inclusion_probabilities
from tabgan.sampling.sampler import CANDIDATES, NETWORK_ROWS, Sampler

#: Rows of the first block, so that a few rows are quick, and of the longest; each is as long as all
#: before it.
FIRST_BLOCK, BLOCK = 32, 2048
#: Free rows from which the frequency of a condition is estimated.
FREQUENCY_ROWS = 16_384
#: Free rows that are drawn for each wanted row: at most (but for a pool as large as any), and at
#: most as long as there are two candidates a row.
MOST_DRAWS, USUAL_DRAWS = 256, 128
#: Candidates a row from which on selection is better than completion.
LEAST_CANDIDATES = 1.5
#: Rows that are drawn again in a block because of computed columns: at most so many, and so many
#: more for each of its rows.
FEWEST_REDRAWN, MOST_REDRAWN = 2048, 8
#: Groups up to which frequencies are estimated; where there are more, none is selected by itself.
MOST_GROUPS = 256
#: Given columns of a table of conditions, pairs of which are looked at for what was never seen.
MOST_PAIRED = 32
#: How much rarer than independent columns conditions must be together to count as unseen.
LEAST_LIFT = 0.1


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
        self._groups, self._group_of = distinct_groups(conditions, sampler.layout)
        open_sets = [(each.column, _by_option(each.sets)) for each in conditions.sets]
        self._open = [self._codes(column, sets) for column, sets in open_sets]
        self._dealer = self._deal() if conditions.is_counted else None
        self._dealt = self._groups.which
        self._groups = give_single_codes(self._groups, open_sets, sampler.layout)
        self._completer = Completer(sampler, self._groups, self._open)

    def level_chances(self, column: int, n_draws: int) -> np.ndarray:
        """Mean probability (n_conditions, n_levels) of each level of a column under each condition.

        `n_draws` draws of noise are averaged; a level that is given has the probability 1.
        """
        rng = torch.Generator(self.sampler.device).manual_seed(child_seed(self.seed, "chances"))
        return self._completer.level_chances(column, n_draws, rng)[self._group_of]

    @cached_property
    def shares(self) -> np.ndarray:
        """Share of free rows that meet the condition of each group, as estimated, (n_groups,).

        Zero where a number is given, and everywhere for more than `MOST_GROUPS` groups.
        """
        total = np.zeros(len(self._groups))
        levels, _, mask = self._completer.given.of(np.arange(len(self._groups)))
        is_number = self._completer.given.by_part(mask)[1]
        is_number = is_number & self.sampler.model.inputs.open_gates(levels)
        without = np.flatnonzero(~is_number.any(1).cpu().numpy())
        if not self._asked or not len(without):
            return total
        rng = torch.Generator(self.sampler.device).manual_seed(child_seed(self.seed, "computed"))
        for chance, scores in self._free_rows("frequency"):
            for group in without.tolist():
                probability = _probability(self._asked[group], chance, scores)
                if (self._groups.computed[group] >= 0).any():
                    rows = self._met_rows(group, probability, chance.log(), chance, scores, rng)
                    total[group] += len(rows[0])
                else:
                    total[group] += float(probability.double().sum())
        return total / FREQUENCY_ROWS

    @cached_property
    def _asked(self) -> list[list[tuple[AllowedCodes, int]]]:
        """What is asked of each group; empty for more than `MOST_GROUPS` groups."""
        n_groups = len(self._groups)
        return [self._asked_of(g) for g in range(n_groups)] if n_groups <= MOST_GROUPS else []

    def blocks(self, *, refine: bool) -> Iterator[tuple[Codes, np.ndarray, np.ndarray]]:
        """Blocks of codes, of each row the condition, and of each of its sets which one it meets.

        The last block may have rows too many.
        """
        start = number = 0
        while start < self.n_rows:
            size = min(BLOCK, self.n_rows - start)
            conditions = np.zeros(size, np.int64)
            if self._dealer is not None:
                groups = self._dealer.deal(size)
            elif not self.conditions.is_mapping:
                conditions = np.arange(start, start + size) // self.n_samples
                groups = self._group_of[conditions]
            else:  # whole blocks, so that the first rows do not depend on how many are wanted
                size = min(BLOCK, max(FIRST_BLOCK, start))
                conditions = groups = np.zeros(size, np.int64)
            yield self._block(number, groups, refine=refine), conditions, self._dealt[groups]
            start, number = start + size, number + 1

    @torch.inference_mode()
    def _block(self, number: int, groups: np.ndarray, *, refine: bool) -> Codes:
        """The codes of one block, whose rows belong to these groups."""
        weigh = refine and self.sampler.refiner is not None
        rng = torch.Generator(self.sampler.device)
        rng.manual_seed(child_seed(self.seed, "conditional block", number))
        picks = child_generator(self.seed, "conditional pick", number)
        codes = self._drawn(groups, rng, picks, weigh=weigh)
        if self.conditions.computed:
            self._draw_again(codes, groups, rng, picks, weigh=weigh)
        return codes

    def _drawn(
        self, groups: np.ndarray, rng: torch.Generator, picks: np.random.Generator, *, weigh: bool
    ) -> Codes:
        """Rows of these groups; what is asked of computed columns may not be met."""
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
        for rows, codes in self._pooled(np.flatnonzero(left), groups, rng, weigh=weigh):
            levels[rows], normals[rows] = codes
            left[rows] = False
        if left.any():
            levels[left], normals[left] = self._completer.rows(groups[left], rng, weigh=weigh)
        return Codes(levels, normals)

    def _draw_again(
        self,
        codes: Codes,
        groups: np.ndarray,
        rng: torch.Generator,
        picks: np.random.Generator,
        *,
        weigh: bool,
    ) -> None:
        """Draw rows that lack what is asked of computed columns until they have it, in place."""
        unmet = np.flatnonzero(~self._meets(codes, groups))
        n_left, n_copies = FEWEST_REDRAWN + MOST_REDRAWN * len(groups), 1
        while len(unmet):
            n_left -= len(unmet) * n_copies
            if n_left < 0:
                self._raise_unmet(groups[unmet], len(groups))
            tried = np.repeat(groups[unmet], n_copies)
            drawn = self._drawn(tried, rng, picks, weigh=weigh)
            is_met = self._meets(drawn, tried).reshape(len(unmet), n_copies)
            found = np.flatnonzero(is_met.any(axis=1))
            first = drawn.take(found * n_copies + np.argmax(is_met[found], axis=1))
            codes.levels[unmet[found]], codes.normals[unmet[found]] = first
            unmet = np.delete(unmet, found)
            n_copies *= 2

    def _meets(self, codes: Codes, groups: np.ndarray) -> np.ndarray:
        """Whether rows of these groups have what is asked of computed columns."""
        which = self._groups.computed[groups]
        return self.conditions.meets(codes, self._groups.conditions[groups], which)

    def _raise_unmet(self, unmet: np.ndarray, n_rows: int) -> NoReturn:
        """Say for which columns rows were drawn in vain; InvalidParameterError."""
        assert self.conditions.coder is not None
        names = list(self.conditions.coder.schema)
        asked = (self._groups.computed[unmet] >= 0).any(axis=0)
        listed = ", ".join(
            repr(names[each.position])
            for each, is_asked in zip(self.conditions.computed, asked, strict=True)
            if is_asked
        )
        where = ""
        if not self.conditions.is_mapping:
            where = f", the first in position {self._groups.conditions[unmet].min()}"
        raise InvalidParameterError(
            f"Of {n_rows} rows, {len(unmet)}{where} were drawn over and over without meeting the "
            f"conditions, among them those on column(s) {listed}, which are computed from others "
            "and met by drawing alone. The conditions contradict each other, or hardly ever hold "
            "together: widen them, or ask for the columns that these are computed from."
        )

    def _pooled(
        self, rows: np.ndarray, groups: np.ndarray, rng: torch.Generator, *, weigh: bool
    ) -> Iterator[tuple[np.ndarray, Codes]]:
        """Those of `rows` for whose conditions pools of free rows are enough, and their codes."""
        is_endless = self.conditions.is_mapping and self._dealer is None
        n_rows = len(groups) if is_endless else self.n_rows
        n_pool = int(np.clip(n_rows * MOST_DRAWS, FEWEST_ROWS, POOL_ROWS))
        n_pools = -(-len(rows) * MOST_DRAWS // n_pool)
        for n_left in range(n_pools, 0, -1):
            if not len(rows):
                return
            pool = SharedPool(
                self.sampler,
                self._groups,
                self._completer.given,
                self._open,
                self.conditions,
                n_pool,
                rng,
            )
            found, can_wait, codes = pool.rows(groups[rows], 1 / n_left, rng, weigh=weigh)
            yield rows[found], codes
            can_wait[found] = False
            rows = rows[can_wait]

    def is_selected(self, group: int) -> bool:
        """Whether enough free rows meet the condition of a group."""
        return bool(self.shares[group] * MOST_DRAWS >= LEAST_CANDIDATES)

    def _codes(self, column: int, sets: list[Allowed]) -> AllowedCodes:
        return AllowedCodes(column, sets, self.sampler.layout, self.sampler.device)

    # Groups.

    def _deal(self) -> Dealer:
        """Make a group of each combination of values that are counted, and deal rows to them."""
        shares = self.conditions.shares
        counted = [i for i in range(len(shares)) if shares[i] is not None]
        margins = [_margin(shares[i], self.n_samples) for i in counted]
        sizes = [len(margin) for margin in margins]
        rng = child_generator(self.seed, "deal")
        joint = self._option_frequencies(counted) if len(counted) > 1 else np.ones(sizes)
        counts = joint_counts(joint, margins, rng)
        dealt = np.argwhere(counts)
        self._groups = self._groups.take(np.zeros(len(dealt), np.int64))
        for column, i in enumerate(counted):
            if i < len(self._open):
                self._groups.which[:, i] = dealt[:, column]
            else:
                self._groups.computed[:, i - len(self._open)] = dealt[:, column]
        return Dealer(counts[counts > 0], rng)

    def _option_frequencies(self, counted: list[int]) -> np.ndarray:
        """How often free rows have each combination of the values that are counted."""
        total: Tensor | float = 0.0
        is_computed = max(counted) >= len(self._open)
        rows = self._drawn_rows() if is_computed else self._free_rows("options")
        for chance, scores, *levels in rows:
            joint = torch.ones(len(chance), 1, device=chance.device)
            for i in counted:
                each = self._options(i, chance, scores, *levels)
                joint = (joint.unsqueeze(2) * each.unsqueeze(1)).flatten(1)
            total = total + joint.double().sum(0).cpu()
        sizes = [len(shares) for shares in self.conditions.shares if shares is not None]
        return np.asarray(total).reshape(sizes)

    def _options(
        self, number: int, chance: Tensor, scores: Tensor, levels: Tensor | None = None
    ) -> Tensor:
        """Probability (n_rows, n_values) of each value that is counted of a column."""
        if number < len(self._open):
            return self._open[number].probabilities(chance, scores)
        assert levels is not None
        codes, _ = finished_rows(self.sampler, levels, scores, weigh=False)
        options = self.conditions.computed_options(codes)[number - len(self._open)]
        return torch.as_tensor(options, dtype=chance.dtype, device=chance.device)

    def _asked_of(self, group: int) -> list[tuple[AllowedCodes, int]]:
        """Everything that is asked of a group: codes of a column, and which set of them."""
        asked = [
            (codes, which)
            for codes, which in zip(self._open, self._groups.which[group].tolist(), strict=True)
            if which >= 0
        ]
        given = self._groups.given.take([group])
        for column in np.flatnonzero(self._groups.mask[group]).tolist():
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
        both = np.zeros(len(self._asked))
        each = [np.zeros(len(asked)) for asked in self._asked]
        total = 0.0
        for levels, scores, weights in self._weighed_rows():
            chance, total = self.sampler.model.inputs.one_hot(levels), total + float(weights.sum())
            for group, asked in enumerate(self._asked):
                met = [_probability([one], chance, scores) for one in asked]
                each[group] += [float((one * weights).sum()) for one in met]
                both[group] += float((torch.stack(met).prod(0) * weights).sum()) if met else 0.0
        apart = np.array([np.prod(shares / total) for shares in each])
        return (both / total < least_share) | (both / total < LEAST_LIFT * apart)

    def unseen_pairs(self, least_share: float) -> np.ndarray:
        """Pairs of given levels that hardly any refined free row has together, as `is_unseen` says.

        Pairs of the first `MOST_PAIRED` columns that are given in some condition are looked at.

        Returns
        -------
        ndarray of shape (n_pairs, 3), int64
            The condition and the two columns, in the order of the conditions.
        """
        columns = [part.column for part in self.sampler.layout.level_parts]
        mask, given = self.conditions.mask[:, columns], self.conditions.given.levels
        parts = np.flatnonzero(mask.any(axis=0))[:MOST_PAIRED].tolist()
        found = [np.zeros((0, 3), np.int64)]
        if len(parts) > 1:
            rows = [(levels, weights) for levels, _, weights in self._weighed_rows()]
            drawn, weights = (torch.cat(each).cpu().numpy() for each in zip(*rows, strict=True))
            weights = weights / weights.sum(dtype=np.float64)
            for first, second in combinations(parts, 2):
                own = np.flatnonzero(mask[:, first] & mask[:, second])
                is_rare = _is_rare_pair(
                    given[own][:, [first, second]], drawn[:, [first, second]], weights, least_share
                )
                names = np.broadcast_to([columns[first], columns[second]], (is_rare.sum(), 2))
                found.append(np.column_stack([own[is_rare], names]))
        pairs = np.concatenate(found)
        return pairs[np.argsort(pairs[:, 0], kind="stable")]

    @torch.inference_mode()
    def _weighed_rows(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Levels, scores and refiner's weights of free rows, a few thousand at a time."""
        rng = torch.Generator(self.sampler.device).manual_seed(child_seed(self.seed, "seen"))
        model = self.sampler.model
        for _ in range(FREQUENCY_ROWS // NETWORK_ROWS):
            levels, raw = model.draw_rows(NETWORK_ROWS, rng)
            scores = self.sampler.maps(raw)
            weights = torch.ones(len(levels), device=levels.device)
            if self.sampler.refiner is not None:
                gated = scores * model.inputs.open_gates(levels)
                weights = self.sampler.log_ratios(levels, gated).exp()
            yield levels, scores, weights

    @torch.inference_mode()
    def _free_rows(self, name: str) -> Iterator[tuple[Tensor, Tensor]]:
        """Probabilities of levels and standard scores of free rows, a few thousand at a time."""
        rng = torch.Generator(self.sampler.device).manual_seed(child_seed(self.seed, name))
        for _ in range(FREQUENCY_ROWS // NETWORK_ROWS):
            logits, raw = self.sampler.model.outputs(NETWORK_ROWS, rng)
            yield self.sampler.model.choices.softmax(logits), self.sampler.maps(raw)

    def _drawn_rows(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Indicators of levels, scores and levels of free rows, a few thousand at a time."""
        for levels, scores, _ in self._weighed_rows():
            yield self.sampler.model.inputs.one_hot(levels), scores, levels

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
            kept.append(self._matching_rows(group, n_pool, rng))
            n_drawn, n_kept = n_drawn + n_pool, n_kept + len(kept[-1][0])
        levels = torch.cat([rows for rows, _ in kept])[:wanted]
        scores = torch.cat([rows for _, rows in kept])[:wanted]
        self._completer.given.copy(levels, scores, np.full(len(levels), group))
        codes, ratios = finished_rows(self.sampler, levels, scores, weigh=weigh)
        if len(codes) <= n_rows:
            return codes
        weights = np.exp(ratios)
        chosen = inclusion_probabilities(weights / weights.sum(), n_rows)
        return codes.take(balanced_pick(chosen, [], picks))

    def _matching_rows(
        self, group: int, n_pool: int, rng: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Levels and scores of those of `n_pool` free rows that meet everything asked."""
        logits, raw = self.sampler.model.outputs(n_pool, rng)
        chance, scores = self.sampler.model.choices.softmax(logits), self.sampler.maps(raw)
        probability = _probability(self._asked[group], chance, scores)
        return self._met_rows(group, probability, logits, chance, scores, rng)

    def _met_rows(
        self,
        group: int,
        probability: Tensor,
        logits: Tensor,
        chance: Tensor,
        scores: Tensor,
        rng: torch.Generator,
    ) -> tuple[Tensor, Tensor]:
        """Levels and scores of free rows, each kept with its probability to meet what is asked."""
        is_kept = torch.rand(len(scores), generator=rng, device=logits.device) < probability
        levels = self.sampler.model.choices.draw(logits[is_kept], rng)
        scores, chance = scores[is_kept], chance[is_kept]
        for codes, which in self._asked[group]:
            codes.draw(levels, scores, chance, levels.new_full((len(levels),), which), rng)
        if not (self._groups.computed[group] >= 0).any():
            return levels, scores
        groups = np.full(len(levels), group)
        self._completer.given.copy(levels, scores, groups)
        drawn, _ = finished_rows(self.sampler, levels, scores, weigh=False)
        is_met = torch.as_tensor(self._meets(drawn, groups), device=levels.device)
        return levels[is_met], scores[is_met]


def _by_option(sets: tuple[Allowed, ...]) -> list[Allowed]:
    """The sets, or one for each value that is counted."""
    return list(sets) if sets[0].shares is None else sets[0].by_option()


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


def _is_rare_pair(
    given: np.ndarray, drawn: np.ndarray, weights: np.ndarray, least_share: float
) -> np.ndarray:
    """Whether each given pair of levels (n_rows, 2) is hardly ever among the drawn ones."""
    sizes = np.maximum(given.max(axis=0, initial=0), drawn.max(axis=0)) + 1
    pairs, pair_of = np.unique(given.astype(np.int64) @ [sizes[1], 1], return_inverse=True)
    if not len(pairs):
        return np.zeros(0, bool)
    keys = drawn.astype(np.int64) @ [sizes[1], 1]
    place = np.searchsorted(pairs, keys).clip(0, len(pairs) - 1)
    both = np.bincount(place, weights * (pairs[place] == keys), len(pairs))
    apart = np.ones(len(pairs))
    for column, levels in enumerate(np.divmod(pairs, sizes[1])):
        apart *= np.bincount(drawn[:, column], weights, sizes[column])[levels]
    return ((both < least_share) | (both < LEAST_LIFT * apart))[pair_of]
