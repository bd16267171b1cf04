"""What package managers note of an installation: lists of files, and when it took place.

opkg writes `NAME.list` in the order in which an archive was unpacked and reads it as a set; its
`status` holds the second of the installation. Reference: opkg, libopkg/pkg.c and pkg_parse.c.
"""

import re
from collections import Counter

from assay._kernel import lazy_re
from assay._kernel.printable import printable
from assay.compare.counts import went_and_came
from assay.compare.ledger import EQUAL, FIRST_CAUSE, Ledger
from assay.compare.outcome import Outcome, settled
from assay.compare.records import Change

KIND = "package list"
PRIORITY = 40
MOST_LINES = 40
_LIST = lazy_re.compile(r"/(?:opkg|dpkg)/info/[^/]+\.list$")
_STATUS = lazy_re.compile(r"/(?:opkg|dpkg)/status$")
_INSTALLED = lazy_re.compile(rb"^Installed-Time: ([0-9]{1,12})$", re.MULTILINE)


def claims(path: str, a: bytes, b: bytes) -> bool:
    """Say whether both are lists of files, or notes that differ in times only."""
    if _LIST.search(path):
        return _plain(a) and _plain(b)
    return bool(_STATUS.search(path)) and _without_times(a) == _without_times(b)


def _plain(content: bytes) -> bool:
    """Say whether a list holds absolute paths only, one on each line."""
    lines = content.split(b"\n")
    return not lines[-1] and all(line[:1] == b"/" for line in lines[:-1])


def _without_times(content: bytes) -> bytes:
    return _INSTALLED.sub(b"Installed-Time: ", content)


def compare(path: str, a: bytes, b: bytes) -> Outcome:
    """Return the account of two notes of a package manager."""
    return _lists(path, a, b) if _LIST.search(path) else _same_but_times(a, b)


def _lists(path: str, a: bytes, b: bytes) -> Outcome:
    """Compare two lists of files as sets; lines that both have are the same wherever they are."""
    first, second = Counter(a.splitlines(keepends=True)), Counter(b.splitlines(keepends=True))
    gone, come = first - second, second - first
    ledger = Ledger(len(a), len(b))
    ledger.settle(a, b, 0, 0, min(len(a), len(b)) if not gone and not come else 0)
    for side, content, own in ((0, a, gone), (1, b, come)):
        _mark(ledger, side, content, own)
    if not gone and not come:
        return settled(KIND, ledger, "the same files in another order")
    says = went_and_came(gone.total(), come.total(), "file", "files")
    lines = [f"-{printable(one.strip())}" for one in sorted(gone)]
    lines += [f"+{printable(one.strip())}" for one in sorted(come)]
    name = path.rpartition("/")[2]
    change = Change(kind="text", name=name, says=f"{says}.", lines=tuple(lines[:MOST_LINES]))
    return settled(KIND, ledger, f"the list of files differs: {says}", (change,), "D")


def _mark(ledger: Ledger, side: int, content: bytes, own: Counter[bytes]) -> None:
    """Account for the lines of a list: its *own* differ, others stand elsewhere on the other."""
    at, left = 0, Counter(own)
    for line in content.splitlines(keepends=True):
        if left[line] > 0:
            left[line] -= 1
            ledger.differ(side, at, at + len(line))
        at += len(line)
    ledger.explain(side, 0, at, "N7", "the same lines in another order, read as a set")


def _same_but_times(a: bytes, b: bytes) -> Outcome:
    ledger = Ledger(len(a), len(b))
    for side, content in ((0, a), (1, b)):
        labels = ledger.labels[side]
        labels[:] = EQUAL
        for match in _INSTALLED.finditer(content):
            labels[match.start(1) : match.end(1)] = FIRST_CAUSE + 6
    ledger.proofs["N6"] = "the field Installed-Time; everything else is the same"
    return settled(KIND, ledger, "the same packages, installed at another time")
