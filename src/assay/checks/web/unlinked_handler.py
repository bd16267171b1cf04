"""Handlers of the web interface that no page and no program names. Reference: CWE-912."""

from collections.abc import Callable, Iterator

from assay._kernel.multipattern import compiled
from assay.checks.check import Check, Scope, absence
from assay.checks.web.pages import is_handler, root_of
from assay.inventory.image import Inventory
from assay.inventory.kinds.text import TextFacts
from assay.inventory.kinds.web import WebFacts
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="web.unlinked-handler",
    version=1,
    title="Web handler that nothing links to",
    severity="low",
    about="A handler that the interface never uses may be left over from tests, or be meant for "
    "those who know its name.",
    looks_at="CGI programs and server pages of web roots, and the names in all pages, scripts, "
    "configuration files and programs of the image",
    not_a_finding="Handlers whose name stands in any other file, and index pages.",
    cwe=(912, 1242),
    advice="Remove handlers that the interface does not use.",
    references=("https://cwe.mitre.org/data/definitions/912.html",),
    long=True,
)

_APART = bytes(
    byte if chr(byte).isascii() and (chr(byte).isalnum() or byte in b"_-") else 0x20
    for byte in range(256)
)
"""Maps every byte that no name of a handler has to a space."""
MOST_SEARCHED = 64
"""The most names for which a search that skips texts without any pays."""
_INDEX = frozenset({"index", "default", "home", "login", "main"})


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding for every file system with handlers that nothing names."""
    handlers = [node for node in image.files() if is_handler(image, node)]
    scope.saw(len(handlers))
    if not handlers:
        return
    users = _users(image, {_stem(node) for node in handlers}, scope)
    for filesystem in sorted({node.filesystem for node in handlers}):
        inside = [node for node in handlers if node.filesystem == filesystem]
        alone = [node for node in inside if _is_alone(node, users)]
        if alone:
            yield _finding(alone, len(inside))


def _finding(alone: list[Node], total: int) -> Finding:
    listed = ", ".join(node.inner for node in alone[:12])
    more = f" and {len(alone) - 12} more" if len(alone) > 12 else ""
    verb = "is" if len(alone) == 1 else "are"
    return CHECK.finding(
        alone[0],
        f"{len(alone)} of {total} web handlers {verb} named by no other text of the image "
        f"and by no program's list of pages: {listed}{more}.",
        [
            absence(node, f"the name {_stem(node)!r} in any other text or program")
            for node in alone[:20]
        ],
        confidence="tentative",
    )


def _users(image: Inventory, wanted: set[str], scope: Scope) -> dict[str, set[str]]:
    """Return, for every one of the *wanted* names, the files in which it stands.

    All file systems count: pages and the server that names them often lie in different ones.
    """
    found: dict[str, set[str]] = {word: set() for word in wanted}
    by_bytes = {word.encode("utf-8", "surrogatepass"): word for word in wanted}
    names = frozenset(by_bytes)
    may_hold = _search(names)
    for node, facts in image.of(TextFacts):
        if facts.truncated and root_of(image, node):
            scope.gap(f"{node.path}: only the beginning of the page was read")
        text = facts.text.encode("utf-8", "surrogatepass")
        for word in names.intersection(text.translate(_APART).split()) if may_hold(text) else ():
            found[by_bytes[word]].add(node.path)
    for node, web in image.of(WebFacts):
        if not web.complete and web.names:
            scope.gap(f"{node.path}: more page names than are read from one program")
        for name in web.names:
            stem = name.rpartition(".")[0]
            if stem in found:
                found[stem].add(node.path)
    return found


def _search(names: frozenset[bytes]) -> Callable[[bytes], bool]:
    """Return what says whether one of *names* may stand in a text; it may say so too often."""
    words = sorted(name for name in names if name.translate(_APART).split() == [name])
    if not words or len(words) > MOST_SEARCHED:
        return lambda _: bool(words)
    database = compiled(words, once=True)

    def may_hold(text: bytes) -> bool:
        hits: list[int] = []
        database.scan(text, match_event_handler=lambda number, *_: hits.append(number))
        return bool(hits)

    return may_hold


def _stem(node: Node) -> str:
    return node.name.partition(".")[0]


def _is_alone(node: Node, users: dict[str, set[str]]) -> bool:
    stem = _stem(node)
    return stem.lower() not in _INDEX and not users.get(stem, set()) - {node.path}
