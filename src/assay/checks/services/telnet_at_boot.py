"""Telnet servers that start at boot. Reference: RFC 854, CWE-319."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope
from assay.checks.services.started import role_findings
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="services.telnet-at-boot",
    version=1,
    title="Telnet server started at boot",
    severity="high",
    about="Telnet carries passwords and sessions in clear text.",
    looks_at="init tables, start scripts, super-server files and units that run at boot",
    not_a_finding="A telnet server that is in the tree but not started, a commented-out line, and "
    "a script that only stops one.",
    cwe=(319, 1188),
    advice="Remove the telnet server; offer SSH, off until the owner turns it on.",
    references=("https://www.rfc-editor.org/rfc/rfc854",),
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each telnet server that starts at boot."""
    why = "logins and sessions cross the network in clear text"
    yield from role_findings(CHECK, image, scope, "telnet", why)
