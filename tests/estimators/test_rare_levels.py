"""Protected levels never leave: not in samples, not in saved models, not in the schema."""

import json
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tabgan import TabularGAN, TabularVAE, infer_schema, load
from tabgan.estimators import IndependentColumns
from tabgan.exceptions import DataWarning, InvalidParameterError, UnseenLevelError

RNG = np.random.default_rng(0)
N_ROWS = 600
PLANTED = ["planted-one", "planted-two"]


def _table() -> pd.DataFrame:
    """Text and codes of which a few rows have levels of their own."""
    town = RNG.choice(["Bern", "Zug", "Chur"], N_ROWS).astype(object)
    town[:8] = [f"planted-{i}" for i in range(8)]
    number = RNG.integers(1, 4, N_ROWS)
    number[:3] = [73573573, 73573574, 73573575]
    ward = RNG.choice(["north", "south"], N_ROWS).astype(object)
    ward[:2] = PLANTED
    plain = RNG.choice(["x", "y"], N_ROWS)
    return pd.DataFrame({"town": town, "number": number, "ward": ward, "plain": plain})


TABLE = _table()
SCHEMA = {"number": "categorical"}


def _fitted(model: Any) -> Any:
    with pytest.warns(DataWarning, match=r"'town' \(8 level\(s\), 8 row\(s\), merged into 'other'"):
        return model.fit(TABLE)


@pytest.fixture(scope="module", name="model", params=["gan", "vae", "independent"])
def _model(request: pytest.FixtureRequest) -> Any:
    if request.param == "gan":
        options = {"generator_layers": (32,), "discriminator_layers": (32,), "random_state": 0}
        return _fitted(TabularGAN(schema=SCHEMA, min_level_count=4, max_steps=20, **options))
    if request.param == "vae":
        options = {"encoder_layers": (32,), "decoder_layers": (32,), "random_state": 0}
        return _fitted(TabularVAE(schema=SCHEMA, min_level_count=4, max_steps=20, **options))
    schema = infer_schema(TABLE, overrides=SCHEMA, min_level_count=4)
    return _fitted(IndependentColumns(schema=schema, random_state=0))


def test_samples_hold_frequent_levels_only(model: Any) -> None:
    sample = model.sample(2000)
    assert set(sample["town"]) == {"Bern", "Zug", "Chur", "other"}
    assert set(sample["number"]) == {1, 2, 3}
    assert set(sample["ward"]) == {"north", "south"}
    assert sample["number"].dtype == TABLE["number"].dtype


def test_no_protected_level_is_saved(model: Any, tmp_path: Path) -> None:
    model.save(tmp_path / "m.tabgan")
    content = (tmp_path / "m.tabgan").read_bytes()
    assert b"planted" not in content
    assert b"73573" not in content
    for dtype in (np.int64, np.int32, np.float64, np.float32):
        assert dtype(73573573).tobytes() not in content
    assert b"Bern" in content
    assert b"planted" not in pickle.dumps(model.transformer_)
    written = json.dumps(model.schema_.to_dict()) + str(model.schema_)
    assert "planted" not in written
    assert "73573" not in written
    again = load(tmp_path / "m.tabgan")
    assert again.schema_ == model.schema_
    pd.testing.assert_frame_equal(
        again.sample(50, random_state=1), model.sample(50, random_state=1)
    )


def test_the_warning_names_no_level() -> None:
    with pytest.warns(DataWarning) as caught:
        IndependentColumns(schema=infer_schema(TABLE, min_level_count=4)).fit(TABLE)
    assert all("planted" not in str(each.message) for each in caught)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        IndependentColumns(schema=infer_schema(TABLE[8:], min_level_count=4)).fit(TABLE[8:])


def test_later_rare_levels_follow_the_policy_and_new_ones_elsewhere_are_errors(model: Any) -> None:
    later = TABLE[:50].assign(town="new")
    codes = model.transformer_.encode(later)
    assert set(model.transformer_.decode(codes)["town"]) == {"other"}
    assert set(model.transformer_.decode(model.transformer_.encode(TABLE))["ward"]) == {
        "north",
        "south",
    }
    with pytest.raises(UnseenLevelError, match=r"'plain' holds 50 cell.*'new' in row 0"):
        model.transformer_.encode(TABLE[:50].assign(plain="new"))
    assert model.score(TABLE) <= 0


def test_the_merged_level_can_be_asked_for_and_a_protected_one_cannot() -> None:
    options = {"generator_layers": (32,), "discriminator_layers": (32,), "random_state": 0}
    model = _fitted(TabularGAN(schema=SCHEMA, min_level_count=4, max_steps=20, **options))
    assert set(model.sample(20, conditions={"town": "other"})["town"]) == {"other"}
    words = "'town' had no unprotected value 'planted-1' at fit; it had 'Bern'"
    for conditions in ({"town": "planted-1"}, pd.DataFrame({"town": ["planted-1"]})):
        with pytest.raises(InvalidParameterError, match=words):
            model.sample(20, conditions=conditions)


def test_rows_that_are_shown_may_hold_protected_levels_and_what_follows_them() -> None:
    options = {"generator_layers": (32,), "discriminator_layers": (32,), "random_state": 0}
    table = TABLE.assign(code=TABLE["town"] + "-code", size=TABLE["town"].map(len))
    model = TabularGAN(schema=SCHEMA, min_level_count=4, max_steps=20, **options)
    with pytest.warns(DataWarning, match="columns that are functions of these follow"):
        model.fit(table)
    assert model.schema_["code"].derived_from == "town"
    posterior = model.class_posterior(table, "plain")
    assert np.allclose(posterior.sum(axis=1), 1)
    merged = table.assign(
        town=table["town"].where(~table["town"].str.startswith("planted"), "other"),
        number=table["number"].where(table["number"] < 4),
        ward=table["ward"].where(~table["ward"].str.startswith("planted")),
    ).drop(columns=["code", "size"])
    pd.testing.assert_frame_equal(posterior, model.class_posterior(merged, "plain"))
    by_code = model.class_posterior(table[["code", "ward"]], "plain")
    assert np.allclose(by_code.sum(axis=1), 1)
    with pytest.raises(InvalidParameterError, match="'plain' had no value 'new' at fit"):
        model.class_posterior(table.assign(plain="new"), "ward")


def test_everything_is_kept_by_default() -> None:
    sample = IndependentColumns(random_state=0, schema=SCHEMA).fit(TABLE).sample(20_000)
    assert set(PLANTED) <= set(sample["ward"])
