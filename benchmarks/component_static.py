"""How well copies inside statically linked programs are found, against the linker's own map.

    python benchmarks/component_static.py FOLDER [--offline]

Links stripped programs out of Debian's static libraries for an architecture that nothing was
learnt from: whole libraries, a third of the object files, and a tenth. The linker's map says which
object files are present. Programs with fewer than eight features in all are counted on their own:
their object files have next to no strings and tables. Needs gcc-arm-linux-gnueabihf.
"""

import argparse
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from component_accuracy import of_component
from component_truth import image_of

from assay.identify.components import identify
from assay.identify.fingerprints.decision import claims
from assay.identify.training.apt import Archive
from assay.identify.training.archives import MAGIC, members_of
from assay.identify.training.extract import elf_files
from assay.identify.training.recipe import chosen, recipes, release
from assay.inventory.fingerprints.index import current
from assay.inventory.fingerprints.regions import features_of
from assay.inventory.kinds.fingerprints import look_up

TOOLS = "arm-linux-gnueabihf-"
SUITE, ARCHITECTURE = "bullseye", "armhf"
SHARES = (1, 3, 10)
LEAST_MEMBERS, MOST_LIBRARIES = 3, 80
MOST_SIZE = 3_000_000
FEW = 8
_MEMBER = re.compile(r"\(([^()]+\.o)\)$", re.MULTILINE)


def main() -> None:
    """Read the arguments, link, identify, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--offline", action="store_true")
    arguments = parser.parse_args()
    rows = recipes()
    archive = Archive(arguments.folder / "apt-static", (SUITE,), ("amd64", ARCHITECTURE))
    if not arguments.offline:
        archive.update()
    packages = [
        one
        for one in archive.packages()
        if one.architecture == ARCHITECTURE and one.name.endswith("-dev") and one.size < MOST_SIZE
        and chosen(rows, one.source, one.name)
    ]  # fmt: skip
    packages = sorted(packages, key=lambda one: one.sha256)[:MOST_LIBRARIES]
    folder = arguments.folder / "truth-static"
    if not arguments.offline:
        archive.download(packages, folder)
    table: Counter[str] = Counter()
    for one in packages:
        row = chosen(rows, one.source, one.name)
        if row is not None and (folder / one.file).exists():
            for share, program in _programs(folder / one.file):
                _count(table, share, program, row.key, release(one.source_version))
    for name, number in sorted(table.items()):
        print(f"{name:36} {number:>6}")


def _count(table: Counter[str], share: int, program: bytes, key: str, version: str) -> None:
    facts = look_up(program, current())
    found = {one.key: one for one in claims(facts, current())} if facts else {}
    part = {1: "whole", 3: "a third", 10: "a tenth"}[share]
    everything = identify(image_of({"/usr/sbin/program": program}))
    table[f"{part}: found by any method"] += bool(of_component(key, everything, any_method=True))
    part += ", few features" if len(features_of(program)[0]) < FEW else ""
    table[f"{part}: programs"] += 1
    table[f"{part}: found"] += key in found
    table[f"{part}: others claimed"] += len(set(found) - {key})
    if key not in found:
        print(f"missed: {key}, {part}")
        return
    table[f"{part}: release inside"] += found[key].release.includes(version)
    table[f"{part}: {found[key].form}"] += 1


def _programs(package: Path) -> Iterator[tuple[int, bytes]]:
    unpacked = subprocess.run(
        ["dpkg-deb", "--fsys-tarfile", str(package)], capture_output=True, check=True
    ).stdout
    for _, content in elf_files(unpacked):
        if content.startswith(MAGIC) and len(list(members_of(content))) >= LEAST_MEMBERS:
            for share in SHARES:
                with tempfile.TemporaryDirectory() as folder:
                    program = _linked(Path(folder), content, share)
                if program:
                    yield share, program
            return


def _linked(folder: Path, content: bytes, share: int) -> bytes:
    """Return a stripped program with one in *share* of the members, empty where none links."""
    library, program, table = folder / "x.a", folder / "program", folder / "map"
    library.write_bytes(content)
    names = subprocess.run(
        [f"{TOOLS}nm", "-A", "--defined-only", "-g", str(library)],
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    symbols: dict[str, str] = {}
    for line in names.splitlines():
        member, _, rest = line.partition(".o:")
        if rest.split():
            symbols.setdefault(member, rest.split()[-1])
    wanted = list(symbols.values())[::share] if share > 1 else []
    options = ["-Wl,--whole-archive"] if share == 1 else [f"-Wl,-u,{one}" for one in wanted]
    subprocess.run(
        [
            f"{TOOLS}gcc", "-nostdlib", "-static", "-s", "-Wl,--unresolved-symbols=ignore-all",
            "-Wl,-z,muldefs", f"-Wl,-Map,{table}", "-Wl,-e,0", *options, str(library),
            "-o", str(program),
        ],
        capture_output=True, check=False,
    )  # fmt: skip
    if not program.exists() or not table.exists() or not _MEMBER.search(table.read_text()):
        return b""
    return program.read_bytes()


if __name__ == "__main__":
    main()
