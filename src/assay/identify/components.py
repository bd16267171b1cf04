"""The components of an image: what all matchers saw, joined by name and version.

`identify` is the stage. A sighting without a version joins the versions that others saw of the
same component in the same image; alone it stays without one.
"""

from collections.abc import Iterable
from functools import lru_cache

from msgspec.structs import replace

from assay._kernel.registry import modules_with
from assay.identify.catalogue import Known, catalogue
from assay.identify.dependencies import component_needs, file_needs
from assay.identify.fingerprints.names import learnt
from assay.identify.intervals import is_interval, settle
from assay.identify.kin import without_kin
from assay.identify.ownership import owners, under_package_versions
from assay.identify.sighting import Matcher, Sighting
from assay.inventory.image import Inventory
from assay.model.result import Component, Occurrence

MOST_OCCURRENCES = 20
SYSTEMS = {"linux", "vxworks", "zephyr", "freertos", "zynos", "ecos"}
"""Components that are operating systems, which CPE marks with `o`."""
_EXCERPT = 200


def identify(image: Inventory) -> tuple[Component, ...]:
    """Return the components of *image*, by name and version, with where each was seen."""
    sightings: list[Sighting] = []
    for matcher in matchers():
        sightings += matcher.match(image)
    owned = owners(image)
    sightings = without_kin(sightings, owned)
    pairs = _joined(under_package_versions(sightings, owned))
    groups = {component.purl: seen for component, seen in pairs}
    needs = component_needs(groups, file_needs(image), image, owned)
    return tuple(replace(component, needs=needs.get(component.purl, ())) for component, _ in pairs)


@lru_cache(maxsize=1)
def matchers() -> tuple[Matcher, ...]:
    """Return all matchers, by name."""
    return tuple(modules_with("assay.identify.matchers", "METHOD"))


def join(sightings: Iterable[Sighting]) -> tuple[Component, ...]:
    """Return one component for each name and version among *sightings*."""
    return tuple(component for component, _ in _joined(sightings))


def _joined(sightings: Iterable[Sighting]) -> list[tuple[Component, list[Sighting]]]:
    """Return the components by name and version, each with what was seen of it."""
    groups: dict[str, dict[str, list[Sighting]]] = {}
    for one in settle(sightings):
        groups.setdefault(one.key, {}).setdefault(one.version, []).append(one)
    found = []
    for key in sorted(groups):
        versions = groups[key]
        unversioned = versions.pop("", [])
        if not versions:
            versions = {"": unversioned}
        elif len(versions) == 1:
            next(iter(versions.values())).extend(unversioned)
        versions = _refined(versions)
        found += [(_component(key, one, versions[one]), versions[one]) for one in sorted(versions)]
    return sorted(found, key=lambda pair: (pair[0].name.lower(), pair[0].version))


def _refined(versions: dict[str, list[Sighting]]) -> dict[str, list[Sighting]]:
    """Return *versions* with short ones (1.9) joined to longer ones of packages (1.9.2014)."""
    found: dict[str, list[Sighting]] = {}
    for version in sorted(versions, key=len, reverse=True):
        longer = [
            one
            for one, seen in found.items()
            if one.startswith((f"{version}.", f"{version}-"))
            and any(sighting.package for sighting in seen)
        ]
        found.setdefault(longer[0] if len(longer) == 1 else version, []).extend(versions[version])
    return found


def _component(key: str, version: str, seen: list[Sighting]) -> Component:
    ordered = sorted(seen, key=lambda one: (-one.confidence, one.node.path, one.span.offset))
    best = ordered[0]
    known = catalogue().get(key) or learnt(key)
    exact = any(one.version and not is_interval(one) for one in ordered)
    bounds = None if exact else next((one for one in ordered if is_interval(one)), None)
    return Component(
        name=known.name if known else key.rpartition(":")[2],
        version=version,
        purl=_purl(key, version, ordered),
        cpe=_cpe(known, version),
        kind=best.form,
        method=best.method,
        confidence=best.confidence,
        licence=next(
            (one.licence for one in ordered if one.licence), known.licence if known else ""
        ),
        occurrences=tuple(_occurrence(one) for one in _unique(ordered)[:MOST_OCCURRENCES]),
        version_low=bounds.low if bounds else "",
        version_high=bounds.high if bounds else "",
    )


def _unique(seen: list[Sighting]) -> list[Sighting]:
    kept = {(one.node.path, one.span.offset): one for one in reversed(seen)}
    return [one for one in seen if kept.get((one.node.path, one.span.offset)) is one]


def _occurrence(one: Sighting) -> Occurrence:
    return Occurrence(
        path=one.node.path,
        blob=one.node.blob or one.node.origin.container,
        offset=one.span.offset,
        length=one.span.length,
        excerpt=one.span.text[:_EXCERPT],
        method=one.method,
        confidence=one.confidence,
    )


def _purl(key: str, version: str, seen: list[Sighting]) -> str:
    """Return the package URL (purl specification): the package's own where there is one."""
    package = min((one.package for one in seen if one.package), default="")
    if package:
        system, _, rest = package.partition("/")
        name, _, full = rest.rpartition("@")
        name = name if system == "maven" else name.lower()
        path = "/".join(_escaped(part) for part in name.split("/"))
        return f"pkg:{system}/{path}" + (f"@{_escaped(full)}" if full else "")
    return f"pkg:generic/{_escaped(key.rpartition(':')[2])}" + (
        f"@{_escaped(version)}" if version else ""
    )


def _escaped(text: str) -> str:
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~"
    return "".join(char if char in plain else f"%{ord(char):02X}" for char in text)


def _cpe(known: Known | None, version: str) -> str:
    """Return the CPE 2.3 name, empty where the product's name is not known."""
    if known is None or not known.cpe:
        return ""
    part = "o" if known.key in SYSTEMS else "a"
    plain = "".join(
        f"\\{char}" if not (char.isalnum() or char in "._-") else char for char in version
    )
    return f"cpe:2.3:{part}:{known.cpe}:{plain or '*'}:*:*:*:*:*:*:*"
