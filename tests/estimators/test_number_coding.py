"""Estimators whose numbers are coded on straight scales."""

import numpy as np
import pandas as pd
import pytest

import tabgan
from tabgan import Between, TabularGAN, TabularVAE
from tabgan.exceptions import InvalidParameterError

GAN = TabularGAN(generator_layers=(32,), discriminator_layers=(32,), noise_dim=8)
VAE = TabularVAE(encoder_layers=(32,), decoder_layers=(32,), latent_dim=4)
QUICK = {"max_steps": 40, "batch_size": 64, "random_state": 0, "number_coding": "linear"}


def _pictures(n_rows: int = 800) -> pd.DataFrame:
    """Grey values from 0 to 255 of four pixels, two and two alike, and what is shown."""
    rng = np.random.default_rng(0)
    shown = rng.choice(["left", "right"], n_rows)
    bright = np.clip(rng.normal(200, 60, (n_rows, 4)), 0, 255)
    dark = np.clip(rng.normal(-20, 40, (n_rows, 4)), 0, 255)
    is_bright = (shown == "left")[:, None] == np.array([True, True, False, False])
    pixels = np.where(is_bright, bright, dark).round().astype(np.int64)
    table = pd.DataFrame(pixels, columns=[f"pixel_{i}" for i in range(4)])
    return table.assign(shown=shown)


@pytest.mark.parametrize("model", [GAN, VAE], ids=["gan", "vae"])
def test_samples_have_dtypes_and_bounds_and_follow_a_saved_model(tmp_path, model):
    table = _pictures()
    model.set_params(**QUICK).fit(table)
    sample = model.sample(1500, random_state=1)
    assert (sample.dtypes == table.dtypes).all()
    assert sample.drop(columns="shown").stack().between(0, 255).all()
    path = tmp_path / "model.tabgan"
    model.save(path)
    loaded = tabgan.load(path, device="cpu")
    pd.testing.assert_frame_equal(loaded.sample(1500, random_state=1), sample)


@pytest.mark.filterwarnings("ignore::tabgan.exceptions.ConditionWarning")
@pytest.mark.parametrize("model", [GAN, VAE], ids=["gan", "vae"])
def test_values_and_intervals_can_be_given(model):
    model.set_params(**QUICK).fit(_pictures())
    sample = model.sample(200, conditions={"pixel_0": Between(150, 230), "pixel_1": 200})
    assert sample["pixel_0"].between(150, 230).all()
    assert (sample["pixel_1"] == 200).all()


def test_pixels_go_together_as_in_the_table():
    table = _pictures()
    settings = {**QUICK, "max_steps": 400, "batch_size": 128, "refine": False}
    sample = TabularGAN(**settings).fit(table).sample(3000)
    real, drawn = (frame.drop(columns="shown") for frame in (table, sample))
    np.testing.assert_allclose(drawn.mean(), real.mean(), rtol=0.15)
    assert real.corr().abs().to_numpy().min() > 0.6  # there is something to learn
    np.testing.assert_allclose(drawn.corr(), real.corr(), atol=0.15)


@pytest.mark.parametrize("kind", [TabularGAN, TabularVAE])
def test_an_unknown_coding_is_refused_before_any_work(kind):
    with pytest.raises(InvalidParameterError, match="number_coding"):
        kind(number_coding="logarithm").fit(_pictures(50))
