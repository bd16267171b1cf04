"""Compares the code of two versions of a program in a worker process: bytes in, bytes out."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from assay.code import NotAnElf, index
from assay.code.changes import Changes, changes
from assay.model.record import Record


class Job(Record):
    """The files of the host that hold the old and the new content of one program."""

    old: str
    new: str


def start(_configuration: bytes) -> Callable[[bytes], bytes]:
    """Return the handler of a worker."""
    encode = msgspec.msgpack.Encoder().encode
    decode = msgspec.msgpack.Decoder(Job).decode

    def handle(content: bytes) -> bytes:
        job = decode(content)
        return encode(compared(Path(job.old).read_bytes(), Path(job.new).read_bytes()))

    return handle


def compared(old: bytes, new: bytes) -> Changes:
    """Return what the program *new* can do that *old* could not; nothing for other files."""
    try:
        return changes(index(old), index(new))
    except NotAnElf:
        return Changes(found=(), changed=0, read=0, steady=0)
