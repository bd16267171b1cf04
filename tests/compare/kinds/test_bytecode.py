"""Bytecode: a header that only tells when the source was written; everything else counts."""

import struct

from assay.compare.files import compare_contents

MAGIC = b"\xa7\x0d\r\n"


def pyc(code=b"\xe3code", *, flags=0, stamp=b"timesize", magic=MAGIC):
    return magic + struct.pack("<I", flags) + stamp + code


def lua(name=b"@/build/a/init.lua", code=b"\0" * 20, version=0x51):
    header = b"\x1bLua" + bytes([version, 0, 1, 4, 4, 4, 8, 0])
    return header + struct.pack("<I", len(name) + 1) + name + b"\0" + code


def causes(outcome):
    return {one.cause for one in outcome.sums if one.account == "explained"}


def test_a_time_in_the_header_is_explained():
    outcome = compare_contents("a.pyc", pyc(), pyc(stamp=b"TIMESIZE"))
    assert outcome.level == "E2"
    assert causes(outcome) == {"N16"}
    assert sum(one.bytes_b for one in outcome.sums) == len(pyc())


def test_other_code_differs():
    assert compare_contents("a.pyc", pyc(), pyc(b"\xe3Code")).level == "D"
    both = pyc(b"\xe3Code", stamp=b"TIMESIZE")
    assert compare_contents("a.pyc", pyc(), both).level == "D"


def test_another_release_or_way_differs():
    assert compare_contents("a.pyc", pyc(), pyc(magic=b"\xcb\x0d\r\n")).level == "D"
    assert compare_contents("a.pyc", pyc(), pyc(flags=1)).level == "D"


def test_the_folder_of_a_lua_source_is_for_a_person():
    outcome = compare_contents("x.lua", lua(), lua(b"@/home/b/init.lua"))
    assert outcome.level == "E3"
    assert causes(outcome) == {"N5"}
    assert sum(one.bytes_a for one in outcome.sums) == len(lua())


def test_other_lua_code_or_source_differs():
    assert compare_contents("x.lua", lua(), lua(code=b"\0" * 19 + b"\1")).level == "D"
    assert compare_contents("x.lua", lua(), lua(b"@/build/a/evil.lua")).level == "D"
    assert compare_contents(
        "x.lua", lua(version=0x53), lua(b"@/b/init.lua", version=0x53)
    ).level == ("D")


def test_damaged_lua_is_no_equivalence():
    for cut in range(4, 20):
        assert compare_contents("x.lua", lua()[:cut], lua(b"@/b/init.lua")).level == "D"
