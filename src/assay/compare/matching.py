"""Which node of one side belongs to which of the other: by path, by content, by likeness."""

from collections.abc import Callable

import msgspec

from assay._kernel import lazy_re
from assay.compare.sides import Side
from assay.model.tree import Node

Match = tuple[Node | None, Node | None]
Feature = Callable[[str, Node], str]
"""Says what of a key and its node may identify it; empty for nothing."""

_VERSION = lazy_re.compile(r"[0-9]+")


class _Open(msgspec.Struct):
    """What has no counterpart yet, by key."""

    a: dict[str, Node]
    b: dict[str, Node]
    found: list[Match]

    def pair(self, key_a: str, key_b: str) -> None:
        self.found.append((self.a.pop(key_a), self.b.pop(key_b)))


def match(a: Side, b: Side) -> list[Match]:
    """Return pairs of nodes in order of path; one of a pair is None where nothing fits."""
    open_ = _Open(dict(a.leaves()), dict(b.leaves()), [])
    for key in sorted(open_.a.keys() & open_.b.keys()):
        open_.pair(key, key)
    _by(open_, lambda _, node: node.inner if node.kind != "part" else "")
    _by(open_, lambda _, node: node.blob or "" if node.size else "")
    _by(open_, _stem)
    rest_a: list[Match] = [(node, None) for node in open_.a.values()]
    rest_b: list[Match] = [(None, node) for node in open_.b.values()]
    return sorted(open_.found + rest_a + rest_b, key=_place)


def _place(match: Match) -> tuple[str, str]:
    first, second = match
    node = second or first
    return (node.path if node else "", first.path if first else "")


def _stem(key: str, node: Node) -> str:
    """Return the path with versions left out: `libssl.so.1.0.0` becomes `libssl.so.#.#.#`."""
    if node.kind == "part" or not node.size:
        return ""
    folder, _, name = key.rpartition("/")
    return f"{folder}/{_VERSION.sub('#', name)}" if _VERSION.search(name) else ""


def _by(open_: _Open, feature: Feature) -> None:
    """Pair what has a feature that occurs once on each side."""
    once_a = _unique(open_.a, feature)
    once_b = _unique(open_.b, feature)
    for value in sorted(once_a.keys() & once_b.keys()):
        open_.pair(once_a[value], once_b[value])


def _unique(nodes: dict[str, Node], feature: Feature) -> dict[str, str]:
    found: dict[str, str] = {}
    doubled: set[str] = set()
    for key, node in nodes.items():
        value = feature(key, node)
        if value and found.setdefault(value, key) != key:
            doubled.add(value)
    return {value: key for value, key in found.items() if value and value not in doubled}
