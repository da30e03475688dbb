"""The container on disk: a zip of ``manifest.json`` and ``arrays.safetensors``.

It knows bytes and no class. Both members are stored without compression, so that reading never
needs more memory than the file is long; nothing in it is ever executed, and the same content gives
the same bytes. The manifest says what kind of archive it is ("format") and in which version it was
written ("format_version").
"""

import json
import math
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from tabgan._atomic import atomic_path
from tabgan.exceptions import ArchiveError, ArchiveVersionError, InvalidParameterError

__all__ = ["FORMAT_VERSION", "arrays_below", "read_archive", "write_archive"]

FORMAT_VERSION = 1
"""Version that this tabgan writes, and the newest that it reads."""

_MANIFEST = "manifest.json"
_ARRAYS = "arrays.safetensors"
_DTYPES = frozenset("bool float16 float32 float64".split()) | {
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}
# The first moment that a zip can tell: a real one would change the bytes at every save.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_archive(
    path: str | os.PathLike, manifest: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> None:
    """Write an archive, completely or not at all.

    Parameters
    ----------
    path : str or path-like
        Where to write. A file that is there is replaced only by a complete new one.
    manifest : mapping
        Plain JSON types without NaN or infinity, and a key "format" that names the kind of archive.
    arrays : mapping of str to ndarray
        Arrays of bool, integers or floats.

    Raises
    ------
    ArchiveError
        If the path cannot be written.
    InvalidParameterError
        If the manifest is not plain JSON or an array has another dtype.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "weights.tabgan"
    >>> write_archive(path, {"format": "example"}, {"weight": np.ones(2)})
    >>> manifest, arrays = read_archive(path, expected_format="example")
    >>> manifest
    {'format': 'example', 'format_version': 1}
    >>> arrays["weight"]
    array([1., 1.])
    """
    members = {_MANIFEST: _encode_manifest(manifest), _ARRAYS: _encode_arrays(arrays)}
    try:
        with atomic_path(path) as partial, zipfile.ZipFile(partial, "w") as container:
            for name, content in members.items():
                container.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    except OSError as error:
        raise ArchiveError(
            f"Cannot write the archive {os.fspath(path)!r}: {error.strerror or error}. "
            "Give a path in a folder that exists and that you may write to."
        ) from error


def read_archive(
    path: str | os.PathLike, *, expected_format: str
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read an archive that may come from anybody.

    Parameters
    ----------
    path : str or path-like
        The file.
    expected_format : str
        What its manifest must say under "format".

    Returns
    -------
    manifest : dict
    arrays : dict of str to ndarray
        Writable, in native byte order.

    Raises
    ------
    ArchiveError
        If there is no such file, or it is not a readable archive of this format.
    ArchiveVersionError
        If a newer version of tabgan wrote it.

    Examples
    --------
    >>> read_archive("nowhere.tabgan", expected_format="example")
    Traceback (most recent call last):
    ...
    tabgan.exceptions.ArchiveError: Cannot read the archive 'nowhere.tabgan': No such file or
    directory.
    """
    where = f"the archive {os.fspath(path)!r}"
    try:
        contents = _read_members(Path(path), where)
    except OSError as error:
        raise ArchiveError(f"Cannot read {where}: {error.strerror or error}.") from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise ArchiveError(
            f"Cannot read {where}: it is not a zip file, or it is truncated or damaged ({error}). "
            "Copy or save it again."
        ) from error
    manifest = _decode_manifest(contents[_MANIFEST], where)
    _check_format(manifest, expected_format, where)
    return manifest, _decode_arrays(contents[_ARRAYS], where)


def arrays_below(prefix: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays whose names start with a prefix, without it.

    Parameters
    ----------
    prefix : str
    arrays : mapping of str to ndarray

    Returns
    -------
    arrays : dict of str to ndarray

    Examples
    --------
    >>> list(arrays_below("generator.", {"generator.bias": np.ones(1), "maps": np.ones(1)}))
    ['bias']
    """
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


def _encode_manifest(manifest: Mapping[str, Any]) -> bytes:
    """Return the manifest as strict JSON, with the version of the format."""
    if not isinstance(manifest.get("format"), str):
        raise InvalidParameterError(
            "The manifest of an archive must name its kind under 'format', as a str. "
            f"Got {manifest.get('format')!r} instead."
        )
    complete = {**manifest, "format_version": FORMAT_VERSION}
    try:
        return json.dumps(complete, allow_nan=False, indent=1).encode("ascii")
    except (TypeError, ValueError) as error:
        raise InvalidParameterError(
            f"The manifest of an archive must hold plain JSON types only: {error}."
        ) from error


def _encode_arrays(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return the arrays as safetensors."""
    plain = {}
    for name, array in arrays.items():
        if np.asarray(array).dtype.name not in _DTYPES:
            raise InvalidParameterError(
                f"The array {name!r} has dtype {np.asarray(array).dtype}. An archive holds bool, "
                "integers and floats of up to 64 bits."
            )
        # The writer reads the raw buffer: strides and foreign byte orders would be misread.
        native = np.asarray(array).dtype.newbyteorder("=")
        plain[name] = np.array(array, dtype=native, order="C")
    return save_arrays(plain)


def _read_members(path: Path, where: str) -> dict[str, bytes]:
    """Read the two members, each stored as it is and none longer than the file."""
    if path.exists() and not path.is_file():
        raise ArchiveError(f"Cannot read {where}: it is not a regular file.")
    size = path.stat().st_size
    with zipfile.ZipFile(path) as container:
        names = container.namelist()
        for name in (_MANIFEST, _ARRAYS):
            if names.count(name) != 1:
                raise ArchiveError(
                    f"Cannot read {where}: it holds {names.count(name)} members {name!r} where "
                    "tabgan writes one. It is not a file that tabgan saved."
                )
            member = container.getinfo(name)
            is_plain = member.compress_type == zipfile.ZIP_STORED and not member.flag_bits & 1
            if not is_plain or member.file_size > size:
                raise ArchiveError(
                    f"Cannot read {where}: its member {name!r} is compressed, encrypted or longer "
                    "than the file. It is not a file that tabgan saved."
                )
        return {name: container.read(name) for name in (_MANIFEST, _ARRAYS)}


def _decode_manifest(content: bytes, where: str) -> dict[str, Any]:
    """Parse strict JSON."""
    try:
        manifest = json.loads(
            content.decode("utf-8"), parse_constant=_finite_float, parse_float=_finite_float
        )
    except (ValueError, RecursionError) as error:
        raise ArchiveError(
            f"Cannot read {where}: its manifest is not valid JSON ({error})."
        ) from error
    if not isinstance(manifest, dict):
        raise ArchiveError(
            f"Cannot read {where}: its manifest is a {type(manifest).__name__} where an object is "
            "expected."
        )
    return manifest


def _finite_float(text: str) -> float:
    """Parse a number, refusing those that JSON does not have."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text} is not finite")
    return number


def _check_format(manifest: Mapping[str, Any], expected_format: str, where: str) -> None:
    """Check that the archive is of the kind and of a version that can be read."""
    found, version = manifest.get("format"), manifest.get("format_version")
    if found != expected_format:
        raise ArchiveError(
            f"Cannot read {where}: its format is {found!r} where {expected_format!r} is expected."
        )
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ArchiveError(f"Cannot read {where}: its format_version is {version!r}.")
    if version > FORMAT_VERSION:
        raise ArchiveVersionError(
            f"Cannot read {where}: its format_version is {version} and this tabgan reads up to "
            f"{FORMAT_VERSION}. Install a newer tabgan."
        )


def _decode_arrays(content: bytes, where: str) -> dict[str, np.ndarray]:
    """Parse safetensors, whose reader checks every size against the buffer."""
    try:
        arrays = load_arrays(content)
        unknown = [name for name, array in arrays.items() if array.dtype.name not in _DTYPES]
        if unknown:
            raise ValueError(f"the array {unknown[0]!r} has dtype {arrays[unknown[0]].dtype}")
        return {name: array.copy() for name, array in arrays.items()}
    except (SafetensorError, KeyError, ValueError, OverflowError) as error:
        raise ArchiveError(
            f"Cannot read {where}: its arrays are damaged or of an unknown kind ({error})."
        ) from error
