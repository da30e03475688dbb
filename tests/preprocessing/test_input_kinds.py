"""A table comes back in the kind that it came in: library, dtypes, and names of the columns."""

import datetime
import decimal
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tabgan.estimators import IndependentColumns
from tabgan.exceptions import ArchiveError
from tabgan.metrics import shape_error
from tabgan.preprocessing import TableTransformer
from tabgan.preprocessing.input_kind import InputKind
from tabgan.schema import infer_schema
from tests.preprocessing.laws import fit

polars = pytest.importorskip("polars")
pyarrow = pytest.importorskip("pyarrow")
N_ROWS = 60
CODES = np.random.default_rng(0).integers(0, 5, N_ROWS).tolist()


def _holes(cells: list[Any], marker: Any = None) -> list[Any]:
    return [marker if i % 7 == 0 else cell for i, cell in enumerate(cells)]


def _columns() -> dict[str, Any]:
    """Columns of polars of every type that is supported, most with missing cells."""
    days = [datetime.date(1500, 1, 1 + i) for i in CODES]
    instants = [datetime.datetime(2024, 1, 1 + i, 3, tzinfo=datetime.UTC) for i in CODES]
    cells: dict[str, tuple[list[Any], Any]] = {
        "categorical": (_holes(["abcde"[i] for i in CODES]), polars.Categorical),
        "enum": (_holes(["xy"[i % 2] for i in CODES]), polars.Enum(["z", "y", "x"])),
        "text": (_holes(["grün ✓ abcde"[i:] for i in CODES]), polars.String),
        "boolean": (_holes([i > 2 for i in CODES]), polars.Boolean),
        "binary": (_holes([b"a%d" % i for i in CODES]), polars.Binary),
        "nothing": ([None] * N_ROWS, polars.Null),
        "date": (_holes(days), polars.Date),
        "zoned": (_holes(instants), polars.Datetime("us", "Europe/Zurich")),
        "time": (_holes([datetime.time(1, 2, i, i) for i in CODES]), polars.Time),
        "decimal": (
            _holes([decimal.Decimal(25 * i).scaleb(-2) for i in CODES]),
            polars.Decimal(10, 2),
        ),
        "NaN": (_holes([i / 4 for i in CODES], float("nan")), polars.Float64),
        "float32": (_holes([i / 4 for i in CODES]), polars.Float32),
        "float64": (_holes([i / 4 for i in CODES]), polars.Float64),
    }
    naive = [instant.replace(tzinfo=None) for instant in instants]
    for unit in ("ms", "us", "ns"):
        cells[f"instant, {unit}"] = (_holes(naive), polars.Datetime(unit))
        spans = [datetime.timedelta(hours=i - 2) for i in CODES]
        cells[f"duration, {unit}"] = (_holes(spans), polars.Duration(unit))
    for bits in (8, 16, 32, 64):
        cells[f"int{bits}"] = (_holes(CODES), getattr(polars, f"Int{bits}"))
        cells[f"uint{bits}"] = (CODES, getattr(polars, f"UInt{bits}"))
    return {name: polars.Series(values, dtype=dtype) for name, (values, dtype) in cells.items()}


COLUMNS = _columns()
ARROW_TYPES = {
    "halffloat": pyarrow.float16(),
    "string": pyarrow.string(),
    "date64[ms]": pyarrow.date64(),
    "time32[s]": pyarrow.time32("s"),
    "time64[us]": pyarrow.time64("us"),
    "timestamp[s]": pyarrow.timestamp("s"),
    "duration[s]": pyarrow.duration("s"),
    "dictionary of integers": pyarrow.dictionary(pyarrow.int8(), pyarrow.int64()),
    "decimal128": pyarrow.decimal128(12, 3),
}


def _arrow_array(kind: Any) -> Any:
    """Return small whole numbers, some missing, as an array of a type."""
    if pyarrow.types.is_decimal(kind):
        return pyarrow.array(_holes([decimal.Decimal(i) for i in CODES]), kind)
    if pyarrow.types.is_float16(kind):
        return pyarrow.array(_holes([np.float16(i) for i in CODES]), kind)
    whole = pyarrow.array(_holes(CODES), pyarrow.int64())
    if pyarrow.types.is_dictionary(kind):
        return whole.dictionary_encode().cast(kind)
    if pyarrow.types.is_date64(kind):
        return whole.cast(pyarrow.int32()).cast(pyarrow.date32()).cast(kind)
    narrow = pyarrow.int32() if pyarrow.types.is_time32(kind) else pyarrow.int64()
    return whole.cast(narrow).cast(kind)


def _there_and_back(table: Any) -> Any:
    transformer = fit(table)
    state, arrays = transformer.to_state()
    restored = TableTransformer.from_state(json.loads(json.dumps(state)), arrays)
    return restored.inverse_transform(transformer.transform(table))


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_of_polars_comes_back(name: str) -> None:
    table = polars.DataFrame({name: COLUMNS[name]})
    back = _there_and_back(table)
    assert back.schema == table.schema
    assert back.equals(table)


def test_all_columns_of_polars_come_back_at_once() -> None:
    table = polars.DataFrame(COLUMNS)
    assert _there_and_back(table).equals(table)


@pytest.mark.parametrize("name", ARROW_TYPES)
@pytest.mark.parametrize("is_pandas", [False, True])
def test_a_column_of_arrow_comes_back(name: str, is_pandas: bool) -> None:
    table = pyarrow.table({"a": _arrow_array(ARROW_TYPES[name]), "b": CODES})
    back = _there_and_back(table.to_pandas(types_mapper=pd.ArrowDtype) if is_pandas else table)
    if is_pandas:
        assert back["a"].dtype == pd.ArrowDtype(ARROW_TYPES[name])
        back = pyarrow.Table.from_pandas(back, schema=table.schema)
    assert back.schema == table.schema
    assert back.equals(table)


def test_a_table_with_some_arrow_columns_keeps_the_others() -> None:
    table = pd.DataFrame({"a": pd.Series(_holes(CODES), dtype="int8[pyarrow]"), 7: CODES})
    pd.testing.assert_frame_equal(_there_and_back(table), table)


@pytest.mark.parametrize(
    "columns",
    [
        pd.Index(["x", "y", "z"], name="name of the names"),
        pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["letter", None]),
    ],
)
def test_the_index_of_the_columns_comes_back(columns: pd.Index) -> None:
    table = pd.DataFrame(np.random.default_rng(0).integers(0, 3, (40, 3)), columns=columns)
    back = _there_and_back(table)
    pd.testing.assert_index_equal(back.columns, columns)
    np.testing.assert_array_equal(back.to_numpy(), table.to_numpy())


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_samples_are_of_the_library_that_was_fitted(library: str) -> None:
    table = polars.DataFrame({name: COLUMNS[name] for name in ("enum", "int8", "zoned", "time")})
    table = table.to_arrow() if library == "pyarrow" else table
    model = IndependentColumns(random_state=0).fit(table)
    sample = model.sample(50)
    assert type(sample) is type(table)
    assert sample.schema == table.schema
    assert -1 < model.score(table) < 0
    assert shape_error(table, table).value == 0
    assert shape_error(table, sample).value < 0.5
    assert list(infer_schema(table)) == ["enum", "int8", "zoned", "time"]


def test_rows_of_conditions_may_come_from_another_library() -> None:
    table = polars.DataFrame({name: COLUMNS[name] for name in ("text", "int8", "time")})
    transformer = fit(table)
    rows = table.drop_nulls().head(3)
    levels = transformer.encode_conditions(rows).given.levels
    again = transformer.encode_conditions(rows.to_pandas()).given.levels
    np.testing.assert_array_equal(levels, transformer.encode(rows).levels)
    np.testing.assert_array_equal(levels, again)


@pytest.mark.parametrize("lacking", ["library", "array_dtype", "arrow_types", "index_names", None])
def test_an_archive_that_does_not_say_what_came_in_is_refused(lacking: str | None) -> None:
    table = pd.DataFrame({"x": [1, 2, 3], "day": pd.date_range("2024-01-01", periods=3)})
    state, arrays = TableTransformer(random_state=0).fit(table).to_state()
    if lacking is None:
        del state["input_kind"]
    else:
        del state["input_kind"][lacking]
    with pytest.raises(ArchiveError, match="does not say in what kind of table"):
        TableTransformer.from_state(state, arrays)


def test_an_unknown_library_in_an_archive_is_refused() -> None:
    state = {**InputKind("pandas").to_dict(), "library": "spark"}
    with pytest.raises(ArchiveError, match="'spark' is unknown"):
        InputKind.from_dict(state)
