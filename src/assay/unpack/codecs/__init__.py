"""Decoders of stored bytes, by name: what a Piece's `codec` means.

A codec is written `name` or `name:parameters`. `decode` never yields more than it is allowed.
"""

from collections.abc import Callable
from functools import cache

from assay.unpack.codecs.failure import DecodeFailure

Decoder = Callable[[memoryview, str, int], bytes]
"""Takes stored bytes, the codec's parameters and the most bytes it may yield."""

__all__ = ["DecodeFailure", "Decoder", "decode", "decoders"]


@cache
def decoders() -> dict[str, Decoder]:
    """Return all decoders by name, loaded at the first call: much is stored as it is."""
    from assay.unpack.codecs import (  # noqa: PLC0415 - see above
        erased,
        lzma_variants,
        masked,
        nrv,
        padded,
        rtime,
        standard,
        upx,
    )  # fmt: skip

    parts = (standard, erased, lzma_variants, masked, nrv, padded, rtime, upx)
    return {name: decoder for part in parts for name, decoder in part.DECODERS.items()}


def decode(codec: str, data: memoryview | bytes, most: int) -> bytes:
    """Return *data* decoded by *codec*, at most *most* bytes.

    Raises `DecodeFailure` when the data is damaged, needs more than *most* bytes, or the codec
    is unknown.
    """
    name, _, parameters = codec.partition(":")
    decoder = decoders().get(name)
    if decoder is None:
        raise DecodeFailure(f"no codec named {name}")
    return decoder(memoryview(data), parameters, most)
