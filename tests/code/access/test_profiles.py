"""Kinds of libraries: by their own name, or by most of the names that they offer."""

import pytest

from assay.code.access.profiles import kind_of, profiles


@pytest.mark.parametrize(
    ("name", "exports", "kind"),
    [
        ("libjpeg.so.8", {"start"}, "picture library"),
        ("", {"bmp_read", "bmp_free"}, "picture library"),
        ("", {"wave_open", "wave_close"}, "sound or video codec"),
        ("libm.so.6", {"start"}, "checksum or mathematical library"),
        ("libavformat.so.58", {"png_read"}, "media framework"),
    ],
)
def test_kinds(name, exports, kind):
    found = kind_of(name, frozenset(exports))
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize("exports", [{"start", "stop", "png_read"}, {"capng_fill"}, set()])
def test_libraries_of_no_kind(exports):
    assert kind_of("", frozenset(exports)) is None


def test_a_framework_may_do_anything_and_a_picture_library_nothing_of_it():
    never = {one.kind: one.never for one in profiles()}
    assert not never["media framework"]
    assert {"system", "connect", "setuid", "chmod"} <= never["picture library"]
    assert "connect" not in never["cryptographic library"]


NAMES = (
    "jpg jpeg png gif tiff webp bmp bitmap picture image pixel exif mp3 wav_ wave_ riff_ aac"
    " vorbis opus flac speex h264 h265 codec pcm decode_frame encode_frame inflate deflate"
    " compress lzma lzo lz4 bz2 zstd crc32 adler xml json yaml regex pcre parse token utf8 cbor"
    " asn1_ md5 sha1 sha2 sha256 sha512 aes des_ rsa ecdsa ecdh hmac cipher digest curve x25519"
    " crc checksum fft matrix mpz_ mp_ avformat avdevice gst Magick"
)


def test_every_name_that_speaks_of_a_kind_holds_one_of_the_parts():
    words, matched = NAMES.split(), set()
    for profile in profiles():
        for word in words:
            if profile.words.search(word):
                matched.add(word)
                assert any(part in word.lower().encode() for part in profile.parts), word
        alternatives = profile.words.pattern.count("|") + 1
        assert sum(bool(profile.words.search(word)) for word in words) >= alternatives
    assert matched == set(words)
