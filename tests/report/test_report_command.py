"""``tabgan report``: files in, figures and files out, one line for every error."""

import json
import sys
from pathlib import Path

import pytest

import tabgan
from tabgan.cli import main
from tabgan.datasets import make_known_table
from tabgan.demo import run_demo


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with real, synthetic and unseen rows, and a model. Do not write to it."""
    folder = tmp_path_factory.mktemp("report")
    tables = {}
    for seed, name in enumerate(("real", "new", "unseen")):
        tables[name] = make_known_table(150, random_state=seed)
        tables[name].to_csv(folder / f"{name}.csv", index=False)
    model = tabgan.TabularGAN(max_steps=60, refine=False, device="cpu", random_state=0)
    model.fit(tables["real"]).save(folder / "model.tabgan")
    return folder


def _report(folder: Path, *arguments: str) -> int:
    return main(["report", str(folder / "real.csv"), str(folder / "new.csv"), *arguments])


def test_the_report_is_printed_and_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, figures = tmp_path / "report.html", tmp_path / "report.json"
    arguments = ["--holdout", str(folder / "unseen.csv"), "--target", "country"]
    arguments += ["--model", str(folder / "model.tabgan"), "--max-rows", "120"]
    assert _report(folder, *arguments, "-o", str(page), "--json", str(figures)) == 0
    printed = capsys.readouterr().out
    for words in ("Fidelity", "Utility", "Copying", "Merit lost", f"Wrote {page}, {figures}."):
        assert words in printed
    summary = json.loads(figures.read_text(encoding="utf-8"))
    sections = {section["id"]: section for section in summary["sections"]}
    assert sections["training"]["state"] == "ok"
    assert "predicts 'country'" in " ".join(sections["utility"]["notes"])
    assert "at most 120 random rows" in " ".join(sections["overview"]["notes"])
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_quiet_prints_nothing_and_the_same_command_writes_the_same(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = []
    for name in ("first.json", "again.json"):
        arguments = ["--holdout", str(folder / "unseen.csv"), "--json", str(tmp_path / name)]
        assert _report(folder, *arguments, "--quiet") == 0
        found.append((tmp_path / name).read_bytes())
    assert found[0] == found[1]
    printed = capsys.readouterr()
    assert printed.out == printed.err == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--target", "county"], "Got 'county' instead. Did you mean 'country'?"),
        (["--holdout", "nowhere.csv"], "nowhere.csv"),
        (["-o", "no/such/folder/report.html"], "No such file or directory"),
        (["--model", "nowhere.tabgan"], "nowhere.tabgan"),
    ],
)
def test_an_error_is_one_line(
    folder: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _report(folder, *arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("tabgan: error: ")
    assert error.count("\n") == 1
    assert words in error


def test_without_the_extra_the_demo_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What Python does for a module that is not installed.
    monkeypatch.setitem(sys.modules, "jinja2", None)
    table = make_known_table(120, random_state=0)
    result = run_demo(
        table, tmp_path, max_steps=5, refine=False, device="cpu", random_state=0, verbose=0
    )
    assert [path.name for path in result.files] == ["synthetic.csv", "model.tabgan", "fidelity.csv"]
    assert 'pip install "tabular-gan[report]"' in result.without_report
    assert not (tmp_path / "report.html").exists()
