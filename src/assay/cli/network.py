"""`assay network`: an inventory against the measures of a country on a day, with a plan."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assay.cli.screen import (
    EXIT,
    add_output,
    add_question,
    bundle_at,
    deliver,
    lists_of,
    opposition_lines,
    today,
)

if TYPE_CHECKING:
    from assay.supply.firmware_marks import FirmwareMarks
    from assay.supply.inventories.items import Inventory
    from assay.supply.network_answers import NetworkReport

SUMMARY = "judge an inventory: what is restricted, what must go by when, what is not known"
EXAMPLES = """\
examples:
  assay network inventory.csv --country GB --date 2026-11-22 --format html -o network.html
  assay network netbox.json router.assay --country DE
"""
SHOWN = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to *parser*."""
    parser.add_argument(
        "inventory",
        nargs="+",
        type=Path,
        metavar="INVENTORY",
        help="CSV, NetBox export, CycloneDX HBOM, LLDP/SNMP/ARP dump, or firmware bundles",
    )
    parser.add_argument("--country", default="", help="whose measures (an item's own counts first)")
    add_question(parser)
    parser.add_argument("--role", action="append", default=[], help="default: operator")
    parser.add_argument("--use", action="append", default=[], help="default: installed")
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judge and print; exit code 1 when something is restricted, 3 when unknown, else 0."""
    from assay.supply.networks import DEFAULT_ROLES, IN_PLACE, network

    inventory, firmware = _read(arguments.inventory)
    if not arguments.quiet:
        for text in inventory.problems:
            print(f"assay: not read: {text}", file=sys.stderr)
    report = network(
        inventory,
        date=arguments.date or today(),
        country=arguments.country,
        known=arguments.known,
        roles=arguments.role or DEFAULT_ROLES,
        uses=arguments.use or (IN_PLACE,),
        firmware=firmware,
        lists=lists_of(arguments),
    )
    deliver(_written(report, arguments), arguments)
    return EXIT[report.result]


def _read(paths: list[Path]) -> "tuple[Inventory, dict[str, FirmwareMarks]]":
    """Return the inventory and, by image digest, the marks of the bundles among *paths*."""
    from assay.seal import bundle
    from assay.supply.bundles import with_bundles
    from assay.supply.inventories.reading import read_inventory

    sealed = {path: found for path in paths if (found := bundle_at(path))}
    inventory = read_inventory([path for path in paths if path not in sealed])
    read = [(path.name, bundle.read(found).evaluation) for path, found in sealed.items()]
    return with_bundles(inventory, read)


def _written(report: "NetworkReport", arguments: argparse.Namespace) -> str:
    from assay._kernel import canonical
    from assay.supply.report.cells import network_csv
    from assay.supply.report.network_page import network_html

    form = "json" if arguments.json else arguments.format
    if form == "json":
        return canonical.encode(report).decode() + "\n"
    if form == "jsonl":
        return "".join(f"{canonical.encode(one).decode()}\n" for one in report.items)
    if form == "csv":
        return network_csv(report)
    if form == "html":
        return network_html(report)
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: "NetworkReport") -> Iterator[str]:
    yield report.statement
    for domain in report.domains:
        share = f"{domain.affected_permille // 10}.{domain.affected_permille % 10} % affected"
        counts = ", ".join(f"{count.units} {count.result}" for count in domain.counts)
        yield f"  {domain.title:32} {domain.result:11} {share:17} {counts}"
    yield ""
    for step in report.plan:
        late = "overdue" if step.overdue else f"in {step.due.days_left} days"
        what = f"{step.due.action} {step.due.domain}"
        head = f"  by {step.due.on} ({late}) {step.jurisdiction} {step.title}"
        yield f"{head}: {what}, {step.units} units"
    noted = [one for one in report.items if one.checks]
    for verdict in noted[:SHOWN]:
        claimed = verdict.item.vendor or "nothing"
        for check in verdict.checks:
            yield f"  check {verdict.item.id}: claimed {claimed}; {check.says}"
    if len(noted) > SHOWN:
        yield f"  {len(noted) - SHOWN} more cross-checks in the other formats"
    yield ""
    yield from opposition_lines(report.opposing)
    for gap in report.gaps:
        yield f"not seen: {gap}"
    yield report.disclaimer
