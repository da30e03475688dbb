"""A quick data metric for training: margins and pairs of coarse cells against held-out rows."""

import numpy as np
import torch
from scipy.stats import norm
from torch import Tensor

from tabgan.networks import Inputs, RowGenerator
from tabgan.preprocessing.layout import Codes, Layout

#: Cells of equal probability into which normals are cut.
NORMAL_CELLS = 10
#: Levels of a part beyond which the rarest share one cell.
MAX_CELLS = 32


class HeldOutError:
    """Mean total variation, over pairs of columns, between a sample and held-out rows.

    Every level part is a set of cells (levels beyond the 32 most frequent share one), every normal
    part another (its deciles, and one cell for rows whose gate is closed). The error is the mean
    over all pairs of parts of the total variation distance of their joint cells; the pair of a part
    with itself is its margin.

    Parameters
    ----------
    codes : Codes
        Held-out rows.
    layout : Layout
        What the parts are.
    inputs : Inputs
        Gives gates and the device.
    seed : int
        Of the sample; every evaluation uses the same noise, so that errors of different weights
        compare.
    n_rows : int, default=10_000
        Rows of the sample.
    """

    def __init__(
        self, codes: Codes, layout: Layout, inputs: Inputs, *, seed: int, n_rows: int = 10_000
    ) -> None:
        device = inputs.scale.device
        self._seed, self._n_rows, self._device = seed, n_rows, device
        self._gates = inputs.gates
        self._inputs = inputs
        self._cell_of_level = [
            torch.as_tensor(_coarse(part.frequencies), device=device) for part in layout.level_parts
        ]
        self._edges = torch.as_tensor(
            norm.ppf(np.arange(1, NORMAL_CELLS) / NORMAL_CELLS), dtype=torch.float32, device=device
        )
        widths = [int(cells.max()) + 1 for cells in self._cell_of_level]
        widths += [NORMAL_CELLS + 1] * layout.n_normal_parts
        self._offsets = torch.as_tensor(np.cumsum([0, *widths[:-1]]), device=device)
        self._part_of_cell = torch.as_tensor(
            np.repeat(np.arange(len(widths)), widths), device=device
        )
        self._n_cells, self._n_parts = sum(widths), len(widths)
        self._target = self._pair_shares(
            torch.as_tensor(codes.levels, device=device).long(),
            torch.as_tensor(codes.normals, device=device),
        )

    @torch.no_grad()
    def __call__(self, model: RowGenerator) -> float:
        """Error of a fixed-seed sample of `model`."""
        rng = torch.Generator(self._device).manual_seed(self._seed)
        difference = self._pair_shares(*model.draw_rows(self._n_rows, rng)) - self._target
        by_row = torch.zeros(self._n_parts, self._n_cells, device=self._device)
        by_row.index_add_(0, self._part_of_cell, difference.abs())
        by_pair = torch.zeros(self._n_parts, self._n_parts, device=self._device)
        by_pair.index_add_(1, self._part_of_cell, by_row)
        return float(by_pair.mean() / 2)

    def _pair_shares(self, levels: Tensor, normals: Tensor) -> Tensor:
        """Shares of rows in each pair of cells, (n_cells, n_cells)."""
        total = torch.zeros(self._n_cells, self._n_cells, device=self._device)
        for start in range(0, len(levels), 4096):
            block = slice(start, start + 4096)
            cells = self._cells(levels[block], normals[block]) + self._offsets
            indicators = torch.zeros(len(cells), self._n_cells, device=self._device)
            indicators.scatter_(1, cells, 1.0)
            total += indicators.T @ indicators
        return total / len(levels)

    def _cells(self, levels: Tensor, normals: Tensor) -> Tensor:
        cells = [table[levels[:, i]] for i, table in enumerate(self._cell_of_level)]
        if normals.shape[1]:
            decile = torch.bucketize(normals.contiguous(), self._edges)
            is_open = self._inputs.open_gates(levels)
            cells += list(torch.where(is_open, decile, NORMAL_CELLS).unbind(1))
        return torch.stack(cells, dim=1)


def _coarse(frequencies: np.ndarray) -> np.ndarray:
    """Cell of each level: one each for the most frequent, a common one for the rest."""
    rank = np.empty(len(frequencies), dtype=np.int64)
    rank[np.argsort(-frequencies, kind="stable")] = np.arange(len(frequencies))
    return np.minimum(rank, MAX_CELLS - 1)
