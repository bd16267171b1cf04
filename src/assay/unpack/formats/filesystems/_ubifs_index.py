"""UBIFS leaves: what is current, from the index, the journal, or all nodes in write order.

Layout: Linux fs/ubifs/ubifs-media.h; journal: fs/ubifs/replay.c, described in its comments.
"""

from collections.abc import Iterable

import msgspec

from assay.unpack.formats.filesystems._ubifs_nodes import (
    CS,
    DATA,
    DENT,
    IDX,
    INO,
    REF,
    TRUN,
    XENT,
    Master,
    Node,
    Volume,
    node_at,
    nodes_in,
)
from assay.unpack.view import NotThisFormat, View

LEAF = {INO, DATA, DENT, XENT}
_MOST_LEVELS = 64


class Leaves(msgspec.Struct):
    """The current nodes by inode, by (directory, name), and by (inode, block)."""

    inodes: dict[int, Node] = msgspec.field(default_factory=dict)
    names: dict[int, dict[bytes, Node]] = msgspec.field(default_factory=dict)
    attributes: dict[int, dict[bytes, Node]] = msgspec.field(default_factory=dict)
    data: dict[int, dict[int, Node]] = msgspec.field(default_factory=dict)
    damaged: list[tuple[int, str]] = msgspec.field(default_factory=list)
    whole_index: bool = True

    def apply(self, view: View, node: Node) -> None:
        """Let *node* replace or delete what is known under its key."""
        if node.kind == INO:
            self._inode(view, node)
        elif node.kind == DATA:
            inode, block = view.unpack("<II", node.at + 24)
            self.data.setdefault(inode, {})[block & 0x1FFFFFFF] = node
        elif node.kind in {DENT, XENT}:
            self._name(view, node)
        elif node.kind == TRUN:
            self._truncate(view, node)

    def _inode(self, view: View, node: Node) -> None:
        inode = view.number("<I", node.at + 24)
        if view.number("<I", node.at + 92):
            self.inodes[inode] = node
            return
        self.inodes.pop(inode, None)
        self.data.pop(inode, None)

    def _name(self, view: View, node: Node) -> None:
        parent = view.number("<I", node.at + 24)
        inode, _, _, size = view.unpack("<QBBH", node.at + 40)
        if 56 + size > node.length:
            self.damaged.append((node.at, "a name runs over the end of its node"))
            return
        table = self.names if node.kind == DENT else self.attributes
        names = table.setdefault(parent, {})
        name = view.read(node.at + 56, size)
        if inode:
            names[name] = node
        else:
            names.pop(name, None)

    def _truncate(self, view: View, node: Node) -> None:
        inode = view.number("<I", node.at + 24)
        first_gone = (view.number("<Q", node.at + 48) + 4095) // 4096
        blocks = self.data.get(inode, {})
        for block in [block for block in blocks if block >= first_gone]:
            del blocks[block]


def from_index(view: View, volume: Volume, master: Master) -> Leaves:
    """Return the leaves of the last commit, then of the journal written after it."""
    leaves = Leaves()
    for node in _indexed(view, volume, master, leaves):
        leaves.apply(view, node)
    for node in sorted(_journal(view, volume, master, leaves), key=lambda node: node.sqnum):
        leaves.apply(view, node)
    return leaves


def from_scan(view: View, volume: Volume) -> Leaves:
    """Return the leaves that all sound nodes leave when applied in the order of writing."""
    leaves, damaged = Leaves(whole_index=False), list[int]()
    found: list[Node] = []
    for block in range(3 + volume.log_blocks, volume.blocks):
        start = volume.start + block * volume.block
        if start >= volume.end:
            break
        nodes = nodes_in(view, start, min(start + volume.block, volume.end), damaged)
        found += [node for node in nodes if node.kind in LEAF or node.kind == TRUN]
    leaves.damaged += [(at, "no sound node") for at in damaged]
    for node in sorted(found, key=lambda node: node.sqnum):
        leaves.apply(view, node)
    return leaves


def _indexed(view: View, volume: Volume, master: Master, leaves: Leaves) -> Iterable[Node]:
    """Yield the leaf nodes below the root of the index, in key order."""
    stack = [(master.root, _MOST_LEVELS)]
    seen: set[tuple[int, int]] = set()
    while stack:
        where, levels = stack.pop()
        repeated = where[:2] in seen or levels == 0
        node = None if repeated else _pointed_at(view, volume, where, leaves)
        if node is None:
            leaves.whole_index = False
            continue
        seen.add(where[:2])
        if node.kind == IDX:
            stack += [(one, levels - 1) for one in reversed(_branches(view, node))]
        elif node.kind in LEAF:
            yield node


def _pointed_at(
    view: View, volume: Volume, where: tuple[int, int, int], leaves: Leaves
) -> Node | None:
    try:
        at = volume.offset(where[0], where[1])
    except NotThisFormat as error:
        leaves.damaged.append((volume.start, str(error)))
        return None
    node = node_at(view, at, volume.end)
    if node is None or node.length != where[2]:
        leaves.damaged.append((at, "the index points at no sound node"))
        return None
    return node


def _branches(view: View, node: Node) -> list[tuple[int, int, int]]:
    """Return (block, offset, length) of the children; authenticated images add hashes."""
    count = view.number("<H", node.at + 24)
    if not count:
        return []
    width = (node.length - 28) // count
    if width < 20:
        return []
    places = (node.at + 28 + index * width for index in range(count))
    return [(b, o, n) for b, o, n in (view.unpack("<III", at) for at in places)]


def _journal(view: View, volume: Volume, master: Master, leaves: Leaves) -> Iterable[Node]:
    """Yield the nodes of the blocks that the log names since the last commit."""
    damaged: list[int] = []
    for block, offset in sorted(_buds(view, volume, master)):
        start = volume.start + block * volume.block
        nodes = nodes_in(view, start + offset, min(start + volume.block, volume.end), damaged)
        yield from (node for node in nodes if node.kind in LEAF or node.kind == TRUN)
    leaves.damaged += [(at, "no sound node in the journal") for at in damaged]


def _buds(view: View, volume: Volume, master: Master) -> set[tuple[int, int]]:
    """Return the (block, offset) that reference nodes of the current log name."""
    found: set[tuple[int, int]] = set()
    first, last = 3, 3 + min(volume.log_blocks, volume.blocks - 4)
    if not first <= master.log < last:
        return found
    order = [*range(master.log, last), *range(first, master.log)]
    for block in order:
        start = volume.start + block * volume.block
        for node in nodes_in(view, start, min(start + volume.block, volume.end), []):
            if node.kind == CS and view.number("<Q", node.at + 24) != master.commit:
                return found
            if node.kind == REF:
                lnum, offset = view.unpack("<II", node.at + 24)
                if lnum < volume.blocks and offset < volume.block:
                    found.add((lnum, offset))
    return found
