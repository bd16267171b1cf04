"""Decoding: any bytes become text, and every character knows its bytes."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read here

import pytest
from hypothesis import given, strategies as st

from assay.claims.reading.decode import byte_map, decode, is_binary, view


@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_offsets_find_each_character(text: str, encoding: str) -> None:
    text = text.replace("\x00", "").encode("utf-8", "ignore").decode()
    decoded = decode(text.encode(encoding))
    if decoded.text != text:
        return
    where = byte_map(decoded)
    codec = decoded.encoding
    data = text.encode(encoding)
    for place, char in enumerate(text):
        assert data[where(place) : where(place + 1)].decode(codec) == char


@given(st.binary(max_size=400))
def test_any_bytes_decode_and_keep_their_length(data: bytes) -> None:
    decoded = decode(data)
    assert byte_map(decoded)(len(decoded.text)) <= len(data)
    assert len(view(decoded.text)) == len(decoded.text)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("naïve – ’quoted’".encode(), "utf-8"),
        ("naïve".encode("latin-1"), "cp1252"),
        ("\ufeffplain".encode(), "utf-8"),
        ("wide text here".encode("utf-16-le"), "utf-16-le"),
        ("wide text here".encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_encodings_are_recognised(data: bytes, encoding: str) -> None:
    assert decode(data).encoding == encoding


def test_damage_is_noted_and_kept() -> None:
    decoded = decode("ein Wörterbuch für alle Fälle äöü".encode() * 30 + b"\xff\xfe rest")
    assert decoded.notes == ("some bytes are not UTF-8",)


def test_binary_is_told_from_text() -> None:
    assert is_binary(bytes(range(32)) * 20)
    assert not is_binary(b"text\twith\nlines")
    assert not is_binary("text in wide characters".encode("utf-16"))


def test_the_view_hides_spaces_and_marks_of_no_width() -> None:
    assert view("a\u00a0b\u200bc\u202ed") == "a b c d"
