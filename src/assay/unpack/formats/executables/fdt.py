"""Device tree blobs: the description of the hardware, as /proc/device-tree shows it.

Layout: Devicetree Specification 0.4, chapter 5, https://www.devicetree.org/specifications/
"""

from assay.model.tree import Piece
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.executables import _device_tree as device_tree
from assay.unpack.sink import NOTHING_RECORDED, Sink
from assay.unpack.view import View

FORMAT = Format(
    name="fdt",
    family="executable",
    magic=(Magic(device_tree.MAGIC, at=0),),
    about="Flattened device tree: nodes as directories, properties as files.",
    references=("https://www.devicetree.org/specifications/",),
    limits=("memory reservations are not listed",),
)


def measure(view: View, start: int) -> Extent:
    """Return where the device tree ends; its structure must hold to the end."""
    tree = device_tree.header(view, start)
    found = tuple(device_tree.properties(view, tree))
    return Extent(start, tree.end, found)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """List every property as a file below the directory of its node."""
    found: tuple[device_tree.Property, ...] = extent.detail or measure(view, extent.start).detail
    seen: set[bytes] = set()
    for item in found:
        directory = b"/".join(item.node)
        if directory and directory not in seen:
            seen.add(directory)
            sink.directory(directory, NOTHING_RECORDED, offset=item.at - 12)
        pieces = [Piece(at=item.at, size=item.size, codec="raw", length=item.size)]
        sink.file(
            item.path,
            pieces if item.size else [],
            size=item.size,
            offset=item.at - 12,
            length=12 + item.size,
        )
    if not found:
        raise NotThisFormat("a device tree without properties")
