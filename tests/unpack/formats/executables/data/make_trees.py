"""Makes the committed device trees and FIT images with dtc and mkimage."""

import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TREE = """/dts-v1/;
/ {
    model = "Test board";
    #address-cells = <1>;
    chosen { bootargs = "console=ttyS0 root=/dev/mtdblock3"; };
    flash@1e000000 { read-only; partition@0 { label = "boot"; reg = <0 0x30000>; }; };
};
"""
IMAGES = """/dts-v1/;
/ {
    description = "two parts";
    images {
        kernel-1 {
            data = /incbin/("kernel.bin"); type = "kernel"; arch = "mips"; os = "linux";
            compression = "none"; load = <0x80000000>; entry = <0x80000000>;
            hash-1 { algo = "crc32"; };
            hash-2 { algo = "sha256"; };
        };
        fdt-1 {
            data = /incbin/("board.dtb"); type = "flat_dt"; arch = "mips"; compression = "none";
            hash-1 { algo = "sha1"; };
        };
    };
    configurations { default = "conf"; conf { kernel = "kernel-1"; fdt = "fdt-1"; }; };
};
"""


def main() -> None:
    """Write `board.dtb`, `inside.itb` and `outside.itb` beside this file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "board.dts").write_text(TREE, encoding="ascii")
        (folder / "images.its").write_text(IMAGES, encoding="ascii")
        (folder / "kernel.bin").write_bytes(b"kernel" * 50)
        run(folder, "dtc", "-q", "-O", "dtb", "-o", "board.dtb", "board.dts")
        run(folder, "mkimage", "-f", "images.its", "inside.itb")
        run(folder, "mkimage", "-E", "-f", "images.its", "outside.itb")
        for made in ("board.dtb", "inside.itb", "outside.itb"):
            (HERE / made).write_bytes((folder / made).read_bytes())


def run(folder: Path, *command: str) -> None:
    """Run a tool in *folder* with a fixed time stamp."""
    environment = {"PATH": "/usr/bin:/bin", "SOURCE_DATE_EPOCH": "1700000000"}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


if __name__ == "__main__":
    main()
