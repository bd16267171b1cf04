"""One side of a comparison: its tree, and the contents of its files by digest."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from assay.gather.driver import Gathered
from assay.gather.gather import gather
from assay.gather.jobs import Source
from assay.gather.naming import numbered
from assay.gather.together import Alike, gather_both
from assay.gather.worker import mapped
from assay.model.record import Digest
from assay.model.result import Subject
from assay.model.tree import Container, Node, Origin, Problem
from assay.unpack.limits import Limits

WHOLE = "file"
"""The path of an input that is one file and no container."""


class Side(msgspec.Struct):
    """What is on one side.

    `kept` says where contents lie. `keys` gives each node a path in which places inside
    containers are numbers in order, so that a container which moved keeps its name. `host` says
    that it is a folder of the host, which may have lost owners.
    """

    subject: Subject
    nodes: list[Node]
    containers: list[Container]
    problems: list[Problem]
    kept: dict[Digest, Source]
    path: Path
    host: bool
    keys: dict[str, Node] = msgspec.field(default_factory=dict)

    def content(self, blob: Digest) -> memoryview | bytes:
        """Return the content called *blob*, mapped; empty for what could not be read."""
        place = self.place(blob)
        return b"" if place is None else mapped(place)

    def place(self, blob: Digest) -> Source | None:
        """Return where the content called *blob* lies, None where it was not kept."""
        if blob == self.subject.sha256 and not self.host:
            return Source(file=str(self.path), offset=0, size=self.subject.size)
        return self.kept.get(blob)

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
    """Return the side at *path*, contents in *store* by digest; raises `UnreadableInput`."""
    store.mkdir(parents=True, exist_ok=True)
    subject, found = gather(
        path, workers=workers, limits=limits, store=store, keep=_wanted, examine=False
    )
    for node in found.nodes:
        if node.blob is not None and (store / node.blob).is_file():
            place = Source(file=str(store / node.blob), offset=0, size=node.size)
            found.kept.setdefault(node.blob, place)
    return _side(path, subject, found)


def read_sides(
    first: Path, second: Path, store: Path, workers: int, limits: Limits | None
) -> tuple[Side, Side, Alike]:
    """Return both sides, and what they hold alike and lack; raises `UnreadableInput`."""
    store.mkdir(parents=True, exist_ok=True)
    one, two, alike = gather_both(
        first, second, workers=workers, limits=limits, store=store, keep=_wanted
    )
    return _side(first, *one), _side(second, *two), alike


def _side(path: Path, subject: Subject, found: Gathered) -> Side:
    side = Side(
        subject=subject,
        nodes=found.nodes,
        containers=found.containers,
        problems=found.problems,
        kept=found.kept,
        path=path,
        host=path.is_dir(),
    )
    if side.raw() and not any(node.path == WHOLE for node in side.nodes):
        origin = Origin(container=subject.sha256, format="", offset=0, length=subject.size)
        side.nodes.append(
            Node(path=WHOLE, kind="part", origin=origin, blob=subject.sha256, size=subject.size)
        )
    side.keys = keyed(side.nodes)
    return side


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
