"""Where contents are kept for later: as a range of a file that has them, else in a pack."""

import os
import tempfile
from pathlib import Path

from assay.gather.jobs import Source
from assay.unpack.sink import Entry


class Pack:
    """Contents of one process in one file of *folder*: a file for each would cost more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = -1
        self._name = ""
        self._size = 0
        self._known: dict[str, Source] = {}

    def add(self, sha256: str, content: bytes | memoryview) -> Source:
        """Return where *content* is from now on; raises OSError where there is no room."""
        known = self._known.get(sha256)
        if known is not None:
            return known
        if self._file < 0:
            self._file, self._name = tempfile.mkstemp(suffix=".pack", dir=self._folder)
        done = 0
        while done < len(content):  # what is broken off is written over by what comes next
            done += os.pwrite(self._file, memoryview(content)[done:], self._size + done)
        found = Source(file=self._name, offset=self._size, size=len(content))
        self._known[sha256] = found
        self._size += len(content)
        return found

    def __del__(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)


def range_of(entry: Entry, source: Source) -> Source | None:
    """Return where the content of *entry* lies as it is in *source*, None where it does not."""
    if len(entry.pieces) != 1 or entry.inline is not None:
        return None
    (piece,) = entry.pieces
    if piece.codec != "raw" or piece.skip or piece.take >= 0 or piece.size != entry.size:
        return None
    return source.part(entry)
