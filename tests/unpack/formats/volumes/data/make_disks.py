"""Makes the committed disk images with qemu-img: the same small disk in every format."""

import gzip
import hashlib
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
COMMANDS = {
    "plain.qcow2": ["-O", "qcow2", "-o", "cluster_size=4096"],
    "deflate.qcow2": ["-c", "-O", "qcow2", "-o", "cluster_size=16384"],
    "zstd.qcow2": ["-c", "-O", "qcow2", "-o", "cluster_size=65536,compression_type=zstd"],
    "old.qcow2": ["-O", "qcow2", "-o", "compat=0.10"],
    "sparse.vmdk": ["-O", "vmdk", "-o", "subformat=monolithicSparse"],
    "stream.vmdk": ["-O", "vmdk", "-o", "subformat=streamOptimized"],
}


def disk() -> bytes:
    """Return a disk of 1 MiB with text at its start, noise in the middle and zeros at its end."""
    data = bytearray(1 << 20)
    text = b"".join(b"line %d of the disk\n" % number for number in range(500))
    data[: len(text)] = text
    noise = b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(64))
    data[300_000 : 300_000 + len(noise)] = noise
    return bytes(data)


def main() -> None:
    """Write every image beside this file."""
    with tempfile.TemporaryDirectory() as name:
        raw = Path(name) / "disk.raw"
        raw.write_bytes(disk())
        for image, options in COMMANDS.items():
            made = Path(name) / image
            command = ["qemu-img", "convert", "-f", "raw", *options, str(raw), str(made)]
            subprocess.run(command, check=True, capture_output=True)
            packed = gzip.compress(made.read_bytes(), 9, mtime=0)
            (HERE / f"{image}.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
