"""What the checks of modes share: which nodes record one, who may write, what runs as root."""

from collections import defaultdict

from assay._kernel.value import Value
from assay.checks.check import Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.script import ScriptFacts
from assay.inventory.services import services_of
from assay.model.result import Evidence
from assay.model.tree import Node

READ_ONLY = frozenset({"squashfs", "cramfs", "romfs"})
"""File systems whose files nobody can change in place."""
SET_UID, SET_GID, OTHERS_WRITE, OTHERS_READ = 0o4000, 0o2000, 0o002, 0o004


class Use(Value):
    """That a file is run as root: what says so, with its bytes, and whether it is sure."""

    says: str
    evidence: Evidence
    sure: bool


def with_modes(image: Inventory, scope: Scope) -> list[Node]:
    """Return the regular files whose mode is recorded; file systems without are gaps."""
    found: list[Node] = []
    missing: dict[str, int] = defaultdict(int)
    for node in image.files():
        if node.mode < 0:
            missing[node.filesystem or "the input"] += 1
        else:
            found.append(node)
    for filesystem in sorted(missing):
        scope.gap(f"{filesystem}: the modes of {missing[filesystem]} files are not recorded")
    return found


def octal(node: Node) -> str:
    """Return mode and owner of *node* for a statement: `mode 4755, owner 0:0`."""
    owner = f", owner {node.uid}:{node.gid}" if node.uid >= 0 else ""
    return f"mode {node.mode & 0o7777:04o}{owner}"


def is_read_only(node: Node) -> bool:
    """Return whether *node* lies in a file system that cannot be written on the device."""
    return node.origin.format in READ_ONLY


def by_filesystem(nodes: list[Node]) -> dict[str, list[Node]]:
    """Return *nodes* by their file system, in the order of its name."""
    found: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        found[node.filesystem].append(node)
    return dict(sorted(found.items()))


def run_as_root(image: Inventory, wanted: list[Node]) -> dict[str, Use]:
    """Return, by path, how root runs files of *wanted*, as far as start files and scripts say.

    A script at boot counts as sure; a mention in another script may never be reached.
    """
    paths = {(node.filesystem, node.inner): node for node in wanted}
    found: dict[str, Use] = {}
    started: set[str] = set()
    for service in services_of(image):
        started.add(service.node.path)
        binary = service.binary
        if binary is None or service.user != "root":
            continue
        if (binary.filesystem, binary.inner) in paths:
            says = f"{service.node.inner} starts it" + (" at boot" if service.boot else "")
            use = Use(says, at(service.node, service.span), service.boot)
            found.setdefault(binary.path, use)
    for node, facts in image.of(ScriptFacts):
        sure = node.path in started or "/init.d/" in node.inner or "/rc" in node.inner
        for command in facts.commands:
            for word in command.words[:3]:
                target = paths.get((node.filesystem, word))
                if target is not None and target.path != node.path and _runs(command.words, word):
                    says = f"{node.inner} runs it"
                    found.setdefault(target.path, Use(says, at(node, command.span), sure))
    for node in wanted:
        if node.path in started:
            says = "init runs it as a start file"
            shown = f"{node.inner}: {octal(node)}"
            found.setdefault(node.path, Use(says, _mode_evidence(node, shown), sure=True))
    return found


def _runs(words: tuple[str, ...], path: str) -> bool:
    """Return whether a command of *words* runs *path*: itself, or through a shell."""
    return words[0] == path or words[0].rpartition("/")[2] in {
        ".",
        "source",
        "sh",
        "ash",
        "bash",
        "exec",
        "nice",
        "nohup",
        "start-stop-daemon",
    }


def _mode_evidence(node: Node, says: str) -> Evidence:
    return Evidence(
        kind="attribute",
        blob=node.origin.container,
        path=node.path,
        offset=node.origin.offset,
        length=node.origin.length,
        excerpt=says,
    )
