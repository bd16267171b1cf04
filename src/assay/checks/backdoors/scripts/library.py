"""The scripts of an image as statements, with the functions that they source and what they call.

Serves the check of ways past a signature. Files are read once; how many one script draws in is
bounded.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache, cached_property

import msgspec

from assay._kernel import lazy_re
from assay.checks.backdoors.scripts.states import Source
from assay.checks.backdoors.scripts.verification import mentions_check
from assay.inventory.image import Inventory
from assay.inventory.kinds.script import ScriptFacts
from assay.inventory.kinds.text import TextFacts
from assay.inventory.shell.inside import everything
from assay.inventory.shell.statements import Body, Function, statements_of
from assay.inventory.shell.tokens import unquoted
from assay.model.tree import Node

MOST_SOURCED = 40
MOST_SCRIPTS = 200
MOST_NAMING, MOST_SEARCHED = 20, 60
_SOURCED = lazy_re.compile(
    r"(?:^|[;&\n])[ \t]*(?:\.|source)[ \t]+\"?(/[\w./-]{2,160})", re.MULTILINE
)
_INCLUDED = lazy_re.compile(r"(?:^|[;&\n])[ \t]*include[ \t]+\"?(/[\w./-]{2,160})", re.MULTILINE)
_ASSIGNED = lazy_re.compile(
    r"(?:^|[\s;&({])([A-Za-z_]\w{0,60})=(\"[^\"$`\n]*\"|[\w./:-]*)(?=[\s;&|)]|$)"
)
_FOLDERS = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")


class Script(msgspec.Struct, frozen=True, dict=True):
    """A script: its node, its text, and what the walk needs of it."""

    node: Node
    text: str
    truncated: bool

    @cached_property
    def source(self) -> Source:
        """The statements and the variables that are set to one plain text."""
        return Source(self.node.path, statements_of(self.text), _values(self.text))

    @cached_property
    def own_functions(self) -> dict[str, Body]:
        """The functions that this file defines."""
        found = everything(self.source.body)
        return {one.name: one.body for one in found if isinstance(one, Function)}


def scripts_that_verify(image: Inventory) -> Iterator[Script]:
    """Yield the scripts of *image* that speak of verifying a signature, at most 200."""
    count = 0
    for node, facts in image.of(TextFacts):
        if image.facts(node, ScriptFacts) is None or not mentions_check(facts.text):
            continue
        count += 1
        if count > MOST_SCRIPTS:
            return
        yield Script(node, facts.text, facts.truncated)


class Library:
    """What scripts of *image* source and call; `by_path` holds every script that was read."""

    def __init__(self, image: Inventory) -> None:
        self.image = image
        self.by_path: dict[str, Script] = {}
        self.searched = 0

    def functions(self, script: Script) -> dict[str, tuple[Source, Body]]:
        """Return the functions that *script* has: its own before those that it sources."""
        self.by_path.setdefault(script.node.path, script)
        found: dict[str, tuple[Source, Body]] = {}
        for one in (script, *self._drawn_in(script)):
            for name, body in one.own_functions.items():
                found.setdefault(name, (one.source, body))
        return found

    def script_at(self, script: Script) -> Callable[[str], Source | None]:
        """Return what gives the script that a command of *script* runs, None for programs."""

        @cache
        def script_of(word: str) -> Source | None:
            paths = [word] if word.startswith("/") else [f"{each}/{word}" for each in _FOLDERS]
            for path in paths if re.fullmatch(r"[\w./+-]{2,160}", word) else ():
                found = self._read(script.node.filesystem, path)
                if found is not None and found.node != script.node:
                    return found.source if mentions_check(found.text) else None
            return None

        return script_of

    def naming(self, script: Script, word: str) -> Iterator[Script]:
        """Yield the other scripts of the same file system that hold *word*, at most 20."""
        count = 0
        self.searched += 1
        if self.searched > MOST_SEARCHED:
            return
        for node, facts in self.image.of(TextFacts):
            if node.filesystem != script.node.filesystem or word not in facts.text:
                continue
            if node != script.node and self.image.facts(node, ScriptFacts) is not None:
                count += 1
                if count > MOST_NAMING:
                    return
                fresh = Script(node, facts.text, facts.truncated)
                yield self.by_path.setdefault(node.path, fresh)

    def _drawn_in(self, script: Script) -> Iterator[Script]:
        pending = [script]
        seen = {script.node.path}
        while pending and len(seen) <= MOST_SOURCED:
            for one in self._sourced(pending.pop(0)):
                if one.node.path not in seen:
                    seen.add(one.node.path)
                    pending.append(one)
                    yield one

    def _sourced(self, script: Script) -> Iterator[Script]:
        system = script.node.filesystem
        paths = [match[1] for match in _SOURCED.finditer(script.text)]
        for match in _INCLUDED.finditer(script.text):
            inside = self.image.children.get((system, match[1].rstrip("/")), ())
            paths += [node.inner for node in inside if node.inner.endswith(".sh")]
        for path in paths[:MOST_SOURCED]:
            found = self._read(system, path)
            if found is not None:
                yield found

    def _read(self, system: str, path: str) -> Script | None:
        node = self.image.resolve(system, path)
        if node is None or node.kind != "file":
            return None
        if node.path not in self.by_path:
            facts = self.image.facts(node, TextFacts)
            if facts is None or self.image.facts(node, ScriptFacts) is None:
                return None
            self.by_path[node.path] = Script(node, facts.text, facts.truncated)
        return self.by_path[node.path]


def _values(text: str) -> dict[str, str]:
    """Return the variables that *text* sets once, to a plain text."""
    found: dict[str, str] = {}
    several: set[str] = set()
    for match in _ASSIGNED.finditer(text):
        value = unquoted(match[2])
        if found.setdefault(match[1], value) != value:
            several.add(match[1])
    return {name: value for name, value in found.items() if name not in several and "/" in value}
