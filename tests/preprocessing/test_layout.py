"""The layout owns the offsets, and goes to arrays and back."""

import json
from collections.abc import Hashable

import numpy as np
import pytest

from tabgan.preprocessing.layout import (
    NORMAL_GRID,
    Codes,
    Layout,
    LevelPart,
    NormalPart,
    level_scores,
)

VALUES = np.tanh(NORMAL_GRID).astype(np.float32)[None]
LEVELS = LevelPart(1, 3, np.array([0.5, 0.3, 0.2]), None)
SCORED = LevelPart(2, 2, np.array([0.1, 0.9]), np.array([[1, 2], [3, 4]], np.float32))
FULL = Layout(
    ("x", ("y", 1), None),
    (LEVELS, SCORED),
    (NormalPart(0, None, VALUES), NormalPart(2, (1, 1), VALUES)),
)
EMPTY = Layout((), (), ())
ONLY_LEVELS = Layout(("a",), (LevelPart(0, 2, np.array([0.5, 0.5]), None),), ())
ONLY_NORMALS = Layout(("a",), (), (NormalPart(0, None, VALUES),))
LAYOUTS = {"full": FULL, "empty": EMPTY, "levels": ONLY_LEVELS, "normals": ONLY_NORMALS}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_goes_to_its_state_and_back(name: Hashable) -> None:
    layout = LAYOUTS[name]
    state, arrays = layout.to_state()
    again = Layout.from_state(json.loads(json.dumps(state)), arrays)
    assert again.columns == layout.columns
    assert again.n_levels == layout.n_levels
    for part, part_before in zip(again.level_parts, layout.level_parts, strict=True):
        assert (part.column, part.n_levels) == (part_before.column, part_before.n_levels)
        np.testing.assert_array_equal(part.frequencies, part_before.frequencies)
        np.testing.assert_equal(part.scores, part_before.scores)
    for normal, normal_before in zip(again.normal_parts, layout.normal_parts, strict=True):
        assert (normal.column, normal.gate) == (normal_before.column, normal_before.gate)
        np.testing.assert_array_equal(normal.values, normal_before.values)


def test_offsets_are_running_sums_of_the_levels() -> None:
    assert FULL.level_offsets.tolist() == [0, 3, 5]
    assert FULL.level_offsets.dtype == np.int64
    assert EMPTY.level_offsets.tolist() == [0]
    assert (FULL.n_columns, FULL.n_level_parts, FULL.n_normal_parts, FULL.n_levels) == (3, 2, 2, 5)


def test_codes_are_taken_and_joined() -> None:
    levels = np.arange(6, dtype=np.int32).reshape(3, 2)
    codes = Codes(levels, levels[:, :1].astype(np.float32))
    for rows in ([2, 0], np.array([False, True, True]), slice(1, 3)):
        np.testing.assert_array_equal(codes.take(rows).levels, levels[rows])
    joined = Codes.concatenate([codes.take([0]), codes.take([1, 2])])
    np.testing.assert_array_equal(joined.levels, levels)
    assert len(joined) == 3
    unpacked_levels, unpacked_normals = codes
    assert unpacked_levels is codes.levels
    assert unpacked_normals is codes.normals


def test_fewer_than_three_values_have_no_scores() -> None:
    assert level_scores(np.arange(2), np.array([0.0, 1.0]), np.array([3, 4, 5]), 3) is None
    counts = np.array([1000, 1000, 1, 500])
    scores = level_scores(np.arange(3), np.array([0.0, 1.0, 100.0]), counts, 4)
    assert scores is not None
    assert scores[2, 1] == 8.0
    assert scores[3].tolist() == [0.0, 0.0]
