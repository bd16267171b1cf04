"""Texts and bytes drawn like passwords are told from names, addresses and other languages."""

import random

import pytest

from assay.code.access.rarity import is_foreign, is_rare_text


@pytest.mark.parametrize("text", [b"xQ9!kd", b"Tr4pd00r#9", b"\x9a\xe1\x6a\x3b\x2f\x90"])
def test_rare_texts(text):
    assert is_rare_text(text)


@pytest.mark.parametrize(
    "text",
    [b"sk-ecdsa-sha2-nistp256@openssh.com", b"1376:4e61", b"$apr1$", b"\xff" * 6,
     b"\xaa\xaa\x03\x00\x90\x4c", "\u53c2\u6570\u540d\u79f0".encode("gb2312")],
)  # fmt: skip
def test_ordinary_texts(text):
    assert not is_rare_text(text)


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("utf-8", "\u043f\u0430\u0440\u043e\u043b\u044c"),
     ("gb2312", "\u4e2d\u6587\u53c2\u6570\u540d\u79f0"),
     ("big5", "\u4e2d\u6587\u53c3\u6578\u540d\u7a31"),
     ("euc_kr", "\uad00\ub9ac\uc790\uc124\uc815")],
)  # fmt: skip
def test_words_of_other_languages(encoding, words):
    assert is_foreign(words.encode(encoding))


def test_bytes_drawn_by_chance_are_no_words():
    drawn = random.Random(7)
    assert sum(is_foreign(drawn.randbytes(8)) for _ in range(2000)) <= 4
