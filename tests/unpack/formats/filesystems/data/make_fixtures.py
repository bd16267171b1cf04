"""Makes the images beside it with the tools that vendors use, and `tree.tsv`, what they hold.

Needs root (devices, owners) and: mtd-utils, e2fsprogs, genromfs, util-linux-extra or cramfsprogs,
cpio, tar, dosfstools, mtools, genisoimage, erofs-utils.
Run `python make_fixtures.py [PREFIX]`; PREFIX makes only the images whose name starts so.
"""

import gzip
import hashlib
import os
import random
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ARCHIVES = HERE.parent.parent / "archives" / "data"
UUID = "b1d5a3d2-8c5e-4c61-9a1e-000000000002"
TIME = 1_500_000_000
CAPABILITY = bytes.fromhex("0100000200200000000000000000000000000000")


def program(seed: int, size: int) -> bytes:
    """Return text and noise that compresses to about a third."""
    noise = random.Random(seed)
    words = [noise.randbytes(6).hex() for _ in range(40)]
    out = bytearray()
    while len(out) < size:
        out += noise.choice(words).encode() if noise.random() < 0.9 else noise.randbytes(8)
    return bytes(out[:size])


def fill(root: Path) -> None:
    """Make the sample tree below *root*."""
    for name in ("bin", "etc", "dev", "var/run", "many"):
        (root / name).mkdir(parents=True)
    (root / "bin/app").write_bytes(program(1, 13_000))
    (root / "bin/app").chmod(0o4755)
    os.setxattr(root / "bin/app", "security.capability", CAPABILITY)
    os.setxattr(root / "bin/app", "user.note", b"kept")
    os.link(root / "bin/app", root / "bin/tool")
    (root / "bin/sh").symlink_to("app")
    (root / "etc/passwd").write_text("root:x:0:0:root:/:/bin/sh\n")
    (root / "etc/shadow").write_text("root::0:0:99999:7:::\n")
    (root / "etc/shadow").chmod(0o600)
    os.chown(root / "etc/shadow", 0, 42)
    (root / "etc/empty").touch()
    (root / "etc/name with spaces and ünïcode").write_text("x")
    (root / "etc/long").symlink_to("/" + "/".join(["directory"] * 12))
    (root / "var" / ("long-" * 17)).mkdir()
    (root / "var" / ("long-" * 17) / ("name-" * 20)).write_text("long\n")
    (root / "var/link").symlink_to("/".join(["target"] * 20))
    with (root / "var/sparse").open("wb") as sparse:
        sparse.seek(30_000)
        sparse.write(b"after the hole")
    os.mkfifo(root / "var/run/fifo")
    os.mknod(root / "dev/console", 0o600 | stat.S_IFCHR, os.makedev(5, 1))
    os.mknod(root / "dev/sda", 0o660 | stat.S_IFBLK, os.makedev(8, 0))
    for number in range(40):
        (root / f"many/file-{number:02}").write_text(f"number {number}\n" * (number + 1))
    (root / "var/run").chmod(0o1777)
    for path in sorted(root.rglob("*"), reverse=True):
        os.utime(path, (TIME, TIME), follow_symlinks=False)
    os.utime(root, (TIME, TIME))


def describe(root: Path) -> str:
    """Return the table of what is below *root*: path, kind, mode, owners, what it holds."""
    lines, first = [], dict[int, str]()
    for path in sorted(root.rglob("*")):
        found, name = path.lstat(), str(path.relative_to(root))
        kind, holds = "fifo", ""
        if path.is_symlink():
            kind, holds = "symlink", str(path.readlink())
        elif path.is_dir():
            kind = "directory"
        elif path.is_file():
            kind, holds = "file", hashlib.sha256(path.read_bytes()).hexdigest()
            if first.setdefault(found.st_ino, name) != name:
                kind, holds = "hardlink", first[found.st_ino]
        elif stat.S_ISCHR(found.st_mode) or stat.S_ISBLK(found.st_mode):
            letter = "c" if stat.S_ISCHR(found.st_mode) else "b"
            kind = "device"
            holds = f"{letter}{os.major(found.st_rdev)}:{os.minor(found.st_rdev)}"
        mode = stat.S_IMODE(found.st_mode)
        lines.append(f"{name}\t{kind}\t{mode:o}\t{found.st_uid}\t{found.st_gid}\t{holds}")
    return "\n".join(lines) + "\n"


def run(*command: str | Path, **options: object) -> None:
    """Run *command*, quietly."""
    subprocess.run([str(word) for word in command], check=True, capture_output=True, **options)


def jffs2(*options: str) -> Callable[[Path, Path], None]:
    """Return a maker of JFFS2 images with *options*."""
    return lambda root, to: run("mkfs.jffs2", "-e", "16KiB", *options, "-d", root, "-o", to)


def ubifs(*options: str) -> Callable[[Path, Path], None]:
    """Return a maker of UBIFS images with *options*."""
    shape = ("-m", "512", "-e", "15360", "-c", "100")
    return lambda root, to: run("mkfs.ubifs", *shape, *options, "-r", root, "-o", to)


def ubi(root: Path, to: Path) -> None:
    """Make a UBI image of a UBIFS volume, a static volume and an empty one."""
    inner, table = to.with_name("inner"), to.with_name("table")
    ubifs("-x", "zlib")(root, inner)
    to.with_name("static").write_bytes(program(2, 20_000))
    lines = [
        "[root]", "mode=ubi", f"image={inner}", "vol_id=0", "vol_type=dynamic",
        "vol_name=rootfs", "vol_size=1MiB", "vol_flags=autoresize",
        "[kernel]", "mode=ubi", f"image={to.with_name('static')}", "vol_id=3",
        "vol_type=static", "vol_name=kernel", "vol_size=48KiB",
        "[data]", "mode=ubi", "vol_id=5", "vol_type=dynamic", "vol_name=data",
        "vol_size=64KiB",
    ]  # fmt: skip
    table.write_text("\n".join(lines))
    run("ubinize", "-Q", "1234", "-o", to, "-p", "16KiB", "-m", "512", "-s", "512", table)


def cpio(form: str) -> Callable[[Path, Path], None]:
    """Return a maker of cpio archives of *form*."""

    def make(root: Path, to: Path) -> None:
        names = sorted(str(path.relative_to(root)) for path in root.rglob("*"))
        text = "\n".join(names).encode()
        run("cpio", "--quiet", "-o", "-H", form, "-F", to, cwd=root, input=text)

    return make


def tar(*options: str) -> Callable[[Path, Path], None]:
    """Return a maker of tar archives with *options*."""
    return lambda root, to: run("tar", *options, "--sort=name", "-cf", to, "-C", root, ".")


def ext(size: str, *options: str) -> Callable[[Path, Path], None]:
    """Return a maker of ext volumes of *size* with *options*."""
    fixed = ("-q", "-U", "b1d5a3d2-8c5e-4c61-9a1e-000000000001", "-E", f"hash_seed={UUID}")
    clock = {**os.environ, "SOURCE_DATE_EPOCH": str(TIME), "E2FSPROGS_FAKE_TIME": str(TIME)}
    return lambda root, to: run("mke2fs", *fixed, *options, "-d", root, to, size, env=clock)


def fat(width: int, sectors: int, *options: str) -> Callable[[Path, Path], None]:
    """Return a maker of FAT volumes; links and devices, which it cannot hold, are left out."""

    def make(root: Path, to: Path) -> None:
        clock = {**os.environ, "SOURCE_DATE_EPOCH": str(TIME), "MTOOLS_SKIP_CHECK": "1"}
        fixed = ("--invariant", "-i", "12345678", "-F", str(width), *options)
        run("mkfs.fat", *fixed, "-C", to, str(sectors // 2), env=clock)
        for path in sorted(root.rglob("*")):
            name = "::" + str(path.relative_to(root))
            if path.is_dir() and not path.is_symlink():
                run("mmd", "-i", to, name, env=clock)
            elif path.is_file() and not path.is_symlink():
                run("mcopy", "-m", "-i", to, path, name, env=clock)

    return make


def iso(*options: str) -> Callable[[Path, Path], None]:
    """Return a maker of ISO 9660 volumes with *options*."""
    clock = {**os.environ, "SOURCE_DATE_EPOCH": str(TIME), "TZ": "UTC"}
    return lambda root, to: run("genisoimage", "-quiet", *options, "-o", to, root, env=clock)


def erofs(*options: str) -> Callable[[Path, Path], None]:
    """Return a maker of EROFS volumes with *options*."""
    fixed = ("--quiet", "-U", UUID, "-T", str(TIME))
    return lambda root, to: run("mkfs.erofs", *fixed, *options, to, root)


MAKERS: dict[str, Callable[[Path, Path], None]] = {
    "jffs2-le.bin": jffs2("-l", "--with-xattr"),
    "jffs2-be-rtime.bin": jffs2("-b", "-n", "-x", "zlib", "-x", "lzo"),
    **{f"cpio-{form}.bin": cpio(form) for form in ("newc", "crc", "odc", "bin")},
    "tar-ustar.bin": tar("--format=ustar", "--exclude=./etc/long", "--exclude=./var/link"),
    "tar-v7.bin": tar(
        "--format=v7",
        "--exclude=./dev",
        "--exclude=./var/run/fifo",
        "--exclude=./var/long-*",
        "--exclude=./etc/long",
        "--exclude=./var/link",
    ),
    "tar-gnu.bin": tar("--format=gnu", "--sparse"),
    "tar-pax.bin": tar("--format=pax", "--xattrs", "--xattrs-include=*", "--sparse"),
    "tar-pax01.bin": tar("--format=pax", "--sparse-version=0.1", "--sparse"),
    "tar-pax00.bin": tar("--format=pax", "--sparse-version=0.0", "--sparse"),
    "ext2-1k.bin": ext("600k", "-t", "ext2", "-b", "1024", "-I", "128", "-N", "128"),
    "ext3.bin": ext("3M", "-t", "ext3", "-b", "1024", "-N", "128", "-J", "size=1"),
    "ext4.bin": ext("2M", "-t", "ext4", "-O", "64bit,metadata_csum,^has_journal", "-N", "128"),
    "ext4-inline.bin": ext(
        "1M", "-t", "ext4", "-b", "1024", "-O", "inline_data,^has_journal", "-I", "512", "-N", "128"
    ),
    "ext4-groups.bin": ext(
        "6M",
        "-t",
        "ext4",
        "-b",
        "1024",
        "-g",
        "1024",
        "-N",
        "256",
        "-O",
        "meta_bg,^resize_inode,^flex_bg,^has_journal",
    ),
    "cramfs-le.bin": lambda root, to: run("mkfs.cramfs", "-N", "little", root, to),
    "cramfs-be.bin": lambda root, to: run("mkfs.cramfs", "-N", "big", "-z", root, to),
    "cramfs-boot.bin": lambda root, to: run("mkfs.cramfs", "-N", "little", "-p", root, to),
    "fat12.bin": fat(12, 1000, "-s", "1"),
    "fat16.bin": fat(16, 10_000, "-s", "1"),
    "fat32.bin": fat(32, 70_000, "-s", "1"),
    "iso-rock.bin": iso("-R", "-input-charset", "utf-8"),
    "iso-joliet.bin": iso("-J", "-joliet-long", "-input-charset", "utf-8"),
    "iso-plain.bin": iso("-input-charset", "utf-8"),
    "erofs-plain.bin": erofs(),
    "erofs-lz4.bin": erofs("-zlz4hc"),
    "erofs-big.bin": erofs("-zlz4hc", "-C16384", "-Eforce-inode-extended"),
    "erofs-full.bin": erofs("-zlz4hc", "-Elegacy-compress"),
    "erofs-tail.bin": erofs("-zlz4hc", "-Eztailpacking"),
    "erofs-tailfull.bin": erofs("-zlz4hc", "-Eztailpacking,legacy-compress"),
    "erofs-chunks.bin": erofs("--chunksize=4096"),
    "romfs.bin": lambda root, to: run("genromfs", "-V", "sample", "-d", root, "-f", to),
    "ubi.bin": ubi,
    "ubifs-lzo.bin": ubifs("-x", "lzo"),
    "ubifs-zlib.bin": ubifs("-x", "zlib"),
    "ubifs-zstd.bin": ubifs("-x", "zstd"),
    "ubifs-none.bin": ubifs("-x", "none"),
    "jffs2-le-lzo.bin": jffs2("-l", "-x", "zlib", "-x", "rtime", "-X", "lzo"),
}


def main(prefix: str = "") -> None:
    """Make all images whose name starts with *prefix*."""
    os.umask(0o022)
    with tempfile.TemporaryDirectory() as folder:
        root, made = Path(folder) / "root", Path(folder) / "made"
        root.mkdir(mode=0o755)
        fill(root)
        (HERE / "tree.tsv").write_text(describe(root))
        for name, make in MAKERS.items():
            if not name.startswith(prefix):
                continue
            make(root, made)
            to = (ARCHIVES if name.startswith(("cpio", "tar")) else HERE) / name
            to = to.with_name(name + ".gz")
            to.write_bytes(gzip.compress(made.read_bytes(), 9, mtime=0))
            made.unlink()
        shutil.rmtree(root)


if __name__ == "__main__":
    main(*sys.argv[1:])
