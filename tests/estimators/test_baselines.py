"""Baselines: the laws that every table generator obeys, and what each of them is known to draw."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, norm
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

import tabgan
from tabgan.cli import main
from tabgan.estimators import GaussianCopula, IndependentColumns, NaiveBayes, SequentialCART
from tabgan.estimators.baselines.copula import latent_correlation
from tabgan.exceptions import ArchiveError, InvalidParameterError, TabganError
from tabgan.metrics import copying, trend_error
from tabgan.preprocessing import TableTransformer
from tests.estimators.test_tabular_gan import _table

BASELINES = (IndependentColumns, GaussianCopula, NaiveBayes, SequentialCART)
each_baseline = pytest.mark.parametrize("cls", BASELINES, ids=lambda cls: cls.__name__)


@parametrize_with_checks([cls(random_state=0) for cls in BASELINES])
def test_scikit_learn_compatibility(estimator, check):
    check(estimator)


@each_baseline
def test_samples_have_the_dtypes_levels_bounds_and_relations_of_the_table(cls):
    table = _table()
    sample = cls(random_state=0).fit(table).sample(2000)
    assert (sample.dtypes == table.dtypes).all() and list(sample.columns) == list(table.columns)
    assert sample.index.equals(pd.RangeIndex(2000))
    country = sample["city"].map({"Bern": "CH", "Zürich": "CH", "Oslo": "NO"})
    assert (sample["country"] == country).all()
    assert sample["age"].between(table["age"].min(), table["age"].max()).all()
    assert sample["since"].between(table["since"].min(), table["since"].max()).all()
    assert sample["income"].isna().any() and (sample["income"] == 0).any()


@each_baseline
def test_margins_are_right_within_the_sampling_error(cls):
    table = _table(3000)
    sample = cls(random_state=0).fit(table).sample(3000, random_state=0)
    # Two samples of 3,000: five standard errors of the difference of two shares are 0.065 at most.
    for name in ("city", "member"):
        shares = [each[name].value_counts(normalize=True) for each in (table, sample)]
        assert (shares[0] - shares[1]).abs().max() < 0.065
    assert abs(table["income"].isna().mean() - sample["income"].isna().mean()) < 0.065
    middle = table["age"].median()
    assert abs((table["age"] <= middle).mean() - (sample["age"] <= middle).mean()) < 0.065


@each_baseline
def test_the_same_seed_gives_the_same_rows_and_calls_differ(cls):
    first, second = (cls(random_state=0).fit(_table()) for _ in range(2))
    pd.testing.assert_frame_equal(first.sample(50), second.sample(50))
    assert not first.sample(50).equals(first.sample(50))
    pd.testing.assert_frame_equal(
        first.sample(50, random_state=3), first.sample(50, random_state=3)
    )


@each_baseline
@pytest.mark.parametrize("chunk_rows", [7, 1000, 5000])
def test_rows_depend_neither_on_the_chunks_nor_on_their_number(cls, chunk_rows):
    model = cls(random_state=0).fit(_table())
    whole = model.sample(1500, random_state=1)
    pieces = list(model.iter_sample(1500, chunk_rows, random_state=1))
    assert max(map(len, pieces)) <= chunk_rows
    pd.testing.assert_frame_equal(pd.concat(pieces), whole)
    pd.testing.assert_frame_equal(model.sample(30, random_state=1), whole.iloc[:30])


@each_baseline
def test_arrays_constants_and_names_that_are_no_strings_come_back(cls):
    array = np.random.default_rng(0).normal(size=(100, 3)).astype(np.float32)
    sample = cls(random_state=0).fit(array).sample(7)
    assert isinstance(sample, np.ndarray) and sample.dtype == np.float32 and sample.shape == (7, 3)
    constants = pd.DataFrame({0: [1] * 30, ("a", 1): ["x"] * 30})
    pd.testing.assert_frame_equal(cls(random_state=0).fit(constants).sample(5), constants.iloc[:5])


@each_baseline
def test_score_is_repeatable_and_pickled_models_go_on(cls):
    table = _table()
    model = cls(random_state=0).fit(table)
    assert model.score(table) == model.score(table) < 0
    copied = pickle.loads(pickle.dumps(model))
    pd.testing.assert_frame_equal(copied.sample(20), model.sample(20))
    assert clone(model).get_params() == model.get_params()


@pytest.mark.parametrize("cls", BASELINES[:3], ids=lambda cls: cls.__name__)
def test_a_saved_model_goes_on_where_it_was(cls, tmp_path):
    model = cls(random_state=0).fit(_table())
    model.sample(5)
    model.save(tmp_path / "model.tabgan")
    loaded = tabgan.load(tmp_path / "model.tabgan")
    assert type(loaded) is cls and list(loaded.feature_names_in_) == list(_table().columns)
    pd.testing.assert_frame_equal(loaded.sample(300), model.sample(300))
    assert loaded.score(_table()) == model.score(_table())


@pytest.mark.parametrize("cls", [GaussianCopula, NaiveBayes], ids=lambda cls: cls.__name__)
def test_damaged_models_are_refused(cls, tmp_path):
    path = tmp_path / "model.tabgan"
    cls(random_state=0).fit(_table()).save(path)
    manifest, arrays = tabgan.archive.read_archive(path, expected_format="tabgan-model")
    del manifest["format_version"]
    damaged = {name: a[:1] if name.startswith("sampler.") else a for name, a in arrays.items()}
    tabgan.archive.write_archive(path, manifest, damaged)
    with pytest.raises(ArchiveError, match="have the shape"):
        tabgan.load(path)


def test_trees_that_hold_rows_are_not_saved(tmp_path):
    with pytest.raises(NotFittedError):
        SequentialCART().save(tmp_path / "model.tabgan")
    with pytest.raises(ArchiveError, match="hold the rows of the table"):
        SequentialCART(random_state=0).fit(_table()).save(tmp_path / "model.tabgan")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "estimator, words",
    [
        (NaiveBayes(target="citty"), "Got 'citty' instead; did you mean 'city'"),
        (NaiveBayes(target="country"), "Got 'country' instead, which is .* derived"),
        (NaiveBayes(target=["city"]), "'target' parameter of NaiveBayes"),
        (NaiveBayes(smoothing=-1), "'smoothing' parameter of NaiveBayes must be .* Got -1"),
        (SequentialCART(min_samples_leaf=0), "'min_samples_leaf' parameter of SequentialCART"),
        (IndependentColumns(schema={"town": "categorical"}), "town"),
        (GaussianCopula(random_state=-1), "random_state"),
    ],
)
def test_bad_parameters_are_refused(estimator, words):
    with pytest.raises(TabganError, match=words):
        estimator.fit(_table())


@each_baseline
@pytest.mark.parametrize("n_samples", [0, 2.5, None, True])
def test_bad_numbers_of_rows_are_refused(cls, n_samples):
    with pytest.raises(InvalidParameterError, match="n_samples"):
        cls(random_state=0).fit(_table(50)).sample(n_samples)


def _chain(n_rows: int, seed: int = 0) -> pd.DataFrame:
    """Rows in which x decides y, and y alone decides z; x is continuous."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n_rows)
    y = np.where(x + 0.3 * rng.normal(size=n_rows) > 0, "up", "down")
    z = np.where(y == "up", 2.0, -2.0) + rng.normal(size=n_rows)
    return pd.DataFrame({"x": x, "y": y, "z": z})


def test_independent_columns_lose_the_association():
    sample = IndependentColumns(random_state=0).fit(_chain(2000)).sample(2000)
    # The correlation of independent columns has a standard error of 1 / sqrt(n).
    assert abs(sample["x"].corr(sample["z"])) < 5 / np.sqrt(2000)


def test_naive_bayes_keeps_what_the_class_explains():
    table = _chain(4000)
    sample = NaiveBayes("y", random_state=0).fit(table).sample(4000)
    for name in ("x", "z"):
        means = [each.groupby("y")[name].mean() for each in (table, sample)]
        assert (means[0] - means[1]).abs().max() < 0.15
    within = [each["x"].corr(each["z"]) for each in (table, sample)]
    assert within[0] == pytest.approx(within[1], abs=0.05)  # given y, x and z are independent


def test_naive_bayes_of_one_class_is_independence():
    table = _chain(500).assign(y="same", w=np.arange(500) % 2)
    sample = NaiveBayes("w", random_state=0).fit(table).sample(4000)
    assert abs(sample["x"].corr(sample["z"])) < 5 / np.sqrt(4000)


def test_naive_bayes_takes_a_continuous_target_with_spikes_and_missing_cells():
    table = _table(2000)
    model = NaiveBayes("income", random_state=0).fit(table)
    sample = model.sample(4000)
    assert abs(sample["income"].isna().mean() - table["income"].isna().mean()) < 0.05
    quartiles = [each["income"].quantile([0.25, 0.5, 0.75, 0.9]) for each in (table, sample)]
    np.testing.assert_allclose(*quartiles, rtol=0.15, atol=1)


def test_trees_reproduce_a_relation_that_no_copula_has():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, 4000)
    table = pd.DataFrame({"x": x, "y": x**2 + 0.02 * rng.normal(size=4000)})
    drawn = {cls: cls(random_state=0).fit(table).sample(4000) for cls in BASELINES[1:]}
    fit = {cls: np.corrcoef(sample["x"] ** 2, sample["y"])[0, 1] for cls, sample in drawn.items()}
    assert fit[SequentialCART] > 0.98
    assert abs(fit[GaussianCopula]) < 0.1


def test_trees_are_closer_than_independence_and_copy_more():
    train, holdout = _chain(1500), _chain(1500, seed=1)
    errors, shares = {}, {}
    for cls in (IndependentColumns, SequentialCART):
        sample = cls(random_state=0).fit(train).sample(1500)
        errors[cls] = trend_error(train, sample).value
        shares[cls] = copying(train, sample, holdout=holdout, random_state=0).dcr_share.value
    assert errors[SequentialCART] < errors[IndependentColumns] / 3
    assert shares[SequentialCART] > shares[IndependentColumns]


@pytest.mark.parametrize("rho", [-0.8, -0.3, 0.0, 0.5, 0.9])
@pytest.mark.parametrize("kinds", ["normals", "normal and levels", "levels"])
def test_the_latent_correlation_is_found_whatever_the_parts(rho, kinds):
    n_rows = 20_000
    law = multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    x, y = law.rvs(n_rows, random_state=0).T
    table = pd.DataFrame({"x": x, "y": y})
    if kinds != "normals":
        table["y"] = pd.Categorical(np.array(["a", "b", "c"])[np.digitize(y, norm.ppf([0.3, 0.8]))])
    if kinds == "levels":
        table["x"] = pd.Categorical(np.array(["d", "e"])[np.digitize(x, [0.2])])
    transformer = TableTransformer(random_state=0).fit(table)
    found = latent_correlation(transformer.encode(table), transformer.layout_)[0, 1]
    # A polychoric correlation of 2 x 3 cells has about twice the standard error of Pearson's, which
    # is below 1 / sqrt(n); five of these.
    assert abs(found - rho) < 10 / np.sqrt(n_rows)


def test_the_correlation_of_doubled_columns_and_few_rows_can_be_drawn_from():
    rng = np.random.default_rng(0)
    base = rng.normal(size=(20, 30))
    table = pd.DataFrame(np.concatenate([base, base], axis=1))
    model = GaussianCopula(random_state=0).fit(table)
    assert np.linalg.eigvalsh(model.correlation_).min() > -1e-9
    np.testing.assert_allclose(np.diagonal(model.correlation_), 1)
    assert np.isfinite(model.sample(100).to_numpy()).all()


def test_the_command_line_reads_baselines_too(tmp_path, capsys):
    path = tmp_path / "model.tabgan"
    GaussianCopula(random_state=0).fit(_table()).save(path)
    assert main(["inspect", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "GaussianCopula" in shown and "training" not in shown and "Zürich" in shown
    assert main(["sample", str(path), "-n", "5", "-o", str(tmp_path / "new.csv"), "--quiet"]) == 0
    assert len(pd.read_csv(tmp_path / "new.csv")) == 5
    asked = ["--condition", "city=Zürich", "-o", str(tmp_path / "other.csv")]
    assert main(["sample", str(path), "-n", "5", *asked]) != 0
    assert "GaussianCopula is a baseline and draws free rows only" in capsys.readouterr().err
