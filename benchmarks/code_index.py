"""Speed and memory of the machine-code index, against capstone's linear sweep and angr's CFGFast.

    python benchmarks/code_index.py DIR [--every N] [--sweep] [--angr PYTHON [--programs N]]

Walks DIR, indexes every ELF file in one process and prints, per instruction set, bytes of file
and of code per CPU second, and the process's peak memory. The index has three parts: the program
is loaded (headers, symbols, relocations), its code is read (functions, calls, references; jump
tables and constants on the way), library functions without names get some. A second table has the
same by the size of a program's code: small ones cost what any costs. `--rounds` reads each file
so many times and counts the fastest. `--sweep` also lets capstone only
disassemble the same code: the limit for tools that are built on it. `--angr` names a Python that
has angr; it reads N programs of middling size per instruction set. A peer that is not there is
named.
"""

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from assay.code import CodeIndex, NotAnElf, accesses, named, summarise
from assay.code.elf import read_elf
from assay.code.index import build
from assay.code.isa.arm_modes import mode_ranges
from assay.code.loader import load
from assay.code.program import Program

LONGEST = 900
"""Seconds after which a peer is stopped."""


@dataclass
class Tally:
    """What was spent on the files of one instruction set, in bytes and CPU seconds."""

    files: int = 0
    size: int = 0
    code: int = 0
    load: float = 0.0
    build: float = 0.0
    naming: float = 0.0
    summary: float = 0.0
    access: float = 0.0
    sweep: float = 0.0
    read: list[tuple[int, Path, float, int]] = field(default_factory=list)
    """Size, place, CPU seconds of the index, and functions of each file."""

    def index(self) -> float:
        """Return what all of the index took."""
        return self.load + self.build + self.naming

    def add(self, other: "Tally") -> None:
        """Add what was spent on other files."""
        for name in PARTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


PARTS = ("files", "size", "code", "load", "build", "naming", "summary", "access", "sweep")
SIZES = ((0, 8), (8, 32), (32, 128), (128, 512), (512, 1 << 30))
"""Kilobytes of code between which programs are of one size."""


def elf_files(folder: Path, every: int) -> Iterator[Path]:
    """Yield every N-th ELF file below *folder* in order of name."""
    found = 0
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        with path.open("rb") as file:
            if file.read(4) != b"\x7fELF":
                continue
        found += 1
        if found % every == 0:
            yield path


def fastest(data: bytes, rounds: int) -> tuple[CodeIndex, Tally]:
    """Return the index of the file *data*, and what its parts took at their fastest."""
    spent, times = Tally(files=1, size=len(data)), []
    for _ in range(rounds):
        clock = [time.process_time()]
        program = load(read_elf(data))
        clock.append(time.process_time())
        found = build(program)
        clock.append(time.process_time())
        found = named(found)
        clock.append(time.process_time())
        times.append([after - before for before, after in pairwise(clock)])
    spent.load, spent.build, spent.naming = map(min, zip(*times, strict=True))
    spent.code = sum(end - begin for begin, end in found.program.code)
    return found, spent


def measure(path: Path, tallies: dict[str, dict[int, Tally]], rounds: int, *, sweep: bool) -> None:
    """Index the file at *path* and add what it cost to the tallies of its instruction set."""
    data = path.read_bytes()
    try:
        found, spent = fastest(data, rounds)
    except NotAnElf:
        return
    built = time.process_time()
    summarise(found)
    summed = time.process_time()
    accesses(found)
    spent.summary, spent.access = summed - built, time.process_time() - summed
    if sweep:
        start = time.process_time()
        capstone_sweep(found.program)
        spent.sweep = time.process_time() - start
    place = next(at for at, (low, high) in enumerate(SIZES) if low <= spent.code / 1000 < high)
    sizes = tallies.setdefault(encoding(found), {})
    tally = sizes.setdefault(place, Tally())
    tally.add(spent)
    found.release()
    functions = len(found.functions) if found.functions is not None else 0
    tally.read.append((len(data), path, spent.index(), functions))


def encoding(found: CodeIndex) -> str:
    """Return the name of the instruction set; of ARM's two, the one of most of the code."""
    if found.isa is None or found.isa.name != "arm":
        return found.isa.name if found.isa else "none"
    sizes = [0, 0]
    for start, end, thumb in mode_ranges(found.program, {}):
        sizes[thumb] += end - start
    return "arm, Thumb" if sizes[1] > sizes[0] else "arm, A32"


def capstone_sweep(program: Program) -> int:
    """Disassemble all code of *program* with capstone; return the number of instructions."""
    import capstone as cs  # noqa: PLC0415 - an optional peer

    big = cs.CS_MODE_BIG_ENDIAN if program.order == ">" else 0
    modes = {
        3: (cs.CS_ARCH_X86, cs.CS_MODE_32),
        8: (cs.CS_ARCH_MIPS, cs.CS_MODE_MIPS32 | big),
        20: (cs.CS_ARCH_PPC, cs.CS_MODE_32 | big),
        62: (cs.CS_ARCH_X86, cs.CS_MODE_64),
        183: (cs.CS_ARCH_ARM64, 0),
        243: (cs.CS_ARCH_RISCV, cs.CS_MODE_RISCV64 | cs.CS_MODE_RISCVC),
    }
    count = 0
    ranges = [(start, end, False) for start, end in program.code]
    if program.machine == 40:
        ranges = mode_ranges(program, {})
    for start, end, thumb in ranges:
        arch = modes.get(program.machine)
        if program.machine == 40:
            arch = (cs.CS_ARCH_ARM, cs.CS_MODE_THUMB if thumb else cs.CS_MODE_ARM)
        area = program.memory.area(start)
        if arch is None or area is None:
            continue
        engine = cs.Cs(*arch)
        engine.skipdata = True
        code = np.ascontiguousarray(area.data[start - area.start : end - area.start]).tobytes()
        count += sum(1 for _ in engine.disasm_lite(code, start))
    return count


def rate(size: int, seconds: float) -> str:
    """Return *size* per second in MB, or a dash."""
    return f"{size / seconds / 1e6:.1f}" if seconds > 0 else "-"


def middling(tally: Tally, count: int) -> list[tuple[int, Path, float, int]]:
    """Return *count* files around the median of those with code in functions."""
    real = sorted(one for one in tally.read if one[3])
    first = max(0, (len(real) - count) // 2)
    return real[first : first + count]


def graph(python: str, path: Path) -> dict[str, float] | str:
    """Return what angr's CFGFast took for the program at *path*, or why it gave nothing."""
    program = Path(__file__).with_name("code_cfg.py")
    try:
        done = subprocess.run(
            [python, str(program), str(path)], capture_output=True, timeout=LONGEST, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    lines = done.stdout.decode().splitlines()
    if done.returncode or not lines:
        return done.stderr.decode(errors="replace").strip().rpartition("\n")[2][:80] or "nothing"
    found: dict[str, float] = json.loads(lines[-1])
    return found


def compare_graphs(python: str, tallies: dict[str, Tally], count: int) -> None:
    """Print what angr's CFGFast takes for the programs of middling size, and what it finds."""
    print("\n| program | kB | index s | functions | CFGFast s | functions | ratio |")
    print("|---|---|---|---|---|---|---|")
    for name, tally in sorted(tallies.items()):
        own = other = 0.0
        for size, path, seconds, functions in middling(tally, count):
            found = graph(python, path)
            cells = [f"{name} {path.name}", f"{size / 1000:.0f}", f"{seconds:.3f}", str(functions)]
            if isinstance(found, str):
                print("| " + " | ".join([*cells, found, "-", "-"]) + " |", flush=True)
                continue
            own, other = own + seconds, other + found["seconds"]
            cells += [f"{found['seconds']:.1f}", str(int(found["functions"]))]
            print("| " + " | ".join([*cells, f"{found['seconds'] / seconds:.0f}"]) + " |")
        if own:
            print(f"| {name}, together | | {own:.3f} | | {other:.1f} | | {other / own:.0f} |")


def has_capstone() -> bool:
    """Say whether capstone can be imported."""
    return importlib.util.find_spec("capstone") is not None


def together(tallies: Iterable[Tally]) -> Tally:
    """Return one tally of all *tallies*."""
    whole = Tally()
    for tally in tallies:
        whole.add(tally)
        whole.read += tally.read
    return whole


def print_tallies(tallies: dict[str, Tally]) -> None:
    """Print one row for each instruction set, and one for all of them."""
    heads = (
        "instruction set|files|MB|MB code|index MB/s|of code|load|functions, calls, references"
        "|their MB/s of code|names|summary|accesses|sweep MB/s of code|sweep / index"
    )
    print("| " + heads.replace("|", " | ") + " |")
    print("|---" * (heads.count("|") + 1) + "|")
    for name, tally in [*sorted(tallies.items()), ("all", together(tallies.values()))]:
        cells = (
            name,
            str(tally.files),
            f"{tally.size / 1e6:.1f}",
            f"{tally.code / 1e6:.1f}",
            rate(tally.size, tally.index()),
            rate(tally.code, tally.index()),
            f"{tally.load:.2f} s",
            f"{tally.build:.2f} s",
            rate(tally.code, tally.build),
            f"{tally.naming:.2f} s",
            f"{tally.summary:.1f} s",
            f"{tally.access:.1f} s",
            rate(tally.code, tally.sweep),
            f"{tally.sweep / tally.index():.1f}" if tally.sweep else "-",
        )
        print("| " + " | ".join(cells) + " |")


def print_sizes(tallies: dict[str, dict[int, Tally]]) -> None:
    """Print what programs of each size take, by instruction set."""
    heads = "instruction set|kB of code|files|MB code|load ms/file|functions … ms/file|MB/s of code"
    print("\n| " + heads.replace("|", " | ") + " |")
    print("|---|---|---|---|---|---|---|")
    for name, sizes in sorted(tallies.items()):
        for place, tally in sorted(sizes.items()):
            low, high = SIZES[place]
            cells = (
                name,
                f"{low} to {high}" if place + 1 < len(SIZES) else f"from {low}",
                str(tally.files),
                f"{tally.code / 1e6:.1f}",
                f"{1000 * tally.load / tally.files:.2f}",
                f"{1000 * tally.build / tally.files:.2f}",
                rate(tally.code, tally.build),
            )
            print("| " + " | ".join(cells) + " |")


def main() -> int:
    """Measure and print Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--sweep", action="store_true")
    parser.add_argument("--angr", metavar="PYTHON")
    parser.add_argument("--programs", type=int, default=3)
    options = parser.parse_args()
    tallies: dict[str, dict[int, Tally]] = {}
    sweep = options.sweep and has_capstone()
    for path in elf_files(options.folder, options.every):
        measure(path, tallies, options.rounds, sweep=sweep)
    whole = {name: together(sizes.values()) for name, sizes in tallies.items()}
    print_tallies(whole)
    print_sizes(tallies)
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    if options.sweep and not sweep:
        print("capstone is not installed: no sweep was made")
    if options.angr:
        compare_graphs(options.angr, whole, options.programs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
