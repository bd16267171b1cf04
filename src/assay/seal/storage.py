"""Writing files whole or not at all, with errors that say what the user can do."""

import contextlib
import errno
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from assay.errors import StorageError, UsageError

_ADVICE = {
    errno.ENOSPC: "Free some space, or write to another disk.",
    errno.EDQUOT: "Free some space, or write to another disk.",
    errno.EACCES: "Write to a folder of your own.",
    errno.EPERM: "Write to a folder of your own.",
    errno.EROFS: "Write to a folder that is not read-only.",
    errno.ENOENT: "Make the folder first.",
    errno.ENOTDIR: "Make the folder first.",
}


def write_atomically(path: Path, pieces: Iterable[bytes]) -> None:
    """Write *pieces* to *path*, replacing a file there only once all of them are on the disk.

    Raises StorageError; whatever happens, no part of a file is left behind.
    """
    write_together(path.parent, {path.name: pieces})


def write_together(folder: Path, files: Mapping[str, Iterable[bytes]]) -> None:
    """Write *files* into *folder*, in their order, once all of them are on the disk.

    Raises StorageError; whatever happens, no part of a file is left behind.
    """
    drafts: dict[Path, Path] = {}
    path = folder
    try:
        for path in (folder / name for name in files):
            if path.exists() and not path.is_file():
                raise UsageError(f"{path} exists and is not a file", advice="Choose another name.")
            drafts[path] = path.with_name(f".assay-{os.urandom(6).hex()}.part")
            _write(drafts[path], files[path.name])
        for path in (*drafts,):
            _settle(drafts[path])
        for path in (*drafts,):
            drafts.pop(path).replace(path)
        with contextlib.suppress(OSError):  # not every system allows that for a folder
            _settle(folder)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}",
            advice=_ADVICE.get(error.errno or 0, "Write to another folder."),
        ) from error
    finally:
        # Ctrl-C included: a half-written file must not stay.
        for draft in drafts.values():
            with contextlib.suppress(OSError):
                draft.unlink()


def _write(draft: Path, pieces: Iterable[bytes]) -> None:
    """Write the new file *draft* and have the system begin to bring it to the disk.

    To begin with all of them and wait later takes a fraction of waiting for one after the other.
    """
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _settle(path: Path) -> None:
    """Wait until the file or folder *path* is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
