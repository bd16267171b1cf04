"""Library search paths that others may fill. Reference: ld.so(8), CWE-427."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.elf import ElfFacts
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="hardening.library-path",
    version=1,
    title="Library search path outside the system",
    severity="low",
    about="A program that looks for libraries in a folder that is writable, relative or not there "
    "loads what somebody puts there.",
    looks_at="RPATH and RUNPATH of ELF files",
    not_a_finding="Paths below /lib, /usr, /opt and the file's own folder (`$ORIGIN`).",
    cwe=(427,),
    advice="Link without -rpath, or with a folder of the system.",
)
_FINE = ("/lib", "/usr", "/opt", "/system", "/vendor", "$ORIGIN", "${ORIGIN}", "/bin", "/sbin")
_WRITABLE = ("/tmp", "/var", "/mnt", "/run", "/data")  # noqa: S108 - a prefix looked for, not a file made
MOST_EVIDENCE = 10


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for relative or writable search paths, and one for foreign ones."""
    open_paths: list[tuple[Node, Span]] = []
    foreign: list[tuple[Node, Span]] = []
    for node, elf in image.of(ElfFacts):
        scope.saw(elf.role in {"program", "library"})
        for span in (elf.rpath, elf.runpath):
            entries = [] if span is None or not span.text else span.text.split(":")
            if span is None or not entries:
                continue
            # A colon at an end stands for the current folder only between other entries; the
            # loaders of glibc and uClibc skip or take it, so it is not counted by itself.
            named = [entry for entry in entries if entry]
            if any(not entry.startswith(("/", "$")) for entry in named) or any(
                entry.startswith(_WRITABLE) for entry in named
            ):
                open_paths.append((node, span))
            elif any(not entry.startswith(_FINE) for entry in named):
                foreign.append((node, span))
    if open_paths:
        yield _finding(open_paths, "relative or writable folders", "medium")
    if foreign:
        yield _finding(foreign, "folders that are not part of the system", "low")


def _finding(found: list[tuple[Node, Span]], where: str, severity: str) -> Finding:
    node, span = found[0]
    return CHECK.finding(
        node,
        f"Libraries are looked for in {where} by {len(found)} file(s), first {node.inner}: "
        f"{span.text[:160]}.",
        [at(one, place) for one, place in found[:MOST_EVIDENCE]],
        severity="medium" if severity == "medium" else "low",
    )
