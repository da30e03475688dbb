"""TabularGAN as its users meet it."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

import tabgan
from tabgan import TabularGAN
from tabgan.exceptions import (
    ArchiveError,
    InvalidParameterError,
    SchemaError,
    TabganError,
    TableError,
    TrainingWarning,
)
from tabgan.training import Callback, Checkpoint

SMALL = {"noise_dim": 8, "generator_layers": (32,), "discriminator_layers": (32,)}
QUICK = {"max_steps": 50, "batch_size": 64, "random_state": 0, **SMALL}


def _table(n_rows: int = 300, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    city = rng.choice(["Bern", "Oslo", "Zürich"], n_rows, p=[0.5, 0.3, 0.2])
    income = np.where(rng.random(n_rows) < 0.4, 0.0, rng.lognormal(8, 1, n_rows).round(2))
    return pd.DataFrame(
        {
            "city": city,
            "country": pd.Series(city).map({"Bern": "CH", "Zürich": "CH", "Oslo": "NO"}),
            "age": rng.integers(18, 95, n_rows),
            "income": np.where(rng.random(n_rows) < 0.1, np.nan, income),
            "member": rng.random(n_rows) < 0.3,
            "since": pd.Timestamp("2020-01-01")
            + pd.to_timedelta(rng.integers(0, 900, n_rows), "D"),
        }
    )


@pytest.fixture(scope="module", name="fitted")
def _fitted() -> TabularGAN:
    """One quick fit for all tests that only read it; copy it before changing it."""
    return TabularGAN(**QUICK).fit(_table())


@parametrize_with_checks([TabularGAN(**{**QUICK, "max_steps": 2, "refine": False})])
def test_scikit_learn_compatibility(estimator, check):
    check(estimator)


def test_samples_have_the_dtypes_names_order_and_a_range_index(fitted):
    table, sample = _table(), fitted.sample(70)
    assert list(sample.columns) == list(table.columns)
    assert (sample.dtypes == table.dtypes).all()
    assert sample.index.equals(pd.RangeIndex(70))


def test_refined_and_raw_samples_of_a_longer_table_differ():
    model = TabularGAN(**QUICK).fit(_table(1200))
    assert model.sampler_.refiner is not None
    raw, refined = (model.sample(200, refine=r, random_state=0) for r in (False, True))
    assert not raw.equals(refined)


def test_samples_stay_within_the_levels_bounds_and_relations_of_the_table(fitted):
    table, sample = _table(), fitted.sample(2000)
    assert set(sample["city"]) <= set(table["city"])
    assert sample["age"].between(table["age"].min(), table["age"].max()).all()
    assert sample["income"].dropna().between(0, table["income"].max()).all()
    assert (
        sample["country"] == sample["city"].map({"Bern": "CH", "Zürich": "CH", "Oslo": "NO"})
    ).all()
    assert sample["since"].between(table["since"].min(), table["since"].max()).all()
    assert sample["income"].isna().any() and (sample["income"] == 0).any()


@pytest.mark.parametrize("refine", [True, False])
@pytest.mark.parametrize("n_samples", [1, 2, 1024, 1025, 2100])
def test_the_number_of_rows_is_exact(fitted, n_samples, refine):
    assert len(fitted.sample(n_samples, refine=refine, random_state=0)) == n_samples


def test_the_same_seed_gives_the_same_rows_in_a_new_fit():
    first, second = (TabularGAN(**QUICK).fit(_table()) for _ in range(2))
    for _ in range(2):
        pd.testing.assert_frame_equal(first.sample(100), second.sample(100))


def test_calls_differ_but_a_seeded_call_repeats(fitted):
    assert not fitted.sample(50).equals(fitted.sample(50))
    pd.testing.assert_frame_equal(
        fitted.sample(50, random_state=3), fitted.sample(50, random_state=3)
    )


def test_rows_do_not_depend_on_how_many_are_asked_for(fitted):
    short, long = (fitted.sample(n, random_state=1) for n in (30, 1500))
    pd.testing.assert_frame_equal(short, long.iloc[:30])


@pytest.mark.parametrize("chunk_rows", [1, 7, 1000, 5000])
def test_rows_do_not_depend_on_the_chunks(fitted, chunk_rows):
    n_samples = 40 if chunk_rows == 1 else 1500
    whole = fitted.sample(n_samples, random_state=1)
    pieces = list(fitted.iter_sample(n_samples, chunk_rows, random_state=1))
    assert max(len(piece) for piece in pieces) <= chunk_rows
    pd.testing.assert_frame_equal(pd.concat(pieces), whole)


def test_arrays_come_back_as_arrays():
    array = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
    sample = TabularGAN(**QUICK).fit(array).sample(20)
    assert isinstance(sample, np.ndarray)
    assert sample.shape == (20, 3) and sample.dtype == np.float32


@pytest.mark.parametrize("n_rows", [300, 1200])
def test_a_saved_model_goes_on_where_it_was(fitted, tmp_path, n_rows):
    path = tmp_path / "model.tabgan"
    model = clone(fitted).fit(_table(n_rows))
    model.sample(5)
    model.save(path)
    loaded = tabgan.load(path, device="cpu")
    pd.testing.assert_frame_equal(loaded.sample(300), model.sample(300))
    assert loaded.score(_table()) == model.score(_table())
    assert loaded.n_iter_ == model.n_iter_ and loaded.history_ == model.history_
    assert list(loaded.feature_names_in_) == list(model.feature_names_in_)


def test_a_pickled_model_goes_on_where_it_was(fitted):
    copy = pickle.loads(pickle.dumps(fitted))
    pd.testing.assert_frame_equal(
        copy.sample(20, random_state=0), fitted.sample(20, random_state=0)
    )


def test_saved_models_hold_no_planted_cell(tmp_path):
    table = _table(1000)
    table["income"] = table["income"] + 0.25
    table.loc[3, "income"] = 73573573.57
    table["note"] = [f"secret-{i * 7919 + 104729}" for i in range(len(table))]
    path = tmp_path / "model.tabgan"
    with pytest.warns(tabgan.exceptions.DataWarning):
        TabularGAN(**QUICK).fit(table).save(path)
    content = path.read_bytes()
    for cell in ("secret-104729", "104729", "73573573", "73573573.57"):
        assert cell.encode() not in content
    for dtype in (np.float32, np.float64):
        assert dtype(73573573.57).tobytes() not in content


def test_no_array_of_a_saved_model_grows_with_the_rows(tmp_path):
    sizes = []
    for n_rows in (3000, 9000):  # the width of the refiner goes in steps, and is bounded
        rng = np.random.default_rng(0)
        table = pd.DataFrame({"x": rng.normal(size=n_rows), "y": rng.integers(0, 3, n_rows)})
        path = tmp_path / "model.tabgan"
        TabularGAN(max_steps=5, random_state=0).fit(table).save(path)
        _, arrays = tabgan.archive.read_archive(path, expected_format="tabgan-model")
        assert max(array.shape[0] for array in arrays.values() if array.ndim) < 2100
        sizes.append(sum(array.size for array in arrays.values()))
    assert sizes[1] == pytest.approx(sizes[0], rel=0.05)


@pytest.mark.parametrize("damage", ["truncated", "foreign", "weights", "missing"])
def test_damaged_models_are_refused(fitted, tmp_path, damage):
    path = tmp_path / "model.tabgan"
    fitted.save(path)
    if damage == "truncated":
        path.write_bytes(path.read_bytes()[:-500])
    elif damage == "foreign":
        path.write_text("not a model")
    elif damage == "missing":
        path.unlink()
    else:
        manifest, arrays = tabgan.archive.read_archive(path, expected_format="tabgan-model")
        del manifest["format_version"]
        arrays["sampler.generator.output.bias"] = np.zeros(3, np.float32)
        tabgan.archive.write_archive(path, manifest, arrays)
    with pytest.raises(ArchiveError, match=r"model\.tabgan"):
        tabgan.load(path)


@pytest.mark.parametrize(
    "claim",
    [
        {"noise_dim": 10**12},
        {"generator_layers": [10**9, 10**9]},
        {"generator_layers": [1] * 10**6},
        {"refiner_layers": [16, 16], "refiner_members": 10**9},
        {"refiner_layers": [10**9], "refiner_members": 2},
    ],
)
def test_sizes_that_the_arrays_do_not_have_are_refused_before_memory_is_taken(
    fitted, tmp_path, claim
):
    path = tmp_path / "model.tabgan"
    fitted.save(path)
    manifest, arrays = tabgan.archive.read_archive(path, expected_format="tabgan-model")
    del manifest["format_version"]
    manifest["sampler"].update(claim)
    tabgan.archive.write_archive(path, manifest, arrays)
    with pytest.raises(ArchiveError, match=r"model\.tabgan"):
        tabgan.load(path)


def test_saving_to_a_folder_that_is_not_there_names_it(fitted, tmp_path):
    with pytest.raises(ArchiveError, match="nowhere"):
        fitted.save(tmp_path / "nowhere" / "model.tabgan")


@pytest.mark.parametrize(
    "parameters, words",
    [
        ({"max_steps": 0}, "'max_steps' parameter of TabularGAN must be .* Got 0 instead"),
        ({"objective": "wishful"}, "'objective' parameter .* Got 'wishful' instead"),
        ({"averaging": 1.0}, "'averaging' parameter"),
        ({"generator_layers": ()}, "'generator_layers' parameter"),
        ({"epsilon": 1.0}, "'epsilon' parameter .* must be None"),
        ({"device": "toaster"}, "device 'toaster' cannot be used here"),
        ({"schema": {"town": "categorical"}}, "town"),
        ({"schema": {"city": "sound"}}, "sound"),
    ],
)
def test_bad_parameters_are_refused_before_training(parameters, words):
    with pytest.raises(TabganError, match=words):
        TabularGAN(**parameters).fit(_table())


@pytest.mark.parametrize("n_samples", [0, -1, 2.5, None, True])
def test_bad_numbers_of_rows_are_refused(fitted, n_samples):
    with pytest.raises(InvalidParameterError, match="n_samples"):
        fitted.sample(n_samples)


@pytest.mark.parametrize("method", ["sample", "score", "save", "iter_sample"])
def test_an_unfitted_estimator_says_so(method):
    arguments = {"score": (_table(),), "save": ("m.tabgan",), "iter_sample": (3,)}
    with pytest.raises(NotFittedError, match="TabularGAN"):
        getattr(TabularGAN(), method)(*arguments.get(method, ()))


def _broken(kind: str) -> pd.DataFrame:
    table = _table(50)
    if kind == "empty":
        return table.iloc[:0]
    if kind == "one row":
        return table.iloc[:1]
    if kind == "duplicate names":
        return table.set_axis(["age", "age", *table.columns[2:]], axis=1)
    if kind == "infinite":
        return table.assign(income=np.inf)
    return table.assign(city=[["a list"]] * 50)


@pytest.mark.parametrize("kind", ["empty", "one row", "duplicate names", "infinite", "lists"])
def test_tables_that_cannot_be_used_are_refused(kind):
    with pytest.raises(TableError):
        TabularGAN(**QUICK).fit(_broken(kind))


def test_a_table_with_other_columns_is_refused_by_score(fitted):
    with pytest.raises(SchemaError, match="age"):
        fitted.score(_table().drop(columns="age"))


def test_an_error_in_a_refit_leaves_the_earlier_fit(fitted):
    model = pickle.loads(pickle.dumps(fitted))
    expected = model.sample(10, random_state=0)
    with pytest.raises(TableError):
        model.fit(_broken("infinite"))
    pd.testing.assert_frame_equal(model.sample(10, random_state=0), expected)


def test_constant_and_missing_columns_come_back():
    table = _table(100).assign(same="x", nothing=np.nan)
    sample = TabularGAN(**QUICK).fit(table).sample(10)
    assert (sample["same"] == "x").all() and sample["nothing"].isna().all()


def test_a_table_of_constants_can_be_fitted():
    table = pd.DataFrame({"a": [1] * 30, "b": ["x"] * 30})
    pd.testing.assert_frame_equal(TabularGAN(**QUICK).fit(table).sample(5), table.iloc[:5])


def test_column_names_need_not_be_strings():
    table = _table(100)[["age", "member"]].set_axis([0, ("a", 1)], axis=1)
    model = TabularGAN(**QUICK).fit(table)
    assert list(model.sample(3).columns) == [0, ("a", 1)]
    assert not hasattr(model, "feature_names_in_")


def test_score_is_repeatable_negative_and_prefers_the_fitted_table(fitted):
    table = _table()
    assert fitted.score(table) == fitted.score(table) < 0
    assert fitted.score(table) > fitted.score(table.assign(age=18))


def test_it_works_in_a_grid_search_and_as_the_last_step_of_a_pipeline():
    search = GridSearchCV(TabularGAN(**QUICK), {"refine": [True, False]}, cv=2)
    search.fit(_table(200))
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    pipeline = make_pipeline(TabularGAN(**QUICK)).fit(_table(200))
    assert len(pipeline[-1].sample(3)) == 3


def test_score_takes_levels_that_were_never_seen(fitted):
    table = _table()
    table.loc[0, "city"] = "Rome"
    assert np.isfinite(fitted.score(table))


def test_a_table_too_short_for_a_refiner_is_raked(fitted):
    assert fitted.sampler_.refiner is None
    shares = fitted.sample(1024)["city"].value_counts(normalize=True)
    expected = _table()["city"].value_counts(normalize=True)
    # A few rows of 1,024, where an unbalanced sample would be off by 16 on average.
    assert (shares - expected).abs().max() < 6 / 1024


@pytest.mark.parametrize("validation_fraction", [0.01, 0.99])
def test_any_share_may_be_held_out(validation_fraction):
    model = TabularGAN(**QUICK, early_stopping=True, validation_fraction=validation_fraction)
    assert len(model.fit(_table(40)).sample(3)) == 3


def test_numpy_parameters_can_be_saved(tmp_path):
    parameters = {**QUICK, "max_steps": np.int64(2), "generator_layers": (np.int64(16),)}
    model = TabularGAN(**parameters, learning_rate=np.float64(1e-3)).fit(_table(60))
    model.save(tmp_path / "model.tabgan")
    assert tabgan.load(tmp_path / "model.tabgan").generator_layers == [16]


def test_a_warm_start_with_other_networks_is_refused():
    model = TabularGAN(**QUICK, warm_start=True).fit(_table(60))
    with pytest.raises(InvalidParameterError, match="noise_dim, generator_layers"):
        model.set_params(noise_dim=7).fit(_table(60))


def test_an_interrupt_after_training_keeps_the_model(monkeypatch):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("tabgan.estimators._building.add_refiner", interrupt)
    with pytest.warns(TrainingWarning, match="interrupted after training"):
        model = TabularGAN(**QUICK).fit(_table())
    assert len(model.sample(5)) == 5


def test_a_warm_start_goes_on_from_the_weights():
    model = TabularGAN(**QUICK, warm_start=True, refine=False).fit(_table())
    weights = model.sampler_.model.generator.from_noise.weight.detach().clone()
    continued = model.set_params(max_steps=1, learning_rate=1e-12, averaging=0.0).fit(_table())
    after = continued.sampler_.model.generator.from_noise.weight
    assert np.allclose(after.detach(), weights, atol=1e-4)


class _Interrupt(Callback):
    def on_record(self, state):
        raise KeyboardInterrupt


def test_an_interrupted_fit_can_be_sampled_and_saved(tmp_path):
    model = TabularGAN(max_steps=500, random_state=0, callbacks=[_Interrupt()])
    with pytest.warns(TrainingWarning, match="interrupted after 50 of 500 steps"):
        model.fit(_table())
    assert model.stop_reason_ == "interrupted"
    model.save(tmp_path / "model.tabgan")
    assert len(model.sample(4)) == 4


def test_a_fit_goes_on_from_its_checkpoint(tmp_path):
    path = tmp_path / "fit.checkpoint"
    parameters = {**QUICK, "max_steps": 150}
    with pytest.warns(TrainingWarning):
        TabularGAN(**parameters, callbacks=[Checkpoint(path, every=50), _Interrupt()]).fit(_table())
    resumed = TabularGAN(**parameters, callbacks=[Checkpoint(path)]).fit(_table())
    whole = TabularGAN(**parameters).fit(_table())
    assert resumed.n_iter_ == 150
    pd.testing.assert_frame_equal(resumed.sample(50), whole.sample(50))
    assert "secret" not in Path(path).read_bytes().decode("latin-1")


def test_progress_is_shown_only_when_asked_for(capsys):
    TabularGAN(**QUICK).fit(_table())
    assert capsys.readouterr().err == ""
    TabularGAN(**QUICK, verbose=1).fit(_table())
    assert "50/50" in capsys.readouterr().err


@pytest.mark.gpu
def test_a_model_fitted_on_a_gpu_loads_on_the_cpu(tmp_path):
    path = tmp_path / "model.tabgan"
    TabularGAN(**QUICK, device="cuda").fit(_table()).save(path)
    assert len(tabgan.load(path, device="cpu").sample(10)) == 10
