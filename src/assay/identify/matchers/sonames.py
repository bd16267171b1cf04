"""Components from the names of shared libraries, with a version where the file name has it.

A vendor may call another library by a name that programs expect: a name alone does not count where
the index knows the component and the file has nothing of it.
"""

from collections.abc import Iterator
from functools import lru_cache

from assay._kernel import lazy_re
from assay.identify.catalogue import catalogue
from assay.identify.fingerprints.names import is_hollow
from assay.identify.matchers.banners import replaced
from assay.identify.sighting import Sighting
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.fingerprints import FingerprintFacts
from assay.inventory.kinds.patterns import PatternFacts

METHOD = "library name"
# Only these projects put their release, not their interface's number, in the file's name.
_RELEASE_IN_NAME = {
    "zlib": lazy_re.compile(r"libz\.so\.(1\.\d+\.\d+(?:\.\d+)?)"),
    "uclibc": lazy_re.compile(r"(?:libuClibc|ld(?:64)?-uClibc)-(\d+\.\d+\.\d+(?:\.\d+)?)\.so"),
    "glibc": lazy_re.compile(r"libc-(2\.\d+(?:\.\d+)?)\.so"),
    "lua": lazy_re.compile(r"liblua(?:5\.\d)?\.so\.(5\.\d\.\d+)"),
    "libxml2": lazy_re.compile(r"libxml2\.so\.(2\.\d+\.\d+)"),
    "libpcap": lazy_re.compile(r"libpcap\.so\.(1\.\d+\.\d+)"),
}


def match(image: Inventory) -> Iterator[Sighting]:
    """Yield a sighting for every shared library whose SONAME is in the catalogue."""
    for node, elf in image.of(ElfFacts):
        if elf.role != "library":
            continue
        name = elf.soname.text if elf.soname is not None else node.name
        key = _key(name) or _key(node.name)
        patterns = image.facts(node, PatternFacts)
        if key is None or (patterns is not None and key in replaced(patterns)):
            continue
        expression = _RELEASE_IN_NAME.get(key)
        found = expression.fullmatch(node.name) if expression else None
        if found is None and is_hollow(key, image.facts(node, FingerprintFacts)):
            continue
        yield Sighting(
            key=key,
            version=found[1] if found else "",
            form="full-copy",
            method=METHOD,
            confidence=800 if found else 500,
            node=node,
            span=elf.soname or Span(offset=0, length=16, text="ELF header"),
        )


@lru_cache(maxsize=1)
def _beginnings() -> tuple[str, ...]:
    return tuple(one for known in catalogue().values() for one in known.sonames)


def _key(name: str) -> str | None:
    if not name.startswith(_beginnings()):
        return None
    return next(
        one.key for one in catalogue().values() if one.sonames and name.startswith(one.sonames)
    )
