"""Artefacts of publicly described cases of undocumented access. Reference: CWE-912.

The cases are data (`checks/data/public-cases.toml`), their texts are patterns of the one pass
(`inventory/patterns/cases.toml`). `catalogue` reads them.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import translate
from functools import cached_property, lru_cache

from assay._kernel.tables import table
from assay._kernel.value import Value
from assay.checks.check import Check, Scope, at, attribute
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.patterns import Hit, PatternFacts
from assay.inventory.kinds.script import ScriptFacts
from assay.model.result import Finding, Severity
from assay.model.tree import Node

CHECK = Check(
    id="backdoors.public-case",
    version=1,
    title="Artefact of a publicly described way in",
    severity="high",
    about=(
        "Ways into devices that were found before are described in public, with the text, the "
        "file or the bytes that reveal them. Products share code: the same artefact turns up in "
        "products of other names."
    ),
    looks_at="the names and contents of all files, against a catalogue of public cases",
    not_a_finding=(
        "A single one of several texts that a case needs together, and cases that leave no "
        "artefact in files."
    ),
    cwe=(912,),
    advice="Compare program and version with the reference; remove what it describes.",
    applies=False,
)
PREFIX = "cases."
MOST_FILES = 5
"""The most files that are told of one case."""


class Case(Value):
    """A public case: what was published, and the files and texts that reveal it.

    `needs_program` says that only programs and scripts count, not mentions in other files.
    """

    id: str
    title: str
    product: str
    affected: str
    references: tuple[str, ...]
    cve: tuple[str, ...]
    makes: str
    paths: tuple[str, ...]
    patterns: frozenset[str]
    needs_program: bool
    severity: Severity
    verified: str


class Catalogue:
    """The cases, in the order of the data file."""

    def __init__(self, stated: list[dict[str, object]]) -> None:
        self.cases = tuple(_case(one) for one in stated)

    @cached_property
    def by_pattern(self) -> dict[str, list[Case]]:
        """The cases that need each pattern."""
        found: dict[str, list[Case]] = defaultdict(list)
        for case in self.cases:
            for name in case.patterns:
                found[name].append(case)
        return found

    @cached_property
    def globs(self) -> tuple[str, ...]:
        """All names of files that a case is known by."""
        return tuple(glob for case in self.cases for glob in case.paths)


def _case(entry: dict[str, object]) -> Case:
    def words(key: str) -> tuple[str, ...]:
        held = entry[key]
        return tuple(str(word) for word in held) if isinstance(held, list) else ()

    severity: Severity = entry["severity"]  # type: ignore[assignment]
    return Case(
        str(entry["id"]), str(entry["title"]), str(entry["product"]), str(entry["affected"]),
        words("references"), words("cve"), str(entry["makes"]), words("paths"),
        frozenset(words("patterns")), entry["in"] == "program", severity, str(entry["verified"]),
    )  # fmt: skip


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the catalogue of the data file."""
    return Catalogue(table("assay.checks.data", "public-cases.toml")["case"])


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each file that holds the artefact of a case."""
    scope.saw(sum(1 for _ in image.files()))
    told: dict[str, int] = defaultdict(int)
    seen: set[tuple[str, str]] = set()
    for case, node, hits in _matches(image):
        key = (case.id, node.blob or node.path)
        if key in seen or told[case.id] >= MOST_FILES:
            continue
        seen.add(key)
        told[case.id] += 1
        yield _finding(case, node, hits)


def _matches(image: Inventory) -> Iterator[tuple[Case, Node, list[Hit]]]:
    """Yield each case with a file that reveals it, and the texts found in that file."""
    known = catalogue()
    for node, facts in image.of(PatternFacts):
        held: dict[str, Hit] = {}
        for hit in facts.hits:
            if hit.id.startswith(PREFIX):
                held.setdefault(hit.id, hit)
        cases = {case.id: case for name in held for case in known.by_pattern.get(name, ())}
        for case in cases.values():
            if case.patterns <= held.keys() and _counts(image, case, node):
                yield case, node, [held[name] for name in sorted(case.patterns)]
    for node in image.find(*known.globs):
        for case in known.cases:
            named = case.paths and _expression(case.paths).match(node.inner.lower())
            if named and node.kind == "file" and _counts(image, case, node):
                yield case, node, []


@lru_cache(maxsize=256)
def _expression(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{translate(glob)})" for glob in globs))


def _counts(image: Inventory, case: Case, node: Node) -> bool:
    if not case.needs_program:
        return True
    program = image.facts(node, ElfFacts) or image.facts(node, ScriptFacts)
    return program is not None or bool(max(node.mode, 0) & 0o111) or node.kind == "part"


def _finding(case: Case, node: Node, hits: list[Hit]) -> Finding:
    texts = ", ".join(f"`{hit.span.text}`" for hit in hits)
    what = f"holds {texts}" if hits else "has the name"
    numbers = f", {', '.join(case.cve)}" if case.cve else ""
    says = (
        f"{node.inner} {what} of a public case: {case.title} ({case.product}; {case.affected}"
        f"{numbers}). There {case.makes}. It does not show that this product is affected, that "
        f"the place can be reached, or who put it there: compare it with {case.references[0]}."
    )
    evidence = [at(node, hit.span, "bytes") for hit in hits] or [attribute(node, node.inner)]
    return CHECK.finding(
        node,
        says,
        evidence,
        severity=case.severity if hits else _less(case.severity),
        confidence="firm" if hits else "tentative",
    )


def _less(severity: Severity) -> Severity:
    """Return what a mere name weighs."""
    return {"critical": "high", "high": "medium"}.get(severity, "low")  # type: ignore[return-value]
