"""Firmware written without a signature check. Reference: ETSI EN 303 645, 5.3-2; CWE-347."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, absence
from assay.checks.update.updaters import Updater, updaters_of
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="update.unsigned",
    version=1,
    title="Updater without a signature check",
    severity="high",
    about="Without a signature anybody who can hand over an image, or stand between device and "
    "server, decides what the device runs.",
    looks_at="programs and scripts that write flash memory, the libraries they load and the "
    "scripts beside them",
    not_a_finding="An updater that names a signature check is left open, not cleared: whether the "
    "check is made, and with which key, is not tested here.",
    cwe=(347, 494),
    advice="Verify a signature with a public key held in the device before anything is written.",
    references=("https://www.etsi.org/deliver/etsi_en/303600_303699/303645/",),
    applies=False,
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each program, or folder of scripts, that names no signature check."""
    found: dict[str, list[Updater]] = {}
    for updater in updaters_of(image):
        scope.saw()
        if updater.checks:
            named = updater.checks[0]
            scope.gap(
                f"{updater.node.path} names a signature check (`{named.excerpt[:60]}`); whether "
                "it stops a forged image was not tested"
            )
            continue
        found.setdefault(_family(updater), []).append(updater)
    for family in found.values():
        yield _finding(family[0], len(family) - 1)


def _family(updater: Updater) -> str:
    """Return what groups *updater*: scripts of one folder belong together."""
    path = updater.node.path
    return path if updater.is_program else path.rpartition("/")[0]


def _finding(updater: Updater, others: int) -> Finding:
    node = updater.node
    where = (
        "neither it nor the libraries it loads call or mention a signature check"
        if updater.is_program
        else "neither it nor the scripts beside it mention a signature check"
    )
    sums = f"; it calls only {', '.join(updater.sums)}" if updater.sums else ""
    more = f" (and {others} more scripts beside it)" if others else ""
    shown = updater.writes[0].excerpt.strip()[:120]
    what = (
        f"writes flash memory (`{shown}`)"
        if updater.commands
        else f"opens files, names the flash device {shown}, speaks of firmware and writes"
    )
    return CHECK.finding(
        node,
        f"{node.inner}{more} {what}, and {where}{sums}.",
        [*updater.writes, absence(node, "names of functions and commands that verify signatures")],
        confidence="firm" if updater.commands else "tentative",
    )
