import pytest

from assay.unpack.codecs import DecodeFailure, decode


def test_fill_repeats_its_pattern() -> None:
    assert decode("fill:0102ff", b"", 7) == bytes.fromhex("0102ff0102ff01")


def test_xor_masks_with_a_repeating_key() -> None:
    masked = decode("xor:a55a", b"plain text", 10)
    assert masked[:2] == bytes([ord("p") ^ 0xA5, ord("l") ^ 0x5A])
    assert decode("xor:a55a", masked, 10) == b"plain text"
    assert decode("xor:a55a", masked, 3) == b"pla"


@pytest.mark.parametrize("codec", ["fill:", "xor:", "xor:zz", "fill:abc"])
def test_bad_patterns_fail(codec: str) -> None:
    with pytest.raises(DecodeFailure):
        decode(codec, b"data", 4)
