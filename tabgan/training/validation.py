"""A quick data metric for training: margins and pairs of coarse cells against held-out rows."""

import numpy as np
import torch
from torch import Tensor

from tabgan.networks import Inputs, RowGenerator
from tabgan.preprocessing.layout import Codes, Layout

#: Cells of equal probability into which normals are cut.
NORMAL_CELLS = 10
#: Levels of a part beyond which the rarest share one cell.
MAX_CELLS = 32
#: Cells of all parts together, about: wide tables get fewer for each part.
_ALL_CELLS = 4000


class HeldOutError:
    """Distance, over all pairs of columns, between a sample and held-out rows.

    Every level part is a set of cells (one each for the 31 most frequent levels, one for the rest),
    every normal part another (the deciles of the sample, since its distribution function is put
    right after training, and one cell for rows whose gate is closed). For a pair of parts with
    joint shares P of the sample and Q of the held-out rows the distance is the sum over cells of
    ``(P_ab - Q_ab)^2 / (Q_a Q_b)``, and for a part with itself the sum of ``(P_a - Q_a)^2 / Q_a``.
    The error is the root of the mean distance over all pairs. Squares, unlike the total variation,
    still tell two good generators apart where the sampling error of each cell exceeds the
    difference: its share in their expectation is the same for both.

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
        self._inputs = inputs
        n_parts = max(1, layout.n_level_parts + layout.n_normal_parts)
        max_cells = max(2, min(MAX_CELLS, _ALL_CELLS // n_parts))
        self._cell_of_level = [
            torch.as_tensor(_coarse(part.frequencies, max_cells), device=device)
            for part in layout.level_parts
        ]
        widths = [int(cells.max()) + 1 for cells in self._cell_of_level]
        widths += [NORMAL_CELLS + 1] * layout.n_normal_parts
        self._offsets = torch.as_tensor(np.cumsum([0, *widths[:-1]]), device=device)
        part_of_cell = torch.as_tensor(np.repeat(np.arange(len(widths)), widths), device=device)
        self._n_cells = sum(widths)
        self._target = self._pair_shares(
            torch.as_tensor(codes.levels, device=device).long(),
            torch.as_tensor(codes.normals, device=device),
        )
        self._weights = self._pair_weights(part_of_cell, len(codes))

    @torch.no_grad()
    def __call__(self, model: RowGenerator) -> float:
        """Error of a fixed-seed sample of `model`."""
        rng = torch.Generator(self._device).manual_seed(self._seed)
        difference = self._pair_shares(*model.draw_rows(self._n_rows, rng)) - self._target
        return float((difference.square() * self._weights).sum().sqrt())

    def _pair_weights(self, part_of_cell: Tensor, n_rows: int) -> Tensor:
        """One over the product of the margins, made so that the weighted sum is a mean."""
        margins = self._target.diagonal().clamp_min(0.5 / n_rows)
        same_part = part_of_cell[:, None] == part_of_cell[None, :]
        weights = torch.where(same_part, 0.0, 1 / torch.outer(margins, margins))
        weights += torch.diag(2 / margins)  # pairs of two parts are counted twice
        n_parts = int(part_of_cell[-1]) + 1
        return weights / (n_parts * (n_parts + 1))

    def _pair_shares(self, levels: Tensor, normals: Tensor) -> Tensor:
        """Shares of rows in each pair of cells, (n_cells, n_cells)."""
        total = torch.zeros(self._n_cells, self._n_cells, device=self._device)
        edges = self._decile_edges(levels, normals)
        for start in range(0, len(levels), 4096):
            block = slice(start, start + 4096)
            cells = self._cells(levels[block], normals[block], edges) + self._offsets
            indicators = torch.zeros(len(cells), self._n_cells, device=self._device)
            indicators.scatter_(1, cells, 1.0)
            total += indicators.T @ indicators
        return total / len(levels)

    def _decile_edges(self, levels: Tensor, normals: Tensor) -> Tensor:
        """Inner deciles of each normal over the rows in which it is open, (n_normal_parts, 9)."""
        is_open = self._inputs.open_gates(levels)
        shares = torch.arange(1, NORMAL_CELLS, device=self._device) / NORMAL_CELLS
        edges = torch.zeros(normals.shape[1], NORMAL_CELLS - 1, device=self._device)
        for j, values in enumerate(normals.unbind(1)):
            open_values = values[is_open[:, j]]
            if len(open_values):
                edges[j] = torch.quantile(open_values, shares)
        return edges

    def _cells(self, levels: Tensor, normals: Tensor, edges: Tensor) -> Tensor:
        cells = [table[levels[:, i]] for i, table in enumerate(self._cell_of_level)]
        if normals.shape[1]:
            decile = torch.searchsorted(edges, normals.T.contiguous()).T
            is_open = self._inputs.open_gates(levels)
            cells += list(torch.where(is_open, decile, NORMAL_CELLS).unbind(1))
        return torch.stack(cells, dim=1)


def _coarse(frequencies: np.ndarray, max_cells: int) -> np.ndarray:
    """Cell of each level: one each for the most frequent, a common one for the rest."""
    rank = np.empty(len(frequencies), dtype=np.int64)
    rank[np.argsort(-frequencies, kind="stable")] = np.arange(len(frequencies))
    return np.minimum(rank, max_cells - 1)
