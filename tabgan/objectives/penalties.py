"""Penalties on the discriminator: of scores and the rows they came from, one value per row."""

import torch
from torch import Tensor


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
