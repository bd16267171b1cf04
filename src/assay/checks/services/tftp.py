"""TFTP servers that start at boot. Reference: RFC 1350, section 6 (no authentication)."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope
from assay.checks.services.started import role_findings
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="services.tftp",
    version=1,
    title="TFTP server started at boot",
    severity="medium",
    about="TFTP knows neither users nor encryption: whoever reaches it reads, and often writes.",
    looks_at="init tables, start scripts, super-server files and units that run at boot",
    not_a_finding="The boot loader's own recovery mode and TFTP clients.",
    cwe=(306, 319),
    advice="Remove the TFTP server, or start it only during a recovery that the owner begins.",
    references=("https://www.rfc-editor.org/rfc/rfc1350",),
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each TFTP server that starts at boot."""
    why = "whoever reaches it can ask for files without a login"
    yield from role_findings(CHECK, image, scope, "tftp", why)
