"""Builds the programs of the ground truth of `compare`: projects, processors, compilers, variants.

Sources are unpacked upstream trees below one folder (Debian: `apt-get source lua5.4 bzip2 zlib
expat dnsmasq xz-utils`). A base build compiles every file once; a variant compiles what it
changes and links again.
"""

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

TARGETS = {
    "x86-64": "x86_64-linux-gnu",
    "aarch64": "aarch64-linux-gnu",
    "arm": "arm-linux-gnueabihf",
    "mipsel": "mipsel-linux-gnu",
}
DATE = ("Jan  1 2020", "10:11:12")
FLAGS = ("-O2", "-g", "-ffunction-sections", "-w", "-Wno-builtin-macro-redefined")
STAMP = """\
#include <stdio.h>
extern int puts(const char *);
void print_build_stamp(void) { puts("built " __DATE__ " " __TIME__ " rev " REVISION); }
void print_build_place(int n) { printf("%s:%d\\n", PLACE, n); }
"""


@dataclass(frozen=True)
class Project:
    """How one open-source project is compiled: files below its folder, defines, libraries."""

    name: str
    folder: str
    files: tuple[str, ...]
    defines: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    prepare: tuple[tuple[str, str], ...] = field(default_factory=tuple)


PROJECTS = (
    Project(
        "lua", "lua5.4-*/src", ("*.c",), ("-DLUA_COMPAT_5_3", "-DLUA_USE_POSIX"), ("-lm",),
        ("luac.c",), (("lua5.4-deb-multiarch.h", '#define DEB_HOST_MULTIARCH "x"\n'),),
    ),
    Project("bzip2", "bzip2-*", ("blocksort.c", "huffman.c", "crctable.c", "randtable.c",
            "compress.c", "decompress.c", "bzlib.c", "bzip2.c")),
    Project("zlib", "zlib-*", ("*.c", "test/minigzip.c"), ("-DHAVE_UNISTD_H", "-I.")),
    Project(
        "expat", "expat-*/expat", ("lib/xmlparse.c", "lib/xmlrole.c", "lib/xmltok.c",
        "xmlwf/xmlwf.c", "xmlwf/xmlfile.c", "xmlwf/codepage.c", "xmlwf/readfilemap.c"),
        ("-Ilib", "-I.", "-DXML_POOR_ENTROPY", "-DHAVE_MEMMOVE", "-DXML_CONTEXT_BYTES=1024",
         "-DHAVE_UNISTD_H", "-DXML_NS", "-DXML_DTD", "-DBYTEORDER=1234"), (), (),
        (("expat_config.h", "#define BYTEORDER 1234\n"), ("lib/expat_config.h", "\n")),
    ),
    Project("dnsmasq", "dnsmasq-*/src", ("*.c",), ('-DVERSION="2.90"',)),
    Project(
        "xzdec", "xz-utils-*/src", (
            "xzdec/xzdec.c", "common/tuklib_progname.c", "common/tuklib_exit.c",
            "liblzma/common/*decoder*.c", "liblzma/common/common.c", "liblzma/common/index*.c",
            "liblzma/common/stream_flags*.c", "liblzma/common/vli*.c",
            "liblzma/common/block_util.c",
            "liblzma/common/filter_common.c", "liblzma/common/easy_preset.c",
            "liblzma/check/check.c", "liblzma/check/crc32_fast.c", "liblzma/check/crc32_table.c",
            "liblzma/check/crc64_fast.c", "liblzma/check/crc64_table.c", "liblzma/check/sha256.c",
            "liblzma/lz/lz_decoder.c", "liblzma/lzma/lzma_decoder.c",
            "liblzma/lzma/lzma2_decoder.c", "liblzma/lzma/lzma_encoder_presets.c",
        ),
        ("-Icommon", "-Iliblzma/api", "-Iliblzma/common", "-Iliblzma/check", "-Iliblzma/lz",
         "-Iliblzma/lzma", "-Iliblzma/rangecoder", "-Iliblzma/delta", "-Iliblzma/simple",
         "-DTUKLIB_SYMBOL_PREFIX=lzma_", "-DHAVE_CHECK_CRC32", "-DHAVE_CHECK_CRC64",
         "-DHAVE_CHECK_SHA256", "-DHAVE_DECODERS", "-DHAVE_DECODER_LZMA1", "-DHAVE_DECODER_LZMA2",
         "-DHAVE_STDBOOL_H", "-DHAVE_STDINT_H", "-DHAVE_INTTYPES_H", "-DHAVE_STRING_H",
         "-DSIZEOF_SIZE_T=4", '-DPACKAGE_NAME="xz"', '-DPACKAGE_BUGREPORT="x"',
         '-DPACKAGE_URL="x"', "-DASSUME_RAM=128", "-DNDEBUG"), (),
        ("microlzma", "file_info", "alone_encoder", "index_encoder", "_mt.c"),
    ),
)  # fmt: skip


class BuildFailed(Exception):
    """A compiler or linker did not succeed."""


def run(command: list[str], folder: Path) -> None:
    """Run a tool quietly; raises `BuildFailed` with what it said last."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildFailed(f"{' '.join(command[:3])} …: {done.stderr[-300:]}")


def compiler(name: str, target: str) -> list[str]:
    """Return the command of compiler *name* (gcc, gcc-11, clang-16) for *target*."""
    triple = TARGETS[target]
    if name.startswith("clang"):
        return [name, f"--target={triple}"]
    return [f"{triple}-{name}" if target != "x86-64" else name]


@dataclass
class Build:
    """One project for one processor by one compiler, in a folder of its own."""

    project: Project
    target: str
    compiler: str
    folder: Path
    sources: Path
    flags: tuple[str, ...] = FLAGS

    @property
    def source(self) -> Path:
        """The folder with the sources."""
        return self.folder / "src"

    def prepare(self) -> None:
        """Copy the sources and compile every file that was not compiled before."""
        found = sorted(one for one in self.sources.glob(self.project.folder) if one.is_dir())
        if not found:
            raise BuildFailed(f"no sources of {self.project.name} below {self.sources}")
        if not self.source.exists():
            shutil.copytree(found[0], self.source, symlinks=True)
        for name, content in self.project.prepare:
            (self.source / name).write_text(content)
        for number, file in enumerate(self.files()):
            self.compile(file, self.object(number))
        self.stamp(self.folder / "stamp.o")

    def files(self) -> list[Path]:
        """Return the source files in order."""
        found: list[Path] = []
        for pattern in self.project.files:
            found += sorted(self.source.glob(pattern))
        unique = dict.fromkeys(found)
        return [one for one in unique if not any(word in one.name for word in self.project.skip)]

    def object(self, number: int) -> Path:
        """Return the path of an object file."""
        return self.folder / f"{number}.o"

    def command(self) -> list[str]:
        """Return the compiler with the flags that every file gets."""
        date = [f'-D__DATE__="{DATE[0]}"', f'-D__TIME__="{DATE[1]}"']
        return [*compiler(self.compiler, self.target), *self.flags, *date, *self.project.defines]

    def compile(self, file: Path, out: Path) -> Path:
        """Compile *file* as if it lay where it belongs; reuse what is there."""
        if not out.exists():
            relative = file.relative_to(self.source) if file.is_relative_to(self.source) else file
            run([*self.command(), "-c", str(relative), "-o", str(out)], self.source)
        return out

    def stamp(
        self, out: Path, *, date: tuple[str, str] = DATE, revision: str = "v1.0-5-g0a1b2c3",
        place: str = "/build/one/src/main.c",
    ) -> Path:  # fmt: skip
        """Compile the file that tells time, revision and folder of the build."""
        file = out.with_suffix(".c")
        file.write_text(STAMP)
        extra = [
            f'-D__DATE__="{date[0]}"', f'-D__TIME__="{date[1]}"', f'-DREVISION="{revision}"',
            f'-DPLACE="{place}"',
        ]  # fmt: skip
        base = [*compiler(self.compiler, self.target), *self.flags]
        run([*base, *extra, "-c", str(file), "-o", str(out)], self.source)
        return out

    def objects(self) -> list[Path]:
        """Return all object files, the stamp last."""
        count = len(self.files())
        return [*(self.object(number) for number in range(count)), self.folder / "stamp.o"]

    def link(self, out: Path, objects: Iterable[Path], *options: str) -> Path:
        """Link *objects* and strip the result to `out.s`."""
        linker = compiler(self.compiler, self.target)

        run(
            [*linker, "-o", str(out), *map(str, objects), *self.project.libraries, *options],
            self.source,
        )
        run([f"{TARGETS[self.target]}-strip", "-o", f"{out}.s", str(out)], self.source)
        return Path(f"{out}.s")
