"""What the user's table came in, so that samples go back in the same."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd

from tabgan.exceptions import ArchiveError, SchemaError
from tabgan.schema import check_table, decode_value, encode_value, is_frame
from tabgan.schema.arrow import arrow_types, close_table

__all__ = ["InputKind"]

_LIBRARIES = ("pandas", "polars", "pyarrow", "array")


@dataclass(frozen=True)
class InputKind:
    """The kind of object that was fitted: a DataFrame of some library, or an array of some dtype.

    Parameters
    ----------
    library : {"pandas", "polars", "pyarrow", "array"}
    array_dtype : str or None
        dtype of the array; None for a table.
    arrow_types : dict of hashable to str
        Types of the columns that came as Arrow columns: all of them for polars and pyarrow.
    index_names : tuple of hashable
        What pandas calls the column index, one name for each of its levels.
    """

    library: str
    array_dtype: str | None = None
    arrow_types: dict[Hashable, str] = field(default_factory=dict)
    index_names: tuple[Hashable, ...] = (None,)

    @classmethod
    def open(cls, X: Any) -> tuple[Self, pd.DataFrame]:
        """What `X` came in, and the checked table in it."""
        table = check_table(X)
        if not is_frame(X):
            return cls("array", str(np.asarray(X).dtype)), table
        library, types = arrow_types(X)
        names = tuple(X.columns.names) if library == "pandas" else (None,)
        return cls(library, None, types, names), table

    @property
    def is_table(self) -> bool:
        """Whether it is a table with names."""
        return self.library != "array"

    def close(self, table: pd.DataFrame) -> Any:
        """`table`, put back into it."""
        if not self.is_table:
            return table.to_numpy(dtype=self.array_dtype)
        closed = close_table(table, self.library, self.arrow_types)
        if self.library == "pandas" and self.index_names != (None,):
            closed = closed.set_axis(self._columns(closed.columns), axis=1)
        return closed

    def _columns(self, names: pd.Index) -> pd.Index:
        if len(self.index_names) > 1:
            return pd.MultiIndex.from_tuples(names.tolist(), names=self.index_names)
        return names.rename(self.index_names[0])

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form."""
        return {
            "library": self.library,
            "array_dtype": self.array_dtype,
            "arrow_types": [[encode_value(name), text] for name, text in self.arrow_types.items()],
            "index_names": [encode_value(name) for name in self.index_names],
        }

    @classmethod
    def from_dict(cls, state: Any) -> Self:
        """Inverse of `to_dict`; ArchiveError for anything else."""
        try:
            types = {decode_value(name): str(text) for name, text in state["arrow_types"]}
            names = tuple(decode_value(name) for name in state["index_names"])
            library, dtype = state["library"], state["array_dtype"]
        except (KeyError, TypeError, ValueError, SchemaError) as error:
            raise ArchiveError(
                f"The archive does not say in what kind of table samples come back "
                f"({type(error).__name__}: {error}); save the model anew."
            ) from error
        if library not in _LIBRARIES:
            raise ArchiveError(f"A table of {library!r} is unknown to this version of tabgan.")
        return cls(library, dtype, types, names)
