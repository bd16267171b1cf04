"""Linux kernels as their boot loaders see them: zImage, bzImage, Image of ARM64 and RISC-V.

Layouts: Documentation/arch/{arm/booting,x86/boot,arm64/booting,riscv/boot-image-header}.rst
of the Linux source. The compressed kernel inside is found by its own magic.
"""

from collections.abc import Callable
from typing import NamedTuple

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="linux-kernel",
    family="executable",
    magic=(
        Magic(rb"\x18\x28\x6f\x01", at=0x24),
        Magic(rb"\x01\x6f\x28\x18", at=0x24),
        Magic(rb"\x55\xaa..HdrS", at=0x1FE),
        Magic(rb"ARM\x64", at=0x38),
        Magic(rb"RISCV\x00\x00\x00RSC\x05", at=0x30),
    ),
    about="ARM zImage, x86 bzImage, ARM64 and RISC-V Image.",
    references=(
        "https://docs.kernel.org/arch/x86/boot.html",
        "https://docs.kernel.org/arch/arm64/booting.html",
        "https://docs.kernel.org/arch/riscv/boot-image-header.html",
    ),
    limits=("the ARM64 and RISC-V sizes include memory that the file need not hold",),
    envelope=True,
)

_LEAST = 4096
_MOST = 256 << 20


class _Kernel(NamedTuple):
    """A kernel: its kind, where it ends, its header's size, its part: name, start, size."""

    kind: str
    end: int
    header: int
    part: tuple[str, int, int]


def measure(view: View, start: int) -> Extent:
    """Return where the kernel ends; one of the headers must be sound."""
    for reader in _READERS:
        kernel = reader(view, start)
        if kernel is not None and kernel.part[2] <= 0:
            raise NotThisFormat("the kernel is cut off behind its header")
        if kernel is not None:
            return Extent(start, kernel.end, kernel)
    raise NotThisFormat("no kernel header")


def _arm(view: View, start: int) -> _Kernel | None:
    for order in "<>":
        magic, first, last = view.unpack(f"{order}III", start + 0x24)
        if magic != 0x016F2818:
            continue
        size = last - first
        if not _LEAST <= size <= min(_MOST, view.size - start):
            raise NotThisFormat("the size of the zImage is impossible")
        return _Kernel("zImage", start + size, 0x30, ("code", start + 0x30, size - 0x30))
    return None


def _x86(view: View, start: int) -> _Kernel | None:
    if view.size - start < 0x260 or view.read(start + 0x202, 4) != b"HdrS":
        return None
    sectors, _, paragraphs = view.unpack("<BHI", start + 0x1F1)
    version = view.number("<H", start + 0x206)
    setup = (sectors or 4) * 512 + 512
    size = paragraphs * 16
    end = start + setup + size
    if version < 0x200 or not _LEAST <= size <= _MOST or end > view.size:
        raise NotThisFormat("the sizes of the bzImage are impossible")
    part = ("code", start + setup, size)
    if version >= 0x208:
        offset, length = view.unpack("<II", start + 0x248)
        if length and offset + length <= size:
            part = ("payload", start + setup + offset, length)
    return _Kernel("bzImage", end, 0x260, part)


def _arm64(view: View, start: int) -> _Kernel | None:
    if view.read(start + 0x38, 4) != b"ARM\x64":
        return None
    offset, size, flags = view.unpack("<QQQ", start + 8)
    if (
        not _LEAST <= size <= _MOST
        or offset % 0x1000
        or flags >> 4
        or any(view.read(start + 0x20, 24))
    ):
        raise NotThisFormat("the header of the ARM64 Image is not sound")
    end = min(start + size, view.size)
    return _Kernel("arm64 Image", end, 64, ("code", start + 64, end - start - 64))


def _riscv(view: View, start: int) -> _Kernel | None:
    if view.read(start + 0x38, 4) != b"RSC\x05":
        return None
    offset, size = view.unpack("<QQ", start + 8)
    if not _LEAST <= size <= _MOST or offset % 0x1000:
        raise NotThisFormat("the header of the RISC-V Image is not sound")
    end = min(start + size, view.size)
    return _Kernel("riscv Image", end, 64, ("code", start + 64, end - start - 64))


_READERS: tuple[Callable[[View, int], _Kernel | None], ...] = (_arm, _x86, _arm64, _riscv)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the code or the payload, in which the compressed kernel is searched for."""
    kernel: _Kernel = extent.detail or measure(view, extent.start).detail
    name, at, size = kernel.part
    sink.region(extent.start, kernel.header, "parsed", f"{kernel.kind} header")
    sink.part(name, at, size)
