"""Unsafe library calls of exposed programs, those on received bytes first."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope
from assay.code import CodeSummary
from assay.code.summary import UnsafeCall
from assay.inventory.image import Inventory
from assay.inventory.kinds.machine_code import CodeFacts
from assay.model.result import Evidence, Finding
from assay.model.tree import Node

CHECK = Check(
    id="code.unsafe-calls",
    version=2,
    title="Unsafe calls on received bytes",
    severity="medium",
    cwe=(676, 120),
    about=(
        "Programs that take input from outside hand received bytes to functions without a bound "
        "(strcpy, sprintf) or to a shell (system). Such places are where overflows and command "
        "injection come from; whether one can be reached with harmful bytes was not tried."
    ),
    looks_at="the machine code of programs that take input from outside and can run commands",
    not_a_finding="Calls whose arguments are constant, and unsafe calls on a program's own data.",
    advice="Use bounded functions, and run programs with an argument list instead of a shell.",
)

FROM_OUTSIDE = "the bytes come from"
UNBOUNDED = frozenset({"strcpy", "sprintf", "gets", "scanf", "command"})
SHELLS = frozenset({"system", "popen"})
MOST_SITES = 8
PERHAPS = frozenset({"connecting", "deciding", "receiving", "static"})
"""Why other programs are read: a library may receive or run commands for them."""


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding for each program that hands received bytes to unsafe functions."""
    others = 0
    for node, facts in image.of(CodeFacts):
        if facts.concern != "exposed":
            others += facts.concern in PERHAPS
            continue
        scope.saw()
        if facts.summary is None:
            scope.gap(f"{node.inner} is too large to be read whole")
            continue
        sites = [site for site in facts.summary.worst if _counts(site)]
        if sites:
            yield _finding(node, facts.summary, sites)
    if others:
        scope.gap(
            f"{others} program{'s' if others > 1 else ''} not looked at, of which imports do not"
            " show both input from outside and commands"
        )


def _counts(site: UnsafeCall) -> bool:
    """Return whether a call is unsafe by itself; a copy of stated size may well be checked."""
    if FROM_OUTSIDE not in site.why or site.family not in UNBOUNDED:
        return False
    return site.family != "command" or site.callee in SHELLS


def _finding(node: Node, summary: CodeSummary, sites: list[UnsafeCall]) -> Finding:
    names = ", ".join(sorted({site.callee for site in sites}))
    shell = [site for site in sites if site.callee in SHELLS]
    rest = [site for site in sites if site not in shell]
    counts = ", ".join(
        f"{family.calls} {family.family}" for family in summary.families if family.calls
    )
    places = "place" if len(sites) == 1 else "places"
    says = (
        f"{node.inner} hands bytes from outside to {names} in {len(sites)} {places}"
        f"{', among them a shell command' if shell else ''}. "
        f"Calls by family in the whole program: {counts}."
    )
    return CHECK.finding(
        node,
        says,
        [_evidence(node, site) for site in [*shell, *rest][:MOST_SITES]],
        severity="medium" if shell else "low",
        confidence="tentative",
    )


def _evidence(node: Node, site: UnsafeCall) -> Evidence:
    where = f" in {site.function_name}" if site.function_name else ""
    return Evidence(
        kind="disassembly",
        blob=node.blob or node.origin.container,
        path=node.path,
        offset=max(site.offset, 0),
        length=4,
        excerpt=f"{site.address:#x}{where}: {site.why}"[:400],
    )
