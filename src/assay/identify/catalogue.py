"""Known components: their names, CPE names, licences, SONAMEs and packages, from a table.

The table is `data/catalogue.tsv`. A component that is not in it can still be identified as a
package.
"""

from functools import lru_cache

from assay._kernel.packaged import files
from assay._kernel.value import Value


class Known(Value):
    """A known component; `cpe` is `vendor:product`, empty where it is not known."""

    key: str
    name: str
    cpe: str
    licence: str
    sonames: tuple[str, ...]
    packages: tuple[str, ...]


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Known]:
    """Return the known components by key."""
    text = files("assay.identify.data").joinpath("catalogue.tsv").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found = {}
    for line in lines[1:]:
        key, name, cpe, licence, sonames, packages = line.split("\t")
        found[key] = Known(key, name, cpe, licence, _words(sonames), _words(packages))
    return found


@lru_cache(maxsize=1)
def package_keys() -> dict[str, str]:
    """Return the catalogue's key for each package name that it knows."""
    return {package: known.key for known in catalogue().values() for package in known.packages}


def _words(field: str) -> tuple[str, ...]:
    return tuple(word for word in field.split(",") if word)
