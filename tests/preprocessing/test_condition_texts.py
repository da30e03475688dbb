"""Conditions as the command line writes them."""

import pandas as pd
import pytest

from tabgan import MISSING, Between
from tabgan.preprocessing import condition_from_text
from tabgan.schema import Boolean, Categorical, Continuous, Datetime, Integer

PLACES = Categorical(levels=("a", "b|c", "1..2", 3, "<=50K"))


@pytest.mark.parametrize(
    "text, column, wanted",
    [
        ("7", Integer(), 7),
        ("7|9", Integer(), [7, 9]),
        ("7|", Integer(), [7, MISSING]),
        ("-7..9", Integer(), Between(-7, 9)),
        ("7..", Integer(), Between(7, None)),
        ("..9", Integer(), Between(None, 9)),
        ("1.5", Continuous(), 1.5),
        (".5..1e3", Continuous(), Between(0.5, 1000.0)),
        ("", Continuous(), MISSING),
        ("nan", Continuous(), "nan"),
        ("many", Integer(), "many"),
        ("true", Boolean(), True),
        ("0", Boolean(), False),
        ("a", PLACES, "a"),
        ("b|c", PLACES, "b|c"),
        ("1..2", PLACES, "1..2"),
        ("3", PLACES, 3),
        ("3|a", PLACES, [3, "a"]),
        ("<=50K", PLACES, "<=50K"),
        ("x|y", PLACES, ["x", "y"]),
        ("2020-02-03", Datetime(), pd.Timestamp("2020-02-03")),
        ("2020-02-03..", Datetime(), Between(pd.Timestamp("2020-02-03"), None)),
        ("1,234", Integer(text_form="#,##0"), "1,234"),
        ("1,000..2,000", Integer(text_form="#,##0"), Between("1,000", "2,000")),
    ],
)
def test_texts_are_read_as_the_column_has_its_values(text, column, wanted):
    read = condition_from_text(text, column)
    assert read == wanted and type(read) is type(wanted)
