"""Accuracy of the machine-code index on programs whose truth is known.

Builds programs with Debian's cross compilers at several levels, strips them, indexes them and
compares with the compiler's assembly and the symbol table. Prints a Markdown table.

    python benchmarks/code_accuracy.py [--sources DIR] [--isa mips ...] [--levels Os O2]

Without --sources only the example's programs are built. DIR may hold unpacked upstream sources:
lua-*, bzip2-*, dnsmasq-*, zlib-*. Needs gcc-<target>-linux-gnu and libc6-dev-<arch>-cross.
"""

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from code_arguments import generated_source, wanted_arguments
from code_truth import Truth, read_assembly

from assay.code import CodeIndex, index
from assay.code.elf import read_elf
from assay.code.symbols import static_symbols

BARS = (980, 970, 990, 970, 950)
"""What each share has to reach, in permille: recall, precision, calls, strings, arguments."""
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Target:
    """An instruction set as Debian's compilers name it."""

    name: str
    prefix: str
    family: str
    flags: tuple[str, ...] = ()


TARGETS = (
    Target("mips (big-endian, PIC)", "mips-linux-gnu-", "mips"),
    Target(
        "mipsel (no PIC)", "mipsel-linux-gnu-", "mips", ("-no-pie", "-mno-abicalls", "-fno-pic")
    ),
    Target("arm (A32)", "arm-linux-gnueabi-", "arm", ("-marm",)),
    Target("arm (Thumb-2)", "arm-linux-gnueabihf-", "arm", ("-mthumb",)),
    Target("aarch64", "aarch64-linux-gnu-", "aarch64"),
    Target("ppc", "powerpc-linux-gnu-", "ppc"),
    Target("ppc (no PIE)", "powerpc-linux-gnu-", "ppc", ("-no-pie", "-fno-pie")),
    Target("x86", "i686-linux-gnu-", "x86"),
    Target("x86-64", "x86_64-linux-gnu-", "x86"),
    Target("riscv64", "riscv64-linux-gnu-", "riscv"),
)


@dataclass(frozen=True)
class Project:
    """A program: its C files and how to compile and link them."""

    name: str
    files: tuple[Path, ...]
    flags: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()


def projects(sources: Path | None, scratch: Path) -> Iterator[Project]:
    """Yield the programs to build."""
    examples = ROOT / "examples" / "sources" / "programs"
    for name in ("webd", "mgmtd", "updated"):
        if (examples / f"{name}.c").exists():
            yield Project(name, (examples / f"{name}.c",))
    generated = scratch / "arguments.c"
    generated.write_text(generated_source())
    yield Project("arguments", (generated,))
    if sources is None:
        return
    for folder in sorted(sources.glob("lua-*/src")):
        files = [one for one in sorted(folder.glob("*.c")) if one.name != "luac.c"]
        yield Project("lua", tuple(files), ("-DLUA_USE_POSIX", "-DLUA_USE_DLOPEN"), ("-lm", "-ldl"))
    for folder in sorted(sources.glob("bzip2-*")):
        skip = {"bzip2recover.c", "mk251.c", "spewG.c", "unzcrash.c", "dlltest.c"}
        files = [one for one in sorted(folder.glob("*.c")) if one.name not in skip]
        yield Project("bzip2", tuple(files))
    for folder in sorted(sources.glob("dnsmasq-*/src")):
        yield Project("dnsmasq", tuple(sorted(folder.glob("*.c"))), ('-DVERSION="2"',))
    for folder in sorted(sources.glob("zlib-*")):
        files = [*sorted(folder.glob("*.c")), folder / "test" / "minigzip.c"]
        yield Project("zlib", tuple(files), (f"-I{folder}",))


def build(target: Target, level: str, project: Project, folder: Path) -> tuple[bytes, bytes, Truth]:
    """Return the program with symbols, the stripped one, and what the assembly says."""
    compiler = f"{target.prefix}gcc"
    truth, objects = Truth(), []
    for number, source in enumerate(project.files):
        assembly = folder / f"{number}-{source.stem}.s"
        flags = [f"-{level}", "-w", "-std=gnu11", *target.flags, *project.flags]
        run(compiler, *flags, "-S", str(source), "-o", str(assembly))
        truth.add(read_assembly(assembly.read_text("latin-1"), target.family))
        objects.append(str(assembly))
    program, stripped = folder / "program", folder / "stripped"
    run(compiler, *target.flags, *objects, "-o", str(program), *project.libraries)
    run(f"{target.prefix}strip", "-o", str(stripped), str(program))
    return program.read_bytes(), stripped.read_bytes(), truth


def run(*command: str) -> None:
    """Run *command*, quietly; raise when it fails."""
    subprocess.run(command, check=True, capture_output=True)


@dataclass
class Score:
    """Counts of what was right; `total` sums several."""

    starts: int = 0
    starts_found: int = 0
    claimed: int = 0
    claimed_right: int = 0
    calls: int = 0
    calls_found: int = 0
    strings: int = 0
    strings_found: int = 0
    arguments: int = 0
    arguments_found: int = 0

    def shares(self) -> list[int]:
        """Return the five figures of the table in permille."""
        pairs = (
            (self.starts_found, self.starts),
            (self.claimed_right, self.claimed),
            (self.calls_found, self.calls),
            (self.strings_found, self.strings),
            (self.arguments_found, self.arguments),
        )
        return [part * 1000 // whole if whole else 1000 for part, whole in pairs]

    def add(self, other: "Score") -> None:
        """Add the counts of *other*."""
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def compare(program: bytes, stripped: bytes, truth: Truth, *, verbose: bool) -> Score:
    """Return how well the index of *stripped* agrees with the truth."""
    elf = read_elf(program)
    symbols = static_symbols(elf)
    found = index(stripped)
    score = Score()
    if symbols is None or found.functions is None:
        return score
    text = elf.section(".text")
    names: dict[int, list[str]] = {}
    sized, neutral = set(), set()
    functions = np.flatnonzero((symbols.kind == 2) & ~symbols.undefined)
    for number, name in zip(functions.tolist(), symbols.names(functions), strict=True):
        at = int(symbols.value[number]) & (~1 if elf.machine in (8, 40) else -1)
        if text is None or not text.address <= at < text.address + text.size:
            continue
        names.setdefault(at, []).append(name)
        (sized if symbols.rows["size"][number] else neutral).add(at)
    # Hand-written assembly has entries that are no functions: labels that others call.
    labels = symbols.value[(symbols.kind == 0) & ~symbols.undefined]
    neutral.update(at for at in labels.tolist() if at not in sized)
    starts = {
        at
        for at in found.functions.starts.tolist()
        if text.address <= at < text.address + text.size
    }
    # Import stubs inside .text have no symbols but are functions of the linker.
    claimed = starts - neutral - set(found.stubs)
    score.starts, score.starts_found = len(sized), len(sized & starts)
    score.claimed, score.claimed_right = len(claimed), len(claimed & sized)
    _compare_calls(score, found, names, truth, verbose=verbose)
    _compare_strings(score, found, names, truth, verbose=verbose)
    if verbose:
        print("  missed starts", [(hex(at), names[at]) for at in sorted(sized - starts)[:12]])
        print("  false starts", [hex(at) for at in sorted(claimed - sized)[:12]])
    return score


def _compare_calls(
    score: Score, found: CodeIndex, names: dict[int, list[str]], truth: Truth, *, verbose: bool
) -> None:
    seen: Counter[tuple[str, str]] = Counter()
    owners = _owners(names)
    for site, target in zip(found.calls.site.tolist(), found.calls.target.tolist(), strict=True):
        callee = found.program.externs.get(target, "")
        for caller in owners(site):
            for name in names.get(target, [callee]):
                # The linker's way into a position-independent function (MIPS).
                seen[(caller, _plain(name.removeprefix(".pic.")))] += 1
    known = {name for several in names.values() for name in several}
    missed = []
    for (caller, callee), count in sorted(truth.calls.items()):
        if caller not in known:
            continue
        hit = min(count, seen[(caller, _plain(callee))])
        score.calls += count
        score.calls_found += hit
        if hit < count:
            missed.append((caller, callee, count - hit))
    if verbose:
        print("  missed calls", missed[:15])


def _plain(name: str) -> str:
    return name.partition("@")[0]


def _owners(names: dict[int, list[str]]):  # noqa: ANN202 - a local closure
    starts = np.array(sorted(names), dtype=np.int64)

    def owner(site: int) -> list[str]:
        place = int(np.searchsorted(starts, site, side="right")) - 1
        return names[int(starts[place])] if place >= 0 else []

    return owner


def _compare_strings(
    score: Score, found: CodeIndex, names: dict[int, list[str]], truth: Truth, *, verbose: bool
) -> None:
    owners = _owners(names)
    seen = set()
    references = found.references
    for site, target, length in zip(
        references.site.tolist(),
        references.target.tolist(),
        references.length.tolist(),
        strict=True,
    ):
        if length:
            text = found.texts.text(target)
            seen.update((caller, text) for caller in owners(site))
    known = {name for several in names.values() for name in several}
    wanted = {
        (caller, text)
        for caller, text in truth.strings
        if caller in known
        and text
        and all(byte in range(7, 14) or byte == 27 or 32 <= byte < 127 for byte in text)
    }
    score.strings, score.strings_found = len(wanted), len(wanted & seen)
    if verbose:
        print("  missed strings", sorted(wanted - seen)[:12])


def _arguments(score: Score, stripped: bytes, truth: Truth, *, verbose: bool) -> None:
    total, right, missed = wanted_arguments(index(stripped), truth.calls)
    score.arguments, score.arguments_found = total, right
    if verbose:
        print("  missed arguments", missed[:12])


def main() -> int:
    """Build, compare, print the table; return 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=Path)
    parser.add_argument("--isa", nargs="*", default=[])
    parser.add_argument("--levels", nargs="*", default=["O0", "O1", "O2", "O3", "Os"])
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    print("| instruction set | level | starts: recall | precision | calls | strings | arguments |")
    print("|---|---|---|---|---|---|---|")
    missed = False
    for target in TARGETS:
        words = target.name.split()
        if options.isa and not any(word in words or word == target.name for word in options.isa):
            continue
        for level in options.levels:
            total = _measure(target, level, options)
            print(_row(target, level, total), flush=True)
            missed |= any(share < bar for share, bar in zip(total.shares(), BARS, strict=True))
    return int(missed)


def _measure(target: Target, level: str, options: argparse.Namespace) -> Score:
    total = Score()
    with tempfile.TemporaryDirectory() as scratch:
        for project in projects(options.sources, Path(scratch)):
            if options.only and project.name not in options.only:
                continue
            try:
                program, stripped, truth = build(target, level, project, Path(scratch))
            except subprocess.CalledProcessError as error:
                print(project.name, error.stderr.decode()[-400:], file=sys.stderr)
                continue
            if options.verbose:
                print(project.name)
            score = compare(program, stripped, truth, verbose=options.verbose)
            if project.name == "arguments":
                _arguments(score, stripped, truth, verbose=options.verbose)
            total.add(score)
    return total


def _row(target: Target, level: str, total: Score) -> str:
    """Return a row of the table; what falls short of its bar is set in bold."""
    cells = [target.name, level]
    for share, bar in zip(total.shares(), BARS, strict=True):
        text = f"{share // 10}.{share % 10}"
        cells.append(text if share >= bar else f"**{text}**")
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
