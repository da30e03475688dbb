"""Adversarial pairs whose scores are logits: the losses of the two players, one value per row.

Every loss has the signature ``(real_scores, fake_scores) -> values`` for both players, whether or
not it needs both, so that an objective is a plain pair of functions. The caller reduces.

With D = sigmoid(score), logarithms are written by softplus, which neither overflows nor cancels:
``log D = -softplus(-score)`` and ``log(1 - D) = -softplus(score)``.
"""

import torch.nn.functional as F
from torch import Tensor


def cross_entropy_discriminator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Binary cross-entropy of telling real from generated rows.

    Parameters
    ----------
    real_scores, fake_scores : tensor of shape (n_rows,)
        Logits of D.

    Returns
    -------
    tensor of shape (n_rows,)
        ``-log D(x) - log(1 - D(G(z)))``, whose mean is -V(D, G).

    Notes
    -----
    For densities p and q of real and generated rows it is least where the logit is ``log(p / q)``,
    that is ``D = p / (p + q)``; V is then ``-log 4 + 2 JS(p, q)``.

    References
    ----------
    I. Goodfellow et al. (2014). Generative adversarial nets. arXiv:1406.2661, eq. 1, proposition 1
    and theorem 1.

    Examples
    --------
    >>> import torch
    >>> cross_entropy_discriminator_loss(torch.tensor([0.0]), torch.tensor([0.0]))
    tensor([1.3863])
    """
    return F.softplus(-real_scores) + F.softplus(fake_scores)


def minimax_generator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Log-probability that a generated row is found out.

    Parameters
    ----------
    real_scores, fake_scores : tensor of shape (n_rows,)
        Logits of D; the real ones do not matter.

    Returns
    -------
    tensor of shape (n_rows,)
        ``log(1 - D(G(z)))``, at most 0. It saturates: where D is sure, its slope ``-D`` vanishes.

    References
    ----------
    I. Goodfellow et al. (2014). Generative adversarial nets. arXiv:1406.2661, eq. 1 and algorithm
    1.

    Examples
    --------
    >>> import torch
    >>> minimax_generator_loss(torch.tensor([0.0]), torch.tensor([0.0, 100.0]))
    tensor([  -0.6931, -100.0000])
    """
    return -F.softplus(fake_scores)


def non_saturating_generator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Minus the log-probability that a generated row passes as real.

    Parameters
    ----------
    real_scores, fake_scores : tensor of shape (n_rows,)
        Logits of D; the real ones do not matter.

    Returns
    -------
    tensor of shape (n_rows,)
        ``-log D(G(z))``: the same fixed point as `minimax_generator_loss`, with a slope where D is
        sure.

    References
    ----------
    I. Goodfellow et al. (2014). Generative adversarial nets. arXiv:1406.2661, end of section 3.

    Examples
    --------
    >>> import torch
    >>> non_saturating_generator_loss(torch.tensor([0.0]), torch.tensor([0.0, -100.0]))
    tensor([  0.6931, 100.0000])
    """
    return F.softplus(-fake_scores)


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
