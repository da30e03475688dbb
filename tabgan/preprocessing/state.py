"""Fitted coders as JSON-able values and arrays, and back."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tabgan.archive import arrays_below
from tabgan.exceptions import ArchiveError
from tabgan.preprocessing.categorical import BooleanCoder, CategoricalCoder
from tabgan.preprocessing.clusters import Cuts
from tabgan.preprocessing.column import ColumnCoder
from tabgan.preprocessing.datetime import DatetimeCoder
from tabgan.preprocessing.level_blocks import LevelBlocks
from tabgan.preprocessing.made_up import MadeUpCoder
from tabgan.preprocessing.missing import MissingCoder
from tabgan.preprocessing.numeric import NumericCoder
from tabgan.preprocessing.phases import Phases
from tabgan.preprocessing.text import TextCoder
from tabgan.preprocessing.ties import modelled_column
from tabgan.preprocessing.value_map import ValueMap
from tabgan.schema import Categorical, Schema

__all__ = ["coders_from_state", "coders_to_state"]

State = dict[str, Any]
Arrays = dict[str, np.ndarray]


def coders_to_state(coders: Sequence[ColumnCoder]) -> tuple[list[State], Arrays]:
    """Return one state for each coder, and the arrays of all, named by position."""
    states: list[State] = []
    arrays: Arrays = {}
    for position, coder in enumerate(coders):
        state, own_arrays = _inner_to_state(coder.coder.inner, coder)
        flags = {"has_missing": coder.coder.has_missing, "has_equal": coder.coder.has_equal}
        states.append({**flags, "inner": state})
        if coder.blocks is not None:
            own_arrays["block_of"] = coder.blocks.block_of
            own_arrays["shares_in_block"] = coder.blocks.shares
        arrays |= {f"{position}.{name}": array for name, array in own_arrays.items()}
    return states, arrays


def coders_from_state(states: list[State], arrays: Arrays, schema: Schema) -> list[ColumnCoder]:
    """Return the coders of the columns of a schema."""
    coders = []
    for position, ((name, column), state) in enumerate(zip(schema.items(), states, strict=True)):
        own, column = arrays_below(f"{position}.", arrays), modelled_column(name, column)
        inner = _inner_from_state(state["inner"], own, column)
        has_missing, has_equal = bool(state["has_missing"]), bool(state["has_equal"])
        blocks, missing_coder = None, MissingCoder(inner, has_missing, has_equal)
        if "block_of" in own:
            blocks = LevelBlocks(own["block_of"], own["shares_in_block"])
            blocks.check(missing_coder.n_levels)
        coders.append(ColumnCoder(name, column, missing_coder, blocks))
    return coders


def _inner_to_state(inner: Any, coder: ColumnCoder) -> tuple[State, Arrays]:
    """Return the state of the coder of a column's values."""
    if isinstance(inner, NumericCoder):
        return _numeric_to_state(inner)
    if isinstance(inner, DatetimeCoder):
        state, arrays = _numeric_to_state(inner.inner)
        return {
            "type": "datetime",
            "unit": inner.unit,
            "epoch": inner.epoch,
            "is_span": inner.is_span,
            "inner": state,
        }, arrays
    if isinstance(inner, TextCoder):
        state, arrays = _inner_to_state(inner.inner, coder)
        return {"type": "text", "form": inner.form, "inner": state}, arrays
    if isinstance(inner, BooleanCoder):
        return {"type": "boolean"}, {"level_values": inner.level_values.astype(np.uint8)}
    if isinstance(inner, MadeUpCoder):
        residues = [list(pair) for pair in inner.residues]
        return {"type": "made up", "has_cells": inner.has_cells, "residues": residues}, {}
    assert isinstance(inner, CategoricalCoder)
    state = {"type": "categorical", "is_ordered": inner.is_ordered}
    return state, {"levels": inner.positions.astype(np.int32)}


def _inner_from_state(state: State, arrays: Arrays, column: Any) -> Any:
    """Return the coder of a column's values."""
    kind = state["type"]
    if kind == "numeric":
        return _numeric_from_state(state, arrays)
    if kind == "datetime":
        inner = _numeric_from_state(state["inner"], arrays)
        unit, epoch = str(state["unit"]), int(state["epoch"])
        return DatetimeCoder(unit, epoch, inner, bool(state["is_span"]))
    if kind == "text":
        return TextCoder(str(state["form"]), _inner_from_state(state["inner"], arrays, column))
    if kind == "made up":
        residues = tuple((int(modulus), int(residue)) for modulus, residue in state["residues"])
        return MadeUpCoder(column, bool(state["has_cells"]), residues)
    if kind == "boolean":
        return BooleanCoder(arrays["level_values"].astype(bool))
    if kind == "categorical":
        levels = column.levels or () if isinstance(column, Categorical) else (column.value,)
        return CategoricalCoder.of_levels(levels, arrays["levels"], bool(state["is_ordered"]))
    raise ArchiveError(f"A coder of type {kind!r} is unknown to this version of tabgan.")


def _numeric_to_state(coder: NumericCoder) -> tuple[State, Arrays]:
    state = {
        "type": "numeric",
        "grid": coder.grid,
        "decimals": coder.decimals,
        "low": coder.low,
        "high": coder.high,
        "limits": [value_map.limit for value_map in coder.value_maps],
        "n_knots": [len(value_map.scores) for value_map in coder.value_maps],
        "linear": any(value_map.is_linear for value_map in coder.value_maps),
        "phases": coder.clusters.to_state() if isinstance(coder.clusters, Phases) else None,
    }
    arrays = {"level_values": coder.level_values}
    if isinstance(coder.clusters, Cuts):
        arrays["cuts"] = coder.clusters.cuts
    if coder.value_maps:
        arrays |= {
            "scores": np.concatenate([value_map.scores for value_map in coder.value_maps]),
            "values": np.concatenate([value_map.values for value_map in coder.value_maps]),
        }
    return state, arrays


def _numeric_from_state(state: State, arrays: Arrays) -> NumericCoder:
    value_maps = _value_maps_from_state(state, arrays) if state["limits"] else ()
    clusters = _clusters_from_state(state, arrays)
    if value_maps and clusters.n_clusters != len(value_maps):
        raise ValueError("the clusters do not fit their maps")
    return NumericCoder(
        arrays["level_values"],
        value_maps,
        clusters,
        float(state["grid"]),
        state["decimals"],
        state["low"],
        state["high"],
    )


def _clusters_from_state(state: State, arrays: Arrays) -> Cuts | Phases:
    """Return what parts the clusters; ValueError if it is out of order."""
    if state["phases"] is not None:
        return Phases.from_state(state["phases"])
    if np.any(np.diff(arrays["cuts"]) <= 0):
        raise ValueError("the cuts are out of order")
    return Cuts(arrays["cuts"])


def _value_maps_from_state(state: State, arrays: Arrays) -> tuple[ValueMap, ...]:
    """Return the maps of the clusters; ValueError if the knots do not fit them."""
    scores, values = arrays["scores"], arrays["values"]
    stops = np.cumsum(np.array(state["n_knots"], dtype=np.int64))
    starts = np.append(0, stops[:-1])
    if np.any(stops <= starts) or scores.shape != (stops[-1],) or values.shape != (stops[-1],):
        raise ValueError("the knots do not fit the clusters")
    return tuple(
        ValueMap(scores[start:stop], values[start:stop], float(limit), bool(state["linear"]))
        for start, stop, limit in zip(starts, stops, state["limits"], strict=True)
    )
