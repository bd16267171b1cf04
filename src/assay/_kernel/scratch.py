"""Temporary folders that nothing leaves behind, not even a signal while one is being made.

`tempfile` and `shutil` do the same and are slow to load; they help where something is unusual.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from assay._kernel.signals import Held


@contextmanager
def scratch_folder() -> Iterator[str]:
    """Yield the path of a new temporary folder, which is removed behind; raises OSError.

    Signals that end the program wait until somebody stands ready to remove the folder.
    """
    held = Held()
    try:
        folder = _made()
        try:
            held.release()
            yield folder
        finally:
            _remove(folder)
    finally:
        held.release()


def _made() -> str:
    """Make a folder where the user wants it, else where `tempfile` finds a place with room."""
    wanted = next((os.environ[one] for one in ("TMPDIR", "TEMP", "TMP") if os.environ.get(one)), "")
    place = os.path.abspath(wanted or "/tmp")  # noqa: PTH100, S108 - the folder's name is drawn
    folder = f"{place}/assay-{os.urandom(8).hex()}"
    try:
        os.mkdir(folder, 0o700)  # noqa: PTH102 - a plain name is all that is needed
        try:
            _write(f"{folder}/trial")
        except OSError:
            _remove(folder)
            raise
    except OSError:
        import tempfile  # noqa: PLC0415 - it tries other places

        return tempfile.mkdtemp(prefix="assay-")
    return folder


def _write(path: str) -> None:
    """Write a little to *path* and remove it; raises OSError, on a full disk among others."""
    with open(path, "xb", buffering=0) as file:  # noqa: PTH123 - see above
        file.write(b"room")
    os.unlink(path)  # noqa: PTH108 - see above


def _remove(folder: str) -> None:
    try:
        os.rmdir(folder)  # noqa: PTH106 - see above
    except OSError:
        import shutil  # noqa: PLC0415 - something is in it

        shutil.rmtree(folder, ignore_errors=True)
