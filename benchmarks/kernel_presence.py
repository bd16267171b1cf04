"""How far the names of kernel parts can be relied on, measured on the modules of kernel packages.

Each module stands for a build of nothing but itself: its strings, without the names that only
modules have (.modinfo, symbol tables), must show a name by which `assay.vulns.kernel_presence`
would know that its source is there; a module of a table's feature may also name it by its file
name and by the modules that it needs. Whatever shows none would wrongly be called absent, if a
kernel held it and nothing else that names it. Key maps of remote controls are left out: tables.
Bars: at most 2 % of the modules of features, at most 6 % of drivers.
Run: dpkg-deb -x linux-image-….deb DIR; python benchmarks/kernel_presence.py DIR…
"""

import argparse
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from assay._kernel.wordset import packed, unpacked
from assay.inventory.kernel_features import features, named_in, strings_of, words_of
from assay.vulns.kernel_presence import DRIVERS, driver_not_named

FEATURES, NAMES = 20, 60
"""Bars, in permille."""
LOADED = 2
NO_BITS = 8
NOT_IN_KERNELS = re.compile(rb"\.modinfo|\.gnu\.linkonce|__versions|\.note")


def loaded_data(module: bytes) -> bytes:
    """Return the contents of the sections that a built-in driver would have too."""
    wide = module[4] == 2
    start = struct.unpack_from("<Q" if wide else "<I", module, 0x28 if wide else 0x20)[0]
    size, count, names = struct.unpack_from("<HHH", module, 0x3A if wide else 0x2E)
    form = "<IIQQQQ" if wide else "<IIIIII"
    heads = [struct.unpack_from(form, module, start + place * size) for place in range(count)]
    texts = heads[names][4]
    kept = []
    for name, kind, flags, _, offset, length in heads:
        title = module[texts + name : module.index(b"\0", texts + name)]
        if flags & LOADED and kind != NO_BITS and not NOT_IN_KERNELS.match(title):
            kept.append(module[offset : offset + length])
    return b"\0\0".join(kept)


def modules(folders: list[Path]) -> Iterator[tuple[str, Path]]:
    """Yield the place in the source and the file of each uncompressed module."""
    for folder in folders:
        for path in sorted(folder.rglob("*.ko")):
            place = path.as_posix().partition("/kernel/")[2]
            if place and "/keymaps/" not in place:
                yield place, path


def feature_of(place: str) -> str:
    """Return the feature of the table to which the module at *place* belongs."""
    fits = [(len(path), one.name) for one in features() for path in one.paths
            if place.startswith(path) and one.marks]  # fmt: skip
    return max(fits)[1] if fits else ""


def judged(place: str, path: Path) -> tuple[str, bool]:
    """Return what the module was judged as, empty for neither, and whether it shows a name."""
    module = path.read_bytes()
    text = strings_of(loaded_data(module))
    feature = feature_of(place)
    if feature:
        needed = b" ".join(re.findall(rb"depends=([^\0]*)", module)).replace(b",", b" ")
        known = b"\n".join([text, path.stem.encode(), needed]).lower()
        return "feature", feature in named_in(known)
    if place.startswith(DRIVERS):
        source = place.removesuffix(".ko") + ".c"
        return "driver", not driver_not_named(source, unpacked(packed(words_of(text))))
    return "", True


def main() -> int:
    """Print the figures; 1 when a bar is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--list", action="store_true", help="print every module without a name")
    arguments = parser.parse_args()
    total, silent = {"feature": 0, "driver": 0}, {"feature": 0, "driver": 0}
    for place, path in modules(arguments.folders):
        kind, shows = judged(place, path)
        if kind:
            total[kind] += 1
            silent[kind] += not shows
            if arguments.list and not shows:
                print(f"{kind}: {place}")
    for kind, count in total.items():
        print(f"{kind:8} {count} modules, {silent[kind]} show none of the names")
    within = all(
        silent[kind] * 1000 <= most * max(1, total[kind])
        for kind, most in (("feature", FEATURES), ("driver", NAMES))
    )
    return 0 if within and all(total.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
