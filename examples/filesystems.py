"""Makes the SquashFS root and the JFFS2 configuration partition of the example router.

Part of the generator of `edge-router.bin`; see build.py. Owners, modes, links and devices come
from `sources/image.toml`, so that neither root nor a particular umask is needed.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import toolchain

Plan = dict[str, Any]

ERASE_BLOCK: Final = 0x10000
_PROGRAM_MODE: Final = 0o755


def _place_programs(plan: Plan, sources: Path, root: Path) -> None:
    for program in plan["program"]:
        out = root / program["path"].lstrip("/")
        out.parent.mkdir(parents=True, exist_ok=True)
        flags = plan["hardening"][program["hardening"]]
        toolchain.compile_program(sources / "programs", program["sources"], flags, out)


def stage_root(plan: Plan, sources: Path, root: Path) -> None:
    """Fill the folder *root* with the regular files and folders of the root file system."""
    shutil.copytree(sources / "rootfs", root)
    _place_programs(plan, sources, root)
    (root / "lib").mkdir()
    for library in ("ld.so.1", "libc.so.6"):
        shutil.copyfile(toolchain.LIBRARIES / library, root / "lib" / library)
    for path in (*plan["folders"], *plan["links"]):
        (root / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
    for path in plan["folders"]:
        (root / path.lstrip("/")).mkdir(exist_ok=True)


def _mode_of(path: str, plan: Plan, *, is_folder: bool) -> int:
    special = {program["path"]: program.get("mode", _PROGRAM_MODE) for program in plan["program"]}
    special |= plan["modes"] | plan["folders"]
    if path in special:
        return int(special[path])
    is_program = is_folder or path.startswith(("/etc/init.d/", "/lib/"))
    return _PROGRAM_MODE if is_program else 0o644


def _definitions(plan: Plan, root: Path) -> Iterator[str]:
    """Yield mksquashfs pseudo-file lines: modes of what is staged, then links and devices."""
    for staged in sorted(root.rglob("*")):
        path = "/" + staged.relative_to(root).as_posix()
        yield f"{path} m {_mode_of(path, plan, is_folder=staged.is_dir()):o} 0 0"
    for path, target in sorted(plan["links"].items()):
        yield f"{path} s 777 0 0 {target}"
    for path, (mode, kind, major, minor) in sorted(plan["devices"].items()):
        yield f"{path} {kind} {mode:o} 0 0 {major} {minor}"


def make_squashfs(plan: Plan, root: Path, out: Path, time: int) -> bytes:
    """Return the SquashFS image of the staged folder *root*, all times set to *time*."""
    listing = out.with_suffix(".pseudo")
    listing.write_text("\n".join(_definitions(plan, root)) + "\n")
    stamp = str(time)
    options = ["-comp", "xz", "-b", "131072", "-noappend", "-no-xattrs", "-quiet", "-no-progress"]
    owners = ["-all-root", "-root-mode", "755", "-pf", str(listing)]
    steady = ["-reproducible", "-mkfs-time", stamp, "-all-time", stamp]
    toolchain.run(["mksquashfs", root, out, *options, *owners, *steady], root)
    return out.read_bytes()


def make_jffs2(files: Path, root: Path, out: Path, size: int) -> bytes:
    """Return a big-endian JFFS2 partition of *size* bytes that holds the folder *files*."""
    root.mkdir()
    for path in sorted(files.iterdir()):
        shutil.copyfile(path, root / path.name)
        (root / path.name).chmod(0o644)
    root.chmod(0o755)
    geometry = ["-b", "-e", hex(ERASE_BLOCK), f"--pad={size:#x}"]
    toolchain.run(["mkfs.jffs2", "-U", "-f", *geometry, "-r", root, "-o", out], root)
    return out.read_bytes()
