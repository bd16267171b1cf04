"""Contents that are kept: as they lie where they do so, else once in a pack."""

import errno
import os
from pathlib import Path

import pytest

from assay.gather.jobs import Source
from assay.gather.keeping import Pack, range_of
from assay.model.tree import Piece
from assay.unpack.sink import Entry

WHOLE = Source(file="image", offset=100, size=1000)


def test_a_pack_holds_each_content_once(tmp_path):
    pack = Pack(tmp_path)
    first = pack.add("a", b"one")
    second = pack.add("b", memoryview(b"second"))
    assert pack.add("a", b"one") is first
    assert (first.offset, first.size, second.offset, second.size) == (0, 3, 3, 6)
    assert Path(first.file).read_bytes() == b"onesecond"
    assert Path(Pack(tmp_path).add("a", b"one").file) != Path(first.file)


def test_what_was_broken_off_is_written_over(tmp_path, monkeypatch):
    pack = Pack(tmp_path)
    file = Path(pack.add("a", b"one").file)
    written = os.pwrite

    def full(number, content, at):
        if at > 3:
            raise OSError(errno.ENOSPC, "full")
        return written(number, content[:2], at)

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="full"):
        pack.add("b", b"twelve")
    monkeypatch.undo()
    assert pack.add("c", b"two").offset == 3
    assert file.read_bytes() == b"onetwo"


@pytest.mark.parametrize(
    ("piece", "start"),
    [
        (Piece(at=7, size=5, codec="raw", length=5), 107),
        (Piece(at=7, size=5, codec="xz", length=5), None),
        (Piece(at=7, size=6, codec="raw", length=5), None),
        (Piece(at=7, size=5, codec="raw", length=5, skip=1), None),
        (Piece(at=7, size=5, codec="raw", length=5, take=5), None),
        (Piece(at=7, size=0, codec="hole", length=5), None),
    ],
)
def test_only_what_lies_there_as_it_is_has_a_range(piece, start):
    entry = Entry(path="f", kind="file", offset=0, length=0, size=5, pieces=(piece,))
    found = range_of(entry, WHOLE)
    assert found == (start and Source(file="image", offset=start, size=5))
    two = Entry(path="f", kind="file", offset=0, length=0, size=10, pieces=(piece, piece))
    assert range_of(two, WHOLE) is None
