"""Source and build paths of developers' machines in programs. Reference: CWE-540."""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.patterns import Hit, PatternFacts
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="leftovers.build-paths",
    version=1,
    title="Build paths in programs",
    severity="info",
    about="Paths of the build machine name people, products and third-party code, and keep two "
    "builds of the same source from being equal.",
    looks_at="text in ELF files",
    not_a_finding="Relative paths, paths of the device itself, and scripts.",
    cwe=(540,),
    advice="Build with -ffile-prefix-map and without assertions that print paths.",
)
_ROOT = lazy_re.compile(r"/(?:home|Users|root|work|workspace|[a-z]+)(?:/[^/]+){1,2}")
MOST_EVIDENCE = 10


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding with the roots of build trees that programs name."""
    found: dict[str, list[tuple[Node, Span]]] = {}
    files: set[str] = set()
    for node, facts in image.of(PatternFacts):
        if image.facts(node, ElfFacts) is None:
            continue
        scope.saw()
        for hit in facts.hits:
            if hit.id == "leftovers.build-path":
                path = _path(hit)
                root = _ROOT.match(path.text)
                found.setdefault(root[0] if root else path.text, []).append((node, path))
                files.add(node.path)
    if not found:
        return
    ordered = sorted(found, key=lambda root: (-len(found[root]), root))
    first = found[ordered[0]][0][0]
    shown = ", ".join(ordered[:6]) + (f" and {len(ordered) - 6} more" if len(ordered) > 6 else "")
    paths = [found[root][0] for root in ordered[:MOST_EVIDENCE]]
    yield CHECK.finding(
        first,
        f"Paths of the machine it was built on, below {shown}, stand in {len(files)} file(s).",
        [at(node, path) for node, path in paths],
    )


def _path(hit: Hit) -> Span:
    """Return the path without the byte before it, which tells it from a relative one."""
    span = hit.span
    return Span(offset=span.offset + 1, length=span.length - 1, text=span.text[1:])
