"""Draw codes in fixed internal blocks: a pool from the generator, then a weighted pick from it.

Block number b always has the same size and its own random streams, so the rows do not depend on how
many are asked for at a time, and memory is bounded by one block.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tabgan._random import child_generator, child_seed
from tabgan.networks import DiscriminatorEnsemble, RowGenerator
from tabgan.preprocessing.layout import Codes, Layout
from tabgan.sampling.calibration import NormalMaps
from tabgan.sampling.raking import balanced_pick, inclusion_probabilities, rake
from tabgan.sampling.refinement import LARGEST_LOGIT

#: Rows of the first block, kept small so that a few rows are quick, and of every later one.
FIRST_BLOCK, BLOCK = 1024, 8192
#: Candidates for each refined row.
CANDIDATES = 8
#: Quantile cells to which each normal is raked.
NORMAL_CELLS = 32
#: Rows that go through the networks at a time.
NETWORK_ROWS = 4096


@dataclass
class Sampler:
    """Everything that draws codes after a fit.

    Parameters
    ----------
    model : RowGenerator
        The averaged, calibrated generator.
    maps : NormalMaps
        From its normals to standard normal scores.
    layout : Layout
        Parts and their frequencies, to which pools are raked.
    refiner : DiscriminatorEnsemble or None
        Estimates log-density ratios of rows, given their inputs; None takes them to be zero.
    logit_factor : float
        Factor on its logits.
    """

    model: RowGenerator
    maps: NormalMaps
    layout: Layout
    refiner: DiscriminatorEnsemble | None = None
    logit_factor: float = 1.0

    def blocks(self, seed: int, *, refine: bool) -> Iterator[Codes]:
        """Endless blocks of codes for a seed."""
        number = 0
        while True:
            n_rows = FIRST_BLOCK if number == 0 else BLOCK
            rng = torch.Generator(self.device).manual_seed(child_seed(seed, "block", number))
            if refine:
                weigh = self.refiner is not None
                pool, logits = self._pool(n_rows * CANDIDATES, rng, weigh=weigh)
                picks = child_generator(seed, "pick", number)
                yield pool.take(self._pick(pool, logits, n_rows, picks))
            else:
                yield self._pool(n_rows, rng, weigh=False)[0]
            number += 1

    @property
    def device(self) -> torch.device:
        """Where the networks are."""
        return self.model.generator.output.weight.device

    @torch.inference_mode()
    def _pool(self, n_rows: int, rng: torch.Generator, *, weigh: bool) -> tuple[Codes, np.ndarray]:
        """Candidates with standard normal scores, and their log-density ratios if wanted."""
        levels, normals, logits = [], [], []
        for start in range(0, n_rows, NETWORK_ROWS):
            drawn, raw = self.model.draw_rows(min(NETWORK_ROWS, n_rows - start), rng)
            scores = self.maps(raw) * self.model.inputs.open_gates(drawn)
            levels.append(drawn.to(torch.int32).cpu())
            normals.append(scores.cpu())
            if weigh:
                logits.append(self.log_ratios(drawn, scores).cpu())
        codes = Codes(levels=torch.cat(levels).numpy(), normals=torch.cat(normals).numpy())
        return codes, torch.cat(logits).double().numpy() if weigh else np.zeros(n_rows)

    def log_ratios(self, levels: Tensor, normals: Tensor) -> Tensor:
        """Log-density ratios (n_rows,) of integer levels and standard scores, by the refiner."""
        assert self.refiner is not None
        inputs = self.model.inputs
        ratios = self.logit_factor * self.refiner(inputs(inputs.one_hot(levels), normals))
        return ratios.clamp(-LARGEST_LOGIT, LARGEST_LOGIT)

    def _pick(
        self, pool: Codes, logits: np.ndarray, n_rows: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Indices of the picked candidates: weights exp(logit), raked to the margins."""
        margins = level_margins(pool, self.layout) + normal_margins(pool, self.layout)
        weights = rake(np.exp(logits), margins, largest=1 / n_rows)
        return balanced_pick(inclusion_probabilities(weights, n_rows), margins, rng)


def level_margins(pool: Codes, layout: Layout) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cells of the pool and their wanted shares, for each level part."""
    return [(pool.levels[:, i], part.frequencies) for i, part in enumerate(layout.level_parts)]


def normal_margins(pool: Codes, layout: Layout) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cells of equal probability for each normal score, and one for rows in which it is closed."""
    inner = torch.special.ndtri(torch.arange(1, NORMAL_CELLS).double() / NORMAL_CELLS).numpy()
    margins = []
    for j, part in enumerate(layout.normal_parts):
        if part.is_linear:
            continue
        cells = np.searchsorted(inner, pool.normals[:, j])
        open_share = 1.0
        if part.gate is not None:
            level_part, level = part.gate
            open_share = float(layout.level_parts[level_part].frequencies[level:].sum())
            cells = np.where(pool.levels[:, level_part] >= level, cells, NORMAL_CELLS)
        shares = np.full(NORMAL_CELLS + 1, open_share / NORMAL_CELLS)
        shares[NORMAL_CELLS] = 1 - open_share
        margins.append((cells, shares))
    return margins
