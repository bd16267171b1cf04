"""What the index is learnt from: the table `components.tsv` and the names of versions.

Serves the making of the index.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from assay._kernel import lazy_re
from assay._kernel.packaged import files
from assay.identify.matchers.packages import upstream

_SNAPSHOT = lazy_re.compile(
    r"[+~.](?:git|svn|hg|bzr|cvs|is|really|repack|ds|dfsg|debian|orig|gh).*$"
    r"|\+(?:\d{8}|r\d+|fixed).*$|-(?:dfsg|debian|stable)\d*$"
)


class Recipe(NamedTuple):
    """A component and the Debian source it is learnt from.

    `package` is the one package of the source that counts, empty for all of them. `interface` is
    `standard` for a library whose exported names others have as well: they tell nothing.
    """

    source: str
    key: str
    name: str
    cpe: str
    licence: str
    package: str
    interface: str = ""


def recipes(path: Path | None = None) -> list[Recipe]:
    """Return the rows of the table at *path*, of Assay's own by default."""
    own = files("assay.identify.training").joinpath("components.tsv")
    text = (path or own).read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [Recipe(*line.split("\t")) for line in lines[1:]]


def chosen(rows: Iterable[Recipe], source: str, package: str) -> Recipe | None:
    """Return the row that *package* of *source* belongs to, or None."""
    for row in rows:
        if row.source == source and (not row.package or row.package == package):
            return row
    return None


def release(version: str) -> str:
    """Return the release that the Debian *version* is made from."""
    return _SNAPSHOT.sub("", upstream(version))
