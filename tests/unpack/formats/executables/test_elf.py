import struct

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.executables import elf
from assay.unpack.view import NotThisFormat, View


def program(order=">", *, wide=False, body=b"code" * 50):
    """Return a header and one segment over everything, without sections."""
    head, entry = (64, 56) if wide else (52, 32)
    total = head + entry + len(body)
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    start = ident + struct.pack(order + "HHI", 2, 8, 1)
    if wide:
        start += struct.pack(order + "QQQIHHHHHH", 0, head, 0, 0, head, entry, 1, 0, 0, 0)
        segment = struct.pack(order + "IIQQQQQQ", 1, 5, 0, 0, 0, total, total, 0)
    else:
        start += struct.pack(order + "IIIIHHHHHH", 0, head, 0, 0, head, entry, 1, 0, 0, 0)
        segment = struct.pack(order + "IIIIIIII", 1, 0, 0, 0, total, total, 5, 0)
    return start + segment + body


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("wide", [True, False])
def test_ends_with_its_last_segment(order, wide):
    data = program(order, wide=wide)
    assert elf.measure(View(b"ab" + data + b"appended"), 2).end == 2 + len(data)


def test_a_program_in_the_middle_becomes_a_part(opened):
    data = program()
    found = opened(elf, b"raw code" + data + b"tail", 8)
    assert found.content("program") == data
    assert opened(elf, data + b"tail").entries == {}


def test_the_signature_of_a_module_belongs_to_it():
    signature = b"s" * 40 + bytes(8) + struct.pack(">I", 40) + elf.SIGNATURE_MARK
    data = program() + signature
    assert elf.measure(View(data), 0).end == len(data)
    wrong = program() + b"x" + signature
    assert elf.measure(View(wrong), 0).end == len(program())


def test_a_kernel_may_hold_other_formats():
    body = bytes(600_000) + b"Linux version 5.4.0 (x@y)"
    assert elf.measure(View(program(body=body)), 0).porous
    assert not elf.measure(View(program(body=bytes(60_000))), 0).porous


def test_a_large_program_without_a_loader_may_hold_other_formats():
    assert elf.measure(View(program(body=bytes(600_000))), 0).porous
    dynamic = bytearray(program("<", body=bytes(600_000)))
    dynamic[52:56] = struct.pack("<I", elf.DYNAMIC)
    assert not elf.measure(View(bytes(dynamic)), 0).porous


def test_a_cut_off_program_is_refused():
    with pytest.raises(NotThisFormat):
        elf.measure(View(program()[:-1]), 0)


@settings(max_examples=80)
@given(st.binary(max_size=120))
def test_any_bytes_are_answered(data):
    try:
        extent = elf.measure(View(b"\x7fELF\x01\x02\x01" + data), 0)
    except NotThisFormat:
        return
    assert extent.end <= len(data) + 7
