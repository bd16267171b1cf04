"""Temporary folders that nothing leaves behind, not even a signal while one is being made."""

import shutil
import tempfile
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
        folder = tempfile.mkdtemp(prefix="assay-")
        try:
            held.release()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        held.release()
