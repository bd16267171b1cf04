"""Which file of the old version became which of the new: by path, by place, by content.

Offsets of containers move from version to version, and so do version numbers in names; neither
makes a file another one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable

import msgspec

from assay._kernel import lazy_re
from assay.model.tree import Node

_OFFSET = lazy_re.compile(r"@0x[0-9a-fA-F]+|@\d+")
_NUMBER = lazy_re.compile(r"\d+(?:[._-]\d+)*")
LEAST_MOVED = 64
"""Files of fewer bytes are too often equal by accident to be called moved."""


class Pairing(msgspec.Struct):
    """Files of both versions: `pairs` (old, new), those `gone`, those that are `new`."""

    pairs: list[tuple[Node, Node]] = msgspec.field(default_factory=list)
    gone: list[Node] = msgspec.field(default_factory=list)
    new: list[Node] = msgspec.field(default_factory=list)
    counterparts: dict[str, Node] = msgspec.field(default_factory=dict)

    def place(self, path: str) -> str:
        """Return the place of an old *path* in terms of the new version."""
        there = self.counterparts.get(path)
        return steady(there.path if there is not None else path)


def steady(path: str) -> str:
    """Return *path* without the offsets of the containers it leads through."""
    return _OFFSET.sub("@", path)


def without_numbers(text: str) -> str:
    """Return *text* with each number or version in it replaced by `#`."""
    return _NUMBER.sub("#", text)


def pair_files(old: Iterable[Node], new: Iterable[Node]) -> Pairing:
    """Return which of the nodes *old* corresponds to which of *new*."""
    result = Pairing(gone=_leaves(old), new=_leaves(new))
    for key, sole in (
        (lambda node: steady(node.path), False),
        (lambda node: node.inner, True),
        (lambda node: without_numbers(node.inner), True),
        (_content, True),
    ):
        _take(result, key, sole=sole)
    result.counterparts = {before.path: after for before, after in result.pairs}
    return result


def _leaves(nodes: Iterable[Node]) -> list[Node]:
    return [node for node in nodes if node.kind not in {"directory", "part"}]


def _content(node: Node) -> str:
    return node.blob if node.blob and node.size >= LEAST_MOVED else ""


def _take(result: Pairing, key: Callable[[Node], str], *, sole: bool) -> None:
    """Pair what has the same *key*; with *sole* only where no other has it."""
    mine, theirs = _grouped(result.gone, key), _grouped(result.new, key)
    taken: set[str] = set()
    for name, ours in mine.items():
        others = theirs.get(name, [])
        if not name or (sole and (len(ours) > 1 or len(others) > 1)):
            continue
        for before, after in zip(ours, others, strict=False):
            result.pairs.append((before, after))
            taken |= {f"a{before.path}", f"b{after.path}"}
    result.gone = [node for node in result.gone if f"a{node.path}" not in taken]
    result.new = [node for node in result.new if f"b{node.path}" not in taken]


def _grouped(nodes: list[Node], key: Callable[[Node], str]) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        found[key(node)].append(node)
    return found
