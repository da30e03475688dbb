"""Numbers and dates written as text: a wrapper that reads them and writes them back."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan.exceptions import SchemaError
from tabgan.schema.cells import Choices
from tabgan.schema.text_forms import format_texts, parse_texts

__all__ = ["TextCoder", "read_texts"]


@dataclass(frozen=True)
class TextCoder:
    """Code texts by the numbers or dates that they write.

    Parameters
    ----------
    form : str
        How they are written, such as ``"#,##0"`` or ``"DD/MM/YYYY"``.
    inner : NumericCoder or DatetimeCoder
        Coder of what they write.
    """

    form: str
    inner: Any

    @property
    def level_values(self) -> np.ndarray:
        """Texts that are levels, in the order of what they write."""
        return format_texts(self.inner.level_values, self.form)

    @property
    def n_clusters(self) -> int:
        """Number of clusters of texts without a level."""
        return self.inner.n_clusters

    def encode(
        self, choices: Choices, generator: np.random.Generator | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the levels, int32, and the normal scores, float32, of texts."""
        return self.inner.encode(read_texts(choices, self.form), generator)

    def decode_normals(self, scores: np.ndarray, clusters: np.ndarray | None = None) -> np.ndarray:
        """Return the texts of normal scores in clusters."""
        return format_texts(self.inner.decode_normals(scores, clusters), self.form)


def read_texts(choices: Choices, form: str) -> np.ndarray:
    """Return the numbers or instants that texts write; SchemaError if one is written otherwise."""
    try:
        return parse_texts(choices.distinct, form)[choices.codes]
    except ValueError as error:
        raise SchemaError(f"a cell is not written as {form}: {error}") from error
