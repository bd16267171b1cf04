"""Ways past the signature check of an update: another switch, another branch, an ignored outcome.

Reads the scripts of the image that verify signatures, with what they source and call. References:
CWE-347, CWE-489; ETSI EN 303 645, 5.3-2.
"""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.checks.backdoors.documented import explained
from assay.checks.backdoors.privilege import privilege
from assay.checks.backdoors.scripts.library import Library, Script, scripts_that_verify
from assay.checks.backdoors.scripts.states import Choice, Way, Write, blamed
from assay.checks.backdoors.scripts.switches import Switch, switch_of
from assay.checks.backdoors.scripts.walk import MOST_STEPS, Walk
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kinds.patterns import PatternFacts
from assay.inventory.kinds.text import span
from assay.model.result import Confidence, Evidence, Finding, Severity

CHECK = Check(
    id="backdoors.update-past-signature",
    version=1,
    title="Way past the signature check of an update",
    severity="medium",
    about=(
        "Where a switch, an argument or another branch leads past the check of the signature, "
        "whoever reaches it decides what the device runs."
    ),
    looks_at="scripts that verify a signature, with what they source and call; names in programs",
    not_a_finding=(
        "Scripts that verify no signature at all (see update.unsigned), conditions that only ask "
        "whether the verifying program is there, writes of settings and calibration data."
    ),
    cwe=(347, 489),
    advice="Verify on every way to the write, and let no setting or argument turn it off.",
    long=True,
)
MOST_SHOWN, MOST_PASSAGES, MOST_CHECKS = 4, 5, 100
MOST_STEPS_OF_ALL = 100_000
_CHECKING = lazy_re.compile(r"(?i)check|verif|valid|auth|sign")
"""Names of functions and scripts that answer whether something is to be trusted."""
NAMED = "commands.signature-switch"
SHAPE = "update-past-signature"
BESIDE = "beside"
IGNORED = "ignored"
SWITCHED = "switched"


class Passage(Value):
    """A way past the check: its sort, the check, the switch if one decides, the write if seen."""

    sort: str
    check: tuple[str, int, int]
    by_tool: bool
    choice: Choice | None
    write: Write | None


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each way past a signature check, and for programs that name one."""
    yield from _named_in_programs(image, scope)
    library = Library(image)
    seen: set[tuple[str, int, str]] = set()
    steps = 0
    for script in scripts_that_verify(image):
        scope.saw()
        if script.truncated:
            scope.gap(f"{script.node.inner} is longer than what was read")
        walk = Walk(library.functions(script), library.script_at(script))
        for passage in _passages(walk, script):
            key = _place(passage)
            if key not in seen:
                seen.add(key)
                yield _finding(image, library, script, passage)
        steps += walk.steps
        if steps > MOST_STEPS_OF_ALL:
            scope.gap("further scripts that verify signatures were not followed")
            return
        if walk.steps > MOST_STEPS:
            scope.gap(f"{script.node.inner} has more ways than were followed")


def _named_in_programs(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each program that has a name for leaving a signature check out."""
    for node, patterns in image.of(PatternFacts):
        hits = [hit for hit in patterns.hits if hit.id == NAMED]
        if hits and not patterns.text and node.kind == "file":
            scope.saw()
            yield CHECK.finding(
                node,
                f"{node.inner} names a way past the check of a signature: "
                f"`{hits[0].span.text.strip()}`. What leads there was not followed. Right: "
                f"{privilege(image, node)}. Whether it is documented was not looked for.",
                [at(node, hit.span) for hit in hits],
                severity="low",
                confidence="tentative",
            )


def _place(passage: Passage) -> tuple[str, int, str]:
    if passage.choice is not None:
        return passage.choice.file, passage.choice.start, SWITCHED
    if passage.sort == IGNORED or passage.write is None:
        return passage.check[0], passage.check[1], passage.sort
    return passage.write.file, passage.write.start, passage.sort


def _passages(walk: Walk, script: Script) -> Iterator[Passage]:
    """Yield the ways past the checks of *script*: those to a write, else out of its functions."""
    ends = walk.follow(script.source, script.source.body)
    outs = [(script.node.name, blamed(ends))]
    for name in script.own_functions:
        if name not in walk.called:
            source, body = walk.functions[name]
            outs.append((name, blamed(walk.follow(source, body))))
    if not walk.checks:
        return
    found = list(_to_writes(walk))
    yield from found
    if not found:  # what was written before the check is taken into use by another script
        ways = [way for name, each in outs if _CHECKING.search(name) for way in each]
        yield from _out_of(walk, ways)


def _to_writes(walk: Walk) -> Iterator[Passage]:
    verified = {_place_of(one) for one in walk.writes if one.way.verified}
    seen: set[tuple[tuple[str, int], str, tuple[Choice, ...]]] = set()
    for one in walk.writes:
        sort = _sort(one, verified)
        key = (_place_of(one), sort, one.way.missed)
        if not sort or key in seen or len(seen) >= MOST_PASSAGES:
            continue
        seen.add(key)
        check, tool = _check(walk, one.file, one.start)
        missed = one.way.missed
        yield Passage(sort, check, tool, missed[0] if missed else None, one)


def _sort(one: Write, verified: set[tuple[str, int]]) -> str:
    """Return the sort of passage by which *one* is reached; empty when it is not past a check."""
    if one.way.verified:
        return ""
    if one.way.missed:
        return SWITCHED
    if one.way.tried:
        return IGNORED
    return BESIDE if verified and _place_of(one) not in verified else ""


def _out_of(walk: Walk, ways: list[Way]) -> Iterator[Passage]:
    for way in ways:
        if way.missed and not way.verified and way.status != "fail" and way.flow != "exit":
            check = _check(walk, way.missed[0].file, way.missed[0].start)
            yield Passage(SWITCHED, check[0], check[1], way.missed[0], None)


def _check(walk: Walk, file: str, place: int) -> tuple[tuple[str, int, int], bool]:
    """Return the check that stands nearest to *place* of *file*, and whether a tool makes it."""
    checks = [(key, end, tool) for key, (end, tool) in walk.checks.items()][:MOST_CHECKS]
    (name, start), end, tool = min(
        checks, key=lambda one: (one[0][0] != file, abs(one[0][1] - place), one[0])
    )
    return (name, start, end), tool


def _place_of(one: Write) -> tuple[str, int]:
    return one.file, one.start


def _finding(image: Inventory, library: Library, script: Script, passage: Passage) -> Finding:
    switch = None if passage.choice is None else switch_of(library, passage.choice)
    evidence = list(_evidence(library, passage, switch))
    severity, confidence = _weight(passage, switch)
    gained = (
        f"`{_text(library, passage.write.file, passage.write.start, passage.write.end)}` writes "
        "what nothing verified"
        if passage.write is not None
        else "it reports success for what nothing verified"
    )
    says = (
        f"In {script.node.inner} a signature is verified (`{_text(library, *passage.check)}`), and "
        f"{_way(passage, switch)}: then {gained}. Input: what the script is given. "
        f"Right: {privilege(image, script.node)}. Whether it is documented was not looked for."
    )
    design = explained(script.node.name, SHAPE, says)
    if design is not None:
        says += f" By design {design.reason} ({design.reference})."
        severity = "low"
    return CHECK.finding(
        script.node,
        says,
        evidence,
        severity=severity,
        confidence=confidence,
    )


def _way(passage: Passage, switch: Switch | None) -> str:
    if switch is not None:
        return f"{switch.says} leads past it"
    if passage.sort == IGNORED:
        return "nothing stops the script when the check fails"
    return "another way through the script does not come to it"


def _weight(passage: Passage, switch: Switch | None) -> tuple[Severity, Confidence]:
    """Return severity and confidence: only what a tool verifies and a switch turns off is firm."""
    if passage.sort == SWITCHED and switch is not None and switch.names_check:
        return "medium", "firm"
    if passage.sort == SWITCHED and passage.by_tool and switch is not None and switch.external:
        return "medium", "firm"
    if passage.sort == IGNORED and passage.by_tool:
        return "medium", "tentative"
    return "low", "tentative"


def _evidence(library: Library, passage: Passage, switch: Switch | None) -> Iterator[Evidence]:
    places = [passage.check]
    if passage.choice is not None:
        places.append((passage.choice.file, passage.choice.start, passage.choice.end))
    if switch is not None:
        places += switch.set_at
    if passage.write is not None:
        places.append((passage.write.file, passage.write.start, passage.write.end))
    for file, start, end in places[: MOST_SHOWN + 2]:
        script = library.by_path[file]
        yield at(script.node, span(script.text, start, end))


def _text(library: Library, file: str, start: int, end: int) -> str:
    return " ".join(library.by_path[file].text[start:end].split())[:160]
