"""What an inventory says of a device, whatever file it came from."""

from assay.model.record import Digest, Record

MOST_ITEMS = 2_000_000
NO_PLACE = 1 << 30
"""A coordinate that is not stated."""


class InventoryItem(Record):
    """A device or a lot of equal devices.

    `domain` is a network domain id or empty; `domain_text` what the file said. Coordinates are in
    millionths of a degree. `firmware` is the digest of the firmware image, if known.
    """

    id: str
    row: int = 0
    vendor: str = ""
    vendor_source: str = "claimed"
    model: str = ""
    mac: str = ""
    domain: str = ""
    domain_text: str = ""
    site: str = ""
    country: str = ""
    latitude: int = NO_PLACE
    longitude: int = NO_PLACE
    in_service: str = ""
    produced_in: str = ""
    firmware: Digest = ""
    described: str = ""
    quantity: int = 1


class Inventory(Record):
    """The items of one or more files, and what could not be read of them."""

    items: tuple[InventoryItem, ...]
    problems: tuple[str, ...] = ()
    problem_count: int = 0


def micro_degrees(text: str, limit: int) -> int:
    """Return a decimal coordinate in millionths of a degree, NO_PLACE when it is not one."""
    sign = -1 if text.strip().startswith("-") else 1
    whole, _, part = text.strip().lstrip("+-").partition(".")
    digits = whole + part
    if not whole or not digits.isascii() or not digits.isdigit() or len(whole) > 3:
        return NO_PLACE
    value = int(whole) * 1_000_000 + int((part + "000000")[:6])
    return sign * value if value <= limit * 1_000_000 else NO_PLACE
