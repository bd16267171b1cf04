"""Set-uid files that hand their rights on: shells, interpreters, scripts, tools that call them.

Reference: CWE-250, CWE-78.
"""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.checks.check import Check, Scope, at, attribute
from assay.checks.permissions.modes import OTHERS_WRITE, SET_UID, octal, with_modes
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.text import TextFacts
from assay.model.result import Evidence, Finding, Severity
from assay.model.tree import Node

CHECK = Check(
    id="permissions.setuid-unusual",
    version=1,
    title="Unusual set-uid file",
    severity="high",
    about="A set-uid shell or interpreter gives every local user its owner's rights; a set-uid "
    "tool that calls a shell often does.",
    looks_at="set-uid files: names, first lines, imported functions",
    not_a_finding="The customary set-uid programs (su, sudo, passwd, mount, ping, pppd …) and "
    "tools that call no shell; permissions.setuid-inventory lists them all.",
    cwe=(250, 78),
    advice="Remove the set-uid bit; give the one right needed as a capability, or ask a daemon.",
    references=("https://cwe.mitre.org/data/definitions/250.html",),
)

_SHELLS = lazy_re.compile(
    r"(?:r?ba|da|a|hu|z|k|mk|c|tc|fi)?sh|perl[\d.]*|python[\d.]*|lua[\d.]*|ruby[\d.]*|php[\d.]*(?:-cgi)?"
    r"|tclsh[\d.]*|expect|awk|gawk|mawk|env|find|vi|vim|nano|ed|gdb|strace|nmap|tcpdump"
)
_CUSTOMARY_NAMES = (
    "busybox su sudo passwd chsh chfn chage newgrp gpasswd expiry login mount umount mount.cifs "
    "mount.nfs fusermount fusermount3 ping ping6 traceroute traceroute6 arping pppd crontab at "
    "ssh-keysign ntfs-3g pkexec unix_chkpwd polkit-agent-helper-1 dbus-daemon-launch-helper "
    "staprun wall write doas newuidmap newgidmap exim4 sendmail procmail lppasswd opiepasswd "
    "pam_timestamp_check userhelper usernetctl Xorg Xorg.wrap"
)
_CUSTOMARY = frozenset(_CUSTOMARY_NAMES.split())
_SHELL_CALLS = ("system", "popen", "execl", "execlp", "execvp", "wordexp")


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every set-uid file that hands its rights on."""
    for node in with_modes(image, scope):
        scope.saw()
        if not node.mode & SET_UID:
            continue
        owner = "root" if node.uid == 0 else f"user {node.uid}" if node.uid > 0 else "its owner"
        found = _reason(image, node)
        if found is None:
            continue
        says, severity, evidence = found
        yield CHECK.finding(
            node,
            f"{node.inner} is set-uid ({octal(node)}) and {says}; it runs with the rights "
            f"of {owner} for every caller.",
            [attribute(node, f"{node.inner}: {octal(node)}"), *evidence],
            severity=severity,
            confidence="certain" if severity != "medium" else "firm",
        )


def _reason(image: Inventory, node: Node) -> tuple[str, Severity, list[Evidence]] | None:
    if node.mode & OTHERS_WRITE:
        return "everybody may replace its content", "critical", []
    if _SHELLS.fullmatch(node.name):
        return "runs the commands that its caller gives", "critical", []
    text = image.facts(node, TextFacts)
    if text is not None and text.text.startswith("#!"):
        # Linux ignores the bit on scripts; other systems and wrappers do not.
        return "a script, for which Linux ignores the bit", "low", [at(node, next(text.lines()))]
    facts = image.facts(node, ElfFacts)
    if facts is None or node.name in _CUSTOMARY:
        return None
    calls = [name for name in _SHELL_CALLS if facts.imports_name(name)]
    if "system" in calls or "popen" in calls:
        spans = [span for name in calls if (span := facts.import_span(name))]
        severity: Severity = "high"
        return (
            f"can run commands through the shell (imports {', '.join(calls)})",
            severity,
            [at(node, span) for span in spans],
        )
    return None
