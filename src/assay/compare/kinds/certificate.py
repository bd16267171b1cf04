"""X.509 certificates: whose, for how long, with which key, signed by whom.

A certificate of the same holder and key that was issued anew is for a person to judge; another key
or another holder is a difference. Reference: RFC 5280.
"""

from typing import TYPE_CHECKING

from assay.compare.ledger import Ledger
from assay.compare.outcome import Outcome, different, settled
from assay.compare.records import Change
from assay.inventory.pem import blocks

if TYPE_CHECKING:
    from assay.inventory.kinds.certificate import Certificate, CertificateFacts

KIND = "certificate"
PRIORITY = 20
LARGEST = 1 << 20
SHOWN = 16
KEPT = ("subject", "spki", "ca", "names")
"""What has to stay for a certificate to be the same one issued anew."""


def claims(path: str, a: bytes, b: bytes) -> bool:
    """Say whether both are files of certificates and nothing else."""
    del path
    return _only(a) and _only(b)


def _only(content: bytes) -> bool:
    """Say whether a file is one DER certificate, or PEM certificates and text around them."""
    if not 0 < len(content) <= LARGEST or not content.startswith((b"\x30\x82", b"-----", b"Cert")):
        return False
    if content[:1] != b"\x30" and any("KEY" in one.label for one in blocks(content)):
        return False
    facts = _examined(content)
    return facts is not None and bool(facts.certificates) and not facts.unreadable


def _examined(content: bytes) -> "CertificateFacts | None":
    """Return the certificates in *content*; what reads them takes long to import."""
    from assay.inventory.kinds.certificate import examine  # noqa: PLC0415

    return examine(content)


def compare(path: str, a: bytes, b: bytes) -> Outcome:
    """Return which certificates differ and in what."""
    first, second = _read(a), _read(b)
    anew = len(first) == len(second) and all(
        getattr(one, name) == getattr(two, name)
        for one, two in zip(first, second, strict=True)
        for name in KEPT
    )
    lines = tuple(_lines(first, second))[:SHOWN]
    says = "issued anew for the same keys" if anew else "other certificates"
    change = Change(
        kind="content", name=path.rpartition("/")[2], says=f"{says.capitalize()}.", lines=lines
    )
    if not anew or not lines or _around(a) != _around(b):
        return different(KIND, a, b, f"the certificates differ: {says}", (change,))
    ledger = Ledger(len(a), len(b))
    for side, content in ((0, a), (1, b)):
        proof = "holder, public key and use are the same; issuer, times or signature are not"
        ledger.explain(side, 0, len(content), "N10", proof)
    return settled(KIND, ledger, says, (change,))


def _around(content: bytes) -> bytes:
    """Return what of a file is no certificate: text between blocks, bytes behind the DER."""
    if content[:2] == b"\x30\x82":
        return content[4 + int.from_bytes(content[2:4], "big") :]
    parts, at = [], 0
    for one in blocks(content):
        parts.append(content[at : one.offset])
        at = one.offset + one.length
    return b"\n".join([*parts, content[at:]])


def _read(content: bytes) -> tuple["Certificate", ...]:
    facts = _examined(content)
    return facts.certificates if facts else ()


def _lines(first: tuple["Certificate", ...], second: tuple["Certificate", ...]) -> list[str]:
    gone = [one for one in map(_described, first) if one not in set(map(_described, second))]
    come = [one for one in map(_described, second) if one not in set(map(_described, first))]
    return [f"-{one}" for one in gone] + [f"+{one}" for one in come]


def _described(one: "Certificate") -> str:
    return (
        f"{one.subject}; issuer {one.issuer}; serial {one.serial}; from {one.not_before} to"
        f" {one.not_after} (seconds since 1970); {one.algorithm} {one.bits}; key {one.spki[:16]}"
    )
