"""Speed and memory of the machine-code index, against capstone's linear sweep.

    python benchmarks/code_index.py DIR [--every N] [--sweep]

Walks DIR, indexes every ELF file in one process and prints, per instruction set, bytes of file
and of code per CPU second, and the process's peak memory. `--sweep` also lets capstone (if it is
installed) only disassemble the same code: the physical limit for tools that are built on it.
"""

import argparse
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assay.code import NotAnElf, accesses, index, summarise
from assay.code.isa.arm_modes import mode_ranges
from assay.code.program import Program


@dataclass
class Tally:
    """What was spent on the files of one instruction set, in bytes and CPU seconds."""

    files: int = 0
    size: int = 0
    code: int = 0
    build: float = 0.0
    summary: float = 0.0
    access: float = 0.0
    sweep: float = 0.0
    problems: list[str] = field(default_factory=list)


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


def measure(data: bytes, tallies: dict[str, Tally], *, sweep: bool) -> None:
    """Index *data* and add what it cost to the tally of its instruction set."""
    start = time.process_time()
    try:
        found = index(data)
    except NotAnElf:
        return
    built = time.process_time()
    summarise(found)
    summed = time.process_time()
    accesses(found)
    done = time.process_time()
    tally = tallies.setdefault(found.isa.name if found.isa else "none", Tally())
    tally.files += 1
    tally.size += len(data)
    tally.code += sum(end - begin for begin, end in found.program.code)
    tally.build += built - start
    tally.summary += summed - built
    tally.access += done - summed
    if sweep:
        start = time.process_time()
        capstone_sweep(found.program)
        tally.sweep += time.process_time() - start


def capstone_sweep(program: Program) -> int:
    """Disassemble all code of *program* with capstone; return the number of instructions."""
    try:
        import capstone as cs  # noqa: PLC0415 - an optional peer
    except ImportError:
        return 0
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


def main() -> int:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--sweep", action="store_true")
    options = parser.parse_args()
    tallies: dict[str, Tally] = {}
    for path in elf_files(options.folder, options.every):
        measure(path.read_bytes(), tallies, sweep=options.sweep)
    heads = "instruction set|files|MB|MB code|index MB/s|of code|summary|accesses|sweep"
    print("| " + heads.replace("|", " | ") + " |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, tally in sorted(tallies.items()):
        cells = (
            name,
            str(tally.files),
            f"{tally.size / 1e6:.1f}",
            f"{tally.code / 1e6:.1f}",
            rate(tally.size, tally.build),
            rate(tally.code, tally.build),
            f"{tally.summary:.1f} s",
            f"{tally.access:.1f} s",
            f"{tally.sweep:.1f} s",
        )
        print("| " + " | ".join(cells) + " |")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
