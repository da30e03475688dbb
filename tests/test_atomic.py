"""Files are written completely or not at all."""

import os
import stat
import threading
from pathlib import Path

import pytest

from tabgan._atomic import atomic_path, check_writable


def test_the_file_appears_under_its_name_alone(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "rows.csv") as partial:
        partial.write_text("x")
        assert not (tmp_path / "rows.csv").exists()
    assert [found.name for found in tmp_path.iterdir()] == ["rows.csv"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_a_failure_keeps_the_old_file_and_leaves_nothing_behind(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    (tmp_path / "rows.csv").write_text("old")
    with pytest.raises(failure), atomic_path(tmp_path / "rows.csv") as partial:
        partial.write_text("half")
        raise failure
    assert [found.name for found in tmp_path.iterdir()] == ["rows.csv"]
    assert (tmp_path / "rows.csv").read_text() == "old"


def test_the_file_has_the_permissions_of_any_other_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    with atomic_path(tmp_path / "atomic") as partial:
        partial.write_text("x")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "atomic")]
    assert modes[0] == modes[1]


def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with atomic_path(tmp_path / "link") as partial:
        partial.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


@pytest.mark.skipif(os.name != "posix", reason="named pipes of POSIX")
def test_a_pipe_is_written_and_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    received = []
    reader = threading.Thread(target=lambda: received.append((tmp_path / "pipe").read_text()))
    reader.start()
    with atomic_path(tmp_path / "pipe") as partial:
        partial.write_text("through")
    reader.join(timeout=10)
    assert received == ["through"]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_folder_and_a_missing_folder_are_os_errors(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError), atomic_path(tmp_path):
        pass
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "none" / "rows.csv") as partial:
        partial.write_text("x")


def test_a_path_is_checked_without_leaving_a_trace(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("old")
    check_writable(tmp_path / "model")
    check_writable(tmp_path / "other")
    assert [found.name for found in tmp_path.iterdir()] == ["model"]
    assert (tmp_path / "model").read_text() == "old"


def test_a_path_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"No such file or directory: .*none"):
        check_writable(tmp_path / "none" / "model")
    with pytest.raises(IsADirectoryError):
        check_writable(tmp_path)
