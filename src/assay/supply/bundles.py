"""Firmware bundles beside an inventory: whose marks the images carry, and items of their own.

A bundle whose image an item names (by digest) is that item's cross-check; a bundle that no item
names becomes an item without a vendor, to be told by its marks.
"""

from pathlib import Path

from assay.model.record import Digest, replace
from assay.seal import bundle
from assay.supply.firmware_marks import FirmwareMarks, marks_of
from assay.supply.inventories.items import Inventory, InventoryItem


def with_bundles(
    inventory: Inventory, paths: list[Path]
) -> tuple[Inventory, dict[Digest, FirmwareMarks]]:
    """Return *inventory* with items for unclaimed bundles, and the marks by image digest.

    Raises UnreadableInput or BrokenBundle for a file that is not an intact bundle.
    """
    marks: dict[Digest, FirmwareMarks] = {}
    named = {item.firmware for item in inventory.items}
    items = list(inventory.items)
    for path in paths:
        found = marks_of(bundle.read(path).evaluation)
        if found.image not in named and found.image not in marks:
            items.append(InventoryItem(id=path.name, firmware=found.image))
        marks[found.image] = found
    whole: Inventory = replace(inventory, items=tuple(items))
    return whole, marks
