"""Programs that can start a telnet server by themselves. Reference: CWE-912."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, at
from assay.checks.services.started import program_hits
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.model.result import Finding

CHECK = Check(
    id="services.telnet-in-program",
    version=1,
    title="Program that can start a telnet server",
    severity="medium",
    about="A command line in a program that starts a telnet server is a switch for remote access; "
    "who may throw it needs to be looked at.",
    looks_at="text in ELF programs and libraries that reads as a telnet server's command line",
    not_a_finding="The mere name of a telnet server, its own usage text, and BusyBox.",
    cwe=(912,),
    advice="Remove the command, or document who can run it and how the owner turns it off.",
)
RUNNERS = ("system", "systemcmd", "popen", "execl", "execlp", "execv", "execve", "execvp")


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each program with the command line of a telnet server."""
    for _, facts in image.of(ElfFacts):
        scope.saw(facts.role in {"program", "library"})
    for node, hits in program_hits(image, "commands.telnetd"):
        elf = image.facts(node, ElfFacts)
        if elf is None:
            continue
        runners = [name for end in RUNNERS for name in elf.imports if name.lower().endswith(end)]
        evidence = [at(node, hit.span) for hit in hits[:4]]
        evidence += [at(node, one) for name in runners[:1] if (one := elf.import_span(name))]
        calls = f" and calls {runners[0]}" if runners else ""
        yield CHECK.finding(
            node,
            f"{node.inner} holds the command line `{hits[0].span.text.strip()}`{calls}: "
            "it can start a telnet server while the device runs.",
            evidence,
            confidence="firm" if runners else "tentative",
        )
