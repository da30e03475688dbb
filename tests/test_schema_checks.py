"""Tables that cannot be used are refused, with column, count, first cell and way out."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tabgan.exceptions import TableError
from tabgan.schema import check_table

GOOD = [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pd.DataFrame({"a": []}), ["0 sample"]),
        (pd.DataFrame({"a": [1.0]}), ["1 sample", "minimum of 2"]),
        (pd.DataFrame(index=range(3)), ["0 feature", "minimum of 1"]),
        (pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]), ["2 columns", "'a'", "rename"]),
        (
            pd.DataFrame({"a": GOOD, "b": [1.0, np.inf, -np.inf]}),
            ["'b'", "2 infinite", "first is inf in row 1", "replace"],
        ),
        (pd.DataFrame({"b": pd.array([1.0, np.inf], "Float64")}), ["'b'", "1 infinite"]),
        (pd.DataFrame({"b": pd.Series([1, float("-inf")], dtype=object)}), ["1 infinite", "-inf"]),
        (
            pd.DataFrame({"b": [1, [2, 3], [4]]}),
            ["'b'", "2 cell(s) of type list", "[2, 3] in row 1", "one value"],
        ),
        (pd.DataFrame({"b": ["x", {"k": 1}]}), ["1 cell(s) of type dict", "in row 1"]),
        (pd.DataFrame({"b": [1j, 2.0]}), ["'b'", "Complex data not supported"]),
        (pd.DataFrame({"b": pd.Series([1j, "x"], dtype=object)}), ["Complex data not supported"]),
        (pd.DataFrame({"b": [Decimal(1), Decimal("-Infinity")]}), ["1 infinite", "in row 1"]),
        (pd.DataFrame({"b": pd.arrays.SparseArray([0, 1])}), ["Sparse", "to_dense"]),
        (np.arange(3.0), ["2D array", "1D array", "reshape"]),
    ],
)
def test_an_unusable_table_is_refused_with_the_place_and_the_way_out(
    table: Any, words: list[str]
) -> None:
    with pytest.raises(TableError) as caught:
        check_table(table)
    for word in words:
        assert word in str(caught.value)


def test_tables_that_are_not_computed_are_refused_with_a_way_out() -> None:
    polars = pytest.importorskip("polars")
    with pytest.raises(TableError, match=r"polars\.LazyFrame is lazy .*\.collect\(\)"):
        check_table(polars.LazyFrame({"a": [1, 2]}))


def test_cells_of_arrow_that_are_no_single_values_are_refused_by_name() -> None:
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    for table in (
        polars.DataFrame({"a": [1, 2], "b": [[1], [2]]}),
        pyarrow.table({"a": [1, 2], "b": [{"x": 1}, None]}),
        polars.DataFrame({"b": [object(), object()]}),
    ):
        with pytest.raises(TableError, match=r"'b' has the type .* not supported"):
            check_table(table)


def test_other_tables_of_arrow_are_refused_with_a_way_out() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    with pytest.raises(TableError, match=r"RecordBatch is not supported; turn it into a pandas"):
        check_table(pyarrow.record_batch({"a": [1, 2]}))


def test_names_of_several_levels_become_tuples() -> None:
    columns = pd.MultiIndex.from_product([["a"], ["x", "y"]])
    frame = check_table(pd.DataFrame([[1, 2], [3, 4]], columns=columns))
    assert list(frame.columns) == [("a", "x"), ("a", "y")]
    assert not isinstance(frame.columns, pd.MultiIndex)


def test_a_row_label_names_the_first_infinite_cell() -> None:
    table = pd.DataFrame({"b": [1.0, np.inf]}, index=["first", "second"])
    with pytest.raises(TableError, match="inf in row 'second'"):
        check_table(table)


def test_a_good_table_comes_back_as_it_is() -> None:
    table = pd.DataFrame({"a": GOOD, 0: ["x", None, "y"]})
    assert check_table(table) is table


def test_an_array_becomes_a_frame_with_numbered_columns() -> None:
    frame = check_table(np.array([[1, "a"], [2, "b"]], dtype=object))
    assert list(frame.columns) == [0, 1]
    assert frame[0].dtype == np.int64


def test_a_later_table_may_have_one_row_or_none() -> None:
    assert len(check_table(pd.DataFrame({"a": [1.0]}), min_rows=1)) == 1
    assert len(check_table(pd.DataFrame({"a": []}), min_rows=0)) == 0
