"""How a component is reached in an image: by which service, at boot, over the network, as whom.

A reading of start files and of what programs load. It orders flaws; what is not found to be
started may still be started by something that was not understood.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.services import Service, services_of
from assay.model.flaws import Exposure, Proof
from assay.model.result import Component

NETWORK_FACING = {
    "telnet", "ftp", "tftp", "rsh", "ssh", "web", "snmp", "dns", "dhcp", "upnp", "file sharing",
    "remote management", "routing", "wireless", "vpn", "time", "printing", "discovery",
    "messaging", "dial-in", "super-server", "debug",
}  # fmt: skip
"""What servers serve (`assay.inventory.boot.servers`) where others can send them data."""
MOST_SAID = 6
MOST_PROOFS = 3
DEEPEST = 4


def exposures(image: Inventory, components: Sequence[Component]) -> tuple[Exposure, ...]:
    """Return the exposure of each component of which something is known, in their order."""
    users = _Users(image)
    found = []
    for component in components:
        if component.kind == "kernel":
            marks: tuple[str, ...] = ("as-root", "kernel", "started-at-boot")
            said: tuple[str, ...] = ("it is the kernel",)
            found.append(_stated(component, marks, said))
            continue
        exposure = _exposure(component, users)
        if exposure is not None:
            found.append(exposure)
    return tuple(found)


def _exposure(component: Component, users: "_Users") -> Exposure | None:
    paths = {one.path for one in component.occurrences}
    services = users.of(paths)
    if not services:
        started = users.any_known and component.kind == "program"
        says = ("no start file is seen to start it",)
        return _stated(component, ("not-started",), says) if started else None
    marks: set[str] = set()
    said: dict[str, None] = {}
    for service, loaded in services:
        marks.update(_marks(service))
        how = "loads it" if loaded else "is it"
        boot = "starts at boot" if service.boot else "is started"
        said[f"{service.name} {how}; it {boot} by {service.node.inner} as {service.user}"] = None
    proofs = tuple(_proof(service) for service, _ in services[:MOST_PROOFS])
    return _stated(component, tuple(sorted(marks)), tuple(said)[:MOST_SAID], proofs)


def _stated(
    component: Component,
    marks: tuple[str, ...],
    says: tuple[str, ...],
    proofs: tuple[Proof, ...] = (),
) -> Exposure:
    return Exposure(
        component=component.name,
        version=component.version,
        marks=marks,
        says=says,
        proofs=proofs,
    )


def _marks(service: Service) -> Iterable[str]:
    if service.role in NETWORK_FACING or service.protocol:
        yield "network-facing"
    if service.boot:
        yield "started-at-boot"
        if service.user in {"root", "0", ""}:
            yield "as-root"


def _proof(service: Service) -> Proof:
    span = service.span
    blob = service.node.blob or service.node.origin.container
    return Proof(
        path=service.node.path,
        blob=blob,
        offset=span.offset,
        length=span.length,
        excerpt=span.text[:200],
    )


class _Users:
    """Services by the programs they run and, through what programs load, by libraries."""

    def __init__(self, image: Inventory) -> None:
        self._services: dict[str, list[Service]] = defaultdict(list)
        for service in services_of(image):
            if service.binary is not None:
                self._services[service.binary.path].append(service)
        self.any_known = bool(self._services)
        self._loaders: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._names: dict[str, tuple[str, str]] = {}
        for node, elf in image.of(ElfFacts):
            for name in elf.needed:
                self._loaders[node.filesystem, name.text].append(node.path)
            if elf.role == "library":
                soname = elf.soname.text if elf.soname is not None else node.name
                self._names[node.path] = (node.filesystem, soname)

    def of(self, paths: set[str]) -> list[tuple[Service, bool]]:
        """Return the services that run one of *paths* or load it, those at boot first."""
        found: dict[int, tuple[Service, bool]] = {}
        seen = set(paths)
        level = sorted(paths)
        for depth in range(DEEPEST):
            for path in level:
                for service in self._services.get(path, ()):
                    found.setdefault(id(service), (service, depth > 0))
            above = {
                loader
                for path in level
                if path in self._names
                for loader in self._loaders.get(self._names[path], ())
            }
            level = sorted(above - seen)
            seen |= above
        return sorted(
            found.values(),
            key=lambda one: (not one[0].boot, one[0].role not in NETWORK_FACING, one[0].words),
        )
