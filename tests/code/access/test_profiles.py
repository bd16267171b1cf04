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
