"""What a round trip keeps, as assertions."""

import warnings
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import DataWarning
from tabgan.preprocessing import Codes, TableTransformer
from tabgan.schema import Column
from tabgan.schema.learn import read_dates, read_durations
from tabgan.schema.text_forms import parse_texts
from tabgan.schema.ties import tie_of

# A pool joins at most 5 rows (in tables of up to 2,000), and up to 4 that are left over.
POOL_ROWS = 9


def fit(table: pd.DataFrame, **options: Any) -> TableTransformer:
    """Fit without the warning that names identifiers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return TableTransformer(random_state=0, **options).fit(table)


def assert_codes_fit(codes: Codes, transformer: TableTransformer) -> None:
    """Codes of the training table have the layout's frequencies, and closed normals are zero."""
    layout = transformer.layout_
    assert (codes.levels.dtype, codes.normals.dtype) == (np.int32, np.float32)
    assert codes.levels.shape[1] == layout.n_level_parts
    assert codes.normals.shape[1] == layout.n_normal_parts
    for i, part in enumerate(layout.level_parts):
        counts = np.bincount(codes.levels[:, i], minlength=part.n_levels)
        np.testing.assert_allclose(counts / len(codes), part.frequencies)
        assert part.n_levels >= 2
    for j, part in enumerate(layout.normal_parts):
        if part.gate is not None:
            closed = codes.levels[:, part.gate[0]] < part.gate[1]
            n_levels = layout.level_parts[part.gate[0]].n_levels
            assert part.gate[1] == n_levels - part.n_clusters
            assert np.all(codes.normals[closed, j] == 0)


def assert_same_cells(back: pd.Series, original: pd.Series) -> None:
    """Every cell is equal and of the same type; missing cells hold the same marker."""
    assert back.dtype == original.dtype
    np.testing.assert_array_equal(back.isna(), original.isna())
    for cell, cell_before in zip(back, original, strict=True):
        assert type_of(cell) == type_of(cell_before)
        assert cell is cell_before or cell == cell_before or pd.isna(cell)


def type_of(cell: Any) -> Any:
    """Return the type of a cell; NumPy has two classes for some dtypes."""
    return cell.dtype if isinstance(cell, np.generic) else type(cell)


def assert_near_cells(back: pd.Series, table: pd.DataFrame, transformer: TableTransformer) -> None:
    """Dtype and missing cells are the same, spikes are exact, others move by a pool of their rank.

    Ranks are those among the rows that have the same level, such as a cluster. Sums and ordered
    columns move with their terms.
    """
    original, column = table[back.name], transformer.schema_[back.name]
    assert back.dtype == original.dtype
    np.testing.assert_array_equal(back.isna(), original.isna())
    assert {type(cell) for cell in back} <= {type(cell) for cell in original}
    if (tie := tie_of(back.name, column)) is not None and tie.has_remainder:
        return
    after, before = _numbers(back, column), _numbers(original, column)
    # As they are: large integers may be one float.
    codes = pd.factorize(original[original.notna()])[0]
    is_spike = (np.bincount(codes) >= max(10, len(before) / 96))[codes]
    np.testing.assert_array_equal(after[is_spike], before[is_spike])
    levels = _levels(table, back.name, transformer)[original.notna().to_numpy()]
    for level in np.unique(levels[~is_spike]):
        is_own = ~is_spike & (levels == level)
        _assert_moved_by_a_pool(after[is_own], before[is_own])


def _levels(table: pd.DataFrame, name: Any, transformer: TableTransformer) -> np.ndarray:
    """Return the level that each row has of a column, 0 if it has none."""
    layout, codes = transformer.layout_, transformer.encode(table)
    if name in layout.columns:
        level_part, _ = layout.parts_of(layout.columns.index(name))
        if level_part is not None:
            return codes.levels[:, level_part]
    return np.zeros(len(table), np.int32)


def _assert_moved_by_a_pool(after: np.ndarray, before: np.ndarray) -> None:
    ordered = np.sort(before)
    first = np.searchsorted(ordered, before, "left") - POOL_ROWS
    last = np.searchsorted(ordered, before, "right") - 1 + POOL_ROWS
    # Normals are single precision: where the map is steep, their last place is worth this much.
    slack = 1e-6 * (float(ordered[-1]) - float(ordered[0]))
    assert np.all(after >= ordered[np.maximum(first, 0)] - slack)
    assert np.all(after <= ordered[np.minimum(last, len(ordered) - 1)] + slack)


def _numbers(series: pd.Series, column: Column) -> np.ndarray:
    """Return the cells that are not missing as numbers."""
    cells = series.dropna()
    if column.text_form is not None:
        values = parse_texts(cells.to_numpy(dtype=object), column.text_form)
    elif column.kind == "datetime":
        values = read_dates(cells, np.zeros(len(cells), bool), None, are_local=True)
        values = values.astype("M8[us]")
    elif column.kind == "duration":
        values = read_durations(cells, np.zeros(len(cells), bool)).astype("m8[ns]")
    else:
        values = cells.to_numpy(dtype=np.float64)
    return values.astype(np.int64 if values.dtype.kind in "mM" else np.float64)
