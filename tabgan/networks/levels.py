"""Draw one level per part from a vector of logits, differentiably or not.

The logits of all level parts lie side by side in one vector. Parts of similar width are padded to a
common width and handled together: padding never more than doubles the work, however wide the widest
part is, and a table with hundreds of parts needs a handful of kernels.
"""

import numpy as np
import torch
from torch import Tensor, nn

_CLOSED = -1e9  # logit of the padding


class LevelChoices(nn.Module):
    """Soft-max and Gumbel sampling within each level part.

    Parameters
    ----------
    widths : sequence of int
        Number of levels of each part, in order.

    Notes
    -----
    **Shape**: logits ``(n_rows, sum(widths))``; relaxed levels have the same shape, drawn levels
    ``(n_rows, len(widths))``.

    References
    ----------
    E. Jang, S. Gu, B. Poole (2017). Categorical reparameterization with Gumbel-softmax.
    arXiv:1611.01144. The straight-through variant: forward the one-hot draw, backward the soft-max
    at temperature 1.
    """

    def __init__(self, widths: list[int]) -> None:
        super().__init__()
        self.n_parts, self.n_levels = len(widths), int(sum(widths))
        offsets = np.concatenate([[0], np.cumsum(widths)]).astype(np.int64)
        self._buckets = _similar_widths(widths)
        flat_position = np.zeros(self.n_levels, dtype=np.int64)
        start = 0
        for b, parts in enumerate(self._buckets):
            width = max(widths[i] for i in parts)
            index = np.full((len(parts), width), self.n_levels, dtype=np.int64)
            for row, i in enumerate(parts):
                index[row, : widths[i]] = np.arange(offsets[i], offsets[i + 1])
                flat_position[offsets[i] : offsets[i + 1]] = (
                    start + row * width + np.arange(widths[i])
                )
            start += index.size
            self.register_buffer(f"index_{b}", torch.as_tensor(index), persistent=False)
        order = np.argsort([i for parts in self._buckets for i in parts]).astype(np.int64)
        self.register_buffer("part_order", torch.as_tensor(order), persistent=False)
        self.register_buffer("flat_position", torch.as_tensor(flat_position), persistent=False)

    def relaxed_draw(self, logits: Tensor, generator: torch.Generator) -> Tensor:
        """One-hot draws shaped like `logits`, with the gradient of the soft-max."""
        draws = []
        for block in self._blocks(logits):
            noisy = block + _gumbel(block, generator)
            soft = torch.softmax(noisy, dim=-1)
            hard = torch.zeros_like(soft).scatter_(-1, noisy.argmax(-1, keepdim=True), 1.0)
            draws.append(hard + (soft - soft.detach()))
        return self._unpack(draws, logits)

    def draw(self, logits: Tensor, generator: torch.Generator) -> Tensor:
        """Integer levels of shape (n_rows, n_parts), drawn from the soft-max of each part."""
        if not self.n_parts:
            return torch.zeros(len(logits), 0, dtype=torch.int64, device=logits.device)
        drawn = [(block + _gumbel(block, generator)).argmax(-1) for block in self._blocks(logits)]
        return torch.cat(drawn, dim=1).index_select(1, self.part_order)

    def softmax(self, logits: Tensor) -> Tensor:
        """Probabilities of the levels of each part, shaped like `logits`."""
        return self._unpack(
            [torch.softmax(block, dim=-1) for block in self._blocks(logits)], logits
        )

    def log_softmax(self, logits: Tensor) -> Tensor:
        """Logarithms of the probabilities of the levels of each part, shaped like `logits`."""
        return self._unpack(
            [torch.log_softmax(block, dim=-1) for block in self._blocks(logits)], logits
        )

    def _blocks(self, logits: Tensor) -> list[Tensor]:
        padded = torch.cat([logits, logits.new_full((len(logits), 1), _CLOSED)], dim=1)
        indices = [getattr(self, f"index_{b}") for b in range(len(self._buckets))]
        return [padded.index_select(1, i.flatten()).unflatten(1, i.shape) for i in indices]

    def _unpack(self, blocks: list[Tensor], logits: Tensor) -> Tensor:
        if not blocks:
            return logits
        flat = torch.cat([block.flatten(1) for block in blocks], dim=1)
        return flat.index_select(1, self.flat_position)


def _gumbel(like: Tensor, generator: torch.Generator) -> Tensor:
    return -torch.empty_like(like).exponential_(generator=generator).clamp_min(1e-30).log()


def _similar_widths(widths: list[int]) -> list[list[int]]:
    """Indices of the parts, grouped so that no width exceeds twice the smallest of its group."""
    groups: list[list[int]] = []
    for i in np.argsort(widths, kind="stable").tolist():
        if groups and widths[i] <= 2 * widths[groups[-1][0]]:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups
