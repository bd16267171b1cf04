"""Branch filters: what a packer makes of calls is made undone."""

import struct

from assay.unpack.codecs.branches import restore


def test_no_filter_and_an_unknown_one():
    assert restore(b"abcd", 0, 0) == b"abcd"
    assert restore(b"abcd", 0x77, 0) is None


def test_x86_calls_with_the_mark_only():
    mark = 0x17
    packed = b"\x90\xe8" + struct.pack(">I", mark << 24 | 0x40) + b"\x90" * 3
    packed += b"\xe8" + struct.pack("<I", 0x11223344) + b"\x0f\x84"
    packed += struct.pack(">I", mark << 24 | 0x10) + b"\x90" * 8
    plain = restore(packed, 0x49, mark)
    assert struct.unpack_from("<i", plain, 2) == (0x40 - 2,)
    assert plain[9:14] == packed[9:14]
    assert struct.unpack_from("<i", plain, 16) == (0x10 - 16,)
    assert restore(packed, 0x46, mark)[14:] == packed[14:]


def test_words_of_arm_and_aarch64():
    code = struct.pack("<3I", 0xE1A00000, 0xEB000010, 0xEB000010)
    assert struct.unpack("<3I", restore(code, 0x50, 0)) == (0xE1A00000, 0xEB00000F, 0xEB000010)
    wide = struct.pack("<4I", 0xD503201F, 0x94000010, 0x14000001, 0x94000010)
    told = struct.unpack("<4I", restore(wide, 0x52, 0))
    assert told == (0xD503201F, 0x9400000F, 0x17FFFFFF, 0x94000010)


def test_ppc_calls_with_the_mark_only():
    code = struct.pack(">3I", 0x60000000, 0x48000001 | 5 << 22 | 0x100, 0x48000001 | 6 << 22)
    plain = struct.unpack(">3I", restore(code, 0xD0, 5))
    assert plain == (0x60000000, 0x480000FD, 0x48000001 | 6 << 22)
