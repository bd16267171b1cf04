"""Components of one descent: which of a family a file is, where features speak of several.

Part of the identify stage. Projects that grew out of one another keep strings and names, and what
the index never learnt looks like a part of its next of kin. The table is `data/kin.tsv`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from msgspec.structs import replace

from assay._kernel.packaged import files
from assay.identify.matchers.fingerprints import METHOD
from assay.identify.ownership import Owners
from assay.identify.sighting import Sighting

PARTS = {"partial-copy", "fragment"}


def without_kin(sightings: Sequence[Sighting], owned: Owners) -> list[Sighting]:
    """Return *sightings* without what resembles a component in files that are known as its kin.

    *owned* says which package a file belongs to: a package is known to be what it is called.
    A fragment in another file, of a component that nothing else in the image speaks of, is taken
    for one of its kin that is known in the image, where there is but one.
    """
    known = _known(sightings, owned)
    named = {one.key for one in sightings if not _is_likeness(one)}
    found = []
    for one in sightings:
        if _is_of_kin(one, known):
            continue
        kin = families().get(one.key, frozenset()) & named
        if not kin or one.form != "fragment" or one.method != METHOD or one.key in named:
            found.append(one)
        elif len(kin) == 1:
            (key,) = kin
            found.append(replace(one, key=key, version="", low="", high="", confidence=400))
    return found


def _known(sightings: Sequence[Sighting], owned: Owners) -> Mapping[str, set[str]]:
    """Return the components that each file is known as, by the path of the file."""
    packages = {
        (one.node.filesystem, one.package_name): one.key for one in sightings if one.package
    }
    found: dict[str, set[str]] = defaultdict(set)
    for one in sightings:
        if one.package:
            continue
        if not _is_likeness(one):
            found[one.node.path].add(one.key)
        owner = owned.get((one.node.filesystem, one.node.inner), "")
        if (one.node.filesystem, owner) in packages:
            found[one.node.path].add(packages[one.node.filesystem, owner])
    return found


def _is_of_kin(one: Sighting, known: Mapping[str, set[str]]) -> bool:
    if not _is_likeness(one):
        return False
    here = known.get(one.node.path, set())
    return one.key not in here and not here.isdisjoint(families().get(one.key, frozenset()))


def _is_likeness(one: Sighting) -> bool:
    """Return whether only features speak of the component, and not of a whole known release."""
    return one.method == METHOD and (one.form in PARTS or not one.sure)


@lru_cache(maxsize=1)
def families() -> dict[str, frozenset[str]]:
    """Return the kin of each component that has any."""
    text = files("assay.identify.data").joinpath("kin.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {key: frozenset(row) - {key} for row in rows for key in row}
