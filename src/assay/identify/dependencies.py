"""Which component loads which: the libraries that files name, resolved to files of the image.

Part of the identify stage. A name is looked up in the file system of the file that needs it, in
the folders where loaders look first; links are followed (gABI 4.1, "Shared Object Dependencies").
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from assay.identify.ownership import Owners
from assay.identify.sighting import Sighting
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.model.tree import Node

MOST_NEEDS = 200
FIRST = ("/lib/", "/usr/lib/", "/lib64/", "/usr/lib64/", "/usr/local/lib/")

Needs = Mapping[str, tuple[str, ...]]
"""Path of a file in the image -> paths of the libraries that it loads."""


def file_needs(image: Inventory) -> Needs:
    """Return what each ELF file loads, as far as it is in the same file system."""
    libraries = _libraries(image)
    found = {}
    for node, elf in image.of(ElfFacts):
        names = dict.fromkeys(one.text.rpartition("/")[2] for one in elf.needed[:MOST_NEEDS])
        targets = (libraries.get((node.filesystem, name)) for name in names)
        paths = sorted({one.path for one in targets if one is not None and one.path != node.path})
        if paths:
            found[node.path] = tuple(paths)
    return found


def _libraries(image: Inventory) -> dict[tuple[str, str], Node]:
    """Return the library behind each file name and SONAME of each file system."""
    candidates: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for node in image.nodes:
        if ".so" in node.name and node.kind in {"file", "symlink", "hardlink"}:
            candidates[node.filesystem, node.name].append(node)
    for node, elf in image.of(ElfFacts):
        if elf.soname is not None and elf.role == "library":
            candidates[node.filesystem, elf.soname.text].append(node)
    found = {}
    for key, nodes in candidates.items():
        best = min(nodes, key=_order)
        target = best if best.kind == "file" else image.resolve(best.filesystem, best.inner)
        if target is not None and target.kind == "file":
            found[key] = target
    return found


def _order(node: Node) -> tuple[int, str]:
    folder = node.inner.rpartition("/")[0] + "/"
    return (FIRST.index(folder) if folder in FIRST else len(FIRST), node.path)


def component_needs(
    groups: Mapping[str, Iterable[Sighting]], needs: Needs, image: Inventory, owned: Owners
) -> dict[str, tuple[str, ...]]:
    """Return for each component (a key of *groups*) the components whose libraries it loads.

    A file belongs to the components that were seen in it and to those whose package installed it.
    """
    parts = _components_of_files(groups, image, owned)
    found: dict[str, set[str]] = defaultdict(set)
    for path, targets in needs.items():
        for one in parts.get(path, ()):
            found[one].update(other for target in targets for other in parts.get(target, ()))
    return {one: tuple(sorted(others - {one})) for one, others in found.items()}


def _components_of_files(
    groups: Mapping[str, Iterable[Sighting]], image: Inventory, owned: Owners
) -> dict[str, set[str]]:
    parts: dict[str, set[str]] = defaultdict(set)
    packages: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key, sightings in groups.items():
        for one in sightings:
            if one.package:
                packages[one.node.filesystem, one.package_name].add(key)
            elif one.form != "fragment":
                parts[one.node.path].add(key)
    for (filesystem, inner), package in owned.items():
        node = image.by_path.get((filesystem, inner))
        if node is not None:
            parts[node.path] |= packages.get((filesystem, package), set())
    return parts
