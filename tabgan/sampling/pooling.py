"""Rows of many groups, selected from pools of free rows that all groups share.

A row takes noise from a pool in proportion to the probability that the noise gives to what is asked
of it; no noise is used for two rows.
"""

import numpy as np
import torch
from torch import Tensor

from tabgan.preprocessing.conditions import Conditions
from tabgan.preprocessing.layout import Codes
from tabgan.sampling.allowed_codes import AllowedCodes
from tabgan.sampling.completion import DeviceCodes, finished_rows, gumbel_keys
from tabgan.sampling.groups import Groups
from tabgan.sampling.sampler import CANDIDATES, NETWORK_ROWS, Sampler

#: Rows of a pool at least and at most, and most numbers of its matrix of probabilities.
FEWEST_ROWS, POOL_ROWS, POOL_NUMBERS = 8192, 32_768, 2**24
#: Expected number of pool rows that meet what is asked of a group, below which it has no row of it.
LEAST_MEETING = 2.0
#: Expected number of pool rows that meet the condition, for each candidate of a row.
MEETING_PER_CANDIDATE = 1.5
#: Standard deviations, in normal scores, of the kernel by which a given number is met: as narrow as
#: leaves this many pool rows that meet the condition, and this many for each row that is wanted.
NARROWEST, WIDEST = 0.01, 0.15
USUAL_MEETING, USUAL_MEETING_PER_ROW = 64.0, 6.0
_GROUPS_AT_A_TIME = 64


class SharedPool:
    """A pool of free rows.

    Parameters
    ----------
    sampler : Sampler
    groups : Groups
    given : DeviceCodes
        Of the groups.
    open_codes : list of AllowedCodes
    conditions : Conditions
        Of the groups.
    n_rows : int
        Rows of the pool, fewer where there are very many levels.
    rng : torch.Generator
        Fills the pool.
    """

    def __init__(
        self,
        sampler: Sampler,
        groups: Groups,
        given: DeviceCodes,
        open_codes: list[AllowedCodes],
        conditions: Conditions,
        n_rows: int,
        rng: torch.Generator,
    ) -> None:
        self.sampler, self.given, self._open = sampler, given, open_codes
        self._which = torch.as_tensor(groups.which, device=sampler.device)
        self._computed = torch.as_tensor(groups.computed, device=sampler.device)
        n_rows = min(n_rows, POOL_NUMBERS // max(1, sampler.layout.n_levels))
        chances, scores = [], []
        for start in range(0, n_rows, NETWORK_ROWS):
            logits, raw = sampler.model.outputs(min(NETWORK_ROWS, n_rows - start), rng)
            chances.append(sampler.model.choices.softmax(logits))
            scores.append(sampler.maps(raw))
        self.chances, self.scores = torch.cat(chances), torch.cat(scores)
        self._logs = self.chances.clamp_min(1e-30).log().T.contiguous()  # (n_levels, n_pool)
        self._scores = self.scores.T.contiguous()
        self._set_logs = [
            self._logs_of_sets(codes, groups.which[:, i]) for i, codes in enumerate(open_codes)
        ]
        # What columns are that are computed from others is known once levels are drawn.
        self._levels: Tensor | None = None
        self._computed_logs: list[Tensor] = []
        if conditions.computed:
            self._levels = sampler.model.choices.draw(self._logs.T, rng)
            codes, _ = finished_rows(sampler, self._levels, self.scores, weigh=False)
            for options in conditions.computed_options(codes):
                is_met = torch.as_tensor(options.T, dtype=torch.float32, device=sampler.device)
                self._computed_logs.append(is_met.clamp_min(1e-30).log())

    def __len__(self) -> int:
        return len(self.scores)

    def rows(
        self, groups: np.ndarray, share: float, rng: torch.Generator, *, weigh: bool
    ) -> tuple[np.ndarray, np.ndarray, Codes]:
        """Select rows for groups that enough of the pool meets.

        Parameters
        ----------
        groups : ndarray of shape (n_wanted,), int64
            The group of each row that is wanted.
        share : float
            Share of the rows of each group that this pool is to give.
        rng : torch.Generator
        weigh : bool
            Whether the refiner picks among the candidates of a row.

        Returns
        -------
        rows : ndarray of shape (n_selected,), int64
            Positions among `groups`, chosen at random where a group has only some of its rows.
        can_wait : ndarray of shape (n_wanted,), bool
            Whether another pool could give the row.
        codes : Codes
        """
        distinct, own, counts = np.unique(groups, return_inverse=True, return_counts=True)
        order = torch.randperm(len(groups), generator=rng, device=rng.device).cpu().numpy()
        by_group = np.split(order[np.argsort(own[order], kind="stable")], np.cumsum(counts)[:-1])
        noise = np.full((len(groups), CANDIDATES), -1)
        is_met = np.zeros(len(distinct), bool)
        wanted = np.ceil(share * counts).astype(np.int64)
        for start in range(0, len(distinct), _GROUPS_AT_A_TIME):
            part = np.arange(start, min(start + _GROUPS_AT_A_TIME, len(distinct)))
            logs, n_meeting = self._log_probabilities(distinct[part], wanted[part])
            is_met[part] = n_meeting >= LEAST_MEETING
            n_rows = np.minimum(wanted[part], n_meeting.astype(np.int64)) * is_met[part]
            n_each = n_meeting / (MEETING_PER_CANDIDATE * np.maximum(n_rows, 1))
            n_each = np.clip(n_each.astype(np.int64), 1, CANDIDATES)
            for group, chosen in enumerate(_draws(logs, n_rows * n_each, rng)):
                rows = by_group[start + group][: n_rows[group]]
                noise[rows, : n_each[group]] = chosen.reshape(n_each[group], len(rows)).T
        rows, codes = self._finished(noise, groups, order, rng, weigh=weigh)
        return rows, is_met[own], codes

    def _finished(
        self,
        noise: np.ndarray,
        groups: np.ndarray,
        order: np.ndarray,
        rng: torch.Generator,
        *,
        weigh: bool,
    ) -> tuple[np.ndarray, Codes]:
        """Rows that have found noise of their own, served in this order, and their codes."""
        owners, places = np.nonzero(noise >= 0)
        codes, ratios = self._candidates(noise[owners, places], groups[owners], rng, weigh=weigh)
        keys = np.full(noise.shape, -np.inf)
        keys[owners, places] = gumbel_keys(ratios, rng)
        numbers = np.zeros(noise.shape, np.int64)
        numbers[owners, places] = np.arange(len(owners))
        picked = _unused(noise, keys, order)
        rows = np.flatnonzero(picked >= 0)
        return rows, codes.take(numbers[rows, picked[rows]])

    def _candidates(
        self, noise: np.ndarray, groups: np.ndarray, rng: torch.Generator, *, weigh: bool
    ) -> tuple[Codes, np.ndarray]:
        """Whole rows from noise, for groups, and their log-density ratios."""
        n_rows = max(64, min(NETWORK_ROWS, POOL_NUMBERS // max(1, self.sampler.layout.n_levels)))
        parts, ratios = [], []
        for start in range(0, max(1, len(noise)), n_rows):
            part = slice(start, start + n_rows)
            positions = torch.as_tensor(noise[part], device=rng.device)
            chances, scores = self.chances[positions], self.scores[positions]
            if self._levels is None:
                levels = self.sampler.model.choices.draw(self._logs[:, positions].T, rng)
            else:
                levels = self._levels[positions]
            sets = self._which[torch.as_tensor(groups[part], device=rng.device)]
            for i, each in enumerate(self._open):
                each.draw(levels, scores, chances, sets[:, i], rng)
            self.given.copy(levels, scores, groups[part])
            codes, ratio = finished_rows(self.sampler, levels, scores, weigh=weigh)
            parts.append(codes)
            ratios.append(ratio)
        return Codes.concatenate(parts), np.concatenate(ratios)

    def _log_probabilities(
        self, groups: np.ndarray, wanted: np.ndarray
    ) -> tuple[Tensor, np.ndarray]:
        """Log-probability (n_groups, n_pool) of each group under each noise, and mean numbers met.

        The kernel of given numbers is as narrow as the number of wanted rows allows: the number of
        pool rows that meet n numbers grows with the n-th power of its width.
        """
        layout = self.sampler.layout
        levels, normals, mask = self.given.of(groups)
        is_level, is_normal = self.given.by_part(mask)
        is_normal = is_normal & self.sampler.model.inputs.open_gates(levels)
        logs = torch.zeros(len(groups), len(self), device=mask.device)
        squares = torch.zeros_like(logs)
        for part, offset in enumerate(layout.level_offsets[:-1].tolist()):
            rows = torch.nonzero(is_level[:, part]).squeeze(1)
            logs[rows] += self._logs[levels[rows, part] + offset]
        for part in range(layout.n_normal_parts):
            rows = torch.nonzero(is_normal[:, part]).squeeze(1)
            squares[rows] += (self._scores[part] - normals[rows, part, None]) ** 2
        which = self._which[torch.as_tensor(groups, device=mask.device)]
        for i, (set_logs, row_of) in enumerate(self._set_logs):
            rows = torch.nonzero(which[:, i] >= 0).squeeze(1)
            logs[rows] += set_logs[row_of[which[rows, i]]]
        computed = self._computed[torch.as_tensor(groups, device=mask.device)]
        for i, computed_logs in enumerate(self._computed_logs):
            rows = torch.nonzero(computed[:, i] >= 0).squeeze(1)
            logs[rows] += computed_logs[computed[rows, i]]
        n_numbers = is_normal.sum(1)
        widest = (logs - squares / (2 * WIDEST**2)).exp().sum(1)
        least = torch.as_tensor(wanted, device=mask.device) * USUAL_MEETING_PER_ROW
        factor = (least.clamp_min(USUAL_MEETING) / widest.clamp_min(1e-30)).clamp_max(1.0)
        width = (WIDEST * factor ** (1 / n_numbers.clamp_min(1))).clamp_min(NARROWEST)
        logs -= squares / (2 * width[:, None] ** 2)
        return logs, logs.exp().sum(1).double().cpu().numpy()

    def _logs_of_sets(self, codes: AllowedCodes, which: np.ndarray) -> tuple[Tensor, Tensor]:
        """Log-probabilities (n_used, n_pool) of the sets that count, and the row of each set."""
        used = np.unique(which[which >= 0])
        device = self.scores.device
        blocks = zip(self.chances.split(NETWORK_ROWS), self.scores.split(NETWORK_ROWS), strict=True)
        columns = torch.as_tensor(used, device=device)
        logs = [
            codes.probabilities(*block)[:, columns].clamp_min(1e-30).log().T for block in blocks
        ]
        row_of = torch.zeros(codes.n_sets, dtype=torch.int64, device=device)
        row_of[columns] = torch.arange(len(used), device=device)
        return torch.cat(logs, dim=1), row_of


def _draws(logs: Tensor, n_drawn: np.ndarray, rng: torch.Generator) -> list[np.ndarray]:
    """Of each row so many positions, without replacement, in random order."""
    # The largest of log-weights plus Gumbel noise are a draw without replacement.
    noise = torch.empty_like(logs).exponential_(generator=rng).clamp_min(1e-30).log()
    most = min(int(n_drawn.max()), logs.shape[1])
    drawn = (logs - noise).topk(most, dim=1).indices
    return [each[:n].cpu().numpy() for each, n in zip(drawn, n_drawn.tolist(), strict=True)]


def _unused(noise: np.ndarray, keys: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Of each row the candidate with the largest key whose noise is not taken; -1 if none."""
    taken: set[int] = {-1}
    picked = np.full(len(noise), -1)
    best = np.argsort(-keys, axis=1).tolist()
    for row in order.tolist():
        for candidate in best[row]:
            if int(noise[row, candidate]) not in taken:
                taken.add(int(noise[row, candidate]))
                picked[row] = candidate
                break
    return picked
