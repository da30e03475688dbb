"""Archives come back as they went, or say clearly why not."""

import json
import os
import struct
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tabgan.archive import FORMAT_VERSION, read_archive, write_archive
from tabgan.exceptions import ArchiveError, ArchiveVersionError, InvalidParameterError

MANIFEST = {
    "format": "test",
    "names": ["a", "é", "\ud800"],
    "count": 3,
    "nested": {"x": [1.5, None]},
}
ARRAYS = {"weight": np.arange(6, dtype=np.float32).reshape(2, 3), "flag": np.array([True])}
DTYPES = ["bool", "int8", "int32", "int64", "uint8", "uint64", "float16", "float32", "float64"]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    write_archive(tmp_path / "model.tabgan", MANIFEST, ARRAYS)
    return tmp_path / "model.tabgan"


def _write_zip(path: Path, members: dict[str, bytes], **options: object) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(path, "w", **options) as container:
            for name, content in members.items():
                container.writestr(name, content)
    return path


def _members(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as container:
        return {name: container.read(name) for name in container.namelist()}


def _safetensors(header: dict, payload: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + payload


def test_manifest_and_arrays_come_back(archive: Path) -> None:
    manifest, arrays = read_archive(archive, expected_format="test")
    assert manifest == {**MANIFEST, "format_version": FORMAT_VERSION}
    assert arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(arrays[name], array)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    array=st.sampled_from(DTYPES).flatmap(
        lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0, max_side=4))
    )
)
def test_every_dtype_and_shape_comes_back_writable(tmp_path: Path, array: np.ndarray) -> None:
    write_archive(tmp_path / "a", {"format": "test"}, {"x": array})
    found = read_archive(tmp_path / "a", expected_format="test")[1]["x"]
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(found, array)
    assert found.flags.writeable


@pytest.mark.parametrize(
    "array",
    [np.arange(12).reshape(3, 4).T, np.arange(12)[::2], np.arange(3, dtype=">i4")],
    ids=["transposed", "strided", "big-endian"],
)
def test_any_memory_layout_comes_back(tmp_path: Path, array: np.ndarray) -> None:
    write_archive(tmp_path / "a", {"format": "test"}, {"x": array})
    np.testing.assert_array_equal(
        read_archive(tmp_path / "a", expected_format="test")[1]["x"], array
    )


def test_the_same_content_gives_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    write_archive(tmp_path / "again", MANIFEST, ARRAYS)
    assert archive.read_bytes() == (tmp_path / "again").read_bytes()


def test_a_failed_write_keeps_the_old_archive_and_leaves_nothing_behind(archive: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(InvalidParameterError):
        write_archive(archive, {"format": "test", "bad": float("nan")}, {})
    assert archive.read_bytes() == before
    assert [found.name for found in archive.parent.iterdir()] == [archive.name]


@pytest.mark.parametrize(
    ("manifest", "match"),
    [
        ({"format": "t", "x": float("inf")}, "plain JSON"),
        ({"format": "t", "x": np.int64(1)}, "plain JSON"),
        ({"format": "t", "x": {1, 2}}, "plain JSON"),
        ({"x": 1}, "name its kind under 'format'"),
    ],
)
def test_a_manifest_that_is_not_json_is_refused(tmp_path: Path, manifest: dict, match: str) -> None:
    with pytest.raises(InvalidParameterError, match=match):
        write_archive(tmp_path / "a", manifest, {})


def test_an_array_of_objects_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterError, match="'levels' has dtype object"):
        write_archive(tmp_path / "a", {"format": "t"}, {"levels": np.array(["a", None], object)})


def test_an_unwritable_path_is_named_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"none.model\.tabgan'.*No such file or directory"):
        write_archive(tmp_path / "none" / "model.tabgan", MANIFEST, ARRAYS)
    with pytest.raises(ArchiveError, match="Is a directory"):
        write_archive(tmp_path, MANIFEST, ARRAYS)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"model\.tabgan.*No such file"):
        read_archive(tmp_path / "model.tabgan", expected_format="test")
    with pytest.raises(ArchiveError, match="not a regular file"):
        read_archive(tmp_path, expected_format="test")


def test_every_truncation_is_refused(archive: Path, tmp_path: Path) -> None:
    content = archive.read_bytes()
    for length in range(0, len(content), 7):
        (tmp_path / "short").write_bytes(content[:length])
        with pytest.raises(ArchiveError, match=r"Cannot read the archive .*short"):
            read_archive(tmp_path / "short", expected_format="test")


def test_every_flipped_byte_is_refused_or_harmless(archive: Path, tmp_path: Path) -> None:
    content = archive.read_bytes()
    expected = {**MANIFEST, "format_version": FORMAT_VERSION}
    for position in range(len(content)):
        for flip in (0xFF, 0x01):
            broken = bytearray(content)
            broken[position] ^= flip
            (tmp_path / "broken").write_bytes(broken)
            try:
                manifest, arrays = read_archive(tmp_path / "broken", expected_format="test")
            except ArchiveError:
                continue
            assert manifest == expected
            np.testing.assert_array_equal(arrays["weight"], ARRAYS["weight"])


@pytest.mark.parametrize("content", [b"", b"x,y\n1,2\n", b"PK\x03\x04", bytes(1000)])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(ArchiveError, match="not a zip file, or it is truncated"):
        read_archive(tmp_path / "other", expected_format="test")


def test_a_foreign_zip_is_refused(tmp_path: Path) -> None:
    _write_zip(tmp_path / "z", {"word/document.xml": b"<x/>"})
    with pytest.raises(ArchiveError, match=r"0 members 'manifest\.json'"):
        read_archive(tmp_path / "z", expected_format="test")


def test_a_missing_member_is_refused(archive: Path, tmp_path: Path) -> None:
    _write_zip(tmp_path / "z", {"manifest.json": _members(archive)["manifest.json"]})
    with pytest.raises(ArchiveError, match=r"0 members 'arrays\.safetensors'"):
        read_archive(tmp_path / "z", expected_format="test")


def test_another_format_is_refused_with_both_names(archive: Path) -> None:
    with pytest.raises(ArchiveError, match="format is 'test' where 'checkpoint' is expected"):
        read_archive(archive, expected_format="checkpoint")


def test_a_newer_version_asks_for_a_newer_tabgan(archive: Path, tmp_path: Path) -> None:
    members = _members(archive)
    manifest = {**json.loads(members["manifest.json"]), "format_version": FORMAT_VERSION + 1}
    members["manifest.json"] = json.dumps(manifest).encode()
    _write_zip(tmp_path / "z", members)
    with pytest.raises(ArchiveVersionError, match="Install a newer tabgan"):
        read_archive(tmp_path / "z", expected_format="test")


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"format": "test", "format_version": 1, "x": NaN}',
        b'{"format": "test", "format_version": 1, "x": -Infinity}',
        b'{"format": "test", "format_version": 1, "x": 1e999}',
        b'{"format": "test", "format_version": 1, "x": ' + b"9" * 5000 + b"}",
        b'{"format": "test", "format_version": 1, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"format": "test", "format_version": true}',
        b'{"format": "test", "format_version": "1"}',
        b'{"format": "test", "format_version": 0}',
        b'{"format": "test"}',
        b'{"format": ["test"], "format_version": 1}',
    ],
    ids=lambda manifest: manifest[:60].decode("latin-1"),
)
def test_a_hostile_manifest_is_refused(archive: Path, tmp_path: Path, manifest: bytes) -> None:
    _write_zip(tmp_path / "z", {**_members(archive), "manifest.json": manifest})
    with pytest.raises(ArchiveError, match="Cannot read the archive"):
        read_archive(tmp_path / "z", expected_format="test")


def _tensor(dtype: str, shape: list, offsets: list) -> dict:
    return {"x": {"dtype": dtype, "shape": shape, "data_offsets": offsets}}


@pytest.mark.parametrize(
    "arrays",
    [
        b"",
        b"pickle",
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 90_000_000) + b"{}",
        _safetensors(_tensor("F32", [2**40], [0, 4]), bytes(4)),
        _safetensors(_tensor("F32", [2**40], [0, 2**42])),
        _safetensors(_tensor("F32", [2**62, 4], [0, 0])),
        _safetensors(_tensor("F32", [-1], [0, 4]), bytes(4)),
        _safetensors(_tensor("F32", [0, 2**63 - 1], [0, 0])),
        _safetensors(_tensor("F32", [1] * 100, [0, 4]), bytes(4)),
        _safetensors(_tensor("BF16", [2], [0, 4]), bytes(4)),
        _safetensors(_tensor("F8_E5M2", [4], [0, 4]), bytes(4)),
        _safetensors(_tensor("C64", [1], [0, 8]), bytes(8)),
        _safetensors(_tensor("O", [1], [0, 8]), bytes(8)),
        _safetensors({"x": 3}),
    ],
    ids=range(15),
)
def test_hostile_arrays_are_refused(archive: Path, tmp_path: Path, arrays: bytes) -> None:
    _write_zip(tmp_path / "z", {**_members(archive), "arrays.safetensors": arrays})
    with pytest.raises(ArchiveError, match="arrays are damaged or of an unknown kind"):
        read_archive(tmp_path / "z", expected_format="test")


def test_a_compressed_member_cannot_blow_up(archive: Path, tmp_path: Path) -> None:
    members = {**_members(archive), "arrays.safetensors": bytes(50_000_000)}
    _write_zip(tmp_path / "z", members, compression=zipfile.ZIP_DEFLATED)
    assert (tmp_path / "z").stat().st_size < 100_000
    with pytest.raises(ArchiveError, match="compressed, encrypted or longer"):
        read_archive(tmp_path / "z", expected_format="test")


def test_a_doubled_member_is_refused(archive: Path, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(archive, "a") as container:
            container.writestr("manifest.json", b"{}")
    with pytest.raises(ArchiveError, match=r"2 members 'manifest\.json'"):
        read_archive(archive, expected_format="test")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(ArchiveError, match="Permission denied"):
        write_archive(tmp_path / "locked" / "model.tabgan", MANIFEST, ARRAYS)
