"""What the baselines share: a fit in one pass over the codes, and samples in fixed blocks."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from tabgan._random import child_generator, root_seed
from tabgan.estimators._drawing import decoded_blocks
from tabgan.estimators._settings import PARAMETER_CONSTRAINTS
from tabgan.estimators._table_generator import TableGenerator, check_count
from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing import Codes, Layout
from tabgan.preprocessing.input_kind import InputKind
from tabgan.sampling.sampler import BLOCK, FIRST_BLOCK


class CodeSampler(ABC):
    """Draws codes, in blocks that do not depend on how many rows are asked for."""

    layout: Layout

    @abstractmethod
    def draw(self, n_rows: int, rng: np.random.Generator) -> Codes:
        """Codes of independent rows."""

    def blocks(self, seed: int, *, refine: bool = False) -> Iterator[Codes]:
        """Endless blocks of codes for a seed; there is nothing to refine."""
        number = 0
        while True:
            rng = child_generator(seed, "block", number)
            yield self.draw(FIRST_BLOCK if number == 0 else BLOCK, rng)
            number += 1

    def codes(self, levels: np.ndarray, normals: np.ndarray) -> Codes:
        """Levels and normals as codes: normals are 0 where another level is chosen."""
        is_open = self.layout.open_gates(levels)
        return Codes(levels.astype(np.int32), (normals * is_open).astype(np.float32))


class Baseline(TableGenerator):
    """Base of the baselines: everything but what is learnt from the codes."""

    _allowed_parameters: ClassVar[dict[str, list]] = {
        name: PARAMETER_CONSTRAINTS[name] for name in ("schema", "random_state")
    }

    def _learn(self, codes: Codes, layout: Layout, seed: int) -> CodeSampler:
        """What draws codes like these."""
        raise NotImplementedError

    def _check_table(self, table: pd.DataFrame) -> None:
        """Refuse parameters that do not suit the table."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn a table.

        Parameters
        ----------
        X : DataFrame of pandas or polars, pyarrow Table, or array of shape (n_rows, n_columns)
            The table, the target column included.
        y : ignored
            Present for scikit-learn's sake; put the target into `X`.

        Returns
        -------
        Self
            This estimator.

        Raises
        ------
        InvalidParameterError
            If a parameter is out of range.
        TableError, SchemaError
            If the table cannot be used, or does not hold what the schema says.
        """
        self._check_parameters()
        input_kind, table = InputKind.open(X)
        self._check_table(table)
        seed = root_seed(self.get_params(deep=False)["random_state"])
        transformer = self._fit_transformer(table, seed)
        codes = transformer.encode(table, generator=child_generator(seed, "ties"))
        sampler = self._learn(codes, transformer.layout_, seed)
        self._keep_table(input_kind, table, transformer, sampler, seed)
        return self

    def sample(
        self,
        n_samples: int = 1,
        *,
        conditions: None = None,
        refine: Any = None,
        random_state: Any = None,
    ) -> Any:
        """Draw rows.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows, at least 1.
        conditions : None, default=None
            A baseline draws free rows only: any other value is refused.
        refine : ignored
            Present for the sake of one interface: a baseline has no refiner.
        random_state : int, RandomState, Generator or None, default=None
            Seed of this sample. None gives each call after a fit the next sample of a sequence that
            is fixed by the seed of the fit.

        Returns
        -------
        DataFrame or array of shape (n_samples, n_columns)
            What was given to `fit`; a DataFrame has a RangeIndex. The first rows do not depend on
            `n_samples`.

        Raises
        ------
        InvalidParameterError
            If there are conditions.
        """
        check_count("n_samples", n_samples)
        chunks = self.iter_sample(
            n_samples, n_samples, conditions=conditions, random_state=random_state
        )
        return next(chunks)

    def iter_sample(
        self,
        n_samples: int,
        chunk_rows: int = 65_536,
        *,
        conditions: None = None,
        refine: Any = None,
        random_state: Any = None,
    ) -> Iterator[Any]:
        """Draw rows piece by piece, in bounded memory.

        Parameters
        ----------
        n_samples : int
            Number of rows in all, at least 1.
        chunk_rows : int, default=65_536
            Rows of each piece; the last may be shorter. The rows do not depend on it.
        conditions : None, default=None
            As in `sample`.
        refine : ignored
            As in `sample`.
        random_state : int, RandomState, Generator or None, default=None
            As in `sample`.

        Yields
        ------
        DataFrame or array of shape (chunk_rows, n_columns)
            The next rows. Each DataFrame has a RangeIndex that continues that of the one before.
        """
        if conditions is not None:
            raise InvalidParameterError(
                f"{type(self).__name__} is a baseline and draws free rows only: 'conditions' must "
                f"be None. Got {conditions!r:.200} instead. TabularGAN and TabularVAE sample under "
                "conditions."
            )
        seed = self._start_sample(n_samples, chunk_rows, random_state)
        n_rows = int(n_samples)
        blocks = decoded_blocks(self.sampler_, self.transformer_, n_rows, seed, refine=False)
        return self._in_pieces(blocks, n_rows, chunk_rows)


def levels_at(shares: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """The level in which each share of the probability, in [0, 1), lies."""
    inner = np.cumsum(frequencies)[:-1]
    levels = np.searchsorted(inner, shares, side="right")
    return np.minimum(levels, np.flatnonzero(frequencies)[-1])  # sums of shares are rounded
