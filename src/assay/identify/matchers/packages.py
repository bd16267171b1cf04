"""Components from package databases: the surest method where a database is left in the image."""

import re
from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.identify.catalogue import package_keys
from assay.identify.sighting import Sighting
from assay.inventory.image import Inventory
from assay.inventory.kinds.packages import PackageFacts
from assay.inventory.kinds.rpm import RpmFacts
from assay.model.tree import Node

METHOD = "package database"
# OpenWrt packages the C library of its toolchain, whichever it is, under these names.
TOOLCHAIN = {"libc", "libpthread", "librt"}
LOADERS = {
    "ld-musl-": "musl", "libc.musl-": "musl", "ld-uClibc": "uclibc", "libuClibc-": "uclibc",
    "ld-linux": "glibc",
}  # fmt: skip
_UPSTREAM = lazy_re.compile(r"(?:\d+:)?(.+?)(?:-r?\d[\w.+~]*)?$")
_REPACKED = lazy_re.compile(r"[+~.](?:dfsg|ds|repack|really).*$")


def match(image: Inventory) -> Iterator[Sighting]:
    """Yield a sighting for every installed package."""
    c_library = _c_library(image)
    databases: tuple[tuple[Node, PackageFacts | RpmFacts], ...] = (
        *image.of(PackageFacts), *image.of(RpmFacts),
    )  # fmt: skip
    for node, facts in databases:
        for package in facts.packages:
            key = package_keys().get(package.name, package.name)
            if package.name in TOOLCHAIN and c_library:
                key = c_library
            yield Sighting(
                key=key,
                version=_release(package.version) if key == "linux" else upstream(package.version),
                form="package",
                method=METHOD,
                confidence=950,
                node=node,
                span=package.span,
                licence=package.licence,
                package=f"{_system(node.inner)}/{package.name}@{package.version}",
            )


def _c_library(image: Inventory) -> str:
    """Return which C library the loader in the image belongs to, empty for several or none."""
    loaders = {
        key
        for node in image.nodes
        if ".so" in node.name
        for beginning, key in LOADERS.items()
        if node.name.startswith(beginning)
    }
    return loaders.pop() if len(loaders) == 1 else ""


def _system(path: str) -> str:
    """Return the purl type of the database at *path*."""
    folders = path.split("/")
    return next((one for one in ("opkg", "apk", "rpm") if one in folders), "deb")


def _release(version: str) -> str:
    """Return the kernel's release without a package's build and configuration marks."""
    return re.split(r"[-+~]", version, maxsplit=1)[0]


def upstream(version: str) -> str:
    """Return the upstream part of a package version: no epoch, revision or repacking mark."""
    found = _UPSTREAM.fullmatch(version)
    return _REPACKED.sub("", found[1]) if found else version
