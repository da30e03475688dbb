"""Keys and texts of single rows are told by their form, and categories are left alone."""

import hashlib
import uuid
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tabgan.exceptions import SchemaError
from tabgan.preprocessing.identifiers import make_identifiers
from tabgan.schema import Identifier, Text, infer_schema
from tabgan.schema.identifiers import is_number_key, key_form, read_form, some_texts
from tabgan.schema.patterns import escape_literal, read_patterns
from tabgan.schema.texts import find_text_shape

RNG = np.random.default_rng(0)
N = 300
FIRST = ["Ann", "Bo", "Chloé", "Dmitri", "Eve", "Farid", "Guo", "Hana", "Ida", "Jean-Luc"]
LAST = ["Meier", "O'Neil", "van der Berg", "Smith", "Åberg", "Rossi", "de la Cruz", "Kim"]
NOUNS = ["parcel", "customer", "order", "invoice", "was", "late", "again", "and", "the", "broken"]


def _texts(cells: Any) -> np.ndarray:
    return np.array(list(cells), dtype=object)


def _names(n: int) -> list[str]:
    return [f"{FIRST[i % 10]} {'ABCDEFGHIJ'[i // 80 % 10]}. {LAST[i // 10 % 8]}" for i in range(n)]


PLATES = [f"{'ABCDEFGH'[i % 8]}{'KLM'[i % 3]} {i * 37 % 900 + 100}" for i in range(250)]
FORMS = {
    "name": _names(N),
    "name, reversed": [f"{last}, Mr. {first} ({nick})" for first in FIRST for last in LAST
                       for nick in ("Al", "Bea", "Cy")],
    "email": [f"{first}.{i}@mail{i % 3}.test".lower() for i, first in enumerate(FIRST * 30)],
    "phone": [f"+41 44 {i:03d} {i * 7 % 100:02d} {i * 13 % 100:02d}" for i in range(N)],
    "url": [f"https://shop.test/item/{i}?ref={i % 7}" for i in range(N)],
    "words": [" ".join(RNG.choice(NOUNS, RNG.integers(4, 15))) for _ in range(N)],
    "code": [*PLATES, *PLATES[:50]],
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("dtype", ["str", "object", "string"])
def test_texts_of_single_rows_are_recognised_by_their_form(name: str, dtype: str) -> None:
    column = infer_schema(pd.DataFrame({"a": pd.Series(FORMS[name], dtype=dtype)}))["a"]
    assert isinstance(column, Text)
    assert column.form == name.partition(",")[0]


@pytest.mark.parametrize("name", FORMS)
def test_a_few_other_cells_and_missing_ones_do_not_hide_a_form(name: str) -> None:
    cells = [*FORMS[name], "n/a", "?", "unknown", None, None]
    column = infer_schema(pd.DataFrame({"a": cells}))["a"]
    assert isinstance(column, Text)
    assert column.form == name.partition(",")[0]
    assert column.missing


CATEGORIES = {
    "products": [f"{colour} Chair No. {i}" for colour in ("Red", "Blue") for i in range(60)] * 2,
    "cities": ["New York", "San Francisco", "Rio de Janeiro", "Oslo"] * 30,
    "diagnoses": [f"{'EFGH'[i % 4]}{i % 90 + 10}.{i % 9}" for i in range(150)] * 2,
    "airports": [f"{a}{b}X" for a in "ABCDEFGHIJKLMNOPQRST" for b in "ABCDEF"][:100] + ["ABX"] * 20,
    "surnames, nearly unique": [*(f"Name{'abcdefghij'[i % 10] * (i // 10 + 1)}" for i in range(60)),
                                "Namea"],
    "persons that come again": _names(60) * 2,
    "few cells": _names(15),
}  # fmt: skip


@pytest.mark.parametrize("name", CATEGORIES)
def test_ordinary_categories_stay_categories(name: str) -> None:
    assert infer_schema(pd.DataFrame({"a": CATEGORIES[name]}))["a"].kind == "categorical"


def test_a_column_of_50000_levels_that_repeat_stays_categorical() -> None:
    codes = RNG.integers(0, 50_000, 200_000)
    table = pd.DataFrame({"a": pd.Series(codes).map("K-{:05d}".format), "b": codes % 3})
    assert infer_schema(table)["a"].kind == "categorical"


def test_addresses_of_persons_are_made_up_even_where_they_repeat() -> None:
    cells = ["ann@shop.test", "bo@shop.test"] * 50
    column = infer_schema(pd.DataFrame({"a": cells}))["a"]
    assert isinstance(column, Text)
    assert column.form == "email"


def test_what_is_learned_of_texts_is_coarse() -> None:
    schema = infer_schema(pd.DataFrame({name: pd.Series(cells) for name, cells in FORMS.items()}))
    assert schema["name"].pattern == "First Last"
    assert schema["name, reversed"].pattern == "Last, First"
    assert schema["words"].n_words == 10
    assert schema["phone"].pattern == "+41 44 999 99 99"
    assert {pattern.weight for pattern in read_patterns(schema["code"].pattern)} == {1}
    upper = [name.upper() for name in FORMS["name, reversed"]]
    assert infer_schema(pd.DataFrame({"a": upper}))["a"].pattern == "LAST, FIRST"


@pytest.mark.parametrize(
    "form",
    [
        "uuid",
        "uuid:upper",
        "uuid:plain",
        "uuid:upper-plain",
        "hex:40",
        "HEX:32",
        r"pattern:INV-2024-999999",
        r"pattern:\AB-999",
        r"pattern:AA-999*70|9999*30",
        r"pattern:PC 99999*60|SOTON 99999*30|999999*10",
        r"pattern:" + r"\w" * 22,
        r"pattern:id_" + r"\l" * 12,
        r"pattern:" + r"\U" * 10,
    ],
)
def test_keys_that_are_made_in_a_form_have_this_form(form: str) -> None:
    made = make_identifiers(form, np.arange(500), 3)
    assert key_form(made) == form


@pytest.mark.parametrize("n_texts", [0, 1, 19_999, 20_000, 20_001, 45_678])
def test_a_form_is_learned_from_texts_of_the_whole_table(n_texts: int) -> None:
    texts = np.arange(n_texts).astype(object)
    some = some_texts(texts)
    assert len(some) == n_texts or 10_000 <= len(some) <= 20_000
    assert n_texts == 0 or some[-1] >= 0.99 * (n_texts - 1)


def test_uuid_objects_are_keys() -> None:
    cells = [uuid.UUID(bytes=hashlib.md5(bytes([i])).digest()) for i in range(40)]
    column = infer_schema(pd.DataFrame({"a": cells}))["a"]
    assert (column.kind, column.form, column.dtype) == ("identifier", "uuid:object", "object")
    assert infer_schema(pd.DataFrame({"a": cells * 2}))["a"].kind == "categorical"


@given(st.text(min_size=1, max_size=12))
def test_escaped_text_is_a_pattern_of_itself(text: str) -> None:
    (pattern,) = read_patterns(escape_literal(text))
    assert "".join(pattern.places) == text
    assert pattern.capacity() == 1


@given(st.lists(st.text(st.sampled_from("AZaz09-_|*\\ é"), max_size=9), min_size=20, unique=True))
def test_every_key_has_a_form_that_can_be_read(texts: list[str]) -> None:
    what = read_form(key_form(_texts(texts)))
    assert what.patterns


def test_fixed_letters_are_those_of_ten_rows_or_more() -> None:
    alike = [f"KEY-{i}" for i in range(100, 109)]
    others = [f"{'ABCDEFGHIJ'[i % 10]}-{i * 7919 % 10**5:05d}" for i in range(200)]
    form = key_form(_texts([*alike, *others]))
    assert "K" not in form
    assert "KEY" in key_form(_texts([*alike, "KEY-109", *others]))


@pytest.mark.parametrize(
    ("numbers", "name", "is_key"),
    [
        (RNG.choice(9 * 10**7, 400, replace=False) + 10**7, "number", True),
        (RNG.choice(2000, 800, replace=False), "number", True),
        (RNG.normal(10**7, 10**6, 400).astype(np.int64), "income", False),
        (RNG.normal(10**7, 10**6, 400).astype(np.int64), "customer_id", True),
        (RNG.normal(10**7, 10**6, 400).astype(np.int64), "CustomerID", True),
        (RNG.normal(10**7, 10**6, 400).astype(np.int64), "paid", False),
        (RNG.choice(9 * 10**7, 19, replace=False), "id", False),
        (np.exp(RNG.normal(10, 2, 60)).astype(np.int64), "population", False),
    ],
)
def test_unique_integers_are_keys_by_name_or_by_evidence(
    numbers: np.ndarray, name: str, is_key: bool
) -> None:
    distinct = np.unique(numbers)
    assert is_number_key(distinct, len(distinct), name) == is_key


@pytest.mark.parametrize(
    ("numbers", "form"),
    [
        (RNG.choice(900_000, 500, replace=False) + 100_000, "range:100000..999999"),
        ((RNG.choice(10**6, 500, replace=False) + 3 * 10**6), "range:3000000..3999999"),
        ((RNG.choice(10**9, 500, replace=False) + 10**9).astype("int32"), None),
        (np.delete(np.arange(1, 400), 7), "counter:1"),
    ],
)
def test_the_form_of_numbers_is_a_coarse_range(numbers: np.ndarray, form: str | None) -> None:
    table = pd.DataFrame({"a": numbers})
    found = infer_schema(table, overrides={"a": "identifier"})["a"].form
    assert form is None or found == form
    what = read_form(found)
    assert what.high is None or (what.low <= numbers.min() and numbers.max() <= what.high)
    assert what.high is None or what.high <= np.iinfo(numbers.dtype).max


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Identifier(form="counter"), "give one such as 'counter:1'"),
        (lambda: Identifier(form="range:9..1"), "give one such as 'counter:1'"),
        (lambda: Identifier(form="pattern:A|"), "'A|' is no pattern"),
        (lambda: Identifier(form="pattern:A*0"), "is no pattern"),
        (lambda: Text(form="poem"), "form='poem' is none of name, email, phone, url, code, words"),
        (lambda: Text(n_words=0), "n_words=0"),
        (lambda: Text(form="code", pattern="A\\"), "is no pattern"),
    ],
)
def test_forms_that_say_nothing_are_refused(make: Any, words: str) -> None:
    with pytest.raises(SchemaError, match=words.replace("|", r"\|")):
        make()


def test_a_number_is_no_text() -> None:
    with pytest.raises(SchemaError, match="'a' of dtype int64 is declared text"):
        infer_schema(pd.DataFrame({"a": [1, 2]}), overrides={"a": "text"})


def test_no_texts_have_no_shape() -> None:
    assert find_text_shape(_texts([]), 0) is None
    empty = pd.DataFrame({"a": pd.Series([None] * 9, dtype="string")})
    assert infer_schema(empty, overrides={"a": "text"})["a"].form == "words"
