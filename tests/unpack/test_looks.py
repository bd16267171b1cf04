import random
import zlib

from hypothesis import given, settings, strategies as st

from assay.unpack.looks import regions_by_looks
from assay.unpack.view import View

CODE = b"\x3c\x1c\x00\x05\x27\x9c\x12\x34\x03\x99\xe0\x21words of code " * 900


def told(data):
    return [
        (region.account, region.length) for region in regions_by_looks(View(data), 0, len(data))
    ]


def test_padding_is_a_run_of_one_byte():
    assert told(b"\xff" * 5000) == [("padding", 5000)]
    assert told(bytes(100)) == [("padding", 100)]
    assert told(b"ab" * 4) == [("unknown", 8)]


def test_padding_at_the_ends_is_split_off_exactly():
    assert told(b"\xff" * 33 + CODE[:7000] + bytes(50)) == [
        ("padding", 33), ("unknown", 7000), ("padding", 50),
    ]  # fmt: skip


def test_random_and_compressed_data_count_as_encrypted():
    noise = random.Random(1).randbytes(100_000)
    assert told(noise) == [("encrypted", 100_000)]
    packed = zlib.compress(random.Random(2).randbytes(30_000))
    assert told(packed)[0][0] == "encrypted"


def test_code_and_text_do_not():
    assert {account for account, _ in told(CODE)} == {"unknown"}
    assert told(random.Random(3).randbytes(500))[0][0] == "unknown", "too little to show it"


def test_a_change_in_the_middle_is_seen():
    noise = random.Random(4).randbytes(1 << 18)
    accounts = [account for account, _ in told(CODE * 16 + noise)]
    assert accounts == ["unknown", "encrypted"]


@settings(max_examples=60)
@given(st.lists(st.sampled_from([b"\xff" * 4096, bytes(37), b"text", CODE[:5000]]), max_size=8))
def test_regions_cover_every_byte_once(parts):
    data = b"".join(parts)
    at = 0
    for region in regions_by_looks(View(data), 0, len(data)):
        assert region.offset == at
        assert region.length > 0
        at += region.length
    assert at == len(data)
