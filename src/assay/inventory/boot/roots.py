"""Where starting begins in a file system: init's table, run-level folders, units, init itself.

Serves `inventory/services.py`. Conventions: inittab(5) and BusyBox init (`/etc/init.d/rcS` where
there is no table), System V and OpenWrt `S??` links, Buildroot's `/etc/init.d/S??*`, systemd.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.inittab import InittabFacts
from assay.inventory.kinds.script import ScriptFacts
from assay.inventory.kinds.unit import UnitFacts
from assay.model.tree import Node

RUNNING = frozenset(
    {
        *("sysinit", "boot", "bootwait", "wait", "once", "respawn", "respawnlate"),
        *("askfirst", "askconsole", "askconsolelate"),
    }
)
STAYING = frozenset({"respawn", "respawnlate", "askfirst", "askconsole", "askconsolelate"})
_SHELL_TABLES = ("/etc*/init.d/rcs", "/etc*/rcs", "/etc*/rc", "/etc*/rc.sysinit", "/etc*/init.norm")
_INITS = ("/init", "/sbin/init", "/linuxrc", "/etc/preinit", "/etc*/rc.local", "/etc/rc.d/rc.local")
_START_LINKS = re.compile(r"/etc[^/]*/(?:rc[s2-5]?\.d|init\.d|rc\.d/rc[s2-5]\.d)/s[0-9][0-9][^/]*")
_WANTS = re.compile(r".*/systemd/system/[^/]+\.(?:wants|requires)/([^/]+)")
_NOTHING = Span(offset=0, length=0, text="")


@dataclass(frozen=True, slots=True)
class Root:
    """A place where starting begins: a script to run, or a process line of a table or unit."""

    node: Node
    manager: Literal["init", "script", "systemd"]
    argument: str = "start"
    process: str | None = None
    span: Span = _NOTHING
    terminal: str = ""
    action: str = ""
    user: str = "root"
    conditional: bool = False
    stays: bool = False


def filesystems_of(image: Inventory) -> tuple[str, ...]:
    """Return the file systems of *image* that hold start files, in their order."""
    found = {node.filesystem for node in image.nodes if node.kind in {"file", "symlink"}}
    return tuple(sorted(found))


def entry_roots(image: Inventory, filesystem: str) -> Iterator[Root]:
    """Yield where starting begins without being asked."""
    tables = [pair for pair in image.of(InittabFacts) if pair[0].filesystem == filesystem]
    live = [pair for pair in tables if pair[0].name.lower() == "inittab"]
    for node, facts in live:
        yield from _table_roots(node, facts)
    inside = [node for node in image.nodes if node.filesystem == filesystem]
    if not live:
        yield from (Root(node, "init", "s") for node in _matching(inside, _SHELL_TABLES))
    for node in inside:
        target = _script_of(image, node)
        if target is not None and _START_LINKS.fullmatch(node.inner.lower()):
            yield Root(target, "script")
    yield from (Root(node, "script") for node in _matching(inside, _INITS))
    yield from _unit_roots(image, filesystem, inside, enabled=True)


def idle_roots(image: Inventory, filesystem: str) -> Iterator[Root]:
    """Yield start files that nothing starts by itself: unlinked init scripts, idle units."""
    inside = [node for node in image.nodes if node.filesystem == filesystem]
    for node in inside:
        if node.kind == "file" and fnmatchcase(node.inner.lower(), "/etc*/init.d/*"):
            yield Root(node, "script")
    yield from _unit_roots(image, filesystem, inside, enabled=False)


def _matching(nodes: list[Node], globs: tuple[str, ...]) -> Iterator[Node]:
    for glob in globs:
        for node in nodes:
            if node.kind == "file" and fnmatchcase(node.inner.lower(), glob):
                yield node


def _script_of(image: Inventory, node: Node) -> Node | None:
    target = image.resolve(node.filesystem, node.inner) if node.kind == "symlink" else node
    if target is None or target.kind != "file" or image.facts(target, ScriptFacts) is None:
        return None
    return target


def _table_roots(node: Node, facts: InittabFacts) -> Iterator[Root]:
    for entry in facts.entries:
        if entry.action in RUNNING:
            yield Root(
                node,
                "init",
                process=entry.process,
                span=entry.span,
                terminal=entry.terminal,
                action=entry.action,
                stays=entry.action in STAYING,
            )


def _unit_roots(
    image: Inventory, filesystem: str, inside: list[Node], *, enabled: bool
) -> Iterator[Root]:
    wanted = {match[1] for node in inside if (match := _WANTS.fullmatch(node.inner))}
    for node, facts in image.of(UnitFacts):
        if node.filesystem != filesystem or not node.name.endswith(".service"):
            continue
        name = re.sub(r"@[^.]*\.", "@.", node.name)
        if (node.name in wanted or name in wanted) != enabled:
            continue
        user = facts.values("User")
        for setting in facts.settings:
            if setting.name == "ExecStart" and setting.value:
                yield Root(
                    node,
                    "systemd",
                    process=setting.value.lstrip("-@+!:"),
                    span=setting.span,
                    user=user[-1] if user else "root",
                    stays=True,
                )
