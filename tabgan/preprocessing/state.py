"""Fitted coders as JSON-able values and arrays, and back."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tabgan.archive import arrays_below
from tabgan.exceptions import ArchiveError
from tabgan.preprocessing.categorical import BooleanCoder, CategoricalCoder
from tabgan.preprocessing.column import ColumnCoder
from tabgan.preprocessing.datetime import DatetimeCoder
from tabgan.preprocessing.missing import MissingCoder
from tabgan.preprocessing.numeric import NumericCoder
from tabgan.preprocessing.text import TextCoder
from tabgan.preprocessing.ties import modelled_column
from tabgan.preprocessing.value_map import ValueMap
from tabgan.schema import Categorical, Constant, Schema

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
        arrays |= {f"{position}.{name}": array for name, array in own_arrays.items()}
    return states, arrays


def coders_from_state(states: list[State], arrays: Arrays, schema: Schema) -> list[ColumnCoder]:
    """Return the coders of the columns of a schema."""
    coders = []
    for position, ((name, column), state) in enumerate(zip(schema.items(), states, strict=True)):
        own, column = arrays_below(f"{position}.", arrays), modelled_column(name, column)
        inner = _inner_from_state(state["inner"], own, column)
        has_missing, has_equal = bool(state["has_missing"]), bool(state.get("has_equal", False))
        coders.append(ColumnCoder(name, column, MissingCoder(inner, has_missing, has_equal)))
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
            "inner": state,
        }, arrays
    if isinstance(inner, TextCoder):
        state, arrays = _inner_to_state(inner.inner, coder)
        return {"type": "text", "form": inner.form, "inner": state}, arrays
    if isinstance(inner, BooleanCoder):
        return {"type": "boolean"}, {"level_values": inner.level_values.astype(np.uint8)}
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
        return DatetimeCoder(str(state["unit"]), int(state["epoch"]), inner)
    if kind == "text":
        return TextCoder(str(state["form"]), _inner_from_state(state["inner"], arrays, column))
    if kind == "boolean":
        return BooleanCoder(arrays["level_values"].astype(bool))
    if kind == "categorical":
        levels: tuple[Any, ...] = (True,)
        if isinstance(column, Categorical):
            levels = column.levels or ()
        elif isinstance(column, Constant):
            levels = (column.value,)
        return CategoricalCoder.of_levels(levels, arrays["levels"], bool(state["is_ordered"]))
    raise ArchiveError(f"A coder of type {kind!r} is unknown to this version of tabgan.")


def _numeric_to_state(coder: NumericCoder) -> tuple[State, Arrays]:
    state = {
        "type": "numeric",
        "grid": coder.grid,
        "decimals": coder.decimals,
        "low": coder.low,
        "high": coder.high,
        "limit": None if coder.value_map is None else coder.value_map.limit,
    }
    arrays = {"level_values": coder.level_values}
    if coder.value_map is not None:
        arrays |= {"scores": coder.value_map.scores, "values": coder.value_map.values}
    return state, arrays


def _numeric_from_state(state: State, arrays: Arrays) -> NumericCoder:
    value_map = None
    if state["limit"] is not None:
        value_map = ValueMap(arrays["scores"], arrays["values"], float(state["limit"]))
    return NumericCoder(
        arrays["level_values"],
        value_map,
        float(state["grid"]),
        state["decimals"],
        state["low"],
        state["high"],
    )
