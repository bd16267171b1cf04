"""Turns the order of files in folders around, so that a build which depends on it shows.

Many file systems list a folder in the order in which its entries were made (tmpfs, btrfs, small
folders of XFS); on those that order by a hash (ext4) this changes nothing.
"""

import os
from pathlib import Path

MOST = 200_000
"""How many entries are moved at most; larger trees keep their order."""


def turn_around(root: Path) -> bool:
    """Make the entries of every folder below *root* anew, last name first; say whether it was done.

    Contents, modes and times stay. No link is followed.
    """
    try:
        folders = _folders(root)
        for folder, stated in reversed(folders):
            _renew(folder, stated)
    except OSError:
        return False
    return bool(folders)


def _folders(root: Path) -> list[tuple[Path, os.stat_result]]:
    """Return *root* and the folders below it, above before below; none where there are too many."""
    found = [(root, root.stat())]
    count = 0
    for folder, _ in found:
        with os.scandir(folder) as entries:
            inner = [(entry, entry.is_dir(follow_symlinks=False)) for entry in entries]
        count += len(inner)
        if count > MOST:
            return []
        found += [
            (folder / entry.name, entry.stat(follow_symlinks=False))
            for entry, is_folder in inner
            if is_folder
        ]
    return found


def _renew(folder: Path, stated: os.stat_result) -> None:
    """Move the entries of *folder* into a new one, last name first, that takes its place."""
    folder.chmod(stated.st_mode | 0o700)
    fresh = folder.with_name(f"{folder.name}.turned")
    fresh.mkdir()
    for name in sorted((entry.name for entry in folder.iterdir()), reverse=True):
        (folder / name).rename(fresh / name)
    folder.rmdir()
    fresh.rename(folder)
    folder.chmod(stated.st_mode & 0o7777)
    os.utime(folder, ns=(stated.st_atime_ns, stated.st_mtime_ns))
