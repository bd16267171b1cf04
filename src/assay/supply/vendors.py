"""Who made an item: the vendor claimed, the description's first word, or the address prefix."""

from assay.model.record import replace
from assay.supply.addresses import Assignee, assignee
from assay.supply.inventories.items import InventoryItem
from assay.supply.names.compare import calibration, score
from assay.supply.names.prepare import prepare

_NOT_A_VENDOR = frozenset(
    ("linux", "software", "windows", "debian", "ubuntu", "openwrt", "router", "switch", "version")
)


def with_vendor(item: InventoryItem, known: Assignee | None) -> InventoryItem:
    """Return *item* with a vendor where it claims none, and where that was taken from."""
    if item.vendor:
        return item
    words = item.described.split()
    first = words[0].strip(",;:()") if words else ""
    if len(first) > 2 and first.isalpha() and first.lower() not in _NOT_A_VENDOR:
        described: InventoryItem = replace(item, vendor=first, vendor_source="description")
        return described
    if known and known.organisation:
        seen: InventoryItem = replace(
            item, vendor=known.organisation, vendor_source="address prefix"
        )
        return seen
    return item


def address_of(item: InventoryItem, table: dict[str, str] | None) -> Assignee | None:
    """Return who the item's hardware address was assigned to, None where it has none."""
    return assignee(item.mac, table) if item.mac else None


def same_maker(claimed: str, seen: str) -> bool:
    """Return whether two names may be one maker; a shared distinctive first word is enough.

    Lenient: a vendor's prefixes are registered to many companies of its group.
    """
    ours, theirs = prepare(claimed), prepare(seen)
    if score(ours, theirs) >= calibration().review:
        return True
    shared = set(ours.tokens) & set(theirs.tokens)
    return any(ours.weights[token] >= 700 for token in shared)
