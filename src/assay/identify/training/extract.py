"""Features of a Debian package: one record a file or archive member, kept beside the package.

Serves the making of the index. Statically linked programs are left out: they hold the code of
other components.
"""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assay._kernel import lazy_re
from assay.identify.training.archives import MAGIC, members_of
from assay.inventory.elf.layout import PT_INTERP, read_headers
from assay.inventory.fingerprints.features import TEMPLATE, Features, Numbers, hash_texts
from assay.inventory.fingerprints.regions import features_of
from assay.model.record import Record

MOST_FILE = 40 << 20
VERSION_IN_NAME = lazy_re.compile(r"[-_.]?\d+(?:\.\d+)*")
_LIBRARY = lazy_re.compile(r"\.so(?:\.|$)")


class Piece(Record, array_like=True):
    """A file of a package or a member of an archive in it: numbers of its features as bytes.

    `unit` is the name by which the piece goes in all versions. `lengths` are capped at 255.
    `templates` and `versions` go together.
    """

    path: str
    unit: str
    archived: bool
    numbers: bytes
    lengths: bytes
    classes: bytes
    templates: bytes
    versions: tuple[str, ...]


class Columns(NamedTuple):
    """The features of a piece as arrays."""

    numbers: Numbers
    lengths: np.ndarray
    classes: np.ndarray
    templates: Numbers


def columns_of(piece: Piece) -> Columns:
    """Return the features of *piece* as arrays."""
    return Columns(
        np.frombuffer(piece.numbers, np.uint64),
        np.frombuffer(piece.lengths, np.uint8),
        np.frombuffer(piece.classes, np.uint8),
        np.frombuffer(piece.templates, np.uint64),
    )


def pieces_of(package: Path) -> Iterator[Piece]:
    """Yield the pieces of the package in the file *package*."""
    unpacked = subprocess.run(
        ["dpkg-deb", "--fsys-tarfile", str(package)], capture_output=True, check=True
    ).stdout
    for path, content in elf_files(unpacked):
        if content.startswith(MAGIC):
            stem = path.rsplit("/", 1)[-1].removesuffix(".a")
            for name, body in members_of(content):
                if body.startswith(b"\x7fELF"):
                    yield _piece(f"{path}({name})", f"{stem}/{name}", body, archived=True)
        elif not _is_static_program(content):
            yield _piece(path, unit_name(path), content, archived=False)


def elf_files(tar: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of the ELF files and archives in *tar*."""
    with tarfile.open(fileobj=io.BytesIO(tar)) as opened:
        for member in opened:
            if not member.isfile() or not 64 < member.size <= MOST_FILE:
                continue
            file = opened.extractfile(member)
            content = file.read() if file is not None else b""
            if content.startswith((b"\x7fELF", MAGIC)):
                yield member.name.removeprefix("."), content


def unit_name(path: str) -> str:
    """Return the name of a file without what changes from version to version."""
    name = path.rsplit("/", 1)[-1]
    library = _LIBRARY.search(name)
    if library is not None:
        name = name[: library.start()] + ".so"
    return VERSION_IN_NAME.sub("", name) or name


def _is_static_program(content: bytes) -> bool:
    headers = read_headers(content)
    if headers is None or headers.kind not in {2, 3}:
        return False
    dynamic = any(one.kind == 2 for one in headers.segments)
    return headers.segment(PT_INTERP) is None and (headers.kind == 2 or not dynamic)


def _piece(path: str, unit: str, content: bytes, *, archived: bool) -> Piece:
    features, templates = features_of(content)
    return Piece(
        path=path,
        unit=unit,
        archived=archived,
        numbers=features.numbers.tobytes(),
        lengths=_short(features).tobytes(),
        classes=features.classes.tobytes(),
        templates=hash_texts([one.text for one in templates], TEMPLATE).tobytes(),
        versions=tuple(one.version for one in templates),
    )


def _short(features: Features) -> np.ndarray:
    return np.minimum(features.lengths, 255).astype(np.uint8)
