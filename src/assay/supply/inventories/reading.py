"""Inventories from files of any known kind, told apart by their content.

Firmware bundles are read by `firmware`; everything else is a table, a JSON document or a dump.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from assay.errors import UnreadableInput
from assay.supply.inventories.documents import read_document
from assay.supply.inventories.items import MOST_ITEMS, Inventory, InventoryItem
from assay.supply.inventories.neighbours import read_neighbours
from assay.supply.inventories.tables import COLUMNS, read_table
from assay.supply.lists.reading import ReadingReport, open_text


def read_inventory(paths: Sequence[Path]) -> Inventory:
    """Return the items of *paths*; raises UnreadableInput for a file of no known kind."""
    report = ReadingReport()
    items: list[InventoryItem] = []
    for path in paths:
        items.extend(_items(path, report))
        if len(items) > MOST_ITEMS:
            raise UnreadableInput(f"more than {MOST_ITEMS} items in the inventory")
    return Inventory(
        items=tuple(items), problems=tuple(report.problems), problem_count=report.count
    )


def _items(path: Path, report: ReadingReport) -> Iterator[InventoryItem]:
    with open_text(path) as text:
        head = text.read(4096).lstrip("\ufeff \t\r\n")
    if not head:
        return iter(())
    if head.startswith(("{", "[")):
        return read_document(path, report)
    if _is_table(head):
        return read_table(path, report)
    return read_neighbours(path, report)


def _is_table(head: str) -> bool:
    """Return whether one of the first lines is a header with a vendor or an address column."""
    wanted = {*COLUMNS["vendor"], "mac", "mac address"}
    for line in head.splitlines()[:12]:
        cells = {" ".join(cell.strip(' "').lower().split()) for cell in _split(line)}
        if len(cells) > 1 and cells & wanted:
            return True
    return False


def _split(line: str) -> list[str]:
    return max((line.split(mark) for mark in (",", ";", "\t", "|")), key=len)
