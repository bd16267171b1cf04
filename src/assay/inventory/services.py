"""The services of an image: which start file runs which program, with which words, as whom.

Joins the facts of init tables, start scripts, super-servers and units; checks ask
`services_of`. A reading of the files: what a program starts by itself is not seen.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from msgspec.structs import replace

from assay._kernel.value import Value
from assay.inventory.boot.launch import Launch, launch_of
from assay.inventory.boot.reach import Reached, reached_commands
from assay.inventory.boot.roots import Root, StartFiles, entry_roots, idle_roots, start_files
from assay.inventory.boot.search import found_program
from assay.inventory.boot.servers import SERVERS, ServerRole
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.script import ScriptFacts
from assay.inventory.shell.commands import Command, commands_of
from assay.model.tree import Node

Manager = Literal["init", "script", "procd", "systemd", "inetd"]
MOST_SERVICES = 5000
MOST_NESTING = 12
MOST_SYSTEMS = 6


class Service(Value):
    """A program that a start file runs.

    `words` are the program as written and its arguments; `node` and `span` the file and the
    bytes that say so; `via` the start files that lead there. `boot` is set when it starts
    without being asked; `conditional` when the file runs it only in some cases. `daemon` is set
    when it is put in the background or kept alive. `binary` is the program where it is found.
    """

    words: tuple[str, ...]
    node: Node
    span: Span
    manager: Manager
    boot: bool
    conditional: bool = False
    daemon: bool = False
    user: str = "root"
    terminal: str = ""
    action: str = ""
    protocol: str = ""
    via: tuple[str, ...] = ()
    binary: Node | None = None

    @property
    def name(self) -> str:
        """The last part of the program's path, without a login shell's dash."""
        return self.words[0].rpartition("/")[2].removeprefix("-")

    @property
    def role(self) -> ServerRole | None:
        """What the program serves, as far as its name tells; None for unknown names."""
        return SERVERS.get(self.name)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words after the program."""
        return self.words[1:]

    @property
    def line(self) -> str:
        """The program and its arguments as one line."""
        return " ".join(self.words)


def services_of(image: Inventory) -> tuple[Service, ...]:
    """Return the services of all file systems of *image*, in the order they are reached."""
    return _followed(image)[0]


def boot_scripts(image: Inventory) -> frozenset[str]:
    """Return the paths of the scripts that run at boot, as far as they were followed."""
    return _followed(image)[1]


@lru_cache(maxsize=2)
def _followed(image: Inventory) -> tuple[tuple[Service, ...], frozenset[str]]:
    found: list[Service] = []
    scripts: set[str] = set()
    starting = start_files(image)
    systems = tuple(starting)[:MOST_SYSTEMS]
    for filesystem, files in starting.items():
        walk = _Walk(image, filesystem, systems)
        for root in entry_roots(image, files):
            walk.enter(root, boot=True)
        scripts |= walk.entered
        for root in idle_roots(files):
            walk.enter(root, boot=False)
        found += walk.services
        found += _on_demand(image, filesystem, files, walk.services)
    return tuple(found[:MOST_SERVICES]), frozenset(scripts)


def boot_services(image: Inventory, *names: str) -> Iterator[Service]:
    """Yield the services that start at boot and are called one of *names* (all without)."""
    for service in services_of(image):
        if service.boot and (not names or service.name in names):
            yield service


class _Walk:
    """Following the start files of one file system; every script is entered once."""

    def __init__(self, image: Inventory, filesystem: str, systems: tuple[str, ...]) -> None:
        self.image = image
        self.systems = systems
        self.filesystem = filesystem
        self.services: list[Service] = []
        self.entered: set[str] = set()
        self._listed: set[tuple[tuple[str, ...], str]] = set()

    def enter(self, root: Root, *, boot: bool) -> None:
        """Add what *root* starts."""
        start = _Start(root.node, root.manager, boot, root.conditional, (), root.user)
        if root.process is None:
            self._script(start, root.argument)
            return
        for command in commands_of(root.process)[:4]:
            said = Command(span=root.span, words=command.words, background=command.background)
            launch = launch_of(said)
            if launch is not None:
                self._start(start, said, launch, root)

    def _script(self, start: "_Start", argument: str) -> None:
        facts = self.image.facts(start.node, ScriptFacts)
        if facts is None or start.node.path in self.entered or len(start.via) > MOST_NESTING:
            return
        self.entered.add(start.node.path)
        inner = replace(start, via=(*start.via, start.node.inner))
        functions = facts.functions
        for reached in reached_commands(facts, argument):
            if reached.command.words[0] in functions:
                continue
            launch = launch_of(reached.command)
            if launch is not None and launch.adds:
                self._extend(start.node, launch)
            elif launch is not None:
                self._run(inner, reached, launch)

    def _run(self, start: "_Start", reached: Reached, launch: Launch) -> None:
        conditional = start.conditional or reached.conditional
        self._start(start.under(conditional=conditional), reached.command, launch, None)

    def _start(self, start: "_Start", command: Command, launch: Launch, root: Root | None) -> None:
        binary = found_program(self.image, self.filesystem, launch.words[0], self.systems)
        if binary is not None and self.image.facts(binary, ScriptFacts) is not None:
            argument = launch.words[1] if len(launch.words) > 1 else "start"
            self._script(start.into(binary), argument)
            return
        daemon = launch.daemon or command.background or bool(root and root.stays)
        named = "/" in launch.words[0] or launch.words[0] in SERVERS
        if launch.script or not (daemon or named or binary is not None):
            return  # most likely a function of a file that is read in
        key = (launch.words, start.node.path)
        if key in self._listed or len(self.services) >= MOST_SERVICES:
            return
        self._listed.add(key)
        self.services.append(
            Service(
                words=launch.words,
                node=start.node,
                span=command.span,
                manager="procd" if launch.procd else start.manager,
                boot=start.boot,
                conditional=start.conditional,
                daemon=daemon,
                user=launch.user or start.user,
                terminal=root.terminal if root else "",
                action=root.action if root else "",
                via=start.via,
                binary=binary,
            )
        )

    def _extend(self, node: Node, launch: Launch) -> None:
        """Add the words of `procd_append_param command` to the service before."""
        if (
            self.services
            and self.services[-1].node == node
            and self.services[-1].manager == "procd"
        ):
            last = self.services[-1]
            self.services[-1] = replace(last, words=(*last.words, *launch.words)[:40])


class _Start(Value):
    """Where following has come to, and under which circumstances."""

    node: Node
    manager: Manager
    boot: bool
    conditional: bool
    via: tuple[str, ...]
    user: str

    def under(self, *, conditional: bool) -> "_Start":
        return replace(self, conditional=conditional)

    def into(self, node: Node) -> "_Start":
        return replace(self, node=node, manager="script")


def _on_demand(
    image: Inventory, filesystem: str, files: StartFiles, services: list[Service]
) -> Iterator[Service]:
    """Yield what a super-server starts; at boot when the super-server itself is."""
    servers = {"inetd", "xinetd", "inetutils-inetd", "openbsd-inetd"}
    running = any(one.boot and one.name in servers for one in services)
    for node, facts in files.servers:
        for entry in facts.entries:
            words = entry.words if entry.words[0] != "internal" else (entry.service,)
            yield Service(
                words=words,
                node=node,
                span=entry.span,
                manager="inetd",
                boot=running and not entry.disabled,
                daemon=True,
                user=entry.user,
                protocol=f"{entry.service}/{entry.protocol}",
                binary=found_program(image, filesystem, words[0]),
            )
