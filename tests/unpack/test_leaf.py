import gzip
import random

import pytest
from tests.unpack.formats.executables.test_elf import program

from assay.unpack.leaf import worth_opening


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        b"plain text\n" * 50,
        b"\x89PNG\r\n\x1a\n" + bytes(200),
        b"GIF89a" + bytes(200),
        b"#!/bin/sh\n" + b"echo \xff\n" * 50,
        program(),
    ],
)
def test_leaves_are_not_searched(content):
    assert not worth_opening(content)


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(random.Random(1).randbytes(100)),
        random.Random(2).randbytes(500),
        program() + b"appended" * 20,
        program(body=bytes(600_000) + b"Linux version 4.1"),
    ],
)
def test_what_may_hold_files_is(content):
    assert worth_opening(content)
