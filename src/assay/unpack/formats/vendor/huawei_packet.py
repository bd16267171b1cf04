"""Upgrade packet of Huawei home gateways: a signature, a flash image, a CRC.

128 bytes as long as an RSA-1024 signature, the flash image whose first instruction is the
jump of the MIPS reset vector, u32 CRC32 of the flash image with a register that starts at
zero. The layout was derived from a packet whose CRC it satisfies.
"""

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.vendor._integrity import crc32_from_zero
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="huawei-packet",
    family="container",
    magic=(Magic(rb"[\x0b\x10][\xf0\x00]..\x00{4}", at=128),),
    about="Signed upgrade packet that holds the image of a MIPS device's whole flash.",
    references=("https://github.com/Vu1nT0tal/IoT-vulhub/tree/master/HUAWEI",),
    limits=("the signature is located; its key is not in the packet, so it is not verified",),
    envelope=True,
    anywhere=False,
    priority=60,
)

_SIGNATURE = 128


def measure(view: View, start: int) -> Extent:
    """Return the rest of the blob when the CRC at its end matches."""
    if view.size - start < _SIGNATURE + 1024:
        raise NotThisFormat("too short for a flash image")
    if len(set(view.read(start, _SIGNATURE))) < 64:
        raise NotThisFormat("no signature in front")
    stored = view.read(view.size - 4, 4)
    computed = crc32_from_zero(view, start + _SIGNATURE, view.size - 4)
    if stored not in {computed.to_bytes(4, "big"), computed.to_bytes(4, "little")}:
        raise NotThisFormat("the CRC does not match")
    return Extent(start, view.size)


def unpack(_: View, extent: Extent, sink: Sink) -> None:
    """Hand over the flash image."""
    start, end = extent.start, extent.end
    sink.region(start, _SIGNATURE, "parsed", "signature")
    sink.part("flash", start + _SIGNATURE, end - 4 - start - _SIGNATURE)
    sink.region(end - 4, 4, "parsed", "checksum")
