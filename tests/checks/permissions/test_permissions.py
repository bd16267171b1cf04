"""The checks of modes: positives, near misses, unknown modes, whole trees of mode 0777."""

import struct
from typing import Any

from building import File, findings_of, image_of

from assay.checks.check import Scope
from assay.checks.permissions import (
    key_readable,
    setuid_inventory,
    setuid_unusual,
    world_writable_configuration,
    world_writable_executed,
)

SHADOW = b"root:$1$4ce6a0$8327Pr9kC9SH9S4b/oH4M1:16541:0:99999:7:::\n"
CHECKS: tuple[Any, ...] = (
    key_readable,
    setuid_inventory,
    setuid_unusual,
    world_writable_configuration,
    world_writable_executed,
)


def elf_that_imports(*names: str) -> bytes:
    """Return a shared-library-like ELF (32 bits, little-endian) that imports *names*."""
    strings = b"\0" + b"".join(name.encode() + b"\0" for name in names)
    symbols = b"\0" * 16
    for name in names:
        symbols += struct.pack("<IIIBBH", strings.index(name.encode()), 0, 0, 0x12, 0, 0)
    header = 52 + 2 * 32
    at_strings, at_symbols = header, header + len(strings)
    at_dynamic = at_symbols + len(symbols)
    hashes = at_dynamic + 6 * 8
    entries = [(5, at_strings), (10, len(strings)), (6, at_symbols), (11, 16), (4, hashes), (0, 0)]
    dynamic = b"".join(struct.pack("<II", *entry) for entry in entries)
    table = struct.pack("<III", 1, len(names) + 1, 0) + b"\0" * 4 * (len(names) + 1)
    size = hashes + len(table)
    ident = b"\x7fELF\x01\x01\x01" + b"\0" * 9
    elf = ident + struct.pack("<HHIIIIIHHHHHH", 3, 8, 1, 0, 52, 0, 0, 52, 32, 2, 40, 0, 0)
    load = struct.pack("<IIIIIIII", 1, 0, 0, 0, size, size, 5, 4096)
    dyn = struct.pack("<IIIIIIII", 2, at_dynamic, at_dynamic, at_dynamic, 48, 48, 6, 4)
    return elf + load + dyn + strings + symbols + dynamic + table


def test_setuid_inventory() -> None:
    image = image_of({"/bin/su": (b"\x7fELF", 0o4755), "/bin/ls": (b"\x7fELF.", 0o755)})
    (finding,) = findings_of(setuid_inventory, image)
    assert finding.says == "1 file is set-uid or set-gid: /bin/su (mode 4755, owner 0:0)."
    assert finding.severity == "info"
    assert findings_of(setuid_inventory, image_of({"/bin/ls": (b"\x7fELF", 0o755)})) == []


def test_setuid_shell_and_writable_are_critical() -> None:
    image = image_of({"/bin/ash": (b"\x7fELFa", 0o4755), "/bin/x": (b"\x7fELFb", 0o4777)})
    assert [f.severity for f in findings_of(setuid_unusual, image)] == ["critical", "critical"]


def test_setuid_tool_that_calls_the_shell() -> None:
    content = elf_that_imports("printf", "system")
    (finding,) = findings_of(setuid_unusual, image_of({"/usr/bin/diag": (content, 0o4755)}))
    assert finding.severity == "high"
    assert "system" in finding.says
    assert content[finding.evidence[1].offset :].startswith(b"system\0")


def test_customary_and_harmless_setuid_files_are_left_alone() -> None:
    files: dict[str, File] = {
        "/bin/su": (elf_that_imports("system"), 0o4755),
        "/bin/led": (elf_that_imports("printf"), 0o4755),
        "/bin/diag": (elf_that_imports("system", "exit"), 0o755),
    }
    assert findings_of(setuid_unusual, image_of(files)) == []


def test_setuid_script_is_low() -> None:
    (finding,) = findings_of(setuid_unusual, image_of({"/bin/a": (b"#!/bin/sh\nid\n", 0o4755)}))
    assert finding.severity == "low"


def test_world_writable_script_that_a_start_script_runs() -> None:
    files: dict[str, File] = {
        "/etc/init.d/S10net": (b"#!/bin/sh\n/usr/share/up.sh wan\n", 0o755),
        "/usr/share/up.sh": (b"#!/bin/sh\ndate\n", 0o777),
        "/usr/share/unused.sh": (b"#!/bin/sh\nid\n", 0o777),
    }
    (finding,) = findings_of(world_writable_executed, image_of(files))
    assert finding.subject.endswith("/usr/share/up.sh")
    assert "/etc/init.d/S10net" in finding.says
    assert finding.evidence[1].excerpt.startswith("/usr/share/up.sh")


def test_a_tree_of_mode_0777_is_one_finding() -> None:
    lines = "".join(f"/bin/tool{n}\n" for n in range(40))
    files: dict[str, File] = {
        f"/bin/tool{n}": (b"#!/bin/sh\n#%d\nid\n" % n, 0o777) for n in range(40)
    }
    files["/etc/init.d/rcS"] = (f"#!/bin/sh\n{lines}".encode(), 0o777)
    found = findings_of(world_writable_executed, image_of(files))
    assert len(found) == 1
    assert "world-writable files are run" in found[0].says


def test_world_writable_configuration_is_aggregated() -> None:
    files: dict[str, File] = {f"/etc/c{n}": (b"x%d" % n, 0o666) for n in range(30)}
    files |= {"/etc/passwd": (b"root:x:0:0::/:/bin/sh\n", 0o666), "/etc/fine": (b"x", 0o644)}
    (finding,) = findings_of(world_writable_configuration, image_of(files))
    assert finding.says.startswith("31 of 32 configuration files are world-writable: /etc/passwd")


def test_readable_secrets() -> None:
    (finding,) = findings_of(key_readable, image_of({"/etc/shadow": (SHADOW, 0o644)}))
    assert "/etc/shadow (password hashes)" in finding.says
    assert findings_of(key_readable, image_of({"/etc/shadow": (SHADOW, 0o600)})) == []


def test_unknown_modes_are_gaps() -> None:
    image = image_of({"/etc/shadow": (SHADOW, -1), "/bin/su": (b"\x7fELF", -1)})
    for check in CHECKS:
        scope = Scope()
        assert list(check.run(image, scope)) == []
        assert "not recorded" in scope.gaps[0]
