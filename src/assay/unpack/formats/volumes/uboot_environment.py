"""U-Boot environments: variables that boot loader and firmware share, behind a CRC32.

Layout: u32 CRC32 of the rest in the byte order of the CPU, one byte of flags where there are
two copies, `name=value` entries that end with a zero, an empty one at the end, padding.
Source: include/env_internal.h of U-Boot. The size is not stored: the CRC tells it.
"""

import zlib

from assay.model.tree import Piece
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

_FIRST = (
    rb"arch=", rb"baudrate=", rb"board=", rb"board_name=", rb"boot[a-z_]{3}=", rb"boot[a-z_]{4}=",
    rb"boot[a-z_]{5}=", rb"boot[a-z_]{6}=", rb"console=", rb"eth1addr=", rb"ethaddr=",
    rb"ethact=", rb"fdt_addr", rb"fdtaddr=", rb"fdtfile=", rb"fileaddr=", rb"filesize=",
    rb"ipaddr=", rb"kernel_addr", rb"mtdids=", rb"mtdparts=", rb"netmask=", rb"preboot=",
    rb"serverip=", rb"stderr=", rb"stdin=", rb"ver=U-Boot",
)  # fmt: skip

FORMAT = Format(
    name="u-boot-environment",
    family="volume",
    magic=tuple(Magic(name, at=at) for at in (4, 5) for name in _FIRST),
    about="Variables of the boot loader: boot command, kernel arguments, addresses.",
    references=("https://docs.u-boot.org/en/latest/usage/environment.html",),
    limits=("found where the first variable is one that boards commonly sort to the front",),
)

_SIZES = sorted(
    {
        unit * factor
        for unit in (1024, 1536, 1280, 1792)
        for factor in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
    }
)
_MOST = 4096


def measure(view: View, start: int) -> Extent:
    """Return where the environment ends: at the size for which the CRC matches."""
    stored = view.read(start, 4)
    wanted = {int.from_bytes(stored, "big"), int.from_bytes(stored, "little")}
    for flags in (0, 1):
        data = start + 4 + flags
        if not _plausible(view, data):
            continue
        crc, done = 0, data
        for size in _SIZES:
            if start + size > view.size:
                break
            crc = zlib.crc32(view.data[done : start + size], crc)
            done = start + size
            if crc in wanted:
                return Extent(start, done, data)
    raise NotThisFormat("no size satisfies the CRC")


def _plausible(view: View, data: int) -> bool:
    """Return whether text begins at *data*: the first entry has a name and ends soon."""
    head = bytes(view.data[data : data + 4096]).split(b"\0", 1)[0]
    return b"=" in head[:64] and all(0x20 <= byte < 0x7F for byte in head[:64])


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """List every variable as a file that holds its value."""
    data: int = extent.detail or measure(view, extent.start).detail
    text = view.read(data, extent.end - data)
    at = 0
    for _ in range(_MOST):
        after = text.find(b"\0", at)
        entry = text[at : after if after >= 0 else len(text)]
        name, mark, value = entry.partition(b"=")
        if not entry or not mark:
            break
        place = data + at + len(name) + 1
        pieces = [Piece(at=place, size=len(value), codec="raw", length=len(value))]
        sink.file(
            name.replace(b"/", b"_"),
            pieces if value else [],
            size=len(value),
            offset=data + at,
            length=len(entry),
        )
        at += len(entry) + 1
    padding = data + min(at + 1, len(text))
    sink.region(padding, extent.end - padding, "padding", "rest of the environment")
