"""What package managers note of an installation: lists of files, and when it took place.

opkg writes `NAME.list` in the order in which an archive was unpacked and reads it as a set; its
`status` holds the second of the installation. Reference: opkg, libopkg/pkg.c and pkg_parse.c.
"""

import re
from collections import Counter

from assay.compare.ledger import EQUAL, FIRST_CAUSE, Ledger
from assay.compare.outcome import Outcome, settled

KIND = "package list"
PRIORITY = 40
_LIST = re.compile(r"/(?:opkg|dpkg)/info/[^/]+\.list$")
_STATUS = re.compile(r"/(?:opkg|dpkg)/status$")
_INSTALLED = re.compile(rb"^Installed-Time: ([0-9]{1,12})$", re.MULTILINE)


def claims(path: str, a: bytes, b: bytes) -> bool:
    """Say whether both are notes of a package manager that mean the same."""
    if _LIST.search(path):
        return Counter(a.split(b"\n")) == Counter(b.split(b"\n")) and _plain(a)
    return bool(_STATUS.search(path)) and _without_times(a) == _without_times(b)


def _plain(content: bytes) -> bool:
    """Say whether a list holds absolute paths only, one on each line."""
    lines = content.split(b"\n")
    return not lines[-1] and all(line[:1] == b"/" for line in lines[:-1])


def _without_times(content: bytes) -> bytes:
    return _INSTALLED.sub(b"Installed-Time: ", content)


def compare(path: str, a: bytes, b: bytes) -> Outcome:
    """Return the account of two notes that mean the same."""
    return _same_lines(a, b) if _LIST.search(path) else _same_but_times(a, b)


def _same_lines(a: bytes, b: bytes) -> Outcome:
    ledger = Ledger(len(a), len(b))
    ledger.settle(a, b, 0, 0, len(a))
    for side in (0, 1):
        ledger.explain(side, 0, len(a), "N7", "the same lines in another order, read as a set")
    return settled(KIND, ledger, "the same files in another order")


def _same_but_times(a: bytes, b: bytes) -> Outcome:
    ledger = Ledger(len(a), len(b))
    for side, content in ((0, a), (1, b)):
        labels = ledger.labels[side]
        labels[:] = EQUAL
        for match in _INSTALLED.finditer(content):
            labels[match.start(1) : match.end(1)] = FIRST_CAUSE + 6
    ledger.proofs["N6"] = "the field Installed-Time; everything else is the same"
    return settled(KIND, ledger, "the same packages, installed at another time")
