"""What a network shows of itself: LLDP key-value dumps, SNMP walks, ARP and neighbour tables.

These name hardware addresses and system descriptions, not vendors: the vendor is read from the
description's first word or, failing that, from the address prefix, and marked so.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from assay._kernel import lazy_re
from assay.supply.inventories.items import MOST_ITEMS, InventoryItem
from assay.supply.lists.importing import clean
from assay.supply.lists.reading import ReadingReport, open_text

MOST_LINE = 1 << 16

_MAC = r"(?:[0-9A-Fa-f]{1,2}[:\-]){5}[0-9A-Fa-f]{1,2}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}"
_ADDRESS = lazy_re.compile(rf"(?<![0-9A-Fa-f:.\-])({_MAC})(?![0-9A-Fa-f:])")
_IP = lazy_re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])")
_KEY_VALUE = lazy_re.compile(r"lldp\.([^.=]+)(?:\.(\d+))?\.chassis\.(mac|name|descr)=(.*)")
_SNMP = lazy_re.compile(r"(?:[\w-]+::)?(\w+|[.\d]+?)\.([\d.\"]+)\s*=\s*(?:[\w-]+:\s*)?(.*)")
_OIDS = {
    "1.0.8802.1.1.2.1.4.1.1.5": "chassis",
    "1.0.8802.1.1.2.1.4.1.1.9": "name",
    "1.0.8802.1.1.2.1.4.1.1.10": "described",
    "1.3.6.1.2.1.4.22.1.2": "chassis",
    "1.3.6.1.2.1.1.1": "described",
    "1.3.6.1.2.1.1.5": "name",
    "lldpRemChassisId": "chassis",
    "lldpRemSysName": "name",
    "lldpRemSysDesc": "described",
    "ipNetToMediaPhysAddress": "chassis",
    "ipNetToPhysicalPhysAddress": "chassis",
    "sysDescr": "described",
    "sysName": "name",
}

Facts = dict[str, dict[str, str]]


def read_neighbours(path: Path, report: ReadingReport) -> Iterator[InventoryItem]:
    """Yield one item a neighbour, in the order in which the dump names them first."""
    facts: Facts = {}
    with open_text(path) as text:
        while line := text.readline(MOST_LINE):
            report.rows += 1
            if len(facts) > MOST_ITEMS:
                report.problem(f"line {report.rows}", "too many neighbours; the rest is not read")
                break
            _read_line(line.strip(), facts)
    for number, (key, known) in enumerate(facts.items(), 1):
        if known.get("chassis") or known.get("described"):
            yield InventoryItem(
                id=clean(known.get("name", "") or key),
                row=number,
                mac=known.get("chassis", ""),
                described=clean(known.get("described", "")),
            )


def _read_line(line: str, facts: Facts) -> None:
    if found := _KEY_VALUE.match(line):
        port, number, field, value = found.groups()
        name = {"mac": "chassis", "descr": "described"}.get(field, field)
        facts.setdefault(f"{port} {number or ''}".strip(), {})[name] = value
        return
    if " = " in line and (found := _SNMP.match(line)):
        _read_snmp(found[1], found[2], found[3], facts)
        return
    address = _ADDRESS.search(line)
    if address and address[1].replace(":", "").strip("0-."):
        place = _IP.search(line)
        facts.setdefault(place[1] if place else address[1], {})["chassis"] = address[1]


def _read_snmp(name: str, index: str, value: str, facts: Facts) -> None:
    """Read a line of snmpwalk; numeric ones carry object id and index in one number."""
    whole = f"{name}.{index}".lstrip(".")
    for prefix, field in _OIDS.items():
        if name == prefix:
            rest = index
        elif whole.startswith(f"{prefix}."):
            rest = whole[len(prefix) + 1 :]
        else:
            continue
        text = value.strip().strip('"')
        if field == "chassis":
            text = (
                text.replace(" ", ":") if re.fullmatch(r"[0-9A-Fa-f ]{17}", text.strip()) else text
            )
            if not _ADDRESS.search(text.strip()):
                return
        facts.setdefault(f"{_family(prefix)} {rest}", {})[field] = text.strip()
        return


def _family(prefix: str) -> str:
    """Rows of one table share their index; rows of different tables do not."""
    if prefix.startswith(("lldp", "1.0.8802")):
        return "lldp"
    return "arp" if prefix.startswith(("ip", "1.3.6.1.2.1.4")) else "system"
