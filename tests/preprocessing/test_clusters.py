"""Columns that fall apart into clusters: where they are cut, and how the clusters are coded."""

import json
from collections.abc import Callable

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from tabgan import Between
from tabgan.exceptions import ArchiveError
from tabgan.preprocessing import TableTransformer
from tabgan.preprocessing.clusters import MAX_CLUSTERS, find_cuts
from tabgan.preprocessing.numeric import NumericCoder
from tests.preprocessing.laws import assert_codes_fit, assert_near_cells, fit

CENTRES = np.array([-3.0, 0.0, 1.0, 7.0])
DEVIATION = 0.1

ORDINARY: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "exponential": lambda rng, n: rng.exponential(size=n),
    "log-normal": lambda rng, n: rng.lognormal(0, 1.5, n),
    "uniform": lambda rng, n: rng.random(n),
    "t, 2 degrees": lambda rng, n: rng.standard_t(2, n),
    "Cauchy": lambda rng, n: rng.standard_cauchy(n),
    "beta, two poles": lambda rng, n: rng.beta(0.5, 0.5, n),
    "two normals, 3 apart": lambda rng, n: rng.normal(size=n) + 3 * rng.integers(0, 2, n),
    "narrow in wide": lambda rng, n: rng.normal(size=n) * np.where(rng.random(n) < 0.5, 0.01, 1),
    "two decimals": lambda rng, n: rng.normal(size=n).round(2),
    "integers": lambda rng, n: rng.integers(0, 200, n).astype(float),
    "integers, frequent in the middle": lambda rng, n: rng.normal(0, 20, n).round(),
    "heaps": lambda rng, n: np.where(
        rng.random(n) < 0.5, rng.lognormal(10, 1, n).round(-2), rng.lognormal(10, 1, n).round()
    ),
    "narrow dip at zero": lambda rng, n: rng.lognormal(size=n) * rng.choice([-1, 1], n),
}


def _cuts(values: np.ndarray) -> np.ndarray:
    distinct, counts = np.unique(values, return_counts=True)
    return find_cuts(distinct, counts, len(values))


def _mixture(n_rows: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.choice(CENTRES, n_rows) + DEVIATION * rng.normal(size=n_rows)


@pytest.mark.parametrize("shape", ORDINARY)
@given(st.integers(0, 2**32 - 1), st.sampled_from([150, 400, 3000]))
@settings(max_examples=15)
def test_ordinary_columns_are_one_cluster(shape: str, seed: int, n_rows: int) -> None:
    coder, _ = NumericCoder.fit(ORDINARY[shape](np.random.default_rng(seed), n_rows))
    assert coder.n_clusters <= 1


@given(st.integers(0, 2**32 - 1), st.integers(2, 8), st.floats(6, 1000))
@settings(max_examples=25)
def test_distant_clusters_are_parted_in_the_middle(seed: int, n_clusters: int, gap: float) -> None:
    rng = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(n_clusters), 250)
    cuts = _cuts(gap * clusters + rng.normal(size=len(clusters)))
    np.testing.assert_allclose(cuts, gap * (np.arange(n_clusters - 1) + 0.5), atol=gap / 6 + 0.5)


def test_columns_of_a_turned_grid_part_although_values_stray() -> None:
    rng = np.random.default_rng(0)
    ticks = np.arange(-4, 5, 2)
    centres = np.sort((ticks[:, None] * np.cos(np.pi / 6) + ticks * 0.5).ravel())
    cuts = _cuts(rng.choice(centres, 10_000) + 0.05 * rng.normal(size=10_000))
    np.testing.assert_allclose(cuts, (centres[1:] + centres[:-1]) / 2, atol=0.04)


@pytest.mark.parametrize("scale", [1e-30, 0.37, 1e30])
def test_units_do_not_matter(scale: float) -> None:
    values = _mixture(2000)
    cuts, scaled = _cuts(values), _cuts(scale * values)
    np.testing.assert_array_equal(
        np.searchsorted(np.sort(values), cuts), np.searchsorted(np.sort(scale * values), scaled)
    )
    assert len(_cuts(-values)) == len(cuts) == 3


def test_small_groups_are_no_clusters() -> None:
    rng = np.random.default_rng(0)
    few = np.concatenate([rng.normal(size=20_000), 100 + rng.normal(size=90)])
    assert len(_cuts(few)) == 0
    enough = np.concatenate([rng.normal(size=20_000), 100 + rng.normal(size=110)])
    assert len(_cuts(enough)) == 1


def test_there_are_at_most_64_clusters() -> None:
    rng = np.random.default_rng(0)
    values = np.repeat(np.arange(100.0), 150) + 0.01 * rng.normal(size=15_000)
    assert len(_cuts(values)) == MAX_CLUSTERS - 1


def test_a_cut_is_neither_a_value_nor_the_mean_of_two_neighbours() -> None:
    for seed in range(20):
        values = np.sort(_mixture(1000, seed))
        for cut in _cuts(values):
            assert not np.isclose(values, cut, rtol=1e-12, atol=0).any()
            assert not np.isclose((values[1:] + values[:-1]) / 2, cut, rtol=1e-9, atol=0).any()


def test_extreme_numbers_do_no_harm() -> None:
    rng = np.random.default_rng(0)
    top = 2**63 - 1 - rng.integers(0, 10**6, 500)
    for values in (rng.normal(size=500) * 1e307, np.arange(500) * 5e-324, top):
        assert len(_cuts(values)) == 0


def test_each_cluster_has_a_level_and_normal_scores_of_its_own() -> None:
    values = np.concatenate([_mixture(4000), np.full(300, 0.5)])
    coder, counts = NumericCoder.fit(values)
    assert (coder.level_values.tolist(), coder.n_clusters) == ([0.5], 4)
    levels, scores = coder.encode(values, np.random.default_rng(0))
    np.testing.assert_array_equal(np.bincount(levels), counts)
    for cluster, centre in enumerate(CENTRES):
        rows = levels == 1 + cluster
        np.testing.assert_allclose(values[rows], centre, atol=0.5)
        assert np.abs(scores[rows].mean()) < 0.01
        assert np.abs(scores[rows].std() - 1) < 0.02
        np.testing.assert_allclose(
            coder.decode_normals(scores[rows], np.full(rows.sum(), cluster)),
            values[rows],
            atol=DEVIATION / 2,
        )


KINDS = {
    "float": _mixture(2000),
    "integer": (1000 * _mixture(2000)).round().astype(np.int64),
    "text": np.array([f"${1e4 * (4 + value):,.2f}" for value in _mixture(2000)], dtype=object),
    "date": pd.Timestamp("2020-01-01") + pd.to_timedelta(3 * _mixture(2000), "h").round("s"),
}


def _table() -> pd.DataFrame:
    table = pd.DataFrame(KINDS)
    table.loc[::10] = None
    return table.assign(spiky=np.where(np.arange(2000) % 9 == 0, 5.0, KINDS["float"]))


def test_columns_of_every_kind_come_back() -> None:
    table = _table()
    transformer = fit(table)
    layout = transformer.layout_
    assert [part.n_clusters for part in layout.normal_parts] == [4] * 5
    codes = transformer.encode(table, generator=np.random.default_rng(0))
    assert_codes_fit(codes, transformer)
    back = transformer.decode(codes)
    for name in table:
        assert_near_cells(back[name], table, transformer)
    np.testing.assert_array_equal(
        np.searchsorted([-1.5, 0.5, 3], back["float"].dropna()),
        np.searchsorted([-1.5, 0.5, 3], table["float"].dropna()),
    )
    dense = transformer.transform(table)
    assert dense.shape[1] == len(transformer.get_feature_names_out()) == 5 + 4 * 5 + 5
    pd.testing.assert_frame_equal(
        transformer.inverse_transform(dense), transformer.decode(transformer.encode(table))
    )


def test_clusters_are_ordered_among_the_other_levels_by_value() -> None:
    layout = fit(_table()[["spiky"]]).layout_
    (part,), (normal,) = layout.level_parts, layout.normal_parts
    # Levels: the spike 5, then the clusters around -3, 0, 1 and 7.
    assert part.n_levels == 5
    assert np.argsort(part.scores[:, 0]).tolist() == np.argsort(part.scores[:, 1]).tolist()
    assert np.argsort(part.scores[:, 0]).tolist() == [1, 2, 3, 0, 4]
    assert normal.gate == (0, 1)
    assert np.all(np.diff(normal.values[:, 128]) > 0)
    shares = part.frequencies[1:] / part.frequencies[1:].sum()
    assert np.sum(shares * normal.values[:, 128]) == pytest.approx(0, abs=0.01)


def test_an_interval_is_a_range_of_scores_in_each_cluster_it_meets() -> None:
    transformer = TableTransformer().fit(pd.DataFrame({"x": _mixture(4000)}))
    allowed = _allowed(transformer, Between(0.0, 7.0))
    assert allowed.levels.tolist() == [1, 2, 3]
    assert allowed.low[0] == pytest.approx(0, abs=0.1)
    assert allowed.high[0] == np.inf
    assert (allowed.low[1], allowed.high[1]) == (-np.inf, np.inf)
    assert allowed.low[2] == -np.inf
    assert allowed.high[2] == pytest.approx(0, abs=0.1)
    assert np.isnan(allowed.scores).all()
    between_clusters = _allowed(transformer, Between(3.0, 3.5))
    assert between_clusters.levels.tolist() in ([2], [3])


def test_a_number_is_a_score_in_its_own_cluster() -> None:
    transformer = TableTransformer().fit(pd.DataFrame({"x": _mixture(4000)}))
    allowed = _allowed(transformer, {-3.0: 0.5, 1.1: 0.5})
    assert allowed.levels.tolist() == [0, 2]
    assert allowed.scores[0] == pytest.approx(0, abs=0.1)
    assert allowed.scores[1] == pytest.approx(1, abs=0.15)


def _allowed(transformer: TableTransformer, wanted: object):
    (found,) = transformer.encode_conditions({"x": wanted}).sets
    return found.sets[0]


def test_the_state_of_clusters_comes_back_and_damage_is_refused() -> None:
    table = _table()
    transformer = fit(table)
    state, arrays = transformer.to_state()
    state = json.loads(json.dumps(state, allow_nan=False))
    again = TableTransformer.from_state(state, arrays)
    codes = transformer.encode(table)
    np.testing.assert_array_equal(again.encode(table).levels, codes.levels)
    np.testing.assert_array_equal(again.encode(table).normals, codes.normals)
    pd.testing.assert_frame_equal(again.decode(codes), transformer.decode(codes))
    for name in arrays:
        if name.endswith(("cuts", "scores", "values")) and not name.endswith("level_values"):
            with pytest.raises(ArchiveError):
                TableTransformer.from_state(state, {**arrays, name: arrays[name][:-1]})
        if name.endswith(("cuts", "layout.values")):
            longer = np.concatenate([arrays[name], arrays[name][-1:]])
            with pytest.raises(ArchiveError):
                TableTransformer.from_state(state, {**arrays, name: longer})
    for counts in ([1] * 5, [4] * 4, [4, 4, 4, 4, 5], [8, 0, 4, 4, 4]):
        damaged_state = {**state, "layout": {**state["layout"], "normal_clusters": counts}}
        with pytest.raises(ArchiveError):
            TableTransformer.from_state(damaged_state, arrays)


def test_no_value_of_a_single_row_is_kept() -> None:
    values = _mixture(2000)
    _, arrays = TableTransformer().fit(pd.DataFrame({"x": values})).to_state()
    numbers = np.concatenate([array.astype(np.float64).ravel() for array in arrays.values()])
    assert not np.isin(values, numbers).any()


def test_ranks_over_the_whole_column_can_be_asked_for() -> None:
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(0, 1, 500), rng.normal(100, 1, 500)])
    parted, _ = NumericCoder.fit(values)
    whole, counts = NumericCoder.fit(values, coding="ranks")
    assert (parted.n_clusters, whole.n_clusters, counts.tolist()) == (2, 1, [1000])
    assert whole.clusters.n_clusters == 1
