"""Erased flash: stores nothing and yields 0xff bytes, as an unmapped block of a volume reads."""


def _erased(_: memoryview, __: str, most: int) -> bytes:
    return b"\xff" * most


DECODERS = {"erased": _erased}
