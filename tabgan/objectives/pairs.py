"""Adversarial pairs: the losses of the two players, one value per row.

Every loss has the signature ``(real_scores, fake_scores) -> values`` for both players, whether or
not it needs both, so that an objective is a plain pair of functions. The caller reduces.
"""

import torch.nn.functional as F
from torch import Tensor


def relativistic_discriminator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Penalise a generated row that scores above the real row it is paired with.

    Parameters
    ----------
    real_scores, fake_scores : tensor of shape (n_rows,)
        Discriminator outputs; row i of one is paired with row i of the other.

    Returns
    -------
    tensor of shape (n_rows,)
        ``softplus(fake - real)``, that is ``-log sigmoid(real - fake)``.

    References
    ----------
    A. Jolicoeur-Martineau (2018). The relativistic discriminator: a key element missing from
    standard GAN. arXiv:1807.00734, the pairing form of section 4.

    Examples
    --------
    >>> import torch
    >>> relativistic_discriminator_loss(torch.tensor([0.0]), torch.tensor([0.0]))
    tensor([0.6931])
    """
    return F.softplus(fake_scores - real_scores)


def relativistic_generator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Penalise a real row that scores above the generated row it is paired with.

    Parameters
    ----------
    real_scores, fake_scores : tensor of shape (n_rows,)
        Discriminator outputs, paired row by row.

    Returns
    -------
    tensor of shape (n_rows,)
        ``softplus(real - fake)``.

    Examples
    --------
    >>> import torch
    >>> relativistic_generator_loss(torch.tensor([1.0]), torch.tensor([0.0]))
    tensor([1.3133])
    """
    return F.softplus(real_scores - fake_scores)
