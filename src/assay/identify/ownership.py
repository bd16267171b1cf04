"""Which package a file belongs to, and what follows for what was seen in it.

Part of the identify stage. A package says which release its files are where they leave it open.
Distributions build snapshots of a project and number them by date (`2016-12-19-ad02e79d`), while
the program in the package says which release the snapshot precedes (`2.7-devel`): the two are one
component, under the package's number.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from assay._kernel import lazy_re
from assay.identify.sighting import Sighting
from assay.inventory.image import Inventory
from assay.inventory.kinds.package_files import PackageFilesFacts

_SNAPSHOT = lazy_re.compile(r"(?:19|20)\d{2}[-.]?\d{2}[-.]?\d{2}")

Owners = Mapping[tuple[str, str], str]
"""File system and absolute path -> name of the package that the file belongs to."""


def owners(image: Inventory) -> Owners:
    """Return the package of every file that a package's list names."""
    found: dict[tuple[str, str], str] = {}
    for node, facts in image.of(PackageFilesFacts):
        package = node.name.removesuffix(".list").partition(":")[0]
        for path in facts.paths:
            found.setdefault((node.filesystem, path), package)
    return found


def under_package_versions(sightings: Sequence[Sighting], owned: Owners) -> list[Sighting]:
    """Return *sightings*; those in files of a package of the same component take its version.

    They do where that is a snapshot, and where they have an interval, not a version of their own.
    """
    packages = {
        (one.node.filesystem, one.package_name): one
        for one in sightings
        if one.package and one.version
    }
    return [_under(one, packages, owned) for one in sightings]


def _under(one: Sighting, packages: Mapping[tuple[str, str], Sighting], owned: Owners) -> Sighting:
    if one.package:
        return one
    owner = owned.get((one.node.filesystem, one.node.inner), "")
    package = packages.get((one.node.filesystem, owner))
    if package is None or package.key != one.key:
        return one
    if not (one.low or one.high or _SNAPSHOT.match(package.version)):
        return one
    return replace(one, version=package.version, low="", high="")
