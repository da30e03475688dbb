"""What a good figure is worth: nothing where rows were copied, less where that is not excluded."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tabgan import SyntheticReport
from tabgan.report.context import Context, computed_once
from tabgan.report.credit import copying_verdict, credited, withdraw_credit
from tabgan.report.inputs import prepare_tables
from tabgan.report.pieces import Figure, Section
from tabgan.report.sections.overview import FIDELITY, fill_overview

KINDS = dict.fromkeys("abcd", "continuous")


def _normal(seed: int, n_rows: int = 400) -> pd.DataFrame:
    numbers = np.random.default_rng(seed).normal(size=(n_rows, 4))
    return pd.DataFrame(numbers, columns=list("abcd"))


TRAIN, FRESH, HOLDOUT = (_normal(seed) for seed in range(3))


def _context(synthetic: pd.DataFrame, holdout: pd.DataFrame | None, kind: type = Context) -> Any:
    tables = prepare_tables(TRAIN, synthetic, holdout, schema=KINDS, target=None)
    return kind(
        tables=tables, target=None, estimator=None, n_neighbors=5, max_rows=1000, seed=0, n_jobs=1
    )


def _verdicts(figures: list[dict[str, Any]]) -> dict[str, str]:
    return {figure["name"]: figure["verdict"] for figure in figures}


def test_a_table_that_is_the_holdout_is_looked_at_and_gets_no_credit() -> None:
    report = SyntheticReport(TRAIN, HOLDOUT, holdout=HOLDOUT, schema=KINDS, random_state=0)
    privacy, overview = report.section("privacy"), report.section("overview")
    found = _verdicts(privacy["figures"])
    assert found["dcr_share"] == found["near_copy_excess"] == "look"
    assert found["exact_holdout_copies"] == "look"
    assert found["exact_copies"] == "no copying found"
    cards = _verdicts(overview["figures"])
    assert cards["copying"] == "look"
    assert "good" not in (cards["fidelity"], cards["utility"])
    assert any("are the two tables swapped" in note for note in privacy["notes"])
    meanings = {figure["name"]: figure["meaning"] for figure in overview["figures"]}
    assert "are the two tables swapped" in meanings["copying"]


def test_a_few_rows_of_the_holdout_are_noticed() -> None:
    synthetic = pd.concat([HOLDOUT.iloc[:40], FRESH.iloc[40:]], ignore_index=True)
    report = SyntheticReport(TRAIN, synthetic, holdout=HOLDOUT, schema=KINDS, random_state=0)
    found = {figure["name"]: figure for figure in report.section("privacy")["figures"]}
    assert found["exact_holdout_copies"]["value"] == pytest.approx(10.0)
    assert found["exact_holdout_copies"]["verdict"] == "look"
    assert copying_verdict(_context(synthetic, HOLDOUT)) == "look"


def test_fewer_equal_rows_than_in_the_holdout_are_no_sign_of_copies() -> None:
    generator = np.random.default_rng(0)
    shares = [0.4, 0.3, 0.2, 0.1]
    real, holdout = (
        pd.DataFrame(generator.choice(4, size=(600, 4), p=shares), columns=list("abcd"))
        for _ in range(2)
    )
    spread = pd.DataFrame(generator.choice(9, size=(600, 4)), columns=list("abcd"))
    kinds = dict.fromkeys("abcd", "integer")
    report = SyntheticReport(real, spread, holdout=holdout, schema=kinds, random_state=0)
    privacy = {figure["name"]: figure for figure in report.section("privacy")["figures"]}
    assert privacy["exact_copies"]["high"] < privacy["exact_copies"]["reference"] - 10
    assert privacy["exact_copies"]["verdict"] == "no copying found"
    assert privacy["exact_holdout_copies"]["verdict"] == "no copying found"


def test_copies_of_seen_rows_pull_the_judge_and_the_overlap() -> None:
    report = SyntheticReport(TRAIN, TRAIN, holdout=HOLDOUT, schema=KINDS, random_state=0)
    detection = {figure["name"]: figure for figure in report.section("detection")["figures"]}
    neighbors = _verdicts(report.section("neighbors")["figures"])
    assert detection["auc_gap"]["verdict"] == "copying found"
    assert detection["auc_gap"]["low"] > detection["auc_gap"]["good"] == 0.02
    assert neighbors["overlap_seen_excess"] == "look"
    assert neighbors["overlap_excess"] != "look"
    assert "good" not in neighbors.values()


def test_good_needs_a_holdout_and_that_copying_is_excluded() -> None:
    assert credited(_context(FRESH, None), "good") == "good, optimistic"
    few = _context(FRESH, HOLDOUT)
    # 400 rows cannot exclude that a few were copied.
    assert copying_verdict(few) in ("look", "too little data")
    assert credited(few, "good") == "not credited"
    assert credited(_context(TRAIN, HOLDOUT), "good") == "not credited"
    for verdict in ("bad", "look", "too little data", "not judged", "copying found"):
        assert credited(few, verdict) == verdict  # type: ignore[arg-type]


def _good_sections() -> dict[str, Section]:
    """Return sections whose figures are all good."""
    sections = {name: Section(name, name) for name in ("columns", "correlations", "neighbors")}
    sections |= {name: Section(name, name) for name in ("detection", "utility", "privacy")}
    for section, name in (*FIDELITY, ("utility", "utility_gap")):
        figure = Figure(name=name, label=name, meaning="x.", value=0.0, verdict="good")
        sections[section].figures.append(figure)
    return sections


@pytest.mark.parametrize(
    ("holdout", "verdict", "words"),
    [
        (None, "good, optimistic", "Good, against training rows: optimistic"),
        (HOLDOUT, "not credited", "Good, but not credited: copying is not excluded"),
    ],
)
def test_the_cards_say_what_a_good_table_is_worth(
    holdout: pd.DataFrame | None, verdict: str, words: str
) -> None:
    overview = Section("overview", "Overview")
    fill_overview(_context(FRESH, holdout), overview, _good_sections())
    for figure in overview.figures[:2]:
        assert figure.verdict == verdict
        assert figure.meaning.startswith(words)


@pytest.mark.parametrize("synthetic", [FRESH, HOLDOUT])
def test_sections_say_that_copying_is_not_excluded(synthetic: pd.DataFrame) -> None:
    section = Section("columns", "Columns")
    section.figures.append(Figure(name="x", label="x", meaning="x.", value=1.0, verdict="good"))
    withdraw_credit(_context(synthetic, HOLDOUT), section)
    [note] = section.notes
    assert "copying of rows is not excluded" in note
    assert section.figures[0].verdict == "good"


class _Failing:
    calls = 0

    @computed_once
    def figure(self) -> float:
        """Return nothing."""
        self.calls += 1
        raise ValueError("no figure")


def test_a_failure_is_computed_once() -> None:
    failing = _Failing()
    for _ in range(3):
        with pytest.raises(ValueError, match="no figure"):
            _ = failing.figure
    assert failing.calls == 1


class _WithoutSearch(Context):
    @computed_once
    def copying(self) -> Any:
        """Fail as a library would."""
        raise ValueError("singular")


def test_a_search_that_fails_leaves_copying_unjudged_and_fidelity_without_credit() -> None:
    context = _context(FRESH, HOLDOUT, _WithoutSearch)
    assert copying_verdict(context) == "not judged"
    assert credited(context, "good") == "not credited"
