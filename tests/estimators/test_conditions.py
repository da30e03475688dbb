"""Rows under conditions: exact, repeatable, and as the table has them."""

import copy
import pickle
import re
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tabgan import MISSING, Between, TabularGAN, TabularVAE, load
from tabgan.exceptions import ConditionWarning, DataWarning, InvalidParameterError, TabganError
from tabgan.sampling.conditions import LEAST_LIFT, _is_rare_pair
from tests.estimators.law import START, ZONES, draw_law, meeting, total_variation

SMALL = {"noise_dim": 16, "generator_layers": (64,), "discriminator_layers": (64,)}
DAY = pd.Timedelta(days=1)
Model = TabularGAN | TabularVAE

EACH_KIND = [
    {"zone": "far"},
    {"zone": ["west", "far"]},
    {"zone": {"north", "south"}},
    {"region": "outer"},
    {"tag": "rare"},
    {"region": "outer", "zone": "west"},
    {"paid": True},
    {"size": 200},
    {"size": [120, 200, 241]},
    {"size": Between(150, 210)},
    {"value": 1.234},
    {"value": [0.5, 1.234]},
    {"value": Between(0.5, 0.9)},
    {"value": MISSING},
    {"value": [MISSING, 1.5]},
    {"fee": 0.0},
    {"fee": Between(0, 1)},
    {"fee": Between(None, 3)},
    {"since": START + 300 * DAY},
    {"since": "2020-10-27"},
    {"since": Between("2020-03-01", "2020-03-31")},
    {"since": Between(START + 200 * DAY, None)},
    {"paid": False, "size": Between(190, 260), "value": Between(1, 3)},
    {"zone": "south", "size": 201, "since": START + 280 * DAY, "fee": 2.5, "value": 2.125},
]


SMALL_VAE = {"latent_dim": 16, "encoder_layers": (64,), "decoder_layers": (64,)}


@pytest.fixture(scope="module", name="quick", params=["gan", "vae"])
def _quick(request: pytest.FixtureRequest) -> Model:
    """A model with a refiner that has hardly learnt; only what it is asked must hold."""
    if request.param == "gan":
        model: Model = TabularGAN(max_steps=150, random_state=0, **SMALL)
    else:
        model = TabularVAE(max_steps=150, random_state=0, **SMALL_VAE)
    return model.fit(draw_law(1500, 1))


def _sample(model: TabularGAN, n_samples: int, conditions: Any, **options: Any) -> pd.DataFrame:
    """A sample with a fixed seed, whatever the model thinks of the conditions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConditionWarning)
        return model.sample(n_samples, **{"conditions": conditions, "random_state": 0, **options})


@pytest.mark.parametrize("conditions", EACH_KIND, ids=str)
def test_every_row_meets_the_condition(quick, conditions):
    for refine in (True, False):
        sample = _sample(quick, 100, conditions, refine=refine)
        assert len(sample) == len(meeting(sample, conditions)) == 100
        assert (sample.dtypes == draw_law(10, 0).dtypes).all()
        assert sample.index.equals(pd.RangeIndex(100))
        assert len(sample.drop_duplicates()) > 3


@pytest.mark.parametrize("conditions", [{}, *EACH_KIND[:3], EACH_KIND[-1]], ids=str)
def test_without_and_with_conditions_a_seed_repeats(quick, conditions):
    first, again, other = (
        _sample(quick, 40, conditions or None, random_state=seed) for seed in (0, 0, 1)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_calls_with_conditions_take_part_in_the_sequence_of_samples(quick):
    first, second = (copy.deepcopy(quick) for _ in range(2))
    first.sample(5, conditions={"paid": True})
    second.sample(5)
    pd.testing.assert_frame_equal(first.sample(5), second.sample(5))


PARTIAL = pd.DataFrame(
    {
        "zone": ["far", None, "north", None],
        "size": [np.nan, 201, np.nan, 133],
        "value": [1.062, None, MISSING, None],
        "since": [None, pd.Timestamp("2020-05-05"), None, None],
        "paid": [None, True, None, False],
    },
    index=[7, 3, 3, 9],
)


def _chunked(model: TabularGAN, n_samples: int, chunk_rows: int, conditions: Any) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConditionWarning)
        pieces = model.iter_sample(n_samples, chunk_rows, conditions=conditions, random_state=0)
        return pd.concat(list(pieces))


@pytest.mark.parametrize("chunk_rows", [1, 77, 3000])
@pytest.mark.parametrize(
    "conditions, n_samples",
    [
        ({"region": "outer", "size": Between(150, 250)}, 700),
        ({"zone": {"far": 0.5, "west": 0.25, "north": 0.25}}, 700),
        (PARTIAL, 175),
        (PARTIAL.head(1), 300),
    ],
    ids=["sets", "shares", "rows", "row"],
)
def test_rows_do_not_depend_on_the_chunks(quick, conditions, n_samples, chunk_rows):
    whole = _sample(quick, n_samples, conditions)
    pd.testing.assert_frame_equal(_chunked(quick, n_samples, chunk_rows, conditions), whole)


def test_the_first_rows_do_not_depend_on_how_many_are_asked_for(quick):
    short, long = (_sample(quick, n, {"region": "outer"}) for n in (30, 900))
    pd.testing.assert_frame_equal(short, long.head(30))


@pytest.mark.parametrize("n_samples", [1, 2, 300])
def test_a_table_gives_rows_of_each_of_its_rows_in_their_order(quick, n_samples):
    sample = _sample(quick, n_samples, PARTIAL)
    assert sample.index.equals(pd.RangeIndex(4 * n_samples))
    for i in range(len(PARTIAL)):
        rows = sample.iloc[i * n_samples : (i + 1) * n_samples]
        given = PARTIAL.iloc[i]
        for name in PARTIAL.columns:
            if given[name] is MISSING:
                assert rows[name].isna().all()
            elif not pd.isna(given[name]):
                assert (rows[name] == given[name]).all(), name


def test_a_row_that_gives_nothing_is_free_and_one_that_gives_all_comes_back(quick):
    conditions = draw_law(40, 3).astype(object)
    conditions.loc[::2] = None
    sample = _sample(quick, 1, conditions)
    full = conditions.notna().all(axis=1)
    assert full.sum() > 10
    for name in sample.columns:
        given = sample.loc[full, name].tolist()
        assert given == conditions.loc[full, name].tolist(), name
    assert sample.loc[1::2].notna().any().all()
    assert sample.loc[~full, "zone"].nunique() > 1


@pytest.mark.parametrize(
    "wanted, counts",
    [
        ({"far": 3, "north": 997}, {"far": 3, "north": 997}),
        ({"far": 0, "north": 1000}, {"north": 1000}),
        ({"far": 0.3334, "west": 0.3333, "south": 0.3333}, {"far": 334, "west": 333, "south": 333}),
    ],
)
def test_counts_and_shares_are_exact(quick, wanted, counts):
    sample = _sample(quick, 1000, {"zone": wanted})
    assert sample["zone"].value_counts().to_dict() == counts
    # In random order, so that every part of a sample is like the whole.
    assert sample["zone"].head(200).nunique() == len(counts) or "far" in counts


@pytest.mark.parametrize(
    "wanted",
    [
        {"zone": {"far": 10}},
        {"region": {"outer": 1.0}},
        {"size": {200: 10}},
        {"value": {MISSING: 1.0}},
        {"value": {1.234: 10}, "paid": {True: 4, False: 6}},
    ],
    ids=str,
)
def test_counts_of_a_single_value_are_met(quick, wanted):
    sample = _sample(quick, 10, wanted)
    singles = {name: next(iter(each)) for name, each in wanted.items() if len(each) == 1}
    assert len(meeting(sample, singles)) == 10


def test_an_interval_of_everything_leaves_numbers_as_they_are(quick):
    sample = _sample(quick, 200, {"size": Between(100, 300)})
    assert sample["size"].nunique() > 20


def test_counts_of_several_columns_are_exact_at_once(quick):
    wanted = {
        "zone": {"far": 100, "south": 900},
        "paid": {True: 0.9, False: 0.1},
        "fee": {0.0: 0.5, 3.25: 0.5},
    }
    sample = _sample(quick, 1000, wanted)
    assert sample["zone"].value_counts().to_dict() == wanted["zone"]
    assert sample["paid"].sum() == 900
    assert sample["fee"].value_counts().to_dict() == {0.0: 500, 3.25: 500}


def test_shares_of_a_derived_column_are_exact(quick):
    sample = _sample(quick, 200, {"region": {"outer": 0.75, "inner": 0.25}})
    assert (sample["region"] == "outer").sum() == 150
    assert sample.loc[sample["region"] == "outer", "zone"].isin(["west", "far"]).all()


def test_a_saved_model_gives_the_same_conditional_rows(quick, tmp_path):
    quick.save(tmp_path / "model.tabgan")
    loaded = load(tmp_path / "model.tabgan", device="cpu")
    for conditions in ({"zone": "far", "size": Between(150, 250)}, PARTIAL):
        pd.testing.assert_frame_equal(
            _sample(loaded, 30, conditions), _sample(quick, 30, conditions)
        )


def test_conditions_never_seen_together_are_warned_about_and_met(quick):
    conditions = {"zone": "north", "size": Between(255, 265), "since": Between("2021-08-01", None)}
    with pytest.warns(ConditionWarning, match="'zone', 'size', 'since' hardly ever occur together"):
        sample = quick.sample(300, conditions=conditions, random_state=0)
    assert len(meeting(sample, conditions)) == 300


def test_pairs_of_given_levels_never_seen_together_are_counted_exactly():
    rng = np.random.default_rng(0)
    drawn, given = rng.integers(0, 6, (3000, 2)), rng.integers(0, 8, (500, 2))
    drawn = drawn[(drawn[:, 0] != 2) | (drawn[:, 1] != 3)]
    weights = rng.random(len(drawn))
    weights /= weights.sum()
    for least, (a, b), is_rare in zip(
        np.full(500, 0.001), given, _is_rare_pair(given, drawn, weights, 0.001), strict=True
    ):
        is_a, is_b = drawn[:, 0] == a, drawn[:, 1] == b
        both, apart = weights[is_a & is_b].sum(), weights[is_a].sum() * weights[is_b].sum()
        assert is_rare == (both < least or both < LEAST_LIFT * apart)


def test_a_table_of_one_column_needs_no_pairs_and_few_free_rows(quick, monkeypatch):
    sizes = []
    outputs = type(quick.sampler_.model).outputs

    def counted(model, n_rows, *arguments):
        sizes.append(n_rows)
        return outputs(model, n_rows, *arguments)

    monkeypatch.setattr(type(quick.sampler_.model), "outputs", counted)
    quick.sample(conditions=pd.DataFrame({"value": [1.234]}), random_state=0)
    assert sum(sizes) <= 9000


def test_a_condition_on_one_column_is_not_warned_about(quick):
    quick.sample(10, conditions={"zone": "far"}, random_state=0)
    quick.sample(10, conditions={"zone": ["far"]}, random_state=0)


def test_constants_are_met_or_refused_and_identifiers_are_refused():
    table = draw_law(300, 1)[["zone", "paid"]].assign(
        same="x", key=[f"k{i:05d}" for i in range(300)], none=np.nan
    )
    with pytest.warns(DataWarning, match="identifiers"):
        model = TabularGAN(max_steps=20, random_state=0, **SMALL).fit(table)
    sample = model.sample(20, conditions={"same": "x", "none": MISSING, "zone": "west"})
    assert (sample["same"] == "x").all() and (sample["zone"] == "west").all()
    assert sample["key"].is_unique
    assert len(model.sample(20, conditions={"same": "x"})) == 20
    assert len(model.sample(conditions=pd.DataFrame({"same": ["x", None]}))) == 2
    with pytest.raises(InvalidParameterError, match="'same' had no value 'y' at fit; it had 'x'"):
        model.sample(5, conditions={"same": "y"})
    with pytest.raises(InvalidParameterError, match="'key' is an identifier"):
        model.sample(5, conditions={"key": "k00001"})


def test_columns_of_an_array_are_known_by_number():
    array = np.random.default_rng(0).normal(size=(300, 3)).round(2)
    model = TabularGAN(max_steps=20, random_state=0, **SMALL).fit(array)
    sample = model.sample(50, conditions={1: Between(0, 1), 2: 0.25}, random_state=0)
    assert isinstance(sample, np.ndarray)
    assert ((sample[:, 1] >= 0) & (sample[:, 1] <= 1)).all() and (sample[:, 2] == 0.25).all()


def test_columns_with_numbers_for_names_are_suggested_as_they_are():
    array = np.random.default_rng(0).normal(size=(100, 2)).round(1)
    model = TabularGAN(max_steps=5, random_state=0, **SMALL).fit(array)
    with pytest.raises(InvalidParameterError, match=r"no column '0'\. Did you mean 0\?"):
        model.sample(5, conditions={"0": 1.0})


@pytest.fixture(scope="module", name="clocked")
def _clocked() -> TabularGAN:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "at": pd.date_range("2020-01-01", periods=400, freq="h", tz="Europe/Berlin"),
            "on": pd.date_range("2020-01-01", periods=400, freq="D", tz="Europe/Berlin"),
            "day": pd.date_range("2020-01-01", periods=400).strftime("%d/%m/%Y"),
            "whole": [f"{each:,}" for each in rng.integers(0, 9000, 400)],
            "same": 7,
            "group": rng.choice(["a", "b"], 400),
        }
    )
    schema = {"on": "datetime", "day": "datetime", "at": "datetime"}
    return TabularGAN(max_steps=20, random_state=0, schema=schema, **SMALL).fit(table)


def test_dates_without_a_zone_are_of_the_zone_of_their_column(clocked):
    for name in ("at", "on"):
        wanted = pd.Timestamp("2020-01-05")
        zoned = wanted.tz_localize("Europe/Berlin")
        for given in (wanted, "2020-01-05", zoned, zoned.tz_convert("UTC")):
            assert (_sample(clocked, 5, {name: given})[name] == zoned).all()
            partial = pd.DataFrame({name: [given]})
            assert _sample(clocked, 1, partial)[name].tolist() == [zoned]
        sample = _sample(clocked, 50, {name: Between("2020-01-05", "2020-01-06")})[name]
        assert sample.between(zoned, zoned + DAY).all()


@pytest.mark.parametrize(
    "conditions, words",
    [
        ({"day": b"x"}, r"'day', .* cannot be read: b'x' .*neither a text nor a date"),
        ({"day": object()}, "neither a text nor a date"),
        ({"day": 5}, "5 is neither a text nor a date"),
        ({"whole": pd.Timestamp("2020-01-01")}, "neither a text nor a number"),
        ({"whole": 1e30}, r"'whole', .* cannot be read: 1e\+30"),
        ({"whole": b"1"}, "b'1' is no number"),
        ({"whole": 1234.5}, "1234.5 would be written as '1,234'"),
        ({"whole": Between(True, 5)}, "True is no number"),
        ({"group": {"a": 10**30}}, "'group' sum to 1,000,000,.* more rows than a sample can"),
        ({"same": {7: 3}}, "'same' sum to 3, and n_samples is 5"),
    ],
    ids=lambda each: str(each)[:30],
)
def test_values_of_another_kind_are_refused(clocked, conditions, words):
    with pytest.raises(InvalidParameterError, match=words):
        clocked.sample(5, conditions=conditions)


def test_a_call_that_is_refused_is_no_sample(quick):
    first, second = (copy.deepcopy(quick) for _ in range(2))
    for bad in ({"zone": "east"}, {"zone": {"far": 3}}, {"zoen": 1}):
        with pytest.raises(InvalidParameterError):
            first.sample(5, conditions=bad)
    pd.testing.assert_frame_equal(first.sample(5), second.sample(5))


def test_texts_that_are_numbers_and_dates_are_asked_for_as_such():
    rng = np.random.default_rng(0)
    days = pd.Series(START + pd.to_timedelta(rng.integers(0, 900, 300), "D"))
    table = pd.DataFrame(
        {
            "paid": [f"{value:,.2f}" for value in rng.lognormal(6, 1, 300)],
            "day": days.dt.strftime("%d/%m/%Y"),
            "level": pd.Categorical(
                rng.choice(["low", "mid", "high"], 300), ["low", "mid", "high"], ordered=True
            ),
        }
    )
    model = TabularGAN(max_steps=20, random_state=0, **SMALL).fit(table)
    conditions = {
        "paid": Between(200, "1,000.00"),
        "day": Between("01/02/2020", pd.Timestamp("2020-06-30")),
        "level": Between("mid", None),
    }
    sample = _sample(model, 100, conditions)
    paid = sample["paid"].str.replace(",", "").astype(float)
    assert paid.between(200, 1000).all()
    assert pd.to_datetime(sample["day"], dayfirst=True).between("2020-02-01", "2020-06-30").all()
    assert sample["level"].isin(["mid", "high"]).all()
    sample = _sample(model, 20, {"paid": 1234.5, "day": "03/02/2021"})
    assert (sample["paid"] == "1,234.50").all() and (sample["day"] == "03/02/2021").all()


BAD = [
    ({"zoen": "far"}, r"no column 'zoen'\. Did you mean 'zone'\?"),
    ({"zone": "West"}, r"no value 'West' at fit; it had 'far'.*Did you mean 'west'\?"),
    ({"zone": ["west", "east"]}, r"no value 'east' at fit"),
    ({"zone": []}, "empty set"),
    ({"zone": [["west"]]}, "no hash"),
    ({"zone": None}, r"tabgan\.MISSING"),
    ({"zone": MISSING}, "no missing cells at fit"),
    ({"zone": Between("far", "west")}, "has no order"),
    ({"zone": {"far": 0.5, "west": 0.4}}, "sum to 0.9; they must sum to 1"),
    ({"zone": {"far": 5, "west": 0.5}}, "either a count .* or a share"),
    ({"zone": {"far": -1, "west": 11}}, "at least 0"),
    ({"zone": {"far": True}}, "either a count"),
    ({"zone": {"far": 3, "west": 3}}, "sum to 6, and n_samples is 10"),
    ({"zone": pd.DataFrame({"a": [1]})}, "is a table"),
    ({"zone": "far", "region": "inner"}, "contradict each other"),
    ({"zone": {"far": 0.5, "north": 0.5}, "region": "inner"}, "contradict each other"),
    ({"zone": {"far": 1.0}, "region": {"outer": 1.0}}, "for one of them only"),
    ({"size": 9999}, "known from about .* to .*, and the condition asks for 9999"),
    ({"size": 200.5}, "holds multiples of 1"),
    ({"size": "large"}, r"'size', .* cannot be read: 'large' \("),
    ({"size": True}, "True is no number"),
    ({"value": [0.5, np.True_]}, "is no number"),
    ({"region": {"outer": 3}}, "'region' sum to 3, and n_samples is 10"),
    (
        {"size": dict.fromkeys(range(150, 250), 0.01), "fee": {k / 4: 0.02 for k in range(1, 51)}},
        "5,000 combinations",
    ),
    ({"size": Between(500, 600)}, "known from about"),
    ({"size": Between(200.2, 200.8)}, "Its values are multiples of 1"),
    ({"size": Between("a", "b")}, "cannot be read"),
    ({"size": Between(200, "b")}, "cannot be read"),
    ({"fee": -1}, "known from about"),
    ({"value": 1.23456}, "multiples of 0.001"),
    ({"since": "2020-01-01 12:00"}, "whole D"),
    ({"since": "soon"}, "cannot be read"),
    ({"since": Between("2031-01-01", None)}, "known from about"),
    ({"paid": "yes"}, "cannot be read"),
    ({}, "names nothing"),
    (pd.DataFrame({"zone": []}), "names nothing"),
    (pd.DataFrame({"zone": ["far", "east"]}), "no value 'east'"),
    (pd.DataFrame({"zone": ["far", "far"], "region": ["outer", "inner"]}), "Row 1 of the cond"),
    (pd.DataFrame([["far", "far"]], columns=["zone", "zone"]), "twice"),
    (pd.DataFrame({"town": ["far"]}), "no column 'town'"),
    ("far", "must be a mapping"),
]


@pytest.mark.parametrize("conditions, words", BAD, ids=[words for _, words in BAD])
def test_what_no_row_can_meet_is_refused_before_any_work(quick, conditions, words, monkeypatch):
    def work(*arguments, **options):
        raise AssertionError("the networks were used")

    monkeypatch.setattr(type(quick.sampler_.model), "outputs", work)
    with pytest.raises(InvalidParameterError, match=words):
        quick.iter_sample(10, conditions=conditions, random_state=0)


@pytest.mark.parametrize(
    "ends, words",
    [((None, None), "one end at least"), ((2, 1), "swap"), ((np.nan, 1), "one end"),
     (([1], 2), "one end")],
)  # fmt: skip
def test_bad_intervals_are_refused(ends, words):
    with pytest.raises(InvalidParameterError, match=words):
        Between(*ends)


def test_a_model_without_conditions_says_so():
    model = TabularGAN(max_steps=5, conditional=False, random_state=0, **SMALL)
    model.fit(draw_law(200, 1))
    with pytest.raises(InvalidParameterError, match="conditional=False"):
        model.sample(5, conditions={"zone": "far"})
    with pytest.raises(InvalidParameterError, match="conditional=False"):
        model.class_posterior(draw_law(5, 1), "zone")


def test_the_missing_marker_is_one_object():
    assert pickle.loads(pickle.dumps(MISSING)) is MISSING is copy.deepcopy(MISSING)
    assert repr(MISSING) == "tabgan.MISSING" and not pd.isna(MISSING)


def test_discriminating_is_the_logistic_function_of_the_log_ratio(quick, tmp_path):
    rows = draw_law(500, 4)
    ratio, probability = quick.log_density_ratio(rows), quick.discriminate(rows)
    assert probability == pytest.approx(1 / (1 + np.exp(-ratio)))
    assert np.abs(ratio).max() <= 8
    # Real rows look more real than rows whose columns were shuffled, each by itself.
    shuffled = rows.copy()
    for i, name in enumerate(("paid", "size", "fee", "since")):
        shuffled[name] = rows[name].sample(frac=1, random_state=i).to_numpy()
    assert ratio.mean() > quick.log_density_ratio(shuffled).mean() + 0.5
    quick.save(tmp_path / "model.tabgan")
    loaded = load(tmp_path / "model.tabgan", device="cpu")
    assert loaded.log_density_ratio(rows) == pytest.approx(ratio, abs=1e-5)


def test_without_a_refiner_nothing_is_discriminated():
    model = TabularGAN(max_steps=5, random_state=0, **SMALL).fit(draw_law(200, 1))
    with pytest.raises(InvalidParameterError, match="no refiner"):
        model.discriminate(draw_law(10, 1))


@pytest.mark.parametrize(
    "target, levels",
    [("zone", sorted(ZONES)), ("region", ["inner", "outer"]), ("paid", [False, True])],
)
def test_posteriors_are_distributions_over_the_levels(quick, target, levels):
    rows = draw_law(50, 5).set_index(np.arange(50) + 100)
    posterior = quick.class_posterior(rows, target)
    assert posterior.columns.tolist() == levels and posterior.index.equals(rows.index)
    assert posterior.sum(axis=1).to_numpy() == pytest.approx(1)
    assert (posterior >= 0).all().all()
    pd.testing.assert_frame_equal(
        posterior, quick.class_posterior(rows.drop(columns=target), target)
    )


def test_a_derived_column_limits_the_posterior_of_its_root(quick):
    posterior = quick.class_posterior(pd.DataFrame({"region": ["outer", None]}), "zone")
    assert posterior.loc[0, ["north", "south"]].sum() == 0 < posterior.loc[1, "north"]


def test_a_posterior_given_what_the_target_follows_from_is_certain(quick):
    rows = pd.DataFrame({"zone": ["far", "north", None], "paid": [True, False, True]})
    posterior = quick.class_posterior(rows, "region")
    assert posterior.head(2).to_numpy().tolist() == [[0.0, 1.0], [1.0, 0.0]]
    assert 0 < posterior.loc[2, "inner"] < 1


@pytest.mark.parametrize(
    "rows, target, words",
    [
        (draw_law(3, 1), ["zone"], "name of one column"),
        (draw_law(3, 1)[["zone"]], "zone", "columns beside the target 'zone'"),
        (draw_law(3, 1).head(0), "zone", "must have rows"),
    ],
    ids=["list", "target alone", "no rows"],
)
def test_posteriors_of_nothing_are_refused(quick, rows, target, words):
    with pytest.raises(InvalidParameterError, match=words):
        quick.class_posterior(rows, target)


def test_numbers_beyond_the_known_ones_count_as_the_nearest_in_a_posterior(quick):
    rows = pd.DataFrame({"size": [10_000, 200], "value": [1.23456, -99.0]})
    assert quick.class_posterior(rows, "zone").sum(axis=1).to_numpy() == pytest.approx(1)


@pytest.mark.parametrize("target, words", [("value", "nothing to classify"), ("zoen", "zone")])
def test_targets_without_levels_are_refused(quick, target, words):
    with pytest.raises(TabganError, match=words):
        quick.class_posterior(draw_law(5, 1), target)


@pytest.mark.slow
def test_the_examples_of_the_page_run():
    page = Path(__file__).resolve().parents[2] / "docs" / "conditions.md"
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    code = "\n".join(blocks).replace("max_steps=500", "max_steps=60")
    names: dict[str, Any] = {}
    exec(code, names)
    shares = names["balanced"]["country"].value_counts().to_dict()
    assert shares == {"Norway": 100, "France": 50, "Portugal": 50}


# Fidelity.


@pytest.fixture(scope="module", name="tied")
def _tied() -> TabularGAN:
    """A model of two columns that are nearly equal."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=2900).round(3)
    table = pd.DataFrame({"x": x, "y": (x + 0.05 * rng.normal(size=2900)).round(3)})
    table["g"] = rng.choice(list("abcd"), 2900, p=[0.5, 0.3, 0.15, 0.05])
    return TabularGAN(max_steps=300, random_state=0).fit(table)


@pytest.mark.slow
def test_what_is_tied_to_a_given_number_is_so_wherever_the_row_stands(tied):
    free = tied.sample(3000, random_state=0)
    spread = (free["y"] - free["x"]).std()
    rare = pd.DataFrame({"x": [2.5] * 1000})
    errors = (_sample(tied, 1, rare)["y"] - 2.5).abs()
    assert errors.mean() < 0.2
    assert errors.tail(600).mean() < 1.5 * errors.head(100).mean()
    assert (_sample(tied, 1000, {"x": 2.5})["y"] - 2.5).abs().mean() < 0.2
    assert _sample(tied, 500, {"x": 0.0})["y"].std() < 1.3 * spread
    usual = pd.DataFrame({"x": np.random.default_rng(5).normal(size=1000).round(3).clip(-2.5, 2.5)})
    assert (_sample(tied, 1, usual)["y"] - usual["x"]).std() < 1.3 * spread


@pytest.mark.slow
def test_many_counted_numbers_are_as_good_as_few(tied):
    wanted = {float(x): 4 for x in np.linspace(-2.2, 2.2, 257).round(3)}
    sample = _sample(tied, 4 * 257, {"x": wanted})
    assert sample["x"].value_counts().to_dict() == wanted
    assert (sample["y"] - sample["x"]).abs().mean() < 0.15


#: Total variation beyond chance that is allowed: what a fit of 6,000 rows misses, and what it
#: misses of a level that 52 of them have, unless these rows themselves are further from the law.
TOLERANCE, RARE_TOLERANCE = 0.08, 0.15


@pytest.fixture(scope="module", name="learnt")
def _learnt() -> TabularGAN:
    layers = {"generator_layers": (128, 128), "discriminator_layers": (128, 128)}
    return TabularGAN(max_steps=2400, random_state=0, **layers).fit(draw_law(6000, 1))


def _conditions_of_every_column() -> list[dict[str, Any]]:
    large = draw_law(100_000, 2)
    conditions: list[dict[str, Any]] = [{"zone": zone} for zone in ZONES]
    for name in ("region", "paid", "grade", "tag"):
        conditions += [{name: level} for level in large[name].unique().tolist()]
    for name in ("size", "value", "fee"):
        edges = large[name].quantile([0.35, 0.6, 0.8, 0.95]).round(2).tolist()
        conditions += [{name: Between(a, b)} for a, b in pairwise(edges)]
    days = [START + each * DAY for each in (0, 150, 350, 600)]
    conditions += [{"since": Between(a, b)} for a, b in pairwise(days)]
    conditions += [{"value": MISSING}, {"fee": 0.0}]
    conditions += [{"zone": "south", "paid": True}, {"region": "outer", "size": Between(200, 240)}]
    return [*conditions, {"zone": ["west", "far"], "since": Between(START + 400 * DAY, None)}]


@pytest.fixture(scope="module", name="law_rows")
def _law_rows() -> pd.DataFrame:
    return draw_law(400_000, 2)


@pytest.mark.slow
@pytest.mark.parametrize("conditions", _conditions_of_every_column(), ids=str)
def test_other_columns_follow_their_conditional_law(learnt, law_rows, conditions):
    sample = learnt.sample(1000, conditions=conditions, random_state=1)
    law = meeting(law_rows, conditions)
    learned = meeting(draw_law(6000, 1), conditions)
    for name in sample.columns.difference(list(conditions)):
        distance, chance = total_variation(sample[name], law[name])
        tolerance = TOLERANCE
        if conditions == {"tag": "rare"}:
            tolerance = max(RARE_TOLERANCE, total_variation(learned[name], law[name])[0])
        assert distance < chance + tolerance, name
