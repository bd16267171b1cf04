"""FTP servers that start at boot, and anonymous writing. Reference: RFC 959, CWE-319."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.checks.services.started import role_findings
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.text import TextFacts
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="services.ftp",
    version=1,
    title="FTP server",
    severity="medium",
    about="FTP carries passwords and files in clear text; anonymous upload lets anybody store "
    "files.",
    looks_at="what starts at boot, and the settings of vsftpd",
    not_a_finding="An FTP server that is in the tree but not started.",
    cwe=(319,),
    advice="Offer SFTP or HTTPS; if FTP must stay, keep it off until the owner turns it on.",
    references=("https://www.rfc-editor.org/rfc/rfc959",),
)
UPLOADS = ("anon_upload_enable", "anon_mkdir_write_enable", "anon_other_write_enable")


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each FTP server at boot and each file that lets anonymous users write."""
    why = "passwords and files cross the network in clear text"
    yield from role_findings(CHECK, image, scope, "ftp", why)
    for node in image.find("*/vsftpd.conf", "*/vsftpd*.conf"):
        facts = image.facts(node, TextFacts)
        if facts is None:
            continue
        scope.saw()
        yield from _anonymous(node, facts)


def _anonymous(node: Node, facts: TextFacts) -> Iterator[Finding]:
    settings: dict[str, tuple[str, Span]] = {}
    for line in facts.lines():
        name, _, value = line.text.partition("=")
        if not name.startswith("#"):
            settings[name.strip().lower()] = (value.strip().lower(), line)
    # vsftpd lets anonymous users in unless it is told not to (vsftpd.conf(5)).
    if settings.get("anonymous_enable", ("yes", None))[0] != "yes":
        return
    spans = [settings[name][1] for name in UPLOADS if settings.get(name, ("", None))[0] == "yes"]
    if spans and settings.get("write_enable", ("no", None))[0] == "yes":
        yield CHECK.finding(
            node,
            f"{node.inner} lets anonymous users write files where vsftpd runs: anonymous logins "
            f"are not switched off, and {spans[0].text.strip()}.",
            [at(node, span) for span in (*spans, settings["write_enable"][1])],
        )
