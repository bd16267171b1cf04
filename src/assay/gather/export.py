"""Writes an unpacked tree to a folder of the host: the careful way out of the virtual tree.

Contents go in first, under printable names; links last, and only such as stay inside. Set-uid
bits, owners, devices and what else a host should not be given are in `tree.json` only.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from assay._kernel import canonical
from assay._kernel.printable import raw
from assay.errors import StorageError, UsageError
from assay.model.tree import Node

LONGEST_NAME = 200
CONTENT = ".content"


class Exported(NamedTuple):
    """How many files and links were written, and how many links stayed data."""

    files: int
    links: int
    links_kept_as_data: int


def prepare(folder: Path) -> Path:
    """Create the empty *folder* and return the folder for contents inside it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} exists and is not empty", advice="Name a new folder.")
    store = folder / ".contents"
    try:
        store.mkdir(parents=True)
    except OSError as error:
        raise StorageError(f"{folder}: {error.strerror}", advice="Choose another place.") from None
    return store


def export(nodes: Iterable[Node], store: Path, folder: Path) -> Exported:
    """Place the contents of *store* under the paths of *nodes* below *folder*."""
    ordered = list(nodes)
    files = sum(_place(node, store, folder) for node in ordered)
    links = [node for node in ordered if node.kind == "symlink"]
    made = sum(_link(node, folder) for node in links)
    (folder / "tree.json").write_bytes(canonical.encode(ordered))
    shutil.rmtree(store)
    return Exported(files, made, len(links) - made)


def host_path(path: str, folder: Path) -> Path:
    """Return where the node at *path* goes below *folder*."""
    *containers, last = path.split("//")
    parts: list[str] = []
    for container in containers:
        names = container.split("/")
        parts += [*names[:-1], names[-1] + CONTENT]
    return folder.joinpath(*(_name(part) for part in [*parts, *last.split("/")]))


def _name(part: str) -> str:
    safe = "_" if part in {"", ".", ".."} else part
    if len(safe.encode()) <= LONGEST_NAME:
        return safe
    return safe[:80] + "~" + hashlib.sha256(part.encode()).hexdigest()[:16]


def _place(node: Node, store: Path, folder: Path) -> bool:
    target = host_path(node.path, folder)
    if node.kind == "directory":
        _parents(target / "x", folder)
        return False
    if node.kind != "file" or node.blob is None or not (store / node.blob).exists():
        return False
    _parents(target, folder)
    if target.exists():
        target = target.with_name(f"{target.name[:LONGEST_NAME]}~{node.blob[:8]}")
    shutil.copyfile(store / node.blob, target)
    if node.mode >= 0 and node.mode & 0o111:
        target.chmod(0o755)
    return True


def _parents(target: Path, folder: Path) -> None:
    """Create the folders above *target*; a file in the way moves aside as `name.file`."""
    here = folder
    for part in target.relative_to(folder).parts[:-1]:
        here /= part
        if here.exists() and not here.is_dir():
            here.rename(here.with_name(here.name[:LONGEST_NAME] + ".file"))
        here.mkdir(exist_ok=True)


def _link(node: Node, folder: Path) -> bool:
    """Create a link that stays below the root of its own file system; others stay data."""
    place = host_path(node.path, folder)
    root = place
    for _ in PurePosixPath(node.inner).parts[1:]:
        root = root.parent
    target = os.fsdecode(raw(node.target))
    if not target or "\0" in target or place.exists() or place.is_symlink():
        return False
    base = root if target.startswith("/") else place.parent
    wanted = Path(os.path.normpath(base / target.lstrip("/")))
    if not wanted.is_relative_to(root) or not place.parent.is_dir():
        return False
    place.symlink_to(os.path.relpath(wanted, place.parent))
    return True
