"""Logins as root over the network. Reference: sshd_config(5), dropbear(8), CWE-250."""

from collections.abc import Iterator
from itertools import pairwise

from assay.checks.check import Check, Scope, at
from assay.checks.services.settings import daemon_settings
from assay.checks.services.started import (
    SHELL_NAMES,
    absent,
    confidence_of,
    how,
    idle_servers,
    note_scope,
)
from assay.inventory.image import Inventory
from assay.inventory.kinds.uci import UciFacts, UciSection
from assay.inventory.services import Service, boot_services
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="services.remote-root-login",
    version=1,
    title="Remote login as root",
    severity="medium",
    about="A server that lets root log in over the network makes one password, or none, worth the "
    "whole device.",
    looks_at="arguments and settings of SSH and telnet servers",
    not_a_finding="Root login by key only, servers that are switched off.",
    cwe=(250, 1188),
    advice="Let named users log in and raise their rights; allow root by key only.",
    references=("https://man.openbsd.org/sshd_config#PermitRootLogin",),
)
_OFF = frozenset({"0", "off", "no", "false", "disabled"})


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each server that lets root in with a password or without one."""
    note_scope(image, scope)
    started = {one.name for one in boot_services(image)}
    for node in (*idle_servers(image, "ssh", started), *idle_servers(image, "telnet", started)):
        scope.gap(f"{node.path} is not started by a start file; other programs were not followed")
    sections = _uci_sections(image)
    told: set[str] = set()
    for service in boot_services(image):
        if service.role == "telnet":
            yield from _shell_for_login(service)
        elif service.name == "dropbear":
            settings = sections.get(service.node.filesystem)
            if settings is None:
                yield from _dropbear(service, scope)
            elif service.node.filesystem not in told:
                told.add(service.node.filesystem)
                yield from _open_sections(settings)
    for node in image.find("*/sshd_config", "*/sshd_config.d/*"):
        for setting in daemon_settings(image, node):
            if setting.name == "permitrootlogin" and setting.value.lower() == "yes":
                yield CHECK.finding(
                    node,
                    f"{node.inner} lets root log in over SSH with a password "
                    f"(`{setting.span.text.strip()}`).",
                    [at(node, setting.span)],
                )


def _shell_for_login(service: Service) -> Iterator[Finding]:
    words = service.arguments
    for word, following in pairwise(words):
        if word == "-l" and following.rpartition("/")[2] in SHELL_NAMES:
            yield CHECK.finding(
                service.node,
                f"{how(service)}{absent(service)}: whoever connects gets a root shell "
                "without a login.",
                [at(service.node, service.span)],
                severity="high" if service.conditional else "critical",
                confidence=confidence_of(service),
            )


def _dropbear(service: Service, scope: Scope) -> Iterator[Finding]:
    options = {letter for word in service.arguments if word[:1] == "-" for letter in word[1:]}
    if options & set("wgsj"):
        return
    if any("$" in word or "`" in word for word in service.arguments):
        scope.gap(f"{service.node.inner}: the arguments of dropbear are put together at run time")
        return
    yield CHECK.finding(
        service.node,
        f"{how(service)}{absent(service)} without -w, -g or -s: root may log in with a password.",
        [at(service.node, service.span)],
        confidence=confidence_of(service),
    )


def _uci_sections(image: Inventory) -> dict[str, list[tuple[Node, UciSection]]]:
    """Return dropbear's sections of OpenWrt configuration by file system."""
    found: dict[str, list[tuple[Node, UciSection]]] = {}
    for node, facts in image.of(UciFacts):
        if node.name == "dropbear":
            pairs = [(node, section) for section in facts.of_type("dropbear")]
            found.setdefault(node.filesystem, []).extend(pairs)
    return found


def _open_sections(settings: list[tuple[Node, UciSection]]) -> Iterator[Finding]:
    """Yield one finding for the sections of a file system that let root log in."""
    found = [(node, section) for node, section in settings if _allows_root(section)]
    if found:
        node = found[0][0]
        count = f" in {len(found)} sections" if len(found) > 1 else ""
        yield CHECK.finding(
            node,
            f"{node.inner} lets root log in to the SSH server with a password{count} "
            "(RootLogin, RootPasswordAuth and PasswordAuth are not switched off).",
            [at(one, section.span) for one, section in found[:8]],
        )


def _allows_root(section: UciSection) -> bool:
    """Return whether the section starts a server for root; what is not set is on."""
    names = ("enable", "RootLogin", "RootPasswordAuth", "PasswordAuth")
    return all(section.value(name).lower() not in _OFF for name in names)
