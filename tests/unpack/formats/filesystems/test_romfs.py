"""romfs images of genromfs, damaged and hostile ones."""

import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.filesystems import romfs
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View


@pytest.fixture(scope="module")
def image(fixture_bytes: Callable[[str], bytes]) -> Any:
    return fixture_bytes("filesystems/data/romfs.bin")


def test_reads_what_the_tool_wrote(
    opened: Callable[..., Any],
    image: bytes,
    sample_tree: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
    announced: Callable[..., bool],
) -> None:
    result = opened(romfs, b"before" + image + b"after", 6)
    found = describe(result)
    assert {path: (row.kind, row.holds) for path, row in found.items()} == {
        path: (row.kind, row.holds) for path, row in sample_tree.items()
    }
    assert not result.sink.problems
    assert result.extent.end == 6 + len(image)
    assert announced(romfs, image)


def test_modes_are_those_that_linux_shows(opened: Callable[..., Any], image: bytes) -> None:
    entries = opened(romfs, image).entries
    modes = {path: entries[path].mode for path in ("bin/app", "bin/tool", "etc/passwd", "bin")}
    assert modes == {"bin/app": 0o755, "bin/tool": 0o755, "etc/passwd": 0o644, "bin": 0o755}


def test_a_wrong_header_checksum_is_damage(opened: Callable[..., Any], image: bytes) -> None:
    data = bytearray(image)
    data[opened(romfs, image).entries["etc/passwd"].offset + 15] ^= 1
    result = opened(romfs, bytes(data))
    assert result.content("etc/passwd").startswith(b"root:")
    assert "checksum" in result.sink.problems[0].says


def test_a_cut_image_keeps_what_is_there(opened: Callable[..., Any], image: bytes) -> None:
    result = opened(romfs, image[: len(image) // 2])
    assert result.entries
    assert {problem.kind for problem in result.sink.problems} == {"damage"}


@pytest.mark.parametrize("path", ["etc/passwd", "bin"])
def test_lists_that_contain_themselves_end(
    path: str, opened: Callable[..., Any], image: bytes
) -> None:
    data = bytearray(image)
    at = opened(romfs, image).entries[path].offset
    if path == "bin":
        data[at + 4 : at + 8] = struct.pack(">I", 64)
    else:
        data[at : at + 4] = struct.pack(">I", at | 2)
    result = opened(romfs, bytes(data))
    assert any("contains itself" in problem.says for problem in result.sink.problems)


@pytest.mark.parametrize("data", [b"", b"-rom1fs-", b"-rom1fs-" + b"\0\0\1\0" * 40])
def test_what_is_no_file_system_is_refused(data: Any) -> None:
    with pytest.raises(NotThisFormat):
        romfs.measure(View(data), 0)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_mutated_images_raise_nothing_else(image: bytes, data: Any) -> None:
    mutated = bytearray(image)
    places = [at for at in range(0, len(image), 16) if image[at + 4 : at + 12].count(0) > 4]
    for _ in range(data.draw(st.integers(1, 10))):
        at = data.draw(st.sampled_from(places)) + data.draw(st.integers(0, 15))
        mutated[at] = data.draw(st.integers(0, 255))
    words = struct.unpack(">128I", mutated[:512])  # Some mutations shall pass the checksum.
    wrong = sum(words) - words[3]
    mutated[12:16] = struct.pack(">I", -wrong & 0xFFFFFFFF)
    view = View(bytes(mutated))
    with suppress(NotThisFormat):
        romfs.unpack(view, romfs.measure(view, 0), Sink(view.limits, "romfs"))
