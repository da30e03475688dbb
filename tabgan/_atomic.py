"""Write a file completely or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["atomic_path", "check_writable"]


@contextmanager
def atomic_path(path: str | os.PathLike) -> Iterator[Path]:
    """Give a temporary path in the same folder that becomes `path` when the block ends well.

    When the block raises, the temporary file is removed, and a file that was at `path` before is
    still there, unchanged. A path that is no regular file, such as a pipe, is given as it is, since
    it must not be replaced.

    Parameters
    ----------
    path : str or path-like
        Where the file will be. A symbolic link is followed.

    Yields
    ------
    partial : Path
        Where to write it meanwhile.

    Raises
    ------
    OSError
        If the folder does not exist or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with atomic_path(folder / "rows.csv") as partial:
    ...     _ = partial.write_text("x\\n1\\n")
    >>> [found.name for found in folder.iterdir()]
    ['rows.csv']
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(21, "Is a directory", str(target))
    if target.exists() and not target.is_file():
        yield target
        return
    partial = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.partial")
    try:
        yield partial
        # Without this a power cut may leave the new name on an empty file.
        with partial.open("rb+") as stream:
            os.fsync(stream.fileno())
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def check_writable(path: str | os.PathLike) -> None:
    """Find out that a file cannot be written before hours are spent on its content.

    Parameters
    ----------
    path : str or path-like
        Where the file will be. Nothing is left there, and a file that is there is not touched.

    Raises
    ------
    OSError
        If it cannot be written.

    Examples
    --------
    >>> check_writable("no/such/folder/model.tabgan")
    Traceback (most recent call last):
    ...
    FileNotFoundError: [Errno 2] No such file or directory: 'no/such/folder'
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(21, "Is a directory", os.fspath(path))
    if target.exists() and not target.is_file():
        return
    if not target.parent.is_dir():
        raise FileNotFoundError(2, "No such file or directory", os.fspath(Path(path).parent))
    probe = target.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        probe.touch()
    finally:
        probe.unlink(missing_ok=True)
