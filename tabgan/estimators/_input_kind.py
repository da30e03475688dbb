"""What the user's table came in, so that samples go back in the same."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from tabgan.schema import check_table


@dataclass(frozen=True)
class InputKind:
    """The kind of object that was fitted: a DataFrame, or an array of some dtype.

    Parameters
    ----------
    array_dtype : str or None
        dtype of the array; None for a DataFrame.
    """

    array_dtype: str | None

    @classmethod
    def open(cls, X: Any) -> tuple[Self, pd.DataFrame]:
        """What `X` came in, and the checked table in it."""
        table = check_table(X)
        return cls(None if isinstance(X, pd.DataFrame) else str(np.asarray(X).dtype)), table

    @property
    def is_table(self) -> bool:
        """Whether it is a DataFrame."""
        return self.array_dtype is None

    def close(self, table: pd.DataFrame) -> Any:
        """`table`, put back into it."""
        return table if self.array_dtype is None else table.to_numpy(dtype=self.array_dtype)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return {"array_dtype": self.array_dtype}

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> Self:
        """Inverse of `to_dict`."""
        return cls(state["array_dtype"])
