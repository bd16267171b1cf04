"""Versions in order, by the scheme of each project or package system.

`key` turns a version into a tuple that sorts like the versions do. Used by matching, after
`identify`. The schemes are in the modules beside this one; `../data/products.tsv` says which
product follows which.
"""

from collections.abc import Callable
from functools import lru_cache

from assay.vulns.versions import apk, debian, kernel, rpm, semver, upstream

Key = tuple[object, ...]
LONGEST = 128
"""The most characters of a version that are looked at."""

SCHEMES: dict[str, Callable[[str], Key]] = {
    "apk": apk.key,
    "debian": debian.key,
    "opkg": debian.key,
    "rpm": rpm.key,
    "semver": semver.key,
    "kernel": kernel.key,
    **{name: upstream.reader(rules) for name, rules in upstream.RULES.items()},
}
"""Scheme -> what makes a sortable key of a version."""


@lru_cache(maxsize=65536)
def key(scheme: str, version: str) -> Key | None:
    """Return the sortable key of *version* under *scheme*; None for what is no version.

    An unknown scheme is read as `generic`. Keys of one scheme compare with each other.
    """
    text = version.strip()[:LONGEST]
    if not any("0" <= char <= "9" for char in text):
        return None
    return SCHEMES.get(scheme, SCHEMES["generic"])(text)
