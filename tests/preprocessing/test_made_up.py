"""What is made up is new, unique, of the original's form, and the same for the same row and key."""

import json
import re
import uuid
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tabgan import load
from tabgan.estimators import IndependentColumns
from tabgan.exceptions import ArchiveError, DataWarning, InvalidParameterError, SchemaError
from tabgan.metrics import shape_error
from tabgan.preprocessing import TableTransformer
from tabgan.preprocessing.identifiers import find_residues, make_identifiers
from tabgan.preprocessing.invented_texts import make_emails, make_names, make_urls, make_words
from tabgan.schema import Dropped, Schema, infer_schema
from tabgan.schema.identifiers import read_form
from tests.preprocessing.laws import fit

FORMS = [
    "counter:1",
    "range:100000..999999",
    "range:-9..9",
    "range:1000000000000..9999999999999",
    "pattern:AA-999",
    "pattern:A9*70|AA-999*29|---",
    "pattern:999*50|9999*50",
    r"pattern:\A9",
    "uuid",
    "uuid:object",
    "hex:40",
]


def _unique(made: np.ndarray) -> int:
    return len(set(made.tolist()))


@pytest.mark.parametrize("form", FORMS)
def test_no_two_rows_get_the_same_key(form: str) -> None:
    assert _unique(make_identifiers(form, np.arange(30_000), 5)) == 30_000


@pytest.mark.slow
@pytest.mark.parametrize("form", ["range:-9..9", "pattern:A9*70|AA-999*29|---", "hex:40"])
def test_no_two_rows_of_a_million_get_the_same_key(form: str) -> None:
    assert _unique(make_identifiers(form, np.arange(1_000_000), 5)) == 1_000_000


@given(
    form=st.sampled_from(FORMS),
    key=st.integers(0, 2**62),
    cuts=st.lists(st.integers(0, 3000), max_size=3),
)
def test_a_key_follows_from_the_number_of_its_row(form: str, key: int, cuts: list[int]) -> None:
    rows = np.arange(3000)
    parts = [make_identifiers(form, part, key) for part in np.split(rows, sorted(cuts))]
    np.testing.assert_array_equal(np.concatenate(parts), make_identifiers(form, rows, key))


SPACIOUS = [
    "range:100000..999999",
    "pattern:AA-9999",
    r"pattern:INV-2024-999999*60|\Aa99999*40",
    "uuid:upper",
    "hex:12",
]


@given(
    form=st.sampled_from(SPACIOUS),
    taken_by=st.integers(0, 2**62),
    key=st.integers(0, 2**62),
    first=st.integers(0, 10**4),
)
def test_no_key_of_the_table_is_made_again(form: str, taken_by: int, key: int, first: int) -> None:
    taken = make_identifiers(form, first + np.arange(800), taken_by)
    residues = find_residues(read_form(form), taken)
    made = make_identifiers(form, np.arange(800), key, residues)
    assert all(modulus > 1 for modulus, _ in residues)
    assert not set(made.tolist()) & set(taken.tolist())
    assert _unique(made) == 800


def test_keys_that_leave_no_choice_are_made_again_in_their_form() -> None:
    taken = np.array([f"{i:02d}" for i in range(100)], dtype=object)
    residues = find_residues(read_form("pattern:99"), taken)
    assert residues == ((1, 0),)
    assert set(make_identifiers("pattern:99", np.arange(100), 3, residues)) == set(taken)


def test_uuids_are_valid_and_of_version_4() -> None:
    rows = np.arange(500)
    for form in ("uuid", "uuid:upper", "uuid:plain", "uuid:upper-plain", "uuid:object"):
        made = make_identifiers(form, rows, 1)
        parsed = [cell if form == "uuid:object" else uuid.UUID(cell) for cell in made]
        assert {(each.version, each.variant) for each in parsed} == {(4, uuid.RFC_4122)}
        assert ("upper" in form) == str(made[0]).isupper()
        assert ("plain" in form) == ("-" not in str(made[0]))


def test_patterns_keep_their_shares() -> None:
    made = make_identifiers("pattern:AA-9999*7|9999999*2|x-99999", np.arange(5000), 2)
    kinds = [cell[0].isupper() + 2 * cell[0].isdigit() for cell in made]
    assert np.bincount(kinds).tolist() == [500, 3500, 1000]


def test_a_number_beyond_its_range_goes_on_above() -> None:
    made = make_identifiers("range:10..19", np.arange(14), 0)
    assert sorted(made[:10]) == list(range(10, 20))
    assert made[10:].tolist() == [20, 21, 22, 23]


@pytest.mark.parametrize(
    "make",
    [
        lambda rows, key: make_names("First Last", rows, key),
        lambda rows, key: make_names("LAST, FIRST", rows, key),
        make_emails,
        make_urls,
        lambda rows, key: make_words(10, rows, key),
        lambda rows, key: make_words(1, rows, key),
    ],
)
def test_invented_texts_follow_from_row_and_key_and_vary(make: Any) -> None:
    rows = np.arange(2000)
    whole = make(rows, 7)
    np.testing.assert_array_equal(make(rows[1500:], 7), whole[1500:])
    assert np.mean(whole == make(rows, 8)) < 0.05
    assert _unique(whole) > 80


def test_addresses_are_unique_and_belong_to_nobody() -> None:
    rows = np.arange(20_000)
    for made in (make_emails(rows, 0), make_urls(rows, 0)):
        assert _unique(made) == len(rows)
        assert {cell.partition("example.")[2][:3] for cell in made} == {"org", "com", "net"}


def _persons(n_rows: int) -> pd.DataFrame:
    """A table of personal data in which nearly every word and number occurs once."""
    rng = np.random.default_rng(4)

    def word(length: int) -> str:
        return "".join(rng.choice(list("bcdfghjklmnpqrstvwxz"), length))

    names = [f"{word(6).title()} {word(8).title()}" for _ in range(n_rows)]
    return pd.DataFrame(
        {
            "name": names,
            "mail": [f"{name.replace(' ', '.').lower()}@{word(7)}.test" for name in names],
            "phone": [f"+41 79 {n // 10**4:03d} {n // 100 % 100:02d} {n % 100:02d}"
                      for n in rng.choice(10**7, n_rows, replace=False)],
            "key": [f"{word(4).upper()}-{n}" for n in rng.choice(10**6, n_rows) + 10**6],
            "token": [str(uuid.UUID(bytes=rng.bytes(16), version=4)) for _ in range(n_rows)],
            "number": rng.choice(9 * 10**8, n_rows, replace=False) + 10**8,
            "remark": [" ".join(word(5) for _ in range(6)) for _ in range(n_rows)],
            "link": [f"https://{word(9)}.test/{word(5)}" for _ in range(n_rows)],
            "group": rng.choice(["first", "second"], n_rows),
        }
    )  # fmt: skip


def _words(table: pd.DataFrame) -> set[str]:
    """The words of four letters or more, and those with digits of six, of the cells of persons."""
    cells = " ".join(table.drop(columns="group").astype(str).to_numpy().ravel()).lower()
    return set(re.findall(r"[^\W\d_]{4,}|\w{6,}", cells)) - {"https", "test"}


@pytest.mark.parametrize("dtype", ["str", "object"])
def test_personal_data_is_neither_in_the_model_nor_in_a_sample(tmp_path: Path, dtype: str) -> None:
    table = _persons(250).astype({"name": dtype, "mail": dtype, "token": dtype})
    with pytest.warns(DataWarning) as caught:
        model = IndependentColumns(random_state=0).fit(table)
    assert len(caught) == 1
    assert all(repr(name) in str(caught[0].message) for name in table.columns[:-1])
    model.save(tmp_path / "model.tabgan")
    words = _words(table)
    assert len(words) > 2000
    archive = (tmp_path / "model.tabgan").read_bytes().lower()
    assert [word for word in words if word.encode() in archive] == []
    sample = model.sample(2000)
    for name in table.columns[:-1]:
        assert set(sample[name]).isdisjoint(table[name]), name
    written = ["name", "mail", "remark", "link", "group"]
    assert _words(sample[written]).isdisjoint(_words(table[written]))
    assert sample.dtypes.equals(table.dtypes)
    again = load(tmp_path / "model.tabgan").sample(2000, random_state=3)
    pd.testing.assert_frame_equal(again, model.sample(2000, random_state=3))


def test_two_columns_of_one_form_hold_different_keys() -> None:
    table = _persons(60)[["token", "key"]]
    table = table.assign(other=table["token"][::-1].to_numpy())
    back = fit(table).decode(fit(table).encode(table))
    assert not (back["token"] == back["other"]).any()


@pytest.mark.parametrize("name", ["name", "mail", "phone", "remark", "link"])
@pytest.mark.parametrize("dtype", ["str", "object", "string"])
def test_texts_come_back_in_their_form_with_the_same_cells_missing(name: str, dtype: str) -> None:
    cells = _persons(250)[name].astype(dtype)
    cells[::4] = None
    table = pd.DataFrame({"a": cells})
    transformer = fit(table)
    back = transformer.decode(transformer.encode(table))["a"]
    assert back.dtype == cells.dtype
    np.testing.assert_array_equal(back.isna(), cells.isna())
    assert {type(cell) for cell in back} == {type(cell) for cell in cells}
    assert infer_schema(back.to_frame())["a"].form == transformer.schema_["a"].form


def test_nothing_can_be_asked_of_texts() -> None:
    transformer = fit(_persons(50))
    with pytest.raises(InvalidParameterError, match="'name' is text: it is made up anew"):
        transformer.encode_conditions({"name": "Ann"})


def test_what_is_made_up_is_named_in_one_warning_unless_declared() -> None:
    table = _persons(50)[["key", "name", "group"]]
    with pytest.warns(
        DataWarning, match=r"'key' look like ident.*'name' look like.*'dropped'"
    ) as w:
        TableTransformer().fit(table)
    assert len(w) == 1
    TableTransformer(schema={"key": "identifier", "name": "text"}).fit(table)
    kept = TableTransformer(schema={"key": "dropped", "name": "categorical"}).fit(table)
    assert kept.layout_.columns == ("name", "group")


def test_a_dropped_column_is_in_no_sample_and_in_no_way_of_the_rest(tmp_path: Path) -> None:
    table = _persons(80)
    schema: dict[Any, Any] = dict.fromkeys(table.columns[:-2], "dropped")
    schema |= {"link": Dropped()}
    model = IndependentColumns(schema=schema, random_state=0).fit(table)
    assert list(model.feature_names_in_) == list(table.columns)
    assert model.n_features_in_ == table.shape[1]
    sample = model.sample(30)
    assert list(sample.columns) == ["group"]
    assert model.score(table) == model.score(table[["group"]]) <= 0
    codes = model.transformer_.encode(table)
    np.testing.assert_array_equal(codes.levels, model.transformer_.encode(table[["group"]]).levels)
    assert shape_error(table, sample, schema=model.schema_).value >= 0
    model.save(tmp_path / "model.tabgan")
    loaded = load(tmp_path / "model.tabgan")
    assert loaded.schema_ == model.schema_
    assert list(loaded.feature_names_in_) == list(table.columns)
    pd.testing.assert_frame_equal(
        loaded.sample(30, random_state=1), model.sample(30, random_state=1)
    )


def test_a_schema_that_drops_everything_is_refused() -> None:
    table = pd.DataFrame({"a": [1, 2, 3]})
    with pytest.raises(SchemaError, match="drops all 1 columns"):
        TableTransformer(schema={"a": "dropped"}).fit(table)


def test_a_state_whose_columns_contradict_each_other_is_refused() -> None:
    transformer = fit(_persons(50), schema={"name": "dropped"})
    state, arrays = transformer.to_state()
    state = json.loads(json.dumps(state))
    state["with_dropped"] = Schema({"a": "integer"}).to_dict()
    with pytest.raises(ArchiveError, match="contradict each other"):
        TableTransformer.from_state(state, arrays)
