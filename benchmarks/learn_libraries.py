"""Learns the functions of C libraries, and measures how well they are told in other programs.

    python benchmarks/learn_libraries.py learn ISA OUT LIBC.a=COMPILER …
    python benchmarks/learn_libraries.py measure ISA LIBC.a=COMPILER …

`learn` links each libc.a whole into a static program with its compiler (for musl the start files
beside the archive are used) and writes the fingerprints of its functions, which ship as
`src/assay/code/data/ISA.bin`. `measure` links a program that uses a hundred functions with each
libc.a, strips it, names it and compares with the symbols.

Learned are glibc 2.36 and 2.41 (Debian 12 and 13: libc6-dev-*-cross) for all instruction sets,
and musl 1.2.3 (Debian 12: musl-dev) where Debian has it.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import msgspec
import numpy as np

from assay.code import index
from assay.code.elf import read_elf
from assay.code.fingerprints import fingerprints
from assay.code.libraries import Learned, short
from assay.code.symbols import static_symbols

VARIANT = re.compile(
    r"^__(?P<name>(?:mem|str|wcs|wmem|stp)\w+?)(?:_chk)?_(?:generic|sse\w*|ssse\w*|avx\w*|evex\w*"
    r"|ia32|i\d86|erms\w*|neon\w*|vfp|arm|power\w+|ppc|a64fx|falkor|thunderx\w*|kunpeng|simd|sve"
    r"|mte|mops|oryon\w*|zva64|emag|kryo|unaligned\w*|noalign|aligned)$"
)
SHORTEST = 6
USES = """
strcpy strncpy strcat strncat strcmp strncmp strcasecmp strncasecmp strlen strchr strrchr strstr
strtok strtok_r strdup strndup strspn strcspn strpbrk strsep strtol strtoul strtod atoi memcpy
memmove memset memcmp memchr malloc calloc realloc free sprintf snprintf vsprintf vsnprintf printf
fprintf vfprintf sscanf fscanf fopen fclose fread fwrite fgets fputs fgetc fputc fseek ftell fflush
popen pclose system execl execv execve execvp fork waitpid open close read write lseek dup2 pipe
socket bind listen accept connect send sendto recv recvfrom setsockopt select poll ioctl fcntl
inet_aton inet_ntoa inet_pton inet_ntop gethostbyname getenv setenv putenv unsetenv qsort bsearch
rand srand random srandom time localtime gmtime mktime strftime sleep usleep getpid kill signal
sigaction opendir readdir closedir stat unlink rename mkdir rmdir chmod chown getcwd chdir perror
strerror exit abort mktemp mkstemp tmpnam getpwnam getuid setuid syslog openlog realpath
""".split()  # noqa: SIM905 - a list of words reads best as text


def link(archive: str, compiler: str, source: str, out: Path, *, whole: bool) -> None:
    """Link *source* with the libc.a *archive* into the static program *out*."""
    folder = Path(archive).parent
    code = out.with_suffix(".c")
    code.write_text(source)
    start = [folder / name for name in ("crt1.o", "crti.o")]
    library = [archive]
    if whole:
        # One member is for programs that relocate themselves and refers to what others lack.
        copy = out.with_suffix(".a")
        shutil.copy(archive, copy)
        subprocess.run(["ar", "d", copy, "dl-reloc-static-pie.o"], check=True)
        library = ["-Wl,--whole-archive", copy, "-Wl,--no-whole-archive"]
    again = ["-Wl,--start-group", archive, "-lgcc", "-lgcc_eh", "-Wl,--end-group"]
    loose = ["-Wl,-z,muldefs", "-Wl,--unresolved-symbols=ignore-all", "-no-pie"]
    command = [
        compiler,
        "-O1",
        "-w",
        "-fno-builtin",
        "-static",
        "-nostdlib",
        "-o",
        out,
        *start,
        code,
    ]
    command += [*library, *again, folder / "crtn.o", *loose]
    subprocess.run(command, check=True, stderr=subprocess.PIPE)


def public(names: set[str]) -> str:
    """Return the name that programs use among the *names* of one address."""
    plain = {match["name"] if (match := VARIANT.match(name)) else name for name in names}
    return min(plain, key=lambda name: (name.startswith("_"), name.count("_"), len(name), name))


def truth(data: bytes) -> dict[int, set[str]]:
    """Return all names of each function address of a program with symbols."""
    table = static_symbols(read_elf(data))
    found: dict[int, set[str]] = {}
    if table is not None:
        chosen = np.flatnonzero(np.isin(table.kind, (2, 10)) & ~table.undefined)
        values = (table.value[chosen] & ~1).tolist()
        for address, name in zip(values, table.names(chosen), strict=True):
            found.setdefault(address, set()).add(name)
    return found


def learn(libraries: list[tuple[str, str]]) -> Learned:
    """Return the fingerprints of all functions of *libraries*, each kind once."""
    rows: dict[tuple[int, str], tuple[bytes, int]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for archive, compiler in libraries:
            program = Path(scratch) / "all"
            link(archive, compiler, "int main(void) { return 0; }", program, whole=True)
            data = program.read_bytes()
            found, names = index(data), truth(data)
            prints = fingerprints(found)
            sketches = short(prints.sketch)
            for number, start in enumerate(found.functions.starts.tolist()):
                name = public(names[start]) if start in names else ""
                # A dot marks a part or a special version of a function, not the function.
                if name and "." not in name and prints.rows[number] >= SHORTEST:
                    key = (int(prints.exact[number]), name)
                    rows[key] = (sketches[number].tobytes(), min(int(prints.rows[number]), 65535))
    keys = sorted(rows)
    names = tuple(sorted({name for _, name in keys}))
    number_of = {name: number for number, name in enumerate(names)}
    return Learned(
        names,
        np.array([number_of[name] for _, name in keys], dtype="<u2").tobytes(),
        np.array([exact for exact, _ in keys], dtype="<u8").tobytes(),
        b"".join(rows[key][0] for key in keys),
        np.array([rows[key][1] for key in keys], dtype="<u2").tobytes(),
    )


def measure(isa: str, archive: str, compiler: str) -> None:
    """Print how many functions, and how many calls to those of USES, are named rightly."""
    lines = [f"extern void {name}(); " for name in USES]
    lines.append("void *uses[] = {" + ", ".join(f"(void *){name}" for name in USES) + "};")
    lines.append("int main(int n) { ((void (*)())uses[n])(); return 0; }")
    with tempfile.TemporaryDirectory() as scratch:
        program = Path(scratch) / "program"
        link(archive, compiler, "\n".join(lines), program, whole=False)
        names = truth(program.read_bytes())
        # `strip` of the machine knows few formats: the symbols are left out by hand.
        stripped = index(without_symbols(program.read_bytes()))
    told = {at: name for at, name in stripped.program.names.items() if at in names}
    wrong = {at: name for at, name in told.items() if not matches(name, names[at])}
    used = {at for at, known in names.items() if known & set(USES)}
    right = sum(1 for at in used if at in told and at not in wrong)
    print(
        f"{isa:8} {Path(archive).parts[0 if archive[0] != '/' else 1]:40} functions {len(names):5}"
        f" named {len(told):5} wrong {len(wrong):3}  of the {len(used)} used: {right}"
    )
    for at, name in sorted(wrong.items())[:12]:
        print(f"    {at:#x} called {name}, is {', '.join(sorted(names[at]))}")


def matches(name: str, names: set[str]) -> bool:
    """Say whether *name* is one of *names*, prefixes and variants of an implementation aside."""
    return name in names or name == public(names) or name.lstrip("_") in {
        one.lstrip("_") for one in names
    }  # fmt: skip


def without_symbols(data: bytes) -> bytes:
    """Return the ELF file *data* with its symbol table's section turned into nothing."""
    elf = read_elf(data)
    out = bytearray(data)
    at = int.from_bytes(data[0x20:0x24] if elf.bits == 32 else data[0x28:0x30], order_of(elf.order))
    step = 40 if elf.bits == 32 else 64
    for section in elf.sections:
        if section.kind == 2:
            place = at + step * section.index + 4
            out[place : place + 4] = bytes(4)
    return bytes(out)


def order_of(order: str) -> str:
    """Return the name of a byte order mark."""
    return "little" if order == "<" else "big"


def main(command: str, isa: str, *rest: str) -> None:
    """Learn or measure."""
    if command == "learn":
        out, *pairs = rest
        learned = learn([tuple(pair.split("=")) for pair in pairs])
        body = zlib.compress(msgspec.msgpack.encode(learned), 9)
        Path(out).write_bytes(body)
        count = len(learned.exact) // 8
        print(f"{isa}: {len(learned.names)} names, {count} functions, {len(body)} bytes")
    else:
        for pair in rest:
            measure(isa, *pair.split("="))


if __name__ == "__main__":
    main(*sys.argv[1:])
