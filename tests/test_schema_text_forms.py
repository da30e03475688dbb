"""Numbers and dates in text are recognised only if every cell comes back as the very same text."""

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tabgan.exceptions import SchemaError
from tabgan.schema.dates import DATE_FORMS, find_date_form, format_dates, parse_dates
from tabgan.schema.text_forms import find_text_form, format_texts, parse_texts


def _texts(*texts: str) -> np.ndarray:
    return np.array(texts, dtype=object)


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["1,234", "17", "-2,000,001"], "#,##0"),
        (["5 %", "17 %"], "0 %"),
        (["5%", "-17%"], "0%"),
        (["$3.50", "-$12.00"], "$0.00"),
        (["$1,003.50", "$12.00"], "$#,##0.00"),
        (["€ 3.5", "€ 12"], "€ 0.#"),
        (["3.50 €", "12.00 €"], "0.00 €"),
        (["12,50 €", "-0,05 €"], "0,00 €"),
        (["1.234,50 €", "7,25 €", "12.000.000,00 €"], "#.##0,00 €"),
        (["12,50\u00a0€", "3,00\u00a0€"], "0,00\u00a0€"),
        (["€ 12,50", "-€ 3,00"], "€ 0,00"),
        (["€ 12.50", "€ 3.00"], "€ 0.00"),
        (["12,5 %", "3 %"], "0,# %"),
        (["45 %", "7 %"], "0 %"),
        (["12,34"], "0,00"),
        (["1,5", "2,375", "12"], "0,###"),
        (["0,125", "2,375", "1,234", "12", "3,456", "1234,5"], "0,###"),
        (["12.50", "0.07"], "0.00"),
        (["12.5", "0.07", "3"], "0.##"),
        (["94110", "8001"], "0"),
        (["2024-01-31", "1969-12-01"], "YYYY-MM-DD"),
        (["2024/01/31", "1969/12/01"], "YYYY/MM/DD"),
        (["03/04/2021", "05/06/2021"], "DD/MM/YYYY"),
        (["03/04/2021", "05/16/2021"], "MM/DD/YYYY"),
        (["3/4/2021", "15/6/2021"], "D/M/YYYY"),
        (["3/4/2021", "5/16/2021"], "M/D/YYYY"),
        (["03.04.2021", "15.06.2021"], "DD.MM.YYYY"),
        (["3.4.2021", "15.6.2021"], "D.M.YYYY"),
        (["2024-01-31T23:59:00Z", "2024-02-29T00:00:00Z"], "YYYY-MM-DDThh:mm:ssZ"),
        (["2024-01-31 23:59", "2024-02-29 00:00"], "YYYY-MM-DD hh:mm"),
        (["2024-01-31 23:59:01.250", "2024-02-29 00:00:00.000"], "YYYY-MM-DD hh:mm:ss.fff"),
        (["31/12/2024 10:11:12", "01/01/2025 00:00:00"], "DD/MM/YYYY hh:mm:ss"),
    ],
)
def test_a_form_is_found_and_gives_the_same_texts_back(texts: list[str], form: str) -> None:
    distinct = _texts(*texts)
    assert find_text_form(distinct) == form
    assert format_texts(parse_texts(distinct, form), form).tolist() == texts


@pytest.mark.parametrize(
    "texts",
    [
        ["007", "123"],
        ["08001", "10115"],
        ["1,234", "1234"],
        ["12,5", "1.5"],
        ["12,50 €", "12.50 €"],
        ["1.234,5", "1234,5"],
        ["501.234.567", "1.234.567"],
        ["01,5", "2,5"],
        ["1,50", "2,5"],
        ["12,50 €", "12,50 $"],
        ["1.5", "n/a"],
        ["1.50", "1.5"],
        ["-0", "1"],
        ["+5", "6"],
        ["1e5", "2"],
        [" 5", "6"],
        ["5 ", "6"],
        ["5", ""],
        ["$5", "6 %"],
        ["$5", "6"],
        ["E11", "E12"],
        ["12345678901234567890"],
        ["31/02/2024"],
        ["2024-13-01"],
        ["2024-01-01", "01/01/2024"],
        ["2024-01-31T25:00:00Z"],
        ["True", "False"],
        ["٣", "٤"],
        ["nan", "inf"],
    ],
)
def test_text_that_would_not_come_back_the_same_has_no_form(texts: list[str]) -> None:
    assert find_text_form(_texts(*texts)) is None


def test_days_and_months_are_read_as_the_form_says() -> None:
    texts = _texts("03/04/2021")
    assert str(parse_dates(texts, "DD/MM/YYYY")[0]) == "2021-04-03T00:00:00"
    assert str(parse_dates(texts, "MM/DD/YYYY")[0]) == "2021-03-04T00:00:00"


@given(
    instants=st.lists(
        st.datetimes(pd.Timestamp(1000, 1, 1), pd.Timestamp(9999, 12, 31)), min_size=1
    ),
    form=st.sampled_from(DATE_FORMS),
)
def test_every_date_form_comes_back(instants: list, form: str) -> None:
    unit = "us" if "ffffff" in form else "ms" if "fff" in form else "s" if "ss" in form else "m"
    values = np.array(instants, dtype="M8[us]").astype(f"M8[{unit}]")
    if "hh" not in form:
        values = values.astype("M8[D]")
    texts = format_dates(values, form)
    np.testing.assert_array_equal(parse_dates(texts, form), values)
    assert find_date_form(texts) is not None


@given(
    cents=st.lists(st.integers(-(10**9), 10**9), min_size=1),
    form=st.sampled_from(
        ["0.00", "$#,##0.00", "0.## %", "#,##0", "0", "€ 0.00", "0,00 €", "#.##0,## %"]
    ),
)
def test_every_number_form_comes_back(cents: list[int], form: str) -> None:
    values = np.array(cents) / 100 if form.strip("$€% ").endswith(("00", "##")) else np.array(cents)
    np.testing.assert_array_equal(parse_texts(format_texts(values, form), form), values)


@pytest.mark.parametrize("form", ["", "00", "#.##0", "USD 0", "0.0#"])
def test_a_form_that_is_none_is_refused(form: str) -> None:
    with pytest.raises(SchemaError, match="is no form of numbers"):
        format_texts(np.array([1.0]), form)
