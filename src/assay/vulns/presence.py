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
from assay.vulns.identities import products
from assay.vulns.needs import Need, needs
from assay.vulns.versions import key


def absent_parts(image: Inventory, components: Sequence[Component]) -> tuple[str, ...]:
    """Return `component version/part` for each part that no copy of a component has.

    A part of which it cannot be told has a `?` before its name.
    """
    by_path = {node.path: node for node in image.nodes if node.blob}
    names = {node.name for node in image.nodes}
    found: set[str] = set()
    for component in components:
        copies = [by_path[one.path] for one in component.occurrences if one.path in by_path]
        own = component.cpe.split(":")[4] if component.cpe.count(":") > 4 else component.name
        tables = any(image.facts(copy, AppletFacts) for copy in copies)
        for need in needs() if copies else ():
            if need.product not in {own, component.name.lower()}:
                continue
            lacking = _older(component, need) or _no_program(need, names)
            if lacking or _all_lack(image, component, copies, need):
                found.add(f"{component.name} {component.version}/{need.part}")
            elif need.applets and not tables:
                found.add(f"{component.name} {component.version}/?{need.part}")
    return tuple(sorted(found))


def _older(component: Component, need: Need) -> bool:
    """Return whether *component* is of a release from before the part."""
    exact = component.version and not component.version_low and not component.version_high
    if not need.since or not exact:
        return False
    product = products().get(need.product)
    scheme = product.scheme if product else "generic"
    here, first = key(scheme, component.version), key(scheme, need.since)
    return here is not None and first is not None and here < first


def _no_program(need: Need, names: set[str]) -> bool:
    return bool(need.programs) and not names & set(need.programs)


def _all_lack(image: Inventory, component: Component, copies: Sequence[Node], need: Need) -> bool:
    if need.only and component.kind != "package":  # the database of packages is no copy
        shown = (node for node, one in image.of(PatternFacts) if _hit(one, need.only))
        return not any(node in copies or _is_library(image, node) for node in shown)
    if need.applets and any(image.facts(copy, AppletFacts) for copy in copies):
        # the library of the multi-call program has its banner and no applets
        copies = [
            one for one in copies if image.facts(one, AppletFacts) or not _is_library(image, one)
        ]
    return all(_lacks(image, copy, need) for copy in copies)


def _is_library(image: Inventory, node: Node) -> bool:
    elf = image.facts(node, ElfFacts)
    return elf is not None and elf.role == "library"


def _hit(facts: PatternFacts, wanted: Sequence[str]) -> bool:
    return any(hit.id in wanted for hit in facts.hits)


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
    return patterns is not None and _hit(patterns, need.unless)


def missing_part(component: Component, identity: str, setting: Setting) -> tuple[str, bool]:
    """Return why the code of the flaw *identity* is not in the image, and whether that is certain.

    Empty where it may be there.
    """
    own = f"{component.name} {component.version}/"
    absent = {one.removeprefix(own) for one in setting.absent if one.startswith(own)}
    wanted = [need for need in needs() if identity in need.flaws]
    for need in wanted:
        if need.part in absent:
            return f"{need.part} is not in any copy of it{': ' if need.why else ''}{need.why}", True
    for need in wanted:
        if f"?{need.part}" in absent:
            return f"whether it has {need.part} could not be read from it", False
    return "", True
