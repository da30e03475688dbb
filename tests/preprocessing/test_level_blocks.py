"""Columns of very many levels: blocks in the codes, levels of their own in the table."""

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from scipy import stats

from tabgan.exceptions import ArchiveError, InvalidParameterError, UnseenLevelError
from tabgan.preprocessing import Codes, TableTransformer
from tabgan.preprocessing.level_blocks import (
    KEPT_LEVELS,
    MOST_BLOCKS,
    MOST_LEVELS,
    LevelBlocks,
    LevelLimits,
    draw_levels,
)
from tests.preprocessing.laws import assert_codes_fit, assert_same_cells, fit

N_ROWS, N_LEVELS = 4000, 800
RNG = np.random.default_rng(0)


def _table() -> pd.DataFrame:
    """A column of 800 levels, some missing, two columns that follow from it, and a number."""
    number = np.concatenate([np.arange(N_LEVELS), RNG.zipf(1.4, N_ROWS) % N_LEVELS])[:N_ROWS]
    code = pd.Series(number).map("{:04d}".format).astype(object)
    chapter = code.str[:2]
    code[number == 77] = None
    chapter[number == 77] = "none"
    return pd.DataFrame(
        {"code": code, "chapter": chapter, "even": number % 2 == 0, "x": RNG.normal(size=N_ROWS)}
    )


TABLE = _table()


@pytest.fixture(scope="module", name="fitted")
def _fitted() -> TableTransformer:
    schema = {"chapter": "categorical", "even": "boolean"}
    return TableTransformer(schema=schema, random_state=0).fit(TABLE)


counts = st.lists(st.integers(1, 10**6), min_size=MOST_LEVELS + 1, max_size=700).map(np.array)


@given(counts=counts, has_missing=st.booleans())
def test_frequent_levels_stay_alone_and_the_others_share_blocks(
    counts: np.ndarray, has_missing: bool
) -> None:
    n_values = len(counts) - has_missing
    blocks = LevelBlocks.fit(counts, n_values)
    if blocks is None:
        assert n_values == MOST_LEVELS
        return
    sizes = np.bincount(blocks.block_of)
    assert sizes.min() > 0
    assert blocks.n_blocks == len(sizes) <= KEPT_LEVELS + MOST_BLOCKS + has_missing
    np.testing.assert_allclose(blocks.total(blocks.shares), 1.0)
    np.testing.assert_allclose(blocks.shares * blocks.total(counts)[blocks.block_of], counts)
    is_shared = sizes[blocks.block_of] > 1
    alone = np.sort(counts[:n_values])[::-1][KEPT_LEVELS - 1]
    assert counts[is_shared].max(initial=0) <= alone
    # A block is a run of the levels that are not kept, and no larger than balance makes it.
    kept = np.argsort(-counts[:n_values], kind="stable")[:KEPT_LEVELS]
    rare = np.setdiff1d(np.arange(n_values), kept)
    assert np.count_nonzero(np.diff(blocks.block_of[rare])) == len(set(blocks.block_of[rare])) - 1
    rows = blocks.total(counts)[blocks.block_of[rare]]
    assert rows.max() <= counts[rare].sum() / MOST_BLOCKS + 2 * counts[rare].max()
    if has_missing:
        assert blocks.block_of[-1] == blocks.n_blocks - 1
        assert not is_shared[-1]


def test_few_levels_have_no_blocks() -> None:
    assert LevelBlocks.fit(np.ones(MOST_LEVELS + 1), MOST_LEVELS) is None
    table = pd.DataFrame({"c": np.arange(MOST_LEVELS).astype(str).repeat(3)})
    transformer = fit(table, schema={"c": "categorical"})
    assert transformer.layout_.level_parts[0].n_levels == MOST_LEVELS
    pd.testing.assert_frame_equal(transformer.decode(transformer.encode(table)), table)


def test_levels_of_a_block_are_drawn_by_their_shares() -> None:
    counts = RNG.integers(1, 50, 400)
    blocks = LevelBlocks.fit(counts, 400)
    assert blocks is not None
    levels = blocks.draw(blocks.block_of[np.arange(400).repeat(500)], RNG.random(200_000))
    np.testing.assert_array_equal(blocks.block_of[levels], blocks.block_of.repeat(500))
    found = np.bincount(levels, minlength=400)
    wanted = blocks.shares * np.bincount(blocks.block_of)[blocks.block_of] * 500
    p_value = stats.chi2.sf(np.sum((found - wanted) ** 2 / wanted), 400 - blocks.n_blocks)
    assert 1e-4 < p_value < 1 - 1e-4


def test_the_ends_of_the_unit_interval_draw_the_first_and_the_last_level() -> None:
    blocks = LevelBlocks(np.array([1, 0, 1, 0], np.int32), np.array([0.1, 0.3, 0.9, 0.7]))
    ends = np.array([0.0, np.nextafter(1, 0)])
    assert blocks.draw(np.array([0, 0]), ends).tolist() == [1, 3]
    assert blocks.draw(np.array([1, 1]), ends).tolist() == [0, 2]


def test_rows_are_drawn_from_the_levels_to_which_they_are_limited() -> None:
    blocks = LevelBlocks.fit(RNG.integers(1, 50, 400), 400)
    assert blocks is not None
    n_rows = 100_000
    shared = np.flatnonzero(np.bincount(blocks.block_of) > 2)[0]
    members = np.flatnonzero(blocks.block_of == shared)
    which = np.arange(n_rows) % 3 - 1
    limits = LevelLimits((members[:1], members[[2, 0]]), which)
    drawn = draw_levels(blocks, np.full(n_rows, shared), RNG.random(n_rows), limits)
    assert set(drawn[which == -1]) == set(members)
    assert set(drawn[which == 0]) == {members[0]}
    assert set(drawn[which == 1]) == {members[0], members[2]}
    share = blocks.shares[members[2]] / blocks.shares[members[[0, 2]]].sum()
    n_own = int((which == 1).sum())
    error = np.mean(drawn[which == 1] == members[2]) - share
    assert abs(error) < 4 * np.sqrt(share * (1 - share) / n_own)


def test_a_table_comes_back_with_levels_of_the_same_blocks(fitted: TableTransformer) -> None:
    codes = fitted.encode(TABLE)
    assert fitted.layout_.columns == ("code", "x")
    assert fitted.layout_.level_parts[0].n_levels == KEPT_LEVELS + MOST_BLOCKS + 1
    assert_codes_fit(codes, fitted)
    decoded = fitted.decode(codes)
    again = fitted.encode(decoded)
    np.testing.assert_array_equal(again.levels, codes.levels)
    frequent = TABLE["code"].value_counts().index[:KEPT_LEVELS]
    is_kept = (TABLE["code"].isin(frequent) | TABLE["code"].isna()).to_numpy()
    assert_same_cells(decoded["code"][is_kept], TABLE["code"][is_kept])
    assert 0 < (decoded["code"] != TABLE["code"])[~is_kept].mean() < 1


def test_columns_that_follow_are_looked_up_from_the_level_that_was_drawn(
    fitted: TableTransformer,
) -> None:
    assert fitted.schema_["chapter"].derived_from == "code"
    assert fitted.schema_["even"].derived_from == "code"
    decoded = fitted.decode(fitted.encode(TABLE))
    assert (decoded["chapter"] == decoded["code"].str[:2].fillna("none")).all()
    known = decoded["code"].notna()
    assert (decoded["even"] == (decoded["code"].fillna("1").astype(int) % 2 == 0))[known].all()


def test_levels_follow_from_key_and_row_number(fitted: TableTransformer) -> None:
    codes = fitted.encode(TABLE)
    whole = fitted.decode(codes)
    pd.testing.assert_frame_equal(fitted.decode(codes), whole)
    pieces = [
        fitted.decode(codes.take(slice(i, i + 999)), first_row=i) for i in range(0, 4000, 999)
    ]
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), whole)
    other = fitted.decode(codes, generator=np.random.default_rng(1))
    assert not other["code"].equals(whole["code"])
    np.testing.assert_array_equal(fitted.encode(other).levels, codes.levels)


def test_two_columns_are_drawn_independently() -> None:
    cells = np.arange(2000).astype(str)
    table = pd.DataFrame({"a": cells, "b": cells[::-1]})
    transformer = TableTransformer(schema=dict.fromkeys("ab", "categorical")).fit(table)
    layout = transformer.layout_
    most = [int(part.frequencies.argmax()) for part in layout.level_parts]
    codes = Codes(np.tile(np.array(most, np.int32), (2000, 1)), np.zeros((2000, 0), np.float32))
    decoded = transformer.decode(codes)
    ranks = [decoded[name].rank(method="dense") for name in "ab"]
    assert ranks[0].nunique() > 10
    assert abs(np.corrcoef(ranks)[0, 1]) < 4 / np.sqrt(2000)


def test_ordered_levels_keep_their_order_in_the_scores() -> None:
    dtype = pd.CategoricalDtype([f"{i:03d}" for i in range(500)], ordered=True)
    cells = np.concatenate([np.arange(500), RNG.integers(0, 500, 1500)])
    table = pd.DataFrame({"o": pd.Categorical.from_codes(cells, dtype=dtype)})
    table.loc[::9, "o"] = np.nan
    part = fit(table).layout_.level_parts[0]
    assert part.n_levels == KEPT_LEVELS + MOST_BLOCKS + 1
    assert part.scores is not None
    np.testing.assert_array_equal(part.scores[-1], 0)
    assert np.all(np.diff(part.scores[:-1, 0]) > 0)
    assert np.all(np.diff(part.scores[:-1, 1]) >= 0)
    np.testing.assert_allclose(part.frequencies @ part.scores, 0, atol=0.01)


def test_levels_of_the_codes_do_not_grow_with_those_of_the_column() -> None:
    for n_levels in (1000, 10_000):
        table = pd.DataFrame({"c": np.arange(n_levels).astype(str)})
        transformer = fit(table, schema={"c": "categorical"})
        assert transformer.layout_.n_levels == KEPT_LEVELS + MOST_BLOCKS


def test_a_new_level_is_an_error_that_names_it(fitted: TableTransformer) -> None:
    with pytest.raises(UnseenLevelError, match=r"'code' holds 1 cell.*'9999' in row 3"):
        fitted.encode(TABLE.assign(code=TABLE["code"].mask(TABLE.index == 3, "9999")))
    with pytest.raises(InvalidParameterError, match="'code' had no value '9999' at fit"):
        fitted.encode_conditions({"code": "9999"})


def test_a_saved_transformer_draws_the_same_levels(fitted: TableTransformer) -> None:
    state, arrays = fitted.to_state()
    again = TableTransformer.from_state(state, arrays)
    codes = fitted.encode(TABLE)
    pd.testing.assert_frame_equal(again.decode(codes), fitted.decode(codes))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("block_of", lambda array: array[:-1]),
        ("block_of", lambda array: array - 1),
        ("block_of", lambda array: array + 2**30),
        ("block_of", lambda array: array.astype(float)),
        ("block_of", lambda array: np.zeros_like(array)),
        ("shares_in_block", lambda array: array * 2),
        ("shares_in_block", lambda array: array * np.nan),
        ("shares_in_block", lambda array: array[:, None]),
    ],
)
def test_blocks_that_do_not_fit_are_refused(
    fitted: TableTransformer, name: str, change: Any
) -> None:
    state, arrays = fitted.to_state()
    damaged = {**arrays, f"coders.0.{name}": change(arrays[f"coders.0.{name}"])}
    with pytest.raises(ArchiveError, match="describes no table transformer"):
        TableTransformer.from_state(state, damaged)
