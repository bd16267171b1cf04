"""Commands that a constant received from the network sets off."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, attribute
from assay.code import Trigger
from assay.inventory.image import Inventory
from assay.inventory.kinds.machine_code import CodeFacts
from assay.model.result import Evidence, Finding
from assay.model.tree import Node

CHECK = Check(
    id="backdoors.command-after-constant",
    version=1,
    title="Command set off by a constant from the network",
    severity="high",
    cwe=(912, 78),
    about=(
        "A program compares what it received from the network with a constant and, where they "
        "are equal, runs a command. That is how magic packets and hidden diagnostics work; it is "
        "an undocumented access path unless documented and authenticated."
    ),
    looks_at="the machine code of programs that receive from the network and can run commands",
    not_a_finding=(
        "Verbs of published protocols, comparisons of what web servers hand to their programs, "
        "and constants that guard no command."
    ),
    advice="Remove the command, or document it and require authentication before it.",
)

CONSTANTS_NAMED = 6
NETWORK_ONLY = "getenv"


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding for each program with such commands."""
    for node, facts in image.of(CodeFacts):
        scope.saw()
        if facts.summary is None:
            scope.gap(f"{node.inner} is too large to be read whole")
            continue
        triggers = [one for one in facts.triggers if one.source != NETWORK_ONLY]
        if triggers:
            yield _finding(node, triggers)


def _finding(node: Node, triggers: list[Trigger]) -> Finding:
    firm = [one for one in triggers if one.confidence == "firm"]
    shown = firm or triggers
    names = list(dict.fromkeys(f"`{one.constant}`" for one in shown))[:CONSTANTS_NAMED]
    one = shown[0]
    ports = ", ".join(str(port) for port in one.ports)
    says = (
        f"{node.inner} compares what {one.source} received"
        f"{f' (port {ports})' if ports else ''} with {', '.join(names)}; where equal, "
        f"{_act(one)}. Documented use was not looked for."
    )
    return CHECK.finding(
        node,
        says,
        [evidence for trigger in shown[:CONSTANTS_NAMED] for evidence in _evidence(node, trigger)],
        severity="high" if firm else "medium",
        confidence="firm" if firm else "tentative",
    )


def _act(trigger: Trigger) -> str:
    if trigger.confidence == "firm":
        return f"{trigger.sink_name} runs {trigger.command or 'a command'}"
    if not trigger.command:
        return f"{trigger.sink_name} runs a command that does not depend on what was received"
    return f"{trigger.sink_name} runs the fixed command `{trigger.command}`"


def _evidence(node: Node, trigger: Trigger) -> Iterator[Evidence]:
    if trigger.compare_offset < 0:
        yield attribute(node, "\n".join(trigger.disassembly))
        return
    first, last = sorted((trigger.compare_offset, max(trigger.sink_offset, 0)))
    yield Evidence(
        kind="disassembly",
        blob=node.blob or node.origin.container,
        path=node.path,
        offset=first,
        length=max(4, min(last - first + 4, 4096)),
        excerpt="\n".join(trigger.disassembly)[:1200],
    )
