"""PEM blocks anywhere in a content: files, bundles, programs and scripts that carry them.

Part of the inventory stage; kinds `certificate` and `key` read the blocks. Reference: RFC 7468,
RFC 1421 for the headers of encrypted keys.
"""

import binascii
from collections.abc import Iterator
from itertools import islice

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.inventory.marks import has

MOST_BLOCKS = 600
_BLOCK = lazy_re.compile(
    rb"-----BEGIN ([A-Z0-9][A-Z0-9 ]{0,40})-----"
    rb"((?:(?!-----)[\t\n\r -~]){16,24000})-----END \1-----"
)
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


def blocks(content: bytes) -> Iterator[Block]:
    """Yield the PEM blocks of *content* whose bodies are base 64, at most 600 of them."""
    if not has(content, "pem"):
        return
    for match in islice(_BLOCK.finditer(content), MOST_BLOCKS):
        # Scripts and string tables carry line ends as an escape, quotes and signs of joining.
        text = match[2].replace(b"\\r", b"").replace(b"\\n", b"\n")
        headers = _HEADERS.match(text)
        body = _NOT_BASE64.sub(b"", text[headers.end() :] if headers else text)
        decoded = _decoded(body)
        if decoded:
            yield Block(
                label=match[1].decode("ascii"),
                offset=match.start(),
                length=match.end() - match.start(),
                body=decoded,
                headers=headers[0] if headers else b"",
            )


def _decoded(body: bytes) -> bytes:
    body = body.rstrip(b"=")
    try:
        return binascii.a2b_base64(body + b"=" * (-len(body) % 4))
    except binascii.Error:
        return b""
