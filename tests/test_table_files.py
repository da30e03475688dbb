"""Tables come back from files with every cell in the form that it had."""

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tabgan.exceptions import TableFileError
from tabgan.schema import infer_schema
from tabgan.table_files import is_table_path, read_csv, read_table, write_csv, write_table

# Column of cells, dtype kind after reading: i int64, I Int64, f float64, O text.
COLUMNS = [
    (["1", "20", "-3", "0"], "i"),
    (["1", "", "-3", "0"], "I"),
    (["9007199254740993", "", "1", "2"], "I"),
    (["1.5", "2.25", "3.0", "-0.125"], "f"),
    (["1e-07", "2.5", "", "inf"], "f"),
    (["12.50", "7.00", "0.10", "-3.25"], "O"),
    (["3", "1.5", "0.25", "-7"], "O"),
    (["007", "123", "042", "999"], "O"),
    (["1,234", "5", "1,000,000", "17"], "O"),
    (["5 %", "12 %", "", "7 %"], "O"),
    (["2024-01-31", "2023-12-01", "", "2020-02-29"], "O"),
    (["31/12/2024", "1/2/2024", "3/4/2024", "5/6/2024"], "O"),
    (["True", "False", "True", ""], "O"),
    (["123456789012345678901", "1", "2", "3"], "O"),
    ([" a", "b ", 'say "hi"', "x,y"], "O"),
    (["line\nbreak", "", "ü", "日本"], "O"),
    (["DE", "NA", "FR", "None"], "O"),
    (["+5", "1", "2", "3"], "f"),
    (["-0.00", "1.25", "2.50", "3.75"], "f"),
]
LOSSY = {"+5", "-0.00"}
KINDS = {"i": "int64", "I": "Int64", "f": "float64"}


def _write_columns(path: Path, columns: dict[str, list[str]]) -> Path:
    buffer = io.StringIO(newline="")
    pd.DataFrame(columns, dtype=object).to_csv(buffer, index=False, lineterminator="\n")
    path.write_text(buffer.getvalue(), encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(("cells", "kind"), COLUMNS, ids=[cells[0] for cells, _ in COLUMNS])
def test_a_column_is_typed_only_where_nothing_is_lost(
    tmp_path: Path, cells: list[str], kind: str
) -> None:
    path = _write_columns(tmp_path / "in.csv", {"key": ["a", "b", "c", "d"], "x": cells})
    table = read_table(path)
    assert str(table["x"].dtype) == KINDS.get(kind, str(pd.Series(["a"]).dtype))
    if cells[0] not in LOSSY:
        write_table(tmp_path / "out.csv", [table])
        assert (tmp_path / "out.csv").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        (["1", "NA", "3", ""], [False, True, False, True]),
        (["1.5", "null", "nan", "2.5"], [False, True, True, False]),
        (["2024-01-31", "N/A", "None", "2023-01-01"], [False, True, True, False]),
        (["DE", "NA", "None", ""], [False, False, False, True]),
        (["", "", "", ""], [True, True, True, True]),
        (["NA", "NA", "NA", "NA"], [True, True, True, True]),
    ],
)
def test_a_word_for_missing_counts_among_digits_and_not_among_words(
    tmp_path: Path, cells: list[str], missing: list[bool]
) -> None:
    table = read_table(_write_columns(tmp_path / "in.csv", {"k": list("abcd"), "x": cells}))
    assert table["x"].isna().tolist() == missing


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (["12.50", "7.00", "0.10", "-3.25"], "0.00"),
        (["3", "1.5", "0.25", "-7"], "0.##"),
        (["1,234", "5", "1,000,000", "17"], "#,##0"),
        (["5 %", "12 %", "", "7 %"], "0 %"),
        (["2024-01-31", "2023-12-01", "", "2020-02-29"], "YYYY-MM-DD"),
        (["31/12/2024", "01/02/2024", "03/04/2024", "05/06/2024"], "DD/MM/YYYY"),
        (["007", "123", "042", "999"], None),
    ],
)
def test_what_stays_text_is_known_to_the_schema_by_its_form(
    tmp_path: Path, cells: list[str], form: str | None
) -> None:
    table = read_table(_write_columns(tmp_path / "in.csv", {"k": list("abcd"), "x": cells}))
    assert infer_schema(table)["x"].text_form == form


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\x85\u2028\u2029"),
    min_size=1,
    max_size=8,
)
CELL = st.one_of(st.just(""), st.integers().map(str), st.floats().map(repr), TEXT)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8))
def test_any_cell_that_is_read_as_text_is_written_as_it_was(
    tmp_path: Path, rows: list[tuple[str, ...]]
) -> None:
    columns = {name: [row[j] for row in rows] for j, name in enumerate("abc")}
    table = read_table(_write_columns(tmp_path / "in.csv", columns))
    assert table.shape == (len(rows), 3)
    write_table(tmp_path / "out.csv", [table])
    again = read_table(tmp_path / "out.csv")
    pd.testing.assert_frame_equal(again, table)
    for name in columns:
        if table[name].dtype.kind == "O":
            present = table[name].notna()
            expected = [c for c, p in zip(columns[name], present, strict=True) if p]
            assert table[name][present].tolist() == expected


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    rows = [["name", "x", "y"], ["Ann; or, Anna", "1.5", "2"], ["Bo|b", "2.5", "3"]]
    quoted = [[f'"{cell}"' if cell[:1].isupper() else cell for cell in row] for row in rows]
    text = "\n".join(separator.join(row) for row in quoted)
    (tmp_path / "in.csv").write_text(text + "\n")
    table = read_table(tmp_path / "in.csv")
    assert list(table.columns) == rows[0]
    assert table["name"].tolist() == ["Ann; or, Anna", "Bo|b"]


def test_one_column_needs_no_separator(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text('x\n1\n""\n3\n')
    assert read_table(tmp_path / "in.csv")["x"].tolist() == [1, pd.NA, 3]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_line_ending_and_a_byte_order_mark_are_read(tmp_path: Path, newline: str) -> None:
    text = newline.join(["x,y", "1,a", "2,b", ""])
    (tmp_path / "in.csv").write_bytes(text.encode("utf-8-sig"))
    pd.testing.assert_frame_equal(
        read_table(tmp_path / "in.csv"), pd.DataFrame({"x": [1, 2], "y": ["a", "b"]})
    )


def test_many_blocks_are_one_table(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"x": rng.integers(0, 10**6, 40_000), "y": rng.normal(size=40_000)})
    write_table(tmp_path / "in.csv.gz", [table[:17_000], table[17_000:]])
    pd.testing.assert_frame_equal(read_table(tmp_path / "in.csv.gz"), table)
    with gzip.open(tmp_path / "in.csv.gz", "rt") as stream:
        assert stream.readline() == "x,y\n"


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("x,y\n")
    table = read_table(tmp_path / "in.csv")
    assert table.shape == (0, 2)
    assert list(table.columns) == ["x", "y"]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", r"bad\.csv' is empty"),
        (b"x,y\n1,2\n3,4,5\n", r"bad\.csv': line 3 has 3 fields where the header has 2"),
        (b"x,y\n1,2\n\n3\n", r"bad\.csv': line 4 has 1 fields where the header has 2"),
        (b'x,y\n"a\nb",2\n3\n', r"line 4 has 1 fields"),
        (b'x,y\n1,"open\n2,3\n', r"line 2 does not parse \(unexpected end of data\)"),
        (b'x,y\n1,2\n"a"b,3\n', "line 3 does not parse"),
        (b"x,x\n1,2\n", "names 2 columns 'x'"),
        (b"name,x\nRen\xe9,1\n", "line 2 is not UTF-8 .byte 0xe9."),
        ("x,y\n1,2\n".encode("utf-16"), "line 1 is not UTF-8 .byte 0xff."),
    ],
)
def test_a_csv_that_does_not_parse_is_named_with_its_line(
    tmp_path: Path, content: bytes, match: str
) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    with pytest.raises(TableFileError, match=match):
        read_table(tmp_path / "bad.csv")


def test_a_broken_line_far_down_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("x,y\n" + "1,2\n" * 50_000 + "3\n")
    with pytest.raises(TableFileError, match="line 50002 has 1 fields"):
        read_table(tmp_path / "bad.csv")


def test_truncated_gzip_is_refused(tmp_path: Path) -> None:
    content = gzip.compress(b"x,y\n" + b"1,2\n" * 1000)
    (tmp_path / "bad.csv.gz").write_bytes(content[:-20])
    with pytest.raises(TableFileError, match=r"bad\.csv\.gz"):
        read_table(tmp_path / "bad.csv.gz")
    (tmp_path / "bad.csv.gz").write_bytes(b"x,y\n")
    with pytest.raises(TableFileError, match=r"bad\.csv\.gz"):
        read_table(tmp_path / "bad.csv.gz")


@pytest.mark.parametrize("name", ["none.csv", "none.parquet"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(TableFileError, match=rf"Cannot read the table .*{name}.*No such file"):
        read_table(tmp_path / name)


@pytest.mark.parametrize("name", ["rows.xlsx", "rows", "rows.parquet.gz", "rows.csv.zip"])
def test_another_ending_is_answered_with_those_that_work(tmp_path: Path, name: str) -> None:
    assert not is_table_path(name)
    with pytest.raises(TableFileError, match=r"ends in \.csv"):
        read_table(tmp_path / name)
    with pytest.raises(TableFileError, match=r"ends in \.csv"):
        write_table(tmp_path / name, [pd.DataFrame({"x": [1]})])


@pytest.fixture
def typed() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "i": [1, 2, 3],
            "n": pd.array([1, None, 3], dtype="Int64"),
            "f": [0.5, np.nan, 2.0],
            "s": ["a", None, "ü"],
            "b": [True, False, True],
            "c": pd.Categorical(["x", "y", "x"], categories=["y", "x"]),
            "d": pd.to_datetime(["2020-01-01", None, "2021-06-30"]).astype("datetime64[us]"),
        }
    )


def test_parquet_keeps_types_across_row_groups(tmp_path: Path, typed: pd.DataFrame) -> None:
    assert write_table(tmp_path / "t.parquet", [typed[:1], typed[1:]]) == 3
    found = read_table(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(found, typed, check_dtype=False, check_categorical=False)
    kinds = {name: dtype.kind for name, dtype in found.dtypes.items()}
    assert (kinds["i"], kinds["f"], kinds["b"], kinds["d"]) == ("i", "f", "b", "M")


def test_parquet_whose_first_rows_are_missing_holds_text_later(tmp_path: Path) -> None:
    parts = [pd.DataFrame({"s": pd.Series([None], dtype=object)}), pd.DataFrame({"s": ["a"]})]
    write_table(tmp_path / "t.parquet", parts)
    assert read_table(tmp_path / "t.parquet")["s"].tolist()[1:] == ["a"]


def test_parquet_with_a_mixed_column_is_refused_by_name(tmp_path: Path) -> None:
    mixed = pd.DataFrame({"m": pd.Series([1, "a"], dtype=object)})
    with pytest.raises(TableFileError, match=r"Parquet cannot hold this table: .*column m"):
        write_table(tmp_path / "t.parquet", [mixed])
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("x,y\n1,2\n")
    with pytest.raises(TableFileError, match=r"Cannot read the table .*t\.parquet"):
        read_table(tmp_path / "t.parquet")


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.parquet"])
def test_a_stream_that_fails_keeps_the_old_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("old")

    def tables() -> Iterator[pd.DataFrame]:
        yield pd.DataFrame({"x": [1]})
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_table(tmp_path / name, tables())
    assert (tmp_path / name).read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == [name]


def test_an_unwritable_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableFileError, match=r"Cannot write the table .*out\.csv.*No such file"):
        write_table(tmp_path / "none" / "out.csv", [pd.DataFrame({"x": [1]})])


@pytest.mark.parametrize(
    ("resolution", "written"),
    [("D", "2020-01-01"), ("min", "2020-01-01 00:00:00"), ("ms", "2020-01-01 00:00:00.000")],
)
def test_instants_are_written_alike_in_every_part(resolution: str, written: str) -> None:
    column = pd.to_datetime(["2020-01-01", None]).astype("datetime64[us]")
    schema = infer_schema(pd.DataFrame({"d": column, "x": [1, 2]}))
    schema["d"] = schema["d"].replace(resolution=resolution)
    stream = io.StringIO()
    write_csv(stream, [pd.DataFrame({"d": column, "x": [1, 2]})] * 2, schema=schema)
    assert stream.getvalue() == "d,x\n" + f"{written},1\n,2\n" * 2


def test_names_that_are_not_text_can_be_written(tmp_path: Path) -> None:
    table = pd.DataFrame({0: [1, 2], "a": pd.to_datetime(["2020-01-01", "2020-01-02"])})
    write_table(tmp_path / "t.csv", [table])
    assert list(read_csv(tmp_path / "t.csv").columns) == ["0", "a"]
    write_table(tmp_path / "t.parquet", [table])
    assert list(read_table(tmp_path / "t.parquet").columns) == ["0", "a"]
