"""What every estimator that draws tables has: seeds of samples, pieces, score, save."""

from collections.abc import Iterator
from os import PathLike
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from tabgan._params import Interval, check_parameters
from tabgan._random import child_seed, root_seed
from tabgan.archive import write_archive
from tabgan.estimators._drawing import decoded_blocks, join, pieces
from tabgan.estimators._persistence import estimator_to_state
from tabgan.metrics import shape_error, trend_error
from tabgan.preprocessing import Layout, TableTransformer
from tabgan.preprocessing.input_kind import InputKind

#: Most rows of the sample that `score` draws.
_SCORE_ROWS = 20_000


class TableGenerator(BaseEstimator):
    """Base of all estimators that learn a table and draw new ones.

    A subclass hands what it learnt to `_keep_table`; the ``blocks(seed, refine=...)`` of its
    sampler are endless blocks of codes.
    """

    #: Whether samples are refined where a call does not say; a parameter where there is a refiner.
    refine: bool = False
    #: Parameters that say how columns are encoded.
    _table_parameters: tuple[str, ...] = ("schema",)
    #: What each parameter may be.
    _allowed_parameters: ClassVar[dict[str, list]]
    #: Fitted attributes that are saved as they are, without the underscore.
    _plain_attributes: tuple[str, ...] = ("seed", "n_sample_calls")

    def _sampler_to_state(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """What draws the codes, as plain JSON types and arrays."""
        raise NotImplementedError

    @classmethod
    def _sampler_from_state(
        cls, state: dict[str, Any], arrays: dict[str, np.ndarray], layout: Layout, device: str
    ) -> Any:
        """Inverse of `_sampler_to_state`."""
        raise NotImplementedError

    def _check_parameters(self) -> None:
        """Refuse values that the parameters cannot have, before any work."""
        parameters = self.get_params(deep=False)
        check_parameters(type(self).__name__, parameters, self._allowed_parameters)

    def _fit_transformer(self, table: pd.DataFrame, seed: int) -> TableTransformer:
        """Learn how columns are encoded."""
        parameters = self.get_params(deep=False)
        own = {name: parameters[name] for name in self._table_parameters}
        seed = child_seed(seed, "identifiers")
        return TableTransformer(**own, random_state=seed).fit(table)

    def _keep_table(
        self,
        input_kind: InputKind,
        table: pd.DataFrame,
        transformer: TableTransformer,
        sampler: Any,
        seed: int,
    ) -> None:
        """Set the fitted attributes, all at once, when nothing can fail any more."""
        self.input_kind_ = input_kind
        self.transformer_ = transformer
        self.schema_ = transformer.schema_
        self.sampler_ = sampler
        self.seed_ = seed
        self.n_sample_calls_ = 0
        self.n_features_in_ = table.shape[1]
        if all(isinstance(name, str) for name in table.columns) and input_kind.is_table:
            self.feature_names_in_ = np.asarray(table.columns, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _start_sample(self, n_samples: int, chunk_rows: int, random_state: Any) -> int:
        """Refuse impossible sizes, and give the seed of the next sample."""
        self._check_sizes(n_samples, chunk_rows)
        if random_state is not None:
            return root_seed(random_state)
        self.n_sample_calls_ += 1
        return child_seed(self.seed_, "sample", self.n_sample_calls_ - 1)

    def _check_sizes(self, n_samples: int, chunk_rows: int) -> None:
        """Refuse sizes that no sample can have, and estimators that were not fitted."""
        check_is_fitted(self, "sampler_")
        check_count("n_samples", n_samples)
        check_count("chunk_rows", chunk_rows)

    def _in_pieces(
        self, blocks: Iterator[pd.DataFrame], n_rows: int, chunk_rows: int
    ) -> Iterator[Any]:
        """Tables of `chunk_rows` rows, in the kind of object that was fitted."""
        return map(self.input_kind_.close, pieces(blocks, n_rows, int(chunk_rows)))

    def score(self, X: Any, y: Any = None) -> float:
        """Minus the sum of shape and trend error of a sample against `X`.

        Parameters
        ----------
        X : DataFrame of pandas or polars, pyarrow Table, or array of shape (n_rows, n_columns)
            Real rows, best ones that were not fitted on.
        y : ignored
            Present for scikit-learn's sake.

        Returns
        -------
        float
            At most 0; higher is better. The sample has a fixed seed and as many rows as `X`, at
            most 20,000.
        """
        check_is_fitted(self, "sampler_")
        input_kind, table = InputKind.open(X)
        if not input_kind.is_table:
            validate_data(self, X, reset=False, skip_check_array=True)
        self.transformer_.check_columns(table)
        n_rows = min(len(table), _SCORE_ROWS)
        seed = child_seed(self.seed_, "score")
        blocks = decoded_blocks(self.sampler_, self.transformer_, n_rows, seed, refine=self.refine)
        synthetic = join(list(blocks))
        table = table[list(synthetic.columns)]
        errors = [
            metric(table, synthetic, schema=self.schema_) for metric in (shape_error, trend_error)
        ]
        return -float(sum(error.value for error in errors))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the fitted estimator to one file.

        Parameters
        ----------
        path : str or path-like
            The file. An existing one is replaced completely or not at all.

        Raises
        ------
        NotFittedError
            If the estimator was not fitted.
        ArchiveError
            If the path cannot be written.

        Notes
        -----
        The file is a zip of JSON and plain arrays: weights, smoothed value tables, and the levels
        of columns (categories, and the values of number columns that have few). It holds no row of
        the table, no raw quantile and no pair count. The parameters `callbacks` and `schema` are
        left out; `schema_` is kept.
        """
        check_is_fitted(self, "sampler_")
        manifest, arrays = estimator_to_state(self)
        write_archive(path, manifest, arrays)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        tags.target_tags.required = False
        return tags


def check_count(name: str, value: Any) -> None:
    """Refuse a number of rows that is no integer of at least 1."""
    check_parameters("sample", {name: value}, {name: [Interval(int, 1)]})
