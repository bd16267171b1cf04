"""Programs fetched from the network and run, at boot, on a schedule or by a script.

References: crontab(5); CWE-494.
"""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.checks.backdoors.fetching import Fetched, fetched_and_run
from assay.checks.check import Check, Scope, at
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.script import ScriptFacts
from assay.inventory.kinds.text import TextFacts
from assay.inventory.services import boot_scripts
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="backdoors.fetch-and-run",
    version=1,
    title="Code fetched from the network and run",
    severity="high",
    about=(
        "Whoever controls the other end, or the path to it, decides what the device runs; the "
        "image says nothing about what that will be."
    ),
    looks_at="shell scripts, crontabs and what they call",
    not_a_finding=(
        "Downloads whose signature a tool checks before they run, downloads that are data, and "
        "package managers."
    ),
    cwe=(494, 912),
    advice="Ship the code in the image, or verify a signature over it before it runs.",
    long=True,
)
CRONTABS = ("/etc/crontabs/*", "/var/spool/cron/*", "/etc/crontab", "/etc/cron.d/*")
_TABLE = lazy_re.compile("|".join(glob.replace("*", "[^/]*") for glob in CRONTABS))
_TIMES = lazy_re.compile(r"[ \t]*(?:@\w+|(?:[\d*/,\-]+[ \t]+){4}[\d*/,\-a-z]+)[ \t]+(\S[^\n]*)")
_PATH = lazy_re.compile(r"(?<![\w.])/[\w./-]{2,160}")
MOST_SHOWN = 6


class Scheduled(Value):
    """A script that a crontab names: the table and its line."""

    table: Node
    line: Span


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each script or crontab that runs what it fetched."""
    scheduled = dict(_scheduled_scripts(image))
    booted = boot_scripts(image)
    for node, facts in image.of(TextFacts):
        table = _is_crontab(node)
        if not table and image.facts(node, ScriptFacts) is None:
            continue
        scope.saw()
        if facts.truncated:
            scope.gap(f"{node.inner} is longer than what was read")
        found = list(fetched_and_run(facts.text))
        if found:
            when = scheduled.get((node.filesystem, node.inner))
            yield _finding(node, found, when, at_boot=node.path in booted, table=table)


def _is_crontab(node: Node) -> bool:
    return node.kind == "file" and _TABLE.fullmatch(node.inner) is not None


def _scheduled_scripts(image: Inventory) -> Iterator[tuple[tuple[str, str], Scheduled]]:
    """Yield the scripts that crontabs name, by file system and path."""
    for node in image.find(*CRONTABS):
        facts = image.facts(node, TextFacts)
        for line in () if facts is None else facts.lines():
            entry = _TIMES.match(line.text)
            for path in _PATH.findall(entry[1]) if entry else ():
                target = image.resolve(node.filesystem, path)
                if target is not None:
                    yield (target.filesystem, target.inner), Scheduled(node, line)


def _finding(
    node: Node, found: list[Fetched], when: Scheduled | None, *, at_boot: bool, table: bool
) -> Finding:
    shown = found[:MOST_SHOWN]
    evidence = [at(node, one.fetch) for one in shown]
    evidence += [at(node, one.run) for one in shown if one.run != one.fetch]
    if when is not None:
        evidence.append(at(when.table, when.line))
        how = f", which {when.table.inner} runs on a schedule,"
    elif table:
        how = ", a schedule,"
    else:
        how = ", which is run at boot," if at_boot else ""
    started = when is not None or at_boot or table
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return CHECK.finding(
        node,
        f"{node.inner}{how} {shown[0].says}{more}. No signature is checked in between.",
        evidence,
        severity="high" if started else "medium",
        confidence="firm" if started else "tentative",
    )
