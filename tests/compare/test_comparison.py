"""Two trees are compared whole: contents, metadata, packing; every byte has an account."""

import gzip
import io
import os
import random
import tarfile

import pytest

from assay.compare import compare
from assay.compare.levels import exit_code, worst
from assay.compare.report.text import render
from assay.errors import UnreadableInput

FILES = {
    "etc/passwd": b"root:x:0:0:root:/root:/bin/sh\n",
    "etc/init.d/S50http": b"#!/bin/sh\nhttpd -p 80\n",
    "usr/share/page.html": b"<html>\n<body>hello</body>\n</html>\n",
    "data.bin": bytes(range(256)) * 8,
}


def tar(path, files=None, *, mtime=1_000_000, order=1, mode=None, uid=0):
    """Write a tar of *files* to *path*."""
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in sorted((files or FILES).items())[::order]:
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.uid = len(content), mtime, uid
            member.mode = (mode or {}).get(name, 0o644)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def pair(tmp_path):
    return tmp_path / "a.tar", tmp_path / "b.tar"


def total(result, side):
    return sum(getattr(one, f"bytes_{side}") for one in result.sums)


def test_the_same_bytes(pair):
    a, b = map(tar, pair)
    result = compare(a, b)
    assert result.level == "E0"
    assert not result.pairs


def test_times_and_order_are_packing(pair):
    result = compare(tar(pair[0]), tar(pair[1], mtime=2_000_000, order=-1))
    assert result.level == "E1"
    assert result.identical == len(FILES)
    assert {one.cause for one in result.sums if one.account == "explained"} == {"N6"}
    assert "harmless" in render(result)


def test_a_changed_line_is_shown(pair):
    files = {**FILES, "etc/init.d/S50http": b"#!/bin/sh\nhttpd -p 80\ntelnetd -l /bin/sh\n"}
    result = compare(tar(pair[0]), tar(pair[1], files))
    assert result.level == "D"
    (change,) = result.pairs[0].changes
    assert change.lines == ("+telnetd -l /bin/sh",)
    assert "run at boot" in change.reach
    assert "telnetd" in render(result)


def test_new_and_gone_files(pair):
    files = {name: content for name, content in FILES.items() if name != "data.bin"}
    result = compare(tar(pair[0]), tar(pair[1], {**files, "new.sh": b"#!/bin/sh\n"}))
    assert {pair.changes[0].kind for pair in result.pairs if pair.changes} == {"added", "removed"}


def test_a_moved_file_is_one_change(pair):
    files = {name: content for name, content in FILES.items() if name != "data.bin"}
    result = compare(tar(pair[0]), tar(pair[1], {**files, "moved.bin": FILES["data.bin"]}))
    moved = next(pair for pair in result.pairs if pair.path_b.endswith("moved.bin"))
    assert moved.path_a.endswith("data.bin")
    assert "is called /moved.bin now" in moved.reason


@pytest.mark.parametrize(("mode", "level"), [(0o4755, "D"), (0o666, "D"), (0o600, "E3")])
def test_rights_are_never_benign(pair, mode, level):
    result = compare(tar(pair[0]), tar(pair[1], mode={"data.bin": mode}))
    assert result.level == level


def test_owners_are_for_a_person(pair):
    result = compare(tar(pair[0]), tar(pair[1], uid=1000))
    assert result.level == "E3"
    assert exit_code(result.level) == 4


def test_bytes_hidden_in_padding_are_not_explained(pair):
    tar(pair[0])
    content = bytearray(tar(pair[1]).read_bytes())
    at = content.index(b"httpd -p 80\n") + 100
    content[at : at + 6] = b"hidden"
    pair[1].write_bytes(content)
    result = compare(*pair)
    assert result.level == "I"
    assert any(one.account == "unexplained" for one in result.sums)


def test_a_comment_of_gzip_is_not_explained(tmp_path):
    body = gzip.compress(b"hello world\n" * 100, mtime=1)
    hidden = body[:3] + bytes([body[3] | 16]) + body[4:10] + b"payload\0" + body[10:]
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"hello world\n" * 100, 9, mtime=5))
    (tmp_path / "b.gz").write_bytes(body)
    (tmp_path / "c.gz").write_bytes(hidden)
    assert compare(tmp_path / "a.gz", tmp_path / "b.gz").level == "E1"
    assert compare(tmp_path / "a.gz", tmp_path / "c.gz").level == "I"


def test_directories_and_links(tmp_path):
    for name, target in (("a", "busybox"), ("b", "evil")):
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "bin/sh").symlink_to(target)
        (tmp_path / name / "bin/busybox").write_bytes(b"x" * 200)
    result = compare(tmp_path / "a", tmp_path / "b")
    assert result.level == "D"
    assert "leads to evil, not to busybox" in result.pairs[0].reason


def test_what_is_no_image_is_inconclusive(pair, tmp_path):
    noise = tmp_path / "noise.bin"
    noise.write_bytes(os.urandom(100_000))
    result = compare(tar(pair[0]), noise)
    assert result.level == "I"
    assert "holds no files that can be read" in result.reason
    # Nothing is known to be gone: what the other side holds is not known.
    assert {one.level for one in result.pairs} == {"I"}
    assert " gone" not in render(result)
    assert {one.account for one in result.sums} == {"unexplained"}


def test_a_file_beside_an_encrypted_one_is_inconclusive(tmp_path):
    (tmp_path / "a").write_bytes(b"hello, world\n" * 8000)
    (tmp_path / "b").write_bytes(random.Random(1).randbytes(100_000))
    result = compare(tmp_path / "a", tmp_path / "b")
    assert result.level == "I"
    assert "encrypted or compressed in an unknown way" in result.reason
    assert {one.level for one in result.pairs} == {"I"}
    # Two of that kind differ; one cannot be told from the other by what it is.
    (tmp_path / "a").write_bytes(random.Random(2).randbytes(100_000))
    assert compare(tmp_path / "a", tmp_path / "b").level == "D"


def test_a_cut_image_is_inconclusive(pair):
    tar(pair[0])
    pair[1].write_bytes(tar(pair[1]).read_bytes()[:1500])
    assert compare(*pair).level == "I"


def test_an_empty_file_cannot_be_read(pair):
    pair[1].write_bytes(b"")
    with pytest.raises(UnreadableInput):
        compare(tar(pair[0]), pair[1])


def test_sums_cover_all_files(pair):
    files = {**FILES, "data.bin": b"other" * 99}
    result = compare(tar(pair[0]), tar(pair[1], files, mtime=7))
    own = result.a.size, result.b.size
    assert (total(result, "a"), total(result, "b")) == own


def test_the_result_does_not_depend_on_workers(pair):
    a, b = tar(pair[0]), tar(pair[1], {**FILES, "etc/passwd": b"root::0:0::/:/bin/sh\n"})
    assert compare(a, b, workers=1) == compare(a, b, workers=3)


def test_one_difference_decides():
    assert worst(["E0", "I", "D", "E3"]) == "D"
    assert worst([]) == "E0"
