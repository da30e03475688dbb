"""Rows from a generator network: noise in, levels and normals out, given columns copied through."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tabgan.networks.blocks import Generator
from tabgan.networks.inputs import Inputs
from tabgan.networks.levels import LevelChoices
from tabgan.preprocessing.layout import Layout


@dataclass(frozen=True)
class GivenColumns:
    """Values of some columns of a batch: a condition.

    Parameters
    ----------
    levels : tensor of shape (n_rows, n_levels)
        One-hot levels; read only where the mask says so.
    normals : tensor of shape (n_rows, n_normal_parts)
        Normals; read only where the mask says so.
    mask : tensor of shape (n_rows, n_columns)
        1 where the column is given, else 0.
    """

    levels: Tensor
    normals: Tensor
    mask: Tensor


class RowGenerator(nn.Module):
    """A generator network together with the parts it writes and the inputs it is shown.

    Parameters
    ----------
    inputs : Inputs
        Turns given columns into the condition input.
    choices : LevelChoices
        Draws a level for each part.
    generator : Generator
        The network.
    """

    def __init__(self, inputs: Inputs, choices: LevelChoices, generator: Generator) -> None:
        super().__init__()
        self.inputs, self.choices, self.generator = inputs, choices, generator

    @classmethod
    def of_layout(
        cls,
        layout: Layout,
        network: type[Generator],
        noise_dim: int,
        layers: tuple[int, ...],
        *,
        conditional: bool,
        build: Callable[[Callable[[], Generator]], Generator],
    ) -> "RowGenerator":
        """One for the parts of a layout.

        Parameters
        ----------
        layout : Layout
        network : type
            `Generator` or a subclass with its arguments.
        noise_dim : int
            Its first argument.
        layers : tuple of int
        conditional : bool
            Whether columns can be given.
        build : callable
            Calls the constructor that it is handed, and sees to the weights.
        """
        inputs = Inputs(layout)
        n_condition = inputs.n_inputs + inputs.n_columns if conditional else 0
        sizes = noise_dim, n_condition, layout.n_levels, layout.n_normal_parts
        choices = LevelChoices([part.n_levels for part in layout.level_parts])
        return cls(inputs, choices, build(lambda: network(*sizes, layers)))

    @property
    def is_conditional(self) -> bool:
        """Whether it can be given columns."""
        return self.generator.from_condition is not None

    def relaxed_rows(
        self, n_rows: int, rng: torch.Generator, given: GivenColumns | None = None
    ) -> tuple[Tensor, Tensor]:
        """Differentiable one-hot levels (n_rows, n_levels) and normals (n_rows, n_normal_parts)."""
        logits, normals = self.outputs(n_rows, rng, given)
        levels = self.choices.relaxed_draw(logits, rng)
        if given is None:
            return levels, normals
        level_mask = given.mask.index_select(1, self.inputs.column_of_level)
        normal_mask = given.mask.index_select(1, self.inputs.column_of_normal)
        return (
            torch.lerp(levels, given.levels, level_mask),
            torch.lerp(normals, given.normals, normal_mask),
        )

    def draw_rows(self, n_rows: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Integer levels (n_rows, n_level_parts) and normals (n_rows, n_normal_parts)."""
        logits, normals = self.outputs(n_rows, rng)
        return self.choices.draw(logits, rng), normals

    def level_probabilities(self, n_rows: int, rng: torch.Generator) -> Tensor:
        """Probabilities (n_rows, n_levels) from which `draw_rows` would draw."""
        return self.choices.softmax(self.outputs(n_rows, rng)[0])

    def outputs(
        self, n_rows: int, rng: torch.Generator, given: GivenColumns | None = None
    ) -> tuple[Tensor, Tensor]:
        """Logits (n_rows, n_levels) and normals (n_rows, n_normal_parts), also of given columns."""
        device = self.generator.output.weight.device
        noise = torch.randn(n_rows, self.generator.noise_dim, generator=rng, device=device)
        logits, normals = self.generator(noise, None if given is None else self._condition(given))
        return logits, self.inputs.with_bounds(normals, self.generator.bound)

    def _condition(self, given: GivenColumns) -> Tensor:
        inputs = self.inputs(given.levels, given.normals)
        given_inputs = inputs * given.mask.index_select(1, self.inputs.column_of_input)
        return torch.cat([given_inputs, given.mask], dim=1)

    def condition(self, given: GivenColumns | None) -> Tensor | None:
        """What the network is shown of given columns; None for none."""
        return None if given is None else self._condition(given)
