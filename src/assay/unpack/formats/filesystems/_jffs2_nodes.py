"""JFFS2 log nodes: finds them, checks their CRCs, and tells where the file system ends.

Layout: Linux include/uapi/linux/jffs2.h. Its CRC32 starts at 0 and is not inverted.
"""

import re
import zlib
from typing import NamedTuple

import msgspec

from assay._kernel import lazy_re
from assay.unpack.view import NotThisFormat, View

ACCURATE = 0x2000
DIRENT, INODE, XATTR, XREF = 0xE001, 0xE002, 0xE008, 0xE009
CLEAN, PADDING, SUMMARY = 0x2003, 0x2004, 0x2006
_HEADER_SIZE = {
    DIRENT: 40, INODE: 68, XATTR: 32, XREF: 28, CLEAN: 12, PADDING: 12, SUMMARY: 32,
}  # fmt: skip
_CHECKED = {DIRENT: (32, 32), INODE: (60, 64), XATTR: (28, 28), XREF: (24, 24)}
"""Per node type: how many bytes its own CRC covers, and where that CRC stands."""
_MAGICS = {b"\x85\x19": "<", b"\x84\x19": "<", b"\x19\x85": ">", b"\x19\x84": ">"}
_WRITTEN = lazy_re.compile(rb"[^\xff]")
ERASED_GAP = 4 << 20
"""Erased flash between two nodes of one file system, at most."""
GARBAGE_GAP = 16 << 10
"""Half-written or damaged bytes between two nodes of one file system, at most."""
_APART = 4096
_MOST_NODES = 4_000_000


class Node(NamedTuple):
    """A node of type *kind* at *at*; `total` counts its header and data."""

    at: int
    kind: int
    total: int


class Gap(NamedTuple):
    """Bytes between nodes: erased (all 0xff) or not readable as nodes."""

    at: int
    length: int
    erased: bool


class Log(msgspec.Struct):
    """What `scan` found between *start* and *end*."""

    start: int
    end: int
    order: str
    nodes: list[Node] = msgspec.field(default_factory=list)
    gaps: list[Gap] = msgspec.field(default_factory=list)
    damaged: list[int] = msgspec.field(default_factory=list)
    clean: int = 0
    obsolete: int = 0
    cut: bool = False


def crc(data: bytes | memoryview) -> int:
    """Return JFFS2's CRC32 of *data*."""
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


def byte_order(view: View, start: int) -> str:
    """Return `<` or `>` for the magic at *start*; raise `NotThisFormat` when it is none."""
    order = _MAGICS.get(view.read(start, 2))
    if order is None:
        raise NotThisFormat("no JFFS2 magic")
    return order


def _header(view: View, at: int, order: str) -> Node | None:
    """Return the node at *at* when its header is sound; obsolete ones lack `ACCURATE`."""
    if at + 12 > view.size:
        return None
    magic, kind, total, stored = view.unpack(order + "HHII", at)
    if magic not in {0x1985, 0x1984} or total < _HEADER_SIZE.get(kind | ACCURATE, 12):
        return None
    # The flash clears the accurate bit in place to obsolete a node, so the CRC has it set.
    words = (kind | ACCURATE).to_bytes(2, "little" if order == "<" else "big")
    if crc(view.read(at, 2) + words + view.read(at + 4, 4)) != stored:
        return None
    return Node(at, kind, total) if at + total <= view.size else None


def node_is_sound(view: View, node: Node, order: str) -> bool:
    """Return whether the CRC over the fields of *node* is right."""
    covered, stands = _CHECKED[node.kind]
    return crc(view.window(node.at, covered)) == view.number(order + "I", node.at + stands)


def _next_node(view: View, at: int, order: str) -> tuple[Node, list[Gap]] | None:
    """Return the next node after *at* that is close enough, and the gaps before it."""
    gaps: list[Gap] = []
    found = _WRITTEN.search(view.data, at, min(view.size, at + ERASED_GAP))
    if found is None:
        return None
    # A bit may still be 0xff at the head of an unaligned word: nodes start at multiples of 4.
    written = at + (found.start() - at) // 4 * 4
    if written > at:
        gaps.append(Gap(at, written - at, erased=True))
    node = _header(view, written, order)
    if node is not None:
        return node, gaps
    magic = b"[\x84\x85]\x19" if order == "<" else b"\x19[\x84\x85]"
    limit = min(view.size, written + GARBAGE_GAP)
    for match in re.finditer(magic, view.data[written:limit]):
        node = _header(view, written + match.start(), order)
        if node is not None:
            gaps.append(Gap(written, node.at - written, erased=False))
            return node, gaps
    return None


class _Scanner:
    def __init__(self, view: View, start: int, order: str) -> None:
        self.view = view
        self.log = Log(start, start, order)
        self.versions: dict[tuple[int, int, int], int] = {}
        self.resume: tuple[int, int, int] | None = None

    def run(self) -> Log:
        at, log = self.log.start, self.log
        while True:
            node = _header(self.view, at, log.order)
            if node is None:
                step = _next_node(self.view, at, log.order)
                if step is None:
                    return log
                node, gaps = step
                if node.at - at >= _APART:
                    self.resume = (log.end, len(log.nodes), len(log.gaps))
                log.gaps += gaps
            if self._belongs_elsewhere(node):
                return log
            at = min(node.at + (node.total + 3 & ~3), self.view.size)
            log.end = at

    def _belongs_elsewhere(self, node: Node) -> bool:
        """Take *node* in, unless it shows that another file system began after a gap."""
        log = self.log
        if node.kind not in _CHECKED:
            log.clean += node.kind == CLEAN
            log.obsolete += node.kind | ACCURATE in _CHECKED
            return False
        if not node_is_sound(self.view, node, log.order):
            log.damaged.append(node.at)
            return False
        if self._conflicts(node) and self.resume is not None:
            log.end, nodes, gaps = self.resume
            del log.nodes[nodes:], log.gaps[gaps:]
            log.damaged = [at for at in log.damaged if at < log.end]
            return True
        if len(log.nodes) >= _MOST_NODES:
            log.cut = True
            return True
        log.nodes.append(node)
        return False

    def _conflicts(self, node: Node) -> bool:
        """Return whether a different node has the same number and version.

        Within one file system versions are unique; garbage collection copies byte for byte.
        """
        if node.kind not in {DIRENT, INODE}:
            return False
        first, version = self.view.unpack(self.log.order + "II", node.at + 12)
        stored = self.view.number(self.log.order + "I", node.at + _CHECKED[node.kind][1])
        return self.versions.setdefault((node.kind, first, version), stored) != stored


def scan(view: View, start: int) -> Log:
    """Return the nodes from *start* on; raise `NotThisFormat` where no file system begins."""
    order = byte_order(view, start)
    if _header(view, start, order) is None:
        raise NotThisFormat("the first node has a wrong CRC or size")
    log = _Scanner(view, start, order).run()
    # Flash tools carry one clean marker as a constant; a file system has more than that.
    if not log.nodes and log.clean < 2:
        raise NotThisFormat("no directory entry, no inode")
    return log
