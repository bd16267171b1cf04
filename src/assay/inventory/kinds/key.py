"""Private keys in any container, and public keys in SSH form (authorized_keys).

References: RFC 8017 and RFC 5958 (PKCS#1, #8), RFC 5915, RFC 4253 section 6.6, OpenSSH's
PROTOCOL.key; Dropbear host keys are SSH wire strings with the private numbers after the public.
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterator
from itertools import islice

from assay._kernel import lazy_re
from assay.inventory.kind import Kind, Span, looks_like_text, shown
from assay.inventory.marks import has
from assay.inventory.pem import Block, blocks
from assay.model.record import Record

MOST_KEYS = 100
_LONGEST = 64 << 10


class PrivateKey(Record):
    """A private key. `form` is its container; `bits` is 0 and `spki` empty when unreadable.

    `encrypted` means that a passphrase protects it. `ssh` is the MD5 of the public half in SSH
    wire form, `spki` the SHA-256 of its SubjectPublicKeyInfo.
    """

    span: Span
    form: str
    algorithm: str = ""
    bits: int = 0
    encrypted: bool = False
    spki: str = ""
    ssh: str = ""


class PublicKey(Record):
    """A public key in SSH form: its comment, the options before it, and its MD5."""

    span: Span
    algorithm: str
    bits: int
    ssh: str
    comment: str = ""
    options: str = ""


class KeyFacts(Record):
    """The keys of a blob."""

    private: tuple[PrivateKey, ...]
    public: tuple[PublicKey, ...]


KIND = Kind(
    name="key",
    version=1,
    facts=KeyFacts,
    about="private keys (PEM, DER, OpenSSH, Dropbear, PuTTY), public keys in SSH form",
    text=True,
    binary=True,
)

_SSH_KEY = lazy_re.compile(
    rb"(?:(?<=[ \t\n])|\A)"
    rb"(?:ssh-rsa|ssh-dss|ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521))[ \t]{1,20}"
    rb"(?P<body>AAAA[A-Za-z0-9+/]{30,8000}={0,2})(?:[ \t]+(?P<comment>[^\r\n]{0,200}))?"
)
_PUTTY = lazy_re.compile(
    rb"PuTTY-User-Key-File-[23]: ([a-z0-9-]{3,40})\r?\nEncryption: ([a-z0-9-]+)"
)
_WIRE_TYPES = (b"ssh-rsa", b"ssh-dss", b"ssh-ed25519", b"ecdsa-sha2-nistp")
_OPENSSH = b"openssh-key-v1\0"


def examine(content: bytes) -> KeyFacts | None:
    """Return the keys in *content*, or None when there are none."""
    if not _may_hold_keys(content):
        return None
    private = tuple(islice(_private(content), MOST_KEYS))
    public = tuple(islice(_public(content), MOST_KEYS))
    return KeyFacts(private=private, public=public) if private or public else None


def _may_hold_keys(content: bytes) -> bool:
    """Say whether *content* begins as one of the containers does, or has a mark of keys."""
    begins = content.startswith((b"\x30\x82", b"\0\0\0", b"PuTTY-User-Key-File-"))
    return begins or has(content, "pem") or has(content, "ssh key")


def _private(content: bytes) -> Iterator[PrivateKey]:
    for block in blocks(content):
        if block.label.endswith("PRIVATE KEY"):
            key = _from_pem(content, block)
            if key is not None:
                yield key
    if content[:2] == b"\x30\x82" and content[4:6] == b"\x02\x01" and len(content) <= _LONGEST:
        yield from _from_der(content)
    if content[:3] == b"\0\0\0" and content[4:].startswith(_WIRE_TYPES) and len(content) < 8192:
        yield from _from_dropbear(content)
    putty = _PUTTY.match(content)
    if putty:
        text = shown(putty[0])
        span = Span(offset=0, length=len(content), text=text)
        name = putty[1].decode("ascii")
        yield PrivateKey(span=span, form="PuTTY", algorithm=name, encrypted=putty[2] != b"none")


def _from_pem(content: bytes, block: Block) -> PrivateKey | None:
    text = shown(content[block.offset : block.offset + 64])
    span = Span(offset=block.offset, length=block.length, text=text)
    form = f"PEM {block.label}"
    if block.label == "OPENSSH PRIVATE KEY":
        return _from_openssh(span, block.body)
    if block.encrypted:
        return PrivateKey(span=span, form=form, encrypted=True)
    key = _stated(block.body, span, form)
    if key is None and len(block.body) >= 100:
        # A marker with a few bytes of base 64 is a sample or a template, not a key.
        return PrivateKey(span=span, form=form)
    return key


def _from_der(content: bytes) -> Iterator[PrivateKey]:
    length = int.from_bytes(content[2:4], "big") + 4
    span = Span(offset=0, length=min(length, len(content)), text=shown(content[:32]))
    if content[6:8] == b"\x03\x30":  # PKCS#12: version 3, then the authenticated safe
        if b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02" in content or len(content) > 1000:
            yield PrivateKey(span=span, form="PKCS#12", encrypted=True)
        return
    key = _stated(content[:length], span, "DER")
    if key is not None:
        yield key


def _stated(der: bytes, span: Span, form: str) -> PrivateKey | None:
    """Return the key *der* with what is stated of it, None where it cannot be read."""
    from assay.inventory.x509 import form_of, private_key  # noqa: PLC0415 - few files hold one

    private = private_key(der)
    if private is None:
        return None
    known = form_of(private)
    if known is None:
        return PrivateKey(span=span, form=form)
    return PrivateKey(
        span=span, form=form, algorithm=known.algorithm, bits=known.bits,
        spki=known.spki, ssh=known.ssh,
    )  # fmt: skip


def _from_openssh(span: Span, body: bytes) -> PrivateKey | None:
    if not body.startswith(_OPENSSH):
        return None
    fields = list(islice(_strings(body, len(_OPENSSH), gap_after=3), 4))
    if len(fields) < 4:
        return PrivateKey(span=span, form="OpenSSH")
    algorithm, bits = _wire_form(fields[3])
    return PrivateKey(
        span=span,
        form="OpenSSH",
        algorithm=algorithm,
        bits=bits,
        encrypted=fields[0] != b"none",
        ssh=_md5(fields[3]),
    )


def _from_dropbear(content: bytes) -> Iterator[PrivateKey]:
    fields = list(islice(_strings(content, 0), 8))
    needed = {b"ssh-rsa": 4, b"ssh-dss": 6, b"ssh-ed25519": 2}.get(fields[0] if fields else b"", 4)
    if len(fields) < needed:
        return
    span = Span(offset=0, length=len(content), text=shown(content[:32]))
    if fields[0] == b"ssh-rsa":
        from assay.inventory.x509 import spki_of_rsa  # noqa: PLC0415 - few files hold one

        wire, known = _wire(fields[:3]), spki_of_rsa(_integer(fields[1]), _integer(fields[2]))
        if known is None:
            return
        digest = known
    else:
        wire, digest = _wire(fields[: 5 if fields[0] == b"ssh-dss" else len(fields) - 1]), ""
    algorithm, bits = _wire_form(wire)
    yield PrivateKey(
        span=span, form="Dropbear", algorithm=algorithm, bits=bits, spki=digest, ssh=_md5(wire)
    )


def _public(content: bytes) -> Iterator[PublicKey]:
    if not looks_like_text(content) or not has(content, "ssh key"):
        return
    for match in _SSH_KEY.finditer(content):
        try:
            wire = base64.b64decode(match["body"])
        except binascii.Error:
            continue
        algorithm, bits = _wire_form(wire)
        if algorithm:
            start = max(content.rfind(b"\n", 0, match.start()) + 1, match.start() - 400)
            line = content[start : match.end()].rstrip()
            yield PublicKey(
                span=Span(offset=start, length=len(line), text=shown(line)[:300]),
                algorithm=algorithm,
                bits=bits,
                ssh=_md5(wire),
                comment=shown(match["comment"] or b"").strip(),
                options=shown(content[start : match.start()]).strip(),
            )


def _wire_form(wire: bytes) -> tuple[str, int]:
    """Return algorithm and size in bits of a public key in SSH wire form; empty when damaged."""
    fields = list(islice(_strings(wire, 0), 5))
    name = fields[0].decode("latin-1") if fields else ""
    if name == "ssh-rsa" and len(fields) >= 3:
        return "rsa", _integer(fields[2]).bit_length()
    if name == "ssh-dss" and len(fields) >= 5:
        return "dsa", _integer(fields[1]).bit_length()
    if name == "ssh-ed25519" and len(fields) >= 2:
        return "ed25519", 256
    if name.startswith("ecdsa-sha2-nistp") and len(fields) >= 3:
        return "ec " + name[11:27], int(name[16:19]) if name[16:19].isdigit() else 0
    return "", 0


def _strings(data: bytes, start: int, gap_after: int = -1) -> Iterator[bytes]:
    """Yield the length-prefixed strings of SSH from *start*.

    The key count of OpenSSH's container, four bytes, stands after string *gap_after*.
    """
    count = 0
    while start + 4 <= len(data):
        (length,) = struct.unpack_from(">I", data, start)
        if length > len(data) - start - 4:
            return
        yield data[start + 4 : start + 4 + length]
        start += 4 + length
        count += 1
        if count == gap_after:
            start += 4


def _wire(fields: list[bytes]) -> bytes:
    return b"".join(struct.pack(">I", len(field)) + field for field in fields)


def _integer(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _md5(wire: bytes) -> str:
    return hashlib.md5(wire, usedforsecurity=False).hexdigest()
