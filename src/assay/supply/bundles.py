"""Firmware bundles beside an inventory: whose marks the images carry, and items of their own.

A bundle whose image an item names (by digest) is that item's cross-check; a bundle that no item
names becomes an item without a vendor, to be told by its marks.
"""

from collections.abc import Sequence

from assay.model.record import Digest, replace
from assay.model.result import Evaluation
from assay.supply.firmware_marks import FirmwareMarks, marks_of
from assay.supply.inventories.items import Inventory, InventoryItem


def with_bundles(
    inventory: Inventory, bundles: Sequence[tuple[str, Evaluation]]
) -> tuple[Inventory, dict[Digest, FirmwareMarks]]:
    """Return *inventory* with items for unclaimed bundles, and the marks by image digest.

    *bundles* are names with the evaluations that were sealed under them.
    """
    marks: dict[Digest, FirmwareMarks] = {}
    named = {item.firmware for item in inventory.items}
    items = list(inventory.items)
    for name, evaluation in bundles:
        found = marks_of(evaluation)
        if found.image not in named and found.image not in marks:
            items.append(InventoryItem(id=name, firmware=found.image))
        marks[found.image] = found
    whole: Inventory = replace(inventory, items=tuple(items))
    return whole, marks
