"""The quality benchmark runs, and its controls score what is known."""

import importlib
from pathlib import Path

import pandas as pd
import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(name="quality")
def _quality(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("quality")


def test_a_control_run_writes_one_row_and_prints_the_verdict(quality, tmp_path, capsys):
    results, kept = tmp_path / "quality.csv", str(tmp_path / "kept")
    options = ["--mode", "judge", "--tables", "iris", "--model", "resample", "--quick"]
    options += ["--results", str(results)]
    quality.main([*options, "--keep", kept])
    assert "fidelity not credited: copies rows" in capsys.readouterr().out
    row = pd.read_csv(results).iloc[0]
    assert (row["table"], row["model"], row["n_train"]) == ("iris", "resample", 75)
    assert row["dcr_share"] > 0.9
    assert row["broken_columns"] == 0
    quality.main([*options, "--load", kept])
    both = pd.read_csv(results)
    assert len(both) == 2
    assert both["auc_holdout"].nunique() == both["dcr_share"].nunique() == 1
    # No path of the machine is written.
    assert str(tmp_path) not in results.read_text()
    assert str(BENCHMARKS.parent) not in results.read_text()


def test_bad_arguments_are_explained(quality, capsys):
    wrong = {
        "iris has no published split; use --mode judge": ["literature", "--tables", "iris"],
        "--set takes NAME=VALUE, got 'steps'": ["judge", "--tables", "iris", "--set", "steps"],
        "have one direction": ["literature", "--tables", "adult", "--directions", "2"],
    }
    for message, options in wrong.items():
        with pytest.raises(SystemExit):
            quality.parse(["--mode", *options])
        assert message in capsys.readouterr().err
