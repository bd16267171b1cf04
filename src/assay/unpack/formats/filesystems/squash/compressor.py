"""Which codec the blocks of a SquashFS use: declared, or found out where vendors changed it.

Versions 1 to 3 record no compressor, and many vendors put LZMA in, with a 13-byte, a 5-byte
or no header; some version-4 images declare one compressor and use another.
"""

from collections.abc import Iterator

from assay.unpack.codecs import decode
from assay.unpack.codecs.lzma_variants import raw_codec
from assay.unpack.view import NotThisFormat

METADATA = 8192

_DECLARED = {
    "zlib": ("zlib",),
    "lzma": ("lzma-headed:13", "lzma-headed:5"),
    "lzo": ("lzo",),
    "xz": ("xz",),
    "lz4": ("lz4",),
    "zstd": ("zstd",),
}
_FIXED = ((3, 0, 2), (0, 0, 0), (3, 1, 2), (0, 2, 2), (0, 0, 2), (3, 0, 0), (1, 2, 2))


def declared(compressor: str) -> str:
    """Return the codec that a superblock's *compressor* means by itself."""
    return _DECLARED.get(compressor, ("zlib",))[0]


def find_codec(named: str, sample: memoryview, *, full: bool) -> str:
    """Return the codec that decodes *sample*, a stored metadata block; *named* is tried first.

    *full* says that the block is not the last of its table and so yields exactly 8 KiB.
    Raises `NotThisFormat` when none of the known ones does.
    """
    for codec in _candidates(named, sample):
        try:
            out = decode(codec, sample, METADATA)
        except NotThisFormat:
            continue
        if len(out) == METADATA or (out and not full):
            return codec
    raise NotThisFormat("no known compressor decodes its metadata")


def _candidates(named: str, sample: memoryview) -> Iterator[str]:
    yield from _DECLARED.get(named, ())
    if bytes(sample[:1]) == b"\x78":
        yield "zlib"
    if len(sample) > 13 and sample[13] == 0:
        yield "lzma-headed:13"
    if len(sample) > 5 and sample[5] == 0:
        yield "lzma-headed:5"
    yield from ("zlib", "xz", "lzo", "zstd")
    if bytes(sample[:1]) == b"\0":
        yield from (raw_codec(*parameters, 1 << 20) for parameters in _raw_parameters())


def _raw_parameters() -> Iterator[tuple[int, int, int]]:
    yield from _FIXED
    for pb in range(5):
        for lp in range(5):
            for lc in range(5 - lp):
                if (lc, lp, pb) not in _FIXED:
                    yield lc, lp, pb
