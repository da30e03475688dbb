"""The refiner: fresh discriminators that estimate density ratios.

They are trained with binary cross-entropy on real rows against rows of the frozen, calibrated
generator, so their mean output is an estimate of the log-density ratio, and candidates are kept in
proportion to its exponential.
"""

import copy
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from scipy.optimize import minimize_scalar
from torch import Tensor

from tabgan.networks import Discriminator, DiscriminatorEnsemble
from tabgan.training import TrainingRows

#: Bound on the log-ratio.
LARGEST_LOGIT = 8.0


@dataclass(frozen=True)
class RefinerSettings:
    """How the refiner is trained.

    Parameters
    ----------
    max_steps : int
        Steps of the cosine schedule.
    batch_size : int
        Rows of each kind in a batch.
    dropout : float
        Share of the inputs hidden in each row: without it rows of the training table are learnt by
        heart.
    """

    max_steps: int = 1500
    batch_size: int = 500
    dropout: float = 0.2
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    evaluate_every: int = 50
    averaging: float = 0.98
    patience: int = 6


def train_refiner(
    refiner: DiscriminatorEnsemble,
    real: TrainingRows,
    held_out: Tensor,
    pool: TrainingRows,
    pool_held_out: Tensor,
    rng: torch.Generator,
    settings: RefinerSettings,
) -> float:
    """Train `refiner` in place and return the factor its logits are to be multiplied by.

    Parameters
    ----------
    refiner : DiscriminatorEnsemble
        Takes inputs, gives logits. Each member is trained by itself, on all rows.
    real, pool : TrainingRows
        Rows to tell apart.
    held_out, pool_held_out : tensor of shape (n_rows, n_inputs)
        Inputs of rows of both kinds that are not in them: they choose the best weights and the
        factor.
    rng : torch.Generator
        On the device.
    settings : RefinerSettings
        Numbers of the training.

    Returns
    -------
    float
        In [0, 2]: the factor with the least held-out cross-entropy, which takes back over- or
        under-confidence.
    """
    for member in refiner.members:
        _train_member(member, real, held_out, pool, pool_held_out, rng, settings)
    return _best_factor(refiner, held_out, pool_held_out)


def _train_member(
    member: Discriminator,
    real: TrainingRows,
    held_out: Tensor,
    pool: TrainingRows,
    pool_held_out: Tensor,
    rng: torch.Generator,
    settings: RefinerSettings,
) -> None:
    optimizer = torch.optim.AdamW(
        member.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    averaged = copy.deepcopy(member)
    best_loss, best_step, best = float("inf"), 0, copy.deepcopy(averaged.state_dict())
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings.max_steps)
    for step in range(1, settings.max_steps + 1):
        real_rows = _drop(real.draw_inputs(settings.batch_size, rng), settings.dropout, rng)
        pool_rows = _drop(pool.draw_inputs(settings.batch_size, rng), settings.dropout, rng)
        real_logits, pool_logits = member(torch.cat([real_rows, pool_rows])).chunk(2)
        loss = F.softplus(-real_logits).mean() + F.softplus(pool_logits).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        scheduler.step()
        with torch.no_grad():
            decay = settings.averaging if step > 50 else 0.5
            for average, weight in zip(averaged.parameters(), member.parameters(), strict=True):
                average.lerp_(weight, 1 - decay)
        if step % settings.evaluate_every == 0 or step == settings.max_steps:
            held_out_loss = _cross_entropy(averaged, held_out, pool_held_out)
            if held_out_loss < best_loss:
                best_loss, best = held_out_loss, copy.deepcopy(averaged.state_dict())
                best_step = step
            elif step >= best_step + settings.patience * settings.evaluate_every:
                break
    member.load_state_dict(best)


def _drop(rows: Tensor, share: float, rng: torch.Generator) -> Tensor:
    """Hide a share of the inputs; torch's own dropout would draw from the global generator."""
    kept = torch.rand(rows.shape, generator=rng, device=rows.device) >= share
    return rows * kept / (1 - share)


@torch.no_grad()
def _logits(refiner: torch.nn.Module, rows: Tensor) -> Tensor:
    return torch.cat([refiner(block) for block in rows.split(8192)])


def _cross_entropy(refiner: Discriminator, real: Tensor, pool: Tensor) -> float:
    real_loss = F.softplus(-_logits(refiner, real)).mean()
    return float(real_loss + F.softplus(_logits(refiner, pool)).mean())


def _best_factor(refiner: DiscriminatorEnsemble, real: Tensor, pool: Tensor) -> float:
    real_logits = _logits(refiner, real).cpu().double().numpy()
    pool_logits = _logits(refiner, pool).cpu().double().numpy()

    def cross_entropy(factor: float) -> float:
        real_loss = np.logaddexp(0, -factor * real_logits).mean()
        return float(real_loss + np.logaddexp(0, factor * pool_logits).mean())

    return float(minimize_scalar(cross_entropy, bounds=(0, 2), method="bounded").x)
