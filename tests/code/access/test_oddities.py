"""Constants like secrets are told from names, formats and published numbers."""

import hashlib

import pytest

from assay.code import accesses
from assay.code.access.oddities import SHAPE, _is_digest, _is_drawn, is_odd_text, is_secretive


@pytest.mark.parametrize(
    "text", [b"k7#Vq!93Lm", b"Tr4pd00r#9", b"a1b2C3d4x", b"\x08\x08Relay4", b"<<< %s(un='%s')"]
)
def test_texts_like_secrets(text):
    assert is_odd_text(text)


@pytest.mark.parametrize(
    "text",
    [b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
     b"Ed25519", b"GNU tar", b"s2k_count", b"ecdsa-sha2-", b"CapBnd:", b"St19_Sp_make_shared_tag",
     b"show", b"default\0", b"-host\0", b"$apr1$", b"User-Agent",
     b"/etc/passwd", b"Name1: Value2 and more text\n"],
)  # fmt: skip
def test_names_are_not_like_secrets(text):
    assert not is_odd_text(text)


def test_digests():
    assert _is_digest(bytes.fromhex("1d9a74e205bbc63f88602e47d10c93fa"))
    assert _is_digest(b"5f4dcc3b5aa765d61d8327deb882cf99")
    assert not _is_digest(b"a text of 16 by.")
    assert not _is_digest(bytes(16))
    assert not _is_digest(b"0" * 32)
    assert not _is_digest(b"D41D8CD98F00B204E9800998ECF8427E")
    assert not _is_digest(hashlib.sha256(b"").digest())


def test_numbers_drawn_by_chance():
    assert _is_drawn(bytes.fromhex("9ae16a3b2f90404c"))
    assert not _is_drawn(b"disk")
    assert not _is_drawn(bytes.fromhex("63825363"))
    assert not _is_drawn(bytes.fromhex("00010203"))


def test_a_text_like_a_secret_is_found_where_nothing_is_gained(way, program, places):
    (found,) = accesses(program("notes"))
    assert (found.shape, found.constant) == (SHAPE, "Qz#7!mLp92x$e")
    assert found.function == places[f"{way}-notes"]["change"]
    assert found.confidence == "tentative"


def test_what_another_detector_tells_is_not_told_again(program):
    shapes = {one.shape for one in accesses(program("console")) if one.constant == "Tr4pd00r#9"}
    assert shapes
    assert SHAPE not in shapes


@pytest.mark.parametrize("text", [b"vK7$tin0&Qe", b"k7#Vq!93LmZx"])
def test_texts_that_a_rule_for_passwords_would_take(text):
    assert is_secretive(text)


@pytest.mark.parametrize(
    "text",
    [b"WNR2000v5", b"=1:SD:u+x9", b"29763948+0+128+2x2", b'["Send_OFFER_9"]', b"$apr1$Xy",
     b"socket[PF_INET,SOCK_DGRAM]", b"12342409-1234-1234-5678-ee1234cc5678", b"aA1!"],
)  # fmt: skip
def test_names_options_and_pages(text):
    assert not is_secretive(text)
