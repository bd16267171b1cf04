"""ELF programs packed by UPX; see `codecs/upx.py` for the layout and what is decoded."""

from assay.model.tree import Piece
from assay.unpack.codecs.failure import DecodeFailure
from assay.unpack.codecs.upx import MAGIC, Packed, end_of, expand, original_size, read_header
from assay.unpack.format import Extent, Format, Magic
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

MOST_HEADERS = 8
_PLACES = sorted(
    {own + entry * count + 4 for own, entry in ((52, 32), (64, 56)) for count in range(1, 9)}
)

FORMAT = Format(
    name="upx",
    family="executable",
    magic=tuple(Magic.literal(MAGIC, at) for at in _PLACES),
    about="Packed programs; the original is restored from NRV2B, NRV2D, NRV2E or LZMA blocks.",
    references=("https://github.com/upx/upx/blob/devel/src/stub/src/include/linux.h",),
    limits=(
        "shared libraries are recognised, not unpacked",
        "programs of UPX before 1.90 with block headers of 8 bytes are not unpacked",
    ),
    priority=20,
)


def measure(view: View, start: int) -> Extent:
    """Return where the pack header ends; raises for what is not packed by UPX."""
    rest = view.data[start:]
    packed = read_header(rest)
    _, end = end_of(rest, packed)
    if original_size(rest, packed) < end // 64:
        raise NotThisFormat("the original would be much smaller than the packed program")
    return Extent(start, start + end, detail=packed)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the original program."""
    packed: Packed = extent.detail
    size = extent.end - extent.start
    data = view.data[extent.start : extent.end]
    if packed.dynamic:
        sink.problem("unsupported", "a shared library packed by UPX is not unpacked")
        return
    try:
        original = expand(data, view.limits.output(size))
    except DecodeFailure as failure:
        sink.problem("damage", f"the packed program cannot be restored: {failure}")
        if not failure.partial:
            return
        original = failure.partial
    piece = Piece(at=extent.start, size=size, codec="upx", length=len(original))
    sink.stream("program", piece, original)
