"""UPnP port-mapping servers at boot, as a matter of record. Reference: UPnP IGD 2.0."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope
from assay.checks.services.started import role_findings
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="services.upnp",
    version=1,
    title="UPnP server started at boot",
    severity="info",
    about="UPnP lets programs in the local network open ports to the outside without asking.",
    looks_at="init tables, start scripts, super-server files and units that run at boot",
    not_a_finding="Media servers and service discovery.",
    cwe=(306,),
    advice="Let the owner decide; keep mappings to the asking address and to high ports.",
    references=("https://openconnectivity.org/developer/specifications/upnp-resources/upnp/",),
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a note for each UPnP server that starts at boot."""
    why = "devices in the local network can open ports to the outside without a login"
    yield from role_findings(CHECK, image, scope, "upnp", why)
