"""Outbound addresses as a list: what the image may talk to. Reference: ETSI EN 303 645, 5.5."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.checks.endpoints.addresses import Endpoint, endpoints_of
from assay.inventory.image import Inventory
from assay.inventory.kinds.patterns import PatternFacts
from assay.model.result import Finding

CHECK = Check(
    id="endpoints.inventory",
    version=1,
    title="Outbound addresses",
    severity="info",
    about="The hosts that an image names are where data may go and where commands may come from.",
    looks_at="absolute addresses in all files",
    not_a_finding="Names of formats, documentation, local addresses and certificate services.",
    advice="Document each host and why the product needs it.",
)
MOST_HOSTS = 40


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one list of the outside hosts that the image names."""
    scope.saw(sum(1 for _ in image.of(PatternFacts)))
    hosts: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints_of(image):
        if not endpoint.formatted:
            hosts.setdefault(endpoint.host, []).append(endpoint)
    if not hosts:
        return
    ordered = sorted(hosts, key=lambda host: (not _is_used(hosts[host]), host))
    shown = ", ".join(f"{host} ({_schemes(hosts[host])})" for host in ordered[:MOST_HOSTS])
    more = f" and {len(hosts) - MOST_HOSTS} more" if len(hosts) > MOST_HOSTS else ""
    first = hosts[ordered[0]][0]
    yield CHECK.finding(
        first.node,
        f"The image names {len(hosts)} outside hosts: {shown}{more}.",
        [at(hosts[host][0].node, hosts[host][0].hit.span) for host in ordered[:MOST_HOSTS]],
    )


def _is_used(found: list[Endpoint]) -> bool:
    """Return whether a program or a setting names the host, not only pages and scripts of it."""
    pages = (".html", ".htm", ".js", ".css", ".txt", ".asp", ".xml", ".svg", ".md")
    return any(not one.node.name.lower().endswith(pages) for one in found)


def _schemes(found: list[Endpoint]) -> str:
    return "/".join(sorted({one.scheme for one in found}))
