"""Weak settings of SSH servers. Reference: sshd_config(5), RFC 8758, RFC 9142, CWE-327."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.checks.services.settings import DaemonSetting, daemon_settings
from assay.checks.services.started import idle_servers, note_scope
from assay.inventory.image import Inventory
from assay.inventory.services import boot_services
from assay.model.result import Finding, Severity
from assay.model.tree import Node

CHECK = Check(
    id="services.ssh-weaknesses",
    version=1,
    title="Weak setting of the SSH server",
    severity="medium",
    about="Old protocol versions, broken ciphers and empty passwords undo what SSH protects.",
    looks_at="settings of OpenSSH servers",
    not_a_finding="Lists that take algorithms away (`-name`), and defaults that are not changed.",
    cwe=(326, 327),
    advice="Keep the defaults of a current OpenSSH.",
    references=(
        "https://www.rfc-editor.org/rfc/rfc8758",
        "https://www.rfc-editor.org/rfc/rfc9142",
    ),
)
WEAK = {
    "ciphers": ("arcfour", "3des-cbc", "blowfish-cbc", "cast128-cbc", "des", "none"),
    "macs": ("hmac-md5", "hmac-sha1-96", "none"),
    "kexalgorithms": ("diffie-hellman-group1-sha1", "diffie-hellman-group-exchange-sha1"),
    "hostkeyalgorithms": ("ssh-dss",),
    "pubkeyacceptedkeytypes": ("ssh-dss",),
    "pubkeyacceptedalgorithms": ("ssh-dss",),
}


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each weak setting of an SSH server."""
    note_scope(image, scope)
    started = {one.name for one in boot_services(image)}
    for node in idle_servers(image, "ssh", started):
        scope.gap(f"{node.path} is not started by a start file; its settings are not known")
    for node in image.find("*/sshd_config", "*/sshd_config.d/*"):
        scope.saw()
        for setting in daemon_settings(image, node):
            yield from _weakness(node, setting)


def _weakness(node: Node, setting: DaemonSetting) -> Iterator[Finding]:
    severity: Severity = "medium"
    if setting.name == "protocol" and "1" in setting.value.replace(" ", "").split(","):
        says = "allows SSH protocol version 1"
    elif setting.name == "permitemptypasswords" and setting.value.lower() == "yes":
        says, severity = "allows logins with an empty password", "high"
    elif setting.name in {"ignorerhosts", "strictmodes"} and setting.value.lower() == "no":
        says, severity = f"switches {setting.name} off", "low"
    else:
        weak = _weak_algorithms(setting)
        if not weak:
            return
        says, severity = f"offers {', '.join(weak)}", "low"
    yield CHECK.finding(
        node,
        f"{node.inner} {says} (`{setting.span.text.strip()}`).",
        [at(node, setting.span)],
        severity=severity,
    )


def _weak_algorithms(setting: DaemonSetting) -> list[str]:
    known = WEAK.get(setting.name)
    if known is None or setting.value.startswith("-"):
        return []
    names = setting.value.lstrip("+^").lower().split(",")
    return [name for name in names if name.startswith(known)]
