"""The r-commands' servers (rsh, rlogin, rexec) at boot. Reference: RFC 1282, CWE-290."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope
from assay.checks.services.started import role_findings
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="services.rsh",
    version=1,
    title="rsh, rlogin or rexec server started at boot",
    severity="high",
    about="The r-commands trust the address of the caller and encrypt nothing.",
    looks_at="init tables, start scripts, super-server files and units that run at boot",
    not_a_finding="Clients, and servers that are in the tree but not started.",
    cwe=(290, 319),
    advice="Remove the servers; SSH does the same work with authentication and encryption.",
    references=("https://www.rfc-editor.org/rfc/rfc1282",),
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each r-command server that starts at boot."""
    why = "it trusts the address of the caller and encrypts nothing"
    yield from role_findings(CHECK, image, scope, "rsh", why)
