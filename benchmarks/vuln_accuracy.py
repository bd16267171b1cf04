"""Accuracy of matching against Debian's own history of security fixes.

The truth is in the changelogs of source packages: the version that names a CVE has its fix, the
one before it has not. Two sets of decisions, each (component, version, advisory):
upstream: the fix came with a new release of the project; only advisories of projects and
databases are asked, nothing of Debian's. backport: the fix came as a new revision of the same
release; the distribution's statement is asked too, written from the changelog in the form of its
tracker, so this set tests order, release and precedence, not the tracker's data.
Changelogs name no releases that are only tried out (~rc1): those are left out, CVEs that are
named twice, and CVE numbers that were withdrawn (rejected): no statement holds for those.
Precision is that of the answer "affected"; "possibly affected" is a hit where the version is
affected and counted as left open, neither right nor wrong, where it is not.
Run: python benchmarks/vuln_accuracy.py --mirror URL --security URL --advisories FOLDER [--list]
"""

import argparse
import io
import json
import lzma
import re
import sys
import tarfile
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from assay.errors import UnreadableInput
from assay.model.flaws import Setting
from assay.model.result import Component
from assay.vulns.feeds.reading import is_feed
from assay.vulns.identities import Product, by_source
from assay.vulns.matching.search import Search
from assay.vulns.store.building import build
from assay.vulns.store.snapshots import open_store
from assay.vulns.versions import key

SUITES = ("bullseye", "bookworm")
PRECISION, RECALL, DECISIONS = 950, 970, 1500
_ENTRY = re.compile(r"^([a-z0-9][a-z0-9.+-]*) \(([^)\s]+)\) ([^;\n]*);", re.MULTILINE)
_REPACKED = re.compile(r"[.+~](?:z?dfsg\d*|ds\d*|repack\d*|really)(?=[.+~]|$)")
_RELEASED = re.compile(
    r"new\b.*\b(?:upstream|release|version)|upstream (?:stable|update|release)", re.IGNORECASE
)
_CVE = re.compile(r"CVE-\d{4}-\d{4,10}")
_UNSURE = re.compile(
    r"revert|regression|incomplete|not affected|unaffected|follow[- ]?up|improve|previous|already"
    r"|partial|ignore|mark|refer|mention|changelog|retroactive|typo|unfixed|test ?case|disput",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fix:
    """A fix that a changelog tells: the version that has it and the one before."""

    product: Product
    source: str
    suite: str
    flaw: str
    before: str
    after: str
    backport: bool
    """Whether a patch brought it; otherwise a new release of the project did."""


def release_of(version: str) -> str:
    """Return the project's release in a Debian version, without marks of repacking."""
    return _REPACKED.sub("", re.sub(r"^\d+:|-[^-]*$", "", version))


def fetched(url: str, cache: Path) -> bytes:
    """Return what *url* holds, from *cache* when it was fetched before."""
    place = cache / re.sub(r"[^\w.+-]", "_", url.partition("://")[2])
    if not place.exists():
        with urllib.request.urlopen(url, timeout=120) as response:  # noqa: S310 - the user's mirror
            place.write_bytes(response.read())
    return place.read_bytes()


def sources(mirror: str, suite: str, cache: Path) -> dict[str, tuple[str, str]]:
    """Return version and address of the Debian part of each source package in *suite*."""
    text = lzma.decompress(fetched(f"{mirror}/dists/{suite}/main/source/Sources.xz", cache))
    found: dict[str, tuple[str, str]] = {}
    for paragraph in text.decode().split("\n\n"):
        name = re.search(r"^Package: (\S+)$", paragraph, re.MULTILINE)
        version = re.search(r"^Version: (\S+)$", paragraph, re.MULTILINE)
        folder = re.search(r"^Directory: (\S+)$", paragraph, re.MULTILINE)
        file = re.search(r"^ [0-9a-f]{32} \d+ (\S+\.debian\.tar\.\w+)$", paragraph, re.MULTILINE)
        if name and version and folder and file:
            stated = (version[1], f"{mirror}/{folder[1]}/{file[1]}")
            older = found.get(name[1])
            if older is None or key("debian", older[0]) < key("debian", version[1]):
                found[name[1]] = stated
    return found


def changelog(archive: bytes) -> str:
    """Return debian/changelog of a Debian part."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        stream = tar.extractfile("debian/changelog")
        return stream.read().decode("utf-8", "replace") if stream else ""


def fixes(product: Product, source: str, suite: str, text: str) -> Iterator[Fix]:
    """Yield the fixes that a changelog tells; CVEs of which it speaks twice are left out."""
    heads = [one for one in _ENTRY.finditer(text) if one[1] == source]
    bodies = [
        (one[2], text[one.end() : after.start() if after else len(text)])
        for one, after in zip(heads, [*heads[1:], None], strict=True)
    ]
    times: Counter[str] = Counter()
    told: list[tuple[str, str, str, bool]] = []
    for (version, body), (older, _) in pairwise(bodies):
        named: dict[str, bool] = {}
        fresh = release_of(older) != release_of(version)
        for block in re.split(r"\n  \* ", body):
            released = fresh and _RELEASED.search(block.partition("\n")[0]) is not None
            for item in re.split(r"\n\s+[*+-] ", block):
                numbers = set(_CVE.findall(item))
                times.update(numbers - named.keys())
                if _UNSURE.search(item):
                    times.update(dict.fromkeys(numbers, 2))
                named.update(dict.fromkeys(numbers, not released))
        told += [(number, older, version, named[number]) for number in sorted(named)]
    for number, before, after, patched in told:
        trial = "~" in release_of(before) or "~" in release_of(after)
        if times[number] == 1 and not trial:
            yield Fix(product, source, suite, number, before, after, patched)


def tracker(found: list[Fix]) -> dict:
    """Return the backports among *found* in the form of the security tracker."""
    document: dict = {}
    for one in found:
        if one.backport:
            releases = document.setdefault(one.source, {}).setdefault(one.flaw, {"releases": {}})
            releases["releases"][one.suite] = {"status": "resolved", "fixed_version": one.after}
    return document


def component(one: Fix, version: str, *, package: bool) -> Component:
    """Return the component of *one* in *version*, as a Debian package or as a program."""
    vendor, name = next(k[4:] for k in one.product.keys if k.startswith("cpe:")).split(":", 1)
    kernel = one.product.scheme == "kernel"
    quoted = version.replace(":", "%3A").replace("+", "%2B").replace("~", "%7E")
    purl = f"pkg:deb/{one.source}@{quoted}" if package else f"pkg:generic/{one.product.name}"
    number = release_of(version)
    return Component(
        name=one.product.name, version=number, purl=purl,
        cpe=f"cpe:2.3:{'o' if kernel else 'a'}:{vendor}:{name}:{number}:*:*:*:*:*:*:*",
        kind="kernel" if kernel else "program", method="banner", confidence=900,
    )  # fmt: skip


class Decisions:
    """Decisions of one set: true and false alarms, missed and rightly silent ones."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []

    def add(self, one: Fix, version: str, status: str, *, affected: bool) -> None:
        """Count the answer *status* for *version*, of which *affected* is the truth."""
        if status == "possibly-affected" and not affected:
            self.counts["open"] += 1
            return
        alarm = status != "none"
        word = {(True, True): "hit", (True, False): "false alarm", (False, True): "missed"}
        outcome = word.get((alarm, affected), "silent")
        self.counts[outcome] += 1
        self.counts["possibly"] += status == "possibly-affected" and affected
        if outcome in {"false alarm", "missed"}:
            self.wrong.append(f"{outcome}: {one.source} {version} {one.flaw} ({one.suite})")

    def told(self) -> None:
        """Print the figures."""
        hit, false, missed = (self.counts[word] for word in ("hit", "false alarm", "missed"))
        print(
            f"{self.name:9} {self.total} decisions: {hit} hits ({self.counts['possibly']} of them "
            f"only possible), {self.counts['silent']} rightly silent, {false} false alarms, "
            f"{missed} missed, {self.counts['open']} left open; "
            f"precision {self.precision / 10:.1f} %, recall {self.recall / 10:.1f} %"
        )

    @property
    def total(self) -> int:
        """The number of decisions."""
        return sum(count for word, count in self.counts.items() if word != "possibly")

    @property
    def precision(self) -> int:
        """The share of the alarms that are true, in permille."""
        return self.counts["hit"] * 1000 // max(1, self.counts["hit"] + self.counts["false alarm"])

    @property
    def recall(self) -> int:
        """The share of the affected versions that were called so, in permille."""
        return self.counts["hit"] * 1000 // max(1, self.counts["hit"] + self.counts["missed"])


def decide(found: list[Fix], store_folder: Path, files: list[Path]) -> list[Decisions]:
    """Return the decisions on all of *found* that the store has an advisory on."""
    _, place = build(files, store_folder, fresh=True)
    store = open_store(place)
    known: dict[tuple[str, str], set[str]] = {}
    answers: dict[tuple, dict[str, str]] = {}
    sets = {False: Decisions("upstream"), True: Decisions("backport")}
    try:
        for one in found:
            held = known.setdefault(
                (one.product.name, ""),
                {i for k in one.product.keys for i, _, said in store.of_product(k)
                 if any(span.status == "affected" for entry in said for span in entry.spans)},
            )  # fmt: skip
            if one.flaw not in held or any(r.state == "rejected" for r in store.of_id(one.flaw)):
                continue
            for version, affected in ((one.before, True), (one.after, False)):
                asked = (one.source, version, one.suite, one.backport)
                if asked not in answers:
                    here = component(one, version, package=one.backport)
                    setting = Setting(distribution="debian", release=one.suite)
                    _, flaws = Search(store, setting).run([here])
                    answers[asked] = {f.id: f.status for f in flaws if f.status != "not-affected"}
                status = answers[asked].get(one.flaw, "none")
                sets[one.backport].add(one, version, status, affected=affected)
    finally:
        store.close()
    return list(sets.values())


def history(arguments: argparse.Namespace, cache: Path) -> list[Fix]:
    """Return all fixes that the changelogs of the known products tell, each once."""
    found: dict[tuple[str, str, str, str], Fix] = {}
    for suite in SUITES:
        listed = sources(arguments.mirror, suite, cache)
        for name, stated in sources(arguments.security, f"{suite}-security", cache).items():
            if name in listed and key("debian", stated[0]) > key("debian", listed[name][0]):
                listed[name] = stated
        for source, product in sorted(by_source().items()):
            if source not in listed:
                continue
            try:
                text = changelog(fetched(listed[source][1], cache))
            except (OSError, KeyError, tarfile.TarError) as error:
                print(f"passed over: {source} ({error})", file=sys.stderr)
                continue
            for fix in fixes(product, source, suite, text):
                found.setdefault((fix.source, fix.flaw, fix.before, fix.after), fix)
    return list(found.values())


def main() -> int:
    """Print the figures; 1 when a bar is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mirror", required=True, help="address of a Debian mirror")
    parser.add_argument("--security", required=True, help="address of its security part")
    parser.add_argument("--advisories", type=Path, required=True, help="folder of feed files")
    parser.add_argument("--cache", type=Path, help="folder for what is fetched")
    parser.add_argument("--list", action="store_true", help="print every wrong decision")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cache = arguments.cache or Path(folder) / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        found = history(arguments, cache)
        made = Path(folder) / "tracker.json"
        made.write_text(json.dumps(tracker(found)))
        files = [file for file in sorted(arguments.advisories.rglob("*")) if usable(file)]
        sets = decide(found, Path(folder) / "store", [*files, made])
    together = Decisions("together")
    for one in sets:
        one.told()
        together.counts.update(one.counts)
        if arguments.list:
            print("\n".join(one.wrong))
    together.told()
    good = together.precision >= PRECISION and together.recall >= RECALL
    return 0 if good and together.total >= DECISIONS else 1


def usable(file: Path) -> bool:
    """Return whether *file* is a feed."""
    try:
        return file.is_file() and is_feed(file)
    except UnreadableInput:
        return False


if __name__ == "__main__":
    sys.exit(main())
