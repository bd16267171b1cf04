"""What matching needs to know of an image besides its components: `Setting`.

The distribution and its release, the machine, the kernel's configuration, and how each component
is reached. Everything is read from the inventory; it goes into the result, so that an old
evaluation can be matched anew without its image.
"""

import re
from collections import Counter
from collections.abc import Sequence

from assay._kernel import lazy_re
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.kernel import KernelFacts
from assay.inventory.kinds.packages import PackageFacts
from assay.inventory.kinds.text import TextFacts
from assay.model.flaws import Setting
from assay.model.result import Component
from assay.vulns.device import devices_of
from assay.vulns.exposure import exposures
from assay.vulns.kernel_presence import absent_features, kernel_words
from assay.vulns.needs import watched_options
from assay.vulns.presence import absent_parts

MOST_MODULES = 2000
MOST_SOURCES = 6000
_ASSIGNED = lazy_re.compile(r"^([A-Z_]{2,30})=[\"']?([^\"'\n]{0,100})", re.MULTILINE)


def setting_of(image: Inventory, components: Sequence[Component]) -> Setting:
    """Return the setting in which *components* stand in *image*."""
    distribution, release = _distribution(image)
    return Setting(
        distribution=distribution,
        release=release,
        machine=_machine(image),
        options=_options(image),
        modules=_modules(image),
        exposures=exposures(image, components),
        absent=absent_parts(image, components) + absent_features(image, components),
        kernel_words=kernel_words(image),
        devices=devices_of(image),
        sources=_sources(image),
    )


def _distribution(image: Inventory) -> tuple[str, str]:
    """Return the distribution and its release: `debian bookworm`, `alpine v3.18`."""
    for name in ("*/os-release", "*/openwrt_release"):
        for node in image.find(name):
            text = image.facts(node, TextFacts)
            if text is None:
                continue
            said = {key.lower(): value for key, value in _ASSIGNED.findall(text.text)}
            system = (said.get("id") or said.get("distrib_id") or "").lower()
            version = said.get("version_id") or said.get("distrib_release") or ""
            if system:
                return system, _release(system, version, said.get("version_codename", ""))
    for node in image.find("*/etc/alpine-release"):
        text = image.facts(node, TextFacts)
        if text is not None:
            return "alpine", _release("alpine", text.text.strip()[:20], "")
    return "", ""


def _release(system: str, version: str, codename: str) -> str:
    if system == "alpine":
        found = re.match(r"(\d+\.\d+)", version)
        return f"v{found[1]}" if found else ""
    return codename or version


def _machine(image: Inventory) -> str:
    counts = Counter(facts.machine for _, facts in image.of(ElfFacts))
    return min(counts, key=lambda name: (-counts[name], name)) if counts else ""


def _options(image: Inventory) -> tuple[str, ...]:
    """Return the kernel options that matter for presence, where one kernel states them."""
    stated = [facts for _, facts in image.of(KernelFacts) if facts.options]
    if len({facts.options for facts in stated}) != 1:
        return ()  # none, or several kernels that disagree
    values = {one.name: one.value for one in stated[0].options}
    return tuple(f"{name}={values.get(name, 'n')}" for name in watched_options())


def _modules(image: Inventory) -> tuple[str, ...]:
    names = {
        node.name.partition(".ko")[0].replace("-", "_")
        for node in image.files()
        if ".ko" in node.name
    }
    return tuple(sorted(names)[:MOST_MODULES])


def _sources(image: Inventory) -> tuple[tuple[str, str], ...]:
    found = {
        (package.name, package.source)
        for _, facts in image.of(PackageFacts)
        for package in facts.packages
        if package.source and package.source != package.name
    }
    return tuple(sorted(found)[:MOST_SOURCES])
