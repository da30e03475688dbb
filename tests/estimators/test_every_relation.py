"""Every generator keeps every relation, dtype and missing marker, freely and under conditions."""

import copy
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from tabgan import MISSING, Between, TabularGAN, TabularVAE, load
from tabgan.estimators import GaussianCopula, IndependentColumns, NaiveBayes, SequentialCART
from tabgan.exceptions import ConditionWarning, InvalidParameterError
from tests.estimators.related import assert_related, draw_related

SMALL = {"max_steps": 60, "random_state": 0}
GENERATORS = {
    "gan": TabularGAN(
        noise_dim=16, generator_layers=(64,), discriminator_layers=(64,), refine=False, **SMALL
    ),
    "vae": TabularVAE(latent_dim=16, encoder_layers=(64,), decoder_layers=(64,), **SMALL),
    "independent": IndependentColumns(random_state=0),
    "copula": GaussianCopula(random_state=0),
    "bayes": NaiveBayes("city", random_state=0),
    "cart": SequentialCART(random_state=0),
}
TABLE = draw_related()


@pytest.fixture(scope="module", name="fitted")
def _fitted() -> dict[str, Any]:
    return {}


@pytest.fixture(params=GENERATORS, name="model")
def _model(request: pytest.FixtureRequest, fitted: dict[str, Any]) -> Any:
    return _fit(request.param, fitted)


@pytest.fixture(params=["gan", "vae"], name="network")
def _network(request: pytest.FixtureRequest, fitted: dict[str, Any]) -> Any:
    return _fit(request.param, fitted)


def _fit(name: str, fitted: dict[str, Any]) -> Any:
    if name not in fitted:
        fitted[name] = copy.deepcopy(GENERATORS[name]).fit(TABLE)
    return fitted[name]


def _sample(model: Any, n_samples: int, conditions: Any, **options: Any) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConditionWarning)
        return model.sample(n_samples, **{"conditions": conditions, "random_state": 0, **options})


def test_all_relations_are_found(model):
    schema = model.schema_
    assert schema["pickup"].at_least == "date" and schema["dropoff"].at_least == "pickup"
    assert schema["written"].plus == schema["due"].plus == ("pickup",)
    assert (schema["hour"].calendar_of, schema["weekday"].calendar_of) == ("pickup", "date")
    assert schema["total"].plus == ("fare", "tip") and schema["price"].plus == ("fare",)
    assert schema["paid"].same_as == "total" and schema["country"].derived_from == "city"


def test_free_rows_keep_every_relation(model):
    assert_related(model.sample(1000, random_state=1))


def test_a_saved_model_keeps_every_relation(network, tmp_path):
    network.save(tmp_path / "model.tabgan")
    loaded = load(tmp_path / "model.tabgan", device="cpu")
    for conditions in (None, {"hour": 8}, {"due": Between("2024-03-01", None)}):
        pd.testing.assert_frame_equal(
            _sample(loaded, 50, conditions), _sample(network, 50, conditions)
        )


@pytest.mark.parametrize("name", ["gan", "vae"])
def test_a_warm_start_keeps_every_relation(name):
    model = copy.deepcopy(GENERATORS[name]).set_params(warm_start=True, max_steps=10)
    model.fit(TABLE).fit(TABLE)
    assert_related(model.sample(200, random_state=0))


@pytest.mark.slow
def test_rows_with_relations_are_refined_discriminated_and_classified():
    model = TabularGAN(noise_dim=16, generator_layers=(64,), discriminator_layers=(64,), **SMALL)
    table = draw_related(1200)
    model.fit(table)
    assert_related(model.sample(200, random_state=0))
    for conditions in ({"hour": 8}, {"total": Between(20, 30)}, {"hour": {8: 0.5, 9: 0.5}}):
        rows = _sample(model, 100, conditions)
        assert_related(rows)
        assert _meets(rows["hour"], [8, 9]).all() or rows["total"].between(20, 30).all()
    unseen = draw_related(300, 1)
    ratio = model.log_density_ratio(unseen)
    assert model.discriminate(unseen) == pytest.approx(1 / (1 + np.exp(-ratio)))
    for target in ("city", "country"):
        posterior = model.class_posterior(unseen.head(20), target)
        assert posterior.sum(axis=1).to_numpy() == pytest.approx(1)
    without = unseen.head(20).drop(columns=["fare", "hour", "city"])
    assert model.class_posterior(without, "city").notna().all().all()
    with pytest.raises(InvalidParameterError, match="nothing but fields of dates"):
        model.class_posterior(unseen[["hour"]], "city")


ASKED = [
    {"date": Between("2024-02-01", "2024-02-05")},
    {"date": "2024-02-03"},
    {"pickup": Between("2024-02-01", "2024-02-29")},
    {"pickup": Between("2024-02-03", "2024-02-03 23:59:59")},
    {"dropoff": Between(pd.Timestamp("2024-02-01"), None)},
    {"written": Between("01.02.2024 00:00:00", "2024-02-05")},
    {"due": Between("2024-03-02", "2024-03-20")},
    {"hour": 8},
    {"hour": Between(7, 9)},
    {"weekday": [0, 6]},
    {"weekday": 2, "hour": Between(12, None), "city": "Nice"},
    {"total": Between(20, 30)},
    {"total": Between(20, 30), "pickup": Between("2024-02-01", None), "country": "Norway"},
    {"total": MISSING},
    {"tip": 2.5, "total": Between(10, 40)},
    {"paid": Between(20, 30)},
    {"price": Between(10, 20)},
    {"price": 12.5},
    {"price": [12.5, 30.0], "fare": Between(20, 40)},
    {"written": Between("2024-02-01", None), "due": Between(None, "2024-03-20")},
]


def _meets(cells: pd.Series, wanted: Any) -> np.ndarray:
    if cells.name == "written":
        cells = pd.to_datetime(cells, format="%d.%m.%Y %H:%M:%S")
    if cells.dtype.kind == "M" and isinstance(wanted, Between):
        ends = [_date(wanted.low), _date(wanted.high)]
    else:
        ends = [wanted.low, wanted.high] if isinstance(wanted, Between) else [None, None]
    if wanted is MISSING:
        return cells.isna().to_numpy()
    if not isinstance(wanted, Between):
        values = wanted if isinstance(wanted, list) else [wanted]
        return cells.isin([_date(v) if isinstance(v, str) and "-" in v else v for v in values])
    is_met = cells.notna()
    if ends[0] is not None:
        is_met &= cells >= ends[0]
    return (is_met if ends[1] is None else is_met & (cells <= ends[1])).to_numpy(bool)


def _date(end: Any) -> pd.Timestamp | None:
    is_own = isinstance(end, str) and "." in end
    return (
        None if end is None else pd.to_datetime(end, format="%d.%m.%Y %H:%M:%S" if is_own else None)
    )


@pytest.mark.parametrize("conditions", ASKED, ids=str)
def test_rows_under_conditions_meet_them_and_keep_every_relation(network, conditions):
    for n_samples in (1, 150):
        sample = _sample(network, n_samples, conditions)
        assert len(sample) == n_samples
        assert_related(sample)
        for name, wanted in conditions.items():
            assert _meets(sample[name], wanted).all(), name
    assert sample["dropoff"].nunique() > 20
    if "paid" in conditions:
        assert (sample["paid"] == sample["total"]).any() and (
            sample["paid"] != sample["total"]
        ).any()


@pytest.mark.parametrize(
    "conditions",
    [
        {"hour": {8: 30, 9: 70}},
        {"weekday": {0: 0.25, 6: 0.75}, "city": {"Oslo": 50, "Nice": 50}},
        {"price": {12.5: 0.5, 30.0: 0.5}},
    ],
    ids=str,
)
def test_counts_and_shares_of_computed_columns_are_exact(network, conditions):
    sample = _sample(network, 100, conditions)
    assert_related(sample)
    for name, wanted in conditions.items():
        counts = {value: round(each * (100 if each < 1 else 1)) for value, each in wanted.items()}
        assert sample[name].value_counts().to_dict() == counts


@pytest.mark.parametrize(
    "conditions", [{"hour": Between(8, 11)}, {"total": Between(20, 30)}, {"paid": Between(20, 30)}]
)
def test_rows_under_conditions_are_distributed_as_free_rows_that_meet_them(network, conditions):
    free = _sample(network, 30_000, None, refine=False)
    ((name, between),) = conditions.items()
    free = free[free[name].between(between.low, between.high).to_numpy(bool, na_value=False)]
    rows = _sample(network, 2000, conditions, refine=False, random_state=1)
    for other in ("fare", "tip", "total", "paid", "pickup"):
        one, two = (
            table[other].dropna().astype(float if other != "pickup" else "int64")
            for table in (free, rows)
        )
        assert ks_2samp(one, two).pvalue > 1e-4, other


def test_partial_rows_keep_every_relation(network):
    rows = draw_related(60, 3).astype(object)
    rng = np.random.default_rng(0)
    tied = {"pickup": ["date"], "dropoff": ["date", "pickup"], "total": ["fare", "tip"]}
    given = pd.DataFrame(rng.random(rows.shape) < 0.3, columns=rows.columns)
    for name, terms in tied.items():
        given[name] &= given[terms].all(axis=1) & rows[terms].notna().all(axis=1)
    given["written"] &= given["date"]
    given["due"] &= given["date"]
    rows["tip"] = [MISSING if cell is pd.NA else cell for cell in rows["tip"]]
    partial = rows.where(given & rows.notna(), None)
    partial.loc[:, ["written", "due"]] = None
    sample = _sample(network, 1, partial)
    assert_related(sample)
    for name in partial:
        for cell, asked in zip(sample[name], partial[name], strict=True):
            assert (
                asked is None
                or pd.isna(asked)
                or (pd.isna(cell) if asked is MISSING else cell == asked)
            )


def test_fields_of_dates_are_given_beside_the_date_or_without_it(network):
    first = pd.Timestamp("2024-02-05 08:30:00")
    rows = pd.DataFrame(
        {
            "date": [first.normalize(), None, None, first.normalize()],
            "pickup": [first, None, None, None],
            "hour": [8, 17, None, 3],
            "weekday": [0, None, 6, None],
        },
        index=list("abcd"),
    )
    sample = _sample(network, 3, rows)
    assert_related(sample)
    assert (sample["pickup"].head(3) == first).all()
    assert (sample["hour"].to_numpy().reshape(4, 3)[[1, 3]] == [[17], [3]]).all()
    assert (sample["weekday"].iloc[6:9] == 6).all()
    assert (sample["date"].tail(3) == first.normalize()).all()
    rows.loc["a", "weekday"] = 4
    with pytest.raises(InvalidParameterError, match=r"Row 'a' .* 'date' and 4.0 in 'weekday'"):
        _sample(network, 1, rows)


def test_a_sum_can_be_asked_to_be_missing_in_some_rows(network):
    rows = pd.DataFrame({"total": [MISSING, None, MISSING], "fare": [20.0, 20.0, None]})
    sample = _sample(network, 5, rows)
    assert_related(sample)
    assert sample["total"].isna().to_numpy().reshape(3, 5)[[0, 2]].all()
    assert (sample["fare"].head(10) == 20.0).all()


def test_copies_are_given_for_one_another(network):
    rows = pd.DataFrame(
        {"price": [12.5, None, 30.0], "fare": [None, 20.0, 30.0], "hour": [None, 7, 8]}
    )
    sample = _sample(network, 1, rows)
    assert_related(sample)
    assert sample["fare"].tolist() == [12.5, 20.0, 30.0]
    with pytest.raises(InvalidParameterError, match="'price' beside 'fare'"):
        _sample(network, 1, rows.assign(fare=[1.0, None, None]))


def test_rows_under_conditions_on_computed_columns_do_not_depend_on_the_chunks(network):
    for conditions in (
        {"hour": 8},
        {"weekday": {0: 0.5, 1: 0.5}},
        pd.DataFrame({"hour": [8] * 90}),
    ):
        whole = _sample(network, 1 if isinstance(conditions, pd.DataFrame) else 90, conditions)
        pieces = network.iter_sample(
            1 if isinstance(conditions, pd.DataFrame) else 90,
            7,
            conditions=conditions,
            random_state=0,
        )
        pd.testing.assert_frame_equal(pd.concat(list(pieces)), whole)


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({"hour": 25}, "'hour' had no value 25 at fit"),
        ({"total": 1e6}, "'total' can reach from about"),
        ({"total": "much"}, "'total', .* cannot be read: 'much'"),
        ({"due": Between("2034-01-01", None)}, "'due' lies at a fixed distance from 'pickup'"),
        ({"price": 12.5, "fare": Between(20, None)}, "'price' and 'fare' contradict each other"),
        ({"price": {12.5: 10}, "fare": {12.5: 10}}, "for one of them only"),
        ({"price": {12.5: 3}}, "sum to 3, and n_samples is 10"),
        ({"hour": {8: 3}}, "'hour' sum to 3, and n_samples is 10"),
        (pd.DataFrame({"dropoff": ["2024-02-01"]}), "'dropoff' is computed from 'pickup'"),
        (pd.DataFrame({"hour": [30]}), "'hour' had no value 30"),
        (pd.DataFrame({"price": ["much"]}), "'price', .* cannot be read: 'much'"),
    ],
)
def test_what_no_row_can_have_is_refused_before_any_work(network, conditions, words, monkeypatch):
    def work(*arguments, **options):
        raise AssertionError("the networks were used")

    monkeypatch.setattr(type(network.sampler_.model), "outputs", work)
    with pytest.raises(InvalidParameterError, match=words):
        network.iter_sample(10, conditions=conditions, random_state=0)


def test_what_is_drawn_in_vain_is_refused_in_bounded_work(network):
    conditions = {"hour": 8, "pickup": Between("2024-02-03 09:00:00", "2024-02-03 09:59:59")}
    with pytest.raises(InvalidParameterError, match=r"drawn over and over .* 'hour', 'pickup'"):
        _sample(network, 10, conditions)
    rows = pd.DataFrame({"hour": [8, 8], "weekday": [None, 3], "date": [None, "2024-02-03"]})
    with pytest.raises(InvalidParameterError, match=r"Row 1 .* in column 'date' and 3.0"):
        _sample(network, 1, rows)
