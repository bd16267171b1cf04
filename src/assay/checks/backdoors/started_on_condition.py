"""Remote access that a start script switches on only when something unusual is there.

A file, a word of the kernel's command line or a variable decides. CWE-912.
"""

import re
from collections.abc import Iterator

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.checks.check import Check, Scope, at
from assay.checks.services.started import note_scope
from assay.inventory.image import Inventory
from assay.inventory.kinds.script import ScriptFacts
from assay.inventory.kinds.text import TextFacts
from assay.inventory.services import Service, services_of
from assay.inventory.shell.conditions import Condition, conditions_at
from assay.model.result import Finding, Severity

CHECK = Check(
    id="backdoors.started-on-condition",
    version=1,
    title="Remote access that a hidden switch turns on",
    severity="medium",
    about=(
        "A remote shell that is off as shipped and starts when a file, a boot argument or a "
        "stored variable is set is reached by whoever can set it, and seen by no port scan."
    ),
    looks_at="conditions around telnet, SSH, remote-shell and debug servers in start scripts",
    not_a_finding=(
        "Conditions about the server's own program, keys, configuration or process, the start "
        "and stop words of scripts, and settings of OpenWrt's configuration files."
    ),
    cwe=(912,),
    advice="Remove the server, or make its switch a documented setting behind a login.",
)
ROLES = frozenset({"telnet", "ssh", "rsh", "debug"})
MOST_NAMED = 3
_FILE = lazy_re.compile(r"(?:\[|\btest\b)[^\n]{0,80}?-[efsrdL][ \t]+[\"']?(/[^\s\"'\];]{2,120})")
_COMMAND_LINE = lazy_re.compile(r"/proc/cmdline|\bkernel_?cmdline\b", re.IGNORECASE)
_STORED = lazy_re.compile(
    r"\b(?:nvram(?:_get|-get)?|xmldbc|fw_printenv|flash|rdcsman|cfg|config|sys_?conf|mib|ccfg_cli|"
    r"tcapi|getcfg|setting|csman|envram|artmtd|bcm_?nvram|syscfg|sysevent|datalib|uci)\b[^\n]{0,120}"
)
_OPENWRT = lazy_re.compile(r"\b(?:uci|config_get\w*)\b")
_OWN = lazy_re.compile(
    r"\.(?:pid|conf|cfg|key|sh)\b|/(?:etc/)?(?:ssh|dropbear|init\.d)\b|/dev/|host_?key|authorized_keys"
    r"|/s?bin/|/etc/(?:passwd|shadow|securetty|default)\b|/lib/functions|/var/run/|/lock/",
)


class Switch(Value):
    """What decides: the condition, a word for its sort, and how much it weighs."""

    condition: Condition
    sort: str
    severity: Severity


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each server that such a switch starts."""
    note_scope(image, scope)
    seen: set[tuple[str, str]] = set()
    for service in services_of(image):
        key = (service.node.path, service.name)
        if service.role not in ROLES or not service.boot or not service.conditional or key in seen:
            continue
        switches = list(_switches(image, service))
        if switches:
            seen.add(key)
            yield _finding(service, switches)


def _switches(image: Inventory, service: Service) -> Iterator[Switch]:
    text = image.facts(service.node, TextFacts)
    script = image.facts(service.node, ScriptFacts)
    if text is None or script is None:
        return
    places = [service.span.offset]
    inside = [one.function for one in script.commands if one.span == service.span]
    if inside and inside[0]:
        places += [one.span.offset for one in script.commands if one.words[0] == inside[0]][:4]
    for place in places:
        for condition in conditions_at(text.text, place):
            switch = _switch(condition, service)
            if switch is not None:
                yield switch


def _switch(condition: Condition, service: Service) -> Switch | None:
    text = condition.span.text
    if _COMMAND_LINE.search(text):
        return Switch(condition, "a word of the kernel's command line", "medium")
    found = _FILE.search(text)
    if found:
        own = _OWN.search(found[1]) or service.name in found[1]
        return None if own else Switch(condition, f"the file {found[1]}", "medium")
    stored = _STORED.search(text)
    if stored and not _OPENWRT.search(text):
        return Switch(condition, "a stored variable", "low")
    return None


def _finding(service: Service, switches: list[Switch]) -> Finding:
    weight = "medium" if any(one.severity == "medium" for one in switches) else "low"
    chosen = [one for one in switches if one.severity == weight][:MOST_NAMED]
    said = " and ".join(_said(one) for one in chosen)
    return CHECK.finding(
        service.node,
        f"{service.node.inner} starts `{service.line}` at boot only on a condition: {said}. "
        "Documented use was not looked for.",
        [at(service.node, service.span), *(at(service.node, one.condition.span) for one in chosen)],
        severity="medium" if weight == "medium" else "low",
        confidence="firm" if service.binary is not None else "tentative",
    )


def _said(switch: Switch) -> str:
    holds = "" if switch.condition.holds else "not "
    return f"{switch.sort} decides ({holds}`{switch.condition.span.text.strip()}`)"
