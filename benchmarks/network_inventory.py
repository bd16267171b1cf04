"""An inventory of 50,000 items judged from a CSV file to the finished report.

Bar: at most 20 s. The items are of 4,000 vendors of the shipped MA-L listing (a real inventory has
far fewer), with addresses, domains, sites, countries and dates; every result form is written too.
Run: python benchmarks/network_inventory.py
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from assay._kernel import canonical
from assay.supply.addresses import listing
from assay.supply.inventories.reading import read_inventory
from assay.supply.networks import network
from assay.supply.report.cells import network_csv
from assay.supply.report.network_page import network_html

ITEMS = 50_000
VENDORS = 4_000
NAMED = ("Huawei", "ZTE Corporation", "Nokia", "Ericsson", "Cisco", "Hikvision", "Dahua")
DOMAINS = ("5G core", "gNB", "eNodeB", "OLT", "core router", "access switch", "IP camera", "CPE")
COUNTRIES = ("GB", "DE", "CA", "US", "SE", "IN", "AU", "FR")


def rows() -> list[str]:
    """Return the lines of the inventory."""
    prefixes = sorted(listing().items())[:: max(1, len(listing()) // VENDORS)][:VENDORS]
    lines = ["name,vendor,mac,role,site,country,installed,made in"]
    for number in range(ITEMS):
        prefix, vendor = prefixes[number * 7 % len(prefixes)]
        if number % 3 == 0:
            vendor = NAMED[number // 3 % len(NAMED)]
        mac = f"{prefix}{number:06X}"
        domain = DOMAINS[number % 8]
        where = f"site {number % 300},{COUNTRIES[number // 8 % 8]}"
        year = 2012 + number % 14
        lines.append(f'unit {number},"{vendor}",{mac},{domain},{where},{year}-03-01,CN')
    return lines


def main() -> int:
    """Print the figures; 1 when the bar is missed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "inventory.csv"
        path.write_text("\n".join(rows()), encoding="utf-8")
        start = time.perf_counter()
        inventory = read_inventory([path])
        read = time.perf_counter() - start
        report = network(inventory, date="2026-11-22")
        judged = time.perf_counter() - start
    sizes = {
        "json": len(canonical.encode(report)),
        "csv": len(network_csv(report)),
        "html": len(network_html(report)),
    }
    total = time.perf_counter() - start
    figures = {
        "items": len(report.items),
        "vendors": len({one.item.vendor for one in report.items}),
        "read_s": round(read, 1),
        "judged_s": round(judged, 1),
        "with_outputs_s": round(total, 1),
        "bytes": sizes,
        "rulings": len(report.rulings),
        "statement": report.statement,
    }
    print(json.dumps(figures, indent=2))
    return 0 if total <= 20 else 1


if __name__ == "__main__":
    sys.exit(main())
