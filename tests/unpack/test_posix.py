"""Mode words and device numbers."""

import pytest

from assay.unpack import posix
from assay.unpack.limits import Limits
from assay.unpack.sink import Metadata, Sink


@pytest.mark.parametrize(
    ("mode", "kind"),
    [(0o100755, "file"), (0o040755, "directory"), (0o120777, "symlink"), (0o020600, "device"),
     (0o060600, "device"), (0o010600, "fifo"), (0o140600, "socket"), (0o755, None)],
)  # fmt: skip
def test_kinds(mode: int, kind: str | None) -> None:
    assert posix.kind_of(mode) == kind


def test_device_numbers() -> None:
    assert posix.short_device(0x0501) == (5, 1)
    assert posix.long_device(0x12345678) == (0x456, 0x12378)
    assert posix.device_name(0o060660, (8, 0)) == "b8:0"
    assert posix.device_name(0o020660, (5, 1)) == "c5:1"
    assert not posix.device_name(0o100660, (5, 1))


def test_place_takes_all_but_files_and_links() -> None:
    sink = Sink(Limits(), "test")
    meta = Metadata(0o755)
    assert posix.place(sink, b"d", 0o040755, meta)
    assert posix.place(sink, b"c", 0o020755, meta, numbers=(1, 3))
    assert not posix.place(sink, b"f", 0o100755, meta)
    assert not posix.place(sink, b"l", 0o120755, meta)
    assert [(entry.path, entry.device) for entry in sink.entries] == [("d", ""), ("c", "c1:3")]
