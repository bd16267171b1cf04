"""YAFFS2 images written page by page as mkyaffs2image lays them out."""

import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.filesystems import yaffs2
from assay.unpack.limits import Limits
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

FILE, LINK, FOLDER, HARD, SPECIAL = 1, 2, 3, 4, 5
MODES = {FILE: 0o100644, LINK: 0o120777, FOLDER: 0o040755, HARD: 0, SPECIAL: 0o020600}


class Image:
    """Writes pages with tags; the root directory comes first."""

    def __init__(self, page: int = 2048, spare: int = 64, order: str = "<", tags: int = 0) -> None:
        self.page, self.spare, self.order, self.tags = page, spare, order, tags
        self.data = bytearray()
        self.sequence = 0x1000
        self.head(1, FOLDER, 1, b"")

    def chunk(self, owner: int, number: int, data: Any, *, size: int | None = None) -> Any:
        size = len(data) if size is None else size
        tags = struct.pack(self.order + "4I", self.sequence, owner, number, size)
        self.data += data.ljust(self.page, b"\xff")
        self.data += (b"\xff" * self.tags + tags).ljust(self.spare, b"\xff")
        return self

    def head(
        self,
        owner: int,
        kind: int,
        parent: int,
        name: bytes,
        *,
        size: int | None = 0,
        target: bytes = b"",
        device: int = 0,
        same_as: int = 0,
        mode: int = 0,
    ) -> Any:
        out = struct.pack(self.order + "IIH", kind, parent, 0xFFFF) + name.ljust(256, b"\0")
        out += b"\xff\xff" + struct.pack(
            self.order + "8I", mode or MODES[kind], 5, 6, 1, 1234, 2, size, same_as
        )  # fmt: skip
        out += target.ljust(160, b"\0") + struct.pack(self.order + "I", device)
        out = out.ljust(496, b"\xff") + bytes(16)
        return self.chunk(owner, 0, out, size=0xFFFF)

    def file(self, owner: int, parent: int, name: bytes, data: Any) -> Any:
        self.head(owner, FILE, parent, name, size=len(data))
        for at in range(0, len(data), self.page):
            self.chunk(owner, at // self.page + 1, data[at : at + self.page])
        return self

    def erased(self, pages: int) -> Any:
        self.data += b"\xff" * ((self.page + self.spare) * pages)
        return self

    def bytes(self) -> Any:
        return bytes(self.data)


@pytest.mark.parametrize(
    ("page", "spare", "tags"), [(2048, 64, 0), (512, 16, 0), (4096, 128, 2), (2048, 64, 30)]
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_reads_all_kinds(
    page: int, spare: int, tags: int, order: str, opened: Callable[..., Any]
) -> None:
    image = Image(page, spare, order, tags)
    image.head(257, FOLDER, 1, b"bin").file(258, 257, b"app", b"x" * 5000)
    image.head(259, LINK, 257, b"sh", target=b"app").head(260, HARD, 257, b"tool", same_as=258)
    image.head(261, SPECIAL, 1, b"tty", device=0x501)
    image.head(262, SPECIAL, 1, b"fifo", mode=0o010644)
    result = opened(yaffs2, b"before" + image.bytes() + b"after", 6)
    entries = result.entries
    assert {path: entry.kind for path, entry in entries.items()} == {
        "bin": "directory", "bin/app": "file", "bin/sh": "symlink", "bin/tool": "hardlink",
        "tty": "device", "fifo": "fifo",
    }  # fmt: skip
    assert result.content("bin/app") == b"x" * 5000
    assert (entries["bin/sh"].target, entries["bin/tool"].target) == ("app", "bin/app")
    assert entries["tty"].device == "c5:1"
    app = entries["bin/app"]
    assert (app.mode, app.uid, app.gid, app.mtime) == (0o644, 5, 6, 1234)
    assert result.extent.end == 6 + len(image.data)
    assert not result.sink.problems


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_magic_announces_it(order: str, announced: Callable[..., bool]) -> None:
    assert announced(yaffs2, Image(order=order).bytes())


def test_the_newest_page_counts_and_a_shrunk_file_forgets(opened: Callable[..., Any]) -> None:
    image = Image().file(257, 1, b"f", b"A" * 5000)
    image.sequence += 1
    image.chunk(257, 1, b"B" * 2048).head(257, FILE, 1, b"f", size=3000)
    image.head(257, FILE, 1, b"renamed", size=3000).chunk(257, 3, b"C" * 10)
    result = opened(yaffs2, image.bytes())
    assert list(result.entries) == ["renamed"]
    assert result.content("renamed") == b"B" * 2048 + b"A" * 952 + bytes(1096) + b"C" * 10


def test_deleted_objects_are_gone(opened: Callable[..., Any]) -> None:
    image = Image().file(257, 1, b"gone", b"1").file(258, 1, b"kept", b"2")
    image.head(257, FILE, 3, b"unlinked").head(257, FILE, 4, b"deleted")
    assert list(opened(yaffs2, image.bytes()).entries) == ["kept"]


def test_gaps_are_accounted_for(opened: Callable[..., Any]) -> None:
    image = Image().file(257, 1, b"a", b"1").erased(3)
    image.file(258, 1, b"b", b"2")
    image.data += b"junk" * ((2048 + 64) // 4)
    image.file(259, 1, b"c", b"3").erased(2)
    result = opened(yaffs2, image.bytes())
    assert sorted(result.entries) == ["a", "b", "c"]
    assert [(one.account, one.length // 2112) for one in result.sink.regions] == [
        ("padding", 3),
        ("unknown", 1),
    ]
    assert result.extent.end == len(image.data) - 2 * 2112


def test_a_directory_that_contains_itself_is_not_reached(opened: Callable[..., Any]) -> None:
    image = (
        Image().head(257, FOLDER, 258, b"a").head(258, FOLDER, 257, b"b").file(259, 1, b"f", b"")
    )
    assert list(opened(yaffs2, image.bytes()).entries) == ["f"]


def test_a_link_to_nothing_is_damage(opened: Callable[..., Any]) -> None:
    image = Image().head(257, HARD, 1, b"link", same_as=999)
    assert "names no file" in opened(yaffs2, image.bytes()).sink.problems[0].says


def test_a_huge_size_is_a_limit(opened: Callable[..., Any]) -> None:
    image = Image().head(257, FILE, 1, b"f", size=1 << 31).chunk(257, 1, b"x")
    result = opened(yaffs2, image.bytes(), limits=Limits(file=1000))
    assert result.entries["f"].size == 1000
    assert result.sink.problems[0].kind == "limit"


@pytest.mark.parametrize(
    "data", [b"", Image().bytes(), Image().bytes() + b"\x55" * 4224, Image().bytes()[:400]]
)
def test_what_is_no_file_system_is_refused(data: Any) -> None:
    with pytest.raises(NotThisFormat):
        yaffs2.measure(View(data), 0)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_mutated_images_raise_nothing_else(data: Any) -> None:
    image = Image(512, 16).head(257, FOLDER, 1, b"d").file(258, 257, b"f", b"x" * 1200)
    mutated = bytearray(image.head(259, HARD, 1, b"l", same_as=258).bytes())
    for _ in range(data.draw(st.integers(1, 10))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    view = View(bytes(mutated[: data.draw(st.integers(0, len(mutated)))]))
    with suppress(NotThisFormat):
        yaffs2.unpack(view, yaffs2.measure(view, 0), Sink(view.limits, "yaffs2"))
