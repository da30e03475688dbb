"""What holds the discriminator back: penalties on its gradients, and bounds on its weights.

A penalty is a function of scores and the rows they came from, one value per row; the score of a row
must depend on that row alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from tabgan._params import ABOVE_ZERO, check_parameters

#: Added under the square root of a gradient's norm, whose slope at 0 would be infinite.
_TINY = 1e-12


def zero_centred_gradient(scores: Tensor, rows: Tensor) -> Tensor:
    """Squared norm of the gradient of each score with respect to its row.

    Parameters
    ----------
    scores : tensor of shape (n_rows,)
        Discriminator outputs of `rows`; the score of a row must depend on that row alone.
    rows : tensor of shape (n_rows, n_inputs)
        Discriminator inputs, requiring a gradient.

    Returns
    -------
    tensor of shape (n_rows,)
        ``||d score_i / d row_i||^2``, itself differentiable.

    Notes
    -----
    Called R1 when the rows are real and R2 when they are generated.

    References
    ----------
    L. Mescheder, A. Geiger, S. Nowozin (2018). Which training methods for GANs do actually
    converge? arXiv:1801.04406, eq. 9 and 10. Both together: Y. Huang et al. (2024). The GAN is
    dead; long live the GAN! arXiv:2501.05441.

    Examples
    --------
    >>> import torch
    >>> rows = torch.tensor([[3.0, 4.0]], requires_grad=True)
    >>> zero_centred_gradient(rows.square().sum(1) / 2, rows)
    tensor([25.], grad_fn=<SumBackward1>)
    """
    (gradient,) = torch.autograd.grad(scores.sum(), rows, create_graph=True)
    return gradient.square().sum(1)


def unit_gradient(scores: Tensor, rows: Tensor) -> Tensor:
    """Squared distance from 1 of the norm of the gradient of each score.

    Parameters
    ----------
    scores : tensor of shape (n_rows,)
        Critic outputs of `rows`.
    rows : tensor of shape (n_rows, n_inputs)
        Critic inputs, requiring a gradient: in the paper, random points between real and generated
        rows.

    Returns
    -------
    tensor of shape (n_rows,)
        ``(||d score_i / d row_i|| - 1)^2``, itself differentiable.

    References
    ----------
    I. Gulrajani et al. (2017). Improved training of Wasserstein GANs. arXiv:1704.00028, eq. 3.

    Examples
    --------
    >>> import torch
    >>> rows = torch.tensor([[3.0, 4.0]], requires_grad=True)
    >>> unit_gradient(rows.square().sum(1) / 2, rows)
    tensor([16.], grad_fn=<PowBackward0>)
    """
    return ((zero_centred_gradient(scores, rows) + _TINY).sqrt() - 1).square()


@dataclass(frozen=True)
class WeightClipping:
    """Bound every weight of the discriminator: ``after_step`` of an objective.

    Parameters
    ----------
    limit : float
        Largest absolute value of a bias, and of a weight of a layer of one input, above 0. That of
        a layer of n inputs is ``limit / sqrt(n)``.

    Notes
    -----
    The paper has one limit for all layers. Then the slope that a layer can reach grows with its
    width: 0.02 is much for a layer of 1,000 inputs, and keeps one of 10 so flat that its activation
    is as good as linear and no dependence between columns is seen. Divided by the square root of
    the inputs, as first weights are, one limit serves layers of all widths.

    References
    ----------
    M. Arjovsky, S. Chintala, L. Bottou (2017). Wasserstein GAN. arXiv:1701.07875, algorithm 1.

    Examples
    --------
    >>> import torch
    >>> weights, biases = torch.tensor([[-3.0, 0.01, 0.2, 0.0]]), torch.tensor([0.2])
    >>> WeightClipping(0.1)([weights, biases])
    >>> weights, biases
    (tensor([[-0.0500,  0.0100,  0.0500,  0.0000]]), tensor([0.1000]))
    """

    limit: float

    def __post_init__(self) -> None:
        check_parameters("WeightClipping", vars(self), {"limit": [ABOVE_ZERO]})

    @torch.no_grad()
    def __call__(self, weights: Iterable[Tensor]) -> None:
        for weight in weights:
            n_inputs = weight.shape[1] if weight.ndim > 1 else 1
            limit = self.limit * n_inputs**-0.5
            weight.clamp_(-limit, limit)
