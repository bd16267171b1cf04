"""The applet table of a BusyBox binary, and which watched names occur nowhere."""

import tarfile
from pathlib import Path

import pytest
from hypothesis import given, strategies

from assay.inventory.kinds import applets
from assay.inventory.kinds.applets import examine

NAMES = b"ash cat chmod cp df echo grep kill ls mkdir mount mv ping ps pwd rm sh sleep".split()
BANNER = b"\x7fELF\0BusyBox v1.19.4 (2014)\0"


@pytest.mark.parametrize("gap", [b"\0", b"\0\0\0"])
def test_table(gap: bytes) -> None:
    content = BANNER + b"zz\0" + gap.join(NAMES) + b"\0" + b"aa text\0"
    facts = examine(content)
    assert facts
    assert facts.applets == tuple(name.decode() for name in NAMES)
    assert content[facts.table.offset :].startswith(b"ash")
    assert "awk" in facts.absent
    assert "ash" not in facts.absent


def test_a_banner_with_the_letter_twice() -> None:
    assert examine(BANNER.replace(b" v1", b" vv1") + b"\0".join(NAMES) + b"\0")


def test_a_name_that_ends_another_text_is_not_absent() -> None:
    facts = examine(BANNER + b"\0".join(NAMES) + b"\0use awk\0")
    assert facts
    assert "awk" not in facts.absent
    assert "awk" not in facts.applets


def test_no_busybox_and_no_table() -> None:
    assert examine(b"\x7fELF\0" + b"\0".join(NAMES) + b"\0") is None
    assert examine(BANNER + b"\0".join(sorted(NAMES, reverse=True)) + b"\0") is None


@given(strategies.binary(max_size=2000))
def test_any_bytes(data: bytes) -> None:
    examine(BANNER + data)


def test_links_of_real_images_are_not_absent(corpus: Path) -> None:
    for archive in sorted((corpus / "rootfs").glob("*.tar.xz"))[:3]:
        with tarfile.open(archive) as tar:
            members = tar.getmembers()
            binaries = [m for m in members if m.isfile() and m.name.endswith("bin/busybox")]
            if not binaries:
                continue
            stream = tar.extractfile(binaries[0])
            assert stream
            facts = examine(stream.read())
            links = {
                m.name.rpartition("/")[2]
                for m in members
                if m.issym() and m.linkname.endswith("busybox")
            }
            assert facts
            assert not links & set(facts.absent), archive.name


@given(
    strategies.lists(
        strategies.tuples(
            strategies.sampled_from([b"a", b"bb", b"a" * 23, b"a" * 24, b"z" * 25, b"X", b""]),
            strategies.integers(0, 5),
        ),
        max_size=60,
    )
)
def test_runs_are_those_of_the_expression(pieces: list[tuple[bytes, int]]) -> None:
    ends = [(name, zeros if number % 13 == 0 else 1) for number, (name, zeros) in enumerate(pieces)]
    content = b"".join(name + bytes(zeros) for name, zeros in ends)
    plain = [match.span() for match in applets._RUN.finditer(content)]
    assert [match.span() for match in applets._runs(content)] == plain


def test_watched_names_are_absent_where_no_text_ends_with_them() -> None:
    content = b"xtelnetd\0wget \0zcat\0"
    absent = applets._absent(content)
    assert absent == tuple(name for name in applets.WATCHED if name.encode() + b"\0" not in content)
    assert "telnetd" not in absent
    assert "wget" in absent
