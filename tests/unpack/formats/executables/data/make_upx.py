"""Builds the packed programs of the UPX tests.

    python tests/unpack/formats/executables/data/make_upx.py UPX

UPX is the program `upx` (Debian: upx-ucl); Debian's cross compilers have to be there too. Writes
one packed program for each method and filter, gzipped, and the digests of the originals.
"""

import gzip
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = {
    "mips-nrv2b": ("mips-linux-gnu-gcc", "--nrv2b", ["-mno-abicalls", "-fno-pic", "-no-pie"]),
    "arm-nrv2d": ("arm-linux-gnueabi-gcc", "--nrv2d", []),
    "aarch64-nrv2e": ("aarch64-linux-gnu-gcc", "--nrv2e", []),
    "i386-nrv2e": ("i686-linux-gnu-gcc", "--nrv2e", []),
    "x86-64-lzma": ("x86_64-linux-gnu-gcc", "--lzma", []),
    "ppc-nrv2b": ("powerpc-linux-gnu-gcc", "--nrv2b", []),
}


def source() -> str:
    """Return a program of many small functions that call each other."""
    lines = ["volatile int sink = 1, numbers[800] = { 1, 2, 3 };"]
    for n in range(70):
        calls = "".join(f"part_{m}(x + {n * m % 7});" for m in range(min(n, 9)))
        lines.append(f"__attribute__((noipa)) void part_{n}(int x) {{ {calls} sink += x; }}")
    lines.append("void _start(void) { for (;;) part_69(numbers[sink & 3]); }")
    lines.append("void __start(void) { _start(); }")
    return "\n".join(lines)


def main(upx: str) -> None:
    """Compile, pack and write everything."""
    digests = {}
    with tempfile.TemporaryDirectory() as scratch:
        code, program, packed = (Path(scratch) / name for name in ("a.c", "a", "a.upx"))
        code.write_text(source())
        for name, (compiler, method, flags) in PROGRAMS.items():
            packed.unlink(missing_ok=True)
            common = ["-O1", "-static", "-nostdlib", "-fno-optimize-sibling-calls", "-s"]
            subprocess.run([compiler, *common, *flags, "-o", program, code], check=True)
            subprocess.run([upx, "-q", method, "-o", packed, program], check=True)
            digests[name] = hashlib.sha256(program.read_bytes()).hexdigest()
            body = gzip.compress(packed.read_bytes(), 9, mtime=0)
            (HERE / f"upx-{name}.elf.gz").write_bytes(body)
    (HERE / "upx.json").write_text(json.dumps(digests, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
