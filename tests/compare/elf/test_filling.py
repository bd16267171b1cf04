"""Data that nothing refers to finds its place by the pieces beside it, or by its bytes."""

from itertools import pairwise
from types import SimpleNamespace

from assay.compare.elf.filling import filled
from assay.compare.elf.zones import Zone


def half(content, address=0x1000):
    zone = Zone(".rodata", 1, 2, address, len(content), 0)
    return SimpleNamespace(
        zone=zone, bytes_at=lambda at, size: content[at - address : at - address + max(size, 0)]
    )


def fill(a, b, pieces):
    one, two = half(a), half(b)
    return filled(one, two, (one.zone, two.zone), pieces)


def test_what_follows_a_piece_on_both_sides():
    a, b = b"AAAAtail....BBBB", b"BBBBAAAAtail...."
    found = fill(a, b, [(0x1000, 0x1004, 0x1004), (0x100C, 0x1010, 0x1000)])
    assert (0x1004, 0x100C, 0x1008) in found


def test_what_precedes_a_piece_on_both_sides():
    a, b = b"xxxxheadBBBB", b"headBBBByyyy"
    found = fill(a, b, [(0x1008, 0x100C, 0x1004)])
    assert (0x1004, 0x1008, 0x1000) in found
    assert sum(end - start for start, end, _ in found) == 8


def test_bytes_that_lie_elsewhere():
    a, b = b"AAAA\0\0table\0BBBB", b"\0table\0\0BBBBAAAA"
    found = fill(a, b, [(0x1000, 0x1004, 0x100C), (0x100C, 0x1010, 0x1008)])
    assert (0x1006, 0x100B, 0x1001) in found


def test_no_byte_has_two_places():
    a, b = b"AAAAsameBBBBsame", b"sameAAAAsameBBBB"
    found = fill(a, b, [(0x1000, 0x1004, 0x1004), (0x1008, 0x100C, 0x100C)])
    for side in (0, 1):
        spans = sorted(
            (one[0], one[1]) if side == 0 else (one[2], one[2] + one[1] - one[0]) for one in found
        )
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))
