"""Builds `edge-router.bin`, the firmware image of an invented router with planted problems.

Needs the Debian packages gcc-mips-linux-gnu, libc6-dev-mips-cross, squashfs-tools and mtd-utils
(made with those of Debian 12). `python build.py` writes the image; `--check` compares instead.
uImage layout: U-Boot's include/image.h. The same tools give the same bytes.
"""

import argparse
import lzma
import struct
import sys
import tempfile
import tomllib
import zlib
from pathlib import Path
from typing import Final

import filesystems
import toolchain

HERE: Final = Path(__file__).resolve().parent
SOURCES: Final = HERE / "sources"
IMAGE: Final = HERE / "edge-router.bin"

RELEASE_TIME: Final = 1_704_067_200  # 2024-01-01, the date of the invented release
KERNEL_ADDRESS: Final = 0x80100000
FLASH_SIZE: Final = 0x140000
FLASH_MAP: Final = {"boot": 0, "kernel": 0x10000, "rootfs": 0x20000, "config": 0x100000}

_UIMAGE_MAGIC: Final = 0x27051956
_SYSTEM_FIRMWARE, _ARCH_MIPS, _TYPE_KERNEL, _COMPRESSION_LZMA = 17, 5, 2, 3


def make_uimage(payload: bytes, name: str) -> bytes:
    """Return *payload*, LZMA-compressed, behind a legacy uImage header with both CRCs."""
    chain = [{"id": lzma.FILTER_LZMA1, "preset": 9, "dict_size": 1 << 16}]
    data = lzma.compress(payload, format=lzma.FORMAT_ALONE, filters=chain)
    fields = (RELEASE_TIME, len(data), KERNEL_ADDRESS, KERNEL_ADDRESS, zlib.crc32(data))
    kinds = (_SYSTEM_FIRMWARE, _ARCH_MIPS, _TYPE_KERNEL, _COMPRESSION_LZMA)

    def header(crc: int) -> bytes:
        return struct.pack(">7I4B32s", _UIMAGE_MAGIC, crc, *fields, *kinds, name.encode())

    return header(zlib.crc32(header(0))) + data


def assemble(parts: dict[str, bytes]) -> bytes:
    """Return the flash image: each part at its offset, 0xff between.

    Raises ValueError when a part is larger than its partition.
    """
    ends = [*FLASH_MAP.values(), FLASH_SIZE][1:]
    image = bytearray()
    for (name, start), end in zip(FLASH_MAP.items(), ends, strict=True):
        if len(parts[name]) > end - start:
            raise ValueError(f"{name} has {len(parts[name])} bytes, its partition {end - start}")
        image += parts[name].ljust(end - start, b"\xff")
    return bytes(image)


def build(work: Path) -> bytes:
    """Return the flash image; *work* is an empty folder for intermediate files."""
    plan = tomllib.loads((SOURCES / "image.toml").read_text())
    boot = toolchain.compile_bare(
        SOURCES / "boot", ["start.S", "boot.c", "lzma.c"], "boot.lds", work / "boot.elf"
    )
    kernel = toolchain.compile_bare(
        SOURCES / "kernel", ["start.S", "kernel.c"], "kernel.lds", work / "kernel.elf"
    )
    filesystems.stage_root(plan, SOURCES, work / "rootfs")
    config_size = FLASH_SIZE - FLASH_MAP["config"]
    parts = {
        "boot": boot,
        "kernel": make_uimage(kernel, "edge-kernel 1.0 (example)"),
        "rootfs": filesystems.make_squashfs(
            plan, work / "rootfs", work / "rootfs.squashfs", RELEASE_TIME
        ),
        "config": filesystems.make_jffs2(
            SOURCES / "config", work / "config", work / "config.jffs2", config_size
        ),
    }
    for name, start in FLASH_MAP.items():
        print(f"{start:#08x} {name}: {len(parts[name])} bytes")
    return assemble(parts)


def main() -> int:
    """Build the image; return 0, or 1 when `--check` finds other bytes than the committed ones."""
    parser = argparse.ArgumentParser(description="Build the example firmware image.")
    parser.add_argument("--output", type=Path, default=IMAGE, help="where to write the image")
    parser.add_argument("--check", action="store_true", help="compare with the committed image")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        image = build(Path(work))
    if not options.check:
        options.output.write_bytes(image)
        return 0
    same = IMAGE.read_bytes() == image
    print("same bytes as edge-router.bin" if same else "differs from edge-router.bin")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
