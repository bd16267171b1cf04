"""X.509 certificates: files, bundles, and those inside programs. Reference: RFC 5280."""

from collections.abc import Iterator

from assay.inventory.kind import Kind, Span, shown
from assay.inventory.pem import blocks
from assay.model.record import Record

_LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"})
_LONGEST_DER = 64 << 10


class Certificate(Record):
    """One certificate. Times are seconds since 1970; `spki` is the SHA-256 of its public key.

    `names` are the DNS names and addresses it is for. `self_issued` means that issuer and
    subject are the same; `ca` that it may sign other certificates. `ssh` is the MD5 of the public
    key in SSH wire form.
    """

    span: Span
    subject: str
    issuer: str
    serial: str
    not_before: int
    not_after: int
    algorithm: str
    bits: int
    signature_hash: str
    spki: str
    ssh: str
    self_issued: bool
    ca: bool
    names: tuple[str, ...] = ()


class CertificateFacts(Record):
    """The certificates of a blob, and how many blocks say so but cannot be read."""

    certificates: tuple[Certificate, ...]
    unreadable: int = 0


KIND = Kind(
    name="certificate",
    version=1,
    facts=CertificateFacts,
    about="X.509 certificates in PEM anywhere, in DER as whole files",
    text=True,
    binary=True,
)


def examine(content: bytes) -> CertificateFacts | None:
    """Return the certificates in *content*, or None when there are none."""
    candidates = list(_candidates(content))
    if not candidates:
        return None
    from assay.inventory.x509 import certificate_of  # noqa: PLC0415 - few files hold one

    read = [certificate_of(span, der) for span, der in candidates]
    found = [certificate for certificate in read if certificate is not None]
    unreadable = len(read) - len(found)
    if not found and (not unreadable or content[:1] == b"\x30"):
        return None
    return CertificateFacts(certificates=tuple(found), unreadable=unreadable)


def _candidates(content: bytes) -> Iterator[tuple[Span, bytes]]:
    if content[:2] == b"\x30\x82" and len(content) <= _LONGEST_DER:
        length = int.from_bytes(content[2:4], "big") + 4
        # A certificate begins with a sequence in a sequence; keys begin with a number.
        if content[4:5] == b"\x30" and 200 < length <= len(content):
            yield Span(offset=0, length=length, text=shown(content[:32])), content[:length]
    for block in blocks(content):
        if block.label in _LABELS:
            text = shown(content[block.offset : block.offset + 64])
            yield Span(offset=block.offset, length=block.length, text=text), block.body
