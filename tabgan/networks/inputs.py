"""What a discriminator sees of a batch of codes.

A row of codes is a choice of levels (as one-hot vectors, relaxed for generated rows) and a few
normal scores. `Inputs` turns it into one real vector whose coordinates have comparable variance and
in which thresholds are easy to see:

* a level: its indicator, centred and divided by ``sqrt(p (1 - p) + 0.02)``, p its share of the
  training rows;
* an ordered level part: besides, the normal score and the standardised value of the level;
* a normal z: z itself, the standardised value that it stands for in the cluster of the row, and 15
  smooth steps ``tanh(6 (z - knot))``, all zero in rows whose gate is closed;
* a normal that is coded linearly: itself alone.

Everything is differentiable in the levels and the normals, made per batch, and never held for the
whole table.
"""

from collections.abc import Callable

import numpy as np
import torch
from scipy.stats import norm
from torch import Tensor, nn

from tabgan.preprocessing.layout import NORMAL_GRID, Layout

#: Knots of the smooth steps: the inner sixteenths of the standard normal distribution.
STEP_KNOTS = norm.ppf(np.arange(1, 16) / 16)
#: Half width of the grid on which `NormalPart.values` is tabulated.
GRID_LIMIT = float(NORMAL_GRID[-1])
INPUTS_PER_NORMAL = 2 + len(STEP_KNOTS)


class Inputs(nn.Module):
    """Map relaxed levels and normals to centred discriminator inputs.

    Parameters
    ----------
    layout : Layout
        Parts of the table, their frequencies and value tables.

    Attributes
    ----------
    n_inputs : int
        Width of the input vector.
    n_columns : int
        Number of modelled columns.
    column_of_input, column_of_level, column_of_normal : tensor of int64
        The modelled column that owns each input, each level and each normal.
    mean : tensor of shape (n_inputs,)
        Mean input of the training rows, subtracted from every row. Zero until `centre` is called.

    Notes
    -----
    **Shape**: levels ``(n_rows, n_levels)``, normals ``(n_rows, n_normal_parts)`` -> ``(n_rows,
    n_inputs)``.
    """

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.n_columns = layout.n_columns
        self.n_levels = layout.n_levels
        self.n_normals = layout.n_normal_parts
        frequencies = layout.frequencies
        level_columns = _repeat([(part.column, part.n_levels) for part in layout.level_parts])
        score_table, score_columns = _level_scores(layout)
        normal_columns = np.array([part.column for part in layout.normal_parts], dtype=np.int64)
        ranked, linear = np.flatnonzero(~layout.are_linear), np.flatnonzero(layout.are_linear)
        self.n_ranked, self.n_linear = len(ranked), len(linear)
        values = [part.values for part in layout.normal_parts]

        self._register("scale", 1 / np.sqrt(frequencies * (1 - frequencies) + 0.02))
        self._register("score_table", score_table)
        self._register("values", np.concatenate([np.zeros((0, len(NORMAL_GRID))), *values]))
        self._register("ranked", ranked)
        self._register("linear", linear)
        self._register("knots", STEP_KNOTS)
        self._register("offsets", np.asarray(layout.level_offsets[:-1], dtype=np.int64))
        self._register_gates(layout)
        self._register("column_of_level", level_columns)
        self._register("column_of_normal", normal_columns)
        owners = [
            level_columns,
            score_columns,
            np.repeat(normal_columns[ranked], INPUTS_PER_NORMAL),
            normal_columns[linear],
        ]
        self._register("column_of_input", np.concatenate(owners))
        self.n_inputs = len(self.column_of_input)
        self._register("mean", np.zeros(self.n_inputs))

    def _register_gates(self, layout: Layout) -> None:
        """Register which levels open each normal."""
        clusters = [part.n_clusters for part in layout.normal_parts]
        self.has_clusters = max(clusters, default=1) > 1
        gates = _gates(layout)
        always = np.array([part.gate is None for part in layout.normal_parts], dtype=bool)
        gate_parts = [
            layout.n_level_parts if p.gate is None else p.gate[0] for p in layout.normal_parts
        ]
        self._register("gates", gates)
        self._register("gate_parts", np.array(gate_parts, dtype=np.int64))
        self._register("gate_levels", np.where(always, 0, gates))
        # One entry for each cluster of each normal, whose levels follow each other.
        normal_of = np.repeat(np.arange(self.n_normals), clusters)
        number = np.arange(len(normal_of)) - (np.cumsum(clusters) - clusters)[normal_of]
        self._register("normal_of_cluster", normal_of.astype(np.int64))
        self._register("cluster_levels", gates[normal_of] + number.astype(np.int64))

    def _register(self, name: str, values: np.ndarray) -> None:
        values = np.asarray(values)
        dtype = torch.int64 if values.dtype.kind in "iu" else torch.float32
        self.register_buffer(name, torch.as_tensor(values, dtype=dtype), persistent=name == "mean")

    def one_hot(self, levels: Tensor) -> Tensor:
        """Indicators (n_rows, n_levels) of integer levels (n_rows, n_level_parts)."""
        indicators = torch.zeros(len(levels), self.n_levels, device=levels.device)
        return indicators.scatter_(1, levels + self.offsets, 1.0)

    def open_gates(self, levels: Tensor) -> Tensor:
        """Whether each normal applies, (n_rows, n_normal_parts), given integer levels."""
        opened = levels.new_zeros(len(levels), 1)  # stands for "always open"
        flat = torch.cat([levels + self.offsets, opened], dim=1)
        return flat.index_select(1, self.gate_parts) >= self.gate_levels

    def opened(self, levels: Tensor) -> Tensor:
        """How far each normal applies, (n_rows, n_normal_parts), given relaxed levels."""
        if self.has_clusters:
            return self._sum_clusters(self._of_clusters(levels))
        return _with_ones(levels).index_select(1, self.gates)

    def _of_clusters(self, levels: Tensor) -> Tensor:
        """How far each cluster of each normal applies, given relaxed levels."""
        return _with_ones(levels).index_select(1, self.cluster_levels)

    def _sum_clusters(self, terms: Tensor) -> Tensor:
        """Sums (n_rows, n_normal_parts) of terms of each cluster."""
        sums = terms.new_zeros(len(terms), self.n_normals)
        return sums.index_add(1, self.normal_of_cluster, terms)

    def with_bounds(self, normals: Tensor, bound: Callable[[Tensor], Tensor]) -> Tensor:
        """The same normals, (n_rows, n_normal_parts), but `bound` applied to linear ones."""
        if not self.n_linear:
            return normals
        return normals.index_copy(1, self.linear, bound(normals.index_select(1, self.linear)))

    def centre(self, mean: Tensor) -> None:
        """Subtract `mean`, of shape (n_inputs,), from every row from now on."""
        self.mean.copy_(mean)

    def forward(self, levels: Tensor, normals: Tensor) -> Tensor:
        parts = [levels * self.scale]
        if self.score_table.shape[1]:
            parts.append(levels @ self.score_table)
        if self.n_normals:
            parts += self._normal_inputs(levels, normals)
        return torch.cat(parts, dim=1) - self.mean

    def _normal_inputs(self, levels: Tensor, normals: Tensor) -> list[Tensor]:
        opened = self.opened(levels)
        if not self.n_linear:
            return [self._ranked_inputs(levels, normals, opened)]
        linear = (normals * opened).index_select(1, self.linear)
        return [self._ranked_inputs(levels, normals, opened), linear] if self.n_ranked else [linear]

    def _ranked_inputs(self, levels: Tensor, normals: Tensor, opened: Tensor) -> Tensor:
        value = self._value_in_cluster(levels, normals)
        if self.n_linear:
            parts = (normals, value, opened)
            normals, value, opened = (part.index_select(1, self.ranked) for part in parts)
        number, value, gate = (part.unsqueeze(-1) for part in (normals, value, opened))
        steps = torch.tanh(6 * (number - self.knots))
        if self.has_clusters:  # of which the value knows already how far they apply
            return torch.cat([number * gate, value, steps * gate], dim=-1).flatten(1)
        return (torch.cat([number, value, steps], dim=-1) * gate).flatten(1)

    def _value_in_cluster(self, levels: Tensor, normals: Tensor) -> Tensor:
        """Standardised value of each normal, where there are clusters by how far they apply."""
        if not self.has_clusters:
            return self._tabulated_value(normals)
        values = self._tabulated_value(normals.index_select(1, self.normal_of_cluster))
        return self._sum_clusters(values * self._of_clusters(levels))

    def _tabulated_value(self, normals: Tensor) -> Tensor:
        """Standardised value of each normal, linear between the points of its own table."""
        size = self.values.shape[1]
        position = (normals.clamp(-GRID_LIMIT, GRID_LIMIT) + GRID_LIMIT) * (
            (size - 1) / (2 * GRID_LIMIT)
        )
        left = position.detach().floor().long().clamp(0, size - 2)
        table = self.values.flatten()
        index = left + torch.arange(normals.shape[1], device=normals.device) * size
        low, high = table[index], table[index + 1]
        return low + (high - low) * (position - left)


def _with_ones(levels: Tensor) -> Tensor:
    """Levels and one more column, which stands for "always open": a gate is a plain look-up."""
    return torch.cat([levels, levels.new_ones(len(levels), 1)], dim=1)


def _repeat(pairs: list[tuple[int, int]]) -> np.ndarray:
    """Each first number repeated as often as its second says."""
    if not pairs:
        return np.zeros(0, dtype=np.int64)
    values, counts = np.array(pairs, dtype=np.int64).T
    return np.repeat(values, counts)


def _level_scores(layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """Block-diagonal table (n_levels, 2 x ordered parts) of scores, and who owns its columns."""
    ordered = [i for i, part in enumerate(layout.level_parts) if part.scores is not None]
    table = np.zeros((layout.n_levels, 2 * len(ordered)))
    for j, i in enumerate(ordered):
        start, stop = layout.level_offsets[i], layout.level_offsets[i + 1]
        table[start:stop, 2 * j : 2 * j + 2] = layout.level_parts[i].scores
    columns = np.array([layout.level_parts[i].column for i in ordered], dtype=np.int64)
    return table, np.repeat(columns, 2)


def _gates(layout: Layout) -> np.ndarray:
    """First level that opens each normal; `n_levels`, one past the last, if any level does."""
    gates = [
        layout.n_levels if part.gate is None else layout.level_offsets[part.gate[0]] + part.gate[1]
        for part in layout.normal_parts
    ]
    return np.array(gates, dtype=np.int64)
