"""Package databases: what a package manager says is installed (opkg, dpkg, apk).

Facts of the inventory stage, read by `identify`. Layouts: deb-control(5), opkg's status and
control files, apk's installed database.
"""

import re
from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.inventory.kind import Kind, Span, looks_like_text
from assay.inventory.kinds.text import span
from assay.model.record import Record

MOST_PACKAGES = 6000
_FIELD = lazy_re.compile(r"^([A-Za-z][\w-]{0,40}):[ \t]*([^\n]{0,400})", re.MULTILINE)
_APK_FIELD = lazy_re.compile(r"^([PVALo]):([^\n]{0,400})", re.MULTILINE)
_APK_NAMES = {"P": "package", "V": "version", "A": "architecture", "L": "license", "o": "source"}
_MISSING = ("not-installed", "config-files", "deinstall ok config-files")


class Package(Record, array_like=True):
    """An installed package; `span` is its name and version in the database."""

    span: Span
    name: str
    version: str
    architecture: str = ""
    source: str = ""
    licence: str = ""


class PackageFacts(Record):
    """The packages of a database in its order."""

    packages: tuple[Package, ...]


KIND = Kind(
    name="packages",
    version=1,
    facts=PackageFacts,
    about="package databases of opkg, dpkg and apk",
    paths=(
        "*/lib/opkg/status",
        "*/lib/opkg/info/*.control",
        "*/lib/dpkg/status",
        "*/lib/dpkg/status.d/*",
        "*/apk/db/installed",
    ),
    most=32 << 20,
)


def examine(content: bytes) -> PackageFacts | None:
    """Return the packages of a database, or None for what is none."""
    if not looks_like_text(content):
        return None
    text = content.decode("latin-1")
    is_apk = text.startswith(("C:Q", "P:"))
    found = []
    for start, end in _paragraphs(text):
        package = _package(text, start, end, _APK_FIELD if is_apk else _FIELD)
        if package is not None:
            found.append(package)
        if len(found) == MOST_PACKAGES:
            break
    if not found:
        return None
    return PackageFacts(packages=tuple(found))


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in re.finditer(r"\n[ \t\r]*\n", text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _package(text: str, start: int, end: int, expression: re.Pattern[str]) -> Package | None:
    fields: dict[str, re.Match[str]] = {}
    for match in expression.finditer(text, start, end):
        fields.setdefault(_APK_NAMES.get(match[1], match[1].lower()), match)
    name, version = fields.get("package"), fields.get("version")
    status = fields.get("status")
    if name is None or version is None or not name[2].strip():
        return None
    if status is not None and status[2].strip().endswith(_MISSING):
        return None
    first, last = sorted((name, version), key=lambda match: match.start())
    values = {key: match[2].strip() for key, match in fields.items()}
    return Package(
        span=span(text, first.start(), min(last.end(), first.start() + 300)),
        name=values["package"],
        version=values["version"],
        architecture=values.get("architecture", ""),
        source=values.get("source", "").partition(" ")[0],
        licence=values.get("license", ""),
    )
