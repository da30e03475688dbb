"""Independent columns: every margin, no association."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan.estimators.baselines._base import Baseline, CodeSampler, levels_at
from tabgan.preprocessing import Codes, Layout
from tabgan.schema import Column, Schema


@dataclass(frozen=True)
class IndependentSampler(CodeSampler):
    """Draws each column by itself; the layout tells all that it needs."""

    layout: Layout

    def draw(self, n_rows: int, rng: np.random.Generator) -> Codes:
        levels = np.empty((n_rows, self.layout.n_level_parts), dtype=np.int32)
        for i, part in enumerate(self.layout.level_parts):
            levels[:, i] = levels_at(rng.random(n_rows), part.frequencies)
        return self.codes(levels, rng.standard_normal((n_rows, self.layout.n_normal_parts)))


class IndependentColumns(Baseline):
    """Draw every column from its own distribution, independently of the others.

    What no generator of whole rows may fall behind: its margins are right, and every association
    between columns is lost, those apart that the schema knows (a column that is a function of
    another).

    Parameters
    ----------
    schema : None, Schema or mapping of column name to kind or Column, default=None
        What the columns are. None finds out; a mapping overrides the columns that it names.
    random_state : int, RandomState, Generator or None, default=None
        Seed of everything random. With an int, `fit` and the samples drawn after it repeat.

    Attributes
    ----------
    schema_ : Schema
        What the columns were found or declared to be.
    transformer_ : TableTransformer
        From tables to codes and back.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Their names, when all are strings.

    See Also
    --------
    GaussianCopula : Adds one correlation for each pair of columns.

    Notes
    -----
    A number is drawn as a standard normal score, whose value is looked up in the smooth map of the
    preprocessing: no value of a single row is drawn again by design.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.estimators import IndependentColumns
    >>> table = pd.DataFrame({"x": [1, 5, 8, 9] * 25, "y": list("ab") * 50})
    >>> IndependentColumns(random_state=0).fit(table).sample(5).shape
    (5, 2)
    """

    def __init__(
        self,
        *,
        schema: Schema | Mapping[Hashable, str | Column] | None = None,
        random_state: Any = None,
    ) -> None:
        self.schema = schema
        self.random_state = random_state

    def _learn(self, codes: Codes, layout: Layout, seed: int) -> IndependentSampler:
        return IndependentSampler(layout)

    def _sampler_to_state(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        return {}, {}

    @classmethod
    def _sampler_from_state(
        cls, state: dict[str, Any], arrays: dict[str, np.ndarray], layout: Layout, device: str
    ) -> IndependentSampler:
        return IndependentSampler(layout)
