"""Inventories as JSON: NetBox's device API, CycloneDX hardware bills, `lldpcli -f json`.

NetBox: `{"results": [{"device_type": {"manufacturer": {"name"}}, "role": {"name"}, ...}]}`.
CycloneDX: components of type `device` with `manufacturer` or `supplier`, nested.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from assay.errors import UnreadableInput
from assay.supply.dates import first_day, read_date
from assay.supply.domains import domain_of
from assay.supply.inventories.items import MOST_ITEMS, InventoryItem, micro_degrees
from assay.supply.jurisdictions import country_code
from assay.supply.lists.importing import clean
from assay.supply.lists.reading import ReadingReport, open_text

MOST_JSON = 1 << 30
DEEPEST = 40


def load_json(path: Path) -> Any:  # noqa: ANN401 - any JSON document
    """Return the document in *path*; raises UnreadableInput when it is not JSON."""
    with open_text(path) as text:
        try:
            return msgspec.json.decode(text.read(MOST_JSON))
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
            raise UnreadableInput(f"{path.name} is not JSON: {error}") from error


def read_document(path: Path, report: ReadingReport) -> Iterator[InventoryItem]:
    """Yield the items of a JSON inventory; raises UnreadableInput for another document."""
    document = load_json(path)
    if isinstance(document, dict) and document.get("bomFormat") == "CycloneDX":
        yield from _hardware(document, report)
    elif isinstance(document, dict) and "lldp" in document:
        yield from _lldp(document["lldp"])
    else:
        rows = document.get("results") if isinstance(document, dict) else document
        if not isinstance(rows, list):
            raise UnreadableInput(
                f"{path.name} is no inventory that is known",
                advice="Give CSV, a NetBox export, a CycloneDX HBOM or an LLDP dump.",
            )
        yield from _netbox(rows, report)


def _netbox(rows: list[Any], report: ReadingReport) -> Iterator[InventoryItem]:
    for number, row in enumerate(rows[:MOST_ITEMS], 1):
        if not isinstance(row, dict):
            report.problem(f"device {number}", "not an object")
            continue
        kind = _object(row.get("device_type"))
        role = _name(row.get("role")) or _name(row.get("device_role"))
        more = _object(row.get("custom_fields"))
        site = row.get("site")
        latitude = _text(row.get("latitude")) or _text(_object(site).get("latitude"))
        longitude = _text(row.get("longitude")) or _text(_object(site).get("longitude"))
        yield InventoryItem(
            id=_text(row.get("name")) or _text(row.get("display")) or f"device {number}",
            row=number,
            vendor=_name(kind.get("manufacturer")) or _name(row.get("manufacturer")),
            model=_text(kind.get("model")) or _text(kind.get("display")),
            mac=_text(more.get("mac_address")) or _text(row.get("mac_address")),
            domain=domain_of(_text(more.get("network_domain")) or role),
            domain_text=role,
            site=_name(site),
            country=country_code(_text(more.get("country"))),
            latitude=micro_degrees(latitude, 90),
            longitude=micro_degrees(longitude, 180),
            in_service=first_day(read_date(_text(more.get("in_service")))),
            produced_in=country_code(_text(more.get("country_of_production"))),
        )


def _hardware(document: dict[str, Any], report: ReadingReport) -> Iterator[InventoryItem]:
    """Yield the device components of a CycloneDX document, the outermost with a maker each."""
    found = 0
    stack = [(part, 0) for part in reversed(_list(document.get("components")))]
    while stack and found < MOST_ITEMS:
        component, depth = stack.pop()
        if not isinstance(component, dict) or depth > DEEPEST:
            report.problem("component", "not an object, or nested too deeply")
            continue
        stack.extend((part, depth + 1) for part in reversed(_list(component.get("components"))))
        if _text(component.get("type")) in {"device", "device-driver", "firmware", "platform"}:
            found += 1
            yield _component(component, found)


def _component(component: dict[str, Any], number: int) -> InventoryItem:
    values = {
        _text(row.get("name")).rpartition(":")[2].lower(): _text(row.get("value"))
        for row in _list(component.get("properties"))
        if isinstance(row, dict)
    }
    maker = _name(component.get("manufacturer")) or _text(component.get("publisher"))
    hashes = [
        _text(one.get("content")).lower()
        for one in _list(component.get("hashes"))
        if isinstance(one, dict) and one.get("alg") == "SHA-256"
    ]
    return InventoryItem(
        id=_text(component.get("bom-ref")) or _text(component.get("name")) or f"part {number}",
        row=number,
        vendor=maker or _name(component.get("supplier")),
        model=" ".join(
            filter(None, (_text(component.get("name")), _text(component.get("version"))))
        ),
        mac=values.get("mac", values.get("macaddress", "")),
        domain=domain_of(values.get("domain", "") or values.get("function", "")),
        domain_text=values.get("domain", "") or values.get("function", ""),
        site=values.get("location", values.get("site", "")),
        country=country_code(values.get("country", "")),
        produced_in=country_code(values.get("countryoforigin", values.get("producedin", ""))),
        firmware=hashes[0] if hashes and len(hashes[0]) == 64 else "",
        quantity=_quantity(values.get("quantity", "")),
    )


def _lldp(tree: Any) -> Iterator[InventoryItem]:  # noqa: ANN401 - any JSON value
    """Yield the neighbours of `lldpcli show neighbors -f json`, with its two ways of nesting."""
    interfaces = _object(tree).get("interface", [])
    many = [{key: value} for key, value in _object(interfaces).items()]
    rows = interfaces if isinstance(interfaces, list) else many
    number = 0
    for row in rows[:MOST_ITEMS]:
        for port in _object(row).values():
            for name, chassis in _object(_object(port).get("chassis")).items():
                number += 1
                identity = _object(_object(chassis).get("id"))
                described = _text(_object(chassis).get("descr"))
                yield InventoryItem(
                    id=clean(str(name)) or f"neighbour {number}",
                    row=number,
                    mac=_text(identity.get("value")) if identity.get("type") == "mac" else "",
                    described=described,
                )


def _quantity(text: str) -> int:
    digits = text if text.isascii() and text.isdigit() and len(text) < 10 else ""
    return max(1, int(digits or "1"))


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value[:MOST_ITEMS] if isinstance(value, list) else []


def _name(value: object) -> str:
    return _text(value) or _text(_object(value).get("name"))


def _text(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return clean(value) if isinstance(value, str) else ""
