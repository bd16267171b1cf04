"""Inventories out of in-memory files or a folder, for the tests of checks."""

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from assay._kernel.registry import modules_with
from assay.checks.check import CheckModule, Scope
from assay.inventory.image import Inventory
from assay.inventory.kind import looks_like_text
from assay.model.result import Coverage, Finding
from assay.model.tree import Node, NodeKind, Origin

File = bytes | tuple[bytes, int] | str
"""Content (mode 0644), content with mode, or the target of a symbolic link."""

SYSTEM = "squashfs@0x0"
_CONTAINER = "0" * 64
KINDS = tuple(modules_with("assay.inventory.kinds", "KIND"))


def image_of(files: Mapping[str, File], *, uid: int = 0, mtime: int = 0) -> Inventory:
    """Return the inventory of an image with one file system that holds *files* by path.

    A mode of -1 stands for a format that records none. Directories are added.
    """
    nodes, contents = {}, {}
    for path in sorted(files):
        entry = files[path]
        content, mode = entry if isinstance(entry, tuple) else (entry, 0o644)
        target = content if isinstance(content, str) else ""
        data = b"" if isinstance(content, str) else content
        kind: NodeKind = "symlink" if isinstance(content, str) else "file"
        node = _node(path, kind, mode, data, uid=uid, gid=uid, mtime=mtime, target=target)
        nodes[node.path] = node
        if kind == "file" and node.blob:
            contents.setdefault(node.blob, (data, set()))[1].add(node.inner.lower())
        for folder in _folders(path):
            made = _node(folder, "directory", 0o755, b"", uid=0, gid=0, mtime=mtime)
            nodes.setdefault(made.path, made)
    store = {blob: _facts(data, paths) for blob, (data, paths) in contents.items()}
    ordered = [nodes[path] for path in sorted(nodes)]
    size = sum(len(data) for data, _ in contents.values())
    coverage = Coverage(size=size, parsed=size, padding=0, encrypted=0, unknown=0)
    return Inventory(ordered, store, [module.KIND for module in KINDS], coverage)


def folder_image(folder: Path, *, modes: bool = True) -> Inventory:
    """Return the inventory of the tree below *folder* (a root file system on the host)."""
    files: dict[str, File] = {}
    for root, _, names in os.walk(folder):
        for name in names:
            place = Path(root, name)
            path = "/" + str(place.relative_to(folder))
            found = place.lstat()
            if stat.S_ISLNK(found.st_mode):
                files[path] = str(place.readlink())
            elif stat.S_ISREG(found.st_mode):
                mode = stat.S_IMODE(found.st_mode) if modes else -1
                files[path] = (place.read_bytes(), mode)
    return image_of(files)


def findings_of(module: CheckModule, image: Inventory) -> list[Finding]:
    """Return the findings of a check over *image*."""
    return list(module.run(image, Scope()))


def _node(path: str, kind: NodeKind, mode: int, data: bytes, **rest: Any) -> Node:
    blob = hashlib.sha256(data).hexdigest() if kind == "file" else None
    return Node(
        path=f"{SYSTEM}//{path.lstrip('/')}",
        kind=kind,
        origin=Origin(container=_CONTAINER, format="squashfs", offset=0, length=1),
        blob=blob,
        size=len(data),
        mode=mode,
        **rest,
    )


def _folders(path: str) -> list[str]:
    parts = path.strip("/").split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _facts(data: bytes, paths: set[str]) -> dict[str, bytes]:
    text = looks_like_text(data)
    found = {}
    for module in KINDS:
        kind = module.KIND
        expression = kind.path_expression
        wanted = (
            (kind.text and text)
            or (kind.binary and not text)
            or any(data.startswith(magic) for magic in kind.magic)
            or (expression and any(expression.fullmatch(path) for path in paths))
        )
        facts = module.examine(data) if wanted and len(data) <= kind.most else None
        if facts is not None:
            found[kind.name] = msgspec.msgpack.encode(facts)
    return found
