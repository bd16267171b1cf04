"""Truth for the accuracy of identification: Debian packages that nothing was learnt from.

Known components on other architectures, and strangers: sources that the index does not know.
Used by `component_accuracy.py`.
"""

import hashlib
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from assay.identify.fingerprints.ordering import version_key
from assay.identify.training.apt import Archive, Package
from assay.identify.training.extract import elf_files
from assay.identify.training.plan import strangers
from assay.identify.training.recipe import Recipe, chosen, release
from assay.inventory.image import Inventory
from assay.inventory.kinds import elf, fingerprints, patterns, symbol_versions
from assay.model.result import Component, Coverage
from assay.model.tree import Node, Origin

KNOWN = (("bookworm", "mipsel"), ("bullseye", "armhf"))
STRANGE = ("trixie", "arm64")
MOST_KNOWN, MOST_STRANGE = 3_000_000, 400_000
SUITES = ("bullseye", "bookworm", "trixie")
ARCHITECTURES = ("amd64", "armhf", "mipsel", "arm64")
_SKIPPED = ("-dbg", "-dbgsym", "-doc", "-data", "-dev", "-udeb", "-dev-bin", "-static")
_KINDS: tuple[Any, ...] = (elf, patterns, fingerprints, symbol_versions)


class Case(NamedTuple):
    """The files of one source in one suite; `key` is empty for a stranger."""

    source: str
    key: str
    release: str
    files: dict[str, bytes]


def archive(folder: Path) -> Archive:
    """Return the archive of the suites and architectures that are measured."""
    return Archive(folder / "apt-truth", SUITES, ARCHITECTURES)


def known_packages(listed: Iterable[Package], rows: list[Recipe]) -> list[Package]:
    """Return packages of known sources, half of the sources from each suite."""
    found = []
    for one in listed:
        half = int(hashlib.sha256(one.source.encode()).hexdigest()[:4], 16) % 2
        fits = (one.suite, one.architecture) == KNOWN[half] and one.size < MOST_KNOWN
        if fits and chosen(rows, one.source, one.name) and not one.name.endswith(_SKIPPED):
            found.append(one)
    return found


def strange_packages(listed: Iterable[Package], rows: list[Recipe]) -> list[Package]:
    """Return packages of sources that the index neither knows nor was kept apart from."""
    here = [
        one
        for one in listed
        if (one.suite, one.architecture) == STRANGE and one.size < MOST_STRANGE
    ]
    return strangers(here, rows, "measuring")


def cases(folder: Path, packages: Iterable[Package], rows: list[Recipe]) -> Iterator[Case]:
    """Yield the cases of the *packages* that lie in *folder*, in the order of sources."""
    groups: dict[tuple[str, str, str], list[Package]] = defaultdict(list)
    for one in packages:
        row = chosen(rows, one.source, one.name)
        key = row.key if row is not None else ""
        groups[one.source, key, release(one.source_version)].append(one)
    for (source, key, version), members in sorted(groups.items()):
        files: dict[str, bytes] = {}
        for one in members:
            if (folder / one.file).exists():
                files.update(_programs(folder / one.file))
        if files:
            yield Case(source, key, version, files)


def _programs(package: Path) -> Iterator[tuple[str, bytes]]:
    unpacked = subprocess.run(
        ["dpkg-deb", "--fsys-tarfile", str(package)], capture_output=True, check=True
    ).stdout
    for path, content in elf_files(unpacked):
        if content.startswith(b"\x7fELF"):
            yield path, content


def image_of(files: dict[str, bytes]) -> Inventory:
    """Return an image that holds *files*, with the facts that identification needs."""
    encode = msgspec.msgpack.Encoder().encode
    nodes, store = [], {}
    for path, content in sorted(files.items()):
        blob = hashlib.sha256(content).hexdigest()
        origin = Origin(container="0" * 64, format="", offset=0, length=len(content))
        nodes.append(Node(path=path, kind="file", origin=origin, blob=blob, size=len(content)))
        facts = {module.KIND.name: module.examine(content) for module in _KINDS}
        store[blob] = {name: encode(fact) for name, fact in facts.items() if fact is not None}
    kinds = [module.KIND for module in all_kinds()]
    empty = Coverage(size=0, parsed=0, padding=0, encrypted=0, unknown=0)
    return Inventory(nodes, store, kinds, empty)


def includes(one: Component, version: str) -> bool:
    """Return whether *one* is said to be *version*, or may be."""
    here = version_key(version)
    if not one.version_low and not one.version_high:
        return not one.version or version_key(one.version) == here
    above = not one.version_low or version_key(one.version_low) <= here
    return above and (not one.version_high or here <= version_key(one.version_high))


def all_kinds() -> tuple[Any, ...]:
    """Return the modules of all kinds."""
    from assay.inventory.examiner import examiner  # noqa: PLC0415 - loads every kind

    return examiner().modules
