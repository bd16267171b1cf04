"""EnGenius images: a header with model and version, the image masked by an eight-byte key.

Layout (big-endian): ids, version[20] at 12, u32 length at 32, MD5[16], u32 12345678 at 92,
`all`, versions, u32 model length at 128, model; the key lies bare where the image has zeros.
Layout and key as in unblob's handler (MIT).
"""

from assay.model.tree import Piece
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="engenius",
    family="container",
    magic=(Magic(rb"\x12\x34\x56\x78all", at=0x5C),),
    about="Upgrade file of EnGenius access points; the image is obfuscated, not encrypted.",
    references=("https://github.com/onekey-sec/unblob",),
    limits=("the phase of the key is known only where the image has a run of zeros",),
)

_MODEL = 132
_KEY = bytes.fromhex("ac783c9ecf67b359")


def measure(view: View, start: int) -> Extent:
    """Return where the image ends; the key must lie bare somewhere in it."""
    length = view.number(">I", start + 32)
    model = view.number(">I", start + 128)
    if model > 256 or not view.text(start + _MODEL, model).isprintable():
        raise NotThisFormat("no model name")
    data = start + _MODEL + model
    end = min(data + length, view.size)
    if not 64 <= length <= 1 << 28 or end - data < length // 2:
        raise NotThisFormat("the length is impossible")
    found = bytes(view.window(data, end - data)).find(_KEY + _KEY)
    if found < 0:
        raise NotThisFormat("the key is not to be seen")
    return Extent(start, end, (data, found % len(_KEY)))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the image without its mask."""
    data, phase = extent.detail or measure(view, extent.start).detail
    key = _KEY[-phase:] + _KEY[:-phase] if phase else _KEY
    size = extent.end - data
    piece = Piece(at=data, size=size, codec=f"xor:{key.hex()}", length=size)
    sink.stream("image", piece)
