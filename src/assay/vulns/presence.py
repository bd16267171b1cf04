"""Is the code of a flaw in the image at all? What was looked for and is not there.

The table `data/presence.toml` says for a flaw which part of a product it needs: an applet, an
exported function, or a compiled-in option that the program tells. Absence is claimed only where
the place that would show the part was read. The kernel has its own module, `kernel_presence.py`.
"""

from collections.abc import Sequence

from assay.inventory.image import Inventory
from assay.inventory.kinds.applets import AppletFacts
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.patterns import PatternFacts
from assay.model.flaws import Setting
from assay.model.result import Component
from assay.model.tree import Node
from assay.vulns.needs import Need, needs


def absent_parts(image: Inventory, components: Sequence[Component]) -> tuple[str, ...]:
    """Return `component version/part` for each part that no copy of a component has."""
    by_path = {node.path: node for node in image.nodes if node.blob}
    found: set[str] = set()
    for component in components:
        copies = [by_path[one.path] for one in component.occurrences if one.path in by_path]
        name = component.cpe.split(":")[4] if component.cpe.count(":") > 4 else component.name
        names = {name, component.name.lower()}
        found.update(
            f"{component.name} {component.version}/{need.part}"
            for need in needs()
            if need.product in names and copies
            if all(_lacks(image, copy, need) for copy in copies)
        )
    return tuple(sorted(found))


def _lacks(image: Inventory, copy: Node, need: Need) -> bool:
    """Return whether *copy* is known not to have the part."""
    if need.applets:
        applets = image.facts(copy, AppletFacts)
        return applets is not None and set(need.applets) <= set(applets.absent)
    if need.exports:
        elf = image.facts(copy, ElfFacts)
        return (
            elf is not None
            and elf.soname is not None
            and elf.soname.text.startswith(need.soname)
            and bool(elf.exports)
            and not elf.symbols_cut
            and not set(need.exports) & set(elf.exports)
        )
    patterns = image.facts(copy, PatternFacts)
    return patterns is not None and any(hit.id in need.unless for hit in patterns.hits)


def missing_part(component: Component, identity: str, setting: Setting) -> str:
    """Return why the code of the flaw *identity* is not in the image; empty if it may be."""
    own = f"{component.name} {component.version}/"
    absent = {one.removeprefix(own) for one in setting.absent if one.startswith(own)}
    for need in needs():
        if identity in need.flaws and need.part in absent:
            return f"{need.part} is not in any copy of it{': ' if need.why else ''}{need.why}"
    return ""
