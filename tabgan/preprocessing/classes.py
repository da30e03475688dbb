"""The levels of a column as classes, whether they are modelled or looked up."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing.conditions import check_names
from tabgan.preprocessing.table_coder import TableCoder

__all__ = ["Classes", "read_classes"]


@dataclass(frozen=True)
class Classes:
    """Classes by which rows can be told apart.

    Parameters
    ----------
    values : Index of shape (n_classes,)
        The levels, as the column has them.
    column : int
        Position in ``layout.columns`` of the column whose levels decide.
    indicators : ndarray of shape (n_levels, n_classes)
        1 where a level of that column means the class, else 0.
    """

    values: pd.Index
    column: int
    indicators: np.ndarray


def read_classes(coder: TableCoder, name: Hashable) -> Classes:
    """Return the classes of a column; InvalidParameterError if it has none."""
    check_names(coder, [name])
    position = list(coder.schema).index(name)
    own, lookup = coder.coders[position], coder.lookups.get(position)
    n_values = own.coder.n_values
    if own.has_normal or n_values < 2 or position in coder.ties:
        raise InvalidParameterError(
            f"Column {name!r} is {own.column.kind} and no choice among levels, so there is nothing "
            "to classify by; name a column of a few values, such as a category."
        )
    root = own if lookup is None else coder.coders[lookup.root]
    of_level = np.arange(root.n_levels) if lookup is None else lookup.levels
    indicators = (of_level[:, None] == np.arange(n_values)).astype(np.float64)
    levels = own.decode(np.arange(n_values, dtype=np.int32), None, rows=np.arange(n_values))
    values = pd.Index(levels, tupleize_cols=False)
    return Classes(values, coder.layout.columns.index(root.name), indicators)
