"""Programs of many names: the table of applets that a BusyBox binary has compiled in.

Facts of the inventory stage; known-flaw matching reads them. The table is a run of sorted names,
each ended by zeros (`applet_names` of applets/applet_tables.c, or the strings of older ones).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any

from assay._kernel import lazy_re
from assay._kernel.multipattern import compiled
from assay.inventory.kind import Kind, Span
from assay.inventory.marks import has
from assay.model.record import Record

MOST_RUNS = 4000
FEWEST = 10
LONGEST = 24
_RUN = lazy_re.compile(rb"(?:[a-z0-9_.\[-]{1,24}\0{1,4}){10,2000}")
_FIRST_END = lazy_re.compile(rb"\0(?<=[a-z0-9_.\[-]\0)\0{0,3}(?:[a-z0-9_.\[-]{1,24}\0{1,4}){9}")
_TAIL = lazy_re.compile(rb"[a-z0-9_.\[-]{1,24}\Z")
_NAME = lazy_re.compile(rb"[^\0]+")
WATCHED = (
    "ar", "arp", "ash", "awk", "bunzip2", "bzcat", "chpasswd", "cpio", "dhcprelay", "dpkg",
    "dpkg-deb", "ftpget", "ftpd",
    "gunzip", "gzip", "hush", "httpd", "inetd", "klogd", "lzcat", "lzma", "lzop", "man", "mdev",
    "modprobe", "msh", "netstat", "ntpd", "nslookup", "passwd", "ping", "rpm", "sed", "ssl_client",
    "svlogd", "syslogd", "tar", "telnet", "telnetd", "tftp", "tftpd", "traceroute", "udhcpc",
    "udhcpc6", "udhcpd", "uncompress", "unlzma", "unxz", "unzip", "vi", "wget", "xz", "xzcat",
    "zcat", "zcip",
)  # fmt: skip
"""Applets that flaws are known of; those whose name occurs nowhere in the file are absent."""
_USUAL = frozenset(
    b"cat chmod cp df dmesg echo false free grep halt hostname ifconfig init insmod kill login ls "
    b"lsmod mkdir mount mv ping ps pwd reboot rm rmmod route sed sh sleep test true umount".split()
)
_FEWEST_USUAL = 6


class AppletFacts(Record):
    """The applets of a binary, sorted; `table` spans their names in the file.

    Linkers keep a name that ends another one in that other's place, so a name may be missing in
    the table. `absent` are those of `WATCHED` that no text in the file ends with.
    """

    table: Span
    applets: tuple[str, ...]
    absent: tuple[str, ...] = ()


KIND = Kind(
    name="applets",
    version=2,
    facts=AppletFacts,
    about="the applets that a BusyBox binary has compiled in",
    magic=(b"\x7fELF", b"BFLT"),
)


def examine(content: bytes) -> AppletFacts | None:
    """Return the applets of a BusyBox binary, or None where there is no table of them."""
    if not has(content, "applets"):
        return None
    best: list[re.Match[bytes]] = []
    for run in islice(_runs(content), MOST_RUNS):
        for names in _sorted_runs(list(_NAME.finditer(content, run.start(), run.end()))):
            usual = sum(name[0] in _USUAL for name in names)
            if usual >= _FEWEST_USUAL and len(names) > len(best):
                best = names
    if not best:
        return None
    start, end = best[0].start(), best[-1].end()
    return AppletFacts(
        table=Span(offset=start, length=end - start, text=f"table of {len(best)} applets"),
        applets=tuple(name[0].decode("ascii") for name in best),
        absent=_absent(content),
    )


def _runs(content: bytes) -> Iterator[re.Match[bytes]]:
    """Yield what the expression of a run finds, by where the first name of one ends."""
    place = 0
    while found := _FIRST_END.search(content, place):
        start = max(place, found.start() - LONGEST)
        before = _TAIL.search(content, start, found.start())
        run = _RUN.match(content, before.start()) if before else None
        if run is None:  # the name in front belongs to the run before
            place = found.start() + 1
            continue
        yield run
        place = run.end()


def _absent(content: bytes) -> tuple[str, ...]:
    """Return those of `WATCHED` that no text ends with."""
    there: set[int] = set()
    _ends().scan(content, match_event_handler=lambda number, *_: there.add(number))
    return tuple(name for number, name in enumerate(WATCHED) if number not in there)


@lru_cache(maxsize=1)
def _ends() -> Any:  # noqa: ANN401 - hyperscan's
    ends = [re.escape(name.encode()) + rb"\x00" for name in WATCHED]
    return compiled(ends, once=True, name="applets")


def _sorted_runs(names: list[re.Match[bytes]]) -> list[list[re.Match[bytes]]]:
    """Return the longest stretches in which each name is greater than the one before."""
    runs, now = [], names[:1]
    for before, name in pairwise(names):
        if name[0] <= before[0]:
            runs.append(now)
            now = []
        now.append(name)
    runs.append(now)
    return [run for run in runs if len(run) >= FEWEST]
