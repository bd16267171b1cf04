"""Programs packed by UPX: the packed ELF file gives the original one, byte for byte.

Behind the program headers: l_info (checksum, `UPX!`, loader size, version, format), p_info
(id, size of the original, block size), then blocks of b_info (two sizes, method, filter, mark)
and data: ELF header and program headers, each loaded segment, the gaps behind them; at the end
an empty block that says `UPX!`. Numbers are in the byte order of the ELF file.

Layout: UPX, src/stub/src/include/linux.h; the order of the blocks from packed programs.
"""

import struct
import zlib
from typing import NamedTuple

from assay.unpack.codecs import lzma_variants, nrv
from assay.unpack.codecs.branches import restore
from assay.unpack.codecs.failure import DecodeFailure

MAGIC = b"UPX!"
BLOCK = 12
PACK_HEADER = 36
MOST_SEGMENTS = 64
WIDEST_LOADER = 1 << 16
NRV_MOST = 24 << 20
"""Bytes that the bitwise decoder is asked for at most."""

_NRV = {
    2: "2b,32", 3: "2b,8", 4: "2b,16", 5: "2d,32", 6: "2d,8", 7: "2d,16", 8: "2e,32",
    9: "2e,8", 10: "2e,16",
}  # fmt: skip
_LZMA = 14


class Packed(NamedTuple):
    """A packed program: byte order, word size, size of the original, and its first block."""

    order: str
    wide: bool
    size: int
    first: int
    dynamic: bool


class Block(NamedTuple):
    """One block: where its data is, both sizes, method, filter and the filter's mark."""

    at: int
    size: int
    stored: int
    method: int
    filter: int
    mark: int


class Segment(NamedTuple):
    """A program header of the original."""

    kind: int
    offset: int
    size: int


def read_header(data: bytes | memoryview) -> Packed:
    """Return what the headers of the packed ELF file *data* say; raises `DecodeFailure`."""
    head = bytes(data[:8192])
    if len(head) < 64 or head[:4] != b"\x7fELF" or head[4] not in {1, 2} or head[5] not in {1, 2}:
        raise DecodeFailure("no ELF header")
    order, wide = "<>"[head[5] - 1], head[4] == 2
    segments = _segments(head, order, wide=wide)
    count = struct.unpack_from(f"{order}H", head, 56 if wide else 44)[0]
    at = (64 + 56 * count) if wide else (52 + 32 * count)
    if head[at + 4 : at + 8] != MAGIC or at + 24 > len(head):
        raise DecodeFailure("no UPX header behind the program headers")
    size = struct.unpack_from(f"{order}I", head, at + 16)[0]
    return Packed(order, wide, size, at + 24, any(one.kind == 2 for one in segments))


def end_of(data: memoryview, packed: Packed) -> tuple[int, int]:
    """Return where the pack header that closes the program begins and ends.

    Raises `DecodeFailure` when it is missing.
    """
    text = bytes(data[packed.first :])
    at = text.find(bytes(4) + MAGIC + bytes(4))
    behind = text.find(MAGIC, at + 8, at + 32) if at >= 0 else -1
    if behind < 0 or behind + PACK_HEADER > len(text):
        raise DecodeFailure("the end of the packed program is missing")
    return packed.first + behind, packed.first + behind + PACK_HEADER


def original_size(data: memoryview, packed: Packed) -> int:
    """Return the size of the original; where p_info was wiped, the pack header has it too."""
    close, _ = end_of(data, packed)
    return packed.size or int(struct.unpack_from(f"{packed.order}I", data, close + 24)[0])


def expand(data: memoryview, most: int) -> bytes:
    """Return the original of the packed program *data*.

    Raises `DecodeFailure` for damage, for shared libraries, of which UPX keeps parts elsewhere,
    and for methods and filters that are unknown; with all of it as `partial` when only the
    checksum differs.
    """
    packed = read_header(data)
    if packed.dynamic:
        raise DecodeFailure("unpacking shared libraries is not supported")
    size = original_size(data, packed)
    if not 0 < size <= most:
        raise DecodeFailure(f"the original has {size} bytes, more than are allowed")
    head = _content(data, _block(data, packed, packed.first))
    loads = [one for one in _segments(head, packed.order, wide=packed.wide) if one.kind == 1]
    gaps = [gap for gap in _gaps(loads, size) if gap.size]
    made = _Original(data, packed, size)
    at = packed.first
    for segment in loads:
        at = made.fill(at, segment)
    at = _behind_loader(data, packed, at, [gap.size for gap in gaps])
    for gap in gaps:
        at = made.fill(at, gap)
    # The pack header keeps the checksums in front of the sizes, or behind in big-endian order.
    close = end_of(data, packed)[0] + (8 if packed.order == "<" else 16)
    if struct.unpack_from(f"{packed.order}I", data, close)[0] != made.checksum:
        raise DecodeFailure("the checksum does not match", bytes(made.content))
    return bytes(made.content)


class _Original:
    """The original as far as it is restored, and the Adler-32 of its blocks in their order."""

    def __init__(self, data: memoryview, packed: Packed, size: int) -> None:
        self.data, self.packed = data, packed
        self.content, self.checksum = bytearray(size), 1

    def fill(self, at: int, segment: Segment) -> int:
        """Decode blocks from *at* on into a segment; return where they end."""
        offset, wanted = segment.offset, segment.size
        if offset + wanted > len(self.content):
            raise DecodeFailure("a segment lies outside the original")
        while wanted:
            block = _block(self.data, self.packed, at)
            if block.size > wanted:
                raise DecodeFailure(f"the block at {at:#x} does not fit its segment")
            piece = _content(self.data, block)
            self.checksum = zlib.adler32(piece, self.checksum)
            self.content[offset : offset + block.size] = piece
            offset, wanted, at = offset + block.size, wanted - block.size, block.at + block.stored
        return at


def _behind_loader(data: memoryview, packed: Packed, at: int, sizes: list[int]) -> int:
    """Return where the blocks of the gaps begin: they end with the block that says `UPX!`.

    The loader lies between them and the segments; its size is not stored reliably.
    """
    if not sizes:
        return at
    for start in range(at, min(at + WIDEST_LOADER, len(data) - BLOCK)):
        if _leads_to_end(data, packed, start, sizes):
            return start
    raise DecodeFailure("the data between the segments is missing")


def _leads_to_end(data: memoryview, packed: Packed, at: int, sizes: list[int]) -> bool:
    for size in sizes:
        left = size
        while left > 0:
            if at + BLOCK > len(data):
                return False
            unpacked, stored = struct.unpack_from(f"{packed.order}II", data, at)
            if not 0 < unpacked <= left or not 0 < stored <= unpacked:
                return False
            left, at = left - unpacked, at + BLOCK + stored
    return bytes(data[at : at + 8]) == bytes(4) + MAGIC


def _block(data: memoryview, packed: Packed, at: int) -> Block:
    if at + BLOCK > len(data):
        raise DecodeFailure("a block lies outside the file")
    size, stored, method, number, mark, _ = struct.unpack_from(f"{packed.order}IIBBBB", data, at)
    if not 0 < stored <= size or at + BLOCK + stored > len(data):
        raise DecodeFailure(f"the block at {at:#x} is damaged")
    return Block(at + BLOCK, size, stored, method, number, mark)


def _content(data: memoryview, block: Block) -> bytes:
    stored = data[block.at : block.at + block.stored]
    try:
        content = bytes(stored) if block.stored == block.size else _decoded(stored, block)
    except DecodeFailure as failure:
        raise DecodeFailure(f"the block at {block.at:#x}: {failure}") from None
    if len(content) != block.size:
        raise DecodeFailure(f"the block at {block.at:#x} yields {len(content)} bytes")
    plain = restore(content, block.filter, block.mark)
    if plain is None:
        raise DecodeFailure(f"filter {block.filter:#x} is not supported")
    return plain


def _decoded(stored: memoryview, block: Block) -> bytes:
    if block.method in _NRV:
        if block.size > NRV_MOST:
            raise DecodeFailure("too large for the bitwise decoder")
        return nrv.DECODERS["nrv"](stored, _NRV[block.method], block.size)
    if block.method != _LZMA or len(stored) < 3:
        raise DecodeFailure(f"method {block.method} is not supported")
    pb, lp, lc = stored[0] & 7, stored[1] >> 4, stored[1] & 15
    codec = lzma_variants.raw_codec(lc, lp, pb, max(4096, block.size)).partition(":")[2]
    return lzma_variants.DECODERS["lzma-raw"](stored[2:], codec, block.size)


def _segments(head: bytes, order: str, *, wide: bool) -> list[Segment]:
    """Return the program headers that directly follow the ELF header in *head*."""
    own, entry = (64, 56) if wide else (52, 32)
    if len(head) < own:
        raise DecodeFailure("the ELF header is cut off")
    count = min(struct.unpack_from(f"{order}H", head, 56 if wide else 44)[0], MOST_SEGMENTS)
    layout = struct.Struct(f"{order}I4xQ16xQ" if wide else f"{order}II8xI")
    present = min(count, (len(head) - own) // entry)
    rows = (layout.unpack_from(head, own + entry * number) for number in range(present))
    return [Segment(*row) for row in rows]


def _gaps(loads: list[Segment], size: int) -> list[Segment]:
    """Return what lies behind each loaded segment, up to the next one or the end."""
    found = []
    for segment in loads:
        end = segment.offset + segment.size
        after = [one.offset for one in loads if one is not segment and one.offset >= end]
        found.append(Segment(0, end, max(0, min([size, *after]) - end)))
    return found


def _upx(data: memoryview, _: str, most: int) -> bytes:
    return expand(data, most)


DECODERS = {"upx": _upx}
