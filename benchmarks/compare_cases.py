"""The pairs of the ground truth of `compare`: made once from the builds, kept on disk.

A build's pairs are made again only when this code, the builds or the mutators change. The
programs lie under their digests, the pairs in one index per build.
"""

import hashlib
import json
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from compare_builds import FLAGS, PROJECTS, TARGETS, Build, BuildFailed
from compare_mutators import HIDDEN, SEMANTIC, Target

MADE_BY = ("compare_builds.py", "compare_mutators.py", "compare_cases.py")
SOURCE_MUTATORS: tuple[tuple[str, str, str], ...] = (
    ("flipped comparison", r"(?<=[\w)\]] )==(?= [\w(])", "!="),
    ("flipped comparison", r"(?<=[\w)\]] )!=(?= [\w(])", "=="),
    ("off by one", r"(?<=[\w)\]] )<(?= [\w(])", "<="),
    ("off by one", r"(?<=[\w)\]] )>=(?= [\w(])", ">"),
    ("removed check", r"\bif \((?=[a-z!*])", "if (0 && "),
    ("added condition", r"\bif \((?=[a-z!*])", "if (1 || "),
    ("changed return", r"\breturn 0;", "return 1;"),
    ("changed return", r"\breturn -1;", "return 0;"),
    ("changed constant", r"(?<=[ (=])(16|32|64|100|128|256|1024|4096)(?=[;,) ])", "77"),
    ("changed sign", r"(?<=[\w)\]] )\+(?= [\w(])", "-"),
    ("changed mask", r"(?<=[\w)\]] )&(?= [\w(])", "|"),
)


@dataclass(frozen=True)
class Case:
    """A pair of programs with what is true of it.

    `truth` is benign, toolchain, semantic or hidden; `causes` are those that must be named;
    `functions` those that were changed.
    """

    truth: str
    label: str
    target: str
    a: bytes
    b: bytes
    causes: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    names: dict[int, str] = field(default_factory=dict)


def symbols_of(program: Path, target: str) -> dict[int, str]:
    """Return the functions of an unstripped program by address."""
    out = subprocess.run(
        [f"{TARGETS[target]}-nm", str(program)], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split() for line in out.splitlines())
    found = {int(row[0], 16) & ~1: row[2] for row in rows if len(row) == 3 and row[1] in "tTwW"}
    return {address: name for address, name in found.items() if not name.startswith("$")}


def benign(build: Build) -> Iterator[Case]:
    """Yield pairs that one source and one toolchain give, one cause at a time and mixed."""
    objects = build.objects()
    base = build.link(build.folder / "base", objects).read_bytes()
    work = build.folder

    def case(label: str, causes: set[str], other: Path) -> Case:
        return Case("benign", label, build.target, base, other.read_bytes(), frozenset(causes))

    stamps = {
        "time": ({"N4"}, {"date": ("Feb 22 2021", "20:21:22")}),
        "folder": ({"N5"}, {"place": "/home/somebody/else/where/src/main.c"}),
        "revision": ({"N15"}, {"revision": "v1.0-5-gfedcba9"}),
        "time, folder, revision": (
            {"N4", "N5", "N15"},
            {"date": ("Mar  3 2022", "01:02:03"), "place": "/x/src/main.c",
             "revision": "v1.0-5-g1234567"},
        ),
    }  # fmt: skip
    yield case("same inputs", set(), build.link(work / "again", objects))
    identifier = f"-Wl,--build-id=0x{'5a' * 20}"
    yield case("build identifier", {"N1"}, build.link(work / "id", objects, identifier))
    yield case("not stripped", {"N2"}, Path(work / "base"))
    for label, (causes, changes) in stamps.items():
        stamp = build.stamp(work / "stamp-other.o", **changes)  # type: ignore[arg-type]
        linked = build.link(work / "stamped", [*objects[:-1], stamp])
        yield case(label, causes, linked)
    for seed in (1, 2):
        shuffled = objects[:-1]
        random.Random(seed).shuffle(shuffled)
        yield case(
            "order of linking", {"N13"}, build.link(work / "order", [*shuffled, objects[-1]])
        )
    stamp = build.stamp(
        work / "stamp-other.o", place="/a/longer/folder/than/before/src/main.c",
        date=("Dec 24 2023", "23:59:59"),
    )  # fmt: skip
    shuffled = objects[:-1]
    random.Random(3).shuffle(shuffled)
    yield case(
        "all at once",
        {"N4", "N5", "N13"},
        build.link(work / "mixed", [*shuffled, stamp], identifier),
    )


def toolchains(build: Build) -> Iterator[Case]:
    """Yield pairs of one source by other compilers and levels."""
    base = (build.folder / "base.s").read_bytes()
    variants = [(f"gcc-12 and {name}", name, FLAGS) for name in COMPILERS[1:]]
    variants += [(level, build.compiler, (*FLAGS, level)) for level in ("-O1", "-Os")]
    for label, name, flags in variants:
        folder = build.folder.parent / f"{build.project.name}-{build.target}-{name}"
        if flags != FLAGS:
            folder = build.folder / flags[-1].strip("-")
        folder.mkdir(exist_ok=True)
        other = Build(build.project, build.target, name, folder, build.sources, flags)
        try:
            other.prepare()
            linked = other.link(folder / "base", other.objects())
        except BuildFailed:
            continue
        yield Case("toolchain", label, build.target, base, linked.read_bytes())


def changed_functions(build: Build, before: Path, after: Path) -> set[str]:
    """Return the functions of two objects whose code or relocations differ."""
    first, second = (_sections(build, one) for one in (before, after))
    names = {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)}
    return {name for name in names if name}


def _sections(build: Build, file: Path) -> dict[str, str]:
    """Return the disassembly with relocations of each function of an object."""
    out = subprocess.run(
        [f"{TARGETS[build.target]}-objdump", "-dr", "--no-show-raw-insn", str(file)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found: dict[str, str] = {}
    name = ""
    for line in out.splitlines():
        match = re.match(r"^[0-9a-f]+ <(.+)>:$", line)
        if match:
            name = match[1]
            found[name] = ""
        elif name:
            found[name] += line + "\n"
    return found


def source_changes(build: Build, count: int) -> Iterator[Case]:
    """Yield programs in whose source one expression was changed."""
    rng = random.Random(build.folder.name)
    files = build.files()
    objects = build.objects()
    base = (build.folder / "base.s").read_bytes()
    names = symbols_of(build.folder / "base", build.target)
    for number in range(count * 6):
        if count == 0:
            return
        place = rng.randrange(len(files))
        label, expression, new = rng.choice(SOURCE_MUTATORS)
        text = files[place].read_text("latin-1")
        spots = list(re.finditer(expression, text))
        if not spots:
            continue
        spot = rng.choice(spots)
        other = files[place].with_name(f"mutated-{files[place].name}")
        other.write_text(text[: spot.start()] + new + text[spot.end() :], "latin-1")
        out = build.folder / f"mutated{number}.o"
        try:
            build.compile(other, out)
        except BuildFailed:
            continue
        finally:
            other.unlink()
        functions = changed_functions(build, objects[place], out)
        if functions:
            linked = build.link(
                build.folder / "mutant", [*objects[:place], out, *objects[place + 1 :]]
            )
            count -= 1
            yield Case(
                "semantic", label, build.target, base, linked.read_bytes(),
                functions=frozenset(functions), names=names,
            )  # fmt: skip
        out.unlink()


def binary_changes(build: Build, each: int) -> Iterator[Case]:
    """Yield programs that were changed after they were built."""
    rng = random.Random(build.folder.name)
    target = Target((build.folder / "base.s").read_bytes())
    names = symbols_of(build.folder / "base", build.target)
    starts = sorted(names)
    for truth, mutators in (("semantic", SEMANTIC), ("hidden", HIDDEN)):
        for label, mutate in mutators.items():
            for _ in range(each):
                found = mutate(target, rng)
                if found is None:
                    continue
                below = [one for one in starts if one <= found.address]
                functions = {names[below[-1]]} if found.address >= 0 and below else set()
                yield Case(
                    truth, label.replace("_", " "), build.target, found.a, found.b,
                    functions=frozenset(functions), names=names,
                )  # fmt: skip


COMPILERS = ("gcc-12", "clang-16", "gcc-11")
ChangeCounts = tuple[int, int]
"""How many binary changes of each kind, and source changes, one build gets."""


def builds(sources: Path, work: Path, only: str) -> Iterator[Build]:
    """Yield every build whose name holds *only* and that succeeds."""
    for compiler in COMPILERS:
        for project in PROJECTS:
            for target in TARGETS:
                name = f"{project.name}-{target}-{compiler}"
                if only not in name:
                    continue
                folder = work / name
                folder.mkdir(parents=True, exist_ok=True)
                build = Build(project, target, compiler, folder, sources)
                try:
                    build.prepare()
                    build.link(folder / "base", build.objects())
                except BuildFailed as error:
                    print(f"left out: {name}: {error}", file=sys.stderr)
                    continue
                yield build


Maker = Callable[[Build, ChangeCounts], Iterator[Case]]
MAKERS: dict[str, tuple[Maker, frozenset[str]]] = {
    "benign": (lambda build, _: benign(build), frozenset({"benign"})),
    "toolchain": (lambda build, _: toolchains(build), frozenset({"toolchain"})),
    "source": (lambda build, counts: source_changes(build, counts[1]), frozenset({"semantic"})),
    "binary": (
        lambda build, counts: binary_changes(build, counts[0]), frozenset({"semantic", "hidden"})
    ),
}  # fmt: skip
"""How each part of a build's pairs is made, and the classes that it holds."""


def cases_of(build: Build, counts: ChangeCounts, truths: frozenset[str]) -> Iterator[Case]:
    """Yield the pairs of a build that are of *truths*, from the disk where they lie there."""
    for part, (make, holds) in MAKERS.items():
        # Other compilers only repeat what is benign.
        if truths & holds and (part == "benign" or build.compiler == "gcc-12"):
            found = _part(build, counts, part, make)
            yield from (case for case in found if case.truth in truths)


def _part(build: Build, counts: ChangeCounts, part: str, make: Maker) -> list[Case]:
    index = build.folder / f"cases-{part}.json"
    key = _key(counts)
    if index.exists():
        known = json.loads(index.read_text())
        if known["key"] == key:
            return [_read(build, one, known["names"]) for one in known["cases"]]
    made = list({(case.a, case.b): case for case in make(build, counts)}.values())
    names = {str(address): name for case in made for address, name in case.names.items()}
    rows = [_written(build, one) for one in made]
    index.write_text(json.dumps({"key": key, "names": names, "cases": rows}, indent=1))
    return made


def _key(counts: ChangeCounts) -> str:
    here = Path(__file__).parent
    parts = [(here / name).read_bytes() for name in MADE_BY]
    return hashlib.sha256(b"".join([*parts, repr(counts).encode()])).hexdigest()


def _written(build: Build, case: Case) -> dict[str, object]:
    """Keep the programs of *case* under their digests; return its row of the index."""
    store = build.folder.parent / "programs"
    store.mkdir(exist_ok=True)
    row: dict[str, object] = {
        "truth": case.truth, "label": case.label, "target": case.target,
        "causes": sorted(case.causes), "functions": sorted(case.functions),
        "named": bool(case.names),
    }  # fmt: skip
    for side, content in (("a", case.a), ("b", case.b)):
        name = hashlib.sha256(content).hexdigest()
        if not (store / name).exists():
            (store / name).write_bytes(content)
        row[side] = name
    return row


def _read(build: Build, row: dict[str, str], names: dict[str, str]) -> Case:
    store = build.folder.parent / "programs"
    return Case(
        row["truth"], row["label"], row["target"],
        (store / row["a"]).read_bytes(), (store / row["b"]).read_bytes(),
        frozenset(row["causes"]), frozenset(row["functions"]),
        {int(key): name for key, name in names.items()} if row["named"] else {},
    )  # fmt: skip
