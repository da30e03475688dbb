"""TableTransformer: a table to codes and back, and to a dense matrix and back."""

import warnings
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from tabgan._params import Options, check_parameters
from tabgan._random import child_seed, root_seed
from tabgan.exceptions import ArchiveError, DataWarning, SchemaError
from tabgan.preprocessing.classes import Classes, read_classes
from tabgan.preprocessing.condition_reading import check_names, read_conditions
from tabgan.preprocessing.conditions import Conditions
from tabgan.preprocessing.input_kind import InputKind
from tabgan.preprocessing.layout import Codes
from tabgan.preprocessing.level_blocks import LevelLimits
from tabgan.preprocessing.shown_rows import without_protected
from tabgan.preprocessing.table_coder import TableCoder
from tabgan.schema import (
    Schema,
    as_frame,
    check_table,
    describe_protected,
    is_frame,
    protect_levels,
    protect_table,
    resolve_schema,
)

__all__ = ["NUMBER_CODINGS", "TableTransformer"]

NUMBER_CODINGS = ("clusters", "ranks", "linear")
"""How numbers can be coded."""


class TableTransformer(TransformerMixin, BaseEstimator):
    """Turn a table into compact codes, or a dense matrix, and back into a table.

    Parameters
    ----------
    schema : Schema or mapping, optional
        What the columns are; see :func:`tabgan.schema.resolve_schema`. None: inferred.
    number_coding : {"clusters", "ranks", "linear"}, default="clusters"
        Whether numbers are coded by the normal scores of their ranks, frequent values as levels,
        where values fall apart into clusters by ranks within these; by ranks over all of a column;
        or all on a straight scale from -1 to 1.
    min_level_count : int, default=1
        Levels of fewer rows are protected; see :func:`tabgan.schema.infer_schema`.
    random_state : int, Generator or RandomState, optional
        Seeds the made-up keys and texts; fresh ones for every fit if None.

    Attributes
    ----------
    schema_ : Schema
        What the columns are, complete; with those that are dropped.
    input_kind_ : InputKind
        What the table came in.
    layout_ : Layout
        Which column owns which part of the codes.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (n_features_in_,), object
        Column names; only if all are strings.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"size": ["S", "M", "S", None], "paid": [True, False, True, True]})
    >>> transformer = TableTransformer(random_state=0).fit(table)
    >>> codes = transformer.encode(table)
    >>> codes.levels.tolist()
    [[1, 1], [0, 0], [1, 1], [2, 1]]
    >>> transformer.decode(codes).equals(table)
    True
    """

    def __init__(
        self,
        *,
        schema: Any = None,
        number_coding: str = "clusters",
        min_level_count: int = 1,
        random_state: Any = None,
    ) -> None:
        self.schema = schema
        self.number_coding = number_coding
        self.min_level_count = min_level_count
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> "TableTransformer":
        """Learn the schema, the coder of each column, and the layout.

        Parameters
        ----------
        X : DataFrame of pandas or polars, pyarrow Table, or array of shape (n_rows, n_columns)
        y : ignored

        Returns
        -------
        self : TableTransformer

        Warns
        -----
        DataWarning
            If columns are taken for keys or texts of single rows, which are made up anew, and the
            schema does not say so.
        """
        allowed = {"number_coding": [Options(NUMBER_CODINGS)]}
        check_parameters(type(self).__name__, {"number_coding": self.number_coding}, allowed)
        input_kind, frame = InputKind.open(X)
        self._check_features(X, frame, reset=True)
        schema = resolve_schema(frame, self.schema, min_level_count=self.min_level_count)
        self._warn_of_made_up(schema)
        _warn_of_protected(frame, schema)
        self._key = child_seed(root_seed(self.random_state), "identifiers")
        kept = _without_dropped(schema)
        rows = protect_table(frame, kept)
        self._set_coder(TableCoder.fit(rows, kept, coding=self.number_coding), schema)
        self.input_kind_ = input_kind
        return self

    def _set_coder(self, coder: TableCoder, schema: Schema) -> None:
        """Keep what was learned."""
        self._coder = coder
        self.schema_ = schema
        self.layout_ = coder.layout

    def _warn_of_made_up(self, schema: Schema) -> None:
        """Name the columns that are made up without being declared so, and how to overrule it."""
        declared = self.schema if isinstance(self.schema, Mapping) else {}
        found = {name: column for name, column in schema.items() if name not in declared}
        keys = [name for name, column in found.items() if column.kind == "identifier"]
        texts = [name for name, column in found.items() if column.kind == "text"]
        parts = [
            f"Column(s) {', '.join(repr(name) for name in names)} look like {what}."
            for names, what in (
                (keys, "identifiers: every cell is unique"),
                (texts, "names, addresses, codes or other text of single rows"),
            )
            if names
        ]
        if parts:
            name = [*keys, *texts][0]
            warnings.warn(
                f"{' '.join(parts)} They are made up anew and not modelled. Declare the kind to "
                f"confirm or to overrule it, as with schema={{{name!r}: {schema[name].kind!r}}}, "
                "'categorical', or 'dropped' to leave the column out.",
                DataWarning,
                stacklevel=3,
            )

    def encode(self, table: Any, *, generator: np.random.Generator | None = None) -> Codes:
        """Return the codes of a table.

        Parameters
        ----------
        table : DataFrame or array
            With the columns of the fitted table, in any order.
        generator : numpy.random.Generator, optional
            Draws the normal score of a value that many rows share from the range of its ranks; the
            middle of the range if None.

        Returns
        -------
        codes : Codes

        Raises
        ------
        SchemaError
            If columns, missing cells or relations do not agree with the fitted table.
        UnseenLevelError
            If a categorical column holds a level that fit never saw, and no level of it is
            protected: else a level that is not known may be one that is, and is treated so.
        """
        check_is_fitted(self, "layout_")
        frame = self.check_columns(check_table(table, min_rows=0))
        protected, changed = protect_levels(frame, self.schema_)
        return self._coder.encode(self._coder.follow(protected, changed), generator)

    def decode(
        self,
        codes: Codes,
        *,
        generator: np.random.Generator | None = None,
        first_row: int = 0,
        limits: Mapping[int, LevelLimits] | None = None,
    ) -> pd.DataFrame:
        """Return the table of codes, with the fitted dtypes, names and column order.

        Parameters
        ----------
        codes : Codes
        generator : numpy.random.Generator, optional
            Chooses the order in which identifiers are made up, and the levels that rows have within
            blocks; those fixed at fit if None.
        first_row : int, default=0
            Number of the first row in the whole sample. Identifiers follow from the number of their
            row: to decode a sample in blocks without doubling them, give each block the number of
            its first row, and the same generator state or none.
        limits : mapping of int to LevelLimits, optional
            Levels to which columns with blocks are limited, by their position.

        Returns
        -------
        table : DataFrame
            Of pandas, with a RangeIndex. What came as Arrow columns has pandas' own dtypes here;
            :meth:`inverse_transform` turns it back.
        """
        check_is_fitted(self, "layout_")
        self._check_codes(codes)
        key = self._key if generator is None else int(generator.integers(2**63))
        return self._coder.decode(codes, first_row=first_row, key=key, limits=limits)

    def encode_conditions(self, conditions: Any, *, strict: bool = True) -> Conditions:
        """Return what is asked of the rows of a sample, as codes.

        Parameters
        ----------
        conditions : mapping or DataFrame
            See :meth:`tabgan.TabularGAN.sample`.
        strict : bool, default=True
            Whether numbers in a table that lie beside the known ones are refused, and protected
            levels; else numbers are taken for the nearest, and such levels for merged ones or,
            where they were not merged, for cells that are not known.

        Returns
        -------
        conditions : Conditions

        Raises
        ------
        InvalidParameterError
            If no row can meet them.
        """
        check_is_fitted(self, "layout_")
        if not strict and is_frame(conditions):
            conditions = as_frame(conditions)
            check_names(self._coder, list(conditions), self._dropped())
            conditions = without_protected(conditions, self._coder)
        return read_conditions(self._coder, conditions, strict=strict, dropped=self._dropped())

    def classes(self, name: Any) -> Classes:
        """Return the levels of a column that has no other values, to classify by.

        Parameters
        ----------
        name : hashable

        Returns
        -------
        classes : Classes

        Raises
        ------
        InvalidParameterError
            If there is no such column, or it is no choice of levels.
        """
        check_is_fitted(self, "layout_")
        return read_classes(self._coder, name, dropped=self._dropped())

    def _dropped(self) -> set[Any]:
        """Return the names of the columns that the schema leaves out."""
        return set(self.schema_) - set(self._coder.schema)

    def transform(self, X: Any) -> np.ndarray:
        """Return a table as a dense matrix: the normal scores, and the levels one-hot.

        Parameters
        ----------
        X : DataFrame or array of shape (n_rows, n_columns)

        Returns
        -------
        matrix : ndarray of shape (n_rows, n_normal_parts + n_levels), float64
        """
        check_is_fitted(self, "layout_")
        frame = check_table(X, min_rows=1)
        self._check_features(X, frame, reset=False)
        codes = self.encode(frame)
        matrix = np.zeros((len(codes), self.layout_.n_normal_parts + self.layout_.n_levels))
        matrix[:, : self.layout_.n_normal_parts] = codes.normals
        columns = self.layout_.n_normal_parts + self.layout_.level_offsets[:-1] + codes.levels
        np.put_along_axis(matrix, columns, 1.0, axis=1)
        return matrix

    def inverse_transform(self, X: Any) -> Any:
        """Return the table of a dense matrix: of each level part, the level of the largest entry.

        Parameters
        ----------
        X : array of shape (n_rows, n_normal_parts + n_levels)

        Returns
        -------
        table : DataFrame of pandas or polars, or pyarrow Table
            Of the kind that was fitted, with the dtypes that it had; a DataFrame for an array.
        """
        check_is_fitted(self, "layout_")
        matrix = np.asarray(X, dtype=np.float64)
        n_normals = self.layout_.n_normal_parts
        width = n_normals + self.layout_.n_levels
        if matrix.ndim != 2 or matrix.shape[1] != width:
            raise SchemaError(
                f"The matrix has shape {matrix.shape}; transform gives (n_rows, {width})."
            )
        offsets = n_normals + self.layout_.level_offsets
        levels = np.zeros((len(matrix), self.layout_.n_level_parts), np.int32)
        for part, (start, stop) in enumerate(pairwise(offsets)):
            levels[:, part] = np.argmax(matrix[:, start:stop], axis=1)
        table = self.decode(Codes(levels, matrix[:, :n_normals].astype(np.float32)))
        return self.input_kind_.close(table) if self.input_kind_.is_table else table

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the columns of :meth:`transform`'s matrix.

        Parameters
        ----------
        input_features : ignored
            The names seen at fit are used.

        Returns
        -------
        names : ndarray of shape (n_normal_parts + n_levels,), object
            The column's name for a normal score, and with the number of the level for a level.
        """
        check_is_fitted(self, "layout_")
        columns = [str(name) for name in self.layout_.columns]
        names = [columns[part.column] for part in self.layout_.normal_parts]
        for part in self.layout_.level_parts:
            names += [f"{columns[part.column]}_{level}" for level in range(part.n_levels)]
        return np.array(names, dtype=object)

    def to_state(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return what was learned, without any training row or value of a single row but levels.

        Returns
        -------
        state : dict
            JSON-able values.
        arrays : dict of str to ndarray
        """
        check_is_fitted(self, "layout_")
        state, arrays = self._coder.to_state()
        if len(self.schema_) > len(self._coder.schema):
            state["with_dropped"] = self.schema_.to_dict()
        return {**state, "key": self._key, "input_kind": self.input_kind_.to_dict()}, arrays

    @classmethod
    def from_state(cls, state: dict[str, Any], arrays: dict[str, np.ndarray]) -> "TableTransformer":
        """Return the fitted transformer that :meth:`to_state` described.

        Parameters
        ----------
        state : dict
        arrays : dict of str to ndarray

        Returns
        -------
        transformer : TableTransformer

        Raises
        ------
        ArchiveError
            If it describes none.
        """
        transformer = cls()
        coder = TableCoder.from_state(state, arrays)
        whole = state.get("with_dropped")
        schema = coder.schema if whole is None else Schema.from_dict(whole)
        if list(_without_dropped(schema)) != list(coder.schema):
            raise ArchiveError("The archive's columns contradict each other; save the model anew.")
        transformer._set_coder(coder, schema)
        key = state.get("key")
        if not isinstance(key, int):
            raise ArchiveError(f"The archive's key of identifiers is {key!r}, which is no integer.")
        transformer._key = key
        transformer.input_kind_ = InputKind.from_dict(state.get("input_kind"))
        names = list(transformer.schema_)
        transformer.n_features_in_ = len(names)
        if all(isinstance(name, str) for name in names):
            transformer.feature_names_in_ = np.array(names, dtype=object)
        return transformer

    def check_columns(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame that has the fitted columns, in any order.

        Parameters
        ----------
        frame : DataFrame

        Returns
        -------
        frame : DataFrame
            The same.

        Raises
        ------
        SchemaError
            If columns are lacking or foreign. Those that the schema drops may be there or not.
        """
        lacking = [name for name in self._coder.schema if name not in frame.columns]
        foreign = [name for name in frame.columns if name not in self.schema_]
        if lacking or foreign:
            parts = [f"lacks {lacking!r}"] * bool(lacking) + [f"has {foreign!r} besides"] * bool(
                foreign
            )
            raise SchemaError(
                f"The table has {frame.shape[1]} columns, fit saw {len(self.schema_)}: it "
                f"{' and '.join(parts)}; give it the fitted columns, in any order."
            )
        return frame

    def _check_codes(self, codes: Codes) -> None:
        """Refuse codes of another layout."""
        expected = (self.layout_.n_level_parts, self.layout_.n_normal_parts)
        found = (codes.levels.shape[1], codes.normals.shape[1])
        if found != expected:
            raise SchemaError(
                f"The codes have {found[0]} level parts and {found[1]} normal parts, the fitted "
                f"layout has {expected[0]} and {expected[1]}; encode the table with this "
                "transformer."
            )

    def _check_features(self, X: Any, frame: pd.DataFrame, *, reset: bool) -> None:
        """Set or compare the number and the names of the columns, as scikit-learn does."""
        all_text = all(isinstance(name, str) for name in frame.columns)
        named = X if not is_frame(X) else frame if all_text else np.empty(frame.shape, bool)
        validate_data(self, named, reset=reset, skip_check_array=True)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def _without_dropped(schema: Schema) -> Schema:
    """Return the columns that samples have; SchemaError if there are none."""
    kept = {name: column for name, column in schema.items() if column.kind != "dropped"}
    if not kept:
        raise SchemaError(
            f"The schema drops all {len(schema)} columns, so that nothing is left to learn; give "
            "one another kind."
        )
    return Schema(kept, n_rows=schema.n_rows, learned_relations=schema.learned_relations)


def _warn_of_protected(frame: pd.DataFrame, schema: Schema) -> None:
    """Say how many levels and rows are protected, by no name."""
    found = describe_protected(frame, schema)
    if found:
        warnings.warn(
            f"min_level_count protects rare levels of column(s) {', '.join(found)}: the names of "
            "these levels are kept nowhere, and columns that are functions of these follow.",
            DataWarning,
            stacklevel=3,
        )
