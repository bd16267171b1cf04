"""Builds the programs of the test set for undocumented access, and says where the access is.

Part of `backdoors.py`. A program is built several times: *planted* has the access path, *clean*
lacks it, *revised* has other changes. The compiler's line table and the symbols, read before the
program is stripped, give the truth. Results are cached outside the repository.
"""

import hashlib
import json
import os
import re
import subprocess
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent / "backdoors"
HALVES = ("development", "measured")
LEVELS = ("Os", "O2", "O3")
LINKINGS = ("dynamic", "static")
FORMS: dict[str, tuple[str, ...]] = {
    "clean": (),
    "planted": ("-DPLANTED",),
    "clean-revised": ("-DREVISED",),
    "planted-revised": ("-DPLANTED", "-DREVISED"),
}
SHAPES = frozenset(
    {
        "bind-shell",
        "byte-chain",
        "changed-standard",
        "connect-back",
        "constant-string",
        "constructor",
        "credential-constant",
        "decoded-string",
        "dup2-exec",
        "hash-constant",
        "hidden-entry",
        "ifunc",
        "library-hook",
        "listener-magic",
        "near-miss",
        "numeric-magic",
        "out-of-kind",
        "second-success",
        "unauthenticated-file",
        "unauthenticated-sink",
    }
)
"""The shapes of access; each half has a program of each."""

CACHE_VERSION = 1
SYMBOL = re.compile(
    r"^\s*\d+:\s+([0-9a-f]+)\s+(0x[0-9a-f]+|\d+)\s+(FUNC|OBJECT|IFUNC)\s+\S+\s+\S+\s+(?!UND)\S+\s+(\S+)"
)
LINE = re.compile(r"^(\S+)\s+(\d+)\s+0x([0-9a-f]+)")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
DIRECTIVE = re.compile(r"^\s*#\s*(if|ifdef|ifndef|else|elif|endif)\b\s*(\w*)")
SHORTEST_TEXT = 4


@dataclass(frozen=True)
class Target:
    """An instruction set as Debian's compilers name it."""

    name: str
    prefix: str
    flags: tuple[str, ...] = ()
    clang: str = ""


TARGETS = (
    Target("mips", "mips-linux-gnu-"),
    Target("arm", "arm-linux-gnueabihf-", ("-mthumb",)),
    Target("aarch64", "aarch64-linux-gnu-", (), "aarch64-linux-gnu"),
    Target("powerpc", "powerpc-linux-gnu-"),
    Target("x86-64", "x86_64-linux-gnu-", (), "x86_64-linux-gnu"),
)


@dataclass(frozen=True)
class Program:
    """A program of the set, as its manifest states it."""

    half: str
    name: str
    role: str
    size: str
    shape: str
    files: tuple[Path, ...]
    functions: frozenset[str]
    data: frozenset[str]
    without: frozenset[str]
    severity: str
    input: str
    trigger: str
    payload: str
    privilege: str
    twin: str

    @property
    def library(self) -> bool:
        """Whether it is built as a shared library."""
        return self.role == "library"

    @property
    def place(self) -> str:
        """The path that it has in an image."""
        folder = {"library": "usr/lib", "cgi": "www/cgi-bin"}.get(self.role, "usr/sbin")
        return f"{folder}/{self.name}{'.so' if self.library else ''}"


@dataclass(frozen=True)
class Way:
    """How a program is built: instruction set, level, linking, compiler."""

    target: Target
    level: str
    linking: str
    compiler: str = "gcc"

    def __str__(self) -> str:
        return f"{self.target.name}/{self.level}/{self.linking}/{self.compiler}"


@dataclass(frozen=True)
class Built:
    """A stripped program, and the file ranges and addresses that hold the access path."""

    content: bytes
    ranges: tuple[tuple[int, int], ...]
    addresses: tuple[tuple[int, int], ...]


def load(half: str) -> list[Program]:
    """Return the programs of *half*, by name; raises KeyError when the manifest lacks a slot."""
    folder = HERE / half
    with (folder / "manifest.toml").open("rb") as file:
        entries = tomllib.load(file)["program"]
    return sorted((_program(half, folder, entry) for entry in entries), key=lambda one: one.name)


def _program(half: str, folder: Path, entry: dict[str, object]) -> Program:
    def words(key: str) -> tuple[str, ...]:
        value = entry.get(key, ())
        return tuple(str(word) for word in value) if isinstance(value, (list, tuple)) else ()

    name = str(entry["name"])
    place = folder / str(entry["folder"]) if "folder" in entry else folder
    return Program(
        half=half,
        name=name,
        role=str(entry["role"]),
        size=str(entry.get("size", "small")),
        shape=str(entry["shape"]),
        files=tuple(place / file for file in words("files") or (f"{name}.c",)),
        functions=frozenset(words("functions")),
        data=frozenset(words("data")),
        without=frozenset(words("without")),
        **{
            key: str(entry[key])
            for key in ("severity", "input", "trigger", "payload", "privilege", "twin")
        },
    )


def ways(program: Program, number: int, *, full: bool) -> list[Way]:
    """Return how *program* is built.

    *full* gives every level and linking for every instruction set; otherwise each instruction
    set has one of them, chosen by *number* so that the set as a whole has them all.
    """
    found = []
    for place, target in enumerate(TARGETS):
        if target.name in program.without:
            continue
        linkings = LINKINGS[:1] if program.library else LINKINGS
        combinations = [(level, linking) for level in LEVELS for linking in linkings]
        if not full:
            combinations = [combinations[(number + place) % len(combinations)]]
        for level, linking in combinations:
            clang = target.clang and (number + LEVELS.index(level)) % 3 == 2
            found.append(Way(target, level, linking, "clang" if clang else "gcc"))
    return found


def cache_folder() -> Path:
    """Return the folder for built programs and packages."""
    home = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    return Path(home) / "assay-benchmarks" / "backdoors"


def build(program: Program, way: Way, form: str) -> Built:
    """Return *program* built in *form* (a key of FORMS); raises CalledProcessError."""
    key = hashlib.sha256(
        "\0".join(
            [
                str(CACHE_VERSION),
                str(way),
                form,
                *(hashlib.sha256(file.read_bytes()).hexdigest() for file in sources(program)),
                *sorted(program.functions | program.data),
                *(["moved data"] if program.data else []),
            ]
        ).encode()
    ).hexdigest()[:32]
    stored = cache_folder() / "built" / f"{program.name}-{key}"
    if not stored.with_suffix(".json").exists():
        stored.parent.mkdir(parents=True, exist_ok=True)
        _compile(program, way, form, stored)
    truth = json.loads(stored.with_suffix(".json").read_text())
    return Built(
        stored.read_bytes(),
        tuple((first, last) for first, last in truth["ranges"]),
        tuple((first, last) for first, last in truth["addresses"]),
    )


def sources(program: Program) -> list[Path]:
    """Return the files that *program* is made of, the headers included."""
    headers = {header for file in program.files for header in file.parent.glob("*.h")}
    several = len(program.files) > 1
    return [*program.files, *(sorted(headers) if several else ())]


def _compile(program: Program, way: Way, form: str, stored: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "program"
        prefix = way.target.prefix
        command = [f"{prefix}gcc"]
        if way.compiler == "clang":
            command = ["clang-16", f"--target={way.target.clang}"]
        flags = [f"-{way.level}", "-g", "-w", "-std=gnu11", "-pthread", *way.target.flags]
        if program.library:
            flags += ["-shared", "-fPIC"]
        elif way.linking == "static":
            flags += ["-static"]
        execute(*command, *flags, *FORMS[form], *map(str, program.files), "-o", str(whole))
        execute(f"{prefix}strip", "-o", str(stored), str(whole))
        truth = truth_of(program, whole, stored, planted="planted" in form)
        if "planted" in form and program.data:
            plain = [*command, *flags, "-O0", *map(str, program.files), "-o"]
            known = {name for *_, name in symbols(whole)}
            missing = program.data - known
            truth["ranges"] += _moved_data(plain, Path(scratch), stored, missing)
    stored.with_suffix(".json").write_text(json.dumps(truth, sort_keys=True))


def execute(*command: str) -> str:
    """Return what *command* printed; stops the benchmark where it fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    return done.stdout


def truth_of(
    program: Program, whole: Path, stripped: Path, *, planted: bool
) -> dict[str, list[tuple[int, int]]]:
    """Return the addresses and file ranges of functions and data that hold the access path."""
    if not planted:
        return {"ranges": [], "addresses": []}
    marked = {file.name: planted_lines(file.read_text()) for file in program.files}
    places = _planted_addresses(whole, {name: lines for name, (lines, _) in marked.items()})
    texts = {text for _, found in marked.values() for text in found}
    addresses = []
    for address, size, kind, name in symbols(whole):
        plain = name.partition(".")[0]
        here = any(address <= place < address + size for place in places)
        function = kind != "OBJECT" and (here or plain in program.functions)
        if function or (kind == "OBJECT" and plain in program.data):
            addresses.append((address, address + size))
    segments = _segments(stripped)
    ranges = [at for one in addresses if (at := _in_file(segments, *one)) is not None]
    content = stripped.read_bytes()
    for text in texts:
        at = content.find(b"\0" + text + b"\0")
        if at >= 0:
            ranges.append((at + 1, at + 1 + len(text)))
            address = _in_memory(segments, at + 1)
            if address is not None:
                addresses.append((address, address + len(text)))
    return {"ranges": sorted(set(ranges)), "addresses": sorted(set(addresses))}


def _moved_data(
    plain: list[str], scratch: Path, stripped: Path, missing: frozenset[str]
) -> list[tuple[int, int]]:
    """Return the file ranges around what is left of data whose symbol the compiler took away.

    An optimised build may turn a table into constants of the code that reads it. The words that
    only the planted table has are taken from an unoptimised build; the table lies within its own
    size around them.
    """
    found: list[tuple[int, int]] = []
    if not missing:
        return found
    tables: dict[str, dict[str, bytes]] = {}
    for form in ("planted", "clean"):
        whole = scratch / f"plain-{form}"
        execute(*plain, str(whole), *FORMS[form])
        tables[form] = _contents(whole, missing)
    content = stripped.read_bytes()
    for name, table in sorted(tables["planted"].items()):
        usual = set(_words(tables["clean"].get(name, b"")))
        own = {word for word in _words(table) if word not in usual}
        places = [at for at in range(0, len(content) - 3, 4) if content[at : at + 4] in own]
        if len(places) > 1 and places[-1] - places[0] < len(table):
            found.append((max(0, places[-1] - len(table)), places[0] + len(table)))
    return found


def _contents(whole: Path, names: frozenset[str]) -> dict[str, bytes]:
    """Return the bytes of the data called *names* in the program *whole*."""
    segments, content = _segments(whole), whole.read_bytes()
    found = {}
    for address, size, kind, name in symbols(whole):
        place = _in_file(segments, address, address + size)
        if kind == "OBJECT" and name in names and place is not None:
            found[name] = content[place[0] : place[1]]
    return found


def _words(table: bytes) -> list[bytes]:
    return [table[at : at + 4] for at in range(0, len(table) - 3, 4)]


def planted_lines(source: str) -> tuple[frozenset[int], frozenset[bytes]]:
    """Return the lines of *source* that only the planted form has, and the texts only they hold."""
    stack: list[bool] = []
    lines = set()
    texts: dict[bool, set[bytes]] = {True: set(), False: set()}
    for number, line in enumerate(source.splitlines(), 1):
        directive = DIRECTIVE.match(line)
        if directive:
            word, name = directive.groups()
            if word in {"if", "ifdef", "ifndef"}:
                stack.append(word == "ifdef" and name == "PLANTED")
            elif word == "else":
                stack[-1] = _else_is_planted(source, number, planted=stack[-1])
            elif word == "endif":
                stack.pop()
            continue
        if any(stack):
            lines.add(number)
        texts[any(stack)] |= {
            text.encode("latin-1", "replace")
            for text in QUOTED.findall(line)
            if len(text) >= SHORTEST_TEXT and "\\" not in text
        }
    return frozenset(lines), frozenset(texts[True] - texts[False])


def _else_is_planted(source: str, number: int, *, planted: bool) -> bool:
    """Return whether the `#else` at line *number* belongs to an `#ifndef PLANTED`."""
    if planted:
        return False
    depth = 0
    for line in reversed(source.splitlines()[: number - 1]):
        directive = DIRECTIVE.match(line)
        if not directive:
            continue
        word, name = directive.groups()
        if word == "endif":
            depth += 1
        elif word in {"if", "ifdef", "ifndef"}:
            if depth == 0:
                return word == "ifndef" and name == "PLANTED"
            depth -= 1
    return False


def _planted_addresses(whole: Path, marked: dict[str, frozenset[int]]) -> list[int]:
    found = []
    for line in execute("readelf", "--debug-dump=decodedline", str(whole)).splitlines():
        match = LINE.match(line)
        if match and int(match.group(2)) in marked.get(Path(match.group(1)).name, ()):
            found.append(int(match.group(3), 16))
    return sorted(set(found))


def symbols(whole: Path, *, empty: bool = False) -> list[tuple[int, int, str, str]]:
    """Return address, size, kind and name of what *whole* defines; *empty*: also without size."""
    found = []
    for line in execute("readelf", "-sW", str(whole)).splitlines():
        match = SYMBOL.match(line)
        if match:
            value, size, kind, name = match.groups()
            address = int(value, 16)
            if kind == "FUNC":
                address &= ~1
            if empty or int(size, 0):
                found.append((address, int(size, 0), kind, name))
    return found


def _segments(path: Path) -> list[tuple[int, int, int]]:
    """Return file offset, address and file size of each loaded segment."""
    found = []
    for line in execute("readelf", "-lW", str(path)).splitlines():
        words = line.split()
        if words and words[0] == "LOAD":
            found.append((int(words[1], 16), int(words[2], 16), int(words[4], 16)))
    return found


def _in_file(segments: list[tuple[int, int, int]], first: int, last: int) -> tuple[int, int] | None:
    for offset, address, size in segments:
        if address <= first < address + size:
            return first - address + offset, last - address + offset
    return None


def _in_memory(segments: list[tuple[int, int, int]], place: int) -> int | None:
    for offset, address, size in segments:
        if offset <= place < offset + size:
            return place - offset + address
    return None
