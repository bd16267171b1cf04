"""Which packages the index is learnt from, and which ones stand for the rest of the world.

Serves the making of the index. Sources outside the table are split by a digest of their name:
some are background to learn from, others are kept for measuring.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

from assay._kernel import lazy_re
from assay.identify.fingerprints.ordering import version_key
from assay.identify.training.apt import Package
from assay.identify.training.recipe import Recipe, chosen, release

MOST_PACKAGE = 6_000_000
MOST_BACKGROUND = 700_000
BACKGROUND_SUITE = "bookworm"
BACKGROUND_SOURCES = 1100
PACKAGES_OF_A_SOURCE = 4
_SKIPPED = lazy_re.compile(r"-(?:dbg|dbgsym|doc|data|udeb|static|dev-bin)$")
_EARLY = lazy_re.compile(r"~|rc|beta|alpha")
_NO_BACKGROUND = lazy_re.compile(
    r"linux|gcc|llvm|rust|golang|haskell|ghc|texlive|libreoffice|firefox|thunderbird|chromium"
    r"|openjdk|python3|php|lua|perl|binutils|node-|ruby|r-|ocaml|mysql|mariadb|postgresql|qemu"
    r"|boost|dpdk|openssl|libssl"
)
_OTHER_SECTIONS = {
    "doc", "debug", "kernel", "libdevel", "haskell", "ocaml", "gnu-r", "fonts", "localization",
    "translations", "metapackages", "rust", "golang", "javascript",
}  # fmt: skip


def training(packages: Iterable[Package], rows: list[Recipe]) -> list[Package]:
    """Return the packages of the table: one build of each release of each source."""
    by_release: dict[tuple[str, str], dict[str, dict[str, Package]]] = {}
    for one in packages:
        if chosen(rows, one.source, one.name) is None or one.size > MOST_PACKAGE:
            continue
        if not _SKIPPED.search(one.name):
            builds = by_release.setdefault((one.source, release(one.source_version)), {})
            builds.setdefault(one.source_version, {})[one.name] = one
    final: dict[str, int] = defaultdict(int)
    for source, version in by_release:
        final[source] += not _EARLY.search(version)
    found: list[Package] = []
    for (source, version), builds in by_release.items():
        if final[source] >= 2 and _EARLY.search(version):
            continue
        fullest = max(builds, key=lambda build: (len(builds[build]), version_key(build)))
        found += builds[fullest].values()
    return sorted(found, key=lambda one: (one.source, one.version, one.name))


def strangers(
    packages: Iterable[Package], rows: list[Recipe], role: Literal["background", "measuring"]
) -> list[Package]:
    """Return small packages of sources outside the table, for learning or for measuring."""
    known = {row.source for row in rows}
    by_source: dict[str, list[Package]] = defaultdict(list)
    for one in packages:
        if one.source in known or not _is_stranger(one):
            continue
        share = int(hashlib.sha256(one.source.encode()).hexdigest()[:4], 16) % 10
        if (share < 4) if role == "background" else (share >= 5):
            by_source[one.source].append(one)
    order = sorted(by_source, key=lambda name: hashlib.sha256(b"b" + name.encode()).digest())
    return [
        one for name in order[:BACKGROUND_SOURCES] for one in by_source[name][:PACKAGES_OF_A_SOURCE]
    ]


def _is_stranger(one: Package) -> bool:
    return (
        one.size < MOST_BACKGROUND
        and not _NO_BACKGROUND.match(one.source)
        and one.section.rsplit("/", 1)[-1] not in _OTHER_SECTIONS
        and not _SKIPPED.search(one.name)
        and not one.name.endswith("-dev")
    )
