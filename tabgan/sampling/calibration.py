"""After training: make level margins exact, learn how normals are distributed, and freeze both."""

import torch
from torch import Tensor, nn

from tabgan.networks import RowGenerator

#: Rounds of bias shifts, and rows drawn in each.
ROUNDS, ROUND_ROWS = 8, 20_000
#: Rows drawn to learn the distribution functions, and points that each is tabulated at.
MAP_ROWS, MAP_POINTS = 60_000, 1001
#: Open rows below which a distribution function is not learnt but taken as standard normal.
LEAST_OPEN_ROWS = 50
_BLOCK = 5000
_TAIL = 1e-5  # probabilities are kept this far from 0 and 1


@torch.no_grad()
def calibrate_levels(model: RowGenerator, frequencies: Tensor, rng: torch.Generator) -> None:
    """Shift the output biases until each level is drawn as often as it occurs.

    Parameters
    ----------
    model : RowGenerator
        Changed in place.
    frequencies : tensor of shape (n_levels,)
        Share of the training rows that have each level.
    rng : torch.Generator
        On the device of the model.

    Notes
    -----
    Each round adds ``log(p_real / p_generated)`` to the biases, p_generated being the mean soft-max
    of 20,000 rows, whose variance is below that of a count. Levels rarer than a fifth of a row in
    the sample are left to the floor.
    """
    n_levels = model.generator.n_levels
    if not n_levels:
        return
    floor = 0.2 / ROUND_ROWS
    target = frequencies.clamp_min(floor).log()
    for _ in range(ROUNDS):
        total = torch.zeros(n_levels, device=frequencies.device)
        for _ in range(ROUND_ROWS // _BLOCK):
            total += model.level_probabilities(_BLOCK, rng).sum(0)
        shift = target - (total / ROUND_ROWS).clamp_min(floor).log()
        model.generator.output.bias[:n_levels] += shift


class NormalMaps(nn.Module):
    """Turn the generator's normals into standard normal scores by their distribution functions.

    Parameters
    ----------
    n_normals : int
        Number of normal parts.

    Notes
    -----
    The table holds quantiles of *generated* numbers, so nothing of the training rows is in it.

    **Shape**: ``(n_rows, n_normals)`` -> ``(n_rows, n_normals)``.
    """

    def __init__(self, n_normals: int) -> None:
        super().__init__()
        standard = _normal_score(torch.linspace(0, 1, MAP_POINTS).clamp(_TAIL, 1 - _TAIL))
        self.register_buffer("quantiles", standard.repeat(n_normals, 1))

    @torch.no_grad()
    def learn(self, model: RowGenerator, rng: torch.Generator) -> None:
        """Tabulate the distribution of each normal over rows in which its gate is open.

        Linear ones are left as the generator gives them.
        """
        if not len(self.quantiles):
            return
        drawn = [model.draw_rows(_BLOCK, rng) for _ in range(MAP_ROWS // _BLOCK)]
        is_open = torch.cat([model.inputs.open_gates(levels) for levels, _ in drawn])
        normals = torch.cat([normals for _, normals in drawn])
        shares = torch.linspace(0, 1, MAP_POINTS, device=normals.device)
        for j in model.inputs.ranked.tolist():
            values = normals[is_open[:, j], j]
            if len(values) >= LEAST_OPEN_ROWS:
                self.quantiles[j] = torch.quantile(values, shares)

    def forward(self, normals: Tensor) -> Tensor:
        if not normals.shape[1]:
            return normals
        values = normals.T.contiguous()
        right = torch.searchsorted(self.quantiles, values).clamp(1, MAP_POINTS - 1)
        low = self.quantiles.gather(1, right - 1)
        high = self.quantiles.gather(1, right)
        within = ((values - low) / (high - low).clamp_min(1e-12)).clamp(0, 1)
        share = ((right - 1 + within) / (MAP_POINTS - 1)).clamp(_TAIL, 1 - _TAIL)
        return _normal_score(share).T.contiguous()


def _normal_score(share: Tensor) -> Tensor:
    """Quantile function of the standard normal distribution, on every device."""
    return 2**0.5 * torch.erfinv(2 * share - 1)
