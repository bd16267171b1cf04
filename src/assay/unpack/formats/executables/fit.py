"""FIT, U-Boot's flattened image tree: kernels, device trees and ramdisks with their hashes.

A device tree with `/images`; data lie in the property `data` or behind the tree, at
`data-offset` or `data-position`. https://fitspec.osfw.foundation/
"""

import hashlib
import zlib
from typing import NamedTuple

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.executables import _device_tree as device_tree
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="fit",
    family="container",
    magic=(Magic(device_tree.MAGIC, at=0),),
    about="U-Boot image tree: parts by name, each with hashes that are verified.",
    references=("https://fitspec.osfw.foundation/",),
    limits=("signatures are not verified: the keys are in the boot loader",),
    envelope=True,
    priority=40,
)

_IMAGES = b"images"
_DIGESTS = {b"md5", b"sha1", b"sha224", b"sha256", b"sha384", b"sha512"}
_CRC = b"crc32"


class _Image(NamedTuple):
    """A sub-image: its name and where its data are."""

    name: bytes
    at: int
    size: int


class _Layout(NamedTuple):
    """What `measure` learnt: the images and all properties by path."""

    tree: device_tree.Tree
    images: tuple[_Image, ...]
    values: dict[bytes, tuple[int, int]]


def measure(view: View, start: int) -> Extent:
    """Return where the tree or the last data behind it ends; there must be `/images`."""
    tree = device_tree.header(view, start)
    values: dict[bytes, tuple[int, int]] = {}
    names: dict[bytes, None] = {}
    for item in device_tree.properties(view, tree):
        values.setdefault(item.path, (item.at, item.size))
        if len(item.node) >= 2 and item.node[0] == _IMAGES:
            names[item.node[1]] = None
    images = tuple(image for name in names if (image := _image(view, tree, values, name)))
    if not images:
        raise NotThisFormat("a device tree without images")
    end = max(tree.end, *(image.at + image.size for image in images))
    return Extent(start, min(end, view.size), _Layout(tree, images, values))


def _image(
    view: View, tree: device_tree.Tree, values: dict[bytes, tuple[int, int]], name: bytes
) -> _Image | None:
    """Return where the data of the image *name* are; None for one without any."""
    prefix = _IMAGES + b"/" + name + b"/"
    if prefix + b"data" in values:
        return _Image(name, *values[prefix + b"data"])
    size = _number(view, values.get(prefix + b"data-size"))
    if size is None:
        return None
    position = _number(view, values.get(prefix + b"data-position"))
    if position is not None:
        return _Image(name, tree.start + position, size)
    offset = _number(view, values.get(prefix + b"data-offset"))
    behind = tree.start + ((tree.end - tree.start + 3) & ~3)
    return None if offset is None else _Image(name, behind + offset, size)


def _number(view: View, place: tuple[int, int] | None) -> int | None:
    if place is None or place[1] != 4:
        return None
    return view.number(">I", place[0])


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over every image and verify its hashes."""
    layout: _Layout = extent.detail or measure(view, extent.start).detail
    at = extent.start
    for image in sorted(layout.images, key=lambda image: image.at):
        if at < image.at < layout.tree.end:
            sink.region(at, image.at - at, "parsed", "device tree")
            at = image.at + image.size
    sink.region(at, layout.tree.end - at, "parsed", "device tree")
    for image in layout.images:
        name = image.name.decode("ascii", "replace").replace("/", "_") or "image"
        stored = min(image.size, max(extent.end - image.at, 0))
        if stored < image.size:
            sink.problem("damage", f"the image {name} is cut off", offset=image.at)
        if stored:
            sink.part(name, image.at, stored)
        _verify(view, layout, image, sink)


def _verify(view: View, layout: _Layout, image: _Image, sink: Sink) -> None:
    """Compare the data with every hash node of the image; up to eight are looked at."""
    prefix = _IMAGES + b"/" + image.name + b"/hash"
    paths = [path for path in layout.values if path.startswith(prefix) and path.endswith(b"/algo")]
    for path in paths[:8]:
        value = layout.values.get(path.removesuffix(b"algo") + b"value")
        algorithm = view.read(*layout.values[path]).rstrip(b"\0")
        if value is None or image.at + image.size > view.size:
            continue
        computed = _digest(algorithm, view.window(image.at, image.size))
        if computed is None:
            sink.problem("unsupported", "a hash of an unknown kind", offset=value[0], path=path)
        elif computed != view.read(*value):
            says = f"the {algorithm.decode('ascii')} of an image does not match"
            sink.problem("damage", says, offset=image.at, path=image.name)


def _digest(algorithm: bytes, data: memoryview) -> bytes | None:
    if algorithm == _CRC:
        return zlib.crc32(data).to_bytes(4, "big")
    if algorithm in _DIGESTS:
        return hashlib.new(algorithm.decode("ascii"), data, usedforsecurity=False).digest()
    return None
