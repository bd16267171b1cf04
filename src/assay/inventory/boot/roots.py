"""Where starting begins in a file system: init's table, run-level folders, units, init itself.

Serves `inventory/services.py`. Conventions: inittab(5) and BusyBox init (`/etc/init.d/rcS` where
there is no table), System V and OpenWrt `S??` links, Buildroot's `/etc/init.d/S??*`, systemd.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Literal

import msgspec

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.inetd import InetdFacts
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
_START_LINKS = lazy_re.compile(
    r"/etc[^/]*/(?:rc[s2-5]?\.d|init\.d|rc\.d/rc[s2-5]\.d)/s[0-9][0-9][^/]*"
)
_PLACES = lazy_re.compile(r"/(?:etc|init$|sbin/init$|linuxrc$|(?:usr/)?lib/systemd/)")
_WANTS = lazy_re.compile(r".*/systemd/system/[^/]+\.(?:wants|requires)/([^/]+)")
_NOTHING = Span(offset=0, length=0, text="")


class Root(Value):
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


class StartFiles(msgspec.Struct):
    """What one file system holds of start files: candidates, live init tables, units, inetd's."""

    nodes: list[Node] = msgspec.field(default_factory=list)
    tables: list[tuple[Node, InittabFacts]] = msgspec.field(default_factory=list)
    units: list[tuple[Node, UnitFacts]] = msgspec.field(default_factory=list)
    servers: list[tuple[Node, InetdFacts]] = msgspec.field(default_factory=list)


def start_files(image: Inventory) -> dict[str, StartFiles]:
    """Return the start files of *image* by file system, in order; each node is looked at once."""
    found: dict[str, StartFiles] = {}
    for node in image.nodes:
        if node.kind in {"file", "symlink"} and _PLACES.match(node.inner.lower()):
            found.setdefault(node.filesystem, StartFiles()).nodes.append(node)
    for node, table in image.of(InittabFacts):
        if node.name.lower() == "inittab":
            found.setdefault(node.filesystem, StartFiles()).tables.append((node, table))
    for node, unit in image.of(UnitFacts):
        if node.name.endswith(".service"):
            found.setdefault(node.filesystem, StartFiles()).units.append((node, unit))
    for node, server in image.of(InetdFacts):
        found.setdefault(node.filesystem, StartFiles()).servers.append((node, server))
    return {name: found[name] for name in sorted(found)}


def entry_roots(image: Inventory, files: StartFiles) -> Iterator[Root]:
    """Yield where starting begins without being asked."""
    for node, facts in files.tables:
        yield from _table_roots(node, facts)
    inside = files.nodes
    if not files.tables:
        yield from (Root(node, "init", "s") for node in _matching(inside, _SHELL_TABLES))
    for node in inside:
        target = _script_of(image, node)
        if target is not None and _START_LINKS.fullmatch(node.inner.lower()):
            yield Root(target, "script")
    yield from (Root(node, "script") for node in _matching(inside, _INITS))
    yield from _unit_roots(files, enabled=True)


def idle_roots(files: StartFiles) -> Iterator[Root]:
    """Yield start files that nothing starts by itself: unlinked init scripts, idle units."""
    for node in files.nodes:
        if node.kind == "file" and fnmatchcase(node.inner.lower(), "/etc*/init.d/*"):
            yield Root(node, "script")
    yield from _unit_roots(files, enabled=False)


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


def _unit_roots(files: StartFiles, *, enabled: bool) -> Iterator[Root]:
    wanted = {match[1] for node in files.nodes if (match := _WANTS.fullmatch(node.inner))}
    for node, facts in files.units:
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
