"""tar archives of GNU tar in its formats, damaged and hostile ones."""

import io
import lzma
import tarfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.archives import tar
from assay.unpack.limits import Limits
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

FORMS = ["ustar", "v7", "gnu", "pax", "pax01", "pax00"]
NOT_IN_USTAR = ("etc/long", "var/link")
NOT_IN_V7 = (*NOT_IN_USTAR, "dev", "var/run/fifo", "var/long-")


def member(
    name: str,
    data: Any = b"",
    *,
    kind: bytes = b"0",
    pax: dict[str, str] | None = None,
    **fields: Any,
) -> Any:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.pax_headers = len(data), kind, pax or {}
    for key, value in fields.items():
        setattr(info, key, value)
    out = io.BytesIO()
    out.write(info.tobuf(tarfile.PAX_FORMAT if pax else tarfile.GNU_FORMAT))
    out.write(data + bytes(-len(data) % 512))
    return out.getvalue()


END = bytes(1024)


@pytest.mark.parametrize("form", FORMS)
def test_reads_what_the_tool_wrote(
    form: str,
    opened: Callable[..., Any],
    fixture_bytes: Callable[[str], bytes],
    sample_tree: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
) -> None:
    left_out = {"ustar": NOT_IN_USTAR, "v7": NOT_IN_V7}.get(form, ())
    data = fixture_bytes(f"archives/data/tar-{form}.bin")
    result = opened(tar, data + b"after")
    expected = {
        path: row
        for path, row in sample_tree.items()
        if not path.startswith(tuple(left_out) or "?")
    }
    assert describe(result) == expected
    assert not result.sink.problems
    assert result.extent.end == len(data)


@pytest.mark.parametrize("form", FORMS)
def test_the_magic_announces_it(
    form: str, announced: Callable[..., bool], fixture_bytes: Callable[[str], bytes]
) -> None:
    assert announced(tar, fixture_bytes(f"archives/data/tar-{form}.bin"))


@pytest.mark.parametrize("form", ["gnu", "pax", "pax01", "pax00"])
def test_sparse_files_keep_their_holes(
    form: str, opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    entry = opened(tar, fixture_bytes(f"archives/data/tar-{form}.bin")).entries["var/sparse"]
    assert (entry.size, entry.pieces[0].codec) == (30_014, "hole")


def test_attributes_and_capabilities_are_kept(
    opened: Callable[..., Any], fixture_bytes: Callable[[str], bytes]
) -> None:
    entry = opened(tar, fixture_bytes("archives/data/tar-pax.bin")).entries["bin/app"]
    found = {one.name: one.value for one in entry.attributes}
    assert found["security.capability"].startswith("01000002")
    assert found["user.note"] == b"kept".hex()


def test_base64_attributes_of_libarchive(opened: Callable[..., Any]) -> None:
    data = member("f", b"x", pax={"LIBARCHIVE.xattr.user.a%20b": "a2VwdA"})
    entry = opened(tar, data + END).entries["f"]
    assert [(one.name, one.value) for one in entry.attributes] == [("user.a b", b"kept".hex())]


def test_numbers_beyond_octal(opened: Callable[..., Any]) -> None:
    entry = opened(tar, member("f", uid=3_000_000_000, mtime=1 << 34) + END).entries["f"]
    assert (entry.uid, entry.mtime) == (3_000_000_000, 1 << 34)


def test_pax_values_win_and_last_for_one_member(opened: Callable[..., Any]) -> None:
    data = member("short", b"1", pax={"path": "dir/real", "uid": "77", "mtime": "12.75"})
    entries = opened(tar, data + member("other", b"2") + END).entries
    assert (entries["dir/real"].uid, entries["dir/real"].mtime) == (77, 12)
    assert entries["other"].uid == 0


def test_paths_and_links_stay_inside(opened: Callable[..., Any]) -> None:
    data = member("/abs", b"1") + member("../up", b"2") + member("h", kind=b"1", linkname="/abs")
    entries = opened(tar, data + END).entries
    assert set(entries) == {"abs", r"\x2e\x2e/up", "h"}
    assert entries["h"].target == "abs"


def test_a_cut_file_is_damage(opened: Callable[..., Any]) -> None:
    result = opened(tar, (member("a", b"1") + member("b", b"2" * 2000))[:-1000])
    assert result.content("b") == b"2" * 1048
    assert {problem.kind for problem in result.sink.problems} == {"damage"}


def test_a_damaged_header_ends_the_archive(opened: Callable[..., Any]) -> None:
    second = bytearray(member("b", b"2"))
    second[0] ^= 1
    result = opened(tar, member("a", b"1") + bytes(second) + END)
    assert (list(result.entries), result.extent.end) == (["a"], 1024)
    assert "checksum" in result.sink.problems[0].says


def test_a_huge_sparse_size_is_a_limit(opened: Callable[..., Any]) -> None:
    pax = {"GNU.sparse.size": "9" * 18, "GNU.sparse.map": "0,1"}
    result = opened(tar, member("f", b"x", pax=pax) + END, limits=Limits(file=1000))
    assert result.entries["f"].size == 1000
    assert result.sink.problems[0].kind == "limit"


@pytest.mark.parametrize("data", [b"", bytes(1024), b"ustar" * 200])
def test_what_is_no_archive_is_refused(data: Any) -> None:
    with pytest.raises(NotThisFormat):
        tar.measure(View(data), 0)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_mutated_archives_raise_nothing_else(
    fixture_bytes: Callable[[str], bytes], data: Any
) -> None:
    form = data.draw(st.sampled_from(FORMS))
    image = bytearray(fixture_bytes(f"archives/data/tar-{form}.bin")[:8192])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(image) - 1))
        image[at] = data.draw(st.integers(0, 255))
        block = at // 512 * 512  # Some mutations shall pass the checksum.
        image[block + 148 : block + 156] = b" " * 8
        image[block + 148 : block + 155] = b"%06o\0" % sum(image[block : block + 512])
    view = View(bytes(image))
    with suppress(NotThisFormat):
        tar.unpack(view, tar.measure(view, 0), Sink(view.limits, "tar"))


def test_a_real_tree_agrees_with_another_reader(opened: Callable[..., Any], corpus: Path) -> None:
    packed = corpus / "rootfs" / "belkin-F9K1015.tar.xz"
    if not packed.is_file():
        pytest.skip("no such tree in the corpus")
    data = lzma.decompress(packed.read_bytes())
    result = opened(tar, data)
    with tarfile.open(fileobj=io.BytesIO(data)) as other:
        names = [one for one in other.getmembers() if one.name.strip("./")]
        assert len(names) == len(result.sink.entries)
        for one in names:
            entry = result.entries[one.name.removeprefix("./")]
            assert (entry.mode, entry.mtime) == (one.mode, int(one.mtime))
            if one.isfile():
                stored = other.extractfile(one)
                assert stored is not None
                assert result.content(entry.path) == stored.read()
            elif one.issym():
                assert entry.target == one.linkname
