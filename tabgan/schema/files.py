"""Schemas on disk: JSON or YAML that a person can read and edit."""

import json
import os
from pathlib import Path
from typing import Any

from tabgan._atomic import atomic_path
from tabgan._optional import require
from tabgan.exceptions import SchemaError

__all__ = ["read_values", "write_values"]

_YAML = (".yaml", ".yml")


def write_values(path: str | os.PathLike, values: Any) -> None:
    """Write JSON values as the ending of the path says.

    Raises
    ------
    SchemaError
        If the ending is none of .json, .yaml and .yml.
    MissingDependencyError
        For YAML, if PyYAML is not installed.
    """
    if _is_yaml(path):
        yaml = require("yaml", extra="yaml", purpose="Writing a schema as YAML")
        text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=100)
    else:
        text = json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with atomic_path(path) as partial:
        # Half a pair of surrogates is no UTF-8; JSON reads it from its escape.
        partial.write_bytes(text.encode("utf-8", "backslashreplace"))


def read_values(path: str | os.PathLike) -> Any:
    """Return what :func:`write_values` wrote, or a person.

    Raises
    ------
    SchemaError
        If the ending is none of .json, .yaml and .yml, or the file cannot be read as what it says.
    MissingDependencyError
        For YAML, if PyYAML is not installed.
    OSError
        If there is no such file.
    """
    is_yaml, content = _is_yaml(path), Path(path).read_bytes()
    try:
        text = content.decode("utf-8-sig")
        if not is_yaml:
            return json.loads(text)
    except ValueError as error:
        raise _unreadable(path, error) from error
    yaml = require("yaml", extra="yaml", purpose="Reading a schema from YAML")
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise _unreadable(path, error) from error


def _is_yaml(path: str | os.PathLike) -> bool:
    """Tell YAML from JSON by the ending of a path."""
    ending = Path(path).suffix.lower()
    if ending not in (*_YAML, ".json"):
        raise SchemaError(
            f"A schema is saved as .json, .yaml or .yml; the name {os.fspath(path)!r} ends in "
            f"{ending!r}."
        )
    return ending in _YAML


def _unreadable(path: str | os.PathLike, error: Exception) -> SchemaError:
    return SchemaError(
        f"{os.fspath(path)!r} cannot be read: {' '.join(str(error).split())}. Mend it there, or "
        "write a new one with Schema.save()."
    )
