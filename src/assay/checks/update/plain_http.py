"""Firmware or packages fetched over plain HTTP. Reference: ETSI EN 303 645, 5.3-7; CWE-319."""

import re
from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.checks.check import Check, Scope, at
from assay.checks.endpoints.addresses import Endpoint, read_endpoint
from assay.checks.update.updaters import updaters_of
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.patterns import PatternFacts
from assay.inventory.kinds.text import TextFacts
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="update.plain-http",
    version=1,
    title="Update over plain HTTP",
    severity="medium",
    about="Over plain HTTP whoever is on the way can replace or hold back an update.",
    looks_at="addresses in programs that write flash memory or speak of firmware downloads, and "
    "package feeds",
    not_a_finding="Feeds whose lists are signed (`check_signature`), addresses in the local "
    "network, names of XML formats.",
    cwe=(319, 494),
    advice="Fetch updates over TLS with certificate checks, and sign them all the same.",
    applies=False,
)
_FEED = lazy_re.compile(r"src(?:/gz)?[ \t]+\S+[ \t]+http://\S+")
_SIGNATURE = lazy_re.compile(r"^option[ \t]+check_signature", re.MULTILINE)
_FIRMWARE_PATH = lazy_re.compile(
    r"(?i)firmware|upgrade|update|\.(?:bin|img|trx|chk|itb|fw|rom)\b|/fw"
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each updater and each package feed that uses plain HTTP."""
    writing = {updater.node.path: updater.commands for updater in updaters_of(image)}
    for node, facts in image.of(PatternFacts):
        is_updater = node.path in writing
        scope.saw(is_updater)
        if node.kind != "file":
            continue
        found = [
            endpoint
            for hit in facts.hits
            if hit.id.startswith("endpoints.") and hit.span.text.startswith("http://")
            if (endpoint := read_endpoint(node, hit, reserved=is_updater))
        ]
        wanted = [one for one in found if _is_download(one, is_updater=is_updater)]
        if wanted and (is_updater or _is_program_of_updates(facts)):
            yield _finding(node, wanted, sure=writing.get(node.path, False))
    yield from _feeds(image, scope)


def _is_download(endpoint: Endpoint, *, is_updater: bool) -> bool:
    if endpoint.path and _FIRMWARE_PATH.search(endpoint.path):
        return True
    return is_updater and not endpoint.formatted and bool(_FIRMWARE_PATH.search(endpoint.host))


def _is_program_of_updates(facts: PatternFacts) -> bool:
    ids = {hit.id for hit in facts.hits}
    return {"commands.firmware-word", "commands.mtd-device"} <= ids


def _finding(node: Node, found: list[Endpoint], *, sure: bool) -> Finding:
    address = found[0].hit.span.text
    what = "writes flash memory" if sure else "names a flash device, speaks of firmware"
    return CHECK.finding(
        node,
        f"{node.inner} {what} and holds the plain-HTTP address `{address}`.",
        [at(node, one.hit.span) for one in found[:5]],
        confidence="firm" if sure else "tentative",
    )


def _feeds(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding for each file system with package feeds that nothing signs."""
    systems: dict[str, list[tuple[Node, Span]]] = {}
    for node in image.find("*/opkg.conf", "*/opkg/*.conf"):
        facts = image.facts(node, TextFacts)
        if facts is None:
            continue
        scope.saw()
        if not _signed(image, node, facts):
            systems.setdefault(node.filesystem, []).extend(
                (node, line)
                for line in facts.lines()
                if _FEED.match(facts.text, line.offset, line.offset + line.length)
            )
    for feeds in systems.values():
        if feeds:
            node = feeds[0][0]
            yield CHECK.finding(
                node,
                f"{node.inner} takes packages over plain HTTP, and no signature is asked for: "
                f"{len(feeds)} feed(s).",
                [at(one, line) for one, line in feeds[:5]],
            )


def _signed(image: Inventory, node: Node, own: TextFacts) -> bool:
    if _SIGNATURE.search(own.text):
        return True
    main = image.resolve(node.filesystem, "/etc/opkg.conf")
    facts = None if main is None else image.facts(main, TextFacts)
    return facts is not None and _SIGNATURE.search(facts.text) is not None
