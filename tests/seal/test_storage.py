"""A file is written whole or not at all, whatever happens on the way."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.errors import StorageError, UsageError
from assay.seal.storage import write_atomically, write_together


def breaking(error: BaseException) -> Iterator[bytes]:
    yield b"the first half"
    raise error


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out"
    write_atomically(path, [b"one ", b"two"])
    assert path.read_bytes() == b"one two"
    write_atomically(path, [b"three"])
    assert path.read_bytes() == b"three"
    assert list(tmp_path.iterdir()) == [path]


def test_the_mode_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "out", [b""])
        assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), SystemExit(1), MemoryError(), RuntimeError("broken")]
)
def test_an_interruption_leaves_nothing_and_keeps_the_old_file(
    tmp_path: Path, error: BaseException
) -> None:
    path = tmp_path / "out"
    with pytest.raises(type(error)):
        write_atomically(path, breaking(error))
    assert list(tmp_path.iterdir()) == []
    path.write_bytes(b"old")
    with pytest.raises(type(error)):
        write_atomically(path, breaking(error))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "advice"), [(28, "Free some space"), (13, "of your own"), (5, "another folder")]
)
def test_a_failing_disk_is_explained_and_leaves_nothing(
    tmp_path: Path, number: int, advice: str
) -> None:
    with pytest.raises(StorageError) as caught:
        write_atomically(tmp_path / "out", breaking(OSError(number, os.strerror(number))))
    assert os.strerror(number) in str(caught.value)
    assert advice in caught.value.advice
    assert list(tmp_path.iterdir()) == []


def test_a_device_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (Path("/dev/null"), tmp_path / "pipe"):
        with pytest.raises(UsageError, match="is not a file"):
            write_atomically(path, [b"x"])


def test_a_missing_folder_and_a_folder_in_the_way_are_explained(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        write_atomically(tmp_path / "none" / "out", [b""])
    assert caught.value.advice == "Make the folder first."
    with pytest.raises(UsageError, match="not a file"):
        write_atomically(tmp_path, [b""])


def test_files_are_written_together_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"old")
    write_together(tmp_path, {"b": [b"1", b"2"], "a": [b"3"]})
    assert (tmp_path / "b").read_bytes() == b"12"
    assert (tmp_path / "a").read_bytes() == b"3"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_none_is_replaced_when_one_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    files = {"a": [b"new"], "b": breaking(OSError(28, os.strerror(28)))}
    with pytest.raises(StorageError, match="b cannot be written"):
        write_together(tmp_path, files)
    assert (tmp_path / "a").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
