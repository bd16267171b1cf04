"""The inventory of an image: its nodes and the facts about them, as checks see them.

Facts are decoded when they are first asked for. Everything is in the order of paths.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import translate
from functools import cached_property, lru_cache
from typing import TypeVar

import msgspec

from assay.inventory.declared import Declared
from assay.inventory.kind import Kind
from assay.model.flaws import FlawSearch, KnownFlaw
from assay.model.result import Component, Coverage
from assay.model.tree import Node, Problem

F = TypeVar("F")

FactStore = Mapping[str, Mapping[str, bytes]]
"""Blob digest -> kind name -> encoded facts."""


@lru_cache(maxsize=512)
def _expression(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{translate(glob)})" for glob in globs))


class Inventory:
    """Nodes, facts, coverage and problems of one image, read-only.

    `nodes` are sorted by path. `store` holds encoded facts; `kinds` says how to read them. The
    components are there once they were identified, known flaws once they were looked for.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        store: FactStore,
        kinds: Sequence[Kind],
        coverage: Coverage,
        problems: Sequence[Problem] = (),
    ) -> None:
        self.nodes = tuple(nodes)
        self.coverage = coverage
        self.problems = tuple(problems)
        self.components: tuple[Component, ...] | None = None
        self.flaw_search: FlawSearch | None = None
        self.flaws: tuple[KnownFlaw, ...] = ()
        self.declared: Declared | None = None
        self._store = store
        self._kind_of = {kind.facts: kind for kind in kinds}
        self._decoders = {kind.facts: msgspec.msgpack.Decoder(kind.facts) for kind in kinds}
        self._decoded: dict[tuple[str, type], object] = {}

    def files(self) -> Iterator[Node]:
        """Yield the regular files of all file systems (not the parts of containers)."""
        return (node for node in self.nodes if node.kind == "file")

    def find(self, *globs: str) -> Iterator[Node]:
        """Yield the nodes whose lower-case absolute path in their file system matches a glob."""
        wanted = _expression(globs)
        return (node for inner, node in self._by_lower_path if wanted.match(inner))

    def of(self, shape: type[F]) -> Iterator[tuple[Node, F]]:
        """Yield every file or part that has facts of *shape*, with the facts."""
        for node in self._holders.get(self._kind_of[shape].name, ()):
            facts = self.facts(node, shape)
            if facts is not None:
                yield node, facts

    def facts(self, node: Node, shape: type[F]) -> F | None:
        """Return the facts of *shape* about *node*, or None where there are none."""
        if node.blob is None:
            return None
        key = (node.blob, shape)
        if key not in self._decoded:
            encoded = self._store.get(node.blob, {}).get(self._kind_of[shape].name)
            self._decoded[key] = None if encoded is None else self._decoders[shape].decode(encoded)
        return self._decoded[key]  # type: ignore[return-value]

    @cached_property
    def _holders(self) -> dict[str, list[Node]]:
        """Nodes by the name of each kind that has facts about them."""
        found: dict[str, list[Node]] = defaultdict(list)
        for node in self.nodes:
            if node.blob and node.kind in {"file", "part"}:
                for name in self._store.get(node.blob, ()):
                    found[name].append(node)
        return found

    @cached_property
    def _by_lower_path(self) -> list[tuple[str, Node]]:
        return [(node.inner.lower(), node) for node in self.nodes]

    @cached_property
    def by_path(self) -> dict[tuple[str, str], Node]:
        """Nodes by (file system, absolute path inside it)."""
        return {(node.filesystem, node.inner): node for node in self.nodes}

    @cached_property
    def children(self) -> dict[tuple[str, str], tuple[Node, ...]]:
        """Nodes by (file system, absolute path of the directory that holds them)."""
        found: dict[tuple[str, str], list[Node]] = defaultdict(list)
        for node in self.nodes:
            found[node.filesystem, node.inner.rpartition("/")[0] or "/"].append(node)
        return {key: tuple(nodes) for key, nodes in found.items()}

    def resolve(self, filesystem: str, path: str) -> Node | None:
        """Return the node at absolute *path* of *filesystem*, symbolic links followed.

        Links are followed inside the file system only, at most 40 of them; None when the path
        does not exist there or the links loop.
        """
        pending = [part for part in reversed(path.split("/")) if part]
        here: list[str] = []
        for _ in range(40 + path.count("/") * 2):
            while pending:
                part = pending.pop()
                if part == "..":
                    here = here[:-1]
                elif part != ".":
                    here.append(part)
                node = self.by_path.get((filesystem, "/" + "/".join(here)))
                if node is not None and node.kind in {"symlink", "hardlink"}:
                    break
            else:
                return self.by_path.get((filesystem, "/" + "/".join(here)))
            absolute = node.target.startswith("/") or node.kind == "hardlink"
            here = [] if absolute else here[:-1]
            pending += [part for part in reversed(node.target.split("/")) if part]
        return None
