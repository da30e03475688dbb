"""Describe a saved model or a table file in text, as ``tabgan inspect`` prints it."""

import os
from pathlib import Path
from typing import Any

from tabgan.archive import read_archive
from tabgan.estimators import load
from tabgan.schema import Schema, infer_schema
from tabgan.table_files import is_table_path, read_table

__all__ = ["describe", "describe_model", "describe_training", "format_bytes", "format_seconds"]


def describe(path: str | os.PathLike, *, save_schema: str | os.PathLike | None = None) -> str:
    """Describe a file: the schema of a table, or schema, training and size of a model.

    Parameters
    ----------
    path : path
        A CSV or Parquet file by its ending, else a model.
    save_schema : path, optional
        Where to write the schema besides, as :meth:`tabgan.Schema.save` does.

    Returns
    -------
    text : str
    """
    schema: Schema
    if is_table_path(path):
        schema = infer_schema(read_table(path))
        text = repr(schema)
    else:
        text, schema = _describe_model(path)
    if save_schema is not None:
        schema.save(save_schema)
    return text


def describe_model(path: str | os.PathLike) -> str:
    """Describe a saved model in a few lines, and check by the way that it can be read.

    Parameters
    ----------
    path : path
        What ``save`` wrote.

    Returns
    -------
    text : str
    """
    return _describe_model(path)[0]


def _describe_model(path: str | os.PathLike) -> tuple[str, Schema]:
    """Return the description of a saved model, and its schema."""
    manifest, arrays = read_archive(path, expected_format="tabgan-model")
    model = load(path, device="cpu")
    n_numbers = sum(array.size for array in arrays.values())
    lines = {
        "model": f"{type(model).__name__}, format version {manifest['format_version']}",
        "training": describe_training(model),
        "validation": _describe_validation(getattr(model, "history_", [])),
        "size": f"{format_bytes(Path(path).stat().st_size)} on disk, {n_numbers:,} numbers",
        "parameters": _describe_parameters(model),
    }
    width = max(map(len, lines))
    described = "\n".join(f"{name.ljust(width)}  {text}" for name, text in lines.items() if text)
    return f"{described}\n\n{model.schema_!r}", model.schema_


def describe_training(model: Any) -> str:
    """Say how long a fitted estimator was trained, and why training ended.

    Parameters
    ----------
    model : fitted estimator

    Returns
    -------
    text : str
        Empty for an estimator that is not trained step by step.
    """
    if not hasattr(model, "history_"):
        return ""
    seconds = model.history_[-1]["seconds"] if model.history_ else 0.0
    reason = model.stop_reason_.replace("_", " ")
    return f"{model.n_iter_:,} steps in {format_seconds(seconds)}, ended by {reason}"


def _describe_validation(history: list[dict[str, Any]]) -> str:
    """Return the least validation error and its step, or nothing where no row was held out."""
    judged = [record for record in history if "validation_error" in record]
    if not judged:
        return ""
    best = min(judged, key=lambda record: record["validation_error"])
    return f"error {best['validation_error']:.4f} on held-out rows, best at step {best['step']:,}"


def _describe_parameters(model: Any) -> str:
    """Return the parameters that differ from their defaults."""
    defaults = type(model)().get_params(deep=False)
    given = model.get_params(deep=False)
    hidden = {"device", "random_state", "verbose"}
    changed = {
        name: value
        for name, value in given.items()
        if name not in hidden and _plain(value) != _plain(defaults[name])
    }
    return ", ".join(f"{name}={value!r}" for name, value in changed.items()) or "defaults"


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def format_bytes(n_bytes: int) -> str:
    """Write a number of bytes as a person reads it.

    Parameters
    ----------
    n_bytes : int

    Returns
    -------
    text : str

    Examples
    --------
    >>> format_bytes(532), format_bytes(1_234_567)
    ('532 bytes', '1.2 MB')
    """
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if n_bytes >= size:
            return f"{n_bytes / size:.1f} {unit}"
    return f"{n_bytes} bytes"


def format_seconds(seconds: float) -> str:
    """Write a duration as a person reads it.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    text : str

    Examples
    --------
    >>> format_seconds(4.21), format_seconds(125), format_seconds(7384)
    ('4.2 s', '2 min 5 s', '2 h 3 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
