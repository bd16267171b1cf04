"""The flattened device tree: header, nodes and properties, shared by DTB and FIT.

Layout: Devicetree Specification 0.4, chapter 5; all numbers are big-endian.
"""

from collections.abc import Iterator
from typing import NamedTuple

from assay.unpack.format import NotThisFormat
from assay.unpack.view import View

MAGIC = (
    rb"\xd0\x0d\xfe\xed[\x00-\x3f]...\x00...[\x00-\x3f]...\x00..."
    rb"\x00\x00\x00[\x10\x11]\x00\x00\x00\x10"
)
HEADER = 40
_BEGIN, _END, _PROPERTY, _NOTHING, _STOP = 1, 2, 3, 4, 9
_MOST_TOKENS = 200_000
_MOST_DEPTH = 64
_NAME_CHARACTERS = frozenset(
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ,._+?#-@/&:~*()[]= "
)


class Tree(NamedTuple):
    """The blocks of a device tree, as offsets in the blob."""

    start: int
    end: int
    structure: int
    structure_end: int
    strings: int
    strings_end: int


class Property(NamedTuple):
    """A property: the path of its node, its name, and where its value is."""

    node: tuple[bytes, ...]
    name: bytes
    at: int
    size: int

    @property
    def path(self) -> bytes:
        """The path of the property below the root."""
        return b"/".join((*self.node, self.name))


def header(view: View, start: int) -> Tree:
    """Return where the blocks are; raises when they do not lie inside the whole."""
    total, structure, strings, reserved, version, last = view.unpack(">6I", start + 4)
    strings_size, structure_size = view.unpack(">II", start + 32)
    if not (HEADER <= total <= view.size - start and last <= 17 and 16 <= version <= 64):
        raise NotThisFormat("no device tree that fits")
    if version < 17:
        structure_size = (strings if strings > structure else total) - structure
    inside = structure + structure_size <= total and strings + strings_size <= total
    if not inside or min(structure, strings, reserved) < HEADER - 4 or structure % 4:
        raise NotThisFormat("a block lies outside")
    if view.number(">I", start + structure) != _BEGIN:
        raise NotThisFormat("no root node")
    return Tree(
        start,
        start + total,
        start + structure,
        start + structure + structure_size,
        start + strings,
        start + strings + strings_size,
    )


def properties(view: View, tree: Tree) -> Iterator[Property]:
    """Yield every property in order; raises `NotThisFormat` where the structure breaks off."""
    at = tree.structure
    node: list[bytes] = []
    depth = 0
    for _ in range(_MOST_TOKENS):
        token = view.number(">I", at)
        at += 4
        if token == _BEGIN:
            name = _text(view, at, tree.structure_end)
            at += (len(name) + 4) & ~3
            depth += 1
            if depth > 1:
                node.append(name)
        elif token == _PROPERTY:
            size, offset = view.unpack(">II", at)
            name = _text(view, tree.strings + offset, tree.strings_end)
            view.window(at + 8, size)
            if at + 8 + size > tree.structure_end:
                raise NotThisFormat("a property reaches beyond the structure")
            yield Property(tuple(node), name, at + 8, size)
            at += 8 + ((size + 3) & ~3)
        elif token == _END:
            depth -= 1
            if node:
                node.pop()
        elif token == _STOP and depth == 0:
            return
        elif token != _NOTHING:
            raise NotThisFormat(f"no token {token:#x}")
        if not 0 <= depth <= _MOST_DEPTH or at > tree.structure_end:
            raise NotThisFormat("the structure does not nest")
    raise NotThisFormat("more tokens than a device tree may have")


def _text(view: View, at: int, end: int) -> bytes:
    if not 0 <= at < end:
        raise NotThisFormat("a name lies outside its block")
    text = view.read(at, min(end - at, 256)).split(b"\0", 1)[0]
    if len(text) == min(end - at, 256) or not _NAME_CHARACTERS.issuperset(text):
        raise NotThisFormat("a name is no text")
    return text
