"""Web servers that run as root. Reference: CWE-250; ETSI EN 303 645, provision 5.6-7."""

import re
from collections.abc import Iterator
from itertools import pairwise

from assay._kernel import lazy_re
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.text import TextFacts
from assay.inventory.services import Service, boot_services
from assay.model.result import Evidence, Finding
from assay.model.tree import Node

CHECK = Check(
    id="web.server-as-root",
    version=1,
    title="Web server with root's rights",
    severity="medium",
    about="A flaw in a server that runs as root gives the whole device away.",
    looks_at="web servers that start files start, their arguments and configuration files",
    not_a_finding="Servers that an argument, their configuration or their default gives another "
    "user.",
    cwe=(250,),
    advice="Let the server change to a user of its own after it has opened its port.",
    references=("https://cwe.mitre.org/data/definitions/250.html",),
)

# Where a server's configuration names the user, and whether it keeps root without.
_CONFIGURED = {
    "lighttpd": ("/etc/lighttpd/lighttpd.conf", r"\s*server\.username\s*=\s*\"?([\w-]+)", True),
    "nginx": ("/etc/nginx/nginx.conf", r"\s*user\s+([\w-]+)", False),
    "boa": ("/etc/boa/boa.conf", r"\s*User\s+([\w-]+)", True),
    "thttpd": ("/etc/thttpd.conf", r"\s*user\s*=\s*([\w-]+)", False),
    "apache2": ("/etc/apache2/apache2.conf", r"\s*User\s+([\w-]+)", False),
}
_USER_OPTION = lazy_re.compile(r"-u\w*|--user(?:=.*)?")
_FILE_OPTION = frozenset({"-f", "-c", "-C"})


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for every web server that starts at boot and keeps root's rights."""
    told: set[tuple[str, str]] = set()
    for service in boot_services(image):
        if service.role != "web":
            continue
        scope.saw()
        key = (service.node.filesystem, service.name)
        if key in told or service.user != "root":
            continue
        if any(_USER_OPTION.fullmatch(word) for word in service.arguments):
            continue
        found = _reason(image, service)
        if found is not None:
            told.add(key)
            says, evidence = found
            yield CHECK.finding(
                service.binary or service.node,
                f"{service.node.inner} starts the web server {service.name} as root; {says}.",
                [at(service.node, service.span), *evidence],
                confidence="firm" if evidence else "tentative",
            )


def _reason(image: Inventory, service: Service) -> tuple[str, list[Evidence]] | None:
    if service.name not in _CONFIGURED:
        return "no argument gives it another user", []
    usual, expression, keeps = _CONFIGURED[service.name]
    node = image.resolve(service.node.filesystem, _stated(service) or usual)
    facts = image.facts(node, TextFacts) if node is not None else None
    if node is None or facts is None:
        return None if not keeps else ("no argument gives it another user", [])
    for line in facts.lines():
        match = re.match(expression, line.text)
        if match:
            if match[1] not in {"root", "0"}:
                return None
            return f"{node.inner} names the user {match[1]}", [at(node, line)]
    if not keeps:
        return None
    return f"{node.inner} names no user", [_nothing(node)]


def _stated(service: Service) -> str:
    words = service.arguments
    return next((value for option, value in pairwise(words) if option in _FILE_OPTION), "")


def _nothing(node: Node) -> Evidence:
    return Evidence(
        kind="absence",
        blob=node.blob or "",
        path=node.path,
        offset=0,
        length=node.size,
        excerpt="a user to change to",
    )
