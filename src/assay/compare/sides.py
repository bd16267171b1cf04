"""One side of a comparison: its tree, and the contents of its files by digest."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assay.gather.driver import Gathered
from assay.gather.gather import gather
from assay.model.record import Digest
from assay.model.result import Subject
from assay.model.tree import Container, Node, Origin, Problem
from assay.unpack.limits import Limits

WHOLE = "file"
"""The path of an input that is one file and no container."""
_PLACED = re.compile(r"^(.*)@0x[0-9a-f]+$")


@dataclass(slots=True)
class Side:
    """What is on one side.

    `keys` gives each node a path in which places inside containers are numbers in order, so
    that a container which moved keeps its name. `host` says that it is a folder of the host,
    which may have lost owners.
    """

    subject: Subject
    nodes: list[Node]
    containers: list[Container]
    problems: list[Problem]
    store: Path
    path: Path
    host: bool
    keys: dict[str, Node] = field(default_factory=dict)

    def content(self, blob: Digest | None) -> bytes:
        """Return the content called *blob*; empty for what could not be read."""
        if blob is None:
            return b""
        if blob == self.subject.sha256 and not self.host:
            return self.path.read_bytes()
        file = self.store / blob
        return file.read_bytes() if file.exists() else b""

    def container_keys(self) -> dict[str, str]:
        """Return the path of each container with places numbered."""
        paths = [container.path for container in self.containers]
        return numbered([*(node.path for node in self.nodes), *paths])

    def raw(self) -> bool:
        """Say whether the whole side is one file: a program, a text, data."""
        top = next((one for one in self.containers if one.path == ""), None)
        return top is not None and not _holds(top)

    def leaves(self) -> Iterator[tuple[str, Node]]:
        """Yield (key, node) for all that is no container: files, links, devices, unnamed parts."""
        inside = {container.path for container in self.containers if _holds(container)}
        for key, node in self.keys.items():
            if node.path not in inside and (node.kind != "part" or node.blob is not None):
                yield key, node


def _holds(container: Container) -> bool:
    """Say whether a blob is packed: a program is a file of its own, whatever follows its end."""
    formats = [region.format for region in container.regions if region.format]
    return bool(formats) and not (formats[0] == "elf" and container.regions[0].format == "elf")


def read_side(path: Path, store: Path, workers: int, limits: Limits | None) -> Side:
    """Return the side at *path*; raises `UnreadableInput`."""
    store.mkdir(parents=True, exist_ok=True)
    subject, found = gather(
        path, workers=workers, limits=limits, store=store, keep=_wanted, examine=False
    )
    side = _side(path, store, subject, found)
    if side.raw() and not any(node.path == WHOLE for node in side.nodes):
        origin = Origin(container=subject.sha256, format="", offset=0, length=subject.size)
        side.nodes.append(
            Node(path=WHOLE, kind="part", origin=origin, blob=subject.sha256, size=subject.size)
        )
    side.keys = keyed(side.nodes)
    return side


def _side(path: Path, store: Path, subject: Subject, found: Gathered) -> Side:
    return Side(
        subject=subject,
        nodes=found.nodes,
        containers=found.containers,
        problems=found.problems,
        store=store,
        path=path,
        host=path.is_dir(),
    )


def _wanted(node: Node) -> bool:
    return node.kind in {"file", "part"}


def keyed(nodes: list[Node]) -> dict[str, Node]:
    """Return *nodes* by a path that does not depend on where their containers lie."""
    names = numbered([node.path for node in nodes])
    keys: dict[str, Node] = {}
    for node in nodes:
        key = names[node.path]
        while key in keys:
            key += "~"
        keys[key] = node
    return keys


def numbered(paths: list[str]) -> dict[str, str]:
    """Return *paths* with the places in them replaced by numbers in order."""
    numbers = _numbers(paths)
    found = {}
    for path in paths:
        parts = path.split("//")
        found[path] = "//".join(
            numbers.get("//".join(parts[: depth + 1]), part) for depth, part in enumerate(parts)
        )
    return found


def _numbers(paths: list[str]) -> dict[str, str]:
    """Return, for each path that ends in a place, its last part with a number instead."""
    groups: dict[tuple[str, str], set[tuple[int, str]]] = {}
    for path in paths:
        parts = path.split("//")
        for depth, part in enumerate(parts):
            match = _PLACED.match(part)
            if match:
                place = int(part.rpartition("@")[2], 16)
                above = "//".join(parts[:depth])
                groups.setdefault((above, match[1]), set()).add((place, part))
    return {
        f"{above}//{part}" if above else part: f"{name}#{number}"
        for (above, name), places in groups.items()
        for number, (_, part) in enumerate(sorted(places))
    }
