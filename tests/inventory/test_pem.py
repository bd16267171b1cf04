"""PEM blocks are what the expression of a block says, found without it."""

import re

from hypothesis import given, settings, strategies as st

from assay.inventory import pem
from assay.inventory.pem import MOST, blocks

_BLOCK = re.compile(
    rb"-----BEGIN ([A-Z0-9][A-Z0-9 ]{0,40})-----"
    rb"((?:(?!-----)[\t\n\r -~]){16,24000})-----END \1-----"
)
_PIECES = st.sampled_from([
    b"-----BEGIN A-----", b"-----END A-----", b"-----BEGIN B C-----", b"-----END B C-----", b"-",
    b"--", b"x" * 15, b"y" * 16, b"\n", b"\0", b"BEGIN ", b"x" * (MOST - 10), b"-----", b"A",
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=14).map(b"".join))
def test_blocks_are_those_of_the_expression(content: bytes) -> None:
    plain = [(match[1], *match.span()) for match in _BLOCK.finditer(content)]
    assert list(pem._ranges(content)) == plain


def test_a_block_is_decoded() -> None:
    (found,) = blocks(
        b"key = -----BEGIN RSA PRIVATE KEY-----\\nAAECAwQFBgcICQ==\\n-----END RSA PRIVATE KEY-----"
    )
    assert found.label == "RSA PRIVATE KEY"
    assert found.body == bytes(range(10))
    assert (found.offset, found.encrypted) == (6, False)


def test_hostile_repetition_ends() -> None:
    assert blocks(b"-----BEGIN A-----" * 100_000) == ()
    assert blocks(b"-----BEGIN A-----" + b"x" * 2_000_000) == ()
