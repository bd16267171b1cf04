"""PEM blocks anywhere in a content: files, bundles, programs and scripts that carry them.

Part of the inventory stage; kinds `certificate` and `key` read the blocks. Reference: RFC 7468,
RFC 1421 for the headers of encrypted keys.
"""

import binascii
from collections.abc import Iterator
from itertools import islice

from assay._kernel import lazy_re
from assay._kernel.latest import latest
from assay._kernel.value import Value
from assay.inventory.marks import has

MOST_BLOCKS = 600
LEAST, MOST = 16, 24_000
"""Bytes between the two lines of a block."""
_BEGIN = lazy_re.compile(rb"-----BEGIN ([A-Z0-9][A-Z0-9 ]{0,40})-----")
_DASHES = b"-----"
_ALLOWED = b"\t\n\r" + bytes(range(0x20, 0x7F))
_HEADERS = lazy_re.compile(rb"\s*(?:[A-Za-z0-9-]{1,40}: [^\n]*\n|[ \t][^\n]*\n)+")
_NOT_BASE64 = lazy_re.compile(rb"[^A-Za-z0-9+/=]+")


class Block(Value):
    """A PEM block: its label, its range, its decoded body and its own text."""

    label: str
    offset: int
    length: int
    body: bytes
    headers: bytes

    @property
    def encrypted(self) -> bool:
        """Whether the headers or the label say that a passphrase protects the body."""
        return b"ENCRYPTED" in self.headers or self.label.startswith("ENCRYPTED")


def blocks(content: bytes) -> tuple[Block, ...]:
    """Return the PEM blocks of *content* whose bodies are base 64, at most 600 of them."""
    return _blocks_in(content) if has(content, "pem") else ()


@latest
def _blocks_in(content: bytes) -> tuple[Block, ...]:
    return tuple(_read(content))


def _read(content: bytes) -> Iterator[Block]:
    for label, start, end in islice(_ranges(content), MOST_BLOCKS):
        inside = content[start + len(_begin(label)) : end - len(_end(label))]
        # Scripts and string tables carry line ends as an escape, quotes and signs of joining.
        text = inside.replace(b"\\r", b"").replace(b"\\n", b"\n")
        headers = _HEADERS.match(text)
        body = _NOT_BASE64.sub(b"", text[headers.end() :] if headers else text)
        decoded = _decoded(body)
        if decoded:
            yield Block(
                label=label.decode("ascii"),
                offset=start,
                length=end - start,
                body=decoded,
                headers=headers[0] if headers else b"",
            )


def _ranges(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield label, begin and end of what stands between two lines that belong together."""
    place = 0
    while match := _BEGIN.search(content, place):
        label, start = match[1], match.end()
        end = content.find(_DASHES, start, start + MOST + len(_DASHES))
        fits = end - start >= LEAST and content.startswith(_end(label), end)
        if fits and not content[start:end].translate(None, _ALLOWED):
            place = end + len(_end(label))
            yield label, match.start(), place
        else:
            place = match.start() + 1


def _begin(label: bytes) -> bytes:
    return b"-----BEGIN %s-----" % label


def _end(label: bytes) -> bytes:
    return b"-----END %s-----" % label


def _decoded(body: bytes) -> bytes:
    body = body.rstrip(b"=")
    try:
        return binascii.a2b_base64(body + b"=" * (-len(body) % 4))
    except binascii.Error:
        return b""
