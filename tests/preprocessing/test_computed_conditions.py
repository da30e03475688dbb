"""What is asked of computed columns: read as their cells are, copies as what they are copies of."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tabgan import Between
from tabgan.exceptions import InvalidParameterError
from tabgan.preprocessing import Conditions, TableTransformer
from tabgan.preprocessing.copies import find_copies
from tabgan.schema.ticks import Ticks
from tests.preprocessing.test_ties import TABLES, _fit, _random_codes

FITTED: dict[str, TableTransformer] = {}


@pytest.fixture(params=TABLES, name="transformer")
def _transformer(request: pytest.FixtureRequest) -> TableTransformer:
    if request.param not in FITTED:
        FITTED[request.param] = _fit(TABLES[request.param])
    return FITTED[request.param]


def _table(transformer: TableTransformer) -> pd.DataFrame:
    return next(TABLES[name] for name, each in FITTED.items() if each is transformer)


def _tied(transformer: TableTransformer) -> list[Any]:
    """Columns of which a remainder is modelled that varies."""
    copies = find_copies(transformer._coder)
    ties = [each.tie for each in transformer._coder.ties.values()]
    return [tie.name for tie in ties if tie.has_remainder and tie.name not in copies]


def _ranks(transformer: TableTransformer, table: pd.DataFrame, name: Any) -> np.ndarray:
    """The rank of each cell, NaN for missing ones."""
    column = transformer.schema_[name]
    unit = Ticks.of(column)
    assert unit is not None
    ticks, missing = unit.read(table[name], column)
    return pd.Series(ticks).mask(missing).rank(method="min").to_numpy()


def _holds(conditions: Conditions, table: pd.DataFrame, name: str) -> np.ndarray:
    (asked,) = (each for each in conditions.computed if list(table).index(name) == each.position)
    return asked.holds(table[name], np.zeros(len(table), np.int64))


def test_a_cell_and_an_interval_hold_those_cells_that_they_should(
    transformer: TableTransformer,
) -> None:
    table = _table(transformer)
    for name in _tied(transformer):
        cells, order = table[name], _ranks(transformer, table, name)
        rows = [int(np.nanargmin(np.abs(order - rank))) for rank in (60, 200, 320)]
        low, middle, high = cells.iloc[rows]
        places = order[rows]
        asked = transformer.encode_conditions({name: middle})
        np.testing.assert_array_equal(_holds(asked, table, name), order == places[1])
        asked = transformer.encode_conditions({name: [low, high]})
        expected = np.isin(order, [places[0], places[2]])
        np.testing.assert_array_equal(_holds(asked, table, name), expected)
        for between, expected in (
            (Between(low, high), (order >= places[0]) & (order <= places[2])),
            (Between(None, middle), order <= places[1]),
            (Between(middle, None), order >= places[1]),
        ):
            asked = transformer.encode_conditions({name: between})
            np.testing.assert_array_equal(_holds(asked, table, name), expected)


def test_whatever_is_sampled_can_be_asked_for(transformer: TableTransformer) -> None:
    sample = transformer.decode(_random_codes(transformer, 300))
    copies = find_copies(transformer._coder)
    for name in (*_tied(transformer), *copies):
        for cell in sample[name].dropna().sample(20, random_state=0):
            transformer.encode_conditions({name: cell})
            if name not in copies:
                transformer.encode_conditions({name: Between(cell, cell)})


def _codes(conditions: Conditions) -> list[Any]:
    return [
        (each.column, *(getattr(each.sets[0], field) for field in ("levels", "low", "high")))
        for each in conditions.sets
    ]


def _copied(name: str) -> tuple[pd.DataFrame, Any]:
    """A column with another at a fixed distance, and a cell that lies far beyond."""
    if name == "shifted numbers":
        fare = np.random.default_rng(0).integers(0, 10**5, 300) / 100
        return pd.DataFrame({"first": fare, "second": (fare + 7.25).round(2)}), 1e6
    kind = name.removeprefix("shifted ")
    table = TABLES[kind].iloc[:, :1].set_axis(["first"], axis=1)
    shift = pd.DateOffset(days=30) if kind != name else None
    table["second"] = table["first"] if shift is None else table["first"] + shift
    far = {"floats": 1e6, "nullable numbers": 1e6}.get(kind)
    return table, far or table["first"].iloc[0] + pd.DateOffset(years=90)


COPIED = ["dates", "days", "zoned dates", "zoned days", "floats", "nullable numbers"]
SHIFTED = ["dates", "days", "zoned dates", "zoned days", "numbers"]


@pytest.mark.parametrize("name", [*COPIED, *(f"shifted {name}" for name in SHIFTED)])
def test_what_is_asked_of_a_copy_is_asked_of_what_it_is_a_copy_of(name: str) -> None:
    table, far = _copied(name)
    transformer = _fit(table)
    assert list(find_copies(transformer._coder)) == ["second"]
    values = table.dropna().drop_duplicates("first").sort_values("first").iloc[[40, 80]]
    for ask in (
        lambda cells: cells.iloc[0],
        lambda cells: cells.tolist(),
        lambda cells: Between(*cells),
        lambda cells: Between(None, cells.iloc[1]),
        lambda cells: {cells.iloc[0]: 3, cells.iloc[1]: 4},
    ):
        asked = transformer.encode_conditions({"second": ask(values["second"])})
        expected = transformer.encode_conditions({"first": ask(values["first"])})
        for one, two in zip(_codes(asked), _codes(expected), strict=True):
            for codes, others in zip(one, two, strict=True):
                np.testing.assert_array_equal(codes, others)
        assert [n for _, n in asked.totals] == [n for _, n in expected.totals]
    given, expected_codes = (
        transformer.encode_conditions(values[[column]]).given for column in ("second", "first")
    )
    np.testing.assert_array_equal(given.normals, expected_codes.normals)
    with pytest.raises(InvalidParameterError, match="'second' lies at a fixed distance"):
        transformer.encode_conditions({"second": far})


def test_two_conditions_on_one_column_and_its_copy_are_joined() -> None:
    transformer = _fit(TABLES["dates"][["start", "again"]])
    first, last = pd.Timestamp("2024-02-01"), pd.Timestamp("2024-03-01")
    both = {"start": Between(first, None), "again": Between(None, last)}
    expected = _codes(transformer.encode_conditions({"start": Between(first, last)}))
    for asked in (both, dict(reversed(both.items()))):
        for one, two in zip(_codes(transformer.encode_conditions(asked)), expected, strict=True):
            np.testing.assert_array_equal(one[2], two[2])
            np.testing.assert_array_equal(one[3], two[3])
    values = TABLES["dates"]["start"].sort_values().iloc[[10, 300]].tolist()
    asked = {"start": {values[1]: 2}, "again": Between(first, None)}
    assert transformer.encode_conditions(asked).totals == (("start", 2),)
    for contradiction in (
        {"start": Between(None, first), "again": Between(last, None)},
        {"start": values[0], "again": values[1]},
        {"start": dict.fromkeys(values, 0.5), "again": Between(first, None)},
    ):
        with pytest.raises(InvalidParameterError, match="'start' and 'again' contradict"):
            transformer.encode_conditions(contradiction)


def test_what_a_computed_column_and_a_copy_of_its_term_ask_is_not_mixed_up() -> None:
    table = TABLES["dates"]
    transformer = _fit(table)
    assert transformer.schema_["end"].at_least == transformer.schema_["again"].plus[0] == "start"
    late, early = (
        Between(pd.Timestamp(f"2024-0{month}-01"), pd.Timestamp(f"2024-0{month + 1}-15"))
        for month in (2, 1)
    )
    expected = _codes(transformer.encode_conditions({"start": early}))
    for asked in ({"end": late, "again": early}, {"again": early, "end": late}):
        conditions = transformer.encode_conditions(asked)
        assert len(conditions.computed) == len(conditions.restored) == 1
        for one, two in zip(_codes(conditions), expected, strict=True):
            np.testing.assert_array_equal(one[2], two[2])


@pytest.mark.parametrize("name", ["end", "again", "due"])
def test_no_value_is_not_taken_for_a_missing_cell(name: str) -> None:
    table = TABLES["dates"].assign(due=lambda t: t["start"] + pd.Timedelta("30D"))
    for wanted in (None, pd.NaT, [pd.Timestamp("2024-02-01"), None]):
        with pytest.raises(InvalidParameterError, match=r"tabgan\.MISSING"):
            _fit(table).encode_conditions({name: wanted})
