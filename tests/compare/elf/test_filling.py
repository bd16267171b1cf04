"""Data that nothing refers to finds its place by the pieces beside it, or by its bytes."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from assay.compare.elf.filling import filled
from assay.compare.elf.zones import Zone


def half(content, address=0x1000, flags=2, pointers=()):
    zone = Zone(".data", 1, flags, address, len(content), 0)
    return SimpleNamespace(
        zone=zone,
        bytes_at=lambda at, size: content[at - address : at - address + max(size, 0)],
        elf=SimpleNamespace(bits=32),
        pointers=np.array(pointers, dtype=np.int64),
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


def spans_are_apart(found):
    for side in (0, 1):
        spans = sorted(
            (one[0], one[1]) if side == 0 else (one[2], one[2] + one[1] - one[0]) for one in found
        )
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_two_gaps_of_one_side_that_are_one_on_the_other():
    a = b"AAAAfirst table\0BBBBsecond table\0CCCC"
    b = b"BBBBCCCCAAAAsecond table\0first table\0"
    pieces = [(0x1000, 0x1004, 0x1008), (0x1010, 0x1014, 0x1000), (0x1021, 0x1025, 0x1004)]
    found = fill(a, b, pieces)
    assert (0x1004, 0x100F, 0x1019) in found
    assert (0x1014, 0x1020, 0x100C) in found
    spans_are_apart(found)


def test_what_occurs_twice_has_no_place():
    a = b"AAAAfirst table\0BBBBsecond table\0CCCC"
    b = b"BBBBCCCCAAAA.first table\0first table\0."
    pieces = [(0x1000, 0x1004, 0x1008), (0x1010, 0x1014, 0x1000), (0x1021, 0x1025, 0x1004)]
    assert not any(start <= 0x1004 < end for start, end, _ in fill(a, b, pieces))


def test_pointers_before_a_piece_belong_to_it_whatever_they_hold():
    a = b"AAAA" + b"\x10\0\0\0\1\0\0\0" + b"BBBB"
    b = b"AAAA" + b"\0\0\0\0" + b"\x24\0\0\0\1\0\0\0" + b"BBBB"
    one, two = half(a, flags=3, pointers=[0x1004]), half(b, flags=3, pointers=[0x1008])
    pieces = [(0x1000, 0x1004, 0x1000), (0x100C, 0x1010, 0x1010)]
    found = filled(one, two, (one.zone, two.zone), pieces)
    assert (0x1004, 0x100C, 0x1008) in found
    # A number in the place of the pointer is no counterpart.
    two.pointers = np.zeros(0, dtype=np.int64)
    found = filled(one, two, (one.zone, two.zone), pieces)
    assert not any(start <= 0x1004 < end for start, end, _ in found)
