"""How programs and libraries are hardened, with rates over the image. Reference: CWE-693.

One finding for each property; programs that serve the network or run with raised rights are
named first.
"""

from collections.abc import Callable, Iterator

from assay._kernel.value import Value
from assay.checks.check import Check, Scope, absence, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.services import boot_services
from assay.model.result import Evidence, Finding, Severity
from assay.model.tree import Node

CHECK = Check(
    id="hardening.binaries",
    version=1,
    title="Programs without hardening",
    severity="low",
    about="Compilers can make memory errors much harder to exploit: no executable stack, random "
    "addresses, read-only tables, stack guards, checked copies.",
    looks_at="headers, dynamic segment and imported names of ELF programs and libraries",
    not_a_finding="Kernel modules and objects; static programs without symbols, of which stack "
    "guards cannot be told; checked copies where the C library has none.",
    cwe=(693, 121),
    advice="Build with -fPIE -pie -fstack-protector-strong -D_FORTIFY_SOURCE=2 "
    "-Wl,-z,relro,-z,now,-z,noexecstack.",
    references=("https://best.openssf.org/Compiler-Hardening-Guides/",),
)
MOST_NAMED = 6
MOST_EVIDENCE = 10
_LISTENS = ("listen", "accept", "recvfrom", "accept4")
_COPIES = frozenset(
    {
        *("memcpy", "memmove", "memset", "strcpy", "strncpy", "strcat", "strncat", "sprintf"),
        *("snprintf", "vsprintf", "vsnprintf", "gets", "fgets", "read", "recv", "recvfrom"),
    }
)


class _Subject(Value):
    node: Node
    elf: ElfFacts
    exposed: str


class _Property(Value):
    """A protection: which files it concerns, which of them lack it, and how that reads."""

    severity: Severity
    concerns: Callable[[ElfFacts], bool]
    lacks: Callable[[ElfFacts], bool]
    says: str
    missing: str = ""


def _is_program(elf: ElfFacts) -> bool:
    return elf.role == "program"


def _is_code(elf: ElfFacts) -> bool:
    return elf.role in {"program", "library"}


def _uses_glibc_copies(elf: ElfFacts) -> bool:
    glibc = any(one.text == "libc.so.6" for one in elf.needed)
    return glibc and (bool(elf.fortified) or any(name in _COPIES for name in elf.imports))


PROPERTIES = (
    _Property(
        "medium",
        _is_code,
        lambda elf: elf.stack == "executable",
        "ask for an executable stack",
    ),
    _Property(
        "low",
        _is_code,
        lambda elf: elf.stack == "unstated",
        "do not state whether the stack may be executable, which on most machines makes it so",
    ),
    _Property(
        "low",
        _is_program,
        lambda elf: not elf.pie,
        "are loaded at a fixed address (not position-independent)",
    ),
    _Property(
        "low",
        lambda elf: _is_code(elf) and elf.dynamic,
        lambda elf: elf.relro == "none",
        "leave the tables of the loader writable (no RELRO)",
    ),
    _Property(
        "low",
        lambda elf: _is_program(elf) and elf.canary != "unknown",
        lambda elf: elf.canary == "no",
        "have no stack guard (no import of __stack_chk_fail)",
        "__stack_chk_fail, __stack_chk_guard",
    ),
    _Property(
        "info",
        lambda elf: _is_program(elf) and _uses_glibc_copies(elf),
        lambda elf: not elf.fortified,
        "use none of the checked copies of the C library (no FORTIFY)",
        "__memcpy_chk, __strcpy_chk, __sprintf_chk and other names ending in _chk",
    ),
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding for each protection that files of the image lack."""
    subjects = _subjects(image)
    scope.saw(len(subjects))
    for one in PROPERTIES:
        concerned = [subject for subject in subjects if one.concerns(subject.elf)]
        lacking = [subject for subject in concerned if one.lacks(subject.elf)]
        if lacking:
            yield _finding(one, lacking, len(concerned))


def _subjects(image: Inventory) -> list[_Subject]:
    """Return programs and libraries, each content once, the exposed ones first."""
    served = {
        one.binary.path: f", {one.role}" if one.role else ""
        for one in boot_services(image)
        if one.binary
    }
    found: dict[str, _Subject] = {}
    for node, elf in image.of(ElfFacts):
        if _is_code(elf) and node.blob and node.blob not in found:
            found[node.blob] = _Subject(node, elf, _exposure(node, elf, served))
    return sorted(found.values(), key=lambda one: (not one.exposed, one.node.path))


def _exposure(node: Node, elf: ElfFacts, served: dict[str, str]) -> str:
    if node.mode > 0 and node.mode & 0o4000:
        return "set-uid"
    if elf.role == "program" and node.path in served and node.name != "busybox":
        return f"started at boot{served[node.path]}"
    if elf.role == "program" and any(elf.imports_name(name) for name in _LISTENS):
        return "serves the network"
    return ""


def _finding(one: _Property, lacking: list[_Subject], concerned: int) -> Finding:
    exposed = [subject for subject in lacking if subject.exposed]
    named = ", ".join(
        f"{subject.node.inner} ({subject.exposed})" for subject in exposed[:MOST_NAMED]
    )
    share = len(lacking) * 1000 // concerned
    text = f"{len(lacking)} of {concerned} files ({share // 10}.{share % 10} %) {one.says}"
    if named:
        more = len(exposed) - MOST_NAMED
        text += f"; among them {named}" + (f" and {more} more like these" if more > 0 else "")
    return CHECK.finding(
        lacking[0].node,
        f"{text}.",
        [_evidence(one, subject) for subject in lacking[:MOST_EVIDENCE]],
        severity=one.severity,
    )


def _evidence(one: _Property, subject: _Subject) -> Evidence:
    if one.missing:
        return absence(subject.node, one.missing)
    return at(subject.node, subject.elf.headers)
