"""Packages through apt: a private configuration made from the machine's own sources.

Serves the making of the index. Nothing of the machine's apt is changed; packages are listed and
downloaded by apt itself, which verifies signatures and digests.
"""

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from assay._kernel import lazy_re

SUITES = (
    "bullseye", "bookworm", "trixie", "forky", "sid", "experimental", "bookworm-backports",
    "trixie-backports", "bookworm-security", "trixie-security",
)  # fmt: skip
BATCH = 100
_FIELD = lazy_re.compile(
    r"^(Package|Source|Version|Architecture|Size|Section|SHA256): (.*)$", re.MULTILINE
)
_LIST = lazy_re.compile(r"_dists_([^_]+)_main_binary-(\w+)_Packages")


class Package(NamedTuple):
    """A binary package as an archive lists it; `size` is in bytes."""

    suite: str
    source: str
    source_version: str
    name: str
    version: str
    architecture: str
    section: str
    size: int
    sha256: str

    @property
    def file(self) -> str:
        """The name under which apt stores the package."""
        return f"{self.name}_{self.version.replace(':', '%3a')}_{self.architecture}.deb"


class Archive:
    """apt with all its state in *folder*, for *suites* and *architectures*."""

    def __init__(self, folder: Path, suites: Sequence[str], architectures: Sequence[str]) -> None:
        self._folder = folder
        for name in ("etc", "state/lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        (folder / "etc" / "all.sources").write_text(_sources(suites, architectures), "utf-8")
        (folder / "apt.conf").write_text(_configuration(folder, architectures), "utf-8")
        self._environment = {**os.environ, "APT_CONFIG": str(folder / "apt.conf")}

    def update(self) -> None:
        """Fetch the lists of packages; suites that the mirror lacks are left out by apt."""
        self._run(["apt-get", "-q", "-q", "update"], self._folder)

    def packages(self) -> Iterator[Package]:
        """Yield the packages of the lists in the order of their files."""
        for path in sorted((self._folder / "state" / "lists").glob("*_Packages*")):
            place = _LIST.search(path.name)
            if place is None:
                continue
            text = self._run(["/usr/lib/apt/apt-helper", "cat-file", str(path)], self._folder)
            for paragraph in text.split("\n\n"):
                fields = dict(_FIELD.findall(paragraph))
                if fields.get("Architecture") == place[2]:
                    yield _package(place[1], fields)

    def download(self, packages: Iterable[Package], folder: Path) -> None:
        """Download *packages* into *folder*, those apart that are there; skip what has gone."""
        folder.mkdir(parents=True, exist_ok=True)
        missing = [one for one in packages if not (folder / one.file).exists()]
        for start in range(0, len(missing), BATCH):
            names = [
                f"{one.name}:{one.architecture}={one.version}"
                for one in missing[start : start + BATCH]
            ]
            self._run(["apt-get", "-q", "-q", "download", *names], folder)

    def _run(self, command: list[str], folder: Path) -> str:
        done = subprocess.run(
            command, cwd=folder, env=self._environment, stdout=subprocess.PIPE, check=False
        )
        return done.stdout.decode("utf-8", "replace")


def _package(suite: str, fields: dict[str, str]) -> Package:
    source, _, version = fields.get("Source", fields["Package"]).partition(" ")
    return Package(
        suite=suite,
        source=source,
        source_version=version.strip("()") or fields["Version"],
        name=fields["Package"],
        version=fields["Version"],
        architecture=fields["Architecture"],
        section=fields.get("Section", ""),
        size=int(fields["Size"]),
        sha256=fields["SHA256"],
    )


def _sources(suites: Sequence[str], architectures: Sequence[str]) -> str:
    """Return sources for *suites* from the mirrors that this machine already uses."""
    mirrors = {False: "", True: ""}
    keyring = ""
    for path in sorted(Path("/etc/apt").glob("sources.list.d/*.sources")):
        for block in path.read_text("utf-8").split("\n\n"):
            fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", block, re.MULTILINE))
            if "debian" in fields.get("Signed-By", ""):
                mirrors["security" in fields["URIs"]] = fields["URIs"].split()[0]
                keyring = fields["Signed-By"]
    blocks = [
        f"Types: deb\nURIs: {uri}\nSuites: {' '.join(chosen)}\nComponents: main\n"
        f"Architectures: {' '.join(architectures)}\nSigned-By: {keyring}\n"
        for security, uri in mirrors.items()
        if (chosen := [one for one in suites if one.endswith("-security") is security]) and uri
    ]
    return "\n".join(blocks)


def _configuration(folder: Path, architectures: Sequence[str]) -> str:
    listed = " ".join(f'"{one}";' for one in architectures)
    return (
        f'Dir::Etc::SourceList "/dev/null";\nDir::Etc::SourceParts "{folder}/etc";\n'
        f'Dir::State "{folder}/state";\nDir::State::status "{folder}/status";\n'
        f'Dir::Cache "{folder}/cache";\nAPT::Architecture "{architectures[0]}";\n'
        f'APT::Architectures {{ {listed} }};\nAcquire::Languages "none";\n'
        'Acquire::Check-Valid-Until "false";\nAcquire::Queue-Mode "access";\n'
    )
