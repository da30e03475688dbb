"""Second-moment matching: teach the generator every pair of columns at once."""

import torch
from torch import Tensor


def second_moments(rows: Tensor) -> Tensor:
    """Mean of ``f f'`` over rows, f a row with a constant 1 appended.

    Parameters
    ----------
    rows : tensor of shape (n_rows, n_inputs)
        Centred inputs.

    Returns
    -------
    tensor of shape (n_inputs + 1, n_inputs + 1)
        The constant makes the mean part of the moments: centred second moments alone would miss a
        wrong mean.

    Examples
    --------
    >>> import torch
    >>> second_moments(torch.tensor([[1.0], [3.0]]))
    tensor([[5., 2.],
            [2., 1.]])
    """
    extended = torch.cat([rows, rows.new_ones(len(rows), 1)], dim=1)
    return extended.T @ extended / len(rows)


def moment_loss(rows: Tensor, target: Tensor) -> Tensor:
    """Squared distance between the second moments of generated rows and those of the training rows.

    Parameters
    ----------
    rows : tensor of shape (n_rows, n_inputs)
        Inputs of generated rows, at least two.
    target : tensor of shape (n_inputs + 1, n_inputs + 1)
        `second_moments` of the training rows.

    Returns
    -------
    tensor of shape ()
        ``<M1 - M, M2 - M>`` with M1 and M2 the moments of the two halves of the rows. The halves
        are independent, so the value is an unbiased estimate of ``||E[f f'] - M||^2`` and may fall
        below zero.

    Examples
    --------
    >>> import torch
    >>> rows = torch.tensor([[1.0], [-1.0]])
    >>> moment_loss(rows, torch.eye(2))
    tensor(-2.)
    """
    return _distances(rows, target).sum()


def sampled_moment_loss(rows: Tensor, target: Tensor, n_inputs: int) -> Tensor:
    """`moment_loss` of all inputs, estimated from a random subset of them.

    Parameters
    ----------
    rows : tensor of shape (n_rows, n_drawn)
        Inputs of generated rows: `n_drawn` of `n_inputs`, two or more, every subset equally likely.
    target : tensor of shape (n_drawn + 1, n_drawn + 1)
        `second_moments` of the training rows, of the same inputs.
    n_inputs : int
        Number of all inputs.

    Returns
    -------
    tensor of shape ()
        Its mean over all subsets is `moment_loss` of all inputs: a square and a mean are there for
        a share n/N of the subsets, a product of two inputs for n (n - 1) / (N (N - 1)), and each is
        divided by its share.

    Examples
    --------
    >>> import torch
    >>> rows = torch.tensor([[1.0, 0.0], [-1.0, 0.0]])
    >>> sampled_moment_loss(rows, torch.eye(3), n_inputs=4)
    tensor(-2.)
    """
    n_drawn = rows.shape[1]
    share = n_drawn / n_inputs
    distances = _distances(rows, target)
    products = distances[:n_drawn, :n_drawn].sum() - distances.diagonal()[:n_drawn].sum()
    share_of_products = share * (n_drawn - 1) / (n_inputs - 1)
    return products / share_of_products + (distances.sum() - products) / share


def _distances(rows: Tensor, target: Tensor) -> Tensor:
    """Product of the two halves' differences from the target, one for each moment."""
    half = len(rows) // 2
    first, second = second_moments(rows[:half]) - target, second_moments(rows[half:]) - target
    return first * second
