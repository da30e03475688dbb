"""What does not fit is a clear error, or a clear line in the report."""

import numpy as np
import pandas as pd
import pytest

from tabgan import SyntheticReport
from tabgan.datasets import make_known_table
from tabgan.exceptions import InvalidParameterError, SchemaError, TableError

REAL, FAKE, HOLDOUT = (make_known_table(60, random_state=seed) for seed in range(3))


@pytest.mark.parametrize(
    ("real", "synthetic", "options", "error", "message"),
    [
        (REAL, FAKE[["city"]].add_prefix("my "), {}, TableError,
         "none of the 5 columns of the real table: it has 'my city'"),
        (REAL, FAKE, {"holdout": HOLDOUT.drop(columns="city")}, TableError,
         "holdout table lacks 1 column.* 'city'"),
        (REAL, FAKE.iloc[:0], {}, TableError, "synthetic table cannot be used: .* 0 sample"),
        (REAL.iloc[:1], FAKE, {}, TableError, "real table cannot be used: .* 1 sample"),
        (REAL, FAKE, {"holdout": HOLDOUT.iloc[:0]}, TableError, "holdout table cannot be used"),
        (REAL, "rows", {}, TableError, "synthetic table cannot be used: Expected 2D array"),
        (REAL.assign(height=np.inf), FAKE, {}, TableError, "'height' holds 60 infinite"),
        (REAL, FAKE.assign(height=[[1]] * 60), {}, TableError, "'height' holds 60 .* list"),
        (REAL, FAKE, {"target": "heigth"}, InvalidParameterError,
         "'target' .* Got 'heigth' instead. Did you mean 'height'"),
        (REAL, FAKE, {"target": ["height"]}, InvalidParameterError,
         r"'target' .* the name of one column.* Got the list \['height'\] instead"),
        (REAL, FAKE, {"target": ("height", [])}, InvalidParameterError,
         r"'target' .* Got the tuple \('height', \[\]\) instead"),
        (REAL, FAKE, {"n_neighbors": 0}, InvalidParameterError, "'n_neighbors'.* Got 0"),
        (REAL, FAKE, {"n_neighbors": 1}, InvalidParameterError, "'n_neighbors'.* Got 1"),
        (REAL, FAKE, {"max_rows": 1}, InvalidParameterError, "'max_rows'.* Got 1"),
        (REAL, FAKE, {"schema": {"city": "continuous"}}, SchemaError,
         "'city' of the real table: 60 cell"),
        (REAL, FAKE, {"schema": {"town": "continuous"}}, SchemaError, "'town'"),
        (REAL, FAKE, {"schema": dict.fromkeys(REAL.columns, "identifier")}, TableError,
         "All 5 columns that the tables share are identifiers"),
    ],
)  # fmt: skip
def test_real_tables_and_parameters_that_cannot_be_used_are_errors(
    real: pd.DataFrame, synthetic: pd.DataFrame, options: dict, error: type, message: str
) -> None:
    with pytest.raises(error, match=message):
        SyntheticReport(real, synthetic, **options)


def _differences(report: SyntheticReport) -> dict[str, tuple[str, float | None]]:
    tables = {table["id"]: table for table in report.section("overview")["tables"]}
    return {row["column"]: (row["problem"], row["cells"]) for row in tables["differences"]["rows"]}


def test_what_does_not_fit_in_the_synthetic_table_is_a_line_of_the_report() -> None:
    height = FAKE["height"].astype(object)
    height.iloc[:3] = ["tall", "1.5", None]
    broken = FAKE.drop(columns="country").assign(
        height=height,
        weight=FAKE["weight"].where(np.arange(60) > 1, np.inf),
        city=FAKE["city"].where(np.arange(60) > 4, "Atlantis"),
        more=1,
    )
    report = SyntheticReport(REAL, broken, holdout=HOLDOUT, random_state=0)
    found = _differences(report)
    assert found["country"] == ("lacking in the synthetic table", None)
    assert found["more"] == ("only in the synthetic table, left out", None)
    assert found["height"] == ("not numbers, taken as missing; the first is 'tall'", 1)
    assert found["weight"] == ("infinite numbers, taken as missing", 2)
    assert found["city"] == ("1 level(s) that no real row has: 'Atlantis'", 5)
    overview = report.section("overview")
    assert overview["state"] == "limited"
    assert any("1 lacking, 1 besides" in note for note in overview["notes"])


def test_a_column_of_another_dtype_is_read_if_it_can_be() -> None:
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(60) % 30, "D")
    real = pd.DataFrame({"day": days, "code": np.arange(60) % 4, "n": np.arange(60) * 7 % 31})
    as_text = real.assign(day=real["day"].dt.strftime("%Y-%m-%d"), code=real["code"].astype(float))
    report = SyntheticReport(real, as_text, schema={"code": "categorical"}, random_state=0)
    errors = {row["column"]: row["error"] for row in report.section("columns")["tables"][0]["rows"]}
    # Against a random half of the same rows.
    assert max(errors.values()) < 0.3
    assert "differences" not in {table["id"] for table in report.section("overview")["tables"]}


def test_a_date_column_of_words_is_missing_and_bad() -> None:
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(200) % 97, "D")
    real = pd.DataFrame({"day": days, "x": np.arange(200) % 7})
    report = SyntheticReport(real, real.assign(day="soon"), holdout=real, random_state=0)
    assert _differences(report)["day"] == ("not dates, taken as missing; the first is 'soon'", 200)
    [row] = [r for r in report.section("columns")["tables"][0]["rows"] if r["column"] == "day"]
    assert row["error"] == 1


@pytest.mark.parametrize(
    ("target", "holdout", "words"),
    [
        ("city", HOLDOUT.assign(city="Lyon"), "one class only"),
        ("city", HOLDOUT.assign(city=None), "one class only, or none"),
    ],
)
def test_a_target_of_one_class_is_a_line_of_the_report(
    target: str, holdout: pd.DataFrame, words: str
) -> None:
    report = SyntheticReport(REAL, FAKE, holdout=holdout, target=target, random_state=0)
    section = report.section("utility")
    assert section["state"] == "limited"
    assert words in section["notes"][0]


def test_a_target_that_the_synthetic_table_lacks_is_a_line_of_the_report() -> None:
    report = SyntheticReport(
        REAL, FAKE.drop(columns="city"), holdout=HOLDOUT, target="city", random_state=0
    )
    assert report.section("utility")["state"] == "limited"
    assert "the synthetic table lacks it" in report.section("utility")["notes"][0]


def test_a_holdout_that_was_seen_is_noticed() -> None:
    table = make_known_table(300, random_state=0)
    report = SyntheticReport(table, FAKE, holdout=table, random_state=0)
    section = report.section("privacy")
    assert section["state"] == "limited"
    assert any("100% of the holdout's rows equal a row" in note for note in section["notes"])


def test_one_column_is_enough_for_a_report() -> None:
    report = SyntheticReport(
        REAL[["height"]], FAKE[["height"]], holdout=HOLDOUT[["height"]], random_state=0
    )
    states = {section["id"]: section["state"] for section in report.to_dict()["sections"]}
    assert states["columns"] == "ok"
    assert states["correlations"] == states["utility"] == "limited"
