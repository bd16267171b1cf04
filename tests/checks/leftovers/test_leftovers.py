"""Debugging tools, build paths, version-control folders, memory dumps."""

import struct
from pathlib import Path

from building import findings_of, image_of

from assay.checks.leftovers import build_paths, core_dumps, debug_tools, version_control

ELF = (Path(__file__).parents[2] / "inventory" / "fixtures" / "elf" / "weak.mips").read_bytes()


def test_debug_tools() -> None:
    image = image_of({"/usr/bin/gdbserver": ELF, "/bin/nc": "busybox", "/bin/busybox": ELF + b"x"})
    (finding,) = findings_of(debug_tools, image)
    assert "2 debugging tools are" in finding.says
    assert "/usr/bin/gdbserver (debugger)" in finding.says
    assert finding.severity == "low"


def test_names_alone_are_no_tools() -> None:
    files = {"/usr/share/strace": ELF, "/usr/bin/gdb": b"#!/bin/sh\n", "/bin/nc": "missing"}
    assert findings_of(debug_tools, image_of({**files, "/usr/bin/ping": ELF})) == []


def test_build_paths() -> None:
    program = ELF + b"\0/home/alice/router/src/main.c\0/home/alice/router/lib/x.h\0"
    (finding,) = findings_of(build_paths, image_of({"/bin/a": program, "/bin/b": program + b"x"}))
    assert "below /home/alice/router" in finding.says
    assert "2 file(s)" in finding.says
    offset = finding.evidence[0].offset
    assert program[offset:].startswith(b"/home/alice/router/src/main.c")


def test_relative_paths_and_scripts_are_left() -> None:
    files = {"/bin/a": ELF + b"\0../home/a/b.c\0", "/bin/s": b"#!/bin/sh\ncc /home/a/b/c.c\n"}
    assert findings_of(build_paths, image_of(files)) == []


def test_version_control() -> None:
    image = image_of({"/www/.git/config": b"x", "/www/CVS/Entries": b"x", "/src/CVS/y": b"x"})
    (finding,) = findings_of(version_control, image)
    assert "2 version-control folder(s)" in finding.says
    assert findings_of(version_control, image_of({"/www/.gitignore": b"x"})) == []


def test_core_dumps() -> None:
    content = bytearray(ELF)
    struct.pack_into(">H", content, 16, 4)
    (finding,) = findings_of(core_dumps, image_of({"/var/core.1": bytes(content)}))
    assert "memory dump" in finding.says
    assert findings_of(core_dumps, image_of({"/var/core": b"text\n", "/bin/core": ELF})) == []


def test_hostile_lists_are_bounded() -> None:
    files = {f"/r/{n}/.git/HEAD": b"x" for n in range(200)}
    paths = b"".join(b"/home/u%d/p/a.c\0" % n for n in range(3000))
    image = image_of({**files, "/bin/a": ELF + b"\0" + paths})
    for check in (version_control, build_paths):
        (finding,) = findings_of(check, image)
        assert len(finding.evidence) <= 10
        assert len(finding.says) < 500
