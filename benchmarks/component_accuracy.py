"""How well components and their releases are found: recall, precision, intervals, confusions.

    python benchmarks/component_accuracy.py FOLDER [known] [open]

FOLDER is where `python -m assay.identify.training` worked; the packages to measure with are
downloaded there through apt as well, unless `--offline`. `known`: files of known sources on
architectures never learnt from. `open`: files of sources that the index does not know.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from component_truth import (
    Case,
    archive,
    cases,
    image_of,
    includes,
    known_packages,
    strange_packages,
)

from assay.identify.catalogue import catalogue
from assay.identify.components import identify, matchers
from assay.identify.fingerprints.ordering import version_key
from assay.identify.matchers.fingerprints import METHOD, claims_in
from assay.identify.training.recipe import recipes
from assay.inventory.fingerprints.index import current
from assay.inventory.image import Inventory
from assay.model.result import Component

SMALL = 8
"""Files with fewer features are counted on their own."""

Table = Counter[str]


def main() -> None:
    """Read the arguments, measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sets", nargs="*", default=["known", "open"])
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--most", type=int, default=0, help="sources of each set; 0: all")
    arguments = parser.parse_args()
    rows = recipes()
    place = archive(arguments.folder)
    if not arguments.offline:
        place.update()
    listed = list(place.packages())
    chosen = {"known": known_packages, "open": strange_packages}
    for name in arguments.sets:
        packages = chosen[name](listed, rows)
        folder = arguments.folder / f"truth-{name}"
        if not arguments.offline:
            place.download(packages, folder)
        found = cases(folder, packages, rows)
        measure(name, found, arguments.most)


def measure(name: str, found: Iterable[Case], most: int) -> None:
    """Print what identification says of the cases of the set *name*."""
    table: Table = Counter()
    confusions: Counter[tuple[str, str]] = Counter()
    bad: list[str] = []
    for number, case in enumerate(found):
        if most and number == most:
            break
        started = time.process_time()
        image = image_of(case.files)
        components = identify(image)
        table["cpu ms"] += int((time.process_time() - started) * 1000)
        table["bytes"] += sum(map(len, case.files.values()))
        _count_files(case, image, table, confusions)
        if case.key:
            _count_versions(case, components, table, bad)
    _print(name, table, confusions, bad)


def _count_files(
    case: Case,
    image: Inventory,
    table: Table,
    confusions: Counter[tuple[str, str]],
) -> None:
    claimed: dict[str, set[str]] = {}
    for node, claim in claims_in(image):
        claimed.setdefault(node.path, set()).add(claim.key)
    sightings = (one for matcher in matchers() for one in matcher.match(image))
    anyhow = {one.node.path for one in sightings if one.key == case.key}
    for path, content in case.files.items():
        size = "small" if _features(content) < SMALL else "files"
        keys = claimed.get(path, set())
        table[size] += 1
        table[f"{size} found"] += case.key in keys
        table[f"{size} found by any method"] += case.key in keys or path in anyhow
        others = keys - {case.key}
        table["claims"] += len(keys)
        table["claims of others"] += len(others)
        table["files with claims of others"] += bool(others)
        confusions.update((case.source, other) for other in others)


def _features(content: bytes) -> int:
    from assay.inventory.fingerprints.regions import features_of  # noqa: PLC0415 - heavy

    return len(features_of(content)[0])


def _count_versions(
    case: Case, components: tuple[Component, ...], table: Table, bad: list[str]
) -> None:
    index = current()
    number = index.by_key.get(case.key)
    learnt = index.components[number].versions if number is not None else ()
    mine = of_component(case.key, components)
    if not mine or version_key(case.release) not in {version_key(one) for one in learnt}:
        return
    table["releases"] += 1
    inside = [one for one in mine if includes(one, case.release)]
    exact = [one for one in mine if one.version and not one.version_low and not one.version_high]
    table["release inside"] += bool(inside)
    table["one release"] += bool(exact)
    table["the right release"] += any(one in inside for one in exact)
    table["unknown release"] += all(not one.version for one in mine)
    if not inside:
        said = [(one.version, one.version_low, one.version_high) for one in mine]
        bad.append(f"{case.key} {case.release}: {said}")


def of_component(
    key: str, components: Iterable[Component], *, any_method: bool = False
) -> list[Component]:
    """Return those of *components* that are *key* and were seen by fingerprints."""
    index = current()
    known = catalogue().get(key)
    number = index.by_key.get(key)
    names = {key} if number is None else {key, index.components[number].name}
    names |= {known.name} if known else set()
    return [
        one
        for one in components
        if one.name in names
        and (any_method or any(place.method == METHOD for place in one.occurrences))
    ]


def _print(name: str, table: Table, confusions: Counter[tuple[str, str]], bad: list[str]) -> None:
    print(f"== {name}")
    for key in sorted(table):
        print(f"{key:32} {table[key]:>10}")
    ratios = (
        ("recall", "files found", "files"),
        ("recall, any method", "files found by any method", "files"),
        ("recall, small files", "small found", "small"),
        ("claims of others per claim", "claims of others", "claims"),
        ("release inside", "release inside", "releases"),
        ("one release", "one release", "releases"),
    )
    for title, part, whole in ratios:
        if table[whole]:
            print(f"{title:32} {table[part] * 1000 // table[whole]:>10} permille")
    if table["cpu ms"]:
        print(f"{'MB per CPU second':32} {table['bytes'] // table['cpu ms'] // 1000:>10}")
    print("confusions:", ", ".join(f"{a} as {b}: {n}" for (a, b), n in confusions.most_common(40)))
    print("releases outside:", "; ".join(bad[:40]))


if __name__ == "__main__":
    main()
