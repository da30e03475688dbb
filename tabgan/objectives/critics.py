"""Adversarial pairs whose scores are plain numbers, higher for real rows, and no logits."""

import torch.nn.functional as F
from torch import Tensor


def least_squares_discriminator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Squared distance of real scores from 1 and of generated ones from 0.

    Parameters
    ----------
    real_scores, fake_scores : tensor of shape (n_rows,)
        Discriminator outputs.

    Returns
    -------
    tensor of shape (n_rows,)
        ``(real - 1)^2 / 2 + fake^2 / 2``, least where the score is ``p / (p + q)``.

    References
    ----------
    X. Mao et al. (2017). Least squares generative adversarial networks. arXiv:1611.04076, eq. 9.

    Examples
    --------
    >>> import torch
    >>> least_squares_discriminator_loss(torch.tensor([0.5]), torch.tensor([0.5]))
    tensor([0.2500])
    """
    return (real_scores - 1).square() / 2 + fake_scores.square() / 2


def least_squares_generator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Squared distance of generated scores from 1.

    Parameters
    ----------
    real_scores, fake_scores : tensor of shape (n_rows,)
        Discriminator outputs; the real ones do not matter.

    Returns
    -------
    tensor of shape (n_rows,)
        ``(fake - 1)^2 / 2``.

    References
    ----------
    X. Mao et al. (2017). Least squares generative adversarial networks. arXiv:1611.04076, eq. 9.

    Examples
    --------
    >>> import torch
    >>> least_squares_generator_loss(torch.tensor([0.0]), torch.tensor([0.0]))
    tensor([0.5000])
    """
    return (fake_scores - 1).square() / 2


def hinge_discriminator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Penalise real scores below 1 and generated scores above -1.

    Parameters
    ----------
    real_scores, fake_scores : tensor of shape (n_rows,)
        Discriminator outputs.

    Returns
    -------
    tensor of shape (n_rows,)
        ``max(0, 1 - real) + max(0, 1 + fake)``, least where the score is 1 if real rows are more
        frequent than generated ones and -1 if they are rarer.

    References
    ----------
    J. H. Lim, J. C. Ye (2017). Geometric GAN. arXiv:1705.02894. T. Miyato et al. (2018). Spectral
    normalization for generative adversarial networks. arXiv:1802.05957, eq. 16.

    Examples
    --------
    >>> import torch
    >>> hinge_discriminator_loss(torch.tensor([3.0]), torch.tensor([0.0]))
    tensor([1.])
    """
    return F.relu(1 - real_scores) + F.relu(1 + fake_scores)


def wasserstein_discriminator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Difference between generated and real scores.

    Parameters
    ----------
    real_scores, fake_scores : tensor of shape (n_rows,)
        Outputs of the critic.

    Returns
    -------
    tensor of shape (n_rows,)
        ``fake - real``. Among critics of slope at most 1, the least mean is minus the Wasserstein-1
        distance of the two distributions; without a bound on the slope there is none.

    References
    ----------
    M. Arjovsky, S. Chintala, L. Bottou (2017). Wasserstein GAN. arXiv:1701.07875, eq. 2.

    Examples
    --------
    >>> import torch
    >>> wasserstein_discriminator_loss(torch.tensor([3.0]), torch.tensor([1.0]))
    tensor([-2.])
    """
    return fake_scores - real_scores


def wasserstein_generator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Minus the generated score; the generator's loss of the hinge pair too.

    Parameters
    ----------
    real_scores, fake_scores : tensor of shape (n_rows,)
        Outputs of the critic; the real ones do not matter.

    Returns
    -------
    tensor of shape (n_rows,)
        ``-fake``.

    References
    ----------
    M. Arjovsky, S. Chintala, L. Bottou (2017). Wasserstein GAN. arXiv:1701.07875, algorithm 1.

    Examples
    --------
    >>> import torch
    >>> wasserstein_generator_loss(torch.tensor([3.0]), torch.tensor([1.0]))
    tensor([-1.])
    """
    return -fake_scores
