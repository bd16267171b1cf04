"""Inventories as tables: CSV of any order of columns, and the CSV export of NetBox.

Columns are found by the names that people give them; what a column says is taken as claimed.
"""

from collections.abc import Iterator
from pathlib import Path

from assay._kernel import lazy_re
from assay.supply.dates import first_day, read_date
from assay.supply.domains import domain_of
from assay.supply.inventories.items import InventoryItem, micro_degrees
from assay.supply.jurisdictions import country_code
from assay.supply.lists.importing import clean
from assay.supply.lists.reading import ReadingReport, Row, csv_rows

COLUMNS: dict[str, tuple[str, ...]] = {
    "id": (
        "id",
        "asset tag",
        "asset",
        "name",
        "hostname",
        "device",
        "device name",
        "serial number",
    ),
    "vendor": ("vendor", "manufacturer", "make", "brand", "supplier", "oem"),
    "model": ("model", "device type", "type", "product", "part number"),
    "mac": ("mac", "mac address", "base mac", "chassis mac", "chassis id", "primary mac address"),
    "domain": ("domain", "network domain", "role", "device role", "function", "layer", "segment"),
    "site": ("site", "location", "site name", "exchange", "region"),
    "country": ("country", "country code", "site country"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng", "long"),
    "in_service": ("in service", "in service since", "installed", "install date", "commissioned"),
    "produced_in": (
        "produced in",
        "country of production",
        "country of origin",
        "made in",
        "origin",
    ),
    "firmware": ("firmware sha256", "firmware digest", "sha256"),
    "quantity": ("quantity", "qty", "count", "units"),
}
MOST_QUANTITY = 1_000_000_000

_DIGEST = lazy_re.compile(r"[0-9a-f]{64}")


def read_table(path: Path, report: ReadingReport) -> Iterator[InventoryItem]:
    """Yield the items of a delimited file; raises UnreadableInput when it names no vendor."""
    for need in (("vendor",), ("manufacturer",), ("make",), ("brand",), ("supplier",), ("oem",)):
        if _has(path, need):
            break
    else:
        need = ("mac",) if _has(path, ("mac",)) else ("vendor",)
    for number, row in enumerate(csv_rows(path, report, need=need), 1):
        yield _item(number, row, report)


def _has(path: Path, need: tuple[str, ...]) -> bool:
    from assay.errors import UnreadableInput  # noqa: PLC0415 - beside its only use

    try:
        next(csv_rows(path, ReadingReport(), need=need), None)
    except UnreadableInput:
        return False
    return True


def _item(number: int, row: Row, report: ReadingReport) -> InventoryItem:
    said = {field: clean(_first(row, names)) for field, names in COLUMNS.items()}
    country = country_code(said["country"])
    if said["country"] and not country:
        report.problem(f"row {number}", f"no country {said['country'][:40]!r}")
    return InventoryItem(
        id=said["id"] or f"row {number}",
        row=number,
        vendor=said["vendor"],
        model=said["model"],
        mac=said["mac"],
        domain=domain_of(said["domain"]),
        domain_text=said["domain"],
        site=said["site"],
        country=country,
        latitude=micro_degrees(said["latitude"], 90),
        longitude=micro_degrees(said["longitude"], 180),
        in_service=first_day(read_date(said["in_service"])),
        produced_in=country_code(said["produced_in"]),
        firmware=said["firmware"].lower() if _DIGEST.fullmatch(said["firmware"].lower()) else "",
        quantity=_quantity(number, said["quantity"], report),
    )


def _first(row: Row, names: tuple[str, ...]) -> str:
    for name in names:
        for key in (name, name.replace(" ", "_")):
            if value := row.get(key, ""):
                return value
    return ""


def _quantity(number: int, text: str, report: ReadingReport) -> int:
    if not text:
        return 1
    if text.isascii() and text.isdigit() and 0 < int(text[:12]) <= MOST_QUANTITY:
        return int(text[:12])
    report.problem(f"row {number}", f"not a quantity: {text[:40]!r}; counted as 1")
    return 1
