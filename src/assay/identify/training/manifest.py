"""The list of all that an index was made from: package, version, digest.

Serves the making of the index. From the same list the same index is made again, byte for byte.
"""

import hashlib
import lzma
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from assay.identify.training.apt import Package

_HEAD = "source\tsource version\tpackage\tversion\tarchitecture\tsection\tsize\tsha256"


class Manifest(NamedTuple):
    """The list as a compressed table, its digest (of the plain text), and one line about it."""

    packed: bytes
    digest: str
    about: str


def manifest_of(packages: Iterable[Package]) -> Manifest:
    """Return the manifest of *packages*."""
    found = sorted(packages, key=_order)
    rows = [
        (
            one.source, one.source_version, one.name, one.version, one.architecture, one.section,
            str(one.size), one.sha256,
        )
        for one in found
    ]  # fmt: skip
    text = "\n".join([_HEAD, *("\t".join(row) for row in rows)]) + "\n"
    about = f"{len(rows)} Debian packages of {len({row[0] for row in rows})} sources"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Manifest(lzma.compress(text.encode(), preset=9), digest, about)


def packages_in(path: Path) -> list[Package]:
    """Return the packages of the manifest in the file at *path*."""
    lines = lzma.decompress(path.read_bytes()).decode("utf-8").splitlines()
    rows = [line.split("\t") for line in lines[1:]]
    return [
        Package("", source, built, name, version, architecture, section, int(size), sha256)
        for source, built, name, version, architecture, section, size, sha256 in rows
    ]


def _order(one: Package) -> tuple[str, ...]:
    return (one.source, one.source_version, one.name, one.version, one.architecture)
