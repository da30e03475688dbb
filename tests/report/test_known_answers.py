"""Tables whose verdicts are known: real rows, shuffled columns, copies."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from tabgan import SyntheticReport
from tests.metrics.made_tables import shuffled
from tests.report.real_tables import TABLES, three_parts

parts = cache(three_parts)


@pytest.fixture(params=sorted(TABLES))
def tables(request: pytest.FixtureRequest) -> tuple[list[pd.DataFrame], dict]:
    """Return seen rows, unseen rows that pose as synthetic, a holdout, and a schema."""
    return parts(request.param)


def _verdicts(report: SyntheticReport, *sections: str) -> dict[str, str]:
    found = [figure for name in sections for figure in report.section(name)["figures"]]
    return {figure["name"]: figure["verdict"] for figure in found}


@pytest.mark.slow
def test_real_rows_are_rated_neither_bad_nor_look(
    tables: tuple[list[pd.DataFrame], dict],
) -> None:
    (train, fresh, holdout), schema = tables
    report = SyntheticReport(train, fresh, holdout=holdout, schema=schema, random_state=0)
    figures = report.to_frame()
    rated = figures[figures["verdict"] != "not judged"].set_index("name")["verdict"]
    assert set(rated) == {"good", "no copying found"}
    assert rated["fidelity"] == rated["utility"] == "good"
    assert rated["copying"] == "no copying found"
    # All that can be rated is.
    assert len(rated) == 17
    states = {section["id"]: section["state"] for section in report.to_dict()["sections"]}
    assert {name for name, state in states.items() if state == "limited"} == set()


@pytest.mark.slow
def test_a_holdout_that_poses_as_synthetic_gets_no_credit(
    tables: tuple[list[pd.DataFrame], dict],
) -> None:
    (train, _, holdout), schema = tables
    report = SyntheticReport(train, holdout, holdout=holdout, schema=schema, random_state=0)
    cards = _verdicts(report, "overview")
    assert cards["copying"] == "look"
    assert cards["fidelity"] == cards["utility"] == "not credited"


@pytest.mark.slow
def test_shuffled_columns_are_bad_in_pairs_neighbours_and_detection(
    tables: tuple[list[pd.DataFrame], dict],
) -> None:
    (train, fresh, holdout), schema = tables
    report = SyntheticReport(
        train, shuffled(fresh, 1), holdout=holdout, schema=schema, random_state=0
    )
    assert _verdicts(report, "columns")["shape_excess"] == "good"
    assert _verdicts(report, "correlations")["association_kept"] == "bad"
    assert _verdicts(report, "neighbors")["overlap"] == "bad"
    assert _verdicts(report, "detection")["auc_holdout"] == "bad"


@pytest.mark.slow
@pytest.mark.parametrize("share", [1.0, 0.05])
def test_copies_are_found_and_take_the_credit_from_fidelity(
    tables: tuple[list[pd.DataFrame], dict], share: float
) -> None:
    (train, fresh, holdout), schema = tables
    n_copies = int(share * len(train))
    rows = np.random.default_rng(0).permutation(len(train))[:n_copies]
    copied = pd.concat([train.iloc[rows], fresh.iloc[n_copies:]], ignore_index=True)
    report = SyntheticReport(train, copied, holdout=holdout, schema=schema, random_state=0)
    privacy = _verdicts(report, "privacy")
    assert privacy["exact_copies"] == privacy["near_copy_excess"] == "copying found"
    if share == 1.0:
        assert privacy["dcr_share"] == "copying found"
    likeness = _verdicts(report, "columns", "correlations", "neighbors", "detection", "utility")
    assert "good" not in likeness.values()
    for name in ("shape_excess", "overlap", "auc_holdout", "utility_gap"):
        assert likeness[name] == "copying found", name
    if share == 1.0:
        assert likeness["auc_gap"] == "copying found"
    assert set(_verdicts(report, "overview").values()) == {"copying found"}
    for name in ("overview", "columns", "neighbors", "utility"):
        notes = " ".join(report.section(name)["notes"])
        assert "Fidelity is not credited: copies rows" in notes, name
