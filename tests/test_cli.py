"""The command line as a user meets it: files in, files out, one line for every error."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tabgan
from tabgan.cli import main
from tabgan.datasets import make_known_table
from tabgan.demo import fidelity_figures, run_demo
from tabgan.table_files import read_table

REPOSITORY = Path(__file__).resolve().parents[1]
COMMANDS = ["demo", "fit", "sample", "report", "inspect"]
QUICK = ["--max-steps", "20", "--no-refine", "--quiet", "--device", "cpu"]


def _text_table(n_rows: int = 120) -> pd.DataFrame:
    """Return a table of every form of text that a CSV may hold."""
    rng = np.random.default_rng(0)
    days, others = (
        pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n_rows), unit="D")
        for _ in range(2)
    )
    return pd.DataFrame(
        {
            "zip": rng.choice(["01234", "00042", "98765"], n_rows),
            "paid": [f"{value:.2f}" for value in rng.gamma(2, 10, n_rows)],
            "balance": [f"{value:,}" for value in rng.integers(0, 10**5, n_rows)],
            "share": [f"{value} %" for value in rng.integers(0, 100, n_rows)],
            "day": pd.Series(days).dt.strftime("%d/%m/%Y"),
            "since": pd.Series(others).dt.strftime("%Y-%m-%d"),
            "age": [str(v) if v > 20 else "" for v in rng.integers(10, 90, n_rows)],
            "score": rng.normal(size=n_rows).round(3),
        }
    )


FORMS = {
    "zip": r"01234|00042|98765",
    "paid": r"\d+\.\d\d",
    "balance": r"\d{1,3}(,\d{3})*",
    "share": r"\d+ %",
    "day": r"\d\d/\d\d/\d{4}",
    "since": r"\d{4}-\d\d-\d\d",
    "age": r"\d*",
    "score": r"-?\d\.\d{1,3}",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a table and a model of it. Do not write to either."""
    folder = tmp_path_factory.mktemp("cli")
    _text_table().to_csv(folder / "table.csv", index=False)
    arguments = ["fit", str(folder / "table.csv"), "--model", str(folder / "table.tabgan")]
    assert main([*arguments, "--seed", "0", *QUICK]) == 0
    return folder


def _sample(folder: Path, *arguments: str) -> int:
    return main(["sample", str(folder / "table.tabgan"), "--quiet", "--device", "cpu", *arguments])


def _assert_one_line(error: str, *words: str) -> None:
    assert error.count("\n") == 1
    assert error.startswith("tabgan: error: ")
    assert "Traceback" not in error
    for word in words:
        assert word in error


def test_every_cell_comes_back_in_the_form_that_it_had(folder: Path, tmp_path: Path) -> None:
    assert _sample(folder, "-n", "300", "-o", str(tmp_path / "new.csv")) == 0
    new = pd.read_csv(tmp_path / "new.csv", dtype=str, keep_default_na=False)
    assert list(new.columns) == list(FORMS)
    assert len(new) == 300
    for name, form in FORMS.items():
        wrong = new.loc[~new[name].str.fullmatch(form), name]
        assert wrong.empty, f"{name}: {wrong.iloc[0]!r}"
    assert (new["age"] == "").any()


def test_the_same_command_writes_the_same_rows(folder: Path, tmp_path: Path) -> None:
    for name in ("first.csv", "again.csv"):
        assert _sample(folder, "-n", "50", "-o", str(tmp_path / name)) == 0
    assert _sample(folder, "-n", "50", "--seed", "1", "-o", str(tmp_path / "other.csv")) == 0
    first, again, other = (
        (tmp_path / name).read_bytes() for name in ("first.csv", "again.csv", "other.csv")
    )
    assert first == again
    assert first != other


def test_a_dash_writes_csv_on_the_standard_output(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _sample(folder, "-n", "20", "-o", str(tmp_path / "new.csv")) == 0
    assert capsys.readouterr().out == ""
    assert _sample(folder, "-n", "20", "-o", "-") == 0
    printed = capsys.readouterr()
    assert printed.out == (tmp_path / "new.csv").read_text(encoding="utf-8")
    assert printed.err == ""


def test_parquet_goes_in_and_comes_out(tmp_path: Path) -> None:
    table = make_known_table(80, random_state=0)
    table["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(80) % 9, unit="D")
    table.to_parquet(tmp_path / "in.parquet")
    model = str(tmp_path / "m.tabgan")
    assert main(["fit", str(tmp_path / "in.parquet"), "--model", model, *QUICK]) == 0
    for name in ("out.parquet", "out.csv"):
        assert main(["sample", model, "-n", "30", "-o", str(tmp_path / name), "--quiet"]) == 0
    rows = read_table(tmp_path / "out.parquet")
    assert list(rows.columns) == list(table.columns)
    assert [d.kind for d in rows.dtypes] == [d.kind for d in table.dtypes]
    assert read_table(tmp_path / "out.csv")["day"].str.fullmatch(r"2020-01-\d\d").all()


def test_fit_says_what_it_did(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = str(folder / "spoken.tabgan")
    arguments = ["fit", str(folder / "table.csv"), "--model", model, "--max-steps", "5"]
    assert main([*arguments, "--no-refine", "--max-time", "60"]) == 0
    printed = capsys.readouterr()
    assert "Learned 120 rows of 8 columns." in printed.out
    assert "5 steps" in printed.out
    assert f"Saved {model}" in printed.out
    assert "5/5" in printed.err


def test_schema_overrides_change_just_the_named_columns(folder: Path, tmp_path: Path) -> None:
    model = str(tmp_path / "m.tabgan")
    overrides = ["--schema-overrides", "share=categorical", "--schema-overrides", "zip=identifier"]
    assert main(["fit", str(folder / "table.csv"), "--model", model, *overrides, *QUICK]) == 0
    kinds = {name: column.kind for name, column in tabgan.load(model).schema_.items()}
    usual = tabgan.load(folder / "table.tabgan").schema_
    assert kinds == {name: column.kind for name, column in usual.items()} | {
        "share": "categorical",
        "zip": "identifier",
    }


def test_rare_levels_are_protected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = _text_table().assign(town=["Bern", "Zug"] * 58 + ["Amden", "Bivio", "Cama", "Davos"])
    table.to_csv(tmp_path / "t.csv", index=False)
    model = tmp_path / "m.tabgan"
    limit = ["--min-level-count", "3"]
    assert main(["fit", str(tmp_path / "t.csv"), "--model", str(model), *limit, *QUICK]) == 0
    assert "protects rare levels of column(s) 'town' (4 level(s)" in capsys.readouterr().err
    assert tabgan.load(model).schema_["town"].levels == ("Bern", "Zug", "other")
    assert b"Amden" not in model.read_bytes()


def test_inspect_shows_schema_training_and_size_of_a_model(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", str(folder / "table.tabgan")]) == 0
    printed = capsys.readouterr().out
    for words in ("TabularGAN", "20 steps", "max_steps=20", "on disk", "numbers"):
        assert words in printed
    for name in FORMS:
        assert name in printed
    assert "DD/MM/YYYY" in printed


def test_inspect_shows_the_schema_of_a_table(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", str(folder / "table.csv")]) == 0
    assert capsys.readouterr().out == f"{tabgan.infer_schema(read_table(folder / 'table.csv'))!r}\n"


def test_a_schema_is_saved_edited_and_fitted_with(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, path, model = str(folder / "table.csv"), tmp_path / "s.yaml", str(tmp_path / "m.tabgan")
    assert main(["inspect", table, "--save-schema", str(path)]) == 0
    schema = tabgan.infer_schema(read_table(table))
    assert capsys.readouterr().out == f"{schema!r}\n"
    assert tabgan.Schema.load(path) == schema
    edited = path.read_text(encoding="utf-8").replace("kind: continuous", "kind: dropped", 1)
    edited = "\n".join(line for line in edited.splitlines() if not line.startswith("  decimals: 2"))
    path.write_text(edited.replace("  low: 0.0\n", "", 1), encoding="utf-8")
    arguments = ["fit", table, "--model", model, "--schema", str(path), *QUICK]
    assert main([*arguments, "--schema-overrides", "zip=text"]) == 0
    kinds = {name: column.kind for name, column in tabgan.load(model).schema_.items()}
    assert kinds == {name: column.kind for name, column in schema.items()} | {
        "paid": "dropped",
        "zip": "text",
    }
    assert "paid" not in tabgan.load(model).sample(3)
    assert main(["inspect", model, "--save-schema", str(tmp_path / "of_model.json")]) == 0
    assert tabgan.Schema.load(tmp_path / "of_model.json") == tabgan.load(model).schema_


def test_a_warning_is_one_line_and_not_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_known_table(60, random_state=0).rename_axis("row").reset_index().to_csv(
        tmp_path / "t.csv", index=False
    )
    arguments = ["fit", str(tmp_path / "t.csv"), "--model", str(tmp_path / "m.tabgan")]
    assert main([*arguments, *QUICK]) == 0
    error = capsys.readouterr().err
    assert error.startswith("tabgan: warning: ")
    assert "'row'" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fit", "none.csv", "--model", "m.tabgan"], ["none.csv", "No such file"]),
        (["fit", "bad.csv", "--model", "m.tabgan"], ["bad.csv", "line 3"]),
        (["fit", "empty.csv", "--model", "m.tabgan"], ["0 sample(s)"]),
        (["fit", "table.xlsx", "--model", "m.tabgan"], ["table.xlsx", ".csv"]),
        (["fit", "good.csv", "--model", "none/m.tabgan"], ["none", "No such file"]),
        (["fit", "good.csv", "--model", "."], ["directory"]),
        (
            ["fit", "good.csv", "--model", "m.tabgan", "--schema-overrides", "X=integer"],
            ["'X'", "x"],
        ),
        (
            ["fit", "good.csv", "--model", "m.tabgan", "--schema-overrides", "x=number"],
            ["'number'", "continuous"],
        ),
        (["fit", "good.csv", "--model", "m.tabgan", "--device", "abacus"], ["abacus"]),
        (["fit", "good.csv", "--model", "m.tabgan", "--schema", "none.yaml"], ["none.yaml"]),
        (["fit", "good.csv", "--model", "m.tabgan", "--schema", "bad.csv"], ["bad.csv", ".yaml"]),
        (["inspect", "good.csv", "--save-schema", "s.xml"], ["s.xml", ".yaml"]),
        (["inspect", "good.csv", "--save-schema", "none/s.yaml"], ["none", "No such file"]),
        (["sample", "none.tabgan", "-n", "5"], ["none.tabgan", "No such file"]),
        (["sample", "good.csv", "-n", "5"], ["good.csv", "not a zip file"]),
        (["sample", "none.tabgan", "-n", "5", "-o", "none/x.csv"], ["No such file"]),
        (["inspect", "none.tabgan"], ["none.tabgan", "No such file"]),
        (["inspect", "bad.csv"], ["bad.csv", "line 3"]),
    ],
)
def test_an_error_is_one_line_on_stderr(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.csv").write_text("x,y\n1,2\n3\n")
    (tmp_path / "empty.csv").write_text("x,y\n")
    (tmp_path / "good.csv").write_text("x,y\n" + "1.5,a\n2.5,b\n" * 20)
    before = sorted(tmp_path.iterdir())
    assert main(arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    _assert_one_line(printed.err, *words)
    assert sorted(tmp_path.iterdir()) == before


def test_another_ending_of_the_output_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _sample(folder, "-n", "5", "-o", str(tmp_path / "new.xlsx")) == 1
    _assert_one_line(capsys.readouterr().err, "new.xlsx", ".csv")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["juggle"],
        ["fit"],
        ["fit", "t.csv"],
        ["fit", "t.csv", "--model", "m", "--max-steps", "0"],
        ["fit", "t.csv", "--model", "m", "--max-time", "-1"],
        ["fit", "t.csv", "--model", "m", "--max-time", "inf"],
        ["fit", "t.csv", "--model", "m", "--seed", "-1"],
        ["fit", "t.csv", "--model", "m", "--schema-overrides", "zip"],
        ["fit", "t.csv", "--model", "m", "--min-level-count", "0"],
        ["sample", "m"],
        ["sample", "m", "-n", "0"],
        ["sample", "m", "-n", "many"],
        ["report", "real.csv"],
        ["report", "real.csv", "new.csv", "--max-rows", "0"],
        ["inspect"],
        ["demo", "--data", "iris"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_two(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: tabgan" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], *([name] for name in COMMANDS)], ids=str)
def test_help_teaches_by_examples(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*arguments, "--help"])
    assert caught.value.code == 0
    printed = capsys.readouterr().out
    assert f"  tabgan {' '.join(arguments)}" in printed
    assert "exit codes" in printed
    for name in COMMANDS if not arguments else []:
        assert name in printed


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"tabgan {tabgan.__version__}\n"


def _listen_to_ctrl_c() -> None:
    # Processes that a shell starts in the background ignore Ctrl-C, and hand this down.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tabgan", *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_listen_to_ctrl_c if os.name == "posix" else None,
    )


def test_a_reader_that_goes_away_is_no_error(folder: Path) -> None:
    arguments = ["sample", str(folder / "table.tabgan"), "-n", "300000", "--no-refine", "--quiet"]
    process = _start(*arguments)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("zip,paid")
    process.stdout.close()
    assert process.wait(timeout=300) == 141
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()


def _progress(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stderr is not None
    while character := process.stderr.read(1):
        yield character


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_saves_what_was_learned_and_exits_with_130(folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.tabgan"
    arguments = ["fit", str(folder / "table.csv"), "--model", str(model), "--max-steps", "1000000"]
    process = _start(*arguments, "--no-refine")
    seen = ""
    for character in _progress(process):
        seen += character
        if "50/1000000" in seen:
            break
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Traceback" not in error
    assert "tabgan: warning: Training was interrupted" in error
    assert len(tabgan.load(model).sample(7, refine=False)) == 7


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_while_sampling_leaves_no_file(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "new.csv"
    arguments = ["sample", str(folder / "table.tabgan"), "-n", "30000000", "-o", str(output)]
    process = _start(*arguments, "--no-refine")
    deadline = time.monotonic() + 240
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=300)
    assert process.returncode == 130
    assert error.endswith("tabgan: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_the_demo_writes_and_prints_figures_beside_a_holdout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    arguments = ["demo", "--output", str(folder), "--max-steps", "5", "--no-refine"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "real holdout" in printed
    for name in ("synthetic.csv", "model.tabgan", "fidelity.csv", "report.html"):
        assert str(folder / name) in printed
        assert (folder / name).stat().st_size > 0
    figures = read_table(folder / "fidelity.csv")
    assert {"shape error", "trend error"} <= set(figures["figure"])
    for figure in figures["figure"]:
        assert figure in printed
    synthetic = read_table(folder / "synthetic.csv")
    assert synthetic.shape == (284, 31)
    assert set(synthetic["diagnosis"]) <= {"benign", "malignant"}


def test_the_demo_repeats(tmp_path: Path) -> None:
    table = make_known_table(120, random_state=0)
    options = {"max_steps": 5, "refine": False, "device": "cpu", "verbose": 0}
    for name in "ab":
        run_demo(table, tmp_path / name, **options)
    for file in ("synthetic.csv", "fidelity.csv"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_figures_of_a_real_sample_are_those_of_a_real_holdout() -> None:
    train, fresh, holdout = (make_known_table(1000, random_state=seed) for seed in range(3))
    figures = fidelity_figures(train, fresh, holdout).set_index("figure")
    for name in ("shape error", "trend error", "nearer to seen rows"):
        row = figures.loc[name]
        assert row["synthetic"] == pytest.approx(row["holdout"], abs=0.03)
    copied = fidelity_figures(train, train, holdout).set_index("figure")
    assert copied.loc["nearer to seen rows", "synthetic"] > 0.9
    assert copied.loc["verbatim values", "synthetic"] > 0.9
    assert copied.loc["shape error", "synthetic"] == 0


def test_conditions_are_met(folder: Path, tmp_path: Path) -> None:
    asked = [
        "zip=01234|98765",
        "balance=20,000..80,000",
        "since=2020-06-01..",
        "share=50 %",
        "age=",
    ]
    arguments = [word for text in asked for word in ("--condition", text)]
    assert _sample(folder, "-n", "40", "-o", str(tmp_path / "new.csv"), *arguments) == 0
    new = pd.read_csv(tmp_path / "new.csv", dtype=str, keep_default_na=False)
    assert len(new) == 40
    assert set(new["zip"]) <= {"01234", "98765"}
    assert new["balance"].str.replace(",", "").astype(int).between(20_000, 80_000).all()
    assert (new["since"] >= "2020-06-01").all()
    assert (new["share"] == "50 %").all() and (new["age"] == "").all()


@pytest.mark.parametrize(
    "asked, words",
    [
        (["zip=0123"], ("'zip'", "'0123'", "Did you mean '01234'?")),
        (["zpi=01234"], ("'zpi'", "Did you mean 'zip'?")),
        (["zip=01234", "zip=98765"], ("'zip' twice", "first|second")),
        (["score=high"], ("'score'", "'high'")),
        (["score=9.."], ("'score'", "known from")),
    ],
)
def test_conditions_that_no_row_meets_are_one_line(
    folder: Path, asked: list[str], words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [word for text in asked for word in ("--condition", text)]
    assert _sample(folder, "-n", "5", *arguments) == 1
    _assert_one_line(capsys.readouterr().err, *words)


def test_a_condition_without_an_equals_sign_is_wrong_usage(folder: Path) -> None:
    with pytest.raises(SystemExit) as raised:
        _sample(folder, "-n", "5", "--condition", "zip")
    assert raised.value.code == 2


@pytest.mark.parametrize("module", ["tabgan", "tabgan.cli"])
def test_the_command_line_runs_as_a_module(module):
    command = [sys.executable, "-m", module, "--version"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert tabgan.__version__ in done.stdout
