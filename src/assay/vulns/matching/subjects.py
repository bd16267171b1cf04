"""A component as matching sees it: its product keys, its versions, its package."""

from collections.abc import Iterable
from urllib.parse import unquote

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.model.flaws import Setting
from assay.model.result import Component
from assay.vulns.feeds import cpe
from assay.vulns.identities import (
    Product,
    by_key,
    by_source,
    cpe_key,
    name_key,
    package_key,
    plain,
    products,
)
from assay.vulns.matching.spans import Versions

_DEBIAN_RELEASE = lazy_re.compile(r"[+~]deb(\d{1,2})u\d")
_SNAPSHOT = lazy_re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d|git-|[0-9a-f]{12,40}$")
DEBIAN_NAMES = {
    "7": "wheezy", "8": "jessie", "9": "stretch", "10": "buster", "11": "bullseye",
    "12": "bookworm", "13": "trixie", "14": "forky",
}  # fmt: skip
PACKAGE_SCHEMES = {"deb": "debian", "opkg": "opkg", "apk": "apk", "rpm": "rpm"}
OWN_PACKAGES = {"deb", "apk", "rpm"}
"""Package systems whose distributions publish which revision fixes what."""


class Package(Value):
    """The package that brought a component: system, source package, full version, release."""

    system: str
    name: str
    source: str
    version: str
    release: str

    @property
    def key(self) -> str:
        """The key under which the distribution's advisories stand."""
        return package_key(self.system, self.source)

    @property
    def versions(self) -> Versions:
        """The package's own version in its own order."""
        return Versions(PACKAGE_SCHEMES[self.system], self.version, self.version)


class Subject(Value):
    """A component to be matched; `keys` are sorted.

    `own_names` are the names under which the project itself signs records. A `device` is the
    product that the image is for.
    """

    component: Component
    keys: tuple[str, ...]
    versions: Versions
    product: Product | None
    package: Package | None
    own_names: frozenset[str]
    device: bool = False


def subject_of(component: Component, setting: Setting) -> Subject:
    """Return *component* with all keys under which feeds may know it."""
    keys: dict[str, None] = {}
    name = cpe.parse(component.cpe)
    if name is not None:
        keys[cpe_key(name.vendor, name.product)] = None
    package = _package(component, setting)
    known = _product(component, keys, package)
    if known is not None:
        keys |= dict.fromkeys(known.keys)
    elif name is None:
        keys |= dict.fromkeys(_guessed(component))
    scheme = known.scheme if known else "generic"
    versions = _versions(component, scheme)
    return Subject(component, tuple(sorted(keys)), versions, known, package, _own_names(keys))


def _own_names(keys: Iterable[str]) -> frozenset[str]:
    words = {plain(part) for key in keys for part in key.split(":")[1:] if part}
    return frozenset(words - {"", "na"})


def _product(
    component: Component, keys: dict[str, None], package: Package | None
) -> Product | None:
    for key in keys:
        if key in by_key():
            return by_key()[key]
    if package is not None and package.source in by_source():
        return by_source()[package.source]
    wanted = {plain(component.name), plain(_purl(component.purl)[1])} - {""}
    return next((one for one in products().values() if plain(one.name) in wanted), None)


def _guessed(component: Component) -> list[str]:
    """Return keys for a component that is in no table: its name as its own vendor's product."""
    name = _purl(component.purl)[1] or component.name
    lower = name.strip().lower().replace(" ", "_")
    if len(plain(lower)) < 4:
        return []  # too short a name to stand for one product
    return [cpe_key(lower, lower), cpe_key(f"{lower}_project", lower), name_key(lower, lower)]


def _versions(component: Component, scheme: str) -> Versions:
    if component.version_low or component.version_high:
        return Versions(scheme, component.version_low, component.version_high)
    if scheme != "date" and _SNAPSHOT.match(component.version):
        return Versions(scheme, "", "")  # a day or commit has no place among numbered releases
    return Versions(scheme, component.version, component.version)


def _package(component: Component, setting: Setting) -> Package | None:
    system, name, version = _purl(component.purl)
    if system not in OWN_PACKAGES or not version:
        return None
    source = dict(setting.sources).get(name, name)
    release = setting.release
    found = _DEBIAN_RELEASE.search(version)
    if system == "deb" and found:
        release = DEBIAN_NAMES.get(found[1], release)
    return Package(system, name, source, version, release)


def patched_revision(purl: str) -> str:
    """Return the package's revision when it is not the first: `7.1` of `2017.75-7.1`.

    Empty for a first revision and for what is no package.
    """
    system, _, version = _purl(purl)
    if system not in PACKAGE_SCHEMES or "-" not in version:
        return ""
    revision = version.rpartition("-")[2]
    return "" if revision in {"0", "1", "r0", "r1", "0.1"} else revision


def _purl(purl: str) -> tuple[str, str, str]:
    """Return type, name and version of a package URL, empty where it is none."""
    if not purl.startswith("pkg:"):
        return "", "", ""
    body = purl[4:].partition("#")[0].partition("?")[0]
    path, _, version = body.partition("@")
    system, _, rest = path.partition("/")
    return system, unquote(rest.rpartition("/")[2]), unquote(version)
