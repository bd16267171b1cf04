"""Seama: sealed image of D-Link and other Alpha Networks devices.

A chain of entities: u32 magic 5EA3A417, u16 reserved, u16 metadata size, u32 image size, MD5
of the image when there is one, metadata as zero-separated text, the image. Both byte orders.
Layout: https://github.com/openwrt/firmware-utils/blob/master/src/oseama.c
"""

import hashlib
from typing import NamedTuple

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="seama",
    family="container",
    magic=(Magic(rb"\x5e\xa3\xa4\x17\x00\x00"), Magic(rb"\x17\xa4\xa3\x5e\x00\x00")),
    about="Sealed image of D-Link and other Alpha Networks devices; each image has an MD5.",
    references=("https://github.com/openwrt/firmware-utils/blob/master/src/seama.h",),
    envelope=True,
)

_MAGIC = 0x5EA3A417
_MOST = 64


class _Entity(NamedTuple):
    """One link of the chain: where it starts, its metadata and its image."""

    start: int
    metadata: tuple[int, int]
    image: tuple[int, int]

    @property
    def end(self) -> int:
        """The first byte after the entity."""
        return sum(self.image)


def measure(view: View, start: int) -> Extent:
    """Return where the chain of entities ends."""
    order = ">" if view.read(start, 1) == b"\x5e" else "<"
    entities: list[_Entity] = []
    at = start
    while len(entities) < _MOST:
        try:
            entity = _entity(view, at, order)
        except NotThisFormat:
            break
        entities.append(entity)
        at = entity.end
    if not entities:
        raise NotThisFormat("no sound entity")
    return Extent(start, at, tuple(entities))


def _entity(view: View, at: int, order: str) -> _Entity:
    magic, reserved, metadata, size = view.unpack(order + "IHHI", at)
    if magic != _MAGIC or reserved or metadata % 4:
        raise NotThisFormat("no entity")
    described = at + 12 + (16 if size else 0)
    text = view.read(described, metadata)
    if metadata and (b"=" not in text or any(byte > 0x7E or 0 < byte < 9 for byte in text)):
        raise NotThisFormat("the metadata are no text")
    if not metadata and not size:
        raise NotThisFormat("an entity without contents")
    image = described + metadata
    view.window(image, size)
    return _Entity(at, (described, metadata), (image, size))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the images and verify their digests."""
    entities: tuple[_Entity, ...] = extent.detail or measure(view, extent.start).detail
    images = [entity for entity in entities if entity.image[1]]
    for entity in entities:
        text = view.read(*entity.metadata).rstrip(b"\0").replace(b"\0", b" ")
        note = "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in text[:120])
        sink.region(entity.start, entity.image[0] - entity.start, "parsed", f"header: {note}")
    for number, entity in enumerate(images):
        at, size = entity.image
        sink.part("image" if len(images) == 1 else f"image{number}", at, size)
        digest = hashlib.md5(view.window(at, size), usedforsecurity=False).digest()
        if digest != view.read(entity.start + 12, 16):
            sink.problem("damage", "the MD5 of an image does not match", offset=entity.start + 12)
