"""What starts at boot and serves the network, as a list. Reference: ETSI EN 303 645, 5.6."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.checks.services.started import SHELL_NAMES, note_scope
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.services import Service, boot_services
from assay.model.result import Finding

CHECK = Check(
    id="services.inventory",
    version=1,
    title="Services started at boot",
    severity="info",
    about="The list of programs that start by themselves is what an evaluation of exposed "
    "services begins with.",
    looks_at="init tables, start scripts, super-server files and units that run at boot",
    not_a_finding="Programs that other programs start while the device runs are not seen here.",
    advice="Leave out what the product does not need.",
)
NETWORK_CALLS = ("listen", "bind", "accept", "recvfrom", "accept4")
LOCAL_ROLES = frozenset({"log", "device", "schedule"})
MOST_NAMED = 40


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one list for each file system of what starts at boot."""
    note_scope(image, scope)
    for named in kept_running(image).values():
        serving = sorted(name for name, one in named.items() if serves(image, one))
        others = sorted(set(named) - set(serving))
        ordered = [named[name] for name in (*serving, *others)]
        yield CHECK.finding(
            ordered[0].node,
            f"Programs kept running from boot on: {len(named)}. "
            f"Serving the network: {_listed(named, serving)}. Others: {_listed(named, others)}.",
            [at(one.node, one.span) for one in ordered[:MOST_NAMED]],
        )


def kept_running(image: Inventory) -> dict[str, dict[str, Service]]:
    """Return what starts at boot and stays, by file system and name."""
    systems: dict[str, dict[str, Service]] = {}
    for service in boot_services(image):
        if service.name in SHELL_NAMES or service.terminal:
            continue
        if service.daemon or service.role is not None or _listens(image, service):
            systems.setdefault(service.node.filesystem, {}).setdefault(service.name, service)
    return systems


def serves(image: Inventory, service: Service) -> bool:
    """Return whether *service* serves the network, by its name or by what it imports."""
    if service.role is not None:
        return service.role not in LOCAL_ROLES
    return _listens(image, service)


def _listens(image: Inventory, service: Service) -> bool:
    elf = None if service.binary is None else image.facts(service.binary, ElfFacts)
    if elf is None or service.binary is None or service.binary.name.startswith("busybox"):
        return False
    return any(elf.imports_name(name) for name in NETWORK_CALLS)


def _listed(named: dict[str, Service], names: list[str]) -> str:
    shown = [f"{name} ({role})" if (role := named[name].role) else name for name in names]
    more = f" and {len(shown) - MOST_NAMED} more" if len(shown) > MOST_NAMED else ""
    return ", ".join(shown[:MOST_NAMED]) + more if shown else "none"
