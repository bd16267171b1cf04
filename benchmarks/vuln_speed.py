"""Import 300,000 NVD records, and match an image of 300 components with them.

Bars: at least 2,000 records a second, at most 1 s and 300 MB for the matching, in CPU time of one
process. The records are generated: sizes, numbers of products and of ranges like NVD's; the
kernel has 8,000 of them, forty other components 20 to 1,500. Needs about 2 GB of disk.
Run: python benchmarks/vuln_speed.py [--records N]
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from assay.model.flaws import Setting
from assay.model.result import Component
from assay.vulns.identities import products
from assay.vulns.matching.search import Search
from assay.vulns.store.building import build
from assay.vulns.store.snapshots import open_store

COMPONENTS = 300
KERNEL = 8000
RATE, SECONDS, MEGABYTES = 2000, 1.0, 300


def names(count: int) -> list[str]:
    """Return *count* CPE vendor:product pairs, those of known products first."""
    known = [key[4:] for one in products().values() for key in one.keys if key.startswith("cpe:")]
    return [*known, *(f"vendor{number % 9000}:product{number}" for number in range(count))][:count]


def product_of(number: int, pairs: list[str]) -> str:
    """Return the product of record *number*: some have thousands of records, most a few."""
    if number % 37 == 0:
        return "linux:linux_kernel"
    if number % 11 == 0:  # components of network devices
        return pairs[(number // 11) ** 2 % 160]
    return pairs[number * 7919 % len(pairs)]


def record(number: int, pairs: list[str]) -> dict:
    """Return an NVD record of about 4 kB."""
    pair = product_of(number, pairs)
    part = "o" if pair == "linux:linux_kernel" else "a"
    criteria = f"cpe:2.3:{part}:{pair}:*:*:*:*:*:*:*:*"
    matches = [
        {
            "vulnerable": True, "criteria": criteria,
            "versionStartIncluding": f"{place}.{number % 20}",
            "versionEndExcluding": f"{place}.{number % 20 + 4}.{number % 90}",
            "matchCriteriaId": f"{number:08X}-0000-0000-0000-{place:012X}",
        }
        for place in range(1, 2 + number % 6)
    ]  # fmt: skip
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    links = [
        {"url": f"https://advisories.example/{number}/{place}", "source": "cve@mitre.org"}
        for place in range(12)
    ]
    return {
        "id": f"CVE-{1999 + number % 26}-{10000 + number}",
        "sourceIdentifier": "cve@mitre.org", "vulnStatus": "Analyzed", "cveTags": [],
        "published": "2020-01-02T00:00:00.000", "lastModified": "2024-01-02T00:00:00.000",
        "descriptions": [
            {"lang": "en", "value": f"A flaw numbered {number} in {pair}. " + "Words. " * 40},
            {"lang": "es", "value": "Palabras. " * 60},
        ],
        "metrics": {"cvssMetricV31": [{"type": "Primary", "cvssData": {
            "version": "3.1", "vectorString": vector, "baseScore": 9.8}}]},
        "weaknesses": [{"description": [{"lang": "en", "value": f"CWE-{number % 900 + 1}"}]}],
        "configurations": [{"nodes": [{"operator": "OR", "negate": False, "cpeMatch": matches}]}],
        "references": links,
    }  # fmt: skip


def components() -> list[Component]:
    """Return 300 components: a kernel, known products, and packages in no table."""
    own = [next(key[4:] for key in one.keys if key.startswith("cpe:"))
           for one in products().values()]  # fmt: skip
    pairs = [*own, *(f"vendor{number}:product{number}" for number in range(COMPONENTS))]
    found = []
    for number, pair in enumerate(pairs[:COMPONENTS]):
        name = pair.partition(":")[2]
        part = "o" if name == "linux_kernel" else "a"
        found.append(
            Component(
                name=name, version=f"2.{number % 20}.3", purl=f"pkg:generic/{name}",
                cpe=f"cpe:2.3:{part}:{pair}:2.{number % 20}.3:*:*:*:*:*:*:*",
                kind="kernel" if part == "o" else "program", method="banner", confidence=900,
            )
        )  # fmt: skip
    return found


def match(place: Path) -> None:
    """Match in this process and print seconds of CPU, megabytes, records held and flaws."""
    wanted = components()
    started = time.process_time()
    store = open_store(place)
    search, flaws = Search(store, Setting()).run(wanted)
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    held = sum(one.records for one in search.searched)
    print(json.dumps([seconds, peak, held, len(flaws)]))


def main() -> int:
    """Print the figures; 1 when a bar is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--match", type=Path)
    arguments = parser.parse_args()
    if arguments.match:
        match(arguments.match)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        feed, pairs = Path(folder) / "nvd.jsonl", names(60_000)
        with feed.open("w", encoding="utf-8") as file:
            for number in range(arguments.records):
                file.write(json.dumps(record(number, pairs), separators=(",", ":")) + "\n")
        size = feed.stat().st_size
        started = time.process_time()
        manifest, place = build([feed], Path(folder) / "store", fresh=True)
        seconds = time.process_time() - started
        rate = int(arguments.records / seconds)
        print(
            f"import: {arguments.records} records, {size >> 20} MB, {seconds:.1f} s of CPU, "
            f"{rate} records/s (bar {RATE}); store {manifest.size >> 20} MB"
        )
        subprocess.run([sys.executable, __file__, "--match", str(place)], check=True,
                       capture_output=True)  # fmt: skip
        done = subprocess.run([sys.executable, __file__, "--match", str(place)], check=True,
                              capture_output=True, text=True)  # fmt: skip
        used, peak, held, flaws = json.loads(done.stdout)
        print(
            f"match: {COMPONENTS} components, {held} records held on them, {flaws} flaws, "
            f"{used:.2f} s of CPU (bar {SECONDS}), {peak} MB (bar {MEGABYTES})"
        )
    return 0 if rate >= RATE and used <= SECONDS and peak <= MEGABYTES else 1


if __name__ == "__main__":
    sys.exit(main())
