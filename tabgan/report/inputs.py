"""Bring the tables of a report to one compact form, and say what does not fit.

Problems of the synthetic table are findings: columns that it lacks, cells that are not of their
kind, levels that no real row has. They are counted and the rest is compared. Problems of the real
tables are errors, since nothing could be measured against them.
"""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from tabgan._random import child_generator
from tabgan.exceptions import InvalidParameterError, SchemaError, TableError
from tabgan.metrics._cells import coerce
from tabgan.metrics._columns import (
    NUMERIC_KINDS,
    SKIPPED_KINDS,
    column_kinds,
    dropped_columns,
    encode_tables,
)
from tabgan.schema import as_frame, check_table

__all__ = ["Finding", "Tables", "prepare_tables", "some_rows"]


@dataclass(frozen=True)
class Finding:
    """Something in a column of the synthetic table that does not fit the real one.

    Attributes
    ----------
    column : hashable
    problem : str
    cells : int
        How many synthetic cells it concerns.
    share : float
        Their share of all rows.
    """

    column: Hashable
    problem: str
    cells: int
    share: float


@dataclass(frozen=True)
class Tables:
    """The tables of a report in one form.

    Attributes
    ----------
    real, synthetic, holdout : DataFrame
        The columns in use. Numeric columns are float64 (dates: microseconds since 1970, missing:
        NaN), the others categories of text. `holdout` is None where none was given.
    kinds : dict of column to str
        Kinds of these columns.
    sizes : dict
        Rows and columns of each table as it was given, None for no holdout.
    lacking, surplus, identifiers : list
        Columns that the synthetic table lacks, has besides, and identifiers and text, which are
        left out.
    findings : list of Finding
    """

    real: pd.DataFrame
    synthetic: pd.DataFrame
    holdout: pd.DataFrame | None
    kinds: dict[Hashable, str]
    sizes: dict[str, dict[str, int] | None]
    lacking: list[Hashable]
    surplus: list[Hashable]
    identifiers: list[Hashable]
    findings: list[Finding]

    @property
    def numeric(self) -> list[Hashable]:
        """Names of the numeric columns."""
        return [name for name, kind in self.kinds.items() if kind in NUMERIC_KINDS]


def prepare_tables(
    real: Any, synthetic: Any, holdout: Any, *, schema: Any, target: Hashable | None
) -> Tables:
    """Check the tables of a report and bring them to one form.

    Raises
    ------
    TableError
        If a table is empty or no table, if the holdout lacks columns of `real`, or if the real and
        the synthetic table have no column in common.
    SchemaError
        If the schema speaks of other columns, or calls text in a real table a number.
    InvalidParameterError
        If the target is no column of `real`.
    """
    train = _checked(real, "real", min_rows=2)
    train = train.drop(columns=dropped_columns(schema), errors="ignore")
    finite, n_infinite = _finite(synthetic)
    synthetic_frame = _checked(finite, "synthetic")
    unseen = None if holdout is None else _checked(holdout, "holdout")
    if unseen is not None:
        _check_holdout(train, unseen)
    _check_target(target, train)
    kinds = column_kinds(train, schema)
    shared = [name for name in train.columns if name in synthetic_frame.columns]
    if not shared:
        raise TableError(
            f"The synthetic table has none of the {train.shape[1]} columns of the real table: it "
            f"has {_listed(synthetic_frame.columns)}, the real one {_listed(train.columns)}. Give "
            "both the same names."
        )
    used = [name for name in shared if kinds[name] not in SKIPPED_KINDS]
    if not used:
        raise TableError(
            f"All {len(shared)} columns that the tables share are identifiers or text, which are "
            "not compared. Declare a kind for one, such as schema={'column': 'categorical'}."
        )
    kinds = {name: kinds[name] for name in used}
    readable, findings = _readable(train, synthetic_frame[used], kinds)
    compact = _compact(train[used], readable, None if unseen is None else unseen[used], kinds)
    findings = [*_infinite_findings(n_infinite, len(readable)), *findings]
    return Tables(
        real=compact["real"],
        synthetic=compact["synthetic"],
        holdout=compact.get("holdout"),
        kinds=kinds,
        sizes={
            "train": _size(train), "synthetic": _size(synthetic_frame), "holdout": _size(unseen)
        },
        lacking=[name for name in train.columns if name not in synthetic_frame.columns],
        surplus=[name for name in synthetic_frame.columns if name not in train.columns],
        identifiers=[name for name in shared if name not in used],
        findings=findings + _unseen_levels(compact),
    )  # fmt: skip


def some_rows(table: pd.DataFrame, size: int, seed: int, name: str) -> pd.DataFrame:
    """Return `size` random rows in their order, or the table itself if it has no more."""
    if len(table) <= size:
        return table
    chosen = child_generator(seed, "report rows", name).permutation(len(table))[:size]
    return table.iloc[np.sort(chosen)].reset_index(drop=True)


def _size(table: pd.DataFrame | None) -> dict[str, int] | None:
    return None if table is None else {"rows": table.shape[0], "columns": table.shape[1]}


def _listed(names: Any, limit: int = 5) -> str:
    """List some names."""
    shown = ", ".join(repr(name) for name in list(names)[:limit])
    return f"{shown}, ..." if len(names) > limit else shown


def _checked(table: Any, name: str, min_rows: int = 1) -> pd.DataFrame:
    """Return a table as a DataFrame that can be used, or say which table cannot."""
    try:
        return check_table(table, min_rows=min_rows)
    except TableError as error:
        raise TableError(f"The {name} table cannot be used: {error}") from error


def _finite(table: Any) -> tuple[pd.DataFrame, dict[Hashable, int]]:
    """Return the synthetic table with infinite numbers as missing cells, and how many there were.

    A generator's infinity is a finding and must not stop the report.
    """
    try:
        frame = as_frame(table)
    except TableError as error:
        raise TableError(f"The synthetic table cannot be used: {error}") from error
    counts: dict[Hashable, int] = {}
    if not frame.columns.is_unique:
        return frame, counts
    for name, dtype in zip(frame.columns, frame.dtypes, strict=True):
        if not (pd.api.types.is_float_dtype(dtype) or pd.api.types.is_object_dtype(dtype)):
            continue
        infinite = _is_infinite(frame[name])
        if infinite.any():
            counts[name] = int(infinite.sum())
            frame = _with(frame, name, frame[name].mask(infinite))
    return frame, counts


def _is_infinite(series: pd.Series) -> np.ndarray:
    """Return which cells are infinite numbers."""
    if series.dtype == object:
        cells = series.to_numpy()
        return np.array([isinstance(cell, float) and math.isinf(cell) for cell in cells], bool)
    return np.isinf(series.to_numpy(dtype=np.float64, na_value=np.nan))


def _infinite_findings(counts: Mapping[Hashable, int], n_rows: int) -> list[Finding]:
    return [
        Finding(name, "infinite numbers, taken as missing", count, count / n_rows)
        for name, count in counts.items()
    ]


def _check_holdout(train: pd.DataFrame, holdout: pd.DataFrame) -> None:
    lacking = [name for name in train.columns if name not in holdout.columns]
    if lacking:
        raise TableError(
            f"The holdout table lacks {len(lacking)} column(s) of the real table: "
            f"{_listed(lacking)}. A holdout is real rows in the same form; give it these columns."
        )


def _check_target(target: Any, train: pd.DataFrame) -> None:
    try:
        hash(target)
    except TypeError:
        raise InvalidParameterError(
            "The 'target' parameter of SyntheticReport must be the name of one column, or None. "
            f"Got the {type(target).__name__} {_shown(target)} instead."
        ) from None
    if target is None or target in train.columns:
        return
    close = get_close_matches(str(target), list(map(str, train.columns)), n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise InvalidParameterError(
        f"The 'target' parameter of SyntheticReport must be a column of the real table, which has "
        f"{_listed(train.columns)}. Got {target!r} instead.{hint}"
    )


def _readable(
    train: pd.DataFrame, synthetic: pd.DataFrame, kinds: Mapping[Hashable, str]
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the synthetic table with cells that are not of their kind as missing cells."""
    findings = []
    for name, kind in kinds.items():
        if kind not in NUMERIC_KINDS or _can_be_read(train, synthetic, name, kind):
            continue
        series = synthetic[name]
        cleaned = series.astype(object).where(~np.isnan(coerce(series, kind)))
        if not _can_be_read(train, _with(synthetic, name, cleaned), name, kind):
            cleaned = pd.Series(np.nan, index=series.index)
        synthetic = _with(synthetic, name, cleaned)
        n_lost = int(cleaned.isna().sum() - series.isna().sum())
        wanted = {"datetime": "dates", "duration": "durations"}.get(kind, "numbers")
        first = series[cleaned.isna() & series.notna()].iloc[0]
        problem = f"not {wanted}, taken as missing; the first is {_shown(first)}"
        findings.append(Finding(name, problem, n_lost, n_lost / len(series)))
    return synthetic, findings


def _with(frame: pd.DataFrame, name: Hashable, series: pd.Series) -> pd.DataFrame:
    """Return the table with one column in another form."""
    frame = frame.copy(deep=False)
    frame[name] = series
    return frame


def _can_be_read(train: pd.DataFrame, synthetic: pd.DataFrame, name: Hashable, kind: str) -> bool:
    """Return whether a numeric column of the synthetic table has the form of the real one."""
    first, second = train[[name]], synthetic[[name]]
    try:
        encode_tables({name: kind}, real=first, synthetic=second)
    except SchemaError:
        # The real column by itself must be readable: its trouble is an error.
        encode_tables({name: kind}, real=first)
        return False
    return True


def _shown(cell: Any, limit: int = 40) -> str:
    text = repr(cell)
    return text if len(text) <= limit else f"{text[:limit]}..."


def _compact(
    real: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame | None,
    kinds: Mapping[Hashable, str],
) -> dict[str, pd.DataFrame]:
    """Return numbers as float64 and all else as categories of text, in the columns of `real`."""
    encoded = encode_tables(kinds, real=real, synthetic=synthetic, holdout=holdout)
    names = [pd.Index(levels, dtype=object) for levels in encoded.level_names]
    frames = {}
    for table_name, rows in encoded.tables.items():
        columns: dict[Hashable, Any] = dict(zip(encoded.numeric, rows.numbers.T, strict=True))
        for position, name in enumerate(encoded.categorical):
            codes = rows.levels[:, position]
            codes = np.where(codes < len(names[position]), codes, -1)
            columns[name] = pd.Categorical.from_codes(codes, categories=names[position])
        frames[table_name] = pd.DataFrame(
            {place: columns[name] for place, name in enumerate(encoded.columns)}
        ).set_axis(pd.Index(encoded.columns, tupleize_cols=False), axis=1)
    return frames


def _unseen_levels(frames: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Return which columns of the synthetic table hold levels that no real row has."""
    findings = []
    synthetic = frames["synthetic"]
    real = [frame for name, frame in frames.items() if name != "synthetic"]
    for name in synthetic.columns:
        series = synthetic[name]
        if not isinstance(series.dtype, pd.CategoricalDtype):
            continue
        known = np.unique(np.concatenate([frame[name].cat.codes.to_numpy() for frame in real]))
        codes = series.cat.codes.to_numpy()
        unseen = (codes >= 0) & ~np.isin(codes, known)
        if unseen.any():
            levels = series.cat.categories[np.unique(codes[unseen])]
            problem = f"{len(levels)} level(s) that no real row has: {_listed(levels)}"
            findings.append(Finding(name, problem, int(unseen.sum()), float(unseen.mean())))
    return findings
