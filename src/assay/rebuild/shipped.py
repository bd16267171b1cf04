"""The image's side of a rebuild: the files at the paths that recipes name, and how many programs.

The image is unpacked once, as for a comparison; nothing from it gets a name on the host.
"""

import posixpath
from collections.abc import Iterator
from pathlib import Path

import msgspec

from assay._kernel.value import Value
from assay.compare.sides import Side, read_side
from assay.model.result import Subject
from assay.model.tree import Node
from assay.unpack.limits import Limits

ELF = b"\x7fELF"
MOST_LINKS = 16
"""How many links are followed on the way to a file."""


class Shipped(Value):
    """An image that was taken apart; contents lie in `store` under their digests.

    `systems` has the nodes of each file system by path, under the path of its container.
    """

    side: Side
    store: Path
    systems: dict[str, dict[str, Node]] = msgspec.field(default_factory=dict)

    @property
    def subject(self) -> Subject:
        """What was handed in."""
        return self.side.subject

    def at(self, path: str) -> list[Node]:
        """Return what is at *path* in the file systems of the image, links followed."""
        found = (_resolved(nodes, path) for _, nodes in sorted(self.systems.items()))
        return [node for node in found if node is not None and node.kind != "directory"]

    def content(self, node: Node, target: Path) -> Path | None:
        """Write the content of *node* to *target* and return that; None where it has none."""
        if node.kind != "file" or node.blob is None or not (self.store / node.blob).is_file():
            return None
        target.write_bytes(self.side.content(node.blob))
        return target

    def programs(self) -> int:
        """Return how many different ELF files the image holds."""
        return sum(head == ELF for head in self._heads())

    def _heads(self) -> Iterator[bytes]:
        for blob in sorted({node.blob for node in self.side.nodes if node.blob is not None}):
            file = self.store / blob
            if file.is_file():
                with file.open("rb") as reader:
                    yield reader.read(len(ELF))


def open_image(path: Path, store: Path, workers: int, limits: Limits | None = None) -> Shipped:
    """Return the image at *path*, taken apart into *store*; raises UnreadableInput."""
    side = read_side(path, store, workers, limits)
    systems: dict[str, dict[str, Node]] = {}
    for node in side.nodes:
        systems.setdefault(node.filesystem, {})[_plain(node.inner)] = node
    return Shipped(side, store, systems)


def _plain(path: str) -> str:
    """Return *path* from the root of its file system, without what says nothing."""
    return posixpath.normpath("/" + path.lstrip("/"))


def _resolved(nodes: dict[str, Node], path: str) -> Node | None:
    """Return the node at *path*, links on the way followed within the file system."""
    wanted = _plain(path)
    for _ in range(MOST_LINKS):
        link = next((one for one in _ways(wanted) if _is_link(nodes, one)), None)
        if link is None:
            return nodes.get(wanted)
        node = nodes[link]
        folder = "/" if node.kind == "hardlink" else posixpath.dirname(link)
        wanted = _plain(posixpath.join(folder, node.target) + wanted[len(link) :])
    return None


def _ways(path: str) -> Iterator[str]:
    """Yield the folders on the way to *path* from the top, then *path*."""
    parts = path.strip("/").split("/")
    for depth in range(1, len(parts) + 1):
        yield "/" + "/".join(parts[:depth])


def _is_link(nodes: dict[str, Node], path: str) -> bool:
    node = nodes.get(path)
    return node is not None and node.kind in {"symlink", "hardlink"}
