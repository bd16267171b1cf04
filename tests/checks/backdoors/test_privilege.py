"""With what right a program runs: set-uid, start files, handlers, and who loads a library."""

from pathlib import Path

import pytest

from assay.checks.backdoors.privilege import UNKNOWN, privilege
from assay.inventory.examiner import examiner
from assay.inventory.image import Inventory
from assay.model.result import Coverage
from assay.model.tree import Node, Origin

PROGRAM = Path(__file__).resolve().parents[2] / "code" / "changes" / "fixtures" / "mips-first.elf"
START = b"#!/bin/sh\nrelay -d &\n[ -f /data/x ] && other &\n"


@pytest.fixture(scope="module")
def image():
    relay = PROGRAM.read_bytes()
    files = {
        "etc/inittab": (b"::sysinit:/etc/init.d/rcS\n", 0o644),
        "etc/init.d/rcS": (START, 0o755),
        "etc/inetd.conf": (b"telnet stream tcp nowait root /usr/sbin/third third\n", 0o644),
        "usr/sbin/relay": (relay, 0o755),
        "usr/sbin/third": (relay + b"3", 0o755),
        "usr/bin/raised": (relay + b"4", 0o4755),
        "usr/bin/alone": (relay + b"5", 0o755),
        "www/cgi-bin/page.cgi": (relay + b"6", 0o755),
        "lib/libc.so.6": (relay + b"7", 0o755),
    }
    chosen = examiner()
    nodes, store = [], {}
    for number, (path, (content, mode)) in enumerate(sorted(files.items())):
        blob = f"{number:064x}"
        origin = Origin(container="a" * 64, format="tar", offset=0, length=len(content))
        nodes.append(
            Node(path=path, kind="file", origin=origin, blob=blob, size=len(content), mode=mode,
                 uid=0, gid=0)
        )  # fmt: skip
        store[blob] = chosen.examine(content, chosen.by_path(f"/{path}")).facts
    covered = Coverage(size=1, parsed=1, padding=0, encrypted=0, unknown=0, files=len(files))
    return Inventory(nodes, store, [module.KIND for module in chosen.modules], covered)


def right(image, path):
    return privilege(image, next(one for one in image.nodes if one.path == path))


def test_started_at_boot(image):
    assert right(image, "usr/sbin/relay") == "started at boot by /etc/init.d/rcS as root"


def test_set_uid(image):
    assert right(image, "usr/bin/raised") == "set-uid: whoever starts it, it runs as root"


def test_a_web_handler(image):
    assert right(image, "www/cgi-bin/page.cgi").startswith("a handler of the web interface")


def test_a_library_runs_with_the_rights_of_those_that_load_it(image):
    says = right(image, "lib/libc.so.6")
    assert "/usr/bin/raised (set-uid" in says
    assert "/usr/sbin/relay (started at boot" in says
    assert "more, with whose rights it runs" in says


def test_what_nothing_starts(image):
    assert right(image, "usr/bin/alone") == UNKNOWN
