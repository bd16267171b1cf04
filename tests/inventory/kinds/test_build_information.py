"""Modules of Go and crates of Rust, from both layouts of Go, and damaged ones."""

import json
import struct
import zlib

from hypothesis import given, strategies as st

from assay.inventory.kinds.build_information import GO_MAGIC, examine

MODULES = (
    "path\texample.org/agent\nmod\texample.org/agent\t(devel)\t\n"
    "dep\tgithub.com/gorilla/mux\tv1.8.0\th1:abc=\n=>\tgithub.com/own/mux\tv1.8.1\th1:x=\n"
    "build\tGOARCH=mipsle\n"
)
BASE = 0x400000


def elf(body: bytes, sections: dict[str, bytes] | None = None) -> bytes:
    """Return an ELF file (64 bits, little-endian) whose only segment holds *body*."""
    chosen = sections or {}
    names = b"\0" + b"".join(name.encode() + b"\0" for name in (*chosen, ".shstrtab"))
    content = bytearray(120) + body
    rows = [bytes(64)]
    for name, data in (*chosen.items(), (".shstrtab", names)):
        place = names.index(name.encode() + b"\0")
        rows.append(struct.pack("<IIQQQQIIQQ", place, 1, 0, 0, len(content), len(data), 0, 0, 1, 0))
        content += data
    table = len(content)
    head = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 62, 1, BASE, 64, table, 0, 64, 56, 1, 64,
        len(rows), len(rows) - 1,
    )  # fmt: skip
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, BASE, BASE, table, table, 4096)
    content[: len(head + segment)] = head + segment
    return bytes(content) + b"".join(rows)


def inline(version: bytes, modules: bytes) -> bytes:
    def text(data: bytes) -> bytes:
        return bytes([len(data) & 0x7F | 0x80, len(data) >> 7]) + data

    return GO_MAGIC + b"\0\2" + bytes(16) + text(version) + text(modules)


def framed(text: str) -> bytes:
    return b"S" * 16 + text.encode() + b"E" * 16


def test_inline_layout() -> None:
    content = elf(inline(b"go1.21.3", framed(MODULES)))
    facts = examine(content)
    assert facts is not None
    assert facts.compiler == "1.21.3"
    assert [(one.name, one.version) for one in facts.modules] == [
        ("example.org/agent", ""),
        ("github.com/gorilla/mux", "1.8.0"),
        ("github.com/own/mux", "1.8.1"),
    ]
    span = facts.modules[1].span
    assert content[span.offset : span.offset + span.length].startswith(b"dep\tgithub.com/gorilla")


def test_layout_with_pointers() -> None:
    version, modules = b"go1.13.8", framed(MODULES)
    at = BASE + 120 + 32
    headers = struct.pack("<QQQQ", at + 32, len(version), at + 32 + len(version), len(modules))
    magic = GO_MAGIC + b"\x08\0" + struct.pack("<QQ", at, at + 16)
    facts = examine(elf(magic + headers + version + modules))
    assert facts is not None
    assert (facts.compiler, len(facts.modules)) == ("1.13.8", 3)


def test_crates() -> None:
    told = {"packages": [
        {"name": "ring", "version": "0.16.20"}, {"name": "cc", "version": "1", "kind": "build"},
        {"name": 5, "version": "1"}, "x",
    ]}  # fmt: skip
    packed = zlib.compress(json.dumps(told).encode())
    facts = examine(elf(b"", {".dep-v0": packed}))
    assert facts is not None
    assert [(one.system, one.name, one.version) for one in facts.modules] == [
        ("cargo", "ring", "0.16.20")
    ]
    assert examine(elf(b"", {".dep-v0": packed[:-9]})) is None
    assert examine(elf(b"", {".dep-v0": zlib.compress(b"[1]")})) is None


def test_a_bomb_is_bounded() -> None:
    packed = zlib.compress(b'{"packages": [' + b" " * (64 << 20) + b"]}")
    assert examine(elf(b"", {".dep-v0": packed})) is None


@given(st.binary(max_size=80))
def test_hostile_information(tail: bytes) -> None:
    for body in (GO_MAGIC + tail, inline(b"go1.21", tail[:40])):
        facts = examine(elf(body))
        assert facts is None or facts.modules is not None
