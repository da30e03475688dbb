"""Rows under many different conditions, selected from one pool of free rows.

Each row takes noise from the pool in proportion to the probability that the noise gives to its own
condition; no noise is used for two rows.
"""

import numpy as np
import torch
from torch import Tensor

from tabgan.preprocessing.layout import Codes
from tabgan.sampling.allowed_codes import AllowedCodes
from tabgan.sampling.completion import DeviceCodes, finished_rows
from tabgan.sampling.sampler import CANDIDATES, NETWORK_ROWS, Sampler

#: Rows of a pool at most, and most numbers of its matrix of probabilities.
POOL_ROWS, POOL_NUMBERS = 32_768, 2**24
#: Expected number of pool rows that meet a condition below which it is not selected.
LEAST_MEETING = 2.0
#: Standard deviation, in normal scores, of the kernel by which a given number is met.
KERNEL = 0.15
_ROWS_AT_A_TIME = 64


class SharedPool:
    """A pool of free rows, for one block.

    Parameters
    ----------
    sampler : Sampler
    given : DeviceCodes
    open_codes : list of AllowedCodes
    rng : torch.Generator
        Fills the pool.
    """

    def __init__(
        self,
        sampler: Sampler,
        given: DeviceCodes,
        open_codes: list[AllowedCodes],
        rng: torch.Generator,
    ) -> None:
        self.sampler, self.given, self._open = sampler, given, open_codes
        n_rows = min(POOL_ROWS, POOL_NUMBERS // max(1, sampler.layout.n_levels))
        chances, scores = [], []
        for start in range(0, n_rows, NETWORK_ROWS):
            logits, raw = sampler.model.outputs(min(NETWORK_ROWS, n_rows - start), rng)
            chances.append(sampler.model.choices.softmax(logits))
            scores.append(sampler.maps(raw))
        self.chances, self.scores = torch.cat(chances), torch.cat(scores)
        self._logs = self.chances.clamp_min(1e-30).log().T.contiguous()  # (n_levels, n_pool)
        self._scores = self.scores.T.contiguous()
        self._set_logs = [
            codes.probabilities(self.chances, self.scores).clamp_min(1e-30).log().T
            for codes in open_codes
        ]

    def rows(
        self, conditions: np.ndarray, which: np.ndarray, rng: torch.Generator, *, weigh: bool
    ) -> tuple[np.ndarray, Codes]:
        """Select a row for each condition that enough of the pool meets.

        Returns
        -------
        rows : ndarray of shape (n_selected,), int64
            Positions among `conditions`.
        codes : Codes
        """
        chosen, is_met = self._candidates(conditions, which, rng)
        rows = np.flatnonzero(is_met)
        noise = torch.as_tensor(chosen[rows].ravel(), device=rng.device)
        owners = np.repeat(rows, CANDIDATES)
        levels = self.sampler.model.choices.draw(self._logs[:, noise].T, rng)
        scores = self.scores[noise]
        sets = torch.as_tensor(which[owners], device=rng.device)
        for i, each in enumerate(self._open):
            each.draw(levels, scores, self.chances[noise], sets[:, i], rng)
        self.given.copy(levels, scores, conditions[owners])
        codes, ratios = finished_rows(self.sampler, levels, scores, weigh=weigh)
        uniform = torch.rand(len(ratios), generator=rng, device=rng.device).cpu().double().numpy()
        keys = ratios - np.log(-np.log(uniform.clip(1e-12, 1 - 1e-12)))
        picked = _unused(chosen[rows], keys.reshape(len(rows), CANDIDATES))
        is_found = picked >= 0
        return rows[is_found], codes.take((np.arange(len(rows)) * CANDIDATES + picked)[is_found])

    def _candidates(
        self, conditions: np.ndarray, which: np.ndarray, rng: torch.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Noise of the candidates of each row, and whether enough of the pool meets it."""
        chosen, is_met = [], []
        for start in range(0, len(conditions), _ROWS_AT_A_TIME):
            part = slice(start, start + _ROWS_AT_A_TIME)
            logs = self._log_probabilities(conditions[part], which[part])
            is_met.append((logs.exp().sum(1) >= LEAST_MEETING).cpu().numpy())
            # The largest of log-weights plus Gumbel noise are a draw without replacement.
            noise = torch.empty_like(logs).exponential_(generator=rng).clamp_min(1e-30).log()
            chosen.append((logs - noise).topk(CANDIDATES, dim=1).indices.cpu().numpy())
        return np.concatenate(chosen), np.concatenate(is_met)

    def _log_probabilities(self, conditions: np.ndarray, which: np.ndarray) -> Tensor:
        """Log-probability (n_rows, n_pool) of each condition under each noise."""
        layout = self.sampler.layout
        levels, normals, mask = self.given.of(conditions)
        is_level, is_normal = self.given.by_part(mask)
        is_normal = is_normal & self.sampler.model.inputs.open_gates(levels)
        logs = torch.zeros(len(conditions), len(self.scores), device=mask.device)
        for part, offset in enumerate(layout.level_offsets[:-1].tolist()):
            rows = torch.nonzero(is_level[:, part]).squeeze(1)
            logs[rows] += self._logs[levels[rows, part] + offset]
        for part in range(layout.n_normal_parts):
            rows = torch.nonzero(is_normal[:, part]).squeeze(1)
            gaps = (self._scores[part] - normals[rows, part, None]) / KERNEL
            logs[rows] -= 0.5 * gaps**2
        for i, set_logs in enumerate(self._set_logs):
            rows = torch.as_tensor(np.flatnonzero(which[:, i] >= 0), device=mask.device)
            logs[rows] += set_logs[torch.as_tensor(which[:, i], device=mask.device)[rows]]
        return logs


def _unused(noise: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Of each row the candidate with the largest key whose noise is not taken; -1 if none."""
    taken: set[int] = set()
    picked = np.full(len(noise), -1)
    for row, order in enumerate(np.argsort(-keys, axis=1).tolist()):
        for candidate in order:
            if int(noise[row, candidate]) not in taken:
                taken.add(int(noise[row, candidate]))
                picked[row] = candidate
                break
    return picked
