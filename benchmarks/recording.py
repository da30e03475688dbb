"""What every benchmark writes down: rows of a CSV, the machine, and settings as they were given."""

import argparse
import ast
import csv
import json
import os
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "pandas", "scikit-learn", "torch", "xgboost-cpu", "xgboost")


def append_row(row: Mapping[str, Any], path: Path, fields: Sequence[str]) -> None:
    """Append one row to a CSV whose columns are fixed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    if not is_new and path.read_text().partition("\n")[0] != ",".join(fields):
        raise SystemExit(f"{path.name} has other columns than this version; move it away first")
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(row)


def write_rows(rows: Sequence[Mapping[str, Any]], path: Path, fields: Sequence[str]) -> None:
    """Write a CSV anew."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def machine() -> dict[str, Any]:
    """Describe the processor and the versions, without paths or names."""
    versions = {"python": platform.python_version(), "tabgan": _own_version()}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return {"cpu": processor(), "cpu_count": os.cpu_count(), "versions": json.dumps(versions)}


def processor() -> str:
    """The name of the processor."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        named = [line for line in listing.read_text().splitlines() if line.startswith("model name")]
        if named:
            return named[0].partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _own_version() -> str:
    import tabgan

    return tabgan.__version__


def read_setting(text: str, parser: argparse.ArgumentParser) -> tuple[str, Any]:
    """Read NAME=VALUE; a value that is no Python literal is text."""
    name, equals, value = text.partition("=")
    if not equals:
        parser.error(f"--set takes NAME=VALUE, got {text!r}")
    try:
        return name, ast.literal_eval(value)
    except (SyntaxError, ValueError):
        return name, value
