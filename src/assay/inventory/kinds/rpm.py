"""The database of rpm: which packages are installed. Facts of the inventory stage.

Read by `identify`; the layouts are in `inventory/rpm/`.
"""

from assay.inventory.kind import Kind, Span, shown
from assay.inventory.kinds.packages import MOST_PACKAGES, Package
from assay.inventory.rpm.headers import InstalledPackage, read_header
from assay.inventory.rpm.storage import headers_in
from assay.model.record import Record

MOST_MISSES = 40
HEAD = 16


class RpmFacts(Record):
    """The packages of a database in its order."""

    packages: tuple[Package, ...]


KIND = Kind(
    name="rpm",
    version=1,
    facts=RpmFacts,
    about="the package database of rpm: SQLite, ndb or Berkeley DB",
    paths=("*/rpm/rpmdb.sqlite", "*/rpm/packages.db", "*/rpm/packages"),
    most=256 << 20,
)


def examine(content: bytes) -> RpmFacts | None:
    """Return the packages of a database, or None for what is none."""
    found: list[Package] = []
    finder = _Finder(content)
    for blob in headers_in(content):
        package = read_header(blob)
        if package is not None:
            found.append(_package(package, finder))
        if len(found) == MOST_PACKAGES:
            break
    return RpmFacts(packages=tuple(found)) if found else None


def _package(one: InstalledPackage, finder: "_Finder") -> Package:
    epoch = f"{one.epoch}:" if one.epoch not in {"", "0"} else ""
    release = f"-{one.release}" if one.release else ""
    return Package(
        span=finder.find(one.mark),
        name=one.name,
        version=f"{epoch}{one.version}{release}",
        architecture=one.architecture,
        source=one.source,
        licence=one.licence,
    )


class _Finder:
    """Finds marks that stand in about the order in which they are asked for.

    A mark that is cut by a page is not found; then the head of the file stands for it, and after
    some of those no more are looked for.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = self._misses = 0

    def find(self, mark: bytes) -> Span:
        """Return where *mark* stands, else the head of the file."""
        at = -1
        if self._misses < MOST_MISSES:
            at = self._content.find(mark, self._place)
            at = at if at >= 0 else self._content.find(mark)
        if at < 0:
            self._misses += 1
            return Span(offset=0, length=HEAD, text=shown(self._content[:HEAD]))
        self._place = at
        return Span(offset=at, length=len(mark), text=shown(mark))
