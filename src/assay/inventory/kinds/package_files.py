"""The files that a package manager installed for one package: opkg's and dpkg's `<name>.list`.

Facts of the inventory stage, read by `identify`: which package a file belongs to.
"""

from assay.inventory.kind import Kind, looks_like_text
from assay.model.record import Record

MOST_FILES = 4000
LONGEST = 400


class PackageFilesFacts(Record):
    """The absolute paths of a package's files and folders, in their order."""

    paths: tuple[str, ...]


KIND = Kind(
    name="package_files",
    version=1,
    facts=PackageFilesFacts,
    about="lists of the files of installed packages",
    paths=("*/lib/opkg/info/*.list", "*/lib/dpkg/info/*.list"),
    most=4 << 20,
)


def examine(content: bytes) -> PackageFilesFacts | None:
    """Return the paths of a list, or None for what is none."""
    if not looks_like_text(content):
        return None
    lines = content.decode("latin-1").split("\n", MOST_FILES)[:MOST_FILES]
    paths = tuple(line for line in lines if line.startswith("/") and len(line) <= LONGEST)
    return PackageFilesFacts(paths=paths) if paths else None
