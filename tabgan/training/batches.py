"""Training rows on the device, batches of them, and random masks of columns."""

from collections.abc import Iterator

import torch
from torch import Tensor

from tabgan.networks import GivenColumns, Inputs
from tabgan.objectives import second_moments
from tabgan.preprocessing.layout import Codes

#: Share of the rows of a batch of which the discriminator sees every column.
FULL_ROWS = 0.3
#: Least probability with which a column is shown in the other rows.
LEAST_KEPT = 0.1
#: Share of the rows of a conditional batch that are given columns.
GIVEN_ROWS = 0.25
_BLOCK = 8192


class TrainingRows:
    """Codes that live on the device and are drawn from there, uniformly with replacement.

    Parameters
    ----------
    codes : Codes
        The encoded training rows.
    inputs : Inputs
        Turns codes into discriminator inputs.
    """

    def __init__(self, codes: Codes, inputs: Inputs) -> None:
        device = inputs.scale.device
        self.inputs = inputs
        self.levels = torch.as_tensor(codes.levels, device=device)
        self.normals = torch.as_tensor(codes.normals, device=device)

    def __len__(self) -> int:
        return len(self.levels)

    def draw(self, n_rows: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """One-hot levels (n_rows, n_levels) and normals (n_rows, n_normal_parts) of random rows."""
        rows = torch.randint(len(self), (n_rows,), generator=rng, device=self.levels.device)
        return self.inputs.one_hot(self.levels[rows].long()), self.normals[rows]

    def draw_inputs(self, n_rows: int, rng: torch.Generator) -> Tensor:
        """Discriminator inputs (n_rows, n_inputs) of random rows."""
        return self.inputs(*self.draw(n_rows, rng))

    @torch.no_grad()
    def all_inputs(self) -> Tensor:
        """Discriminator inputs (n_rows, n_inputs) of all rows, for tables known to be short."""
        return torch.cat(list(self._input_blocks()))

    @torch.no_grad()
    def input_mean(self) -> Tensor:
        """Mean discriminator input of all rows, in float64 sums."""
        total = torch.zeros(self.inputs.n_inputs, dtype=torch.float64)
        for block in self._input_blocks():
            total += block.sum(0).cpu().double()
        return (total / len(self)).float()

    @torch.no_grad()
    def second_moments(self) -> Tensor:
        """`objectives.second_moments` of the inputs of all rows."""
        total: Tensor | float = 0.0
        for block in self._input_blocks():
            total = total + second_moments(block) * (len(block) / len(self))
        return torch.as_tensor(total)

    def _input_blocks(self) -> Iterator[Tensor]:
        for start in range(0, len(self), _BLOCK):
            rows = slice(start, start + _BLOCK)
            yield self.inputs(self.inputs.one_hot(self.levels[rows].long()), self.normals[rows])


def column_mask(n_rows: int, n_columns: int, rng: torch.Generator) -> Tensor:
    """Columns that the discriminator sees: (n_rows, n_columns) of 0 and 1.

    A row keeps each column with a probability of its own, uniform but at least `LEAST_KEPT`; a
    share of `FULL_ROWS` of the rows keeps all. So the discriminator judges all margins and
    low-order joints as well as the whole row.
    """
    device = rng.device
    keep = torch.rand(n_rows, 1, generator=rng, device=device).clamp_min(LEAST_KEPT)
    is_full = torch.rand(n_rows, 1, generator=rng, device=device) < FULL_ROWS
    keep = torch.where(is_full, 1.0, keep)
    return (torch.rand(n_rows, n_columns, generator=rng, device=device) < keep).float()


def random_given(
    levels: Tensor, normals: Tensor, n_columns: int, rng: torch.Generator
) -> GivenColumns:
    """Give a random subset of columns in the last rows of a batch, none in the first ones.

    The first ``free_rows(n_rows)`` rows are given nothing; each of the others is given every column
    with a probability of its own, uniform between 0 and 1.
    """
    share = torch.rand(len(levels), 1, generator=rng, device=rng.device)
    share[: free_rows(len(levels))] = 0
    mask = torch.rand(len(levels), n_columns, generator=rng, device=rng.device) < share
    return GivenColumns(levels, normals, mask.float())


def free_rows(n_rows: int) -> int:
    """Number of rows of a batch that are given no column."""
    return n_rows - round(n_rows * GIVEN_ROWS)
