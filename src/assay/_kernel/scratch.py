"""Temporary folders that nothing leaves behind, not even a signal while one is being made."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def scratch_folder() -> Iterator[str]:
    """Yield the path of a new temporary folder, which is removed behind; raises OSError.

    Signals that end the program wait until somebody stands ready to remove the folder.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        folder = tempfile.mkdtemp(prefix="assay-")
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
