"""Relations between columns, and single precision, in the estimator: given cells, classes."""

import numpy as np
import pandas as pd
import pytest

from tabgan import TabularGAN
from tabgan.exceptions import InvalidParameterError

QUICK = {
    "max_steps": 10,
    "batch_size": 64,
    "generator_layers": (16,),
    "discriminator_layers": (16,),
    "random_state": 0,
}


def _trips(zone: str | None = None, n_rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    start = pd.Timestamp("2023-01-01", tz=zone) + pd.to_timedelta(
        rng.integers(0, 9000, n_rows), "h"
    )
    end = start + pd.to_timedelta(rng.integers(0, 72, n_rows), "h")
    kind = rng.choice(["long", "short"], n_rows)
    return pd.DataFrame({"start": start, "end": end, "month": start.month, "kind": kind})


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_given_cells_of_an_ordered_date_come_back(zone):
    table = _trips(zone)
    model = TabularGAN(**QUICK).fit(table)
    assert model.schema_["end"].at_least == "start"
    asked = table[["start", "end"]].head(5)
    pd.testing.assert_frame_equal(model.sample(conditions=asked)[["start", "end"]], asked)


def test_classes_are_read_from_the_cells_that_tell_something():
    table = _trips().assign(key=range(400), note=np.arange(400.0))
    with pytest.warns(UserWarning, match="key"):
        model = TabularGAN(**QUICK, schema={"note": "dropped"}).fit(table)
    assert model.schema_["month"].calendar_of == "start"
    rows = table.head(4)
    whole = model.class_posterior(rows, "kind", random_state=0)
    without = model.class_posterior(rows[["start", "end"]], "kind", random_state=0)
    pd.testing.assert_frame_equal(whole, without)
    rows = rows.assign(start=rows["start"].where([False, True, True, True]))
    assert model.class_posterior(rows, "kind").sum(axis=1).round(6).eq(1).all()


@pytest.mark.parametrize("dtype", ["float32", "Float32", "float64"])
def test_the_cells_of_a_table_can_be_given_in_any_precision(dtype):
    values = np.random.default_rng(0).gamma(2, 10, 400).round(2)
    table = pd.DataFrame({"x": pd.Series(values).astype(dtype), "kind": ["a", "b"] * 200})
    model = TabularGAN(**QUICK).fit(table)
    asked = table[["x"]].head(5)
    pd.testing.assert_frame_equal(model.sample(conditions=asked)[["x"]], asked)
    with pytest.raises(InvalidParameterError, match="holds multiples"):
        model.sample(conditions=pd.DataFrame({"x": [1.234]}))


def test_a_column_that_the_schema_drops_cannot_be_asked_for_or_told():
    table = _trips().assign(note=np.arange(400.0))
    model = TabularGAN(**QUICK, schema={"note": "dropped"}).fit(table)
    for conditions in ({"note": 5.0}, pd.DataFrame({"note": [5.0]})):
        with pytest.raises(InvalidParameterError, match="The schema drops column 'note'"):
            model.sample(5, conditions=conditions)
    with pytest.raises(InvalidParameterError, match="The schema drops column 'note'"):
        model.class_posterior(table, "note")
