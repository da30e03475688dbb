"""The Parzen benchmark runs on the digits, and real images beat an untrained model."""

import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(name="benchmark")
def _benchmark(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("mnist_parzen")


def test_models_are_measured_beside_real_images_and_drawn(benchmark, tmp_path, capsys):
    results, picture = tmp_path / "parzen.csv", tmp_path / "grid.png"
    options = ["--data", "digits", "--results", str(results), "--picture", str(picture)]
    benchmark.main([*options, "--model", "real", "kmeans"])
    small = ["max_steps=50", "refine=False", "encoder_layers=(32,)", "decoder_layers=(32,)"]
    benchmark.main([*options, "--model", "vae", "--set", *small])
    rows = pd.read_csv(results).set_index("model")
    assert list(rows.index) == ["real", "kmeans", "vae"]
    assert rows["n_synthetic"].tolist() == [1000, 500, 10_000] and (rows["n_test"] == 497).all()
    assert rows.loc["real", "log_likelihood"] > rows.loc["vae", "log_likelihood"] > -64
    assert "digits     vae" in capsys.readouterr().out
    assert {path.name for path in tmp_path.glob("*.png")} == {
        "grid-real.png",
        "grid-kmeans.png",
        "grid.png",
    }
    assert str(tmp_path) not in results.read_text()


def test_the_parts_of_the_digits_are_disjoint_and_scaled(benchmark):
    images = benchmark.read_digits()
    assert [len(part) for part in (images.train, images.validation, images.test)] == [
        1000,
        300,
        497,
    ]
    assert images.table.shape == (1000, 64)
    scaled = images.scaled(images.train)
    assert scaled.min() == 0 and scaled.max() == 1
    np.testing.assert_array_equal(images.scaled(images.table), scaled)


def test_bad_arguments_are_explained(benchmark, capsys):
    with pytest.raises(SystemExit):
        benchmark.parse(["--model", "vae", "--set", "steps"])
    assert "--set takes NAME=VALUE, got 'steps'" in capsys.readouterr().err
