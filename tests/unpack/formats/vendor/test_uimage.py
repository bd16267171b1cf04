import struct
import zlib

import pytest
from hypothesis import given, settings, strategies as st

from assay.unpack.formats.vendor import uimage
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View


def image(data, kind=2, name=b"Linux-5.4", *, crc=None):
    data_crc = zlib.crc32(data) if crc is None else crc
    head = struct.pack(">IIIIIII", 0x27051956, 0, 7, len(data), 0x80000000, 0x80000400, data_crc)
    head += bytes([5, 5, kind, 3]) + name.ljust(32, b"\0")
    return head[:4] + struct.pack(">I", zlib.crc32(head)) + head[8:] + data


def multi(parts):
    table = b"".join(struct.pack(">I", len(part)) for part in parts) + bytes(4)
    body = b"".join(part + bytes(-len(part) % 4) for part in parts)
    return image(table + body, kind=4)


def test_hands_over_its_payload(opened):
    data = image(b"payload" * 20)
    found = opened(uimage, b"xx" + data + b"\xff" * 9, 2)
    assert found.extent.end == 2 + len(data)
    assert found.content("kernel") == b"payload" * 20
    assert found.sink.regions[0].note == "Linux-5.4"
    assert found.sink.problems == []


def test_parts_of_a_multi_image(opened):
    found = opened(uimage, multi([b"kernel!", b"ramdisk of nine"]))
    assert found.content("part0") == b"kernel!"
    assert found.content("part1") == b"ramdisk of nine"


def test_damage_is_recorded(opened):
    data = bytearray(image(b"payload" * 20))
    data[-1] ^= 1
    found = opened(uimage, bytes(data))
    assert "data's CRC32" in found.sink.problems[0].says
    cut = opened(uimage, image(b"payload" * 20)[:100])
    assert "cut off" in cut.sink.problems[0].says


def test_a_lying_part_table_is_recorded(opened):
    table = struct.pack(">III", 5, 0x7FFFFFFF, 0) + b"12345\0\0\0"
    found = opened(uimage, image(table, kind=4))
    assert any("cut off" in problem.says for problem in found.sink.problems)


def test_a_wrong_header_without_a_name_is_refused():
    data = bytearray(image(b"payload" * 20, name=b""))
    data[8] ^= 1
    with pytest.raises(NotThisFormat):
        uimage.measure(View(bytes(data)), 0)


@settings(max_examples=50)
@given(st.binary(max_size=200), st.sampled_from([2, 4]))
def test_any_payload_is_answered(data, kind):
    view = View(image(data, kind))
    sink = Sink(view.limits, "uimage")
    try:
        uimage.unpack(view, uimage.measure(view, 0), sink)
    except NotThisFormat:
        return
    for entry in sink.entries:
        assert entry.offset + entry.length <= view.size
