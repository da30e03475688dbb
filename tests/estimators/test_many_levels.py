"""Generators of tables with columns of very many levels."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tabgan import MISSING, TabularGAN, load
from tabgan.estimators import IndependentColumns
from tabgan.exceptions import InvalidParameterError

RNG = np.random.default_rng(0)
N_ROWS, N_LEVELS = 960, 300


def _table() -> pd.DataFrame:
    """Codes whose first digit is the chapter, and a number that depends on it."""
    number = np.concatenate([np.arange(N_LEVELS), RNG.integers(0, N_LEVELS, N_ROWS - N_LEVELS)])
    number[N_LEVELS : N_LEVELS + 200] //= 10
    code = pd.Series(3 * number).map("{:03d}".format)
    table = pd.DataFrame({"code": code, "chapter": code.str[0]})
    table["x"] = table["chapter"].astype(int) + RNG.normal(size=N_ROWS)
    table.loc[number == 7, ["code", "chapter"]] = None
    return table


TABLE = _table()


@pytest.fixture(scope="module", name="model")
def _model() -> TabularGAN:
    sizes = {"noise_dim": 16, "generator_layers": (64,), "discriminator_layers": (64,)}
    return TabularGAN(max_steps=50, random_state=0, **sizes).fit(TABLE)


@pytest.fixture(scope="module", name="pair")
def _pair(model: TabularGAN) -> tuple[str, str]:
    """Two codes of one block, of unequal shares and one chapter."""
    coder = model.transformer_._coder.coders[0]
    blocks = coder.blocks
    assert blocks is not None
    levels = coder.coder.inner.level_values
    for first, second in pairwise(np.argsort(blocks.block_of, kind="stable")):
        is_same = blocks.block_of[first] == blocks.block_of[second]
        if is_same and blocks.shares[first] != blocks.shares[second]:
            pair = levels[first], levels[second]
            if pair[0][0] == pair[1][0]:
                return pair
    raise AssertionError


def _conditions(pair: tuple[str, str]) -> list[dict[str, Any]]:
    frequent = TABLE["code"].value_counts().index[0]
    return [
        {"code": pair[0]},
        {"code": list(pair)},
        {"code": [pair[0], frequent, MISSING]},
        {"chapter": "4"},
        {"chapter": ["3", "4"], "code": [*pair, frequent, "321"]},
        {"code": pair[0], "chapter": pair[0][0]},
    ]


@pytest.mark.parametrize("number", range(6))
def test_every_row_meets_a_condition_on_single_levels(
    model: TabularGAN, pair: tuple[str, str], number: int
) -> None:
    conditions = _conditions(pair)[number]
    sample = model.sample(120, conditions=conditions, random_state=0)
    for name, wanted in conditions.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        is_met = sample[name].isin([each for each in values if each is not MISSING])
        is_met |= sample[name].isna() if MISSING in values else False
        assert is_met.all()
    _assert_chapters(sample)
    chunks = model.iter_sample(120, 50, conditions=conditions, random_state=0)
    pd.testing.assert_frame_equal(pd.concat(chunks), sample)


def _assert_chapters(sample: pd.DataFrame) -> None:
    assert (sample["chapter"].fillna("?") == sample["code"].str[0].fillna("?")).all()


def test_free_rows_keep_what_follows_from_the_level(model: TabularGAN) -> None:
    sample = model.sample(1000, random_state=0)
    _assert_chapters(sample)
    assert sample["code"].nunique() > 200


def test_counts_of_levels_of_one_block_are_exact(model: TabularGAN, pair: tuple[str, str]) -> None:
    counts = {pair[0]: 30, pair[1]: 10, "321": 5}
    sample = model.sample(45, conditions={"code": counts}, random_state=0)
    assert sample["code"].value_counts().to_dict() == counts
    _assert_chapters(sample)
    shares = {pair[0][0]: 0.25, "9" if pair[0][0] != "9" else "8": 0.75}
    with pytest.raises(InvalidParameterError, match="had no value"):
        model.sample(40, conditions={"chapter": shares})
    shares = {"0": 0.25, "4": 0.75}
    sample = model.sample(40, conditions={"chapter": shares}, random_state=0)
    assert sample["chapter"].value_counts().to_dict() == {"4": 30, "0": 10}


def test_levels_of_a_set_are_drawn_as_often_as_the_table_has_them(
    model: TabularGAN, pair: tuple[str, str]
) -> None:
    sample = model.sample(1000, conditions={"code": list(pair)}, random_state=0, refine=False)
    rows = TABLE["code"].value_counts()[list(pair)]
    share = rows.iloc[0] / rows.sum()
    error = (sample["code"] == pair[0]).mean() - share
    assert abs(error) < 4 * np.sqrt(share * (1 - share) / 1000)


def test_a_table_of_conditions_comes_back_as_it_is(
    model: TabularGAN, pair: tuple[str, str]
) -> None:
    partial = pd.DataFrame(
        {
            "code": [*pair, None, MISSING, None, pair[1]],
            "chapter": [None, None, "4", None, None, pair[1][0]],
            "x": [1.0, None, None, None, 2.0, None],
        },
        dtype=object,
    )
    sample = model.sample(3, conditions=partial, random_state=0)
    assert sample["code"].iloc[[0, 1, 2]].tolist() == [pair[0]] * 3
    assert sample["code"].iloc[[3, 15, 16, 17]].tolist() == [pair[1]] * 4
    assert (sample["chapter"].iloc[6:9] == "4").all()
    assert sample["code"].iloc[9:12].isna().all()
    _assert_chapters(sample)
    wrong = partial.iloc[[5]].assign(chapter="4" if pair[1][0] != "4" else "3")
    with pytest.raises(InvalidParameterError, match="contradicts itself in columns 'code', 'chap"):
        model.sample(conditions=wrong)


def test_a_posterior_of_many_classes_shares_blocks_by_their_levels(
    model: TabularGAN, pair: tuple[str, str]
) -> None:
    posterior = model.class_posterior(TABLE[["x"]].head(5), "code")
    np.testing.assert_allclose(posterior.sum(axis=1), 1)
    rows = TABLE["code"].value_counts()
    ratio = posterior[pair[0]] / posterior[pair[1]]
    np.testing.assert_allclose(ratio, rows[pair[0]] / rows[pair[1]])
    given = model.class_posterior(pd.DataFrame({"chapter": ["4", "3"]}), "code")
    np.testing.assert_allclose(given.sum(axis=1), 1)
    for chapter, chances in zip("43", given.to_numpy(), strict=True):
        np.testing.assert_array_equal(chances > 0, given.columns.str[0] == chapter)


def test_a_posterior_given_the_level_is_certain(model: TabularGAN, pair: tuple[str, str]) -> None:
    codes = pd.DataFrame({"code": [*pair, "321", None]})
    posterior = model.class_posterior(codes, "chapter")
    wanted = codes["code"][:3].str[0].to_numpy()
    np.testing.assert_array_equal(
        posterior.to_numpy()[:3], posterior.columns.to_numpy() == wanted[:, None]
    )
    assert posterior.iloc[3].between(0, 1, inclusive="neither").all()


def test_a_saved_model_draws_the_same_levels(
    model: TabularGAN, pair: tuple[str, str], tmp_path: Path
) -> None:
    model.save(tmp_path / "m.tabgan")
    again = load(tmp_path / "m.tabgan")
    for conditions in (None, {"code": list(pair)}):
        pd.testing.assert_frame_equal(
            again.sample(100, conditions=conditions, random_state=3),
            model.sample(100, conditions=conditions, random_state=3),
        )


def test_baselines_have_the_frequencies_of_all_levels() -> None:
    sample = IndependentColumns(random_state=0).fit(TABLE).sample(100_000)
    wanted = TABLE["code"].value_counts() / TABLE["code"].notna().sum()
    found = sample["code"].value_counts().reindex(wanted.index, fill_value=0)
    wanted *= found.sum()
    p_value = stats.chi2.sf(((found - wanted) ** 2 / wanted).sum(), len(wanted) - 1)
    assert p_value > 1e-4
    _assert_chapters(sample)
