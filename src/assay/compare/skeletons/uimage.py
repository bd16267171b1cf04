"""Headers of boot images: U-Boot's uImage and Broadcom's TRX. Times, lengths and checksums move."""

from assay.compare.skeletons import Body, Skeleton

FORMATS = ("uimage", "trx")


def skeleton(body: Body) -> Skeleton:
    """Return the account of a header; its checksums were verified when it was read."""
    data = bytes(body)
    if data[:4] == b"HDR0":
        found = Skeleton(kept=[data[:4], data[12:16]])
        found.mark(4, 12, "N6")
        found.mark(16, len(data), "N6")
        return found
    found = Skeleton(kept=[data[:4], data[16:24], data[28:]])
    found.mark(4, 16, "N6")
    found.mark(24, 28, "N6")
    return found
