"""POSIX mode words, device numbers and attributes, as file systems and archives store them."""

from assay._kernel.printable import printable
from assay.model.tree import Attribute, NodeKind
from assay.unpack.sink import Metadata, Sink

TYPE_MASK = 0o170000
_KINDS: dict[int, NodeKind] = {
    0o010000: "fifo",
    0o020000: "device",
    0o040000: "directory",
    0o060000: "device",
    0o100000: "file",
    0o120000: "symlink",
    0o140000: "socket",
}


def kind_of(mode: int) -> NodeKind | None:
    """Return what the type bits of *mode* say a node is; None where they say nothing known."""
    return _KINDS.get(mode & TYPE_MASK)


def permissions(mode: int) -> int:
    """Return the permission bits of *mode* with set-uid, set-gid and sticky."""
    return mode & 0o7777


def short_device(number: int) -> tuple[int, int]:
    """Return (major, minor) of a 16-bit device number."""
    return number >> 8 & 0xFF, number & 0xFF


def long_device(number: int) -> tuple[int, int]:
    """Return (major, minor) of Linux's 32-bit device number (`new_encode_dev`)."""
    return number >> 8 & 0xFFF, number & 0xFF | number >> 12 & 0xFFF00


def device_name(mode: int, numbers: tuple[int, int]) -> str:
    """Return `c1:3` or `b8:0`, empty when *mode* is that of no device."""
    if kind_of(mode) != "device":
        return ""
    letter = "c" if mode & TYPE_MASK == 0o020000 else "b"
    return f"{letter}{numbers[0]}:{numbers[1]}"


def attribute(name: bytes, value: bytes) -> Attribute:
    """Return the extended attribute *name* with *value* as hex."""
    return Attribute(name=printable(name[:256]), value=value.hex())


def place(
    sink: Sink,
    path: bytes,
    mode: int,
    meta: Metadata,
    *,
    numbers: tuple[int, int] = (0, 0),
    offset: int = 0,
    length: int = 0,
) -> bool:
    """Add a directory, device, fifo or socket as *mode* says; return False for other kinds."""
    kind = kind_of(mode)
    if kind == "directory":
        sink.directory(path, meta, offset=offset, length=length)
        return True
    if kind in {"device", "fifo", "socket"}:
        device = device_name(mode, numbers)
        sink.special(path, kind, meta, device=device, offset=offset, length=length)
        return True
    return False
