"""TabularVAE: the interface of TabularGAN, a likelihood that is learnt, and conditions."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.utils.estimator_checks import parametrize_with_checks

import tabgan
from tabgan import TabularVAE
from tabgan.exceptions import InvalidParameterError, TabganError, TrainingWarning
from tabgan.networks import GivenColumns
from tabgan.training import Callback, Checkpoint
from tests.estimators.test_tabular_gan import _table

SMALL = {"latent_dim": 4, "encoder_layers": (32,), "decoder_layers": (32,)}
QUICK = {"max_steps": 50, "batch_size": 64, "random_state": 0, **SMALL}


@pytest.fixture(scope="module", name="fitted")
def _fitted() -> TabularVAE:
    """One quick fit for all tests that only read it."""
    return TabularVAE(**QUICK).fit(_table())


@parametrize_with_checks([TabularVAE(**{**QUICK, "max_steps": 2, "refine": False})])
def test_scikit_learn_compatibility(estimator, check):
    check(estimator)


def test_samples_have_the_dtypes_levels_bounds_and_relations_of_the_table(fitted):
    table, sample = _table(), fitted.sample(2000)
    assert (sample.dtypes == table.dtypes).all() and list(sample.columns) == list(table.columns)
    country = sample["city"].map({"Bern": "CH", "Zürich": "CH", "Oslo": "NO"})
    assert (sample["country"] == country).all()
    assert sample["since"].between(table["since"].min(), table["since"].max()).all()
    assert sample["income"].isna().any() and (sample["income"] == 0).any()


def test_the_same_seed_gives_the_same_rows_in_a_new_fit(fitted):
    again = TabularVAE(**QUICK).fit(_table())
    pd.testing.assert_frame_equal(
        again.sample(100, random_state=0), fitted.sample(100, random_state=0)
    )


@pytest.mark.parametrize("chunk_rows", [7, 1000])
def test_rows_do_not_depend_on_the_chunks(fitted, chunk_rows):
    whole = fitted.sample(1500, random_state=1)
    pieces = list(fitted.iter_sample(1500, chunk_rows, random_state=1))
    pd.testing.assert_frame_equal(pd.concat(pieces), whole)


@pytest.mark.parametrize("n_rows", [300, 1200])
def test_a_saved_model_goes_on_where_it_was(tmp_path, n_rows):
    path = tmp_path / "model.tabgan"
    model = TabularVAE(**QUICK).fit(_table(n_rows))
    model.sample(5)
    model.save(path)
    loaded = tabgan.load(path, device="cpu")
    assert isinstance(loaded, TabularVAE)
    pd.testing.assert_frame_equal(loaded.sample(300), model.sample(300))
    assert loaded.history_ == model.history_ and loaded.score(_table()) == model.score(_table())


def test_no_array_of_a_saved_model_grows_with_the_rows(tmp_path):
    sizes = []
    for n_rows in (1500, 6000):
        rng = np.random.default_rng(0)
        table = pd.DataFrame({"x": rng.normal(size=n_rows), "y": rng.integers(0, 3, n_rows)})
        model = TabularVAE(**QUICK, refine=False).fit(table)
        model.save(tmp_path / "model.tabgan")
        _, arrays = tabgan.archive.read_archive(
            tmp_path / "model.tabgan", expected_format="tabgan-model"
        )
        assert max(array.shape[0] for array in arrays.values() if array.ndim) < 1100
        sizes.append(sum(array.size for array in arrays.values()))
    assert sizes[1] == pytest.approx(sizes[0], rel=0.05)


def test_the_loss_falls_and_is_the_sum_of_its_parts():
    parameters = {**QUICK, "max_steps": 400, "refine": False}
    model = TabularVAE(**parameters, beta=0.7).fit(_table(1500))
    first, last = model.history_[1], model.history_[-1]
    assert last["loss"] < first["loss"]
    assert last["loss"] == pytest.approx(last["surprise"] + 0.7 * last["divergence"], rel=1e-5)


def test_more_beta_leaves_less_in_the_latent_vector():
    divergence = [
        TabularVAE(**{**QUICK, "max_steps": 400}, beta=beta, refine=False)
        .fit(_table(1500))
        .history_[-1]["divergence"]
        for beta in (0.2, 2.0)
    ]
    assert divergence[1] < divergence[0] / 2


def _tied(n_rows: int) -> pd.DataFrame:
    """A choice among three levels, a number with its mean, and a choice that it nearly decides."""
    rng = np.random.default_rng(0)
    kind = rng.choice(3, n_rows, p=[0.6, 0.3, 0.1])
    size = 2.0 * kind + rng.normal(size=n_rows)
    large = rng.random(n_rows) < 1 / (1 + np.exp(-4 * (size - 1.5)))
    return pd.DataFrame(
        {"kind": pd.Categorical(np.array(list("abc"))[kind]), "size": size, "large": large}
    )


@pytest.fixture(scope="module", name="tied")
def _tied_model() -> TabularVAE:
    return TabularVAE(
        max_steps=2500,
        latent_dim=8,
        encoder_layers=(64,),
        decoder_layers=(64,),
        refine=False,
        random_state=0,
    ).fit(_tied(4000))


@pytest.mark.slow
def test_a_known_table_is_learnt(tied):
    table, sample = _tied(4000), tied.sample(4000)
    means = [each.groupby("kind", observed=True)["size"].mean() for each in (table, sample)]
    assert (means[0] - means[1]).abs().max() < 0.35
    shares = [each.groupby("kind", observed=True)["large"].mean() for each in (table, sample)]
    assert (shares[0] - shares[1]).abs().max() < 0.12


@pytest.mark.slow
@pytest.mark.parametrize("position", [0, 1, 2])
def test_given_columns_are_kept_and_the_others_follow(tied, position):
    table = _tied(4000)
    codes = tied.transformer_.encode(table)
    model = tied.sampler_.model
    levels = model.inputs.one_hot(torch.as_tensor(codes.levels).long())
    normals = torch.as_tensor(codes.normals)
    mask = torch.zeros(len(table), 3)
    mask[:, position] = 1
    with torch.no_grad():
        drawn, scores = model.relaxed_rows(
            len(table), torch.Generator().manual_seed(0), GivenColumns(levels, normals, mask)
        )
    own_levels = model.inputs.column_of_level == position
    own_normals = model.inputs.column_of_normal == position
    torch.testing.assert_close(drawn[:, own_levels], levels[:, own_levels])
    torch.testing.assert_close(scores[:, own_normals], normals[:, own_normals])
    # Every pair of parts is as strongly tied as in the table.
    real = np.corrcoef(torch.cat([levels, normals], 1).numpy().T)
    made = np.corrcoef(torch.cat([drawn, scores], 1).numpy().T)
    assert np.abs(real - made).max() < 0.12


@pytest.mark.parametrize(
    "parameters, words",
    [
        ({"beta": 0.0}, "'beta' parameter of TabularVAE must be .* Got 0.0 instead"),
        ({"latent_dim": 0}, "'latent_dim' parameter"),
        ({"encoder_layers": ()}, "'encoder_layers' parameter"),
        ({"max_steps": -1}, "'max_steps' parameter of TabularVAE"),
        ({"schema": {"town": "categorical"}}, "town"),
    ],
)
def test_bad_parameters_are_refused_before_training(parameters, words):
    with pytest.raises(TabganError, match=words):
        TabularVAE(**parameters).fit(_table())


def test_a_warm_start_goes_on_and_refuses_other_networks():
    model = TabularVAE(**QUICK, warm_start=True).fit(_table(100))
    weights = model.sampler_.model.generator.from_noise.weight.detach().clone()
    model.set_params(max_steps=1, learning_rate=1e-12, averaging=0.0).fit(_table(100))
    after = model.sampler_.model.generator.from_noise.weight
    assert np.allclose(after.detach(), weights, atol=1e-4)
    with pytest.raises(InvalidParameterError, match="latent_dim"):
        model.set_params(latent_dim=3).fit(_table(100))


class _Interrupt(Callback):
    def on_record(self, state):
        raise KeyboardInterrupt


def test_a_fit_goes_on_from_its_checkpoint(tmp_path):
    path, parameters = tmp_path / "fit.checkpoint", {**QUICK, "max_steps": 150}
    with pytest.warns(TrainingWarning):
        TabularVAE(**parameters, callbacks=[Checkpoint(path, every=50), _Interrupt()]).fit(_table())
    resumed = TabularVAE(**parameters, callbacks=[Checkpoint(path)]).fit(_table())
    whole = TabularVAE(**parameters).fit(_table())
    pd.testing.assert_frame_equal(resumed.sample(50), whole.sample(50))


def test_constants_and_arrays_come_back():
    constants = pd.DataFrame({"a": [1] * 30, "b": ["x"] * 30})
    pd.testing.assert_frame_equal(TabularVAE(**QUICK).fit(constants).sample(5), constants.iloc[:5])
    array = np.random.default_rng(0).normal(size=(100, 3)).astype(np.float32)
    sample = TabularVAE(**QUICK).fit(array).sample(7)
    assert isinstance(sample, np.ndarray) and sample.dtype == np.float32


def test_progress_shows_the_loss(capsys):
    TabularVAE(**QUICK, verbose=1).fit(_table())
    error = capsys.readouterr().err
    assert "50/50" in error and "loss=" in error


def test_a_model_without_conditions_has_no_prior_to_learn(tmp_path):
    model = TabularVAE(**QUICK, conditional=False, refine=False).fit(_table(100))
    assert model.sampler_.model.generator.prior is None
    model.save(tmp_path / "model.tabgan")
    loaded = tabgan.load(tmp_path / "model.tabgan", device="cpu")
    pd.testing.assert_frame_equal(loaded.sample(20), model.sample(20))
