"""XZ, LZMA-alone and headerless LZMA with the parameters that router vendors leave out.

Codec parameters: `lzma-raw:lc=3,lp=0,pb=2,dict=65536` names the filter in full.
Layout of the 13-byte LZMA-alone header: LZMA SDK, lzma-specification.txt.
"""

import lzma
from functools import lru_cache
from typing import Any

from assay.unpack.codecs.failure import DecodeFailure
from assay.unpack.codecs.standard import drain

_MEMORY = 256 << 20


def properties(byte: int) -> tuple[int, int, int]:
    """Return (lc, lp, pb) of an LZMA properties byte; raises `DecodeFailure` above 224."""
    if byte >= 225:
        raise DecodeFailure(f"{byte:#x} is no LZMA properties byte")
    pb, rest = divmod(byte, 45)
    lp, lc = divmod(rest, 9)
    return lc, lp, pb


def raw_codec(lc: int, lp: int, pb: int, dictionary: int) -> str:
    """Return the codec name of headerless LZMA with these parameters."""
    return f"lzma-raw:lc={lc},lp={lp},pb={pb},dict={dictionary}"


@lru_cache(maxsize=64)
def _filter(parameters: str) -> dict[str, Any]:
    fields = dict(item.split("=", 1) for item in parameters.split(","))
    lc, lp, pb = (int(fields[name]) for name in ("lc", "lp", "pb"))
    if lc + lp > 4:
        raise DecodeFailure(f"liblzma refuses lc={lc} lp={lp}")
    size = max(4096, min(int(fields["dict"]), _MEMORY))
    return {"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": size}


def _raw(data: memoryview, parameters: str, most: int) -> bytes:
    """Decode up to *most* bytes: headerless LZMA often has no end mark, only a known length."""
    try:
        decoder = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[_filter(parameters)])
        out = decoder.decompress(data, most)
    except (lzma.LZMAError, ValueError, EOFError) as error:
        raise DecodeFailure(f"damaged LZMA: {error}") from None
    return out


def _headed(data: memoryview, parameters: str, most: int) -> bytes:
    """Decode LZMA behind its own header of 13 bytes (properties, dictionary, size) or 5."""
    header = int(parameters)
    if len(data) <= header or data[header] != 0:
        raise DecodeFailure("no LZMA stream behind the header")
    lc, lp, pb = properties(data[0])
    # The output is never longer than *most*, so a larger dictionary is never looked into.
    codec = raw_codec(lc, lp, pb, max(4096, most)).partition(":")[2]
    return _raw(data[header:], codec, most)


def _alone(data: memoryview, _: str, most: int) -> bytes:
    try:
        decoder = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_MEMORY)
    except lzma.LZMAError as error:
        raise DecodeFailure(f"damaged LZMA: {error}") from None
    return drain(decoder, data, most, (lzma.LZMAError, EOFError))


def _xz(data: memoryview, _: str, most: int) -> bytes:
    decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)
    return drain(decoder, data, most, (lzma.LZMAError, EOFError))


DECODERS = {"lzma-raw": _raw, "lzma-headed": _headed, "lzma-alone": _alone, "xz": _xz}
