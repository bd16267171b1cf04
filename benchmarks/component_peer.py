"""Components and versions beside cve-bin-tool, on the same files: recall, versions, CPU time.

    python benchmarks/component_peer.py FOLDER --peer VENV/bin/python [--most 120]

FOLDER is where `component_accuracy.py` put its packages. Of each known source the largest file is
taken. cve-bin-tool runs as a program of its own, in its own environment (`pip install
cve-bin-tool`), without a network: only its checkers are asked, not its database of flaws, and the
one list that a checker downloads is empty. Where it is not installed, its column is left out.
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from component_accuracy import of_component
from component_truth import archive, cases, image_of, includes, known_packages

from assay.identify.catalogue import catalogue
from assay.identify.components import identify
from assay.identify.fingerprints.ordering import version_key
from assay.identify.training.recipe import recipes, release

MOST_SIZE = 3_000_000
RUNS = 2
"""Both look at the files so often, and the better time counts: what is loaded once is no cost."""
RUNNER = """
import json, logging, resource, sys
logging.disable(logging.CRITICAL)
import cve_bin_tool.util
def no_network(*_, **__):
    return ""
cve_bin_tool.util.make_http_requests = no_network
import cve_bin_tool.version_signature
cve_bin_tool.version_signature.DISK_LOCATION_DEFAULT = sys.argv[2]
from cve_bin_tool.version_scanner import VersionScanner
scanner = VersionScanner(should_extract=False, validate=False)
products = sorted({p for c in scanner.checkers.values() for _, p in c.VENDOR_PRODUCT})
def spent():
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    uses = [resource.getrusage(kind) for kind in kinds]
    return sum(use.ru_utime + use.ru_stime for use in uses)
def scanned():
    before, found = spent(), {}
    for one in scanner.recursive_scan(sys.argv[1]):
        if one:
            path = one.file_path if hasattr(one, "file_path") else one[1]
            info = one.product_info if hasattr(one, "product_info") else one[0]
            found.setdefault(str(path), []).append([info.product, info.version])
    return spent() - before, found
cpu, found = min((scanned() for _ in range(int(sys.argv[3]))), key=lambda run: run[0])
print("RESULT" + json.dumps({"cpu": cpu, "found": found, "products": products}))
"""


class File(NamedTuple):
    """A file of a known component: its place in the folder, and the truth."""

    path: str
    key: str
    release: str
    content: bytes


def main() -> None:
    """Read the arguments, ask both, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peer", type=Path)
    parser.add_argument("--most", type=int, default=120)
    arguments = parser.parse_args()
    files = _files(arguments.folder, arguments.most)
    size = sum(len(one.content) for one in files)
    print(f"{len(files)} files, {size / 1e6:.1f} MB")
    own, found = min((_timed(files) for _ in range(RUNS)), key=lambda run: run[0])
    _table("Assay", files, found, {one.key for one in files})
    print(f"{'CPU seconds':36} {own:8.1f} {size / 1e6 / own:8.1f} MB a second")
    if arguments.peer is None or not arguments.peer.exists():
        print("cve-bin-tool is not installed: no comparison")
        return
    result = _peer(arguments.peer, files)
    _table("cve-bin-tool", files, result["found"], set(result["products"]))
    cpu = result["cpu"]
    print(f"{'CPU seconds':36} {cpu:8.1f} {size / 1e6 / cpu:8.1f} MB a second")
    print(f"{'times our CPU time':36} {cpu / own:8.1f}")


def _files(folder: Path, most: int) -> list[File]:
    rows = recipes()
    packages = known_packages(list(archive(folder).packages()), rows)
    found: dict[str, File] = {}
    for case in cases(folder / "truth-known", packages, rows):
        path, content = max(case.files.items(), key=lambda one: (len(one[1]), one[0]))
        if len(content) < MOST_SIZE and case.key not in found:
            found[case.key] = File(f"{case.key}{path}", case.key, case.release, content)
    step = max(1, len(found) // most)
    return [found[key] for key in sorted(found)[::step]]


def _timed(files: list[File]) -> tuple[float, dict[str, list[Any]]]:
    started = time.process_time()
    found = _own(files)
    return time.process_time() - started, found


def _own(files: list[File]) -> dict[str, list[Any]]:
    found = {}
    for one in files:
        name = "/" + one.path.partition("/")[2]
        components = identify(image_of({name: one.content}))
        mine = of_component(one.key, components, any_method=True)
        found[one.path] = [[one.key, part.version] for part in mine if includes(part, one.release)]
        found[one.path] += [["", part.version] for part in components if part not in mine]
        if mine and not found[one.path]:
            found[one.path] = [[one.key, mine[0].version]]
    return found


def _peer(python: Path, files: list[File]) -> Any:  # noqa: ANN401 - what the other program prints
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        for one in files:
            place = Path(folder) / one.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(one.content)
        done = subprocess.run(
            [python, "-c", RUNNER, folder, cache, str(RUNS)],
            capture_output=True,
            text=True,
            check=False,
        )
        lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT")]
        if not lines:
            raise SystemExit(done.stderr[-2000:])
        result = json.loads(lines[0].removeprefix("RESULT"))
        found = {path.removeprefix(f"{folder}/"): seen for path, seen in result["found"].items()}
        return {**result, "found": found}


def _table(who: str, files: list[File], found: dict[str, list[Any]], products: set[str]) -> None:
    table: Counter[str] = Counter()
    for one in files:
        names = _names(one.key)
        seen = found.get(one.path, [])
        mine = [version for product, version in seen if product.lower() in names]
        table["component found"] += bool(mine)
        table["component that it knows at all"] += not names.isdisjoint(products)
        table["its version right, exact"] += any(_same(version, one.release) for version in mine)
        table["other components named"] += len({product for product, _ in seen} - names)
    print(f"== {who}")
    for key, number in table.items():
        print(f"{key:36} {number:8} {number * 1000 // len(files):8} permille")


def _names(key: str) -> set[str]:
    row = next((one for one in recipes() if one.key == key), None)
    known = catalogue().get(key)
    cpes = [row.cpe if row else "", known.cpe if known else ""]
    return {key.lower(), *(one.partition(":")[2].lower() for one in cpes if one)}


def _same(version: str, truth: str) -> bool:
    return version_key(release(version)) == version_key(truth)


if __name__ == "__main__":
    main()
