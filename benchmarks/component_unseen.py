"""What is said of a release that was never learnt: leave one release of each component out.

    python benchmarks/component_unseen.py FOLDER [--rounds 2]

FOLDER is where `python -m assay.identify.training` worked. Each round learns an index without one
release of every component that has at least two, chosen by a digest of its name, and evaluates
the files of those releases. A claim of one release that is not the true one is wrong.
"""

import argparse
import hashlib
from collections import Counter, defaultdict
from importlib import resources
from pathlib import Path

from component_accuracy import of_component
from component_truth import cases, image_of, includes

from assay.identify.components import identify
from assay.identify.fingerprints.ordering import version_key
from assay.identify.training.__main__ import BUDGET, make
from assay.identify.training.apt import Package
from assay.identify.training.manifest import packages_in
from assay.identify.training.recipe import Recipe, chosen, recipes, release
from assay.inventory.fingerprints.index import use

Left = dict[str, str]


def main() -> None:
    """Read the arguments, learn, identify, and print the table of each round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    rows = recipes()
    manifest = resources.files("assay.inventory.data").joinpath("components.manifest.xz")
    with resources.as_file(manifest) as path:
        packages = packages_in(path)
    packages = [one for one in packages if (arguments.folder / "packages" / one.file).exists()]
    for number in range(arguments.rounds):
        measure(arguments.folder, packages, rows, number)


def measure(folder: Path, packages: list[Package], rows: list[Recipe], number: int) -> None:
    """Learn the index of round *number* and print what it says of the releases left out."""
    left = _left_out(packages, rows, number)
    unseen = [one for one in packages if _is_left(one, rows, left)]
    index = folder / f"unseen-{number}.index"
    learnt = [one for one in packages if not _is_left(one, rows, left)]
    make(folder, index, learnt, rows, BUDGET)
    use(str(index))
    table: Counter[str] = Counter()
    wrong = []
    for case in cases(folder / "packages", unseen, rows):
        mine = of_component(case.key, identify(image_of(case.files)))
        exact = [one for one in mine if one.version and not (one.version_low or one.version_high)]
        right = [one for one in exact if includes(one, case.release)]
        table["releases"] += 1
        table["component not found"] += not mine
        table["the right release, read from a text"] += bool(right)
        table["an interval or none"] += bool(mine) and not exact
        table["the true release inside"] += any(includes(one, case.release) for one in mine)
        if exact and not right:
            table["one release, a wrong one"] += 1
            wrong.append(f"{case.key} {case.release} as {exact[0].version}")
    use("")
    print(f"== round {number}")
    for key, count in sorted(table.items()):
        print(f"{key:40} {count:>6} {count * 1000 // table['releases']:>6} permille")
    print("wrong:", "; ".join(wrong))


def _left_out(packages: list[Package], rows: list[Recipe], number: int) -> Left:
    releases: dict[str, set[str]] = defaultdict(set)
    for one in packages:
        row = chosen(rows, one.source, one.name)
        if row is not None:
            releases[row.key].add(release(one.source_version))
    found = {}
    for key, several in releases.items():
        if len(several) > 1:
            order = sorted(several, key=version_key)
            start = int(hashlib.sha256(key.encode()).hexdigest()[:8], 16)
            found[key] = order[(start + number) % len(order)]
    return found


def _is_left(one: Package, rows: list[Recipe], left: Left) -> bool:
    row = chosen(rows, one.source, one.name)
    return row is not None and left.get(row.key) == release(one.source_version)


if __name__ == "__main__":
    main()
