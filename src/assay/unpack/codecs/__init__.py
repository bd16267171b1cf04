"""Decoders of stored bytes, by name: what a Piece's `codec` means.

A codec is written `name` or `name:parameters`. `decode` never yields more than it is allowed.
"""

from collections.abc import Callable

from assay.unpack.codecs import erased, lzma_variants, masked, nrv, padded, rtime, standard, upx
from assay.unpack.codecs.failure import DecodeFailure

Decoder = Callable[[memoryview, str, int], bytes]
"""Takes stored bytes, the codec's parameters and the most bytes it may yield."""

DECODERS: dict[str, Decoder] = {
    **standard.DECODERS,
    **erased.DECODERS,
    **lzma_variants.DECODERS,
    **masked.DECODERS,
    **nrv.DECODERS,
    **padded.DECODERS,
    **rtime.DECODERS,
    **upx.DECODERS,
}

__all__ = ["DECODERS", "DecodeFailure", "Decoder", "decode"]


def decode(codec: str, data: memoryview | bytes, most: int) -> bytes:
    """Return *data* decoded by *codec*, at most *most* bytes.

    Raises `DecodeFailure` when the data is damaged, needs more than *most* bytes, or the codec
    is unknown.
    """
    name, _, parameters = codec.partition(":")
    decoder = DECODERS.get(name)
    if decoder is None:
        raise DecodeFailure(f"no codec named {name}")
    return decoder(memoryview(data), parameters, most)
