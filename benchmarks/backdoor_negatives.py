"""Ordinary programs for the false-alarm side of `backdoors.py`: Debian's, as Debian builds them.

Packages are downloaded by apt with the sources that the machine is configured for, for several
architectures, into a cache outside the repository; nothing is installed. For instruction sets
that Debian 12 no longer builds, the libraries of its cross compilers are taken.
"""

import hashlib
import os
import subprocess
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from backdoor_builds import HALVES, HERE, cache_folder

ARCHITECTURES = {"amd64": "x86-64", "arm64": "aarch64", "armhf": "arm", "mipsel": "mips"}
CROSS = {"mips": "/usr/mips-linux-gnu/lib", "powerpc": "/usr/powerpc-linux-gnu/lib"}
MACHINES = {
    0x3E: "x86-64", 183: "aarch64", 40: "arm", 8: "mips", 20: "powerpc",
}  # fmt: skip
CROSS_PACKAGE = "cross-libraries"
LARGEST = 3 << 20
SMALLEST = 8 << 10
MOST_OF_A_PACKAGE = 6


@dataclass(frozen=True)
class Ordinary:
    """A program or library of Debian: package, path, instruction set."""

    package: str
    place: str
    isa: str
    file: Path


def ordinary(half: str, isas: frozenset[str]) -> list[Ordinary]:
    """Return the programs and libraries of *half* for *isas*, downloading what is not there yet.

    A package belongs to the same half on every instruction set.
    """
    found: list[Ordinary] = []
    for architecture, isa in ARCHITECTURES.items():
        if isa in isas:
            _download(architecture)
            found += _of_packages(architecture, isa)
    for isa, folder in CROSS.items():
        if isa in isas:
            found += _of_folder(Path(folder), isa)
    found = [one for one in found if _half(one) == half]
    unique = {(one.isa, hashlib.sha256(one.file.read_bytes()).digest()): one for one in found}
    return sorted(unique.values(), key=lambda one: (one.isa, one.package, one.place))


def _half(one: Ordinary) -> str:
    name = one.package if one.package != CROSS_PACKAGE else Path(one.place).name
    return HALVES[hashlib.sha256(name.encode()).digest()[0] & 1]


def _folder() -> Path:
    return cache_folder() / "debian"


def _apt(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run *command* of apt on lists of its own, with the machine's sources."""
    state = _folder() / "apt"
    for part in ("lists/partial", "archives/partial"):
        (state / part).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    settings = [
        f'Dir::State::lists "{state}/lists";',
        f'Dir::State::status "{state}/status";',
        f'Dir::Cache "{state}";',
        'APT::Architectures { "' + '"; "'.join(ARCHITECTURES) + '"; };',
        'APT::Sandbox::User "root";',
    ]
    (state / "apt.conf").write_text("\n".join(settings))
    environment = {**os.environ, "APT_CONFIG": str(state / "apt.conf"), "LC_ALL": "C"}
    return subprocess.run(
        command,
        env=environment, cwd=cwd, check=False, capture_output=True, text=True,
    )  # fmt: skip


def _download(architecture: str) -> None:
    folder = _folder() / architecture
    folder.mkdir(parents=True, exist_ok=True)
    have = {path.name.split("_")[0] for path in folder.glob("*.deb")}
    lists = tomllib.loads((HERE / "ordinary.toml").read_text())
    names = [name for part in ("daemons", "libraries") for name in lists[part]]
    wanted = [f"{name}:{architecture}" for name in names if name not in have]
    if not wanted:
        return
    if not any((_folder() / "apt" / "lists").glob("*Packages*")):
        _apt("apt-get", "-q", "update", cwd=folder)
    shown = _apt("apt-cache", "show", "--no-all-versions", *wanted, cwd=folder).stdout
    there = {line.split()[1] for line in shown.splitlines() if line.startswith("Package: ")}
    present = [name for name in wanted if name.split(":")[0] in there]
    if present:
        _apt("apt-get", "-q", "download", *present, cwd=folder)


def _of_packages(architecture: str, isa: str) -> list[Ordinary]:
    found = []
    for package in sorted((_folder() / architecture).glob("*.deb")):
        target = package.with_suffix("")
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=package.parent) as scratch:
                inside = Path(scratch) / "inside"
                subprocess.run(["dpkg-deb", "-x", str(package), str(inside)], check=True)
                inside.rename(target)
        name = package.name.split("_")[0]
        programs = sorted(path for path in target.rglob("*") if _is_program(path, isa))
        found += [
            Ordinary(name, str(path.relative_to(target)), isa, path)
            for path in programs[:MOST_OF_A_PACKAGE]
        ]
    return found


def _of_folder(folder: Path, isa: str) -> list[Ordinary]:
    programs = sorted(path for path in folder.glob("*.so*") if _is_program(path, isa))
    return [Ordinary(CROSS_PACKAGE, f"usr/lib/{one.name}", isa, one) for one in programs]


def _is_program(path: Path, isa: str) -> bool:
    if path.is_symlink() or not path.is_file() or not SMALLEST <= path.stat().st_size <= LARGEST:
        return False
    with path.open("rb") as file:
        head = file.read(20)
    if head[:4] != b"\x7fELF" or len(head) < 20:
        return False
    order = "little" if head[5] == 1 else "big"
    kind = int.from_bytes(head[16:18], order)
    return kind in {2, 3} and MACHINES.get(int.from_bytes(head[18:20], order)) == isa
