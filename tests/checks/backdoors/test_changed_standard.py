"""A published number in a changed form is a finding, wherever it stands."""

from pathlib import Path

from building import findings_of, image_of

from assay.checks.backdoors import changed_standard

FOLDER = Path(__file__).resolve().parents[2] / "code" / "access" / "fixtures"


X = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
Y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
B = "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"


def program(*numbers):
    plain = (FOLDER / "mips-page.elf").read_bytes()
    return plain + b"".join(bytes.fromhex(number) for number in numbers)


def test_finds_a_changed_base_point():
    changed = X[:30] + "0123456789" + X[40:]
    image = image_of({"/lib/libec.so": program(B, changed, Y)})
    (finding,) = findings_of(changed_standard, image)
    assert finding.severity == "high"
    assert "base point (x) of P-256" in finding.says
    (evidence,) = finding.evidence
    assert (evidence.kind, evidence.offset) == ("bytes", len(program(B)))


def test_the_published_point_is_none():
    image = image_of({"/lib/libec.so": program(B, X, Y)})
    assert findings_of(changed_standard, image) == []
