"""Erased flash."""

from assay.unpack.codecs import decode


def test_nothing_stored_yields_erased_bytes() -> None:
    assert decode("erased", b"", 5) == b"\xff" * 5
