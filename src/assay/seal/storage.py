"""Writing a file whole or not at all, with errors that say what the user can do."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

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
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} exists and is not a file", advice="Choose another name.")
    try:
        with _draft(path) as file:
            for piece in pieces:
                file.write(piece)
        _settle(path.parent)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}",
            advice=_ADVICE.get(error.errno or 0, "Write to another folder."),
        ) from error


@contextlib.contextmanager
def _draft(path: Path) -> Iterator[BinaryIO]:
    """Give a file beside *path* that takes its place when all went well, or vanishes."""
    descriptor, name = tempfile.mkstemp(prefix=".assay-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fchmod(file.fileno(), 0o666 & ~_umask())
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        # Ctrl-C included: a half-written file must not stay.
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _settle(folder: Path) -> None:
    """Put the folder's new entry on the disk, where the system allows that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
