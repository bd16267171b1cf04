"""The package's own tables, written in TOML: each is parsed once and kept beside the byte-code.

To parse one takes milliseconds, which every run would pay for every table.
"""

import hashlib
from typing import Any

import msgspec

from assay._kernel.beside import keep, kept
from assay._kernel.packaged import files


def table(package: str, file: str) -> dict[str, Any]:
    """Return the content of *file* in the folder of *package*."""
    text = files(package).joinpath(file).read_bytes()
    name, key = f"{package}.{file}", hashlib.sha256(text).hexdigest()
    known = kept(name, key)
    if known is not None:
        return msgspec.msgpack.decode(known, type=dict[str, Any])
    import tomllib  # noqa: PLC0415 - what was parsed is kept

    parsed = tomllib.loads(text.decode())
    packed = msgspec.msgpack.encode(parsed)
    if msgspec.msgpack.decode(packed) == parsed:  # a date would come back as text
        keep(name, key, packed)
    return parsed
