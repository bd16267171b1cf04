import pytest
from hypothesis import given, strategies as st

from assay.model.tree import Piece
from assay.unpack.limits import Limits
from assay.unpack.sink import Metadata, Sink, safe_path
from assay.unpack.view import NotThisFormat

META = Metadata(0o755, 1, 2, 3)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (b"/etc//passwd", "etc/passwd"),
        (b"../../etc/passwd", "\\x2e\\x2e/\\x2e\\x2e/etc/passwd"),
        (b"./a/./b/", "a/b"),
        (b"a\nb", "a\\x0ab"),
        (b"\xff\xfe", "\\xff\\xfe"),
        (b"..", "\\x2e\\x2e"),
        (b"/", ""),
    ],
)
def test_paths_stay_inside(path, told):
    assert safe_path(path) == told


@given(st.binary(max_size=80))
def test_no_path_leaves_its_container(path):
    parts = safe_path(path).split("/")
    assert ".." not in parts
    assert "" not in parts[1:]


def test_entries_keep_what_was_recorded():
    sink = Sink(Limits(), "test")
    sink.file(b"bin/su", [Piece(at=8, size=4, codec="raw", length=4)], META, size=4)
    sink.symlink(b"link", b"../x\n", META)
    sink.special(b"dev/tty", "device", META, device="c5:0")
    file, link, device = sink.entries
    assert (file.mode, file.uid, file.gid, file.mtime) == (0o755, 1, 2, 3)
    assert (file.offset, file.length) == (8, 4)
    assert link.target == "../x\\x0a"
    assert device.device == "c5:0"


def test_too_many_entries_are_a_limit():
    sink = Sink(Limits(files=2), "test")
    sink.directory(b"a", META)
    sink.directory(b"b", META)
    with pytest.raises(NotThisFormat):
        sink.directory(b"c", META)
    assert [problem.kind for problem in sink.problems] == ["limit"]


def test_problems_are_bounded():
    sink = Sink(Limits(), "test")
    for number in range(1000):
        sink.problem("damage", f"number {number}")
    assert len(sink.problems) == 200
