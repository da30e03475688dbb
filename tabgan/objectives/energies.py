"""The energy-based pair: scores are energies, *lower* for rows that look real."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from tabgan._params import ABOVE_ZERO, check_parameters


@dataclass(frozen=True)
class EnergyMargin:
    """Loss of an energy-based discriminator: low energy for real rows, `margin` for generated ones.

    Parameters
    ----------
    margin : float
        Energy, above 0, from which a generated row is pushed no further.

    Notes
    -----
    Called with ``real_scores`` and ``fake_scores``, tensors of shape (n_rows,) of energies, it
    returns ``real + max(0, margin - fake)``, one value per row. It is least where the energy is 0
    if real rows are more frequent than generated ones, and `margin` if they are rarer.

    References
    ----------
    J. Zhao, M. Mathieu, Y. LeCun (2016). Energy-based generative adversarial network.
    arXiv:1609.03126, eq. 1 and lemma 1.

    Examples
    --------
    >>> import torch
    >>> EnergyMargin(2.0)(torch.tensor([0.5, 0.5]), torch.tensor([1.5, 3.0]))
    tensor([1.0000, 0.5000])
    """

    margin: float

    def __post_init__(self) -> None:
        check_parameters("EnergyMargin", vars(self), {"margin": [ABOVE_ZERO]})

    def __call__(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        return real_scores + F.relu(self.margin - fake_scores)


def energy_generator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Energy of generated rows.

    Parameters
    ----------
    real_scores, fake_scores : tensor of shape (n_rows,)
        Energies; those of real rows do not matter.

    Returns
    -------
    tensor of shape (n_rows,)
        The energies of the generated rows themselves.

    References
    ----------
    J. Zhao, M. Mathieu, Y. LeCun (2016). Energy-based generative adversarial network.
    arXiv:1609.03126, eq. 2.

    Examples
    --------
    >>> import torch
    >>> energy_generator_loss(torch.tensor([0.1]), torch.tensor([0.7]))
    tensor([0.7000])
    """
    return fake_scores


def pulling_away(encodings: Tensor) -> Tensor:
    """Mean squared cosine between the encoding of each row and those of the other rows.

    Parameters
    ----------
    encodings : tensor of shape (n_rows, width)
        Encodings of generated rows, two or more.

    Returns
    -------
    tensor of shape (n_rows,)
        In [0, 1]; 1 where all encodings point the same way. The mean over the rows is the term of
        the paper.

    References
    ----------
    J. Zhao, M. Mathieu, Y. LeCun (2016). Energy-based generative adversarial network.
    arXiv:1609.03126, eq. 4.

    Examples
    --------
    >>> import torch
    >>> pulling_away(torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0]]))
    tensor([0.5000, 0.0000, 0.5000])
    """
    directions = F.normalize(encodings, dim=1)
    squared = (directions @ directions.T).square()
    others = squared - torch.diag(squared.diagonal())
    return others.sum(1) / (len(squared) - 1)
