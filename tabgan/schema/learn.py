"""Learn what belongs to a column of a given kind: dtype, bounds, precision, levels, form."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from tabgan.exceptions import SchemaError
from tabgan.schema.cells import (
    dtype_to_text,
    find_levels,
    first_example,
    is_text,
    missing_cells,
    read_booleans,
    read_choices,
    read_numbers,
)
from tabgan.schema.columns import Categorical, Column, Text
from tabgan.schema.declared import check_grid
from tabgan.schema.guess import is_constant
from tabgan.schema.identifiers import (
    LARGEST_SPAN,
    are_uuids,
    counter_form,
    key_form,
    range_form,
)
from tabgan.schema.objects import object_dtype, read_objects
from tabgan.schema.rare_levels import keep_frequent_levels
from tabgan.schema.rules import UNITS, find_decimals, find_step, shared_bounds, stored_in
from tabgan.schema.text_forms import find_text_form, is_date_form, parse_texts
from tabgan.schema.texts import text_shape

__all__ = ["describe", "read_dates", "read_durations", "read_values"]

_CLOCK = {name: unit for name, unit in UNITS.items() if name not in ("Y", "Q", "M", "W")}

_COUNTER_GAPS = 4


def describe(series: pd.Series, given: Column, *, min_level_count: int = 1) -> Column:
    """Return `given` with every open field learned from the column.

    A `min_level_count` above 1 is that of categorical columns that give none.

    Raises
    ------
    SchemaError
        If the cells do not fit the kind, or the fields that are given.
    """
    missing = missing_cells(series)
    if isinstance(given, Categorical) and given.min_level_count is None and min_level_count > 1:
        given = given.replace(min_level_count=min_level_count)
    if given.missing is False and missing.any():
        raise SchemaError(
            f"Column {series.name!r} is declared without missing cells, but has "
            f"{int(missing.sum())}, the first in row {series.index[int(np.argmax(missing))]!r}; "
            "declare missing=True or fill them."
        )
    learned: dict[str, Any] = {
        "dtype": dtype_to_text(series.dtype),
        "missing": bool(missing.any()),
        "missing_marker": _marker(series, missing),
    }
    learned |= _LEARNERS[given.kind](series, missing, given)
    open_fields = {name: value for name, value in learned.items() if getattr(given, name) is None}
    described = given.replace(**open_fields)
    if isinstance(described, Categorical) and (described.min_level_count or 1) > 1:
        return keep_frequent_levels(series, described)
    return described


def _marker(series: pd.Series, missing: np.ndarray) -> str:
    """Return what missing cells hold: for objects, what most of them hold."""
    if series.dtype == object:
        names = {type(None): "none", type(pd.NaT): "nat", type(pd.NA): "na"}
        markers = [names.get(type(cell), "nan") for cell in series[missing]] or ["none"]
        return max(sorted(set(markers)), key=markers.count)
    if getattr(series.dtype, "na_value", None) is pd.NaT or series.dtype.kind in "mM":
        return "nat"
    return "na" if getattr(series.dtype, "na_value", np.nan) is pd.NA else "nan"


def read_values(series: pd.Series, missing: np.ndarray, form: str | None) -> np.ndarray:
    """Return the cells of a number or text column as numbers; ValueError or TypeError otherwise."""
    if form is None:
        return read_numbers(series, missing)
    texts = read_choices(series, missing)
    return parse_texts(texts.distinct, form)[texts.codes]


def read_dates(
    series: pd.Series, missing: np.ndarray, form: str | None, *, are_local: bool = False
) -> np.ndarray:
    """Return the cells of a datetime or text column as datetime64 values.

    Instants with a time zone are given in UTC, or with `are_local` as the zone's own clock shows.
    Periods are counted in units of their frequency, those of business days too.
    """
    if form is not None:
        texts = read_choices(series, missing)
        return parse_texts(texts.distinct, form)[texts.codes]
    instants = series[~missing]
    if isinstance(series.dtype, pd.PeriodDtype):
        unit = UNITS[_period_resolution(series.dtype)]
        return instants.array.asi8.astype(f"M8[{unit}]")
    if series.dtype == object:
        dates = read_objects(instants, "M")
        if dates is not None:
            return dates
        instants = pd.to_datetime(instants, utc=True)
    if isinstance(instants.dtype, pd.DatetimeTZDtype):
        clock = instants if are_local else instants.dt.tz_convert("UTC")
        return clock.dt.tz_localize(None).to_numpy()
    if instants.dtype.kind != "M":
        raise TypeError(f"dtype {series.dtype}")
    return instants.to_numpy()


def read_durations(series: pd.Series, missing: np.ndarray) -> np.ndarray:
    """Return the cells of a column of durations or times of day as timedelta64 values."""
    durations = series[~missing]
    if len(durations) == 0:
        return np.zeros(0, "m8[s]")
    if series.dtype == object:
        read = read_objects(durations, "m")
        if read is not None:
            return read
    if series.dtype.kind != "m":
        raise TypeError(f"dtype {series.dtype}")
    return durations.to_numpy()


def _period_resolution(dtype: pd.PeriodDtype) -> str:
    """Return the unit of a frequency such as "2M" or "Q-DEC"; business days count as days."""
    unit = _frequency(dtype).lstrip("0123456789").partition("-")[0]
    return unit if unit in UNITS else "D"


def _frequency(dtype: pd.PeriodDtype) -> str:
    """Return the name of a frequency as periods have it: pandas' offsets say "ME" for "M"."""
    return str(dtype).removeprefix("period[").removesuffix("]")


def _text_form(series: pd.Series, missing: np.ndarray, given: Column, *, dates: bool) -> str | None:
    """Return the form of a text column's numbers or dates, None for a column that is not text."""
    if given.text_form is not None or not is_text(series):
        return given.text_form
    texts = read_choices(series, missing)
    form = find_text_form(texts.distinct)
    if form is None or is_date_form(form) != dates:
        _raise_misfit(series, missing, given.kind)
    return form


def _read(
    series: pd.Series, missing: np.ndarray, given: Column, *, dates: bool = False
) -> tuple[np.ndarray, str | None]:
    """Return numbers or instants and their text form; SchemaError if cells are no such thing."""
    if missing.all():
        return np.zeros(0, "M8[s]" if dates else np.float64), given.text_form
    form = _text_form(series, missing, given, dates=dates)
    try:
        return (read_dates if dates else read_values)(series, missing, form), form
    except (TypeError, ValueError, OverflowError):
        _raise_misfit(series, missing, given.kind)
    raise AssertionError("unreachable")


def _raise_misfit(series: pd.Series, missing: np.ndarray, kind: str) -> None:
    raise SchemaError(
        f"Column {series.name!r} of dtype {series.dtype} is declared {kind}, but its cells, the "
        f"first {first_example(series, ~missing)}, cannot all be read so; declare another kind, "
        "such as 'categorical', or convert the column."
    )


def _learn_continuous(series: pd.Series, missing: np.ndarray, given: Column) -> dict[str, Any]:
    numbers, form = _read(series, missing, given)
    distinct, counts = np.unique(numbers.astype(np.float64), return_counts=True)
    low, high = shared_bounds(distinct, counts)
    _check_bounds(series, missing, numbers, given)
    check_grid(series, missing, numbers, given)
    decimals = find_decimals(distinct, stored=stored_in(series.dtype))
    learned = {"low": low, "high": high, "decimals": decimals, "text_form": form}
    return learned | _object_field(series, missing, "f")


def _learn_integer(series: pd.Series, missing: np.ndarray, given: Column) -> dict[str, Any]:
    numbers, form = _read(series, missing, given)
    if numbers.dtype.kind == "f":
        fractional = np.zeros(len(series), bool)
        fractional[~missing] = numbers % 1 != 0
        if fractional.any():
            raise SchemaError(
                f"Column {series.name!r} is declared integer, but {int(fractional.sum())} cell(s) "
                f"are not whole, the first is {first_example(series, fractional)}; declare it "
                "'continuous' or round it."
            )
        if not np.all(np.abs(numbers) < 2.0**63):
            _raise_misfit(series, missing, given.kind)
        numbers = numbers.astype(np.int64)
    distinct, counts = np.unique(numbers, return_counts=True)
    low, high = shared_bounds(distinct, counts)
    _check_bounds(series, missing, numbers, given)
    check_grid(series, missing, numbers, given)
    return {"low": low, "high": high, "step": find_step(distinct), "text_form": form}


def _learn_datetime(series: pd.Series, missing: np.ndarray, given: Column) -> dict[str, Any]:
    instants, form = _read(series, missing, given, dates=True)
    units = _CLOCK
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        local = read_dates(series, missing, None, are_local=True)
        if _is_whole(local, "D"):
            instants = local
        else:  # whole days elsewhere are hours here
            units = {name: unit for name, unit in _CLOCK.items() if name != "D"}
    distinct, counts = np.unique(instants, return_counts=True)
    low, high = shared_bounds(distinct, counts)
    if isinstance(series.dtype, pd.PeriodDtype):
        _check_period_bounds(series, given)
        resolution = _period_resolution(series.dtype)
    else:
        resolution = _coarsest_unit(distinct, units)
    low, high = (_as_bound(bound, series.dtype) for bound in (low, high))
    _check_bounds(series, missing, instants, given)
    check_grid(series, missing, instants, given)
    learned = {"low": low, "high": high, "resolution": resolution, "text_form": form}
    return learned | _object_field(series, missing, "M")


def _check_period_bounds(series: pd.Series, given: Column) -> None:
    """Refuse bounds that are no periods of the column's frequency."""
    dtype = series.dtype
    for name in ("low", "high"):
        bound = getattr(given, name)
        if bound is not None and getattr(bound, "freq", None) != dtype.freq:
            raise SchemaError(
                f"Column {series.name!r} holds periods and is declared with {name}={bound!r}; give "
                "a period of its frequency, as with pandas.Period('2024-01-01', "
                f"{_frequency(dtype)!r})."
            )


def _object_field(series: pd.Series, missing: np.ndarray, kind: str) -> dict[str, Any]:
    """Return the dtype of a column of objects that are read as what they are, else nothing."""
    if series.dtype != object or read_objects(series[~missing], kind) is None:
        return {}
    return {"dtype": object_dtype(series[~missing])}


def _learn_duration(series: pd.Series, missing: np.ndarray, given: Column) -> dict[str, Any]:
    try:
        durations = read_durations(series, missing)
    except (TypeError, ValueError, OverflowError):
        _raise_misfit(series, missing, given.kind)
    distinct, counts = np.unique(durations.astype(np.int64), return_counts=True)
    low, high = shared_bounds(distinct, counts)
    bounds = [b if b is None else np.int64(b).astype(durations.dtype) for b in (low, high)]
    low, high = (_as_bound(bound, series.dtype) for bound in bounds)
    resolution = _coarsest_unit(distinct.astype(durations.dtype), _CLOCK)
    _check_bounds(series, missing, durations, given)
    check_grid(series, missing, durations, given)
    learned = {"low": low, "high": high, "resolution": resolution}
    return learned | _object_field(series, missing, "m")


def _as_bound(value: Any, dtype: Any) -> Any:
    """Return an instant, a count of a period's units or a duration as pandas writes it."""
    if value is None:
        return None
    if isinstance(dtype, pd.PeriodDtype):
        return pd.Period(ordinal=int(value.astype(np.int64)), freq=dtype.freq)
    return pd.Timestamp(value) if value.dtype.kind == "M" else pd.Timedelta(value)


def _coarsest_unit(values: np.ndarray, units: dict[str, str]) -> str:
    """Return the coarsest of some units in which all instants or durations are whole."""
    return next((name for name, unit in units.items() if _is_whole(values, unit)), "ns")


def _is_whole(instants: np.ndarray, unit: str) -> bool:
    return bool(np.all(instants.astype(f"{instants.dtype.kind}8[{unit}]") == instants))


def _check_bounds(
    series: pd.Series, missing: np.ndarray, values: np.ndarray, given: Column
) -> None:
    """Refuse values beyond the declared bounds."""
    low, high = getattr(given, "low", None), getattr(given, "high", None)
    outside = np.zeros(len(series), bool)
    if low is not None:
        outside[~missing] |= values < _comparable(low, values.dtype)
    if high is not None:
        outside[~missing] |= values > _comparable(high, values.dtype)
    if outside.any():
        raise SchemaError(
            f"Column {series.name!r} is declared between {low} and {high}, but "
            f"{int(outside.sum())} cell(s) lie outside, the first is "
            f"{first_example(series, outside)}; widen the bounds or drop the rows."
        )


def _comparable(bound: Any, dtype: np.dtype) -> Any:
    """Return a bound as a value that compares with those of the column."""
    if isinstance(bound, pd.Period):
        return np.int64(bound.ordinal).astype(dtype)
    if dtype.kind not in "mM":
        return bound
    return (pd.Timestamp(bound) if dtype.kind == "M" else pd.Timedelta(bound)).asm8


def _learn_boolean(series: pd.Series, missing: np.ndarray, given: Column) -> dict[str, Any]:
    try:
        read_booleans(series, missing)
    except (TypeError, ValueError):
        _raise_misfit(series, missing, given.kind)
    return {}


def _learn_categorical(series: pd.Series, missing: np.ndarray, given: Column) -> dict[str, Any]:
    if isinstance(series.dtype, pd.CategoricalDtype):
        levels = tuple(series.cat.categories.tolist())
        ordered = bool(series.cat.ordered)
    else:
        levels, ordered = tuple(_sorted(read_choices(series, missing).distinct)), False
    declared = given.levels if isinstance(given, Categorical) else None
    is_limited = isinstance(given, Categorical) and (given.min_level_count or 1) > 1
    if declared is not None and not is_limited:
        _check_levels(series, missing, declared)
    return {"levels": levels, "ordered": ordered}


def _sorted(distinct: np.ndarray) -> list[Any]:
    """Return the values in their order, or by type and text if they have none."""
    values = distinct.tolist()
    if len({type(value) for value in values}) > 1:
        return sorted(values, key=lambda value: (type(value).__name__, repr(value)))
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=repr)


def _check_levels(series: pd.Series, missing: np.ndarray, declared: tuple[Any, ...]) -> None:
    """Refuse cells that are none of the declared levels."""
    choices = read_choices(series, missing)
    is_new = find_levels(declared, choices.distinct) < 0
    unknown = np.zeros(len(series), bool)
    unknown[~missing] = is_new[choices.codes] if len(is_new) else False
    if unknown.any():
        raise SchemaError(
            f"Column {series.name!r} is declared with {len(declared)} levels, but "
            f"{int(unknown.sum())} cell(s) hold another, the first is "
            f"{first_example(series, unknown)}; add it to the levels or change the cells."
        )


def _learn_constant(series: pd.Series, missing: np.ndarray, given: Column) -> dict[str, Any]:
    if missing.all():
        return {"value": None}
    if missing.any() or not is_constant(series):
        raise SchemaError(
            f"Column {series.name!r} is declared constant, but its cells differ; declare another "
            "kind, or leave the column to be inferred."
        )
    return {"value": read_choices(series, missing).distinct[0]}


def _learn_identifier(series: pd.Series, missing: np.ndarray, given: Column) -> dict[str, Any]:
    if is_text(series):
        texts = read_choices(series, missing).distinct
        form = find_text_form(texts)
        if form is None or is_date_form(form):
            return {"form": key_form(texts)}
        return {"form": _number_form(parse_texts(texts, form)), "text_form": form}
    if series.dtype == object and not missing.all() and are_uuids(series[~missing].tolist()):
        return {"form": "uuid:object"}
    try:
        numbers = read_numbers(series, missing)
    except (TypeError, ValueError, OverflowError):
        _raise_misfit(series, missing, given.kind)
    if len(numbers) == 0 or np.any(numbers % 1 != 0):
        _raise_misfit(series, missing, given.kind)
    return {"form": _number_form(numbers, series.dtype)}


def _number_form(numbers: np.ndarray, dtype: Any = None) -> str:
    """Return the form of keys that are numbers: a counter if they leave few numbers out."""
    smallest, largest = int(numbers.min()), int(numbers.max())
    is_dense = largest - smallest < _COUNTER_GAPS * len(numbers)
    if is_dense or largest - smallest >= LARGEST_SPAN:
        return counter_form(smallest)
    return range_form(smallest, largest, dtype)


def _learn_text(series: pd.Series, missing: np.ndarray, given: Text) -> dict[str, Any]:
    if not missing.all() and not is_text(series):
        _raise_misfit(series, missing, given.kind)
    shape = text_shape(read_choices(series, missing).distinct, given.form)
    return {"form": shape.form, "pattern": shape.pattern, "n_words": shape.n_words}


def _learn_nothing(series: pd.Series, missing: np.ndarray, given: Column) -> dict[str, Any]:
    return {}


_LEARNERS: dict[str, Callable[[pd.Series, np.ndarray, Any], dict[str, Any]]] = {
    "continuous": _learn_continuous,
    "integer": _learn_integer,
    "boolean": _learn_boolean,
    "categorical": _learn_categorical,
    "datetime": _learn_datetime,
    "duration": _learn_duration,
    "constant": _learn_constant,
    "identifier": _learn_identifier,
    "text": _learn_text,
    "dropped": _learn_nothing,
}
